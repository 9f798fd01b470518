CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "station" VARCHAR(4), "pressure" DOUBLE, "flow" DOUBLE)
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '-';
