CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "time" TIMESTAMP, "sensor" VARCHAR(8), "temperature" DOUBLE, "door" BOOLEAN)
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "alerts" FROM "DESTINATION_SQL_STREAM" INTO '-';
