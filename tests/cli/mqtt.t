# mqtt.t: mqtt: and mqtts: as sources and sinks, with a broker (mosquitto) that each command starts for itself.

$ cat > broker.conf <<CONF
> listener 17631 127.0.0.1
> allow_anonymous true
> persistence true
> persistence_location $PWD/
> max_queued_messages 0
> log_type all
> user $(id -un)
> CONF
$ cat > lib.sh <<'SH'
> PATH=$PATH:/usr/sbin
> exec 9> ${TMPDIR:-/tmp}/sluice-mqtt-test.lock; flock -w 40 9 # one broker at a time has the port
> trap 'kill $(jobs -p) 2> /dev/null' EXIT
> broker() { mosquitto -c ${1:-broker.conf} >> broker.log 2>&1 & broker=$!; for i in $(seq 200); do nc_up && return; sleep 0.05; done; echo 'no broker'; }
> nc_up() { (exec 3<> /dev/tcp/127.0.0.1/17631) 2> /dev/null; }
> stop() { kill ${1:--TERM} $broker; wait $broker 2> /dev/null; }
> anew() { rm -f mosquitto.db out.ndjson messages broker.log; }
> pub() { mosquitto_pub -p 17631 -q 1 "$@"; }
> filled() { for i in $(seq 400); do [ "$(cat $1 2> /dev/null | wc -l)" -ge $2 ] && return; sleep 0.05; done; echo "$1 has $(cat $1 | wc -l) lines, not $2"; }
> says() { for i in $(seq 400); do grep -q "$2" $1 && return; sleep 0.05; done; echo "$1 does not say $2"; }
> subscribed() { for i in $(seq 200); do grep -q "Sending SUBACK to ${1:-sluice}" broker.log && return; sleep 0.05; done; echo 'no subscription'; }
> numbers() { sed 's/.*"K":\([0-9]*\).*/\1/' $1 | sort -n | uniq -c | awk '{ n[$1]++ } END { for (k in n) print n[k] " rows came " k " times" }'; }
> SH
$ cat > in.sql <<'SQL'
> CREATE SOURCE s (k INTEGER, t VARCHAR(20)) FROM 'mqtt://127.0.0.1:17631/dev/#';
> CREATE STREAM o (topic VARCHAR(100), k INTEGER, t VARCHAR(20));
> CREATE PUMP p AS INSERT INTO o SELECT STREAM "$topic", k, t FROM s;
> CREATE SINK x FROM o INTO 'out.ndjson';
> SQL
$ cat > out.sql <<'SQL'
> CREATE SOURCE r (k INTEGER, t VARCHAR(20)) FROM '-';
> CREATE SINK x FROM r INTO 'mqtt://127.0.0.1:17631' WITH (topic = 'dev/{{T}}/x');
> SQL

# A message holds one record, or several as lines, one behind the other, or on many lines; each row knows its topic.
$ cat > pretty.json <<'JSON'
> {
>   "K": 6,
>   "T": "six"
> }
> JSON
$ . ./lib.sh; anew; broker; sluice run --quiet in.sql 2> messages & run=$!; subscribed; pub -t dev/a -m '{"K":1,"T":"one"}'; pub -t dev/b/c -m '{"K":2} {"K":3}'; printf '{"K":4}\n{"K":5}\n' | pub -t dev/b -s; pub -t dev/b -f pretty.json; pub -t other -m '{"K":0}'; pub -t dev/ -m '{"K":7}'; pub -t dev -m '{"K":"eight"}'; pub -t dev/a -m '{"K":9'; pub -t dev/a -n; pub -t dev/a -m '{"K":10}'; filled out.ndjson 8; kill -INT $run; wait $run; stop; cat out.ndjson; cut -c1-60 messages
{"TOPIC":"dev/a","K":1,"T":"one"}
{"TOPIC":"dev/b/c","K":2,"T":null}
{"TOPIC":"dev/b/c","K":3,"T":null}
{"TOPIC":"dev/b","K":4,"T":null}
{"TOPIC":"dev/b","K":5,"T":null}
{"TOPIC":"dev/b","K":6,"T":"six"}
{"TOPIC":"dev/","K":7,"T":null}
{"TOPIC":"dev/a","K":10,"T":null}
sluice: warning: record of S refused, COERCION_ERROR: cannot
sluice: warning: record of S refused, PARSE_ERROR: record is

