# Reference tables that are asked by key: a database, or a server of loopback.
$ cat > on.sh <<'SH'
> # on.sh ANSWERS: a server that has the files of got/www; HOST in app.sql becomes its place.
> mkdir -p got/www; [ -f got/pid ] && kill $(cat got/pid) 2>/dev/null; rm -f got/port got/log got/pid
> "$(dirname "$(readlink -f "$(command -v sluice)")")"/tests/cli/tables got 10000 $1
> sed "s/HOST/127.0.0.1:$(cat got/port)/" app.sql > run.sql
> SH
$ cat > quiet.sh <<'SH'
> # What a run says, without times and ports.
> export no_proxy='*'
> sluice run --quiet "$@" run.sql 2>&1 | sed "s/127.0.0.1:[0-9]*/HOST/g; s/^sluice: ....-..-.. ..:..:..[^ ]* //" | grep -v '^ *[~^]*$' | grep -v '^CREATE\|^SELECT'
> SH
$ cat > make.sh <<'SH'
> # make.sh URL OPTIONS: joins the stream with a table there.
> cat > app.sql <<SQL
> CREATE SOURCE s (n INTEGER, id VARCHAR(9)) FROM '${FROM:-s.json}';
> CREATE REFERENCE TABLE devices (id VARCHAR(9), maker VARCHAR(20), yr INTEGER) FROM '$1' WITH (lookup = 'key'${2:+, }$2);
> SELECT STREAM s.n, s.id, d.maker, d.yr FROM s LEFT JOIN devices AS d ON s.id = d.id;
> SQL
> SH
$ mkdir -p got/www; printf '{"ID":"a","MAKER":"Acme","YR":2001}\n{"ID":"b/c d","MAKER":"Bolt","YR":2002}\n{"ID":"e","MAKER":"Eps"}\n' > got/www/d
$ printf '{"N":1,"ID":"a"}\n{"N":2,"ID":"b/c d"}\n{"N":3,"ID":"none"}\n{"N":4,"ID":"a  "}\n{"N":5}\n{"N":6,"ID":"e"}\n{"N":7,"ID":"none"}\n' > s.json

$ cat > keys.sh <<'SH'
> # How often each key was asked for by POST.
> grep -o '"[^"]*"' got/log | sort | uniq -c
> SH

# A request a key, one for all in the URL, one that posts them: rows keep their order, each key is asked once.
$ bash make.sh http://HOST/key/d/{key}; bash on.sh; bash quiet.sh; sort got/log
{"N":1,"ID":"a","MAKER":"Acme","YR":2001}
{"N":2,"ID":"b/c d","MAKER":"Bolt","YR":2002}
{"N":3,"ID":"none","MAKER":null,"YR":null}
{"N":4,"ID":"a  ","MAKER":"Acme","YR":2001}
{"N":5,"ID":null,"MAKER":null,"YR":null}
{"N":6,"ID":"e","MAKER":"Eps","YR":null}
{"N":7,"ID":"none","MAKER":null,"YR":null}
GET /key/d/a HTTP/1.1
GET /key/d/b%2Fc%20d HTTP/1.1
GET /key/d/e HTTP/1.1
GET /key/d/none HTTP/1.1
$ bash make.sh http://HOST/keys/d?k={keys}; bash on.sh; bash quiet.sh; grep -o 'k=[^ ]*' got/log | tr , '\n' | sed 's/k=//' | sort
{"N":1,"ID":"a","MAKER":"Acme","YR":2001}
{"N":2,"ID":"b/c d","MAKER":"Bolt","YR":2002}
{"N":3,"ID":"none","MAKER":null,"YR":null}
{"N":4,"ID":"a  ","MAKER":"Acme","YR":2001}
{"N":5,"ID":null,"MAKER":null,"YR":null}
{"N":6,"ID":"e","MAKER":"Eps","YR":null}
{"N":7,"ID":"none","MAKER":null,"YR":null}
a
b%2Fc%20d
e
none
$ bash make.sh http://HOST/d; bash on.sh; bash quiet.sh; bash keys.sh
{"N":1,"ID":"a","MAKER":"Acme","YR":2001}
{"N":2,"ID":"b/c d","MAKER":"Bolt","YR":2002}
{"N":3,"ID":"none","MAKER":null,"YR":null}
{"N":4,"ID":"a  ","MAKER":"Acme","YR":2001}
{"N":5,"ID":null,"MAKER":null,"YR":null}
{"N":6,"ID":"e","MAKER":"Eps","YR":null}
{"N":7,"ID":"none","MAKER":null,"YR":null}
      1 "a"
      1 "b/c d"
      1 "e"
      1 "none"
