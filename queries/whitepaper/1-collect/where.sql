-- Where the rows of application.sql come from and go to. Paths are relative to this file.

CREATE OR REPLACE SOURCE "SENSOR_DATA" (
    "timestamp"      BIGINT NOT NULL,
    "device_id"      VARCHAR(16) NOT NULL,
    "patient_id"     VARCHAR(16) PERSONAL,
    "name"           VARCHAR(64) PERSONAL,
    "dob"            VARCHAR(10) PERSONAL,
    "temperature"    INTEGER,
    "pulse"          INTEGER,
    "oxygen_percent" INTEGER,
    "systolic"       INTEGER,
    "diastolic"      INTEGER,
    "text"           VARCHAR(2000) PERSONAL)
FROM '-' WITH (rowtime = 'timestamp');

CREATE OR REPLACE SINK "PATIENTS" FROM "IDENTITIES" INTO 'vault:../../../build/whitepaper/1-collect/patients.vault?table=patients'
WITH (key = 'device_id, timestamp');

CREATE OR REPLACE SINK "readings" FROM "READINGS" INTO 'dir:../../../build/whitepaper/1-collect/archive'
WITH (prefix = 'de-identified/', gzip = TRUE, size = '100 MB', interval = INTERVAL '300' SECOND);