# Rows go under a topic with columns in it; what a topic may not have becomes "_", NULL an empty level.
$ . ./lib.sh; anew; broker; mosquitto_sub -p 17631 -q 1 -v -t '#' -C 5 > got & sub=$!; subscribed auto; printf '%s\n' '{"K":1,"T":"ward 7"}' '{"K":2,"T":"a+b#c"}' '{"K":3}' '{"K":4,"T":"z\u0009\u00fc"}' '{"K":5,"T":"x/y"}' | sluice run --quiet out.sql; wait $sub; stop; cat got
dev/ward 7/x {"K":1,"T":"ward 7"}
dev/a_b_c/x {"K":2,"T":"a+b#c"}
dev//x {"K":3,"T":null}
dev/z_ü/x {"K":4,"T":"z\tü"}
dev/x/y/x {"K":5,"T":"x/y"}

# Two pipelines and 60,000 rows between them; the broker ends and comes again. No row is lost, none comes twice unsaid, and both say what happened.
$ . ./lib.sh; anew; broker; sluice run --quiet in.sql 2> messages & run=$!; subscribed; seq 60000 | sed 's/.*/{"K":&,"T":"t"}/' > rows; sluice run --quiet out.sql < rows 2> sent & out=$!; filled out.ndjson 5000; stop; broker; wait $out; filled out.ndjson 60000; kill -INT $run; wait $run; stop; sed 's/.*"K":\([0-9]*\).*/\1/' out.ndjson | sort -nu | wc -l; twice=$(($(wc -l < out.ndjson) - 60000)); told=$(sed -n 's/.*: \([0-9]*\) rows that were not.*/\1/p' sent); [ $twice -le ${told:-0} ] || echo "$twice rows came twice, $told were told"; sed 's/after [0-9.]* s/after N s/; s/: [0-9]* rows that were.*/: .../; s/: no row was.*/: .../' messages sent | grep -v 'sent again, and'
60000
sluice: warning: the connection of S to mqtt://127.0.0.1:17631/dev/# is lost: the broker has closed it; trying again
sluice: warning: the connection of S to mqtt://127.0.0.1:17631/dev/# is back after N s: what the broker has kept since comes now
sluice: warning: the connection of X to mqtt://127.0.0.1:17631 is lost: the broker has closed it; trying again
sluice: warning: the connection of X to mqtt://127.0.0.1:17631 is back after N s: ...

# With QoS 2 each row comes once: what mosquitto 2.0 sends again behind a restart, although its release was answered, is left out and told.
$ for f in in out; do sed "s/#'/&  WITH (qos = 2)/; s/x')/x', qos = 2)/" $f.sql > $f.2.sql; done; . ./lib.sh; anew; broker; sluice run --quiet in.2.sql 2> messages & run=$!; subscribed; head -n 20000 rows | sluice run --quiet out.2.sql 2> sent & out=$!; filled out.ndjson 3000; stop; broker; wait $out; filled out.ndjson 20000; kill -INT $run; wait $run; stop; numbers out.ndjson; sed 's/after [0-9.]* s/after N s/; s/: [0-9]* rows that were.*/: .../; s/: no row was.*/: .../' messages sent | grep -v 'sent again, and'
20000 rows came 1 times
sluice: warning: the connection of S to mqtt://127.0.0.1:17631/dev/# is lost: the broker has closed it; trying again
sluice: warning: the connection of S to mqtt://127.0.0.1:17631/dev/# is back after N s: what the broker has kept since comes now
sluice: warning: the connection of X to mqtt://127.0.0.1:17631 is lost: the broker has closed it; trying again
sluice: warning: the connection of X to mqtt://127.0.0.1:17631 is back after N s: ...