$ bash make.sh http://HOST/d "batch = 1"; bash on.sh; bash quiet.sh > /dev/null; grep -v POST got/log | sort
  ["a"]
  ["b/c d"]
  ["e"]
  ["none"]

$ printf '{"N":1,"ID":".."}\n{"N":2,"ID":"."}\n{"N":3,"ID":"../d"}\n{"N":4,"ID":" "}\n' > steps.json; FROM=steps.json bash make.sh http://HOST/key/d/{key}; bash on.sh; bash quiet.sh; cat got/log
{"N":1,"ID":"..","MAKER":null,"YR":null}
{"N":2,"ID":".","MAKER":null,"YR":null}
{"N":3,"ID":"../d","MAKER":null,"YR":null}
{"N":4,"ID":" ","MAKER":null,"YR":null}
GET /key/d/..%2Fd HTTP/1.1

# With many threads too, and in an expression; JOIN leaves out what is not there.
$ bash make.sh http://HOST/d; sed -i '$d' app.sql; echo "SELECT STREAM n, LOOKUP('DEVICES', 'MAKER', id) AS maker, id IN (SELECT d.id FROM devices d) AS known, LOOKUP('DEVICES', 'YR', 'a') AS y FROM s;" >> app.sql; bash on.sh; bash quiet.sh --threads 4; bash keys.sh
{"N":1,"MAKER":"Acme","KNOWN":true,"Y":2001}
{"N":2,"MAKER":"Bolt","KNOWN":true,"Y":2001}
{"N":3,"MAKER":null,"KNOWN":false,"Y":2001}
{"N":4,"MAKER":"Acme","KNOWN":true,"Y":2001}
{"N":5,"MAKER":null,"KNOWN":null,"Y":2001}
{"N":6,"MAKER":"Eps","KNOWN":true,"Y":2001}
{"N":7,"MAKER":null,"KNOWN":false,"Y":2001}
      1 "a"
      1 "b/c d"
      1 "e"
      1 "none"
$ bash make.sh http://HOST/d; sed -i '$d' app.sql; echo "SELECT STREAM s.n, d.yr FROM s JOIN devices d ON s.id = d.id AND d.yr > 2001; SELECT STREAM s.n FROM s, devices d WHERE d.id = s.id AND d.maker = 'Eps';" >> app.sql; bash on.sh; bash quiet.sh | sort
{"N":2,"YR":2002}
{"N":6}
$ for i in $(seq 3000); do echo "{\"N\":$i,\"ID\":\"$((i * i % 70))\"}"; done > many.json; for i in $(seq 0 2 69); do echo "{\"ID\":\"$i\",\"MAKER\":\"M$i\",\"YR\":$i}"; done > got/www/d2
$ for threads in 1 4; do FROM=many.json bash make.sh http://HOST/d2; bash on.sh; bash quiet.sh --threads $threads > by-key; sed "s/, *lookup = 'key'//; s/WITH (lookup = 'key')//; s/'http:[^']*'/'got\/www\/d2'/" app.sql > run.sql; bash quiet.sh | cmp - by-key && bash keys.sh | grep -c '^ *1 '; done
24
24

