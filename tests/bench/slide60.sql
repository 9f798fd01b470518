-- A sliding window of a minute of 500 devices; the few hottest readings go out, as many as of an hour. A row should cost the
-- same whatever the length of the window.
CREATE OR REPLACE STREAM "RESULT" (
    "device_id" VARCHAR(16), "n" BIGINT, "avg" DOUBLE, "min" DOUBLE, "max" DOUBLE);

CREATE OR REPLACE PUMP "SLIDE" AS INSERT INTO "RESULT"
SELECT STREAM "device_id", "n", "avg", "min", "max"
FROM (SELECT STREAM "device_id", "temperature", COUNT(*) OVER w AS "n", AVG("temperature") OVER w AS "avg",
        MIN("temperature") OVER w AS "min", MAX("temperature") OVER w AS "max"
      FROM "SOURCE_SQL_STREAM_001"
      WINDOW w AS (PARTITION BY "device_id" RANGE INTERVAL '60' SECOND PRECEDING))
WHERE "temperature" > 103;
