# Alerts: rows as requests, as mails, and into programs, against servers of loopback.
$ cat > app.sql <<'SQL'
> CREATE SOURCE s (t TIMESTAMP, device VARCHAR(16), temp DOUBLE, n INTEGER) FROM 'in.ndjson' WITH (rowtime = 'T');
> CREATE STREAM o (device VARCHAR(16), temp DOUBLE, n INTEGER);
> CREATE PUMP p AS INSERT INTO o SELECT STREAM device, temp, n FROM s;
> SQL
$ cat > in.ndjson <<'END'
> {"T":"2026-01-31 13:00:00","DEVICE":"a","TEMP":31.5,"N":1}
> {"T":"2026-01-31 13:00:30","DEVICE":"say \"b\"","TEMP":32,"N":null}
> {"T":"2026-01-31 13:00:40","DEVICE":"a","TEMP":33,"N":3}
> {"T":"2026-01-31 13:01:40","DEVICE":"a","TEMP":34,"N":4}
> {"T":"2026-01-31 13:02:40.001","DEVICE":"a","TEMP":35,"N":5}
> END
$ cat > with.sh <<'SH'
> # with.sh KIND MESSAGES ANSWERS URL OPTIONS: runs with one sink; HOST in the URL is the server's place.
> export no_proxy='*'; rm -rf got; mkdir got
> "$(dirname "$(readlink -f "$(command -v sluice)")")"/tests/cli/server "$1" got "$2" $3
> url=${4/HOST/127.0.0.1:$(cat got/port)}
> (cat app.sql; echo "CREATE SINK k FROM o INTO '$url' WITH ($5);") > run.sql
> sluice run --quiet run.sql 2>&1 | sed "s/:$(cat got/port)/:PORT/g; s/^sluice: ....-..-.. ..:..:..[^ ]* //" | grep -v '^ *[~^]*$'
> SH

# One request a row; JSON as it comes.
$ MORE="X-Two: 2" bash with.sh http 5 '' http://HOST/in?key=1 "token_env = 'HOME', headers = 'X-One: 1', headers_env = 'MORE'"; sed "s|$HOME|HOME|" got/log; head got/body.1 got/body.2
POST /in?key=1 HTTP/1.1
  Content-Type: application/json
  X-One: 1
  X-Two: 2
  Authorization: Bearer HOME
POST /in?key=1 HTTP/1.1
  Content-Type: application/json
  X-One: 1
  X-Two: 2
  Authorization: Bearer HOME
POST /in?key=1 HTTP/1.1
  Content-Type: application/json
  X-One: 1
  X-Two: 2
  Authorization: Bearer HOME
POST /in?key=1 HTTP/1.1
  Content-Type: application/json
  X-One: 1
  X-Two: 2
  Authorization: Bearer HOME
POST /in?key=1 HTTP/1.1
  Content-Type: application/json
  X-One: 1
  X-Two: 2
  Authorization: Bearer HOME
==> got/body.1 <==
{"DEVICE":"a","TEMP":31.5,"N":1}
==> got/body.2 <==
{"DEVICE":"say \"b\"","TEMP":32,"N":null}

# Batches, gzip, CSV; a body of one's own, escaped where it is JSON.
$ bash with.sh http 3 '' http://HOST/in "batch = 2, format = 'csv', gzip = TRUE"; cat got/log; zcat got/body.1 got/body.2 got/body.3
POST /in HTTP/1.1
  Content-Type: text/csv; charset=utf-8
  Content-Encoding: gzip
POST /in HTTP/1.1
  Content-Type: text/csv; charset=utf-8
  Content-Encoding: gzip
POST /in HTTP/1.1
  Content-Type: text/csv; charset=utf-8
  Content-Encoding: gzip
a,31.5,1
"say ""b""",32,
a,33,3
a,34,4
a,35,5
$ bash with.sh http 5 '' http://HOST/ "body = '{\"text\":\"{{DEVICE}} is at {{temp}}\",\"n\":{{N}}}'"; head -1 got/log; sed -n 2p got/log; head -c 100 got/body.2
POST / HTTP/1.1
  Content-Type: application/json
{"text":"say \"b\" is at 32","n":null}
$ bash with.sh http 5 '' http://HOST/ "body = '{{DEVICE}} is at {{TEMP}} ({{N}})'"; sed -n 2p got/log; cat got/body.2; echo; cat got/body.5
  Content-Type: text/plain; charset=utf-8
say "b" is at 32 ()
a is at 35 (5)

