CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "deviceId" VARCHAR(4), "sensorReading" INTEGER, "truth" VARCHAR(8))
FROM '../../../build/anomaly/single-sensor/records.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "scored" FROM "SCORED" INTO '../../../build/anomaly/single-sensor/scored.ndjson';
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '../../../build/anomaly/single-sensor/alerts.ndjson';
