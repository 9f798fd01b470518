CREATE OR REPLACE SOURCE "clicks_001" ("time" TIMESTAMP, "visitor" VARCHAR(8), "url" VARCHAR(32))
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "visitors" FROM "VISITORS" INTO '-';