# A broker that is killed and forgets sessions says so when it is back; what comes from then on comes.
$ . ./lib.sh; anew; broker; sluice run --quiet in.sql 2> messages & run=$!; subscribed; head -n 100 rows | sluice run --quiet out.sql; filled out.ndjson 100; stop -KILL; broker; says messages 'is back'; for i in $(seq 100); do [ $(grep -c 'Sending SUBACK' broker.log) = 2 ] && break; sleep 0.05; done; sed -n 101,400p rows | sluice run --quiet out.sql; filled out.ndjson 400; kill -INT $run; wait $run; stop; numbers out.ndjson; sed 's/after [0-9.]* s/after N s/' messages
400 rows came 1 times
sluice: warning: the connection of S to mqtt://127.0.0.1:17631/dev/# is lost: the broker has closed it; trying again
sluice: warning: the connection of S to mqtt://127.0.0.1:17631/dev/# is back after N s: the broker does not know the session any more; what came since is lost

# What comes while no run is there waits at the broker; a run that is stopped gives out all that it was given.
$ . ./lib.sh; anew; broker; sluice run --quiet in.sql & run=$!; subscribed; head -n 30000 rows | sluice run --quiet out.sql & out=$!; filled out.ndjson 500; kill -INT $run; wait $run; mv out.ndjson 1.ndjson; wait $out; sluice run --quiet in.sql --state state & run=$!; filled out.ndjson $((30000 - $(wc -l < 1.ndjson))); kill -INT $run; wait $run; stop; cat 1.ndjson out.ndjson > all.ndjson; numbers all.ndjson; [ $(wc -l < 1.ndjson) -lt 30000 ] && echo 'some in each'
30000 rows came 1 times
some in each

# A pipeline that is slow leaves messages at the broker.
$ . ./lib.sh; anew; rm -f state; broker; mkfifo slow; sluice run --quiet in.sql --sink X=slow & run=$!; exec 3<> slow; subscribed; pub -t dev/l -l < rows; for i in $(seq 60000); do read -r line <&3; echo "$line"; done > out.ndjson; kill -INT $run; wait $run; exec 3>&-; stop; numbers out.ndjson
60000 rows came 1 times

# CSV, and through a function that drops and changes records: topics stay with their records. A quotation mark that is not closed, and what is too large, harm nobody else.
$ cat > csv.sql <<'SQL'
> CREATE SOURCE s (k INTEGER, t VARCHAR(20)) FROM 'mqtt://127.0.0.1:17631/dev/#' WITH (format = 'csv', message_size = 100);
> CREATE STREAM o (topic VARCHAR(100), k INTEGER, t VARCHAR(20));
> CREATE PUMP p AS INSERT INTO o SELECT STREAM "$topic", k, t FROM s;
> CREATE SINK x FROM o INTO 'out.ndjson';
> SQL
$ . ./lib.sh; anew; broker; sluice run --quiet csv.sql 2> messages & run=$!; subscribed; pub -t dev/a -m '1,one'; pub -t dev/b -m '2,"two'; printf '3,"th\nree"\n4,four\n' | pub -t dev/c -s; pub -t dev/d -m "5,$(printf %0200d 0)"; pub -t dev/e -m '6,six'; filled out.ndjson 4; kill -INT $run; wait $run; stop; cat out.ndjson messages
{"TOPIC":"dev/a","K":1,"T":"one"}
{"TOPIC":"dev/c","K":3,"T":"th\nree"}
{"TOPIC":"dev/c","K":4,"T":"four"}
{"TOPIC":"dev/e","K":6,"T":"six"}
sluice: warning: a message of 6 bytes to S was left out: a quotation mark is not closed
sluice: warning: a message of 202 bytes to S was left out: it is larger than option "message_size"
$ sed "s/#';/#' WITH (processor = 'exec:handler twice');/" in.sql > function.sql; . ./lib.sh; anew; broker; sluice run --quiet function.sql & run=$!; subscribed; kill -INT $run; wait $run; printf '{"K":1}\n{"K":2,"T":"drop"}\n{"K":3}\n' | pub -t dev/a -s; pub -t dev/b -m '{"K":4,"T":"drop"}'; pub -t dev/c -m '{"K":5}'; sluice run --quiet function.sql & run=$!; filled out.ndjson 6; kill -INT $run; wait $run; stop; cat out.ndjson
{"TOPIC":"dev/a","K":1,"T":null}
{"TOPIC":"dev/a","K":1,"T":null}
{"TOPIC":"dev/a","K":3,"T":null}
{"TOPIC":"dev/a","K":3,"T":null}
{"TOPIC":"dev/c","K":5,"T":null}
{"TOPIC":"dev/c","K":5,"T":null}

