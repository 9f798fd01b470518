CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "patient" VARCHAR(8), "heartRate" DOUBLE)
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "averages" FROM "AVERAGES" INTO '-';
CREATE OR REPLACE SINK "high"     FROM "HIGH"     INTO '-';
