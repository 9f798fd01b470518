# Records that are sent by HTTP: what is taken, what is turned away and with which words.
$ perl -e 'print 10000 + $$ % 20000' > port; cat > in.sql <<SQL
> CREATE SOURCE s (k INTEGER, t VARCHAR(20)) FROM 'http://127.0.0.1:$(cat port)/in';
> CREATE SINK o FROM s INTO 'out.ndjson';
> SQL
$ cat > filled <<'SH'
> for i in $(seq 100); do [ "$(cat "$1" 2>/dev/null | wc -l)" -ge "$2" ] && exit 0; sleep 0.05; done; echo "$1 has $(cat "$1" | wc -l) lines"; exit 1
> SH

# Lines, a document of several lines, packed, in chunks, nothing; what does not parse goes to error_stream.
$ sluice run --quiet in.sql 2> messages & post -w $(cat port) /in $'{"K":1,"T":"a"}\n{"K":2,"T":"b"}\n'; post $(cat port) /in $'{"K":3,\n "T":"c"}'; printf '{"K":4,"T":"d"}\n\n{"K":5,"T":"e"}' | gzip > p.gz; post -h 'Content-Encoding: gzip' $(cat port) /in @p.gz; post $(cat port) /in @p.gz; post -c $(cat port) /in '{"K":6,"T":"f"}'; post $(cat port) /in ''; post $(cat port) /in; post $(cat port) /in $'{"K":7,"T":"g"}\n{"K":"x"}\n{"K":8'; sh filled out.ndjson 9; kill -INT $!; wait; cat out.ndjson messages
200 {"records":2}
200 {"records":1}
200 {"records":2}
200 {"records":2}
200 {"records":1}
200 {"records":0}
200 {"records":0}
200 {"records":3}
{"K":1,"T":"a"}
{"K":2,"T":"b"}
{"K":3,"T":"c"}
{"K":4,"T":"d"}
{"K":5,"T":"e"}
{"K":4,"T":"d"}
{"K":5,"T":"e"}
{"K":6,"T":"f"}
{"K":7,"T":"g"}
sluice: warning: record of S refused, COERCION_ERROR: cannot convert x to INTEGER for column "K"
sluice: warning: record of S refused, PARSE_ERROR: record is not valid JSON: unfinished value at byte 7

# Other formats: an array of records, CSV with a header in every body.
$ cat > other.sql <<SQL
> CREATE SOURCE a (k INTEGER, t VARCHAR(20)) FROM 'http://127.0.0.1:$(cat port)/array' WITH (row_path = '\$[0:]');
> CREATE SOURCE c (k INTEGER, t VARCHAR(20)) FROM 'http://localhost:$(cat port)/rows' WITH (format = 'csv', header = TRUE);
> CREATE SINK oa FROM a INTO 'a.ndjson';
> CREATE SINK oc FROM c INTO 'c.ndjson';
> SQL
$ sluice run --quiet other.sql & post -w $(cat port) /array $'[{"K":1,"T":"a"},\n {"K":2,\n"T":"b"}]'; post $(cat port) /array $'[{"K":3}]\n[{"K":4},{"K":5}]'; post $(cat port) /rows $'K,T\n1,"a\nb"\n2,b\n'; post $(cat port) /rows $'K,T\r\n3,c'; sh filled a.ndjson 5; sh filled c.ndjson 3; kill -INT $!; wait; cat a.ndjson c.ndjson
200 {"records":2}
200 {"records":3}
200 {"records":2}
200 {"records":1}
{"K":1,"T":"a"}
{"K":2,"T":"b"}
{"K":3,"T":null}
{"K":4,"T":null}
{"K":5,"T":null}
{"K":1,"T":"a\nb"}
{"K":2,"T":"b"}
{"K":3,"T":"c"}