# A run that is killed sends rows since its last checkpoint again, and none is missing.
$ echo "CREATE SOURCE r (k INTEGER, t VARCHAR(20)) FROM 'rows'; CREATE SINK x FROM r INTO 'mqtt://127.0.0.1:17631/dev/a';" > state.sql; . ./lib.sh; anew; rm -f state state-*; broker; sluice run --quiet in.sql & run=$!; subscribed; sluice run --quiet state.sql --state state --checkpoint-interval 1 & out=$!; filled out.ndjson 3000; kill -KILL $out; wait $out 2> /dev/null; sluice run --quiet state.sql --state state; for i in $(seq 400); do [ $(sort -u out.ndjson | wc -l) -ge 60000 ] && break; sleep 0.1; done; kill -INT $run; wait $run; stop; sort -u out.ndjson | wc -l
60000

# TLS: who has the authority's certificate connects; another authority, another name, and no TLS are refused.
$ cat > make-certificates <<'SH'
> for ca in right wrong; do openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$ca authority" -keyout $ca.key -out $ca.pem; done
> for name in server client; do
>   openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout $name.key -out $name.csr
>   printf 'subjectAltName=DNS:localhost' > names; openssl x509 -req -in $name.csr -CA right.pem -CAkey right.key -CAcreateserial -days 2 -extfile names -out $name.pem
> done
> SH
$ sh make-certificates > openssl.log 2>&1 || cat openssl.log; (sed 's/listener.*/listener 17632 127.0.0.1/' broker.conf; echo "cafile $PWD/right.pem"; echo "certfile $PWD/server.pem"; echo "keyfile $PWD/server.key"; echo require_certificate true; echo listener 17631 127.0.0.1) > tls.conf
$ tls() { (echo "CREATE SOURCE s (k INTEGER) FROM '$1' WITH ($2);"; echo "CREATE SINK o FROM s INTO 'tls.ndjson';") > tls.sql; sluice run --quiet tls.sql 2>&1 | grep error; }; . ./lib.sh; anew; broker tls.conf; ours="cert = 'client.pem', cert_key = 'client.key'"
> tls mqtts://localhost:17632/a "ca = 'wrong.pem', $ours"; tls mqtts://127.0.0.1:17632/a "ca = 'right.pem', $ours"; tls mqtts://localhost:17632/a "$ours"; tls mqtts://localhost:17632/a "ca = 'right.pem'"; tls mqtt://localhost:17632/a "qos = 1"; tls mqtts://localhost:17632/a "ca = 'none.pem', $ours"
> echo "CREATE SOURCE s (k INTEGER) FROM 'mqtts://localhost:17632/a' WITH (ca = 'right.pem', $ours); CREATE SINK o FROM s INTO 'tls.ndjson';" > tls.sql; sluice run --quiet tls.sql & run=$!; subscribed
> echo "CREATE SOURCE s (k INTEGER) FROM '-'; CREATE SINK o FROM s INTO 'mqtts://localhost:17632/a' WITH (ca = 'right.pem', $ours);" > tls2.sql; seq 3000 | sed 's/.*/{"K":&}/' | sluice run --quiet tls2.sql; filled tls.ndjson 3000; kill -INT $run; wait $run; stop; numbers tls.ndjson
tls.sql:1:34: error 08001: cannot connect to 'mqtts://localhost:17632/a' for S: OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed
tls.sql:1:34: error 08001: cannot connect to 'mqtts://127.0.0.1:17632/a' for S: OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed
tls.sql:1:34: error 08001: cannot connect to 'mqtts://localhost:17632/a' for S: OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed
tls.sql:1:34: error 08001: cannot connect to 'mqtts://localhost:17632/a' for S: * (glob)
tls.sql:1:34: error 08001: cannot connect to 'mqtt://localhost:17632/a' for S: the broker has closed it
tls.sql:1:34: error HY024: cannot use TLS for S: ./none.pem: No such file or directory
3000 rows came 1 times

