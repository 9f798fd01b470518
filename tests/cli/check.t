# sluice check: every error of every file in one run, with file, line, column, the line, a caret and a hint.
$ printf 'CREATE STREAM A (X INTEGER);\r\nCREATE PUMP P AS INSERT INTO A SELECT STREAM Y FROM A2;\r\nCREATE STREAM C (Z INTEGR)' > bad.sql

$ sluice check bad.sql
bad.sql:2:53: error 42P01: no stream or table "A2"
CREATE PUMP P AS INSERT INTO A SELECT STREAM Y FROM A2;
                                                    ^~
hint: did you mean "A"?
bad.sql:3:20: error 42704: no type INTEGR
CREATE STREAM C (Z INTEGR)
                   ^~~~~~
hint: did you mean "INTEGER"?
[exit 3]

$ printf 'CREATE STREAM B (X INTEGER);' > good.sql; sluice check good.sql
no errors

# A file without errors beside one with some.
$ sluice check good.sql bad.sql
bad.sql:2:53: error 42P01: no stream or table "A2"
CREATE PUMP P AS INSERT INTO A SELECT STREAM Y FROM A2;
                                                    ^~
hint: did you mean "A"?
bad.sql:3:20: error 42704: no type INTEGR
CREATE STREAM C (Z INTEGR)
                   ^~~~~~
hint: did you mean "INTEGER"?
[exit 3]

$ sluice check good.sql missing.sql
error 58030: cannot read missing.sql: No such file or directory
[exit 2]

# A URL is looked at, not opened.
$ echo "CREATE SINK S FROM B INTO 'hpp://x';" > sink.sql; sluice check good.sql sink.sql
sink.sql:1:27: error HY024: no kind of endpoint "hpp:" in 'hpp://x' of S
CREATE SINK S FROM B INTO 'hpp://x';
                          ^~~~~~~~~
hint: did you mean "tcp:"?
[exit 3]

# A stream is not read from a database, and one array makes rows.
$ echo "CREATE SOURCE s (k INTEGER) FROM 'sqlite:x.db?table=t';" > wrong.sql; sluice check wrong.sql
wrong.sql:1:34: error HY024: 'sqlite:x.db?table=t' of S cannot be a stream's source
CREATE SOURCE s (k INTEGER) FROM 'sqlite:x.db?table=t';
                                 ^~~~~~~~~~~~~~~~~~~~~
hint: SQLite tables are for CREATE REFERENCE TABLE
[exit 3]
$ echo "CREATE SOURCE s (k INTEGER) FROM '-' WITH (row_path = '$.a[0:].b[0:]');" > wrong.sql; sluice check wrong.sql
wrong.sql:1:55: error HY024: the row path goes through an array inside an array
CREATE SOURCE s (k INTEGER) FROM '-' WITH (row_path = '$.a[0:].b[0:]');
                                                      ^~~~~~~~~~~~~~~
hint: one array makes rows; take the inner one whole, as text
[exit 3]

# A file of another kind than the command reads is told by what it is, with the command that it is for.
$ printf '{"a":1}\n{"a":2}\n' | tee data.ndjson > lines.json; printf 'sql\nCREATE STREAM S (N INTEGER);\n----\n' > one.test; echo 'CREATE STREAM S (N INTEGER);' > one.sql
$ sluice check data.ndjson
error 42601: data.ndjson holds records, not SQL
hint: sluice discover data.ndjson makes the CREATE SOURCE that reads them
[exit 3]
$ sluice run one.test
error 42601: one.test holds tests, not SQL
hint: sluice test one.test runs them
[exit 3]
$ sluice explain - < lines.json
error 42601: <stdin> holds records, not SQL
hint: sluice discover - makes the CREATE SOURCE that reads them
[exit 3]
$ iconv -f UTF-8 -t UTF-16LE one.sql | sluice check -
error 42601: <stdin> is no text: byte 2 is 0x00
[exit 3]
$ printf '\377\376S\0' > utf16.sql; sluice run utf16.sql
error 42601: utf16.sql is no text: byte 4 is 0x00
hint: it seems to be text in UTF-16; convert it: iconv -f UTF-16 -t UTF-8
[exit 3]
$ sluice repl $ROOT/tests/data/import/v2-description.json 2>&1 | sed "s|$ROOT/||g"
error 42601: tests/data/import/v2-description.json holds JSON or YAML, not SQL
hint: sluice import tests/data/import/v2-description.json --to FOLDER makes SQL files of the description of an application
$ sluice repl < lines.json
error 42601: <stdin> holds records, not SQL
hint: sluice discover - makes the CREATE SOURCE that reads them
[exit 3]
$ sluice test one.sql
error 42601: one.sql holds SQL, not tests
hint: sluice check one.sql compiles it; a test of it says include one.sql, and what it expects: sluice help test
0 passed, 1 failed
[exit 2]
$ sluice test one.test; cp data.ndjson data.test; sluice test data.test
1 passed, 0 failed
data.test:1:1: error 42601: no directive "{"a":1}"
{"a":1}
^~~~~~~
hint: a line outside of a block is a directive, a comment (#), ==== or empty
0 passed, 1 failed
[exit 2]
$ mkdir none; sluice test none
sluice: no .test file lies below none
0 passed, 0 failed
[exit 2]
$ sluice import one.sql --to imported
error 42601: one.sql holds SQL, not the description of an application
hint: sluice run one.sql runs it
[exit 3]
$ sluice import $ROOT/tests/data/import/in.ndjson --to imported 2>&1 | sed "s|$ROOT/||g"
error 42601: tests/data/import/in.ndjson holds records, not the description of an application
hint: sluice discover tests/data/import/in.ndjson makes the CREATE SOURCE that reads them

$ echo 'SELECT 1;' > table.sql; sluice check table.sql
table.sql:1:1: error 42601: SELECT at the top level reads a stream, and this one reads tables only
SELECT 1;
^~~~~~~~
hint: sluice repl answers queries of tables
[exit 3]

# What a statement would have defined that does not parse is not missed a second time.
$ cat > lost.sql <<'END'
> CREATE SOURCE s (a INTEGER) FROM "in.ndjson";
> CREATE STREAM "t" (a INTEGER,);
> CREATE OR REPLACE STREAM u (a INTEGER b INTEGER);
> CREATE PUMP p AS INSERT INTO "t" SELECT STREAM a FROM s;
> CREATE PUMP q AS INSERT INTO u SELECT STREAM a FROM missing;
> END
$ sluice check lost.sql 2>&1 | grep error
lost.sql:1:34: error 42601: syntax error at line 1: unexpected "in.ndjson": expected a text in single quotes
lost.sql:2:30: error 42601: syntax error at line 2: unexpected ")": expected a name
lost.sql:3:39: error 42601: syntax error at line 3: unexpected "b": expected NOT, ")", ",", "(", PERSONAL or PATH
lost.sql:5:53: error 42P01: no stream or table "MISSING"