# What is turned away.
$ sed 's/;$/ WITH (max_body = 200, queue = 500);/;2s/ WITH.*/;/' in.sql > small.sql; cat small.sql
CREATE SOURCE s (k INTEGER, t VARCHAR(20)) FROM 'http://127.0.0.1:*/in' WITH (max_body = 200, queue = 500); (glob)
CREATE SINK o FROM s INTO 'out.ndjson';
$ seq 100 > long; seq 10000 | gzip > bomb.gz; printf '\x1f\x8bno' > broken.gz; rm -f out.ndjson
$ sluice run --quiet small.sql & post -w -m GET $(cat port) /in; post -m PUT $(cat port) /in '{}'; post $(cat port) /elsewhere '{}'; post $(cat port) /in @long; post -h 'Expect: 100-continue' $(cat port) /in @long; post -c $(cat port) /in @long; post $(cat port) /in @bomb.gz | cut -c1-80; post $(cat port) /in @broken.gz; post -h 'Content-Encoding: gzip' $(cat port) /in '{"K":1}'; gzip < p.gz > twice.gz; post $(cat port) /in @twice.gz; post -h 'Content-Encoding: br' $(cat port) /in '{}'; post -h 'Origin: https://example.org' $(cat port) /in '{}'; post -h 'Idempotency-Key:' $(cat port) /in '{}'; post $(cat port) /in '{"K":1,"T":"a"}'; sh filled out.ndjson 1; kill -INT $!; wait; cat out.ndjson
405 {"error":"records are sent by POST"}
405 {"error":"records are sent by POST"}
404 {"error":"nothing is taken at this path"}
413 {"error":"a body has at most 200 bytes, packed and unpacked"}
413 {"error":"a body has at most 200 bytes, packed and unpacked"}
413 {"error":"a body has at most 200 bytes, packed and unpacked"}
413 {"error":"a body has at most 200 bytes, packed and unpacked"}
400 {"error":"the body is damaged gzip data: unknown compression method"}
400 {"error":"the body is damaged gzip data: it does not begin like gzip data"}
400 {"error":"the body is damaged gzip data: it is packed twice"}
415 {"error":"the only content encoding is gzip"}
403 {"error":"pages of browsers need a token to send"}
400 {"error":"an Idempotency-Key has 1 to 255 characters"}
200 {"records":1}
{"K":1,"T":"a"}

# A token, from the environment or a file that nobody else may read.
$ sed 's/;$/ WITH (token_env = '"'TOKEN'"');/;2s/ WITH.*/;/' in.sql > token.sql; sluice run --quiet token.sql
token.sql:1:49: error HY024: the variable TOKEN that option "token_env" of S names is not set
CREATE SOURCE s (k INTEGER, t VARCHAR(20)) FROM 'http://127.0.0.1:*/in' WITH (token_env = 'TOKEN'); (glob)
                                                ^~~~~~~~~~~~~~~~~~~~~~~~~~~
[exit 3]
$ rm -f out.ndjson; TOKEN=open sluice run --quiet token.sql 2> messages & post -w $(cat port) /in '{"K":1}'; post -h 'Authorization: Bearer opem' $(cat port) /in '{"K":2}'; post -h 'Authorization: Basic open' $(cat port) /in '{"K":3}'; post -h 'Authorization: bearer open' $(cat port) /in '{"K":4}'; post -h 'Authorization: Bearer open' -h 'Origin: https://example.org' $(cat port) /in '{"K":5}'; sh filled out.ndjson 2; kill -INT $!; wait; cat out.ndjson messages
401 {"error":"a bearer token is needed, and this is not it"}
401 {"error":"a bearer token is needed, and this is not it"}
401 {"error":"a bearer token is needed, and this is not it"}
200 {"records":1}
200 {"records":1}
{"K":4,"T":null}
{"K":5,"T":null}
$ sed "s/token_env = 'TOKEN'/token_file = 'token'/" token.sql > file.sql; echo open > token; chmod 644 token; sluice run --quiet file.sql 2>&1 | grep -v CREATE; chmod 600 token; rm out.ndjson; sluice run --quiet file.sql & post -w -h 'Authorization: Bearer open' $(cat port) /in '{"K":6}'; sh filled out.ndjson 1; kill -INT $!; wait
file.sql:1:49: error HY024: others may read the token of S in ./token
                                                ^~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: chmod 600 it
