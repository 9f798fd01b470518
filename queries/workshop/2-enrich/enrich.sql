-- Adds what is known of a device: who made it and where it stands. A device that the table does not have keeps its readings.

CREATE OR REPLACE REFERENCE TABLE "DEVICES" (
    "device_id"    VARCHAR(16),
    "manufacturer" VARCHAR(16),
    "model"        VARCHAR(16),
    "ward"         VARCHAR(16),
    PRIMARY KEY ("device_id"))
FROM '../../../build/demo/devices.csv' WITH (header = TRUE);

CREATE OR REPLACE STREAM "ENRICHED" (
    "time"           TIMESTAMP,
    "device_id"      VARCHAR(16),
    "pulse"          DOUBLE,
    "systolic"       DOUBLE,
    "diastolic"      DOUBLE,
    "manufacturer"   VARCHAR(16),
    "model"          VARCHAR(16),
    "ward"           VARCHAR(16));

CREATE OR REPLACE PUMP "ENRICH" AS INSERT INTO "ENRICHED"
SELECT STREAM r."time", r."device_id", r."pulse", r."systolic", r."diastolic", d."manufacturer", d."model", d."ward"
FROM "READINGS" AS r LEFT JOIN "DEVICES" AS d ON d."device_id" = r."device_id";