# Without an answer: new tries, then rows wait, or keys count as missing, or the run ends.
$ bash make.sh http://HOST/d "backoff = INTERVAL '0.01' SECOND, retries = 1"; bash on.sh '503 close 503'; bash quiet.sh; grep -c '"a"' got/log
sluice: warning: cannot look up in http://HOST/d of DEVICES (2 tries): Empty reply from server; rows wait
sluice: looking up in http://HOST/d of DEVICES works again
{"N":1,"ID":"a","MAKER":"Acme","YR":2001}
{"N":2,"ID":"b/c d","MAKER":"Bolt","YR":2002}
{"N":3,"ID":"none","MAKER":null,"YR":null}
{"N":4,"ID":"a  ","MAKER":"Acme","YR":2001}
{"N":5,"ID":null,"MAKER":null,"YR":null}
{"N":6,"ID":"e","MAKER":"Eps","YR":null}
{"N":7,"ID":"none","MAKER":null,"YR":null}
4
$ bash make.sh http://me:pass@HOST/d?token=secret "backoff = INTERVAL '60' SECOND, retries = 0, on_error = 'missing'"; bash on.sh 503; bash quiet.sh; grep -c POST got/log
sluice: warning: cannot look up in http://HOST/d of DEVICES (1 try): the server answers 503: not today!; keys count as missing
{"N":1,"ID":"a","MAKER":null,"YR":null}
{"N":2,"ID":"b/c d","MAKER":null,"YR":null}
{"N":3,"ID":"none","MAKER":null,"YR":null}
{"N":4,"ID":"a  ","MAKER":null,"YR":null}
{"N":5,"ID":null,"MAKER":null,"YR":null}
{"N":6,"ID":"e","MAKER":null,"YR":null}
{"N":7,"ID":"none","MAKER":null,"YR":null}
1
$ bash make.sh http://HOST/d "backoff = INTERVAL '0.01' SECOND, retries = 2, on_error = 'stop'"; bash on.sh '503 page slow'; sed -i "s/lookup = /timeout = INTERVAL '0.2' SECOND, lookup = /" run.sql; bash quiet.sh
run.sql:2:84: error 08001: cannot look up in http://HOST/d of DEVICES (3 tries): Operation timed out after * milliseconds with 0 bytes received (glob)
$ bash make.sh http://HOST/d "backoff = INTERVAL '0.01' SECOND"; bash on.sh '401'; bash quiet.sh
run.sql:2:84: error 08001: cannot look up in http://HOST/d of DEVICES (1 try): the server answers 401: not today!
$ bash make.sh http://HOST/none/d "on_error = 'missing', retries = 0"; bash on.sh 404; bash quiet.sh | head -2
sluice: warning: cannot look up in http://HOST/none/d of DEVICES (1 try): the server answers 404; keys count as missing
{"N":1,"ID":"a","MAKER":null,"YR":null}
$ bash make.sh http://HOST/d "on_error = 'stop', retries = 0"; sed -i '$d' app.sql; echo "SELECT STREAM n, LOOKUP('DEVICES', 'MAKER', id) AS maker FROM s;" >> app.sql; bash on.sh 503; bash quiet.sh
run.sql:2:84: error 08001: cannot look up in http://HOST/d of DEVICES (1 try): the server answers 503: not today!

$ bash make.sh http://127.0.0.1:1/d "backoff = INTERVAL '60' SECOND, retries = 0"; cp app.sql run.sql; export no_proxy='*'; sluice run --quiet run.sql 2> said & sleep 1; kill -INT $!; wait $!; echo $?; grep -o 'rows wait\|cannot look up.*tr[a-z]*)' said
4
cannot look up in http://127.0.0.1:1/d of DEVICES (1 try)
rows wait
cannot look up in http://127.0.0.1:1/d of DEVICES (2 tries)

