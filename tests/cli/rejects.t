# A record with PERSONAL columns that does not fit its source stands in no error row: its bytes go, sealed, into the vault's table of rejects.
$ cat > app.sql <<'SQL'
> CREATE SOURCE s (id VARCHAR(16) PERSONAL, name VARCHAR(64) PERSONAL, n INTEGER) FROM 'in.ndjson';
> CREATE SOURCE rooms (room VARCHAR(16), beds INTEGER) FROM 'rooms.ndjson';
> CREATE STREAM t (id VARCHAR(16), name VARCHAR(64), n INTEGER);
> CREATE PUMP p AS INSERT INTO t SELECT STREAM * FROM s;
> CREATE SINK people FROM t INTO 'vault:v.db?table=people' WITH (key = 'id');
> CREATE SINK errors FROM error_stream INTO 'errors.ndjson';
> CREATE SINK r FROM rooms INTO 'null:';
> SQL
$ printf '{"ID":"p1","NAME":"Marker One","N":1}\n{"ID":"p2","NAME":"Marker Two","N":"x"}\n{"ID":"p3","NAME":"Mark\377,,\n{"ID":"p4", "NAME":"Marker Four"\n' > in.ndjson
$ printf '{"ROOM":"a","BEDS":2}\n{"ROOM":"b",\n' > rooms.ndjson
$ sluice vault init v.db --keys keys; sluice run --quiet app.sql --keys keys
sluice: warning: records with PERSONAL columns that did not fit: 3, sealed in the vault v.db; sluice vault get v.db --rejects
$ grep -o -e '"ERROR_NAME":"[A-Z_]*"' -e '"DATA_ROW":[n"]' errors.ndjson | paste - - | sort
"ERROR_NAME":"COERCION_ERROR"	"DATA_ROW":n
"ERROR_NAME":"PARSE_ERROR"	"DATA_ROW":"
"ERROR_NAME":"PARSE_ERROR"	"DATA_ROW":n
"ERROR_NAME":"PARSE_ERROR"	"DATA_ROW":n
$ sluice vault get v.db --rejects --keys keys | sed 's/"time":"[^"]*"/"time":""/'
{"source":"S","number":1,"time":"","error":"COERCION_ERROR","record":"{\"ID\":\"p2\",\"NAME\":\"Marker Two\",\"N\":\"x\"}"}
{"source":"S","number":2,"time":"","error":"PARSE_ERROR","record_hex":"7B224944223A227033222C224E414D45223A224D61726BFF2C2C"}
{"source":"S","number":3,"time":"","error":"PARSE_ERROR","record":"{\"ID\":\"p4\", \"NAME\":\"Marker Four\""}
$ sluice vault get v.db --rejects --raw --keys keys > raw; tail -n +2 in.ndjson | cmp - raw; sluice vault get v.db --rejects OTHER --keys keys
$ grep -c -a -e Marker -e 4D61726B -e 4d61726b -e TWFya2 -e 1hcmtl -e NYXJrZ v.db errors.ndjson
v.db:0
errors.ndjson:0
[exit 1]
$ sluice vault get v.db p1 --keys keys
{"ID":"p1","NAME":"Marker One","N":1}

# Each look is noted, and needs the key.
$ sluice vault audit v.db | awk '{ print $5, $6, $7, $8 }' | sed 's/people [0-9a-f]*/people/'
get sluice_rejects all asked
get sluice_rejects all asked
get sluice_rejects OTHER asked
get people asked
$ sluice vault get v.db --rejects
error HY024: a sealing and a pseudonym key are needed
hint: give a key file by --keys, or SLUICE_KEYS
[exit 3]
$ sluice vault init other.db --keys other && sluice vault get v.db --rejects --keys other
error 22000: the sealed count of table sluice_rejects of the vault v.db does not open: the key file is not the vault's, or the vault was changed
[exit 1]
$ sluice vault get v.db --rejects a b --keys keys
error HY000: get --rejects takes one source, or none
[exit 2]
$ sluice vault get other.db --rejects --keys other
error 42P01: the vault other.db has no table sluice_rejects
[exit 3]

