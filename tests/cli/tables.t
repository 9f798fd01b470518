# Reference tables from files of documents and from servers of loopback.
$ cat > on.sh <<'SH'
> # on.sh REQUESTS ANSWERS: a server that has the files of got/www; HOST in table.sql becomes its place.
> rm -f got/port got/log; mkdir -p got/www
> "$(dirname "$(readlink -f "$(command -v sluice)")")"/tests/cli/tables got "$1" $2
> sed "s/HOST/127.0.0.1:$(cat got/port)/" table.sql > run.sql
> SH
$ cat > quiet.sh <<'SH'
> # What a run says, without times and ports.
> export no_proxy='*'
> sluice run --quiet run.sql 2>&1 | sed "s/127.0.0.1:[0-9]*/HOST/g; s/^sluice: ....-..-.. ..:..:..[^ ]* //" | grep -v '^ *[~^]*$' | grep -v ^CREATE
> SH
$ cat > stream.sql <<'SQL'
> CREATE SOURCE s (k VARCHAR(5)) FROM 's.json';
> SELECT STREAM s.k, t.v FROM s LEFT JOIN t ON s.k = t.k;
> SQL
$ printf '{"K":"a"}\n{"K":"b"}\n{"K":"c"}\n' > s.json
$ table() { (echo "CREATE REFERENCE TABLE t (k VARCHAR(5), v INTEGER) FROM '$1' WITH ($2);"; cat stream.sql) > table.sql; }; declare -f table > table.sh
$ file() { (echo "CREATE REFERENCE TABLE t (k VARCHAR(5), v INTEGER) FROM '$1';"; cat stream.sql) > run.sql; bash quiet.sh; }; declare -f file > file.sh

# A file may be an array, in one line or in many, or objects over several lines, packed or not.
$ . ./file.sh; printf '[{"K":"a","V":1},{"K":"b","V":2}]' > t.json; file t.json
{"K":"a","V":1}
{"K":"b","V":2}
{"K":"c","V":null}
$ . ./file.sh; printf '[\n  {\n    "K": "a",\n    "V": 1\n  },\n  {\n    "K": "b]",\n    "V": 2\n  }\n]\n' > t.json; file t.json
{"K":"a","V":1}
{"K":"b","V":null}
{"K":"c","V":null}
$ . ./file.sh; printf '{\n "K": "a",\n "V": 1\n}\n{\n "K": "b",\n "V": 2\n}\n' | gzip > t.json; file t.json
{"K":"a","V":1}
{"K":"b","V":2}
{"K":"c","V":null}

# One that ends too early is refused as a whole; of lines, each stands for itself.
$ . ./file.sh; printf '[{"K":"a","V":1},\n{"K":"b","V":2}' > t.json; file t.json
run.sql:1:57: error 22000: t.json of T: the JSON document ends too early
$ . ./file.sh; printf '[{"K":"a","V":1}]]' > t.json; file t.json
sluice: warning: row left out of reference table T: record is not valid JSON: something follows the record at byte 17
run.sql:1:57: error 22000: t.json of T: a bracket or quote too many in the JSON document
$ . ./file.sh; printf '{"K":"a","V":1}\n{"K":"b","V":\n{"K":"c","V":3}\n' > t.json; file t.json
sluice: warning: row left out of reference table T: record is not valid JSON: a value is missing at byte 14
sluice: warning: 1 rows were left out of reference table T
{"K":"a","V":1}
{"K":"b","V":null}
{"K":"c","V":3}

