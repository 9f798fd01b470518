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
