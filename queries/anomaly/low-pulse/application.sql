-- Scores each reading of the pump with all of its numbers and alerts on what nothing resembles.
CREATE OR REPLACE STREAM "SCORED" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "pulse"         DOUBLE,
    "systolic"      DOUBLE,
    "diastolic"     DOUBLE,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "SCORED"
SELECT STREAM "time", "device_id", "pulse", "systolic", "diastolic", "truth", "ANOMALY_SCORE"
FROM TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001")));

CREATE OR REPLACE STREAM "ALERTS" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "pulse"         DOUBLE,
    "systolic"      DOUBLE,
    "diastolic"     DOUBLE,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "ALERT" AS INSERT INTO "ALERTS"
SELECT STREAM * FROM "SCORED" WHERE "ANOMALY_SCORE" > 1.5;
