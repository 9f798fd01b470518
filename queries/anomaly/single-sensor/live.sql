-- In the place of where.sql: sensors send their readings to a socket, alerts come to standard output.
CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "time"          TIMESTAMP PATH '$.readingTimestamp',
    "deviceId"      VARCHAR(4),
    "sensorReading" INTEGER,
    "truth"         VARCHAR(8))
FROM 'unix:../../../build/anomaly/live/sensor.sock' WITH (listen = TRUE);

CREATE OR REPLACE SINK "archive" FROM "SCORED" INTO 'dir:../../../build/anomaly/live/archive'
    WITH (gzip = TRUE, interval = INTERVAL '60' SECOND);
CREATE OR REPLACE SINK "alerts" FROM "ALERTS" INTO '-';
