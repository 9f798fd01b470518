-- p1full: P1 with name, date of birth and the long text kept.
CREATE OR REPLACE STREAM "RESULT" (
    "ts" TIMESTAMP, "device_id" VARCHAR(16), "patient_id" VARCHAR(16), "name" VARCHAR(64), "dob" VARCHAR(16),
    "temperature" DOUBLE, "pulse" DOUBLE, "oxygen_percent" DOUBLE, "systolic" DOUBLE, "diastolic" DOUBLE,
    "text" VARCHAR(4096), "site" VARCHAR(16), "model" VARCHAR(16));

CREATE OR REPLACE PUMP "P1" AS INSERT INTO "RESULT"
SELECT STREAM TO_TIMESTAMP(r."timestamp"), r."device_id", r."patient_id", r."name", r."dob",
    r."temperature", r."pulse", r."oxygen_percent", r."systolic", r."diastolic", r."text", d."site", d."model"
FROM "SOURCE_SQL_STREAM_001" AS r JOIN "DEVICES" AS d ON d."device_id" = r."device_id"
WHERE r."temperature" > 98;
