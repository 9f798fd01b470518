-- Ingest, transform, load: the time becomes readable, what is known of the device is added, and the records are kept as they came.

CREATE OR REPLACE STREAM "TRANSFORMED" (
    "timestamp"      VARCHAR(24),
    "device_id"      VARCHAR(16),
    "patient_id"     VARCHAR(16),
    "temperature"    INTEGER,
    "pulse"          INTEGER,
    "oxygen_percent" INTEGER,
    "systolic"       INTEGER,
    "diastolic"      INTEGER,
    "text"           VARCHAR(2000),
    "manufacturer"   VARCHAR(16),
    "model"          VARCHAR(8));

CREATE OR REPLACE PUMP "TRANSFORM" AS INSERT INTO "TRANSFORMED"
SELECT STREAM TIMESTAMP_TO_CHAR('yyyy-MM-dd''T''HH:mm:ss.SSS', TO_TIMESTAMP(r."timestamp")),
    r."device_id", r."patient_id", r."temperature", r."pulse", r."oxygen_percent", r."systolic", r."diastolic", r."text",
    d."manufacturer", d."model"
FROM "INGESTED" AS r JOIN "DEVICE_DETAILS" AS d ON d."device_id" = r."device_id";

CREATE OR REPLACE STREAM "SOURCE_RECORDS" ("record" VARCHAR(65535));

CREATE OR REPLACE PUMP "KEEP_SOURCE" AS INSERT INTO "SOURCE_RECORDS"
SELECT STREAM "$record" FROM "INGESTED";
