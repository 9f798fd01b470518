-- Scores every reading with RANDOM_CUT_FOREST and raises an alert above 1.5. The first 256 readings teach the forest and score 0.

CREATE OR REPLACE STREAM "SCORED" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "pulse"         DOUBLE,
    "systolic"      DOUBLE,
    "diastolic"     DOUBLE,
    "manufacturer"  VARCHAR(16),
    "model"         VARCHAR(16),
    "ward"          VARCHAR(16),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "SCORED"
SELECT STREAM "time", "device_id", "pulse", "systolic", "diastolic", "manufacturer", "model", "ward", ANOMALY_SCORE
FROM TABLE(RANDOM_CUT_FOREST(CURSOR(
    SELECT STREAM "time", "device_id", "pulse", "systolic", "diastolic", "manufacturer", "model", "ward" FROM "ENRICHED")));

CREATE OR REPLACE STREAM "ALERTS" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "model"         VARCHAR(16),
    "ward"          VARCHAR(16),
    "pulse"         DOUBLE,
    "systolic"      DOUBLE,
    "diastolic"     DOUBLE,
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "ALERT" AS INSERT INTO "ALERTS"
SELECT STREAM "time", "device_id", "model", "ward", "pulse", "systolic", "diastolic", ANOMALY_SCORE
FROM "SCORED" WHERE ANOMALY_SCORE > 1.5;

CREATE OR REPLACE SINK "archive" FROM "SCORED" INTO 'dir:../../../build/demo/archive'
WITH (gzip = TRUE, interval = INTERVAL '15' MINUTE);
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '../../../build/demo/alerts.ndjson';
