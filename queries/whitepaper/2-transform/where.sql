-- Where the rows of application.sql come from and go to. Paths are relative to this file.

CREATE OR REPLACE SOURCE "INGESTED" (
    "timestamp"      BIGINT NOT NULL,
    "device_id"      VARCHAR(16) NOT NULL,
    "patient_id"     VARCHAR(16),
    "temperature"    INTEGER,
    "pulse"          INTEGER,
    "oxygen_percent" INTEGER,
    "systolic"       INTEGER,
    "diastolic"      INTEGER,
    "text"           VARCHAR(2000))
FROM '-' WITH (rowtime = 'timestamp');

-- A record of a device that the table does not have is an error: it lands in processing-failed/.

CREATE OR REPLACE REFERENCE TABLE "DEVICE_DETAILS" (
    "device_id"    VARCHAR(16),
    "manufacturer" VARCHAR(16),
    "model"        VARCHAR(8),
    PRIMARY KEY ("device_id"))
FROM '../../../build/whitepaper/2-transform/devices.csv' WITH (header = TRUE, on_missing = 'error');

CREATE OR REPLACE SINK "transformed" FROM "TRANSFORMED" INTO 'dir:../../../build/whitepaper/2-transform/archive'
WITH (prefix = 'transformed/', gzip = TRUE, size = '100 MB', interval = INTERVAL '300' SECOND);

CREATE OR REPLACE SINK "source" FROM "SOURCE_RECORDS" INTO 'dir:../../../build/whitepaper/2-transform/archive'
WITH (format = 'text', prefix = 'source_records/', gzip = TRUE, size = '100 MB', interval = INTERVAL '300' SECOND, failed = FALSE);