# Verified and sealed again as any other table: changed, swapped and missing rejects are found, and not shown.
$ sluice vault verify v.db --keys keys
people: 1 row, all as they were sealed
sluice_rejects: 3 rows, all as they were sealed
$ cat > check.sh <<'SH'
> sluice vault verify x.db --keys keys 2>&1 | sed 's/row [0-9a-f]*/row/' | grep -v '^people'
> sluice vault get x.db --rejects --keys keys 2>&1 | sed 's/row [0-9a-f]*/row/' | cut -c 1-80
> SH
$ cp v.db x.db; sqlite3 x.db "UPDATE sluice_rejects SET record = zeroblob(length(record)) WHERE number = 1"; sh check.sh | sed 's/"time":.*//'
row was changed, or sealed by another key of the same id
row, column record does not open: changed, or from another place
table sluice_rejects has other rows than by its sealed count: some are of an earlier time
error 22000: the vault x.db is not what was sealed
{"source":"S","number":2,
{"source":"S","number":3,
error 22000: row of table sluice_rejects of the vault x.db was changed, or seale
$ cp v.db x.db; sqlite3 x.db "UPDATE sluice_rejects SET record = (SELECT record FROM sluice_rejects WHERE number = 3) WHERE number = 2"; sh check.sh | grep -c 'does not open'
1
$ cp v.db x.db; sqlite3 x.db "DELETE FROM sluice_rejects WHERE number = 2"; sh check.sh | head -2
table sluice_rejects has 2 rows, and 3 by its sealed count
error 22000: the vault x.db is not what was sealed
$ sluice vault rotate v.db --keys keys && grep -v 'seal k1' keys > keys2; chmod 600 keys2; sluice vault get v.db --rejects --raw --keys keys2 | cmp - raw
people: 1 row sealed by key k2
sluice_rejects: 3 rows sealed by key k2

# The same input again replaces its own; a run with a state file goes on counting, and what is read again after a crash is there once.
$ sluice run --quiet app.sql --keys keys 2>/dev/null; sluice vault get v.db --rejects --keys keys | wc -l
3
$ sluice vault init e.db --keys keys; sed 's/v.db/e.db/; /rooms/d' app.sql > e.sql; sluice run --quiet e.sql --keys keys --state st 2>/dev/null; cp st before
$ for i in 1 2 3; do echo "{\"ID\":\"q$i\",\"NAME\":\"Marker\"" >> in.ndjson; done; sluice run --quiet e.sql --keys keys --state st
sluice: warning: records with PERSONAL columns that did not fit: 3, sealed in the vault e.db; sluice vault get e.db --rejects
$ cp before st; sluice run --quiet --threads 2 --batch-rows 1 e.sql --keys keys --state st 2>/dev/null; sluice vault get e.db --rejects --keys keys | cut -d , -f 2 | tr '\n' ' '; sluice vault verify e.db --keys keys
"number":1 "number":2 "number":3 "number":4 "number":5 "number":6 people: 1 row, all as they were sealed
sluice_rejects: 6 rows, all as they were sealed
$ grep -a -c -e Marker -e 4D61726B st before
st:0
before:0
[exit 1]

# Without a vault they go into no place: a warning at the start, and their number.
$ sed "s/'vault.*/'null:' WITH (personal = TRUE);/; /errors/d" app.sql > plain.sql; sluice run --quiet plain.sql 2>&1 | grep -v 'record of [A-Z]* refused'
sluice: warning: source "S" has PERSONAL columns and there is no vault: records that do not fit it are counted, their bytes are kept in no place
sluice: warning: records with PERSONAL columns that did not fit and are lost: 6

# The table's name is kept.
$ sed 's/table=people/table=sluice_rejects/' app.sql > bad.sql; sluice run --quiet bad.sql --keys keys 2>&1 | head -1
bad.sql:5:32: error HY024: no table of vault PEOPLE can be called sluice_rejects

# The REPL keeps them as well, also when the application changes; a query that reads the source for itself does not.
$ sluice vault init r.db --keys keys; sed 's/v.db/r.db/; /SINK errors/d' app.sql > repl.sql; { echo 'SELECT STREAM n FROM s;'; until sluice vault get r.db --rejects --keys keys 2>/dev/null | grep -q '"number":6'; do sleep 0.05; echo '-- more'; [ $((n += 1)) -lt 200 ] || break; [ $n != 3 ] || echo 'CREATE STREAM more (a INTEGER);'; done; } | sluice repl repl.sql --keys keys > /dev/null 2>&1; sluice vault get r.db --rejects --raw --keys keys | cmp - <(tail -n +2 in.ndjson) && sluice vault verify r.db --keys keys
people: 1 row, all as they were sealed
sluice_rejects: 6 rows, all as they were sealed
