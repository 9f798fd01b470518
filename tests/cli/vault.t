# A vault holds names sealed: it opens with its key only, and whatever is changed in it is found.
$ cat > app.sql <<'SQL'
> CREATE SOURCE s (id VARCHAR(16) PERSONAL, name VARCHAR(64) PERSONAL, dob VARCHAR(10), n INTEGER) FROM 'in.ndjson';
> CREATE STREAM t (id VARCHAR(16), name VARCHAR(64), dob VARCHAR(10), n INTEGER);
> CREATE PUMP p AS INSERT INTO t SELECT STREAM * FROM s;
> CREATE SINK people FROM t INTO 'vault:v.db?table=people' WITH (key = 'id', encrypt = 'dob');
> SQL
$ cat > in.ndjson <<'END'
> {"ID":"p1","NAME":"Marker One","DOB":"1950-01-02","N":1}
> {"ID":"p2","NAME":"Marker Two","DOB":null,"N":2}
> {"ID":"p3","NAME":"","DOB":"1960-01-02","N":3}
> {"ID":"p1","NAME":"Marker \"Uno\"","DOB":"1950-01-02","N":4}
> END
$ sluice run --quiet app.sql 2>&1 | head -1
app.sql:4:32: error HY024: vault PEOPLE: there is no pseudonym key, which finds rows
$ sluice vault init v.db --keys keys && stat -c '%a %n' keys v.db
600 keys
600 v.db
$ sluice run --quiet app.sql --keys keys 2>/dev/null
$ sluice vault get v.db p1 --keys keys
{"ID":"p1","NAME":"Marker \"Uno\"","DOB":"1950-01-02","N":4}
$ sluice vault get v.db p2 --keys keys
{"ID":"p2","NAME":"Marker Two","DOB":null,"N":2}
$ sluice vault get v.db p4 --keys keys
error 22000: table people has no row with this key
[exit 1]
$ sluice vault verify v.db --keys keys
people: 3 rows, all as they were sealed
$ grep -c -e Marker -e 1950-01 -e TWFya2Vy -e 4d61726b v.db
0
[exit 1]

# Each look is noted, those that found nothing too.
$ sluice vault audit v.db | awk '{ print $5, $6, $8 }'
get people asked
get people asked
get people asked

# Keys: another file, a file that others may read, none; from the environment.
$ sluice vault init other.db --keys other && sluice vault get v.db p1 --keys other
error 22000: the sealed count of table people of the vault v.db does not open: the key file is not the vault's, or the vault was changed
[exit 1]
$ sluice vault verify v.db --keys other | sed 's/row [0-9a-f]*/row/' | sort -u
error 22000: the vault v.db is not what was sealed
row was changed, or sealed by another key of the same id
row, column DOB does not open: changed, or from another place
row, column ID does not open: changed, or from another place
row, column NAME does not open: changed, or from another place
table people has a sealed count that does not open: another key, or changed
$ sluice run --quiet app.sql --keys other 2>&1 | grep -e error -e hint
app.sql:4:32: error 22000: vault PEOPLE: the sealed count of table people does not open
hint: either the key file is not the vault's, or the vault was changed: sluice vault verify
$ chmod 640 keys; sluice vault get v.db p1 --keys keys; chmod 600 keys
error HY024: the key file keys has mode 0640: others may use it
hint: its mode must be 0600: chmod 600
$ sluice vault get v.db p1
error HY024: a sealing and a pseudonym key are needed
hint: give a key file by --keys, or SLUICE_KEYS
[exit 3]
$ SLUICE_KEYS=$(grep -v '#' keys) sluice vault get v.db p2
{"ID":"p2","NAME":"Marker Two","DOB":null,"N":2}

# Programs that a pipeline starts do not see the keys.
$ cat > env.sql <<'SQL'
> CREATE SOURCE s (id VARCHAR(16)) FROM 'in.ndjson';
> CREATE SINK e FROM s INTO 'exec:env > env.txt; cat > /dev/null';
> SQL
$ SLUICE_KEYS=$(grep -v '#' keys) sluice run --quiet env.sql; grep -c SLUICE_KEYS env.txt
0
[exit 1]

