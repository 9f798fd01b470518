-- ** Anomaly detection **
-- Compute an anomaly score for each record in the source stream using Random Cut Forest
CREATE OR REPLACE STREAM "TEMP_STREAM" (
   "sensor"        varchar(4),
   "vibration"     double,
   "ANOMALY_SCORE" DOUBLE);
-- Creates an output stream and defines a schema
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (
   "sensor"        varchar(4),
   "vibration"     double,
   "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "STREAM_PUMP" AS INSERT INTO "TEMP_STREAM"
SELECT STREAM "sensor", "vibration", ANOMALY_SCORE FROM
  TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM "sensor", "vibration" FROM "SOURCE_SQL_STREAM_001"), 100, 32, 100000, 1));

-- Sort records by descending anomaly score, insert into output stream
CREATE OR REPLACE PUMP "OUTPUT_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
SELECT STREAM * FROM "TEMP_STREAM"
WHERE ANOMALY_SCORE > 0
ORDER BY FLOOR("TEMP_STREAM".ROWTIME TO SECOND), ANOMALY_SCORE DESC;
