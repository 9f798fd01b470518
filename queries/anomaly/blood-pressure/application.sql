-- Scores two numbers together and says which of them makes a record odd, and whether it is too high or too low.
CREATE OR REPLACE STREAM "SCORED" (
    "time"                TIMESTAMP,
    "Systolic"            INTEGER,
    "Diastolic"           INTEGER,
    "truth"               VARCHAR(8),
    "ANOMALY_SCORE"       DOUBLE,
    "ANOMALY_EXPLANATION" VARCHAR(512));

CREATE OR REPLACE PUMP "SCORE" AS INSERT INTO "SCORED"
SELECT STREAM "time", "Systolic", "Diastolic", "truth", "ANOMALY_SCORE", "ANOMALY_EXPLANATION"
FROM TABLE(RANDOM_CUT_FOREST_WITH_EXPLANATION(
    CURSOR(SELECT STREAM * FROM "SOURCE_SQL_STREAM_001"), 100, 256, 100000, 1, TRUE));

CREATE OR REPLACE STREAM "ALERTS" (
    "time"                TIMESTAMP,
    "Systolic"            INTEGER,
    "Diastolic"           INTEGER,
    "truth"               VARCHAR(8),
    "ANOMALY_SCORE"       DOUBLE,
    "ANOMALY_EXPLANATION" VARCHAR(512));

CREATE OR REPLACE PUMP "ALERT" AS INSERT INTO "ALERTS"
SELECT STREAM * FROM "SCORED" WHERE "ANOMALY_SCORE" > 1.5;