# From a server: an array, lines, CSV, packed; the server's word for it counts, and the option before it.
$ . ./table.sh; mkdir -p got/www; printf '[{"K":"a","V":1},\n{"K":"b","V":2}]' > got/www/array; table http://HOST/array "on_missing = 'null'"; bash on.sh 1; bash quiet.sh
{"K":"a","V":1}
{"K":"b","V":2}
{"K":"c","V":null}
$ . ./table.sh; printf '{"K":"a","V":1}\n{"K":"b","V":2}\n' | gzip > got/www/lines.gz; table http://HOST/lines.gz "on_missing = 'null'"; bash on.sh 1; bash quiet.sh
{"K":"a","V":1}
{"K":"b","V":2}
{"K":"c","V":null}
$ . ./table.sh; printf 'k,v\na,1\nb,2\n' > got/www/t.csv; table http://HOST/t.csv?all=1 "header = TRUE"; bash on.sh 1; bash quiet.sh
{"K":"a","V":1}
{"K":"b","V":2}
{"K":"c","V":null}
$ . ./table.sh; printf 'a,1\nb,2\n' > got/www/text; table http://HOST/text "format = 'csv'"; bash on.sh 1; bash quiet.sh
{"K":"a","V":1}
{"K":"b","V":2}
{"K":"c","V":null}
$ . ./table.sh; printf '{"rows":\n[{"K":"a","V":1},{"K":"b","V":2}]}' > got/www/deep; table http://HOST/deep "row_path = '\$.rows[0:]'"; bash on.sh 1; bash quiet.sh
{"K":"a","V":1}
{"K":"b","V":2}
{"K":"c","V":null}

# What is secret comes from the environment, and is in no message.
$ . ./table.sh; export TOKEN=tell-nobody KEYS='X-Api-Key: nor-this'; table http://HOST/array "token_env = 'TOKEN', headers_env = 'KEYS', headers = 'X-One: 1', retries = 0"; bash on.sh 2 '503'; bash quiet.sh; cat got/log
run.sql:1:57: error 08001: cannot read http://HOST/array of T (1 try): the server answers 503: not today!
GET /array HTTP/1.1
  X-One: 1
  X-Api-Key: nor-this
  Authorization: Bearer tell-nobody
$ . ./table.sh; table http://HOST/array?key=secret "token_env = 'NOT_THERE'"; bash on.sh 0; bash quiet.sh
run.sql:1:57: error HY024: the variable NOT_THERE that option "token_env" of T names is not set

# A server that fails is asked again a few times; what cannot pass fails at once.
$ . ./table.sh; table http://HOST/array "backoff = INTERVAL '0.01' SECOND"; bash on.sh 4 '503 close 429'; bash quiet.sh; grep -c GET got/log
sluice: warning: cannot read http://HOST/array of T: the server answers 503: not today!; trying again
{"K":"a","V":1}
{"K":"b","V":2}
{"K":"c","V":null}
4
$ . ./table.sh; table http://me:pass@HOST/array?key=secret "backoff = INTERVAL '0.01' SECOND, retries = 2"; bash on.sh 3 '503 503 503'; bash quiet.sh
sluice: warning: cannot read http://HOST/array of T: the server answers 503: not today!; trying again
run.sql:1:57: error 08001: cannot read http://HOST/array of T (3 tries): the server answers 503: not today!
$ . ./table.sh; table http://HOST/array "backoff = INTERVAL '0.01' SECOND"; bash on.sh 1 '403'; bash quiet.sh
run.sql:1:57: error 08001: cannot read http://HOST/array of T (1 try): the server answers 403: not today!
$ . ./table.sh; table http://HOST/array "retries = 0"; sed -i 's/v INTEGER/&, n VARCHAR(9) PERSONAL/' table.sql; bash on.sh 1 '503'; bash quiet.sh
run.sql:1:80: error 08001: cannot read http://HOST/array of T (1 try): the server answers 503
$ . ./table.sh; table http://HOST/gone "backoff = INTERVAL '0.01' SECOND"; bash on.sh 1; bash quiet.sh
run.sql:1:57: error 08001: cannot read http://HOST/gone of T (1 try): the server answers 404
$ . ./table.sh; table http://HOST/array "retries = 0"; bash on.sh 1 page; bash quiet.sh
run.sql:1:57: error 08001: http://HOST/array of T is a page (text/html), not a table
hint: a log-in? Option "format" says what it is all the same
$ . ./table.sh; table http://HOST/array "retries = 0, timeout = INTERVAL '0.2' SECOND"; bash on.sh 1 slow; bash quiet.sh
run.sql:1:57: error 08001: cannot read http://HOST/array of T (1 try): Operation timed out after * milliseconds with 0 bytes received (glob)
$ . ./table.sh; table http://HOST/array "retries = 0, size_limit = 10"; bash on.sh 1; bash quiet.sh
run.sql:1:57: error 08001: cannot read http://HOST/array of T (1 try): the answer has more than 10 bytes (size_limit)
$ . ./table.sh; head -c 100000 /dev/zero | tr '\0' ' ' | gzip > got/www/bomb; table http://HOST/bomb "retries = 0, size_limit = '1 KB'"; bash on.sh 1; bash quiet.sh
run.sql:1:57: error 58030: the gzip data of T cannot be undone: it holds more bytes than size_limit

