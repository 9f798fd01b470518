-- Keeps the source records as they came; one that does not fit lies in the vault. Name it behind deidentify.sql, if you may have such a copy at all.

CREATE OR REPLACE SINK "SOURCE_RECORDS" FROM "LIFE_SUPPORT"
INTO 'dir:../../../build/demo/source-records'
WITH (personal = TRUE, gzip = TRUE, failed = FALSE);
