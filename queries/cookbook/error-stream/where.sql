CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "line" VARCHAR(4), "made" INTEGER, "scrap" INTEGER)
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "quality" FROM "QUALITY"    INTO '-';
CREATE OR REPLACE SINK "errors"  FROM error_stream INTO '../../../build/errors.ndjson';