# Read again: only what is new travels; a broken version leaves the one before, and is told once.
$ cat > change <<'SH'
> say() { sleep 0.7; echo '{"K":"a"}'; sleep 0.2; }
> say; echo '[{"K":"a","V":2}]' > got/www/new; mv got/www/new got/www/array
> say; echo '[{"K":"a","V":3}' > got/www/new; mv got/www/new got/www/array
> say; printf '{"K":"a","V":4}\n{"K":"\n' > got/www/new; mv got/www/new got/www/array
> say; printf '{"K":"a","V":"x"}\n' > got/www/new; mv got/www/new got/www/array
> say; rm got/www/array
> say; echo '[{"K":"a","V":5}]' > got/www/new; mv got/www/new got/www/array
> say
> SH
$ . ./table.sh; echo '[{"K":"a","V":1}]' > got/www/array; table http://HOST/array "refresh = INTERVAL '0.1' SECOND"; sed -i "s/'s.json'/'-'/" table.sql; bash on.sh 1000; bash change | bash quiet.sh > out; grep '^{' out; grep -v '^{' out | uniq
{"K":"a","V":1}
{"K":"a","V":2}
{"K":"a","V":2}
{"K":"a","V":2}
{"K":"a","V":2}
{"K":"a","V":2}
{"K":"a","V":5}
sluice: warning: reference table T keeps its rows: the document of T: the JSON document ends too early
sluice: warning: row left out of reference table T: record is not valid JSON: unfinished string at byte 7
sluice: warning: reference table T keeps its rows: 1 of 2 records of the new version are no rows of the table
sluice: warning: row left out of reference table T: cannot convert x to INTEGER for column "V"
sluice: warning: reference table T keeps its rows: 1 of 1 records of the new version are no rows of the table
sluice: warning: reference table T keeps its rows: cannot read http://HOST/array of T (1 try): the server answers 404
$ grep -c -A1 GET got/log > asked; grep -c If-None got/log > conditions; [ $(cat asked) -gt 20 -a $(cat asked) = $(($(cat conditions) + 1)) ] && echo only the first asks for it whatever it is
only the first asks for it whatever it is

# SIGHUP asks, too.
$ . ./table.sh; echo '[{"K":"a","V":1}]' > got/www/array; table http://HOST/array "retries = 0"; sed -i "s/'s.json'/'-'/" table.sql; bash on.sh 2; export no_proxy='*'
> mkfifo rows; sluice run --quiet run.sql < rows & exec 3> rows; echo '{"K":"a"}' >&3; sleep 0.4; echo '[{"K":"a","V":2}]' > got/www/array; kill -HUP $!; sleep 0.8; echo '{"K":"a"}' >&3; exec 3>&-; wait
{"K":"a","V":1}
{"K":"a","V":2}

# The REPL reads again, too, and only what is new.
$ . ./table.sh; echo '[{"K":"a","V":1}]' > got/www/array; table http://HOST/array "refresh = INTERVAL '0.1' SECOND"; sed -i '/^SELECT/d; /^CREATE SOURCE/d' table.sql; bash on.sh 100; export no_proxy='*'
> (echo '> SELECT v FROM t;'; sleep 0.5; echo '> SELECT v FROM t;'; echo '[{"K":"a","V":2}]' > got/www/new; sleep 0.3; mv got/www/new got/www/array; echo '> SELECT v FROM t;'; sleep 0.3; echo '> SELECT v FROM t;'; echo '> \q') | pty sluice repl run.sql | grep '^ [0-9]'; grep -c If-None got/log > asked; [ $(grep -c GET got/log) = $(($(cat asked) + 1)) ] && echo only the first asks for it whatever it is
 1
 1
 2
 2