# While rows wait for an answer the run says so to whoever asks, its other rows go on, and it saves itself; it ends when it is to, and goes on where it was.
$ cat > held.sh <<'SH'
> # held.sh HOW THREADS ANSWER: a run whose rows wait for a server that answers so; its process to $run.
> case $1 in
> direct) pump="SELECT STREAM s.n, d.maker FROM s LEFT JOIN devices AS d ON s.id = d.id" ;;
> behind) pump="SELECT STREAM c.n, d.maker FROM counts AS c JOIN devices AS d ON c.id = d.id" ;;
> inside) pump="SELECT STREAM n, LOOKUP('DEVICES', 'MAKER', id) FROM counts" ;;
> esac
> cat > app.sql <<SQL
> CREATE SOURCE s (n INTEGER, id VARCHAR(9)) FROM 'in.json' WITH (follow = TRUE);
> CREATE SOURCE beat (n INTEGER) FROM 'exec:while sleep 0.05; do echo "{\\"N\\":1}"; done';
> CREATE REFERENCE TABLE devices (id VARCHAR(9), maker VARCHAR(20)) FROM '${URL:-http://HOST/key/d/{key\}}' WITH (lookup = 'key', backoff = INTERVAL '0.01' SECOND);
> CREATE STREAM beats (n INTEGER);
> CREATE PUMP b AS INSERT INTO beats SELECT STREAM n FROM beat;
> CREATE STREAM counts (n INTEGER, id VARCHAR(9));
> CREATE PUMP c AS INSERT INTO counts SELECT STREAM COUNT(*), MAX(id) FROM s GROUP BY STEP(s.ROWTIME BY INTERVAL '0.1' SECOND);
> CREATE STREAM named (n INTEGER, maker VARCHAR(20));
> CREATE PUMP d AS INSERT INTO named $pump;
> CREATE SINK f FROM named INTO 'named.json';
> CREATE SINK g FROM beats INTO 'beats.json';
> SQL
> bash on.sh "$3"; export no_proxy='*'; printf '{"N":1,"ID":"a"}\n' > in.json; rm -f state* named.json beats.json
> sluice run --quiet --threads $2 --state state --checkpoint-interval 1 --control run.sock --metrics 0 run.sql 2> said & run=$!
> for i in $(seq 300); do sluice explain --live run.sock NAMED > why 2> /dev/null; grep -q "waits.*lookup.*$UNTIL" why && break; sleep 0.02; done
> sed -E 's/[0-9]+\.[0-9] s/N s/; s/127.0.0.1:[0-9]*/HOST/; s/time is (not begun|[0-9: .-]*)/time is T/g; s/until 20[0-9: .-]*/until T/; s/, keeps [0-9]* bytes//; s/; held up.*//; s/try [0-9]+/try K/; s/port .*/.../' why
> SH
$ cat > end.sh <<'SH'
> # end.sh SUM: the run is stopped, and says what about it; the server is there again, and more comes: no row is lost, and none comes twice.
> began=$(date +%s); kill -INT $run; wait $run; echo "exit $?"; [ $(($(date +%s) - began)) -le 4 ] || echo "it took $(($(date +%s) - began)) s"
> sed -E 's/127.0.0.1:[0-9]*/HOST/g; s/port .*/.../; s/[0-9]+ tr(y|ies)/K tries/' said | grep -o 'cannot look up.*: [a-z ]*'
> printf '{"N":2,"ID":"a"}\n' >> in.json
> sluice run --quiet --state state run.sql 2> /dev/null & run=$!; sum() { awk -F'[:,]' '{ s += $2 } END { print s }' named.json 2> /dev/null; }; for i in $(seq 300); do [ "$(sum)" = $1 ] && break; sleep 0.02; done; kill -INT $run; wait $run; sum; grep -o '"MAKER".*' named.json | sort -u
> SH
$ cat > beats.sh <<'SH'
> # beats.sh: whether other rows go on, and checkpoints.
> touch beats.json; n=$(wc -l < beats.json); for i in $(seq 100); do [ "$(wc -l < beats.json)" -gt "$n" ] && break; sleep 0.05; done; [ $i -lt 100 ] && echo "other rows go on"
> at=$(sed -n 's/.*metrics at http:..\([0-9.:]*\).metrics.*/\1/p' said); many() { scrape get $at /metrics | sed -n 's/^sluice_checkpoints_total //p'; }
> n=$(many); for i in $(seq 100); do [ "$(many)" -gt "$n" ] && break; sleep 0.05; done; [ $i -lt 100 ] && echo "it saves itself"
> scrape get $at /metrics | grep -c '^sluice_stream_rows_total'
> SH
$ . ./held.sh direct 1 hang; . ./beats.sh; . ./end.sh 3
stream NAMED: 0 rows, its time is T
  pump D
    Project: 0 in, 0 out
    Lookup: 0 in, 0 out: waits N s for the lookup in table DEVICES at http://HOST/key/d/{key}, try K
    stream S: 0 rows, its time is T
      source S: runs
other rows go on
it saves itself
5
exit 4
cannot look up in http://HOST/key/d/{key} of DEVICES (K tries): the run is to stop
3
"MAKER":"Acme"}
$ . ./held.sh direct 8 hang; . ./beats.sh; . ./end.sh 3
stream NAMED: 0 rows, its time is T
  pump D
    Project: 0 in, 0 out
    Lookup: 0 in, 0 out: waits N s for the lookup in table DEVICES at http://HOST/key/d/{key}, try K
    stream S: 0 rows, its time is T
      source S: runs
other rows go on
it saves itself
5
exit 4
cannot look up in http://HOST/key/d/{key} of DEVICES (K tries): the run is to stop
3
"MAKER":"Acme"}
$ . ./held.sh behind 1 hang; scrape get $(sed -n 's/.*metrics at http:..\([0-9.:]*\).metrics.*/\1/p' said) /metrics | grep -c '^sluice_stream_rows_total'; sluice repl --connect run.sock <<< '\d' | grep -c NAMED; . ./end.sh 2
stream NAMED: 0 rows, its time is T
  pump D
    Project: 0 in, 0 out
    Lookup: 1 in, 0 out: waits N s for the lookup in table DEVICES at http://HOST/key/d/{key}, try K
    stream COUNTS: 1 row, its time is T
      pump C
        Project: 1 in, 1 out
        Group: 1 in, 1 out: 1 window is open until T; its time is T
        stream S: 1 row, its time is T
          source S: runs
5
3
exit 4
cannot look up in http://HOST/key/d/{key} of DEVICES (K tries): the run is to stop
2
"MAKER":"Acme"}
$ URL=http://127.0.0.1:1/d UNTIL='error' . ./held.sh direct 1 ok; kill -INT $run; wait $run; echo "exit $?"
stream NAMED: 0 rows, its time is T
  pump D
    Project: 0 in, 0 out
    Lookup: 0 in, 0 out: waits N s for the lookup in table DEVICES at http://HOST/d, try K; last error: Failed to connect to 127.0.0.1 ...
    stream S: 0 rows, its time is T
      source S: runs
