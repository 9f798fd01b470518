-- An application as a workshop published it for Kinesis Data Analytics, unchanged: the source is declared in source.sql.
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (
   "device_id" VARCHAR(16),
   "patient_id" VARCHAR(16),
   "pulse" DOUBLE,
   "systolic" DOUBLE,
   "diastolic" DOUBLE,
   "manufacturer" VARCHAR(32),
   "model" VARCHAR(32),
   "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "STREAM_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
SELECT STREAM "device_id", "patient_id", "pulse", "systolic", "diastolic", "manufacturer", "model", "ANOMALY_SCORE"
FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001")));
