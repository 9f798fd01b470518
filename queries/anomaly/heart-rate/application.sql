-- Every heart rate with its score; what is far from all others is an alert.
CREATE OR REPLACE STREAM "SCORED" (
    "time"          TIMESTAMP,
    "heartRate"     INTEGER,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "SCORED"
SELECT STREAM "time", "heartRate", "truth", "ANOMALY_SCORE"
FROM TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001")));

CREATE OR REPLACE STREAM "ALERTS" (
    "time"          TIMESTAMP,
    "heartRate"     INTEGER,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "ALERT" AS INSERT INTO "ALERTS"
SELECT STREAM * FROM "SCORED" WHERE "ANOMALY_SCORE" > 1.5;