200 {"records":1}

# Addresses: for this machine alone, unless it is asked for and guarded.
$ for url in http://0.0.0.0:$(cat port)/in http://127.0.0.1/in http://127.0.0.1:0/in "http://127.0.0.1:$(cat port)/in?a=b" http://me:it@127.0.0.1:$(cat port)/in https://127.0.0.1:$(cat port)/in http://[::1:$(cat port)/in; do echo "CREATE SOURCE s (k INTEGER) FROM '$url'; SELECT STREAM k FROM s;" > a.sql; sluice run --quiet a.sql 2>&1 | grep -v CREATE | grep -v '\^'; done
a.sql:1:34: error HY024: 'http://0.0.0.0:*/in' of S is open to other machines (glob)
hint: remote = TRUE allows that, with a token
a.sql:1:34: error HY024: 'http://127.0.0.1/in' of S cannot be a source: it has no port from 1 to 65535
hint: write http://127.0.0.1:8080/PATH
a.sql:1:34: error HY024: 'http://127.0.0.1:0/in' of S cannot be a source: it has no port from 1 to 65535
hint: write http://127.0.0.1:8080/PATH
a.sql:1:34: error HY024: 'http://127.0.0.1:*/in?a=b' of S cannot be a source: its path has one of ? # % (glob)
hint: write http://127.0.0.1:8080/PATH
a.sql:1:34: error HY024: 'http://me:it@127.0.0.1:*/in' of S cannot be a source: a name and password stand in it (glob)
hint: write http://127.0.0.1:8080/PATH
a.sql:1:34: error HY024: source S: who takes requests by https: shows a certificate
hint: cert = 'server.pem', cert_key = 'server.key'; or write http:
a.sql:1:34: error 08001: cannot listen at 'http://[::1:*/in' for S: Name or service not known (glob)
$ for options in "remote = TRUE" "max_body = '65 MB'" "max_body = 2000, queue = 1000" "connections = 0" "timeout = 0" "token_env = 'A', token_file = 'b'"; do echo "CREATE SOURCE s (k INTEGER) FROM 'http://127.0.0.1:$(cat port)/' WITH ($options); SELECT STREAM k FROM s;" > a.sql; sluice check a.sql 2>&1 | grep -v CREATE | grep -v '\^'; done
a.sql:1:34: error HY024: source S: whoever may send from elsewhere needs a token
hint: token_env = 'VARIABLE' or token_file = 'PATH'
a.sql:1:34: error HY024: source S: max_body is more than 64 MB
a.sql:1:34: error HY024: source S: max_body is more than fits into queue
a.sql:1:34: error HY024: source S: connections are from 1 to 4096
a.sql:1:76: error HY024: option "timeout" of S is '0', not an interval such as INTERVAL '5' MINUTE, or seconds, and more than 0
a.sql:1:34: error HY024: source S: token_env and token_file both say which token is asked for
$ echo "CREATE SOURCE s (k INTEGER) FROM 'in.ndjson' WITH (queue = '1 MB'); SELECT STREAM k FROM s;" > a.sql; sluice check a.sql 2>&1 | grep error
a.sql:1:34: error HY024: option "queue" is for http: and https:, not for 'in.ndjson' of S
$ printf "CREATE SOURCE a (k INTEGER) FROM 'http://127.0.0.1:$(cat port)/in'; CREATE SOURCE b (k INTEGER) FROM 'http://localhost:$(cat port)/in'; SELECT STREAM k FROM a; SELECT STREAM k FROM b;" > a.sql; sluice run --quiet a.sql 2>&1 | grep error
a.sql:1:96: error HY024: 'http://localhost:*/in' of B is another source's already (glob)
$ sluice run --quiet in.sql & sleep 0.3; sluice run --quiet in.sql 2>&1 | grep error; kill -INT $!; wait
in.sql:1:49: error 08001: cannot listen at 'http://127.0.0.1:*/in' for S: Address already in use (glob)

