-- Holds the stateful operators between them; what it writes must not depend on when it was killed.
CREATE SOURCE "READINGS" (
    "timestamp" BIGINT, "device_id" VARCHAR(16), "patient_id" VARCHAR(16), "temperature" DOUBLE, "pulse" DOUBLE,
    "oxygen_percent" DOUBLE, "systolic" DOUBLE, "diastolic" DOUBLE)
FROM 'readings.ndjson' WITH (rowtime = 'timestamp', lateness = INTERVAL '1' SECOND);

-- two pumps meet in one stream
CREATE STREAM "MIXED" ("device_id" VARCHAR(16), "value" DOUBLE, "kind" VARCHAR(8));
CREATE PUMP "HOT" AS INSERT INTO "MIXED" SELECT STREAM "device_id", "temperature", 'hot' FROM "READINGS" WHERE "temperature" > 100;
CREATE PUMP "FAST" AS INSERT INTO "MIXED" SELECT STREAM "device_id", "pulse", 'fast' FROM "READINGS" WHERE "pulse" > 90;

-- tumbling windows over it, a window over windows, and rows that fail
CREATE STREAM "BY_MINUTE" ("minute" TIMESTAMP, "kind" VARCHAR(8), "n" BIGINT, "mean" DOUBLE, "top" DOUBLE);
CREATE PUMP "MINUTES" AS INSERT INTO "BY_MINUTE"
SELECT STREAM STEP(m.ROWTIME BY INTERVAL '10' SECOND), "kind", COUNT(*), AVG("value"), MAX("value")
FROM "MIXED" AS m GROUP BY STEP(m.ROWTIME BY INTERVAL '10' SECOND), "kind";

CREATE STREAM "BY_HOUR" ("n" BIGINT, "top" DOUBLE);
CREATE PUMP "HOURS" AS INSERT INTO "BY_HOUR"
SELECT STREAM SUM("n"), MAX("top") FROM "BY_MINUTE" AS b GROUP BY STEP(b.ROWTIME BY INTERVAL '1' MINUTE);

CREATE STREAM "PER_PATIENT" ("patient_id" VARCHAR(16), "n" BIGINT, "low" DOUBLE);
CREATE PUMP "STAGGERED" AS INSERT INTO "PER_PATIENT"
SELECT STREAM "patient_id", COUNT(*), MIN("oxygen_percent") FROM "READINGS"
WINDOWED BY STAGGER (PARTITION BY "patient_id" RANGE INTERVAL '15' SECOND);

CREATE STREAM "RATIO" ("device_id" VARCHAR(16), "q" DOUBLE);
CREATE PUMP "DIVIDE" AS INSERT INTO "RATIO" SELECT STREAM "device_id", "systolic" / ("diastolic" - 60.5) FROM "READINGS";

CREATE STREAM "SCORED" ("device_id" VARCHAR(16), "pulse" DOUBLE, "ANOMALY_SCORE" DOUBLE);
CREATE PUMP "SCORE" AS INSERT INTO "SCORED" SELECT STREAM "device_id", "pulse", ANOMALY_SCORE
FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM "device_id", "pulse", "systolic" FROM "READINGS" WHERE "pulse" > 110), 10, 64));

-- sliding windows of doubles, extremes and positions
CREATE STREAM "SMOOTH" ("device_id" VARCHAR(16), "mean" DOUBLE, "high" DOUBLE, "n" BIGINT, "before" DOUBLE);
CREATE PUMP "SLIDE" AS INSERT INTO "SMOOTH"
SELECT STREAM "device_id", AVG("temperature") OVER w, MAX("temperature") OVER w, COUNT(*) OVER w, LAG("pulse", 1) OVER r
FROM "READINGS" WHERE "oxygen_percent" > 80
WINDOW w AS (PARTITION BY "device_id" RANGE INTERVAL '5' SECOND PRECEDING), r AS (PARTITION BY "patient_id" ROWS 3 PRECEDING);

-- joins of streams, with rows that wait for a match
CREATE STREAM "PAIRS" ("device_id" VARCHAR(16), "hot" DOUBLE, "fast" DOUBLE);
CREATE PUMP "JOIN_BOTH" AS INSERT INTO "PAIRS"
SELECT STREAM h."device_id", h."value", f."value"
FROM "MIXED" OVER (RANGE INTERVAL '1' SECOND PRECEDING) AS h
LEFT JOIN "MIXED" OVER (RANGE INTERVAL '2' SECOND PRECEDING) AS f
ON h."device_id" = f."device_id" AND f."kind" <> h."kind" WHERE h."value" > 103;

-- sorted batches, and what was seen once
CREATE STREAM "RANKED" ("second" TIMESTAMP, "device_id" VARCHAR(16), "systolic" DOUBLE);
CREATE PUMP "RANK" AS INSERT INTO "RANKED"
SELECT STREAM FLOOR(s.ROWTIME TO SECOND), "device_id", "systolic" FROM "READINGS" AS s WHERE "systolic" > 140
ORDER BY FLOOR(s.ROWTIME TO SECOND), "systolic" DESC;

