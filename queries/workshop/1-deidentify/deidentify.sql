-- Collects life-support records and takes identities out. Name, date of birth, temperature and oxygen go to the
-- cross-reference, sealed, and are empty in what goes on; the patient goes on under a pseudonym.

CREATE OR REPLACE SOURCE "LIFE_SUPPORT" (
    "timestamp"      BIGINT NOT NULL,
    "device_id"      VARCHAR(16) NOT NULL,
    "patient_id"     VARCHAR(16) PERSONAL,
    "name"           VARCHAR(64) PERSONAL,
    "dob"            VARCHAR(10) PERSONAL,
    "temperature"    DOUBLE PERSONAL,
    "pulse"          DOUBLE,
    "oxygen_percent" DOUBLE PERSONAL,
    "systolic"       DOUBLE,
    "diastolic"      DOUBLE)
FROM '../../../build/demo/records.ndjson'
WITH (rowtime = 'timestamp');

-- What only who holds the key can read: one row a record, found by its time and device.

CREATE OR REPLACE STREAM "IDENTITIES" (
    "timestamp"      BIGINT,
    "device_id"      VARCHAR(16),
    "patient_id"     VARCHAR(16),
    "name"           VARCHAR(64),
    "dob"            VARCHAR(10),
    "temperature"    DOUBLE,
    "oxygen_percent" DOUBLE);

CREATE OR REPLACE PUMP "KEEP_IDENTITIES" AS INSERT INTO "IDENTITIES"
SELECT STREAM "timestamp", "device_id", "patient_id", "name", "dob", "temperature", "oxygen_percent"
FROM "LIFE_SUPPORT";

CREATE OR REPLACE SINK "CROSS_REFERENCE" FROM "IDENTITIES"
INTO 'vault:../../../build/demo/people.vault?table=identities'
WITH (key = 'timestamp, device_id', encrypt = 'patient_id, name, dob, temperature, oxygen_percent');

-- What everybody may read.

CREATE OR REPLACE STREAM "READINGS" (
    "time"           TIMESTAMP,
    "device_id"      VARCHAR(16),
    "patient"        VARCHAR(32),
    "name"           VARCHAR(64),
    "dob"            VARCHAR(10),
    "temperature"    DOUBLE,
    "pulse"          DOUBLE,
    "oxygen_percent" DOUBLE,
    "systolic"       DOUBLE,
    "diastolic"      DOUBLE);

CREATE OR REPLACE PUMP "DEIDENTIFY" AS INSERT INTO "READINGS"
SELECT STREAM TO_TIMESTAMP("timestamp"), "device_id", PSEUDONYM("patient_id", 'workshop'),
    REDACT("name", ''), REDACT("dob", ''), CAST(NULL AS DOUBLE), "pulse", CAST(NULL AS DOUBLE),
    "systolic", "diastolic"
FROM "LIFE_SUPPORT";
