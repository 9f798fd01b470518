CREATE OR REPLACE SOURCE "LOGINS_001" ("time" TIMESTAMP, "user" VARCHAR(16), "ok" BOOLEAN, "ip" VARCHAR(15))
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "suspects" FROM "SUSPECTS" INTO '-';