CREATE STREAM "SEEN" ("second" TIMESTAMP, "patient_id" VARCHAR(16));
CREATE PUMP "ONCE" AS INSERT INTO "SEEN"
SELECT STREAM DISTINCT FLOOR(s.ROWTIME TO SECOND), "patient_id" FROM "READINGS" AS s;

-- rows held back for their time
CREATE STREAM "IN_ORDER" ("device_id" VARCHAR(16), "pulse" DOUBLE);
CREATE PUMP "PUT_IN_ORDER" AS INSERT INTO "IN_ORDER"
SELECT STREAM x."at" AS ROWTIME, x."device_id", x."pulse"
FROM (SELECT STREAM "device_id", "pulse", TO_TIMESTAMP("timestamp" - CAST("pulse" AS BIGINT) * 20) AS "at" FROM "READINGS") AS x
ORDER BY x."at" WITHIN INTERVAL '3' SECOND;

-- table functions that hold rows and counts
CREATE STREAM "DISTINCTS" ("n" BIGINT);
CREATE PUMP "COUNT_PATIENTS" AS INSERT INTO "DISTINCTS" SELECT STREAM * FROM
TABLE(COUNT_DISTINCT_ITEMS_TUMBLING(CURSOR(SELECT STREAM "patient_id" FROM "READINGS"), 'patient_id', 5));
CREATE STREAM "TOPS" ("item" VARCHAR(16), "n" BIGINT);
CREATE PUMP "TOP_DEVICES" AS INSERT INTO "TOPS" SELECT STREAM * FROM
TABLE(TOP_K_ITEMS_TUMBLING(CURSOR(SELECT STREAM "device_id" FROM "READINGS"), 'device_id', 5, 7));
CREATE STREAM "PLACES" ("kind" VARCHAR(8), "n" BIGINT, "place" INTEGER);
CREATE PUMP "PLACE" AS INSERT INTO "PLACES" SELECT STREAM "kind", "n", "place" FROM
TABLE(GROUP_RANK(CURSOR(SELECT STREAM "kind", "n" FROM "BY_MINUTE"), 'n', 'place', 'desc', 'asc', 0, 0));
CREATE STREAM "DENSE" ("r" VARCHAR(10000));
CREATE PUMP "SPOTS" AS INSERT INTO "DENSE" SELECT STREAM HOTSPOTS_RESULT FROM
TABLE(HOTSPOTS(CURSOR(SELECT STREAM "pulse", "systolic" FROM "READINGS" WHERE "systolic" > 150), 100, 5.5, 4));

CREATE SINK "in_order" FROM "IN_ORDER" INTO 'out/in_order.ndjson';
CREATE SINK "distincts" FROM "DISTINCTS" INTO 'out/distincts.ndjson';
CREATE SINK "tops" FROM "TOPS" INTO 'out/tops.ndjson';
CREATE SINK "places" FROM "PLACES" INTO 'out/places.ndjson';
CREATE SINK "spots" FROM "DENSE" INTO 'out/spots.ndjson';
CREATE SINK "mixed" FROM "MIXED" INTO 'dir:out/mixed' WITH (size = '40 KB', interval = INTERVAL '7' SECOND, gzip = TRUE);
CREATE SINK "minutes" FROM "BY_MINUTE" INTO 'out/minutes.csv';
CREATE SINK "hours" FROM "BY_HOUR" INTO 'out/hours.ndjson';
CREATE SINK "patients" FROM "PER_PATIENT" INTO 'out/patients.ndjson.gz';
CREATE SINK "ratio" FROM "RATIO" INTO 'dir:out/ratio' WITH (size = '100 KB');
CREATE SINK "scored" FROM "SCORED" INTO 'out/scored.ndjson';
CREATE SINK "smooth" FROM "SMOOTH" INTO 'dir:out/smooth' WITH (size = '200 KB', gzip = TRUE, names = 'firehose', prefix = '!{timestamp:yyyy-MM/}!{firehose:random-string}/');
CREATE SINK "pairs" FROM "PAIRS" INTO 'out/pairs.ndjson';
CREATE SINK "ranked" FROM "RANKED" INTO 'out/ranked.ndjson';
CREATE SINK "seen" FROM "SEEN" INTO 'out/seen.ndjson.gz';
CREATE SINK "mixed_rows" FROM "MIXED" INTO 'sqlite:out/rows.db?table=mixed';
CREATE SINK "smooth_rows" FROM "SMOOTH" INTO 'sqlite:out/rows.db?table=smooth';
CREATE SINK "latest_pairs" FROM "PAIRS" INTO 'sqlite:out/rows.db?table=latest_pairs' WITH (key = 'device_id');
