-- P3: a tumbling minute of event time: count, average, lowest and highest temperature of each device.
CREATE OR REPLACE STREAM "RESULT" (
    "ts" TIMESTAMP, "device_id" VARCHAR(16), "n" BIGINT, "avg" DOUBLE, "min" DOUBLE, "max" DOUBLE);

CREATE OR REPLACE PUMP "P3" AS INSERT INTO "RESULT"
SELECT STREAM STEP(r.ROWTIME BY INTERVAL '60' SECOND), r."device_id",
    COUNT(*), AVG(r."temperature"), MIN(r."temperature"), MAX(r."temperature")
FROM "SOURCE_SQL_STREAM_001" AS r
GROUP BY STEP(r.ROWTIME BY INTERVAL '60' SECOND), r."device_id";
