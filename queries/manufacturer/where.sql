-- Readings with the makers of their devices, and where the judged readings go: build/manufacturer.
CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "timestamp"    BIGINT,
    "device_id"    VARCHAR(16),
    "manufacturer" VARCHAR(16),
    "model"        VARCHAR(16),
    "pulse"        DOUBLE,
    "systolic"     DOUBLE,
    "diastolic"    DOUBLE)
FROM '../../build/manufacturer/readings.ndjson' WITH (rowtime = 'timestamp');

CREATE OR REPLACE SINK "scores" FROM "JUDGED" INTO 'dir:../../build/manufacturer/archive'
    WITH (prefix = 'anomaly_scores/', gzip = TRUE, interval = INTERVAL '15' MINUTE);
