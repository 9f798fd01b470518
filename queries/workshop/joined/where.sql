-- Where the rows of application.sql come from and go to. Paths, and programs, are relative to this file.

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
    "diastolic"      DOUBLE,
    "text"           VARCHAR(2000) PERSONAL)
FROM '-' WITH (rowtime = 'timestamp');

CREATE OR REPLACE REFERENCE TABLE "DEVICES" (
    "device_id"    VARCHAR(16),
    "manufacturer" VARCHAR(16),
    "model"        VARCHAR(8),
    PRIMARY KEY ("device_id"))
FROM '../../../build/joined/devices.csv' WITH (header = TRUE, on_missing = 'error', refresh = INTERVAL '15' MINUTE);

CREATE OR REPLACE SINK "CROSS_REFERENCE" FROM "IDENTITIES"
INTO 'vault:../../../build/joined/people.vault?table=identities'
WITH (key = 'timestamp, device_id', encrypt = 'patient_id, name, dob, temperature, oxygen_percent');

CREATE OR REPLACE SINK "scored" FROM "SCORED" INTO 'dir:../../../build/joined/archive'
WITH (prefix = 'scored/', gzip = TRUE, size = '10 MB', interval = INTERVAL '120' SECOND);

CREATE OR REPLACE SINK "pager" FROM "ALERTS" INTO 'exec:cat >> ../../../build/joined/alerts.log'
WITH (throttle = INTERVAL '10' MINUTE, throttle_key = 'device_id',
      body = '{{time}} {{device_id}} ({{manufacturer}}, {{model}}): pulse {{pulse}}, {{systolic}}/{{diastolic}}, score {{ANOMALY_SCORE}}');