# A key is quiet while alerts of it go on: what comes a minute after the last one, or sooner, is held back.
$ bash with.sh http 5 '' http://HOST/ "throttle = INTERVAL '1' MINUTE, throttle_key = 'device', batch = 100"; cat got/body.1
{"DEVICE":"a","TEMP":31.5,"N":1}
{"DEVICE":"say \"b\"","TEMP":32,"N":null}
{"DEVICE":"a","TEMP":35,"N":5}
$ bash with.sh http 5 '' 'exec:cat > seen' "throttle = INTERVAL '59' SECOND, throttle_key = 'DEVICE, ', body = '{{DEVICE}} {{N}}'"; cat seen
a 1
say "b" 
a 4
a 5
$ bash with.sh http 5 '' 'exec:cat > seen' "throttle = 40"; cat seen
{"DEVICE":"a","TEMP":31.5,"N":1}
{"DEVICE":"a","TEMP":34,"N":4}
{"DEVICE":"a","TEMP":35,"N":5}

# What is held back is counted for itself, also over a restart.
$ (cat app.sql; echo "CREATE SINK k FROM o INTO 'exec:cat > seen' WITH (throttle = INTERVAL '59' SECOND, throttle_key = 'device');") > run.sql; head -n 3 in.ndjson > all.ndjson; sluice run run.sql --source S=all.ndjson --state st 2>&1 | tail -n 1; tail -n +4 in.ndjson >> all.ndjson; sluice run run.sql --source S=all.ndjson --state st 2>&1 | tail -n 1; cat seen
  K: 2 rows to cat > seen, 1 held back
  K: 4 rows to cat > seen, 1 held back
{"DEVICE":"a","TEMP":34,"N":4}
{"DEVICE":"a","TEMP":35,"N":5}

# A program runs in the folder of the SQL file that names it; one of the command line where it was typed.
$ mkdir -p far; (sed 's/in.ndjson/..\/in.ndjson/' app.sql; echo "CREATE SINK k FROM o INTO 'exec:cat > here';") > far/run.sql; sluice run --quiet far/run.sql; sluice run --quiet far/run.sql --sink 'K=exec:cat > there'; wc -l far/here there
  5 far/here
  5 there
 10 total

# Failures that may pass are tried again; nothing is lost, the order stays.
$ bash with.sh http 8 '503 close 429' http://HOST/ "backoff = INTERVAL '0.1' SECOND, timeout = 1"; for i in 1 2 3 4 5 6 7 8; do cat got/body.$i; echo; done
sluice: warning: cannot deliver to http://127.0.0.1:PORT/ of K: the server answers 503: not today!; trying again
sluice: writing http://127.0.0.1:PORT/ of K works again
{"DEVICE":"a","TEMP":31.5,"N":1}
{"DEVICE":"a","TEMP":31.5,"N":1}
{"DEVICE":"a","TEMP":31.5,"N":1}
{"DEVICE":"a","TEMP":31.5,"N":1}
{"DEVICE":"say \"b\"","TEMP":32,"N":null}
{"DEVICE":"a","TEMP":33,"N":3}
{"DEVICE":"a","TEMP":34,"N":4}
{"DEVICE":"a","TEMP":35,"N":5}
$ bash with.sh http 6 'slow' http://HOST/ "timeout = 1, backoff = INTERVAL '0.1' SECOND"; ls got | wc -l
sluice: warning: cannot deliver to http://127.0.0.1:PORT/ of K: *; trying again (glob)
sluice: writing http://127.0.0.1:PORT/ of K works again
8
$ bash with.sh http 2 '500 500' http://HOST/ "backoff = INTERVAL '0.1' SECOND, retries = 1"
sluice: warning: cannot deliver to http://127.0.0.1:PORT/ of K: the server answers 500: not today!; trying again
run.sql:4:27: error 08001: cannot deliver to http://127.0.0.1:PORT/ of K (2 tries): the server answers 500: not today!
CREATE SINK k FROM o INTO 'http://127.0.0.1:PORT/' WITH (backoff = INTERVAL '0.1' SECOND, retries = 1);

# One that fails again and again is told once in ten seconds.
$ bash with.sh http 9 '429 200 429 200 429 200 429' http://HOST/ "backoff = INTERVAL '0.01' SECOND"; grep -c POST got/log
sluice: warning: cannot deliver to http://127.0.0.1:PORT/ of K: the server answers 429: not today!; trying again
sluice: writing http://127.0.0.1:PORT/ of K works again
9

