CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" ("time" TIMESTAMP, "symbol" VARCHAR(8), "sector" VARCHAR(16), "change" REAL, "price" REAL)
FROM 'input.csv' WITH (format = 'csv', column_delimiter = '|', rowtime = 'time');
CREATE OR REPLACE SINK "json" FROM "DESTINATION_SQL_STREAM" INTO '-';
