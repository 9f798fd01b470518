CREATE OR REPLACE STREAM "JUMPS" ("meter" VARCHAR(8), "level" INTEGER, "before" INTEGER, "change" INTEGER);

CREATE OR REPLACE PUMP "JUMPS_PUMP" AS INSERT INTO "JUMPS"
SELECT STREAM "meter", "level", "before", "level" - "before" FROM
(
  SELECT STREAM "meter", "level",
         LAG("level", 1, "level") OVER (PARTITION BY "meter" ROWS 1 PRECEDING) AS "before"
  FROM "SOURCE_SQL_STREAM_001"
) AS x
WHERE ABS("level" - "before") >= 10
