-- Looks at 25 records together: a value that is ordinary by itself may be odd behind those before it.
CREATE OR REPLACE STREAM "SCORED" (
    "time"          TIMESTAMP,
    "level"         DOUBLE,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "SCORED"
SELECT STREAM "time", "level", "truth", "ANOMALY_SCORE"
FROM TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001"), 100, 256, 100000, 25));

CREATE OR REPLACE STREAM "ALERTS" (
    "time"          TIMESTAMP,
    "level"         DOUBLE,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "ALERT" AS INSERT INTO "ALERTS"
SELECT STREAM * FROM "SCORED" WHERE "ANOMALY_SCORE" > 1.2;
