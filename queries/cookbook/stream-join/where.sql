CREATE OR REPLACE SOURCE "ORDERS_001" ("time" TIMESTAMP, "order_id" INTEGER, "customer" VARCHAR(12), "eur" DECIMAL(8,2))
FROM 'orders.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SOURCE "PAYMENTS_001" ("time" TIMESTAMP, "order_id" INTEGER, "method" VARCHAR(8))
FROM 'payments.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "reminders" FROM "REMINDERS" INTO '-';