exit 4
$ UNTIL='try 3' . ./held.sh inside 2 '503 503 hang'; . ./end.sh 2
stream NAMED: 0 rows, its time is T
  pump D
    Project: 1 in, 0 out
    stream COUNTS: 1 row, its time is T
      pump C
        Project: 1 in, 1 out
        Group: 1 in, 1 out: 1 window is open until T; its time is T
        stream S: 1 row, its time is T
          source S: runs
the application waits N s for the lookup in table DEVICES at http://HOST/key/d/{key}, try K; last error: the server answers 503: not today!
exit 4
cannot look up in http://HOST/key/d/{key} of DEVICES (K tries): the run is to stop
2
"MAKER":"Acme"}

# In a session of its own, too; it ends as soon.
$ bash on.sh hang; sed "s/'in.json' WITH (follow = TRUE)/'exec:cat in.json; sleep 20'/; s/'named.json'/'null:'/; s/'beats.json'/'null:'/" run.sql > session.sql; sed -i "s/127.0.0.1:[0-9]*/127.0.0.1:$(cat got/port)/" session.sql; rm -f later; mkfifo later; (for i in $(seq 300); do grep -q GET got/log && break; sleep 0.02; done; sleep 0.1; echo '-- now' > later) & began=$(date +%s); printf '%s\n' '\i session.sql' '\i later' '\why named' '\q' | sluice repl 2>&1 | sed -E 's/[0-9]+\.[0-9] s/N s/; s/127.0.0.1:[0-9]*/HOST/' | grep waits; [ $(($(date +%s) - began)) -le 7 ] || echo "it took $(($(date +%s) - began)) s"
the application waits N s for the lookup in table DEVICES at http://HOST/key/d/{key}, try 1

# Rows that are no rows are left out; those that nobody asked for too; an answer about one key need not repeat it.
$ printf '{"ID":"a","MAKER":"Acme","YR":"x"}\n{"ID":"x-\\"e\\"","MAKER":"Stray"}\n{"MAKER":"No name", "OF":"b/c d"}\n' > got/www/odd
$ bash make.sh http://HOST/odd; bash on.sh; bash quiet.sh
sluice: warning: row left out of reference table DEVICES: cannot convert x to INTEGER for column "YR"
{"N":1,"ID":"a","MAKER":null,"YR":null}
{"N":2,"ID":"b/c d","MAKER":null,"YR":null}
{"N":3,"ID":"none","MAKER":null,"YR":null}
{"N":4,"ID":"a  ","MAKER":null,"YR":null}
{"N":5,"ID":null,"MAKER":null,"YR":null}
{"N":6,"ID":"e","MAKER":null,"YR":null}
{"N":7,"ID":"none","MAKER":null,"YR":null}
sluice: warning: 1 rows that came for reference table DEVICES were left out: their key is none that was asked for
$ bash make.sh http://HOST/key/odd/{id}; bash on.sh; bash quiet.sh
sluice: warning: row left out of reference table DEVICES: cannot convert x to INTEGER for column "YR"
{"N":1,"ID":"a","MAKER":null,"YR":null}
{"N":2,"ID":"b/c d","MAKER":"No name","YR":null}
{"N":3,"ID":"none","MAKER":null,"YR":null}
{"N":4,"ID":"a  ","MAKER":null,"YR":null}
{"N":5,"ID":null,"MAKER":null,"YR":null}
{"N":6,"ID":"e","MAKER":null,"YR":null}
{"N":7,"ID":"none","MAKER":null,"YR":null}

# Rows are known for a while, and so is that there are none; SIGHUP forgets them.
$ cat > change <<'SH'
> say() { echo '{"N":'$1',"ID":"a"}'; echo '{"N":'$1',"ID":"q"}'; sleep 0.4; }
> printf '{"ID":"a","MAKER":"new","YR":1}\n{"ID":"q","MAKER":"new"}\n' > new
> say 1; cp new got/www/d3; say 2; sleep 0.8; say 3; say 4
> SH
$ printf '{"ID":"a","MAKER":"old","YR":1}\n' > got/www/d3; FROM=- bash make.sh http://HOST/d3 "ttl = 60, missing_ttl = 1"; bash on.sh; bash change | bash quiet.sh; bash keys.sh
{"N":1,"ID":"a","MAKER":"old","YR":1}
{"N":1,"ID":"q","MAKER":null,"YR":null}
{"N":2,"ID":"a","MAKER":"old","YR":1}
{"N":2,"ID":"q","MAKER":null,"YR":null}
{"N":3,"ID":"a","MAKER":"old","YR":1}
{"N":3,"ID":"q","MAKER":"new","YR":null}
{"N":4,"ID":"a","MAKER":"old","YR":1}
{"N":4,"ID":"q","MAKER":"new","YR":null}
      1 "a"
      2 "q"
