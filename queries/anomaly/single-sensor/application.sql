-- 100 trees of 256 records, which stay for 120 records on average: the forest follows the last minutes only.
CREATE OR REPLACE STREAM "SCORED" (
    "time"          TIMESTAMP,
    "deviceId"      VARCHAR(4),
    "sensorReading" INTEGER,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "SCORED"
SELECT STREAM "time", "deviceId", "sensorReading", "truth", "ANOMALY_SCORE"
FROM TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001"), 100, 256, 120, 1));

CREATE OR REPLACE STREAM "ALERTS" (
    "time"          TIMESTAMP,
    "deviceId"      VARCHAR(4),
    "sensorReading" INTEGER,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "ALERT" AS INSERT INTO "ALERTS"
SELECT STREAM * FROM "SCORED" WHERE "ANOMALY_SCORE" > 4;
