-- W3: nested records whose members come in varying order.
CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "timestamp" BIGINT PATH '$.meta.timestamp', "device_id" VARCHAR(16) PATH '$.device.id',
    "patient_id" VARCHAR(16) PATH '$.patient.id', "temperature" DOUBLE PATH '$.vitals.temperature',
    "pulse" DOUBLE PATH '$.vitals.pulse', "oxygen_percent" DOUBLE PATH '$.device.location.lat',
    "systolic" DOUBLE PATH '$.vitals.bp[0]', "diastolic" DOUBLE PATH '$.vitals.bp[1]')
WITH (format = 'json', rowtime = 'timestamp');

CREATE OR REPLACE REFERENCE TABLE "DEVICES" ("device_id" VARCHAR(16), "site" VARCHAR(16), "model" VARCHAR(16),
    PRIMARY KEY ("device_id"))
FROM 'devices.csv' WITH (header = TRUE);
