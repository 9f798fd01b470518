-- Real-time analytics: every record with its anomaly score, and those that the manufacturer should hear of.

CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM_001" (
    "device_id"      VARCHAR(16),
    "manufacturer"   VARCHAR(16),
    "model"          VARCHAR(16),
    "temperature"    INTEGER,
    "pulse"          INTEGER,
    "oxygen_percent" INTEGER,
    "systolic"       INTEGER,
    "diastolic"      INTEGER,
    "ANOMALY_SCORE"  DOUBLE);

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "DESTINATION_SQL_STREAM_001"
SELECT STREAM "device_id", "manufacturer", "model", "temperature", "pulse", "oxygen_percent", "systolic", "diastolic", "ANOMALY_SCORE"
FROM TABLE(RANDOM_CUT_FOREST(CURSOR(
    SELECT STREAM "device_id", "manufacturer", "model", "temperature", "pulse", "oxygen_percent", "systolic", "diastolic"
    FROM "SOURCE_SQL_STREAM_001")));

CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM_002" (
    "device_id"     VARCHAR(16),
    "manufacturer"  VARCHAR(16),
    "model"         VARCHAR(16),
    "pulse"         INTEGER,
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "ALERT" AS INSERT INTO "DESTINATION_SQL_STREAM_002"
SELECT STREAM "device_id", "manufacturer", "model", "pulse", "ANOMALY_SCORE"
FROM "DESTINATION_SQL_STREAM_001" WHERE "ANOMALY_SCORE" > 1.5;