only the first asks for it whatever it is

# Options of servers are for servers; streams cannot be read from there.
$ . ./table.sh; table t.csv "timeout = INTERVAL '1' SECOND"; sluice check table.sql
table.sql:1:57: error HY024: option "timeout" of T is for http: and https:
CREATE REFERENCE TABLE t (k VARCHAR(5), v INTEGER) FROM 't.csv' WITH (timeout = INTERVAL '1' SECOND);
                                                        ^~~~~~~
[exit 3]
$ . ./table.sh; table http:/x "timeout = INTERVAL '1' SECOND"; sluice check table.sql
table.sql:1:57: error HY024: 'http:/x' of T names no server: write http://HOST
CREATE REFERENCE TABLE t (k VARCHAR(5), v INTEGER) FROM 'http:/x' WITH (timeout = INTERVAL '1' SECOND);
                                                        ^~~~~~~~~
[exit 3]
$ . ./table.sh; table http://h/x "timeuot = INTERVAL '1' SECOND"; sluice check table.sql
table.sql:1:86: error HY024: reference table T has no option "timeuot"
CREATE REFERENCE TABLE t (k VARCHAR(5), v INTEGER) FROM 'http://h/x' WITH (timeuot = INTERVAL '1' SECOND);
                                                                                     ^~~~~~~~~~~~~~~~~~~
hint: did you mean "timeout"?
[exit 3]

# Over TLS: the server's certificate must be of an authority that is known, and of its name.
$ cat > certificates.sh <<'END'
> new() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout $1.key -out $1.pem "${@:2}" 2>/dev/null; }
> new authority; new stranger
> new server -CA authority.pem -CAkey authority.key -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE
> cat server.key >> server.pem
> END
$ bash certificates.sh; echo '{"k":2}' > k.ndjson
$ cat > tls.sh <<'END'
> export no_proxy='*'; rm -rf got; mkdir got
> SERVER_CERT=server.pem SERVER_BODY='[{"k":1,"w":"one"},{"k":2,"w":"two"}]' "$(dirname "$(readlink -f "$(command -v sluice)")")"/tests/cli/server http got 1
> cat > tls.sql <<SQL
> CREATE SOURCE s ("k" INTEGER) FROM 'k.ndjson';
> CREATE REFERENCE TABLE t ("k" INTEGER, "w" VARCHAR(8)) FROM 'https://127.0.0.1:$(cat got/port)/t' WITH ($1);
> SELECT STREAM s."k", t."w" FROM s JOIN t ON s."k" = t."k";
> SQL
> sluice run --quiet tls.sql 2>&1 | grep -v '^CREATE\|^ *[\^~]*$' | sed "s/:$(cat got/port)/:PORT/"; grep -v '(no TLS)' got/log
> END
$ bash tls.sh "ca = 'authority.pem'"
{"k":2,"w":"two"}
(TLS)
GET /t HTTP/1.1
$ bash tls.sh "ca = 'stranger.pem', retries = 0"
tls.sql:2:61: error 08001: cannot read https://127.0.0.1:PORT/t of T (1 try): SSL certificate problem: unable to get local issuer certificate
[exit 1]
$ bash tls.sh "ca = 'authority.pem', lookup = 'key'"; cat got/body.1
{"k":2,"w":"two"}
sluice: warning: 1 rows that came for reference table T were left out: their key is none that was asked for
(TLS)
POST /t HTTP/1.1
  Content-Type: application/json
[2]
$ bash tls.sh "ca = 'missing.pem'"
tls.sql:2:100: error HY024: cannot read missing.pem, the ca of T: No such file or directory
[exit 1]
