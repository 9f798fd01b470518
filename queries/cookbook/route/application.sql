-- ** Large orders go to the fraud team, refunds to accounting **

CREATE OR REPLACE STREAM "LARGE_ORDERS" ("order_id" VARCHAR(12), country VARCHAR(2), amount DOUBLE);
CREATE OR REPLACE STREAM "REFUNDS" ("order_id" VARCHAR(12), amount DOUBLE);

CREATE OR REPLACE PUMP "LARGE_PUMP" AS INSERT INTO "LARGE_ORDERS"
-- select everything above 500, domestic orders above 1000
SELECT STREAM "order_id", "country", "amount"
FROM "SOURCE_SQL_STREAM_001"
WHERE "type" = 'order' AND ("amount" > 1000 OR ("country" <> 'DE' AND "amount" > 500));

CREATE OR REPLACE PUMP "REFUND_PUMP" AS INSERT INTO "REFUNDS"
SELECT STREAM "order_id", ABS("amount")
FROM "SOURCE_SQL_STREAM_001"
WHERE "type" LIKE 'refund%';
-- AND "amount" < -10
