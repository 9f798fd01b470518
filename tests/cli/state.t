# state.t: what a state file does when it cannot be used, and what stays of it.

$ cat > app.sql <<'SQL'
> CREATE SOURCE s (k INTEGER, t TIMESTAMP) FROM 'in.ndjson' WITH (rowtime = 't');
> CREATE STREAM o (k INTEGER, n BIGINT);
> CREATE PUMP p AS INSERT INTO o SELECT STREAM k, COUNT(*) FROM s GROUP BY k, FLOOR(s.ROWTIME TO MINUTE);
> CREATE SINK f FROM o INTO 'out.ndjson';
> SQL
$ cat > rows <<'SH'
> seq $1 $2 | awk '{ for (k = 0; k < '$3'; k++) printf "{\"K\":%d,\"T\":\"2026-01-01 00:%02d:%02d\"}\n", $1 * 3 % 4 + k, $1 / 60, $1 % 60 }'
> SH
$ sh rows 0 100 1 > in.ndjson; sluice run --quiet --state state app.sql; wc -l < out.ndjson
8

# The same input again is nothing new. More of it goes on where the first run ended.
$ sluice run --quiet --state state app.sql; wc -l < out.ndjson
8
$ sh rows 101 130 1 >> in.ndjson; sluice run --quiet --state state app.sql; wc -l < out.ndjson
12

# Other SQL is refused.
$ sed 's/COUNT(\*)/SUM(k)/' app.sql > other.sql; sluice run --quiet --state state other.sql
error HY024: the application does not fit the state file state: it had "  Project [stateless] K, COUNT(*) AS N", now there is "  Project [stateless] K, SUM(K) AS N"
hint: run the application that the state is of, or begin anew with another state file
[exit 3]

# A file in use, a damaged one, one of something else, one that cannot be there: each is left as it was.
$ cp state busy; sqlite3 busy 'BEGIN EXCLUSIVE' '.shell sluice run --quiet --state busy app.sql 2>&1; echo "exit $?"'; cmp state busy
error 58030: cannot open the state file busy: database is locked
hint: another run of Sluice seems to use it: stop that one, or give this one another file
exit 1
$ cp state hurt; printf 'xxxxxxxx' | dd of=hurt conv=notrunc status=none; cp hurt before; sluice run --quiet --state hurt app.sql
error 58030: cannot open the state file hurt: file is not a database
hint: restore it from a copy, or remove it to begin anew
[exit 1]
$ cmp hurt before
$ cp state hurt; sqlite3 hurt "UPDATE state SET bytes = CAST(substr(bytes, 1, 20) || x'5a5a' || substr(bytes, 23) AS BLOB) WHERE name = 'graph'"; sluice run --quiet --state hurt app.sql
error 58030: the state file hurt is damaged: the bytes of "graph" are not those that were written
hint: restore it from a copy, or remove it to begin anew
[exit 1]
$ echo hello > text; sluice run --quiet --state text app.sql
error 58030: cannot open the state file text: file is not a database
hint: restore it from a copy, or remove it to begin anew
[exit 1]
$ cat text
hello
$ sqlite3 shop.db 'CREATE TABLE orders (id)'; sluice run --quiet --state shop.db app.sql
error 58030: shop.db is an SQLite database, but no state file
hint: give --state a file of its own
[exit 1]
$ sqlite3 shop.db .schema
CREATE TABLE orders (id);
$ sluice run --quiet --state none/state app.sql
error 58030: cannot open the state file none/state: unable to open database file
[exit 1]
$ wc -l < out.ndjson
8

# A disk that is full: the last good checkpoint stays, and the next run goes on from there.
$ sh rows 131 180 500 >> in.ndjson
$ mkdir full; cp app.sql in.ndjson out.ndjson state full/; cp full/state before
$ cd full; (ulimit -f 20; sluice run --quiet --state state app.sql)
error 58030: cannot write the state file state: disk I/O error
hint: make room and start again: the last checkpoint is whole
[exit 1]
$ cmp full/state before
$ sluice run --quiet --state state app.sql; cd full; sluice run --quiet --state state app.sql; cmp out.ndjson ../out.ndjson; wc -l < out.ndjson
1011

# An object under way that is gone when the run goes on is missed, and what to do is said.
$ mkfifo in; echo "CREATE SOURCE n (v INTEGER PATH '$.v') FROM 'in'; CREATE SINK g FROM n INTO 'dir:shelf';" > shelf.sql
$ sluice run --quiet --state shelf.db shelf.sql & exec 3> in; echo '{"v":1}' >&3; until find shelf -name '*.part' -size +0 2>/dev/null | grep -q .; do sleep 0.02; done; kill $!; wait $!; rm -r shelf
$ sluice run --quiet --state shelf.db shelf.sql 2>&1 < /dev/null | sed 's/[0-9][-0-9/]*/N/g'
shelf.sql:N:N: error N: cannot go on with shelf/NG-N.ndjson.part of G: No such file or directory
CREATE SOURCE n (v INTEGER PATH '$.v') FROM 'in'; CREATE SINK g FROM n INTO 'dir:shelf';
                                                                            ^~~~~~~~~~~
hint: give back the file that was written before, or begin anew with another state file
