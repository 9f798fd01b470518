-- P4: a sliding minute of event time: of each reading the average temperature of its device; a row for each row.
CREATE OR REPLACE STREAM "RESULT" (
    "ts" TIMESTAMP, "device_id" VARCHAR(16), "temperature" DOUBLE, "avg" DOUBLE);

CREATE OR REPLACE PUMP "P4" AS INSERT INTO "RESULT"
SELECT STREAM r.ROWTIME, r."device_id", r."temperature", AVG(r."temperature") OVER w
FROM "SOURCE_SQL_STREAM_001" AS r
WINDOW w AS (PARTITION BY r."device_id" RANGE INTERVAL '60' SECOND PRECEDING);
