# Samples become CREATE SOURCE by the service's rules, with the rows as it reads them; what is made runs.
$ cat > orders.ndjson <<'END'
> {"id": 17, "USER@DOMAIN": "ada", "year": 2026, "price": 12.5, "paid": true, "at": "2026-01-31 13:45:07.250", "address": {"city": "Zürich", "zip": "8001"}, "items": [{"sku": "a-1", "n": 2}, {"sku": "b-22", "n": 1}], "tags": ["x"], "@@": null}
> {"id": 3000000000, "USER@DOMAIN": "grace", "year": 2026, "price": 3, "paid": false, "at": "2026-01-31 13:45:08.000", "address": {"city": "Paris", "zip": "75001"}, "items": [], "tags": [], "@@": 1}
> END
$ sluice discover orders.ndjson | tee sources.sql
-- 1 array is kept whole, as text: one array of objects makes rows, others do not.
CREATE SOURCE "SOURCE_SQL_STREAM_001" (
    "id" BIGINT,
    "COL_USERDOMAIN" VARCHAR(8) PATH '$[''USER@DOMAIN'']',
    "COL_year" INTEGER PATH '$.year',
    "price" DOUBLE,
    "paid" BOOLEAN,
    "COL_at" TIMESTAMP PATH '$.at',
    "city" VARCHAR(8) PATH '$.address.city',
    "zip" VARCHAR(8) PATH '$.address.zip',
    "sku" VARCHAR(4) PATH '$.items[0:].sku',
    "n" INTEGER PATH '$.items[0:].n',
    "tags" VARCHAR(8),
    "COL_11" INTEGER PATH '$[''@@'']'
) FROM 'orders.ndjson' WITH (format = 'json');

--  id         | COL_USERDOMAIN | COL_year | price | paid  | COL_at                  | city   | zip   | sku  | n    | tags  | COL_11
-- ------------+----------------+----------+-------+-------+-------------------------+--------+-------+------+------+-------+--------
--          17 | ada            |     2026 |  12.5 | TRUE  | 2026-01-31 13:45:07.250 | Zürich | 8001  | a-1  |    2 | ["x"] |   NULL
--          17 | ada            |     2026 |  12.5 | TRUE  | 2026-01-31 13:45:07.250 | Zürich | 8001  | b-22 |    1 | ["x"] |   NULL
--  3000000000 | grace          |     2026 |     3 | FALSE | 2026-01-31 13:45:08.000 | Paris  | 75001 | NULL | NULL | []    |      1
$ echo 'SELECT STREAM "id", "city", "sku", "COL_year" FROM ORDERS;' > q.sql; sluice discover orders.ndjson --name ORDERS > s.sql; sluice run s.sql q.sql --quiet
{"id":17,"city":"Zürich","sku":"a-1","COL_year":2026}
{"id":17,"city":"Zürich","sku":"b-22","COL_year":2026}
{"id":3000000000,"city":"Paris","sku":null,"COL_year":2026}

# Lengths are powers of two, at least 4; numbers that do not fit, mixed values, times and nested names.
$ printf '%s\n' '{"a": "ab", "b": "abcdefghi", "c": "abcdefghijklmnopqrstuvwxyzabcdefghi", "d": 1, "e": 1, "f": 99999999999999999999, "g": "2026-01-01", "h": "2026-01-01T00:00:00", "user": {"name": "x"}, "host": {"name": "y"}}' '{"d": "x", "e": true}' | sluice discover - --name T
-- The stream holds 2 types of records; columns that a type has not are NULL:
--   1: a, b, c, d, e, f, g, h, host, user
--   1: d, e
CREATE SOURCE "T" (
    "a" VARCHAR(4),
    "b" VARCHAR(16),
    "c" VARCHAR(64),
    "d" VARCHAR(4),
    "e" VARCHAR(4),
    "f" DOUBLE,
    "g" VARCHAR(16),
    "h" TIMESTAMP,
    "name" VARCHAR(4) PATH '$.user.name',
    "name_2" VARCHAR(4) PATH '$.host.name'
) WITH (format = 'json');

--  a    | b         | c                             | d | e    | f                     | g          | h                       | name | name_2
-- ------+-----------+-------------------------------+---+------+-----------------------+------------+-------------------------+------+--------
--  ab   | abcdefghi | abcdefghijklmnopqrstuvwxyzab… | 1 | 1    | 100000000000000000000 | 2026-01-01 | 2026-01-01 00:00:00.000 | x    | y
--  NULL | NULL      | NULL                          | x | true |                  NULL | NULL       | NULL                    | NULL | NULL
$ printf '%s\n' '[{"n": 1}, {"n": 2.5}]' | sluice discover - --name T | tee s.sql; echo '[{"n": 1}, {"n": 2.5}]' > t.json; echo 'SELECT STREAM * FROM T;' > q.sql; sluice run s.sql q.sql --source T=t.json --quiet
CREATE SOURCE "T" (
    "n" DOUBLE
) WITH (format = 'json', row_path = '$[0:]');

