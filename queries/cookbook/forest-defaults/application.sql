-- Creates a temporary stream.
CREATE OR REPLACE STREAM "TEMP_STREAM" (
   "station"        VARCHAR(4),
   "pressure"       DOUBLE,
   "flow"           DOUBLE,
   "ANOMALY_SCORE"  DOUBLE);

-- Creates another stream for application output.
CREATE OR REPLACE STREAM "ALERTS" ("station" VARCHAR(4), "pressure" DOUBLE, "flow" DOUBLE, "ANOMALY_SCORE" DOUBLE);

-- Compute an anomaly score for each record in the input stream
-- using Random Cut Forest
CREATE OR REPLACE PUMP "STREAM_PUMP" AS INSERT INTO "TEMP_STREAM"
SELECT STREAM "station", "pressure", "flow", ANOMALY_SCORE
FROM TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001")
  )
);

CREATE OR REPLACE PUMP "ALERT_PUMP" AS INSERT INTO "ALERTS"
SELECT STREAM * FROM "TEMP_STREAM" WHERE "ANOMALY_SCORE" > 2.0;
