-- Delivers the enriched records by time. Records of unknown devices land in processing-failed/ beside them.

CREATE OR REPLACE SINK "ENRICHED_RECORDS" FROM "ENRICHED"
INTO 'dir:../../../build/demo/delivered'
WITH (prefix = 'enriched/', size = '1 MB', interval = INTERVAL '60' SECOND);
