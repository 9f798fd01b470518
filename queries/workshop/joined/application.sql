-- The three modules of the workshop as one application: identities out, device details in, a score for every reading.

-- 1. What only who holds the key can read: one row a record, found by its time and device.

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

-- What everybody may read: the patient under a pseudonym, the note without what looks like an identifier.

CREATE OR REPLACE STREAM "READINGS" (
    "time"      TIMESTAMP,
    "device_id" VARCHAR(16),
    "patient"   VARCHAR(32),
    "pulse"     DOUBLE,
    "systolic"  DOUBLE,
    "diastolic" DOUBLE,
    "text"      VARCHAR(2000));

CREATE OR REPLACE PUMP "DEIDENTIFY" AS INSERT INTO "READINGS"
SELECT STREAM TO_TIMESTAMP("timestamp"), "device_id", PSEUDONYM("patient_id", 'workshop'),
    "pulse", "systolic", "diastolic", SCRUB("text")
FROM "LIFE_SUPPORT";

-- 2. What is known of the device. A reading of a device that the table does not have is an error.

CREATE OR REPLACE STREAM "ENRICHED" (
    "time"         TIMESTAMP,
    "device_id"    VARCHAR(16),
    "manufacturer" VARCHAR(16),
    "model"        VARCHAR(8),
    "patient"      VARCHAR(32),
    "pulse"        DOUBLE,
    "systolic"     DOUBLE,
    "diastolic"    DOUBLE,
    "text"         VARCHAR(2000));

CREATE OR REPLACE PUMP "ENRICH" AS INSERT INTO "ENRICHED"
SELECT STREAM r."time", r."device_id", d."manufacturer", d."model", r."patient",
    r."pulse", r."systolic", r."diastolic", r."text"
FROM "READINGS" AS r JOIN "DEVICES" AS d ON d."device_id" = r."device_id";

-- 3. How far a reading is from all others: the forest takes the three numbers. Its first 256 readings teach it and score 0.

CREATE OR REPLACE STREAM "SCORED" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "manufacturer"  VARCHAR(16),
    "model"         VARCHAR(8),
    "patient"       VARCHAR(32),
    "pulse"         DOUBLE,
    "systolic"      DOUBLE,
    "diastolic"     DOUBLE,
    "text"          VARCHAR(2000),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "SCORED"
SELECT STREAM "time", "device_id", "manufacturer", "model", "patient", "pulse", "systolic", "diastolic", "text", ANOMALY_SCORE
FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM "ENRICHED")));

CREATE OR REPLACE STREAM "ALERTS" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "manufacturer"  VARCHAR(16),
    "model"         VARCHAR(8),
    "pulse"         DOUBLE,
    "systolic"      DOUBLE,
    "diastolic"     DOUBLE,
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "ALERT" AS INSERT INTO "ALERTS"
SELECT STREAM "time", "device_id", "manufacturer", "model", "pulse", "systolic", "diastolic", ANOMALY_SCORE
FROM "SCORED" WHERE ANOMALY_SCORE > 1.5;
