CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "time" TIMESTAMP, "order_id" VARCHAR(12), "type" VARCHAR(10), "country" VARCHAR(2), "amount" DOUBLE)
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "large"   FROM "LARGE_ORDERS" INTO '-';
CREATE OR REPLACE SINK "refunds" FROM "REFUNDS"      INTO '-';
