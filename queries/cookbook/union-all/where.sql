CREATE OR REPLACE SOURCE "TILLS_001" ("time" TIMESTAMP, "till" INTEGER, "eur" DECIMAL(7,2))
FROM 'tills.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SOURCE "WEB_001" ("time" TIMESTAMP, "session" VARCHAR(12), "cents" INTEGER)
FROM 'web.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "sales"    FROM "SALES"    INTO '-';
CREATE OR REPLACE SINK "turnover" FROM "TURNOVER" INTO '-';