# The variable is overwritten: nobody reads it from outside. A crash leaves no memory on the disk, with keys or PERSONAL columns.
$ mkfifo hold; sed 's/in.ndjson/hold/; s/env > env.txt; //; s/cat > .dev.null/cat > got.txt/' env.sql > hold.sql; SLUICE_KEYS=$(grep -v '#' keys) sluice run --quiet hold.sql & exec 3> hold; echo '{"ID":"p1"}' >&3; until [ -s got.txt ]; do sleep 0.01; done; tr '\0' '\n' < /proc/$!/environ | grep -c -e seal -e "$(sed -n 's/^seal k1 //p' keys)"; exec 3>&-; wait
0
$ cat > core.sql <<'SQL'
> CREATE SOURCE s (id VARCHAR(16) PERSONAL, n INTEGER) FROM 'in.ndjson';
> CREATE STREAM t (n INTEGER);
> CREATE PUMP p AS INSERT INTO t SELECT STREAM n FROM s;
> CREATE SINK e FROM t INTO 'exec:ulimit -c >> core.txt; cat > /dev/null';
> SQL
$ ulimit -S -c 1000; sluice run --quiet core.sql 2>/dev/null; sed 's/ PERSONAL//' core.sql > free.sql; sluice run --quiet free.sql --keys keys; cat core.txt
0
0

# Changed: a sealed cell, a clear one, two rows' cells swapped, a row taken away, one put back, the end cut off.
$ cat > check.sh <<'SH'
> sluice vault verify x.db --keys keys 2>&1 | sed 's/row [0-9a-f]*/row/' | grep -v integrity
> sluice vault get x.db p1 --keys keys 2>&1 | sed 's/row [0-9a-f]*/row/'
> SH
$ cp v.db x.db; sqlite3 x.db "UPDATE people SET name = zeroblob(length(name)) WHERE n = 4"; sh check.sh
row was changed, or sealed by another key of the same id
row, column NAME does not open: changed, or from another place
table people has other rows than by its sealed count: some are of an earlier time
error 22000: the vault x.db is not what was sealed
error 22000: row of table people of the vault x.db was changed, or sealed by another key of the same id
$ cp v.db x.db; sqlite3 x.db "UPDATE people SET n = 5 WHERE n = 4"; sh check.sh
row was changed, or sealed by another key of the same id
table people has other rows than by its sealed count: some are of an earlier time
error 22000: the vault x.db is not what was sealed
error 22000: row of table people of the vault x.db was changed, or sealed by another key of the same id
$ cp v.db x.db; sqlite3 x.db "UPDATE people SET name = (SELECT name FROM people WHERE n = 2) WHERE n = 4"; sh check.sh | head -2
row was changed, or sealed by another key of the same id
row, column NAME does not open: changed, or from another place
$ cp v.db x.db; sqlite3 x.db "UPDATE people SET sluice_row = CASE n WHEN 4 THEN (SELECT sluice_row FROM people WHERE n = 2) ELSE zeroblob(16) END WHERE n IN (2, 4)" 2>/dev/null || sqlite3 x.db "CREATE TEMP TABLE a AS SELECT * FROM people; UPDATE people SET name = (SELECT name FROM a WHERE a.n = 6 - people.n), sluice_tag = (SELECT sluice_tag FROM a WHERE a.n = 6 - people.n) WHERE n IN (2, 4)"; sluice vault get x.db p1 --keys keys 2>&1 | sed 's/row [0-9a-f]*/row/'
error 22000: row of table people of the vault x.db was changed, or sealed by another key of the same id
$ cp v.db x.db; sqlite3 x.db "DELETE FROM people WHERE n = 2"; sh check.sh
table people has 2 rows, and 3 by its sealed count
error 22000: the vault x.db is not what was sealed
{"ID":"p1","NAME":"Marker \"Uno\"","DOB":"1950-01-02","N":4}
$ cp v.db x.db; sed -i 's/"N":2/"N":7/' in.ndjson; sed 's/v.db/x.db/' app.sql > x.sql; sluice run --quiet x.sql --keys keys 2>/dev/null; sqlite3 x.db "ATTACH 'v.db' AS old; INSERT OR REPLACE INTO people SELECT * FROM old.people WHERE n = 2"; sh check.sh | head -2
table people has other rows than by its sealed count: some are of an earlier time
error 22000: the vault x.db is not what was sealed
$ head -c 9000 v.db > x.db; sh check.sh
error 08001: the vault x.db is cut off or damaged
error 08001: the vault x.db is cut off or damaged
$ head -c 50 v.db > x.db; sluice vault verify x.db --keys keys
error 08001: the vault x.db is cut off or damaged
[exit 4]
$ sluice vault verify none.db --keys keys
error 08001: cannot open the vault none.db: unable to open database file
[exit 4]

