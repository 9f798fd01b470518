-- W1 and W2: life-support records of about 1 KB and 168 bytes. Which columns are read decides what is decoded.
CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "timestamp" BIGINT, "device_id" VARCHAR(16), "patient_id" VARCHAR(16), "name" VARCHAR(64), "dob" VARCHAR(16),
    "temperature" DOUBLE, "pulse" DOUBLE, "oxygen_percent" DOUBLE, "systolic" DOUBLE, "diastolic" DOUBLE,
    "text" VARCHAR(4096))
WITH (format = 'json', rowtime = 'timestamp');

CREATE OR REPLACE REFERENCE TABLE "DEVICES" ("device_id" VARCHAR(16), "site" VARCHAR(16), "model" VARCHAR(16),
    PRIMARY KEY ("device_id"))
FROM 'devices.csv' WITH (header = TRUE);
