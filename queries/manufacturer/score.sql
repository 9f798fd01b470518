-- Scores every reading. A forest takes every number of its cursor; times and texts pass by.
CREATE OR REPLACE STREAM "SCORED" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "pulse"         DOUBLE,
    "systolic"      DOUBLE,
    "diastolic"     DOUBLE,
    "manufacturer"  VARCHAR(16),
    "model"         VARCHAR(16),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "SCORED"
SELECT STREAM "time", "device_id", "pulse", "systolic", "diastolic", "manufacturer", "model", ANOMALY_SCORE
FROM TABLE(RANDOM_CUT_FOREST(CURSOR(
    SELECT STREAM TO_TIMESTAMP("timestamp") AS "time", "device_id", "pulse", "systolic", "diastolic", "manufacturer", "model"
    FROM "SOURCE_SQL_STREAM_001")));