$ printf '{"ID":"a","MAKER":"old","YR":1}\n' > got/www/d3; FROM=- bash make.sh http://HOST/d3; bash on.sh; export no_proxy='*'
> mkfifo rows; sluice run --quiet run.sql < rows & exec 3> rows; echo '{"N":1,"ID":"a"}' >&3; sleep 0.4; cp new got/www/d3; echo '{"N":2,"ID":"a"}' >&3; sleep 0.2; kill -HUP $!; sleep 0.8; echo '{"N":3,"ID":"a"}' >&3; exec 3>&-; wait
{"N":1,"ID":"a","MAKER":"old","YR":1}
{"N":2,"ID":"a","MAKER":"old","YR":1}
{"N":3,"ID":"a","MAKER":"new","YR":1}

# on_missing = 'error' makes an error row of a key that is not there.
$ bash make.sh http://HOST/d "on_missing = 'error'"; echo "CREATE SINK e FROM error_stream INTO 'errors.json';" >> app.sql; bash on.sh; bash quiet.sh; grep -o '"MESSAGE":"[^"]*"' errors.json
{"N":1,"ID":"a","MAKER":"Acme","YR":2001}
{"N":2,"ID":"b/c d","MAKER":"Bolt","YR":2002}
{"N":4,"ID":"a  ","MAKER":"Acme","YR":2001}
{"N":6,"ID":"e","MAKER":"Eps","YR":null}
"MESSAGE":"reference table DEVICES has no row for this key"
"MESSAGE":"reference table DEVICES has no row for this key"
"MESSAGE":"reference table DEVICES has no row for this key"

# From a database: by a prepared statement; a file in its place is asked from then on.
$ sqlite3 d.db "CREATE TABLE d (id TEXT, maker TEXT, yr INTEGER); INSERT INTO d VALUES ('a', 'Acme', 2001), ('a', 'Alt', 1999), ('b/c d', 'Bolt', NULL)" 2>&1 || echo no sqlite3
$ bash make.sh 'sqlite:d.db?table=d'; cp app.sql run.sql; bash quiet.sh
{"N":1,"ID":"a","MAKER":"Acme","YR":2001}
{"N":1,"ID":"a","MAKER":"Alt","YR":1999}
{"N":2,"ID":"b/c d","MAKER":"Bolt","YR":null}
{"N":3,"ID":"none","MAKER":null,"YR":null}
{"N":4,"ID":"a  ","MAKER":"Acme","YR":2001}
{"N":4,"ID":"a  ","MAKER":"Alt","YR":1999}
{"N":5,"ID":null,"MAKER":null,"YR":null}
{"N":6,"ID":"e","MAKER":null,"YR":null}
{"N":7,"ID":"none","MAKER":null,"YR":null}
$ bash make.sh 'sqlite:d.db?table=dd'; cp app.sql run.sql; bash quiet.sh
run.sql:2:84: error 42P01: no table "dd" in the database d.db of DEVICES
hint: did you mean "d"?
$ sed 's/yr INTEGER)/yr INTEGER, PRIMARY KEY (id, yr))/; s/ON s.id = d.id/ON s.id = d.id AND d.yr = 2000 + s.n/; s/table=dd/table=d/' app.sql > run.sql; bash quiet.sh
{"N":1,"ID":"a","MAKER":"Acme","YR":2001}
{"N":2,"ID":"b/c d","MAKER":null,"YR":null}
{"N":3,"ID":"none","MAKER":null,"YR":null}
{"N":4,"ID":"a  ","MAKER":null,"YR":null}
{"N":5,"ID":null,"MAKER":null,"YR":null}
{"N":6,"ID":"e","MAKER":null,"YR":null}
{"N":7,"ID":"none","MAKER":null,"YR":null}
$ sqlite3 e.db "CREATE TABLE d (id TEXT, maker TEXT, yr INTEGER); INSERT INTO d VALUES ('a', 'New', 2002)"
> FROM=- bash make.sh 'sqlite:d.db?table=d' "ttl = INTERVAL '0.1' SECOND"; cp app.sql run.sql; (echo '{"N":1,"ID":"a"}'; sleep 0.4; mv e.db d.db; echo '{"N":2,"ID":"a"}') | bash quiet.sh
{"N":1,"ID":"a","MAKER":"Acme","YR":2001}
{"N":1,"ID":"a","MAKER":"Alt","YR":1999}
{"N":2,"ID":"a","MAKER":"New","YR":2002}

