CREATE OR REPLACE SOURCE "turbines_001" ("time" TIMESTAMP, "turbine" VARCHAR(4), "rpm" INTEGER, "load" DOUBLE, "oil_temp" DOUBLE)
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '-';
