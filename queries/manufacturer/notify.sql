-- What a manufacturer wants to hear of: thresholds of scores, and of anomalies in a quarter of an hour. A change of the file
-- holds from the next second on.
CREATE OR REPLACE REFERENCE TABLE "MANUFACTURERS" (
    "manufacturer" VARCHAR(16),
    "address"      VARCHAR(256),
    "anomalies"    INTEGER,
    "lower"        DOUBLE,
    "upper"        DOUBLE,
    PRIMARY KEY ("manufacturer"))
FROM '../../build/manufacturer/manufacturers.csv' WITH (header = TRUE, refresh = INTERVAL '1' SECOND);

-- An anomaly is a score above the upper threshold or below the lower one; 0 means that the forest is still learning.
CREATE OR REPLACE STREAM "JUDGED" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "manufacturer"  VARCHAR(16),
    "model"         VARCHAR(16),
    "pulse"         DOUBLE,
    "systolic"      DOUBLE,
    "diastolic"     DOUBLE,
    "ANOMALY_SCORE" DOUBLE,
    "anomaly"       BOOLEAN);

CREATE OR REPLACE PUMP "JUDGE" AS INSERT INTO "JUDGED"
SELECT STREAM s."time", s."device_id", s."manufacturer", s."model", s."pulse", s."systolic", s."diastolic", s.ANOMALY_SCORE,
    CASE WHEN s.ANOMALY_SCORE > m."upper" THEN TRUE
         WHEN s.ANOMALY_SCORE <> 0 AND s.ANOMALY_SCORE < m."lower" THEN TRUE
         ELSE FALSE END
FROM "SCORED" AS s LEFT JOIN "MANUFACTURERS" AS m ON m."manufacturer" = s."manufacturer";

-- Every anomaly, with how many there were of its model in the quarter of an hour up to it.
CREATE OR REPLACE STREAM "ANOMALIES" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "manufacturer"  VARCHAR(16),
    "model"         VARCHAR(16),
    "pulse"         DOUBLE,
    "ANOMALY_SCORE" DOUBLE,
    "anomalies"     INTEGER);

CREATE OR REPLACE PUMP "COUNT_ANOMALIES" AS INSERT INTO "ANOMALIES"
SELECT STREAM "time", "device_id", "manufacturer", "model", "pulse", ANOMALY_SCORE, COUNT(*) OVER QUARTER
FROM "JUDGED" WHERE "anomaly"
WINDOW QUARTER AS (PARTITION BY "manufacturer", "model" RANGE INTERVAL '15' MINUTE PRECEDING);

-- As many as the manufacturer wants to hear of, or more.
CREATE OR REPLACE STREAM "NOTICES" (
    "time"          TIMESTAMP,
    "device_id"     VARCHAR(16),
    "manufacturer"  VARCHAR(16),
    "model"         VARCHAR(16),
    "pulse"         DOUBLE,
    "ANOMALY_SCORE" DOUBLE,
    "anomalies"     INTEGER,
    "address"       VARCHAR(256));

CREATE OR REPLACE PUMP "NOTIFY" AS INSERT INTO "NOTICES"
SELECT STREAM a."time", a."device_id", a."manufacturer", a."model", a."pulse", a.ANOMALY_SCORE, a."anomalies", m."address"
FROM "ANOMALIES" AS a JOIN "MANUFACTURERS" AS m ON m."manufacturer" = a."manufacturer"
WHERE a."anomalies" >= m."anomalies";