# What cannot be asked by key is refused.
$ cat > table.sh <<'SH'
> # table.sh URL OPTIONS QUERY
> cat > run.sql <<SQL
> CREATE SOURCE s (n INTEGER, id VARCHAR(9), secret VARCHAR(9) PERSONAL) FROM 's.json';
> CREATE REFERENCE TABLE d (id VARCHAR(9), maker VARCHAR(20), yr INTEGER${KEY:+, PRIMARY KEY ($KEY)}) FROM '$1' WITH ($2);
> ${3:-SELECT STREAM s.n FROM s;}
> SQL
> sluice check run.sql 2>&1 | grep '^run\|^hint' || echo taken
> SH
$ bash table.sh http://h/d "lookup = 'key'" "SELECT STREAM s.n, d.maker FROM s JOIN d ON s.n = d.yr;"
run.sql:3:33: error 42601: table "D" is looked up by key and must be asked by its whole key: "ID" = ..., before conditions that can fail
hint: without the option lookup = 'key' the table is read whole
$ bash table.sh http://h/d "lookup = 'key'" "SELECT STREAM s.n, d.maker FROM s JOIN d ON 1 / s.n > 0 AND s.id = d.id;"
run.sql:3:33: error 42601: table "D" is looked up by key and must be asked by its whole key: "ID" = ..., before conditions that can fail
hint: without the option lookup = 'key' the table is read whole
$ bash table.sh http://h/d "lookup = 'key'" "SELECT STREAM s.n FROM s JOIN (SELECT id FROM d) AS e ON s.id = e.id;"
taken
$ bash table.sh http://h/d "lookup = 'key'" "SELECT STREAM s.n FROM s JOIN (SELECT id, COUNT(*) AS c FROM d GROUP BY id) AS e ON s.id = e.id;"
run.sql:3:62: error 42601: table "D" is looked up by key and its rows cannot be listed
hint: without the option lookup = 'key' the table is read whole
$ bash table.sh http://h/d "lookup = 'key'" "SELECT STREAM s.n FROM s WHERE s.n IN (SELECT yr FROM d);"
run.sql:3:32: error 42601: table "D" is looked up by key and must be asked by its whole key: "ID" = ..., before conditions that can fail
hint: without the option lookup = 'key' the table is read whole
$ KEY='id, yr' bash table.sh http://h/d "lookup = 'key'" "SELECT STREAM s.n, d.maker FROM s JOIN d ON s.id = d.id;"
run.sql:3:33: error 42601: table "D" is looked up by key and must be asked by its whole key: "ID" and "YR" = ..., before conditions that can fail
hint: without the option lookup = 'key' the table is read whole
$ bash table.sh d.csv "lookup = 'key'"
run.sql:2:78: error HY024: 'd.csv' of D cannot be asked by key
hint: lookup = 'key' is for sqlite:, http: and https:
$ bash table.sh d.csv "lookup = 'fast'"
run.sql:2:101: error HY024: option lookup: 'key' or 'whole' is wanted, in single quotes
$ bash table.sh http://h/d "lookup = 'key', refresh = INTERVAL '1' MINUTE"
run.sql:2:123: error HY024: option refresh: a table that is looked up by key is not read again; option ttl says how long rows are kept
$ bash table.sh http://h/d "ttl = 5"
run.sql:2:78: error HY024: option "ttl" of D is for lookup = 'key'
$ bash table.sh http://h/{key} "on_missing = 'null'"
run.sql:2:78: error HY024: 'http://h/{key}' of D has braces
hint: a table that is asked by key has lookup = 'key'
$ bash table.sh http://h/{maker} "lookup = 'key'"
run.sql:2:78: error HY024: 'http://h/{maker}' of D has {maker}, which is no column of its key
hint: {key} or columns of the key in braces: a request a key; {keys}: one for many; none: they are posted
$ bash table.sh http://{key}.h/ "lookup = 'key'"
run.sql:2:78: error HY024: 'http://{key}.h/' of D has a key in the name of its server
hint: {key} or columns of the key in braces: a request a key; {keys}: one for many; none: they are posted
$ KEY='id, yr' bash table.sh http://h/{id} "lookup = 'key'"
run.sql:2:100: error HY024: 'http://h/{id}' of D does not have all columns of the key
hint: {key} or columns of the key in braces: a request a key; {keys}: one for many; none: they are posted
$ KEY='id, yr' bash table.sh http://h/{keys} "lookup = 'key'"
run.sql:2:100: error HY024: 'http://h/{keys}' of D has {keys}, and its key has several columns
hint: {key} or columns of the key in braces: a request a key; {keys}: one for many; none: they are posted
$ bash table.sh http://h/d "lookup = 'key', on_error = 'ignore'"
run.sql:2:78: error HY024: option "on_error" of D is 'ignore', not 'wait', 'missing' or 'stop'
$ bash table.sh 'sqlite:d.db?table=d' "lookup = 'key', batch = 5"
run.sql:2:78: error HY024: option "batch" of D is for http: and https:
$ bash make.sh http://HOST/d; sluice explain app.sql 2>&1 | grep -i lookup
    Lookup [stateless] LEFT DEVICES by key ON ID = DEVICES.ID

