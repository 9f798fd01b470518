-- Sensor data collection: who a record is about goes to an encrypted table, the rest to the archive.

CREATE OR REPLACE STREAM "IDENTITIES" (
    "device_id"  VARCHAR(16),
    "timestamp"  BIGINT,
    "patient_id" VARCHAR(16),
    "name"       VARCHAR(64),
    "dob"        VARCHAR(10));

CREATE OR REPLACE PUMP "KEEP_IDENTITIES" AS INSERT INTO "IDENTITIES"
SELECT STREAM "device_id", "timestamp", "patient_id", "name", "dob" FROM "SENSOR_DATA";

CREATE OR REPLACE STREAM "READINGS" (
    "timestamp"      BIGINT,
    "device_id"      VARCHAR(16),
    "patient"        VARCHAR(32),
    "temperature"    INTEGER,
    "pulse"          INTEGER,
    "oxygen_percent" INTEGER,
    "systolic"       INTEGER,
    "diastolic"      INTEGER,
    "text"           VARCHAR(2000));

CREATE OR REPLACE PUMP "COLLECT" AS INSERT INTO "READINGS"
SELECT STREAM "timestamp", "device_id", PSEUDONYM("patient_id", 'readings'),
    "temperature", "pulse", "oxygen_percent", "systolic", "diastolic", SCRUB("text")
FROM "SENSOR_DATA";
