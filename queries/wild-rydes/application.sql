-- The ride of every unicorn, minute by minute: how far it came, and the lowest and highest reading of each vital sign.
CREATE OR REPLACE STREAM "SUMMARY" (
    "Name"            VARCHAR(16),
    "StatusTime"      TIMESTAMP,
    "Distance"        DOUBLE,
    "MinMagicPoints"  INTEGER,
    "MaxMagicPoints"  INTEGER,
    "MinHealthPoints" INTEGER,
    "MaxHealthPoints" INTEGER);

CREATE OR REPLACE PUMP "SUMMARIZE" AS INSERT INTO "SUMMARY"
SELECT STREAM "Name", FLOOR("SOURCE_SQL_STREAM_001".ROWTIME TO MINUTE), SUM("Distance"),
    MIN("MagicPoints"), MAX("MagicPoints"), MIN("HealthPoints"), MAX("HealthPoints")
FROM "SOURCE_SQL_STREAM_001"
GROUP BY "Name", FLOOR("SOURCE_SQL_STREAM_001".ROWTIME TO MINUTE);

-- Readings that somebody must look at: a vital sign below 100 points.
CREATE OR REPLACE STREAM "VITALS_LOW" (
    "Name"         VARCHAR(16),
    "StatusTime"   TIMESTAMP,
    "Latitude"     DOUBLE,
    "Longitude"    DOUBLE,
    "MagicPoints"  INTEGER,
    "HealthPoints" INTEGER,
    "Low"          VARCHAR(16));

CREATE OR REPLACE PUMP "WATCH" AS INSERT INTO "VITALS_LOW"
SELECT STREAM "Name", "StatusTime", "Latitude", "Longitude", "MagicPoints", "HealthPoints",
    CASE WHEN "HealthPoints" < 100 AND "MagicPoints" < 100 THEN 'health and magic'
         WHEN "HealthPoints" < 100 THEN 'health' ELSE 'magic' END
FROM "SOURCE_SQL_STREAM_001"
WHERE "HealthPoints" < 100 OR "MagicPoints" < 100;