# TLS: a certificate and its key; clients check them, and speak TLS 1.2 or later.
$ new() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout $1.key -out $1.pem 2>/dev/null; }; new server; new other; openssl pkey -in server.key -aes256 -passout pass:x -out locked.key; openssl x509 -in server.pem -signkey server.key -days -1 -out old.pem 2>/dev/null; chmod 600 *.key; cp server.key open.key; chmod 644 open.key; cp server.key group.key; chmod 640 group.key; head -3 server.pem > cut.pem
$ sed "s/http:/https:/; 1s/;/ WITH (cert = 'server.pem', cert_key = 'group.key', timeout = 2);/" in.sql > tls.sql; echo 'curl -sS --data-binary @- "$@" 2>&1 | head -1' > send; sed 's/curl/curl --cacert server.pem/; s|2>|https://localhost:$(cat port)/in &|' send > secure
$ for state in '' '--state tls.state'; do rm -f out.ndjson; sluice run --quiet $state tls.sql & for i in $(seq 50); do echo '{"K":1}' | sh secure > first; grep -q records first && break; sleep 0.1; done; cat first; seq 100000 | sed 's/.*/{"K":&}/' | sh secure; echo '{"K":2}' | sh secure -H Expect:; echo '{"K":3}' | sh send --cacert other.pem https://localhost:$(cat port)/in | cut -c1-27; echo '{"K":4}' | sh secure --tls-max 1.1 | cut -c1-10; echo '{"K":5}' | sh send http://localhost:$(cat port)/in | cut -c1-10; sh filled out.ndjson 100002; kill -INT $!; wait; wc -l < out.ndjson; done
{"records":1}
{"records":100000}
{"records":1}
curl: (60) SSL certificate 
curl: (35)
curl: (52)
100002
{"records":1}
{"records":100000}
{"records":1}
curl: (60) SSL certificate 
curl: (35)
curl: (52)
100002
$ for pair in "server.pem', cert_key = 'none.key" "server.pem', cert_key = 'open.key" "server.pem', cert_key = 'other.key" "server.pem', cert_key = 'locked.key" "server.pem', cert_key = 'cut.pem" "cut.pem', cert_key = 'server.key" "server.pem', timeout = '3"; do echo "CREATE SOURCE s (k INTEGER) FROM 'https://127.0.0.1:$(cat port)/' WITH (cert = '$pair'); SELECT STREAM k FROM s;" > a.sql; chmod 600 cut.pem; sluice run --quiet a.sql 2>&1 | grep -v CREATE | grep -v '\^'; done
a.sql:1:99: error HY024: cannot read none.key, the cert_key of S: No such file or directory
a.sql:1:34: error HY024: others may use the key of S in open.key: its mode is 0644
hint: chmod 600 it
a.sql:1:34: error HY024: the key of S in other.key and its certificate in server.pem do not go together
a.sql:1:34: error HY024: the key of S in locked.key has a password, which nobody is there to type
hint: openssl pkey -in OLD -out NEW takes it away; chmod 600 NEW
a.sql:1:34: error HY024: cut.pem holds no private key (PEM) for S
a.sql:1:34: error HY024: cut.pem holds no certificate (PEM) for S
a.sql:1:34: error HY024: option "cert" of S wants "cert_key" beside it
$ sed "s/server.pem/old.pem/; s/group/server/" tls.sql > old.sql; sluice run --quiet old.sql 2> messages & sleep 0.5; kill -INT $!; wait; cat messages; echo "CREATE SOURCE s (k INTEGER) FROM 'http://127.0.0.1:$(cat port)/' WITH (cert = 'server.pem', cert_key = 'server.key'); SELECT STREAM k FROM s;" > a.sql; sluice check a.sql 2>&1 | grep -v CREATE | grep -v '\^'; echo "CREATE SOURCE b (k INTEGER) FROM 'http://127.0.0.1:$(cat port)/b'; SELECT STREAM k FROM b;" > b.sql; sluice run --quiet tls.sql b.sql 2>&1 | grep error
sluice: warning: the certificate of S in old.pem ended on * (UTC): clients will refuse it (glob)
a.sql:1:34: error HY024: source S: cert and cert_key are for TLS, and its URL has none
hint: write https://HOST:PORT/PATH
b.sql:1:34: error HY024: 'http://127.0.0.1:*/b' of B: another source takes requests there with TLS (glob)
$ echo "CREATE SOURCE s (k INTEGER) FROM 'http://0.0.0.0:$(cat port)/' WITH (remote = TRUE, token_env = 'TOKEN'); CREATE SINK o FROM s INTO 'out.ndjson';" > a.sql; TOKEN=open sluice run --quiet a.sql 2> messages & sleep 0.5; kill -INT $!; wait; cat messages
sluice: warning: S takes records and its token without encryption at http://0.0.0.0:*/, which other machines reach: set cert and cert_key, or let nothing but a proxy with TLS reach it (glob)

