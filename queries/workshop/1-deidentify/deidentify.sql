-- Collects life-support records and takes identities out: name and date of birth end here, and the patient is not passed on.

CREATE OR REPLACE SOURCE "LIFE_SUPPORT" (
    "timestamp"      BIGINT NOT NULL,
    "device_id"      VARCHAR(16) NOT NULL,
    "patient_id"     VARCHAR(16),
    "name"           VARCHAR(64),
    "dob"            VARCHAR(10),
    "temperature"    DOUBLE,
    "pulse"          DOUBLE,
    "oxygen_percent" DOUBLE,
    "systolic"       DOUBLE,
    "diastolic"      DOUBLE)
FROM '../../../build/demo/records.ndjson'
WITH (rowtime = 'timestamp');

CREATE OR REPLACE STREAM "READINGS" (
    "time"           TIMESTAMP,
    "device_id"      VARCHAR(16),
    "temperature"    DOUBLE,
    "pulse"          DOUBLE,
    "oxygen_percent" DOUBLE,
    "systolic"       DOUBLE,
    "diastolic"      DOUBLE);

CREATE OR REPLACE PUMP "DEIDENTIFY" AS INSERT INTO "READINGS"
SELECT STREAM TO_TIMESTAMP("timestamp"), "device_id",
    "temperature", "pulse", "oxygen_percent", "systolic", "diastolic"
FROM "LIFE_SUPPORT";
