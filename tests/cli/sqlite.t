# Tables of a database as sinks: rows are inserted, or replace the row with an equal key; two sinks share a file.
$ cat > tables.sql <<'SQL'
> CREATE SOURCE s (device VARCHAR(8), v DOUBLE, n INTEGER, d DECIMAL(8,2), t TIMESTAMP, b BOOLEAN) FROM '-';
> CREATE STREAM o (device VARCHAR(8), v DOUBLE, n INTEGER, d DECIMAL(8,2), t TIMESTAMP, b BOOLEAN);
> CREATE PUMP p AS INSERT INTO o SELECT STREAM device, v, n, d, t, b FROM s;
> CREATE SINK log FROM o INTO 'sqlite:out/o.db?table=every row';
> CREATE SINK latest FROM o INTO 'sqlite:out/o.db?table=latest' WITH (key = 'device');
> SQL
$ cat > in.ndjson <<'END'
> {"DEVICE":"a","V":1.5,"N":3,"D":12.50,"T":"2026-01-01 00:00:01","B":true}
> {"DEVICE":"b","V":1e300,"N":5,"D":1,"T":"2026-01-01 00:00:03","B":null}
> {"DEVICE":"a","V":null,"N":4,"D":0.1,"T":"2026-01-01 00:00:02.5","B":false}
> END
$ sluice run --quiet tables.sql < in.ndjson
$ sqlite3 out/o.db 'SELECT * FROM "every row"'
a|1.5|3|12.5|2026-01-01 00:00:01.000|1
b|1.0e+300|5|1|2026-01-01 00:00:03.000|
a||4|0.1|2026-01-01 00:00:02.500|0
$ sqlite3 out/o.db 'SELECT * FROM latest'
a||4|0.1|2026-01-01 00:00:02.500|0
b|1.0e+300|5|1|2026-01-01 00:00:03.000|

# A second run adds to what is there.
$ sluice run --quiet tables.sql < in.ndjson
$ sqlite3 out/o.db 'SELECT COUNT(*) FROM "every row"; SELECT COUNT(*) FROM latest'
6
2

# Keys that are no columns, tables that do not fit, files that are no databases.
$ sed "s/'device')/'nothing')/" tables.sql > wrong.sql
$ sluice run --quiet wrong.sql < in.ndjson
wrong.sql:5:32: error HY024: option "key" of LATEST names "nothing", which is no column of its stream
CREATE SINK latest FROM o INTO 'sqlite:out/o.db?table=latest' WITH (key = 'nothing');
                               ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
[exit 3]
$ sed "s/'device')/'device, n')/" tables.sql > wrong.sql
$ sluice run --quiet wrong.sql < in.ndjson
wrong.sql:5:32: error 08001: cannot write out/o.db of LATEST: ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint
CREATE SINK latest FROM o INTO 'sqlite:out/o.db?table=latest' WITH (key = 'device, n');
                               ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: the table needs the stream's columns, and a primary key or unique index of the columns of "key"
[exit 4]
$ sqlite3 out/o.db 'DROP TABLE latest; CREATE TABLE latest (a)'
$ sluice run --quiet tables.sql < in.ndjson
tables.sql:5:32: error 08001: cannot write out/o.db of LATEST: table latest has no column named DEVICE
CREATE SINK latest FROM o INTO 'sqlite:out/o.db?table=latest' WITH (key = 'device');
                               ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: the table needs the stream's columns, and a primary key or unique index of the columns of "key"
[exit 4]
$ echo no database > out/o.db
$ sluice run --quiet tables.sql < in.ndjson
tables.sql:4:29: error 08001: cannot open out/o.db of LOG: file is not a database
CREATE SINK log FROM o INTO 'sqlite:out/o.db?table=every row';
                            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
[exit 4]
$ sed "s/'sqlite.*latest'/'o.csv'/" tables.sql > wrong.sql
$ sluice check wrong.sql
wrong.sql:5:32: error HY024: option "key" is for tables (sqlite:, vault:), not for 'o.csv' of LATEST
CREATE SINK latest FROM o INTO 'o.csv' WITH (key = 'device');
                               ^~~~~~~
[exit 3]

# A database that somebody else holds is waited for.
$ rm out/o.db
$ sluice run --quiet tables.sql < in.ndjson
$ sqlite3 out/o.db 'BEGIN IMMEDIATE' '.system touch held; sleep 3' 'ROLLBACK' &
$ until [ -e held ]; do sleep 0.05; done
$ sluice run --quiet tables.sql < in.ndjson
sluice: warning: cannot write out/o.db of LOG: database is locked; trying again every second
sluice: writing out/o.db of LOG works again
$ sqlite3 out/o.db 'SELECT COUNT(*) FROM "every row"'
6

# A row that the table refuses ends the run; what came before it in other batches is there.
$ sqlite3 out/u.db 'CREATE TABLE t (n INTEGER PRIMARY KEY)'
$ cat > unique.sql <<'SQL'
> CREATE SOURCE s (n INTEGER) FROM '-';
> CREATE STREAM o (n INTEGER);
> CREATE PUMP p AS INSERT INTO o SELECT STREAM n FROM s;
> CREATE SINK u FROM o INTO 'sqlite:out/u.db?table=t';
> SQL
$ printf '{"N":1}\n{"N":2}\n{"N":1}\n' | sluice run --quiet --threads 1 --batch-rows 1 unique.sql
unique.sql:4:27: error 08001: cannot write out/u.db of U: UNIQUE constraint failed: t.n
CREATE SINK u FROM o INTO 'sqlite:out/u.db?table=t';
                          ^~~~~~~~~~~~~~~~~~~~~~~~~
[exit 4]
$ sqlite3 out/u.db 'SELECT * FROM t'
1
2