# Others are final: the run ends, or the row is left out.
$ bash with.sh http 1 '404' http://user:pass@HOST/x?secret=1 "retries = 3"
run.sql:4:27: error 08001: cannot deliver to http://127.0.0.1:PORT/x of K (1 try): the server answers 404: not today!
CREATE SINK k FROM o INTO 'http://user:pass@127.0.0.1:PORT/x?secret=1' WITH (retries = 3);
$ bash with.sh http 1 '302' http://HOST/ "batch = 5"
run.sql:4:27: error 08001: cannot deliver to http://127.0.0.1:PORT/ of K (1 try): the server answers 302: not today!
CREATE SINK k FROM o INTO 'http://127.0.0.1:PORT/' WITH (batch = 5);
$ bash with.sh http 5 '400 200 413' http://HOST/ "on_failure = 'drop'"; ls got | grep -c body
sluice: warning: http://127.0.0.1:PORT/ of K did not take rows, which are left out: the server answers 400: not today!
sluice: warning: 2 rows of K were left out: http://127.0.0.1:PORT/ did not take them
5
$ bash with.sh http 1 '' https://HOST/ "retries = 0"
run.sql:4:27: error 08001: cannot deliver to https://127.0.0.1:PORT/ of K (1 try): * (glob)
CREATE SINK k FROM o INTO 'https://127.0.0.1:PORT/' WITH (retries = 0);

# Mails.
$ bash with.sh smtp 5 '' smtp://HOST "tls = FALSE, \"from\" = 'sluice@example.org', \"to\" = 'a@example.org, b@example.org', subject = '{{DEVICE}}: {{TEMP}}', body = 'It is hot.'" ; head -5 got/log; cat got/body.2; sed 1,/^$/d got/body.2 | base64 -d; grep Subject got/body.*
MAIL FROM:<sluice@example.org>
RCPT TO:<a@example.org>
RCPT TO:<b@example.org>
DATA
MAIL FROM:<sluice@example.org>
Date: Sat, 31 Jan 2026 13:00:30 +0000
From: sluice@example.org
To: a@example.org, b@example.org
Message-ID: <46d893dbee26ca7b.1.1769864430000@example.org>
Subject: say "b": 32
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

SXQgaXMgaG90Lgo=
It is hot.
got/body.1:Subject: a: 31.5
got/body.2:Subject: say "b": 32
got/body.3:Subject: a: 33
got/body.4:Subject: a: 34
got/body.5:Subject: a: 35
$ bash with.sh smtp 1 '' smtp://HOST/me "tls = FALSE, \"from\" = 'sluice@example.org', \"to\" = 'ä@example.org', batch = 100, subject = 'Zu heiß: {{DEVICE}} und vieles andere, das in keine Zeile passt'"; grep -A2 Subject got/body.1; sed 1,/^$/d got/body.1 | base64 -d | wc -l
Subject: =?UTF-8?B?WnUgaGVpw586IGEgdW5kIHZpZWxlcyBhbmRlcmUsIGRhcyBpbiBrZWluZSBa?=
 =?UTF-8?B?ZWlsZSBwYXNzdA==?=
MIME-Version: 1.0
5
$ PW=secret bash with.sh smtp 6 '451' smtp://HOST "tls = FALSE, \"from\" = 'a@b', \"to\" = 'c@d', \"user\" = 'me', password_env = 'PW', backoff = INTERVAL '0.1' SECOND"; grep -c 'AUTH PLAIN' got/log; ls got | grep -c body
sluice: warning: cannot deliver to smtp://127.0.0.1:PORT of K: the server answers 451; trying again
sluice: writing smtp://127.0.0.1:PORT of K works again
1
6
$ bash with.sh smtp 1 '554' smtp://HOST "tls = FALSE, \"from\" = 'a@b', \"to\" = 'c@d'"
run.sql:4:27: error 08001: cannot deliver to smtp://127.0.0.1:PORT of K (1 try): the server answers 554
CREATE SINK k FROM o INTO 'smtp://127.0.0.1:PORT' WITH (tls = FALSE, "from" = 'a@b', "to" = 'c@d');
$ bash with.sh smtp 1 '' smtp://HOST "\"from\" = 'a@b', \"to\" = 'c@d', retries = 0"
run.sql:4:27: error 08001: cannot deliver to smtp://127.0.0.1:PORT of K (1 try): STARTTLS not supported.
CREATE SINK k FROM o INTO 'smtp://127.0.0.1:PORT' WITH ("from" = 'a@b', "to" = 'c@d', retries = 0);

