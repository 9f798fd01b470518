-- Where readings come from, and where they and what is made of them go. Everything lies in build/wild-rydes.
CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "Name"         VARCHAR(16),
    "StatusTime"   TIMESTAMP,
    "Latitude"     DOUBLE,
    "Longitude"    DOUBLE,
    "Distance"     DOUBLE,
    "MagicPoints"  INTEGER,
    "HealthPoints" INTEGER)
FROM '../../build/wild-rydes/readings.ndjson' WITH (rowtime = 'StatusTime');

-- A row for every unicorn and minute: what comes again takes the place of what is there.
CREATE OR REPLACE SINK "table" FROM "SUMMARY" INTO 'sqlite:../../build/wild-rydes/rydes.db?table=summary'
    WITH (key = 'Name, StatusTime');

-- All readings, in a folder for every hour.
CREATE OR REPLACE SINK "readings" FROM "SOURCE_SQL_STREAM_001" INTO 'dir:../../build/wild-rydes/archive'
    WITH (prefix = '!{timestamp:yyyy/MM/dd/HH/}', gzip = TRUE, interval = INTERVAL '15' MINUTE);

-- Alerts; of a unicorn that has been in trouble within the last five minutes operations know already.
CREATE OR REPLACE SINK "alerts" FROM "VITALS_LOW" INTO 'exec:cat >> ../../build/wild-rydes/alerts.txt'
    WITH (body = '{{StatusTime}} {{Name}}: {{Low}} low (health {{HealthPoints}}, magic {{MagicPoints}}) at {{Latitude}}, {{Longitude}}',
          throttle = INTERVAL '5' MINUTE, throttle_key = 'Name');
