CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "heartRate" INTEGER, "truth" VARCHAR(8))
FROM '../../../build/anomaly/heart-rate/records.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "scored" FROM "SCORED" INTO '../../../build/anomaly/heart-rate/scored.ndjson';
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '../../../build/anomaly/heart-rate/alerts.ndjson';
