-- Records stay for 100 records on average: what was ordinary an hour ago is odd now.
CREATE OR REPLACE STREAM "SCORED" (
    "time"          TIMESTAMP,
    "temperature"   DOUBLE,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "SCORED"
SELECT STREAM "time", "temperature", "truth", "ANOMALY_SCORE"
FROM TABLE(RANDOM_CUT_FOREST(
    CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001"), 100, 256, 100, 1));

CREATE OR REPLACE STREAM "ALERTS" (
    "time"          TIMESTAMP,
    "temperature"   DOUBLE,
    "truth"         VARCHAR(8),
    "ANOMALY_SCORE" DOUBLE);

CREATE OR REPLACE PUMP "ALERT" AS INSERT INTO "ALERTS"
SELECT STREAM * FROM "SCORED" WHERE "ANOMALY_SCORE" > 4;