# Each row to its own addresses: `to` names columns. Rows of one mail have the same ones.
$ cp app.sql one.sql; sed 's/VARCHAR(16)/VARCHAR(40)/g' one.sql > app.sql; cp in.ndjson in.old
$ for d in a@b a@b 'c@d, e@f' a@b; do echo "{\"T\":\"2026-01-31 13:00:00\",\"DEVICE\":\"$d\",\"TEMP\":1,\"N\":$((i += 1))}"; done > in.ndjson
$ bash with.sh smtp 3 '' smtp://HOST "tls = FALSE, \"from\" = 'x@y', \"to\" = '{{device}}', subject = 'for {{DEVICE}}', body = '{{N}}', batch = 10"; grep RCPT got/log; for i in 1 2 3; do grep -E '^(To|Subject)' got/body.$i; sed 1,/^$/d got/body.$i | base64 -d; done
RCPT TO:<a@b>
RCPT TO:<c@d>
RCPT TO:<e@f>
RCPT TO:<a@b>
To: a@b
Subject: for a@b
1
2
To: c@d, e@f
Subject: for c@d, e@f
3
To: a@b
Subject: for a@b
4
$ for d in "a@b\\r\\nBcc: c@d" 'nobody' '' a@b; do echo "{\"T\":\"2026-01-31 13:00:00\",\"DEVICE\":\"$d\",\"N\":1}"; done > in.ndjson
$ bash with.sh smtp 1 '' smtp://HOST "tls = FALSE, \"from\" = 'x@y', \"to\" = '{{device}}', on_failure = 'drop'"; grep RCPT got/log
sluice: warning: smtp://127.0.0.1:PORT of K did not take rows, which are left out: 'a@b  Bcc: c@d' is no mail address
sluice: warning: 3 rows of K were left out: smtp://127.0.0.1:PORT did not take them
RCPT TO:<a@b>

# A sink that may have PERSONAL values tells none in messages: neither what is no address, nor what a server says, which may quote it.
$ sed -i 's/device VARCHAR(40)/& PERSONAL/' app.sql
$ bash with.sh smtp 1 '' smtp://HOST "personal = TRUE, tls = FALSE, \"from\" = 'x@y', \"to\" = '{{device}}', on_failure = 'drop'"; bash with.sh http 4 '400' http://HOST/ "personal = TRUE, on_failure = 'drop'"; sed -i 's/ PERSONAL//' app.sql
sluice: warning: source "S" has PERSONAL columns and there is no vault: records that do not fit it are counted, their bytes are kept in no place
sluice: warning: smtp://127.0.0.1:PORT of K did not take rows, which are left out: what a PERSONAL row has for "to" is no mail address
sluice: warning: 3 rows of K were left out: smtp://127.0.0.1:PORT did not take them
sluice: warning: source "S" has PERSONAL columns and there is no vault: records that do not fit it are counted, their bytes are kept in no place
sluice: warning: http://127.0.0.1:PORT/ of K did not take rows, which are left out: the server answers 400
sluice: warning: 1 rows of K were left out: http://127.0.0.1:PORT/ did not take them
$ bash with.sh smtp 1 '' smtp://HOST "tls = FALSE, \"from\" = 'x@y', \"to\" = '{{devise}}'"
run.sql:4:27: error HY024: option "to" names "devise", which is no column of its stream
CREATE SINK k FROM o INTO 'smtp://127.0.0.1:PORT' WITH (tls = FALSE, "from" = 'x@y', "to" = '{{devise}}');
hint: did you mean "DEVICE"?
$ cp one.sql app.sql; cp in.old in.ndjson