# In a session a source can be defined anew: requests reach the new one.
$ printf '%s\n' "CREATE SOURCE s (k INTEGER) FROM 'http://127.0.0.1:$(cat port)/in';" 'SELECT STREAM k FROM s LIMIT 1;' "CREATE OR REPLACE SOURCE s (k INTEGER, t VARCHAR(4)) FROM 'http://127.0.0.1:$(cat port)/in';" 'SELECT STREAM k, t FROM s LIMIT 1;' > again.sql
$ sluice repl < again.sql > again & for i in $(seq 40); do post -w $(cat port) /in '{"K":1,"T":"a"}' > answer; sleep 0.1; [ $(wc -l < again) -lt 7 ] || break; done; wait; cat again
 K
----------
        1
(1 row)
 K        | T
----------+------
        1 | a
(1 row)

# Who sends to a source that has gone, while its address is served still, may try again.
$ printf '%s\n' "CREATE SOURCE a (k INTEGER) FROM 'http://127.0.0.1:$(cat port)/a';" "CREATE SOURCE b (k INTEGER) FROM 'http://127.0.0.1:$(cat port)/b';" 'SELECT STREAM k FROM a LIMIT 1;' 'DROP SOURCE a;' 'SELECT STREAM k FROM b LIMIT 1;' > drop.sql; sluice repl < drop.sql > dropped & post -w $(cat port) /a '{"K":1}'; for i in $(seq 50); do post $(cat port) /a '{"K":1}' > answer; grep -q ended answer && break; sleep 0.1; done; cat answer; post $(cat port) /c '{"K":1}'; post $(cat port) /b '{"K":1}'; wait
200 {"records":1}
503 (again in 1 s) {"error":"the pipeline has ended"}
404 {"error":"nothing is taken at this path"}
200 {"records":1}

# A full queue: 429 until there is room. What was answered is worked off after Ctrl-C.
$ cat > slow.sql <<SQL
> CREATE SOURCE s (k INTEGER, t VARCHAR(65535)) FROM 'http://127.0.0.1:$(cat port)/in' WITH (max_body = '70 KB', queue = '200 KB');
> CREATE SINK o FROM s INTO 'exec:sh wait.sh';
> SQL
$ echo 'while [ ! -e go ]; do sleep 0.05; done; wc -l > lines' > wait.sh
$ (printf '{"K":1,"T":"'; head -c 65000 /dev/zero | tr '\0' x; printf '"}') > big; sluice run --quiet slow.sql & post -w $(cat port) /in @big; for i in $(seq 40); do post $(cat port) /in @big; done | sort | uniq -c | sort -rn > answers; touch go; sed 's/^ *[0-9]* //' answers | sort; kill -INT $!; wait; expr $(cat lines) - $(awk '/200/ { print $1 }' answers)
200 {"records":1}
200 {"records":1}
429 (again in 1 s) {"error":"the queue is full, send it again later"}
1

