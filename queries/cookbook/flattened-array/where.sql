CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "time"    TIMESTAMP   PATH '$.sent',
    "gateway" VARCHAR(8)  PATH '$.gateway.id',
    "sensor"  VARCHAR(8)  PATH '$.readings[0:].sensor',
    "value"   DOUBLE      PATH '$.readings[0:].value')
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "sensors" FROM "SENSORS" INTO '-';