# PERSONAL keys do not go to a server, unless they are no longer what they were; to a database they do.
$ bash table.sh http://h/{key} "lookup = 'key'" "SELECT STREAM s.n, d.maker FROM s JOIN d ON s.secret = d.id;"
run.sql:3:45: error 42501: PERSONAL column "SECRET" of "S" would leave as a key of reference table "D", which asks a server
hint: its way: "S"."SECRET" -> key of "D"; what may leave it: a de-identifying function, RELEASE(expr, 'reason'), or a table that is read whole
$ bash table.sh http://h/d "lookup = 'key'" "SELECT STREAM s.n, d.maker FROM s, d WHERE d.id = UPPER(s.secret);"
run.sql:3:51: error 42501: PERSONAL column "SECRET" of "S" would leave as a key of reference table "D", which asks a server
hint: its way: "S"."SECRET" -> key of "D"; what may leave it: a de-identifying function, RELEASE(expr, 'reason'), or a table that is read whole
$ bash table.sh https://h/d "lookup = 'key'" "CREATE SINK k FROM o INTO 'null:' WITH (personal = TRUE); CREATE STREAM o (x VARCHAR(20)); CREATE PUMP p AS INSERT INTO o SELECT STREAM LOOKUP('D', 'MAKER', secret) FROM s;"
run.sql:3:137: error 42501: PERSONAL column "SECRET" of "S" would leave as a key of reference table "D", which asks a server
hint: its way: "S"."SECRET" -> key of "D"; what may leave it: a de-identifying function, RELEASE(expr, 'reason'), or a table that is read whole
$ bash table.sh https://h/d "lookup = 'key'" "SELECT STREAM n FROM s WHERE EXISTS (SELECT * FROM d WHERE d.id = s.secret);"
run.sql:3:30: error 42501: PERSONAL column "SECRET" of "S" would leave as a key of reference table "D", which asks a server
hint: its way: "S"."SECRET" -> key of "D"; what may leave it: a de-identifying function, RELEASE(expr, 'reason'), or a table that is read whole
$ bash table.sh https://h/d "lookup = 'key'" "CREATE STREAM o (x VARCHAR(20)); CREATE PUMP p AS INSERT INTO o SELECT STREAM secret FROM s; SELECT STREAM d.maker FROM o LEFT JOIN d ON o.x = d.id;"
run.sql:3:138: error 42501: PERSONAL column "SECRET" of "S" would leave as a key of reference table "D", which asks a server
hint: its way: "S"."SECRET" -> pump "P" -> "O"."X" -> key of "D"; what may leave it: a de-identifying function, RELEASE(expr, 'reason'), or a table that is read whole
$ bash table.sh http://h/{key} "lookup = 'key'" "SELECT STREAM s.n, d.maker FROM s JOIN d ON RELEASE(s.secret, 'the server may know') = d.id;"
run.sql:3:45: note 42501: PERSONAL column "SECRET" of "S" is released: the server may know
$ bash table.sh http://h/{key} "lookup = 'key'" "SELECT STREAM s.n, d.maker FROM s JOIN d ON REDACT(s.secret) = d.id;"
taken
$ bash table.sh 'sqlite:d.db?table=d' "lookup = 'key'" "SELECT STREAM s.n FROM s JOIN d ON s.secret = d.id;"
run.sql:3:24: note 42501: ON chooses rows by PERSONAL column "SECRET" of "S": which rows there are is not proved
$ bash table.sh http://h/d "refresh = INTERVAL '1' MINUTE" "SELECT STREAM s.n FROM s JOIN d ON s.secret = d.id;"
run.sql:3:24: note 42501: ON chooses rows by PERSONAL column "SECRET" of "S": which rows there are is not proved
