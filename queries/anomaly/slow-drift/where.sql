CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "temperature" DOUBLE, "truth" VARCHAR(8))
FROM '../../../build/anomaly/slow-drift/records.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "scored" FROM "SCORED" INTO '../../../build/anomaly/slow-drift/scored.ndjson';
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '../../../build/anomaly/slow-drift/alerts.ndjson';