# What is refused before a run.
$ bad() { (cat app.sql; echo "CREATE SINK k FROM o INTO '$1' WITH ($2);") > bad.sql; sluice run bad.sql 2>&1 | grep -v '^ *[~^]*$' | grep -v ^CREATE; }
> bad http:host "batch = 2"; bad http://host "batch = 0"; bad http://h "subject = 'x'"; bad dir:out "throttle = 5"; bad http://h "throttle_key = 'n'"
> bad http://h "throttle = 1, throttle_key = 'm'"; bad http://h "body = '{{DEVISE}}'"; bad smtp://h "\"to\" = 'a@b'"; bad smtp://h "\"from\" = 'a@b', \"to\" = 'x'"
> bad http://h "on_failure = 'cry'"; bad http://h "token_env = 'NO_SUCH_VARIABLE'"
bad.sql:4:27: error HY024: 'http:host' of K names no server: write http://HOST
bad.sql:4:27: error HY024: option "batch" of K is 0, not a number of rows from 1 to 10000
bad.sql:4:27: error HY024: option "subject" is for mail (smtp:), not for 'http://h' of K
bad.sql:4:27: error HY024: option "throttle" is for alerts (http:, smtp:, exec:, mqtt:), not for 'dir:out' of K
bad.sql:4:27: error HY024: option "throttle_key" of K needs "throttle", the time for which a key is quiet
bad.sql:4:27: error HY024: option "throttle_key" of K names "m", which is no column of its stream
bad.sql:4:27: error HY024: option "body" names "DEVISE", which is no column of its stream
hint: did you mean "DEVICE"?
bad.sql:4:27: error HY024: option "from" of K is ''
hint: mails need from = 'a@host' and to = 'b@host, c@host'
bad.sql:4:27: error HY024: option "to" of K is 'x', no mail address
hint: mails need from = 'a@host' and to = 'b@host, c@host'
bad.sql:4:27: error HY024: option "on_failure" of K is 'cry', not 'stop' or 'drop'
bad.sql:4:27: error HY024: the variable NO_SUCH_VARIABLE that option "token_env" of K names is not set

# TLS: a server whose certificate an authority of one's own has signed; the name must fit, and strangers get nothing.
$ head -n 1 in.ndjson > one.ndjson; sed -i s/in.ndjson/one.ndjson/ app.sql
$ cat > certificates.sh <<'END'
> new() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout $1.key -out $1.pem "${@:2}" 2>/dev/null; }
> new authority; new stranger
> for name in 127.0.0.1 10.1.1.1; do
>     new $name -CA authority.pem -CAkey authority.key -addext subjectAltName=IP:$name -addext basicConstraints=critical,CA:FALSE
>     cat $name.key >> $name.pem
> done
> END
$ bash certificates.sh; ls *.pem
10.1.1.1.pem
127.0.0.1.pem
authority.pem
stranger.pem
$ SERVER_CERT=127.0.0.1.pem bash with.sh http 1 '' https://HOST/in "ca = 'authority.pem'"; cat got/log got/body.1
(TLS)
POST /in HTTP/1.1
  Content-Type: application/json
{"DEVICE":"a","TEMP":31.5,"N":1}
$ SERVER_CERT=127.0.0.1.pem bash with.sh smtp 1 '' smtp://HOST "ca = 'authority.pem', \"from\" = 'a@b', \"to\" = 'c@d', subject = '{{DEVICE}}'"; cat got/log; grep Subject got/body.1
STARTTLS
(TLS)
MAIL FROM:<a@b>
RCPT TO:<c@d>
DATA
QUIT
Subject: a
$ for ca in stranger.pem missing.pem; do SERVER_CERT=127.0.0.1.pem bash with.sh http 1 '' https://HOST/in "ca = '$ca', on_failure = 'drop', retries = 0"; ls got; done
sluice: warning: https://127.0.0.1:PORT/in of K did not take rows, which are left out: SSL certificate problem: unable to get local issuer certificate
sluice: warning: 1 rows of K were left out: https://127.0.0.1:PORT/in did not take them
log
port
run.sql:4:67: error HY024: cannot read missing.pem, the ca of K: No such file or directory
CREATE SINK k FROM o INTO 'https://127.0.0.1:PORT/in' WITH (ca = 'missing.pem', on_failure = 'drop', retries = 0);
log
port
$ SERVER_CERT=10.1.1.1.pem bash with.sh http 1 '' https://HOST/in "ca = 'authority.pem', on_failure = 'drop', retries = 0"; ls got
sluice: warning: https://127.0.0.1:PORT/in of K did not take rows, which are left out: SSL: no alternative certificate subject name matches target host name '127.0.0.1'
sluice: warning: 1 rows of K were left out: https://127.0.0.1:PORT/in did not take them
log
port
$ SERVER_CERT=127.0.0.1.pem bash with.sh smtp 1 '' smtp://HOST "ca = 'stranger.pem', \"from\" = 'a@b', \"to\" = 'c@d', on_failure = 'drop', retries = 0"; ls got
sluice: warning: smtp://127.0.0.1:PORT of K did not take rows, which are left out: SSL certificate problem: unable to get local issuer certificate
sluice: warning: 1 rows of K were left out: smtp://127.0.0.1:PORT did not take them
log
port