# Slow clients: who does not finish is disconnected, and in the meantime nobody waits for him.
$ sed 's/;$/ WITH (timeout = 1, connections = 8);/;2s/ WITH.*/;/' in.sql > slow.sql; rm -f out.ndjson
$ cat > loris.pl <<'PL'
> use IO::Socket::INET;
> my $port = `cat port`;
> my @slow = map { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or die } 1 .. 6;
> for my $s (@slow) { $s->autoflush(1); syswrite($s, "POST /in HTTP/1.1\r\nHost: x\r\n") }
> syswrite($slow[$_], "Content-Length: 100\r\n\r\n") for 0 .. 2;
> for (1 .. 45) {
>     select(undef, undef, undef, 0.1);
>     syswrite($slow[$_], ' ') for 0 .. 2;
>     syswrite($slow[$_], "X-Slow: yes\r\n") for 3 .. 5;
>     system('post', $port, '/in', "{\"K\":$_}") if $_ % 15 == 0;
> }
> my $open = 0;
> for my $s (@slow) { $s->blocking(0); my $n = sysread($s, my $byte, 1); $open++ if !defined $n && $!{EAGAIN} }
> print "$open of them are still connected\n";
> PL
$ sluice run --quiet slow.sql 2> messages & post -w $(cat port) /in '{"K":0}'; perl -e '$SIG{PIPE} = "IGNORE"; do "./loris.pl"; die $@ if $@'; kill -INT $!; wait; cat out.ndjson; sed 's/[0-9]* connections\{0,1\}:/N:/' messages | sort -u
200 {"records":1}
200 {"records":1}
200 {"records":1}
200 {"records":1}
0 of them are still connected
{"K":0,"T":null}
{"K":15,"T":null}
{"K":30,"T":null}
{"K":45,"T":null}
sluice: warning: http://127.0.0.1:* closed N: the body did not come in time (glob)
sluice: warning: http://127.0.0.1:* closed N: they were slow or too many, like those before them (glob)
$ cat > crowd.pl <<'PL'
> use IO::Socket::INET;
> my $port = `cat port`;
> my @crowd = map { select(undef, undef, undef, 0.01); IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or die } 1 .. 30;
> system('post', $port, '/in', "{\"K\":1}");
> PL
$ sluice run --quiet slow.sql 2> messages & post -w $(cat port) /in '{"K":0}'; perl crowd.pl; kill -INT $!; wait; sed 's/[0-9]* connections\{0,1\}:/N:/' messages | sort -u
200 {"records":1}
200 {"records":1}
sluice: warning: http://127.0.0.1:* closed N: there were too many, and it had kept silent longest (glob)
sluice: warning: http://127.0.0.1:* closed N: they were slow or too many, like those before them (glob)