# A user and a password, from the environment or a file; a wrong one is refused, and none is ever shown.
$ (sed 's/allow_anonymous true/allow_anonymous false/' broker.conf; echo "password_file $PWD/passwords") > closed.conf; PATH=$PATH:/usr/sbin; mosquitto_passwd -b -c passwords ward geheim; printf 'geheim\n' > password
$ login() { (echo "CREATE SOURCE s (k INTEGER) FROM '-'; CREATE SINK o FROM s INTO 'mqtt://127.0.0.1:17631/a' WITH ($1);") > login.sql; echo '{"K":1}' | sluice run --quiet login.sql 2>&1 | grep error && return; echo taken; }; . ./lib.sh; anew; broker closed.conf
> export WORD=geheim OTHER=falsch; login '"user" = '"'ward', password_env = 'WORD'"; login '"user" = '"'ward', password_file = 'password'"; login '"user" = '"'ward', password_env = 'OTHER'"; login "qos = 1"; login '"user" = '"'ward', password_env = 'NOT_SET'"; login '"user" = '"'ward', password_file = 'none'"; stop
taken
taken
login.sql:1:65: error 08001: cannot connect to 'mqtt://127.0.0.1:17631/a' for O: Connection Refused: not authorised.
login.sql:1:65: error 08001: cannot connect to 'mqtt://127.0.0.1:17631/a' for O: Connection Refused: not authorised.
login.sql:1:65: error HY024: the variable NOT_SET that option "password_env" of O names is not set
login.sql:1:65: error HY024: no password in ./none, which option "password_file" of O names: No such file or directory
$ echo "CREATE SOURCE s (k INTEGER) FROM 'mqtt://ward:geheim@127.0.0.1:17631/a'; SELECT STREAM k FROM s;" > url.sql; sluice check url.sql
error HY024: the URL of S has a user in front of its host
hint: the options "user" and password_env or password_file say who logs in
[exit 3]

# A broker is a way out as any other, and so is a topic.
$ cat > personal.sql <<'SQL'
> CREATE SOURCE s (name VARCHAR(20) PERSONAL, k INTEGER) FROM '-';
> CREATE STREAM o (who VARCHAR(20), k INTEGER);
> CREATE PUMP p AS INSERT INTO o SELECT STREAM name, k FROM s;
> SQL
$ for with in "" "WITH (topic = 'a/{{WHO}}', body = '{{K}}')" "WITH (topic = 'a/{{WHO}}', personal = TRUE)"; do (cat personal.sql; echo "CREATE SINK x FROM o INTO 'mqtt://127.0.0.1:17631$([ -n "$with" ] || echo /a)' $with;") > a.sql; sluice check a.sql 2>&1 | grep -v '^ *[~^]*$' | cut -c1-150; done
a.sql:3:46: error 42501: PERSONAL column "NAME" of "S" would leave as "WHO" through sink "X"
CREATE PUMP p AS INSERT INTO o SELECT STREAM name, k FROM s;
hint: its way: "S"."NAME" -> pump "P" -> "O"."WHO" -> sink "X"; what may leave it: a de-identifying function, RELEASE(expr, 'reason'), or a sink with 
a.sql:3:46: error 42501: PERSONAL column "NAME" of "S" would leave as "WHO" through sink "X"
CREATE PUMP p AS INSERT INTO o SELECT STREAM name, k FROM s;
hint: its way: "S"."NAME" -> pump "P" -> "O"."WHO" -> sink "X"; what may leave it: a de-identifying function, RELEASE(expr, 'reason'), or a sink with 
no errors

