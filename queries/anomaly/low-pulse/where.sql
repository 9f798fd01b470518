CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "device_id" VARCHAR(16), "pulse" DOUBLE, "systolic" DOUBLE, "diastolic" DOUBLE, "truth" VARCHAR(8))
FROM '../../../build/anomaly/low-pulse/records.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "scored" FROM "SCORED" INTO '../../../build/anomaly/low-pulse/scored.ndjson';
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '../../../build/anomaly/low-pulse/alerts.ndjson';
