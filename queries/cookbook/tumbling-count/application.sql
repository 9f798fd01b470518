/**
 * Welcome to the SQL editor
 * =========================
 *
 * Clicks per page and minute.
 */
CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (window_start TIMESTAMP, page VARCHAR(32), clicks INTEGER);
-- CREATE OR REPLACE PUMP to insert into output
CREATE OR REPLACE PUMP "STREAM_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
    SELECT STREAM STEP("SOURCE_SQL_STREAM_001".ROWTIME BY INTERVAL '60' SECOND) AS window_start
                , "page"
                , COUNT(*) AS clicks
    FROM "SOURCE_SQL_STREAM_001"
    GROUP BY "page"
           , STEP("SOURCE_SQL_STREAM_001".ROWTIME BY INTERVAL '60' SECOND);
