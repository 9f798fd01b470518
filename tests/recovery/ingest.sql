-- Bodies that are posted; each row goes to a file, an archive and a table, where it stands once.
CREATE SOURCE "BODIES" ("B" INTEGER, "N" INTEGER, "T" VARCHAR(100)) FROM 'http://127.0.0.1:17630/in';
CREATE STREAM "ROWS_OF" ("B" INTEGER, "N" INTEGER);
CREATE PUMP "TAKE" AS INSERT INTO "ROWS_OF" SELECT STREAM "B", "N" FROM "BODIES";
CREATE SINK "rows" FROM "ROWS_OF" INTO 'rows.ndjson';
CREATE SINK "archive" FROM "ROWS_OF" INTO 'dir:archive' WITH (size = '20 KB', gzip = TRUE);
CREATE SINK "table" FROM "ROWS_OF" INTO 'sqlite:rows.db?table=rows_of';
