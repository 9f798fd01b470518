-- Recorded readings in; every reading with its score, and the alerts, as files and as an archive by hour.
CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "deviceId" VARCHAR(4), "sensorReading" INTEGER, "truth" VARCHAR(8))
FROM '../../../build/anomaly/single-sensor/records.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "scored" FROM "SCORED" INTO '../../../build/anomaly/single-sensor/scored.ndjson';
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '../../../build/anomaly/single-sensor/alerts.ndjson';
CREATE OR REPLACE SINK "archive" FROM "SCORED" INTO 'dir:../../../build/anomaly/single-sensor/archive'
    WITH (gzip = TRUE, interval = INTERVAL '15' MINUTE);
