CREATE OR REPLACE STREAM "DESTINATION_SQL_STREAM" (
	"sensor"   VARCHAR(8),
	"severity" VARCHAR(10),
	"alert"    VARCHAR(64));

CREATE OR REPLACE  PUMP "STREAM_PUMP" AS INSERT INTO "DESTINATION_SQL_STREAM"
SELECT STREAM "sensor",
	CASE
		WHEN "temperature" IS NULL THEN 'UNKNOWN'
		WHEN "temperature" > 8.0   THEN 'CRITICAL'
		WHEN "temperature" > 5.0 AND "door" THEN 'INFO'      -- somebody is loading
		WHEN "temperature" > 5.0   THEN 'WARNING'
		ELSE 'OK'
	END,
	'sensor ' || UPPER("sensor") || CASE WHEN "door" THEN ': door open' ELSE '' END
FROM "SOURCE_SQL_STREAM_001"
WHERE "temperature" > 5.0 OR "temperature" IS NULL
;
