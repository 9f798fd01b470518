CREATE OR REPLACE STREAM "SCORES" ("turbine" VARCHAR(4), "load" DOUBLE, "oil_temp" DOUBLE, "score" DOUBLE);
CREATE OR REPLACE STREAM "ALERTS" ("turbine" VARCHAR(4), "level" VARCHAR(8), "load" DOUBLE, "oil_temp" DOUBLE);

CREATE OR REPLACE PUMP "SCORE_PUMP" AS INSERT INTO "SCORES"
SELECT STREAM "turbine", "load", "oil_temp", "ANOMALY_SCORE"
FROM TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM "turbine", "load", "oil_temp" FROM "turbines_001" WHERE "rpm" > 0),  -- inputStream
    60,       -- numberOfTrees
    48,       -- subSampleSize
    5000,     -- timeDecay
    1         -- shingleSize
));

CREATE OR REPLACE PUMP "ALERT_PUMP" AS INSERT INTO "ALERTS"
SELECT STREAM "turbine", CASE WHEN "score" > 2.5 THEN 'HIGH' ELSE 'MEDIUM' END, "load", "oil_temp"
FROM "SCORES" WHERE "score" > 2.0;
