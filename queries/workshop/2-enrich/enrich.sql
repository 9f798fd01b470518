-- Adds what is known of a device: who made it, its model, and where it stands. A record of a device that the table does not have is an
-- error: it does not go on, and a folder gets it in processing-failed/.

CREATE OR REPLACE REFERENCE TABLE "DEVICES" (
    "device_id"    VARCHAR(16),
    "manufacturer" VARCHAR(16),
    "model"        VARCHAR(16),
    "ward"         VARCHAR(16),
    PRIMARY KEY ("device_id"))
FROM '../../../build/demo/devices.csv' WITH (header = TRUE, on_missing = 'error');

CREATE OR REPLACE STREAM "ENRICHED" (
    "time"           TIMESTAMP,
    "device_id"      VARCHAR(16),
    "patient"        VARCHAR(32),
    "name"           VARCHAR(64),
    "dob"            VARCHAR(10),
    "temperature"    DOUBLE,
    "pulse"          DOUBLE,
    "oxygen_percent" DOUBLE,
    "systolic"       DOUBLE,
    "diastolic"      DOUBLE,
    "manufacturer"   VARCHAR(16),
    "model"          VARCHAR(16),
    "ward"           VARCHAR(16));

CREATE OR REPLACE PUMP "ENRICH" AS INSERT INTO "ENRICHED"
SELECT STREAM r."time", r."device_id", r."patient", r."name", r."dob", r."temperature", r."pulse", r."oxygen_percent",
    r."systolic", r."diastolic", d."manufacturer", d."model", d."ward"
FROM "READINGS" AS r JOIN "DEVICES" AS d ON d."device_id" = r."device_id";