# Nobody there, and options that cannot be.
$ bad() { echo "CREATE SOURCE s (k INTEGER) FROM '$1' WITH ($2); SELECT STREAM k FROM s;" > bad.sql; sluice run --quiet bad.sql 2>&1 | grep -E 'error|hint'; }
> bad mqtt://127.0.0.1:17639/a "qos = 1"; bad mqtt://127.0.0.1:17639 "qos = 1"; bad 'mqtt://h/a/#/b' "qos = 1"; bad mqtt://h/a "qos = 3"; bad mqtt://h/a "header = TRUE"; bad mqtt://h/a "ca = 'x'"; bad in.csv "qos = 1"; bad mqtt://h/a "message_size = 'large'"
bad.sql:1:34: error 08001: cannot connect to 'mqtt://127.0.0.1:17639/a' for S: Connection refused
bad.sql:1:34: error HY024: 'mqtt://127.0.0.1:17639' of S names no topic
hint: write mqtt://HOST:PORT/TOPIC, or mqtts: for TLS
bad.sql:1:34: error HY024: 'mqtt://h/a/#/b' of S has a wildcard that is not a whole level, or # before the last one
hint: write mqtt://HOST:PORT/TOPIC, or mqtts: for TLS
bad.sql:1:34: error HY024: option "qos" of S is '3', not 0, 1 or 2
bad.sql:1:34: error HY024: option "header" of S is for files: messages have no first line
bad.sql:1:34: error HY024: option "ca" of S is for TLS, and its URL has none
hint: write mqtts://HOST:PORT/TOPIC
bad.sql:1:34: error HY024: option "qos" is for mqtt: and mqtts:, not for 'in.csv' of S
bad.sql:1:68: error HY024: option "message_size" of S is 'large', not a size such as '5 MB', or bytes, and more than 0

# A topic that names no column, wildcards, two topics.
$ bad() { echo "CREATE SOURCE s (k INTEGER) FROM '-'; CREATE SINK o FROM s INTO '$1' WITH ($2);" > bad.sql; sluice run --quiet bad.sql < /dev/null 2>&1 | grep error; }
> bad mqtt://h "topic = 'a/{{N}}'"; bad mqtt://h/a "topic = 'a'"; bad 'mqtt://h/a/+' "qos = 1"; bad mqtt://h "qos = 1"; bad out.ndjson "retain = TRUE"; bad mqtt://h/a "gzip = TRUE"
bad.sql:1:65: error HY024: option "topic" names "N", which is no column of its stream
bad.sql:1:65: error HY024: 'mqtt://h/a' of O names a topic, and so does the option "topic"
bad.sql:1:65: error HY024: 'mqtt://h/a/+' of O has a wildcard: a sink has one topic
bad.sql:1:65: error HY024: 'mqtt://h' of O names no topic
bad.sql:1:65: error HY024: option "retain" is for mqtt: and mqtts:, not for 'out.ndjson' of O
bad.sql:1:65: error HY024: option "gzip" of O is not for messages, which are a row each

# The workshop's first step as it was: a simulator publishes to LifeSupportDevice/HospitalNN, the pipeline takes all of them; no name leaves.
$ . ./lib.sh; OUT=$PWD/live PORT=17631 RECORDS=100 RATE=200 $ROOT/queries/workshop/1-deidentify/live.sh "$(dirname "$(command -v sluice)")" | sed 's/"time":"[^"]*"/"time":"T"/; s/"patient":"[^"]*"/"patient":"P"/'; cat live/delivered/*/*/*/*/*/* live/broker.log | grep -c '"name":"[A-Z]'
the pipeline subscribes to LifeSupportDevice/#
devices send 100 records, 200 a second
messages by topic:
     21 LifeSupportDevice/Hospital01
     21 LifeSupportDevice/Hospital02
     17 LifeSupportDevice/Hospital03
     20 LifeSupportDevice/Hospital04
     21 LifeSupportDevice/Hospital05
a record as it goes on:
{"time":"T","device_id":"device1278","patient":"P","name":"","dob":"","temperature":null,"pulse":69,"oxygen_percent":null,"systolic":130,"diastolic":89}
delivered: 100
identities: 100 rows, all as they were sealed
0
[exit 1]
