-- Delivers the de-identified records by time; what was refused on the way lands in processing-failed/ beside them.

CREATE OR REPLACE SINK "DEIDENTIFIED" FROM "READINGS"
INTO 'dir:../../../build/demo/delivered'
WITH (prefix = 'de-identified/', size = '1 MB', interval = INTERVAL '60' SECOND);