# Rotation: a new key seals all rows; pipelines go on with it, and the old one is not needed any more.
$ sluice vault rotate v.db --keys keys && sluice vault verify v.db --keys keys
people: 3 rows sealed by key k2
people: 3 rows, all as they were sealed
$ grep -v 'seal k1' keys > keys2; chmod 600 keys2; sluice run --quiet app.sql --keys keys2 2>/dev/null; sluice vault verify v.db --keys keys2 && sluice vault get v.db p2 --keys keys2
people: 3 rows, all as they were sealed
{"ID":"p2","NAME":"Marker Two","DOB":null,"N":7}
$ sluice vault rotate v.db --same-key --keys keys2
people: 0 rows sealed by key k2

# While a pipeline writes: it takes the new key, and nothing is lost.
$ mkfifo pipe; sed 's/in.ndjson/pipe/; s/v.db/live.db/' app.sql > live.sql; sluice vault init live.db --keys keys
$ sluice run --quiet live.sql --keys keys 2>/dev/null & exec 3> pipe; seq 1 5000 | sed 's/.*/{"ID":"q&","NAME":"Marker &"}/' >&3; until [ "$(sqlite3 live.db 'SELECT COUNT(*) FROM people' 2>/dev/null)" -gt 100 ] 2>/dev/null; do :; done; sluice vault rotate live.db --keys keys --pid $! > out.txt; seq 5001 9000 | sed 's/.*/{"ID":"q&","NAME":"Marker &"}/' >&3; exec 3>&-; wait $!; sluice vault verify live.db --keys keys; sqlite3 live.db "SELECT DISTINCT sluice_key FROM people WHERE rowid > 8000"
people: 9000 rows, all as they were sealed
k3
$ sluice vault get live.db q17 --keys keys; sluice vault get live.db q8999 --keys keys
{"ID":"q17","NAME":"Marker 17","DOB":null,"N":null}
{"ID":"q8999","NAME":"Marker 8999","DOB":null,"N":null}

# What cannot be a vault is refused before anything is opened.
$ sluice check app.sql --sink PEOPLE=vault:v.db
error HY024: 'vault:v.db' of PEOPLE names no table: write vault:PATH?table=NAME
[exit 3]
$ sed "s/ WITH (.*)/ WITH (encrypt = 'dob')/" app.sql > bad.sql; sluice check bad.sql 2>&1 | grep -e error -e hint
bad.sql:4:32: error HY024: vault PEOPLE has no key
hint: name what a row is found by: WITH (key = 'column', encrypt = 'columns')
$ sed "s/'dob')/'birth')/" app.sql > bad.sql; sluice run --quiet bad.sql --keys keys2 2>&1 | grep -e 'error HY'
bad.sql:4:32: error HY024: option "encrypt" of PEOPLE names "birth", which is no column of its stream
$ sed "s/, encrypt = 'dob')/)/" app.sql > bad.sql; sluice run --quiet bad.sql --keys keys2 2>&1 | grep -e 'error HY'
bad.sql:4:32: error HY024: table people of vault v.db has other columns, keys or sealed columns
$ sluice vault turn v.db
sluice: vault has no "turn"
Try "sluice help vault".
[exit 2]

# PERSONAL values may go into a vault only: another place on the command line is refused.
$ sed "s/, encrypt = 'dob'//" app.sql > plain.sql; sluice run --quiet plain.sql --keys keys2 --sink PEOPLE='sqlite:x.sqlite?table=t' 2>&1 | head -1; ls x.sqlite 2>/dev/null
plain.sql:3:46: error 42501: PERSONAL column "ID" of "S" would leave as "ID" through sink "PEOPLE"
[exit 2]
