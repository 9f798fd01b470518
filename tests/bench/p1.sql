-- P1: filter, projection, time text, and a look-up of 5,000 devices. What costs is decoding and formatting.
CREATE OR REPLACE STREAM "RESULT" (
    "ts" TIMESTAMP, "device_id" VARCHAR(16), "patient_id" VARCHAR(16),
    "temperature" DOUBLE, "pulse" DOUBLE, "oxygen_percent" DOUBLE, "systolic" DOUBLE, "diastolic" DOUBLE,
    "site" VARCHAR(16), "model" VARCHAR(16));

CREATE OR REPLACE PUMP "P1" AS INSERT INTO "RESULT"
SELECT STREAM TO_TIMESTAMP(r."timestamp"), r."device_id", r."patient_id",
    r."temperature", r."pulse", r."oxygen_percent", r."systolic", r."diastolic", d."site", d."model"
FROM "SOURCE_SQL_STREAM_001" AS r JOIN "DEVICES" AS d ON d."device_id" = r."device_id"
WHERE r."temperature" > 98;