# Nobody has to come for a slow head to be late; slow bodies do not keep the queue; two hundred slow clients hold up nobody.
$ cat > slow.pl <<'PL'
> use IO::Socket::INET;
> use Time::HiRes 'time';
> $SIG{PIPE} = 'IGNORE';
> my ($n, $what, @good) = @ARGV;
> my $port = `cat port`;
> my @heads = ("POST /in HTTP/1.1\r\nHost: x\r\n", "POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 99000\r\n\r\n");
> my @slow = map { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or die } 1 .. $n;
> for (0 .. $#slow) {
>     my $head = $heads[$what eq 'head' ? 0 : $what eq 'body' ? 1 : $_ % 2];
>     syswrite($slow[$_], $head . ($what eq 'body' ? ' ' x 90000 : ''));
> }
> my ($began, $most) = (time, 0);
> sub drip { syswrite($slow[$_], $_ % 2 || $what eq 'body' ? ' ' : "X: y\r\n") for 0 .. $#slow; select(undef, undef, undef, 0.1) }
> for my $at (@good) {
>     drip() while time - $began < $at;
>     my $before = time;
>     system('post', $port, '/in', '{"K":1}');
>     $most = time - $before if time - $before > $most;
> }
> print $most < 2 ? "nobody waited\n" : "it took $most s\n" if @good;
> my $gone = 0;
> while (!$gone && !@good && time - $began < 20) { drip(); $slow[0]->blocking(0); my $got = sysread($slow[0], my $byte, 1); $gone = defined $got || !$!{EAGAIN} }
> print $gone && time - $began < 8 ? "it was closed\n" : "it is open after " . (time - $began) . " s\n" if !@good;
> PL
$ sluice run --quiet slow.sql 2> messages & post -w $(cat port) /in '{"K":0}'; perl slow.pl 1 head; kill -INT $!; wait; cat messages
200 {"records":1}
it was closed
sluice: warning: http://127.0.0.1:* closed 1 connection: the head did not come in time (glob)
$ sed 's/;$/ WITH (max_body = 100000, queue = 300000);/;2s/ WITH.*/;/' in.sql > queue.sql; sluice run --quiet queue.sql & post -w $(cat port) /in '{"K":0}'; perl slow.pl 3 body 0.5 4 5; kill -INT $!; wait
200 {"records":1}
429 (again in 1 s) {"error":"the queue is full, send it again later"}
200 {"records":1}
200 {"records":1}
nobody waited
$ sluice run --quiet in.sql 2> messages & post -w $(cat port) /in '{"K":0}'; perl slow.pl 200 both 0.5 1 1.5; kill -INT $!; wait; cat messages
200 {"records":1}
200 {"records":1}
200 {"records":1}
200 {"records":1}
nobody waited

# With a state file: answered bodies outlive a kill, and a key tells one that comes again.
$ rm -f out.ndjson; sluice run --quiet --state state in.sql & post -w -h 'Idempotency-Key: a' $(cat port) /in '{"K":1,"T":"a"}'; post -h 'Idempotency-Key: b' $(cat port) /in $'{"K":2,"T":"b"}\n{"K":3}'; kill -KILL $!; wait $! 2> /dev/null; sluice run --quiet --state state in.sql & post -w -h 'Idempotency-Key: b' $(cat port) /in $'{"K":2,"T":"b"}\n{"K":3}'; post -h 'Idempotency-Key: a' $(cat port) /in '{"K":4}'; sh filled out.ndjson 3; kill -INT $!; wait; cat out.ndjson; find state.spool -type f | wc -l; stat -c %a state.spool state.spool/* state.spool/*/*
200 {"records":1}
200 {"records":2}
200 {"records":2,"repeated":true}
422 {"error":"this Idempotency-Key was another body's"}
{"K":1,"T":"a"}
{"K":2,"T":"b"}
{"K":3,"T":null}
1
700
700
600
$ sluice run --quiet --state state in.sql & post -w -h 'Idempotency-Key: a' $(cat port) /in '{"K":1,"T":"a"}'; kill -INT $!; wait
200 {"records":1,"repeated":true}

# A spool that cannot be written turns bodies away, and the run goes on.
$ rm -rf state* out.ndjson; seq 30000 | sed 's/.*/{"K":&}/' > many; (trap '' XFSZ; ulimit -f 300; exec sluice run --quiet --state state in.sql) 2> messages & post -w $(cat port) /in @many; post $(cat port) /in '{"K":1,"T":"a"}'; sh filled out.ndjson 1; kill -INT $!; wait; cat out.ndjson messages
503 (again in 5 s) {"error":"the body cannot be kept just now"}
200 {"records":1}
{"K":1,"T":"a"}
sluice: warning: cannot write the spool of S: File too large; bodies are turned away until it can be
sluice: warning: the spool of S can be written again

# A damaged spool is told of.
$ rm -rf state* out.ndjson; sluice run --quiet --state state in.sql & post -w $(cat port) /in '{"K":1,"T":"a"}'; kill -KILL $!; wait $! 2> /dev/null; mv state.spool/1-S/0* state.spool/1-S/00000000000000000100; sluice run --quiet --state state in.sql 2>&1 | grep -v CREATE
200 {"records":1}
in.sql:1:49: error 58030: state.spool/1-S/00000000000000000100, the spool of S, is damaged
                                                ^~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: restore it from a copy, or move it away: what it holds was answered, and is lost then