--  n
-- -----
--    1
--  2.5
{"n":1}
{"n":2.5}

# CSV: header, delimiter and line ends are found out.
$ printf 'ticker,price,when\r\nAAAA,1.5,2026-01-01 00:00:00\r\nBB,2,2026-01-01 00:00:01\r\n' > p.csv; sluice discover p.csv --name P | tee s.sql; echo 'SELECT STREAM * FROM P;' > q.sql; sluice run s.sql q.sql --quiet
CREATE SOURCE "P" (
    "ticker" VARCHAR(4),
    "price" DOUBLE,
    "COL_when" TIMESTAMP
) FROM 'p.csv' WITH (format = 'csv', header = TRUE);

--  ticker | price | COL_when
-- --------+-------+-------------------------
--  AAAA   |   1.5 | 2026-01-01 00:00:00.000
--  BB     |     2 | 2026-01-01 00:00:01.000
{"ticker":"AAAA","price":1.5,"COL_when":"2026-01-01 00:00:00.000"}
{"ticker":"BB","price":2,"COL_when":"2026-01-01 00:00:01.000"}
$ printf 'a|1\nb|2\n' | sluice discover - --name P
CREATE SOURCE "P" (
    "COL_0" VARCHAR(4),
    "COL_1" INTEGER
) WITH (format = 'csv', column_delimiter = '|');

--  COL_0 | COL_1
-- -------+-------
--  a     |     1
--  b     |     2
$ printf 'x\ty\n1\t"two\nlines"\n' | sluice discover - --name P --header yes
CREATE SOURCE "P" (
    "x" INTEGER,
    "y" VARCHAR(16)
) WITH (format = 'tsv', header = TRUE);

--  x | y
-- ---+------------
--  1 | two\nlines
$ printf 'red,green\nblue,red\n' | sluice discover - --name P --rows 1
CREATE SOURCE "P" (
    "COL_0" VARCHAR(4),
    "COL_1" VARCHAR(8)
) WITH (format = 'csv');

--  COL_0 | COL_1
-- -------+-------
--  red   | green
$ printf 'red,green\nblue,red\n' | sluice discover - --name P --rows 1 --header yes --format csv | head -n 4
CREATE SOURCE "P" (
    "red" VARCHAR(4),
    "green" VARCHAR(4)
) WITH (format = 'csv', header = TRUE);

# Several types of records in one stream.
$ printf '%s\n' '{"RecordType": "Order", "Oid": 1, "Oprice": 2.5}' '{"RecordType": "Trade", "Tid": 7, "Toid": 1, "Tprice": 2.5}' '{"RecordType": "Order", "Oid": 2, "Oprice": 3.5}' | sluice discover - --name MIXED
-- The stream holds 2 types of records; columns that a type has not are NULL:
--   2 with "RecordType" = 'Order': Oid, Oprice, RecordType
--   1 with "RecordType" = 'Trade': RecordType, Tid, Toid, Tprice
CREATE SOURCE "MIXED" (
    "RecordType" VARCHAR(8),
    "Oid" INTEGER,
    "Oprice" DOUBLE,
    "Tid" INTEGER,
    "Toid" INTEGER,
    "Tprice" DOUBLE
) WITH (format = 'json');

--  RecordType | Oid  | Oprice | Tid  | Toid | Tprice
-- ------------+------+--------+------+------+--------
--  Order      |    1 |    2.5 | NULL | NULL |   NULL
--  Trade      | NULL |   NULL |    7 |    1 |    2.5
--  Order      |    2 |    3.5 | NULL | NULL |   NULL
$ printf '%s\n' '{"a": 1, "b": 2, "c": 3}' '{"a": 1, "b": 2}' '{"x": 1, "y": 2}' | sluice discover - | head -n 3
-- The stream holds 2 types of records; columns that a type has not are NULL:
--   2: a, b, c
--   1: x, y

# Bad records are counted; a sample of them alone is an error with its place, and so is an empty one.
$ printf '%s\n' '{"a": 1}' '{"a": 1,' '{"a": 2}' | sluice discover - --name T | head -n 5
-- 1 record is not JSON and will go to error_stream; the first, line 2, column 9: a name in quotation marks should stand here, but the text ends here
-- A record stands on one line: `jq -c .` puts those of several lines on one.
CREATE SOURCE "T" (
    "a" INTEGER
) WITH (format = 'json');
$ printf '%s\n' '{"a": tru}' | sluice discover -
<stdin>:1:7: error 42601: a JSON value should stand here
{"a": tru}
      ^
