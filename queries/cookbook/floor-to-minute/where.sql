CREATE OR REPLACE SOURCE "weblog_001" (
    "time" TIMESTAMP, "status" INTEGER PATH '$.http.status', "bytes" BIGINT PATH '$.http.bytes', "ms" INTEGER PATH '$.ms')
FROM 'input.ndjson' WITH (rowtime = 'time');
CREATE OR REPLACE SINK "traffic" FROM "TRAFFIC" INTO '-';
