CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "Systolic" INTEGER, "Diastolic" INTEGER, "truth" VARCHAR(8))
FROM '../../../build/anomaly/blood-pressure/records.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "scored" FROM "SCORED" INTO '../../../build/anomaly/blood-pressure/scored.ndjson';
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '../../../build/anomaly/blood-pressure/alerts.ndjson';
