-- Where the rows of application.sql come from and go to. Paths, and programs, are relative to this file.

CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "timestamp"      BIGINT NOT NULL,
    "device_id"      VARCHAR(16),
    "patient_id"     VARCHAR(16),
    "manufacturer"   VARCHAR(16),
    "model"          VARCHAR(16),
    "temperature"    INTEGER,
    "pulse"          INTEGER,
    "oxygen_percent" INTEGER,
    "systolic"       INTEGER,
    "diastolic"      INTEGER)
FROM '-' WITH (rowtime = 'timestamp');

CREATE OR REPLACE SINK "scored" FROM "DESTINATION_SQL_STREAM_001" INTO 'dir:../../../build/whitepaper/3-analyze/archive'
WITH (prefix = 'scored/', gzip = TRUE, size = '100 MB', interval = INTERVAL '300' SECOND);

CREATE OR REPLACE SINK "manufacturer" FROM "DESTINATION_SQL_STREAM_002"
INTO 'exec:cat > ../../../build/whitepaper/3-analyze/messages.log'
WITH (throttle = INTERVAL '10' MINUTE, throttle_key = 'device_id',
      body = 'To {{manufacturer}}: {{model}} {{device_id}} reports a pulse of {{pulse}}, score {{ANOMALY_SCORE}}');