[exit 3]
$ sluice discover - </dev/null
error 22000: <stdin> holds no records
[exit 1]
$ sluice discover nothing.json
error 08001: cannot open nothing.json for the sample: No such file or directory
[exit 4]
$ sluice discover sqlite:x.db?table=t
error HY024: 'sqlite:x.db?table=t' of the sample cannot be a stream's source
hint: SQLite tables are for CREATE REFERENCE TABLE
[exit 3]
$ sluice discover - --header maybe
sluice: --header takes yes or no, not "maybe"
Try "sluice help discover".
[exit 2]
$ gzip -k orders.ndjson; sluice discover orders.ndjson.gz --rows 1 --records 1 | tail -n 3 | cut -c1-40
--  id | COL_USERDOMAIN | COL_year | pri
-- ----+----------------+----------+----
--  17 | ada            |     2026 |  12

# A function sees the records first; the statement names it, and runs.
$ printf '%s\n' '{"a": 1}' '{"a": 2, "note": "drop"}' '{"a": 3, "note": "poison"}' > packed.ndjson
$ sluice discover packed.ndjson --processor 'exec:handler same' | tee packed.sql
-- 1 record is refused by the function and will go to error_stream.
CREATE SOURCE "SOURCE_SQL_STREAM_001" (
    "a" INTEGER
) FROM 'packed.ndjson' WITH (format = 'json', processor = 'exec:handler same');

--  a
-- ---
--  1
$ echo 'SELECT STREAM "a" FROM SOURCE_SQL_STREAM_001;' > q.sql; sluice run packed.sql q.sql --quiet
{"a":1}
sluice: warning: record of SOURCE_SQL_STREAM_001 refused, PROCESSING_FAILED: refused by the processor
$ sluice discover packed.ndjson --processor 'what:ever'
error HY024: 'what:ever' of the sample is no function
hint: write exec:COMMAND, or http://HOST:PORT/PATH
[exit 3]

# What is no text is refused, and the byte named that tells; what begins as a known kind of file is named, too.
$ printf 'a,b\n1,\0\n' > zero.csv; sluice discover zero.csv
error 22000: zero.csv does not look like text: byte 7 is 0x00
hint: JSON and delimited text in UTF-8 are read, gzipped or not; with --format the sample is read all the same
[exit 1]
$ printf '\377\376a\0,\0b\0\n\0' > utf16.csv; sluice discover utf16.csv
error 22000: utf16.csv does not look like text: byte 4 is 0x00
hint: it seems to be text in UTF-16; convert it: iconv -f UTF-16 -t UTF-8
[exit 1]
$ printf 'PAR1\25\4\0' | sluice discover -
error 22000: <stdin> does not look like text: byte 7 is 0x00
hint: it seems to be a Parquet file; export it as JSON lines or CSV
[exit 1]
$ printf '\200\201\202\203 abc' | gzip | sluice discover -
error 22000: <stdin> does not look like text: byte 1 is 0x80
hint: JSON and delimited text in UTF-8 are read, gzipped or not; with --format the sample is read all the same
[exit 1]

# With a format the sample is read all the same, and text in another encoding is text.
$ sluice discover zero.csv --format csv --rows 0
-- The sample does not look like text: byte 7 is 0x00.
CREATE SOURCE "SOURCE_SQL_STREAM_001" (
    "a" INTEGER,
    "b" VARCHAR(4)
) FROM 'zero.csv' WITH (format = 'csv', header = TRUE);
$ printf 'name,age\nJos\351,5\nAnn Able,61\n' > latin1.csv; sluice discover latin1.csv --rows 0
-- 1 line is not UTF-8 and will go to error_stream: byte 13 is 0xe9. `iconv -t UTF-8 -f ...` converts text in another encoding.
CREATE SOURCE "SOURCE_SQL_STREAM_001" (
    "name" VARCHAR(8),
    "age" INTEGER
) FROM 'latin1.csv' WITH (format = 'csv', header = TRUE);
$ printf 'name\001age\nJose\0015\n' | sluice discover - --delimiter "$(printf '\001')" --rows 0 | head -n 3
CREATE SOURCE "SOURCE_SQL_STREAM_001" (
    "name" VARCHAR(4),
    "age" INTEGER
$ printf 'Zürich,東京\n日本語日本語,日本語\n' | sluice discover - --rows 0 | head -n 1
CREATE SOURCE "SOURCE_SQL_STREAM_001" (

# A source that has nothing as yet is waited for, and that is said.
$ (sleep 1.5; echo '{"a":1}') | sluice discover - --rows 0
sluice: waiting for records of standard input
CREATE SOURCE "SOURCE_SQL_STREAM_001" (
    "a" INTEGER
) WITH (format = 'json');
