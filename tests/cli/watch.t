# What people watch: the status line of a terminal, the log, metrics and health over HTTP, messages as JSON.
$ cat > app.sql <<'SQL'
> CREATE SOURCE readings (device VARCHAR(16), temp DOUBLE) FROM 'in';
> CREATE STREAM hot (device VARCHAR(16), temp DOUBLE);
> CREATE PUMP hot_pump AS INSERT INTO hot SELECT STREAM device, temp FROM readings WHERE temp > 30;
> CREATE STREAM counts (device VARCHAR(16), n BIGINT);
> CREATE PUMP count_pump AS INSERT INTO counts SELECT STREAM device, COUNT(*) FROM hot GROUP BY device, FLOOR(hot.ROWTIME TO YEAR);
> SQL
$ cat > until.sh <<'SH'
> # until.sh FILE TEXT: waits until the file holds the text.
> for i in $(seq 200); do grep -q -- "$2" "$1" 2>/dev/null && exit 0; sleep 0.02; done; echo "$1 lacks $2"; cat "$1"; exit 1
> SH
$ cat > lost.sh <<'SH'
> # lost.sh: a run whose messages go to the file "messages", its process to $run, its address to $at; records go to 3.
> rm -f in messages hot.json; mkfifo in
> sluice run app.sql --metrics 0 "$@" 2> messages & run=$!
> exec 3> in
> bash until.sh messages 'metrics at'
> at=$(sed -n 's/.*metrics at http:..\([0-9.:]*\).metrics.*/\1/p' messages)
> SH

# On a terminal a line shows how the run does; rows and messages come above it, and in the end it is gone.
$ mkfifo in; (exec 3> in; echo '{"DEVICE":"a7","TEMP":31.5}' >&3; sleep 1.2; echo 'broken' >&3; sleep 0.8; echo '{"DEVICE":"b1","TEMP":32}' >&3; sleep 0.6) & pty bash -c 'read -p "go> "; sluice run app.sql --sink HOT=- --sink COUNTS=null:' <<'END'
> + now
> ~ in 0/s, out 0/s, 0 errors, lag 0 ms, time 20
> ~ 1 open window, 1 record
> ~ 1 error, lag
> ~ 3 records
> END
go> now
{"DEVICE":"a7","TEMP":31.5}
sluice: warning: record of READINGS refused, PARSE_ERROR: record is not valid JSON: expected a value
 at byte 1 (record at byte 29 of in)
{"DEVICE":"b1","TEMP":32}
3 records in * s, * a second (glob)
  HOT: 2 rows to standard output
  COUNTS: 2 rows to null:
sluice: 1 row went to error_stream; --sink error_stream=errors.ndjson keeps them

# It is as wide as the terminal is and no wider; a run that is killed leaves it there.
$ cat > killed.sh <<'SH'
> # killed.sh COLUMNS OPTION...: what is seen of a run that is killed after a while
> rm -f in pid; mkfifo in; (exec 3> in; echo '{"DEVICE":"a7","TEMP":31.5}' >&3; sleep 1.2; kill -KILL $(cat pid)) &
> pty bash -c "read -p 'go> '; echo \$\$ > pid; stty cols $1; shift; exec sluice run app.sql --sink HOT=null: --sink COUNTS=null: ${*:2}" <<< '+ now' | sed -E 's/(in|out) [0-9]+/\1 N/g'
> SH
$ bash killed.sh 34
go> now
in N/s, out N/s, 0 errors
$ bash killed.sh 36
go> now
in N/s, out N/s, 0 errors, lag 0 ms

# A terminal that gets narrower wraps the line: nothing of it is left behind.
$ rm -f in; mkfifo in; (exec 3> in; echo '{"DEVICE":"a7","TEMP":31.5}' >&3; sleep 1.8) & pty bash -c 'read -p "go> "; sluice run app.sql --sink HOT=null: --sink COUNTS=null:' <<'END'
> + now
> ~ 1 open window, 1 record
> # 60
> ~ in 0/s, out 0/s, 0 errors
> END
go> now
1 record in * s, 0 a second (glob)
  HOT: 1 row to null:
  COUNTS: 1 row to null:

# Switches turn it off.
$ bash killed.sh 80 --quiet; bash killed.sh 80 --no-status
go> now
go> now

# SIGUSR1 writes the same to the log.
$ . ./lost.sh --sink HOT=hot.json --sink COUNTS=null:; echo '{"DEVICE":"a7","TEMP":31.5}' >&3; echo '{"DEVICE":"a7","TEMP":1}' >&3; bash until.sh hot.json a7; kill -USR1 $run; bash until.sh messages 'status: sink COUNTS'; kill -TERM $run; exec 3>&-; wait; grep status: messages | sed -E 's/time [0-9 :.-]+/time TIME/; s/[0-9]+ ms/N ms/; s/[0-9]+ bytes of/N bytes of/'
sluice: status: 2 records in, 1 rows out, 0 errors, N ms behind, time TIME, 1 open windows, N bytes of state
sluice: status: source READINGS: 2 records, 53 bytes, N ms behind
sluice: status: stream READINGS: 2 rows, time TIME
sluice: status: stream HOT: 1 rows, time TIME
sluice: status: stream COUNTS: 0 rows, time TIME
sluice: status: pump HOT_PUMP: 2 rows in, 1 out, 0 errors, 0 open windows, N bytes of state
sluice: status: pump COUNT_PUMP: 1 rows in, 0 out, 0 errors, 1 open windows, N bytes of state
sluice: status: sink HOT: 1 rows, 28 bytes
sluice: status: sink COUNTS: 0 rows, 0 bytes

# Metrics are well-formed; names stand for the objects of the application.
$ . ./lost.sh --sink HOT=hot.json --sink COUNTS=null: --state state; echo '{"DEVICE":"a7","TEMP":31.5}' >&3; echo '{"DEVICE":"a7","TEMP":1}' >&3; bash until.sh hot.json a7; sleep 0.2; scrape get $at /metrics > page; head -1 page; tail -n +2 page > metrics; scrape check < metrics; grep -E '^sluice_(millis|input|output_(rec|byt)|delivery_succ|stream_rows|pump_(rows|open)|operator|error|open)' metrics; grep -c '^process_cpu_seconds_total' metrics; scrape get $at /healthz; scrape get $at /; kill -TERM $run; exec 3>&-; wait; scrape get $at /healthz
HTTP/1.1 200 OK
30 families, 51 samples
sluice_millis_behind_latest{source="READINGS"} 0
sluice_input_bytes_total{source="READINGS"} 53
sluice_input_records_total{source="READINGS"} 2
sluice_output_bytes_total{sink="HOT"} 28
sluice_output_bytes_total{sink="COUNTS"} 0
sluice_output_records_total{sink="HOT"} 1
sluice_output_records_total{sink="COUNTS"} 0
sluice_delivery_success_total{sink="HOT"} 1
sluice_delivery_success_total{sink="COUNTS"} 0
sluice_stream_rows_total{stream="READINGS"} 2
sluice_stream_rows_total{stream="HOT"} 1
sluice_stream_rows_total{stream="COUNTS"} 0
sluice_pump_rows_in_total{pump="HOT_PUMP"} 2
sluice_pump_rows_in_total{pump="COUNT_PUMP"} 1
sluice_pump_rows_out_total{pump="HOT_PUMP"} 1
sluice_pump_rows_out_total{pump="COUNT_PUMP"} 0
sluice_pump_open_windows{pump="HOT_PUMP"} 0
sluice_pump_open_windows{pump="COUNT_PUMP"} 1
sluice_operator_rows_in_total{pump="HOT_PUMP",operator="1 Filter"} 2
sluice_operator_rows_in_total{pump="HOT_PUMP",operator="2 Project"} 1
sluice_operator_rows_in_total{pump="COUNT_PUMP",operator="1 Group"} 1
sluice_operator_rows_in_total{pump="COUNT_PUMP",operator="2 Project"} 0
sluice_operator_rows_out_total{pump="HOT_PUMP",operator="1 Filter"} 1
sluice_operator_rows_out_total{pump="HOT_PUMP",operator="2 Project"} 1
sluice_operator_rows_out_total{pump="COUNT_PUMP",operator="1 Group"} 0
sluice_operator_rows_out_total{pump="COUNT_PUMP",operator="2 Project"} 0
sluice_error_rows_total 0
sluice_open_windows 1
1
HTTP/1.1 200 OK
ok
HTTP/1.1 404 Not Found
there is /metrics and /healthz
nobody listens
[exit 1]

# Each family has its place in the manual.
$ for name in $(sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' metrics); do grep -q "$name" "$ROOT/docs/guide/operating.md" || echo "$name is not told"; done; sed -n 's/.*"\(sluice_[a-z_]*\)".*/\1/p' "$ROOT/engine/app/metrics.c" | while read -r name; do grep -q "$name" "$ROOT/docs/guide/operating.md" || echo "$name is not told"; done

# Who connects and says nothing, or nonsense, keeps nobody from the metrics, and the pipeline from nothing.
$ . ./lost.sh --sink HOT=hot.json --sink COUNTS=null:; port=${at#*:}; for i in $(seq 10); do exec {fd}<> /dev/tcp/127.0.0.1/$port; printf 'GET /met' >&$fd; done; exec {fd}<> /dev/tcp/127.0.0.1/$port; head -c 100000 /dev/urandom >&$fd 2>/dev/null; printf 'POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc' > /dev/tcp/127.0.0.1/$port; scrape get $at /healthz; scrape get $at /metrics | head -1; echo '{"DEVICE":"a7","TEMP":31.5}' >&3; bash until.sh hot.json a7; kill -TERM $run; exec 3>&-; wait; tail -3 messages
HTTP/1.1 200 OK
ok
HTTP/1.1 200 OK
stopped after 1 record in * (glob)
  HOT: 1 row to hot.json
  COUNTS: 1 row to null:

# An address that is taken, or none, is told before anything is touched.
$ . ./lost.sh --sink HOT=null: --sink COUNTS=null:; rm -f new.json; sluice run app.sql --metrics $at --sink HOT=new.json 2>&1 | sed "s/$at/ADDRESS/"; ls new.json 2>&1; kill -TERM $run; exec 3>&-; wait
error 08001: cannot listen at 'ADDRESS' for --metrics: Address already in use
ls: cannot access 'new.json': No such file or directory
$ sluice run app.sql --metrics localhost:http:no
error 08001: cannot listen at 'localhost:http:no' for --metrics: Servname not supported for ai_socktype
[exit 4]

# A sink that cannot deliver is told at /healthz, and the line says so, too.
$ . ./lost.sh --sink HOT=http://127.0.0.1:1/ --sink COUNTS=null:; echo '{"DEVICE":"a7","TEMP":31.5}' >&3; bash until.sh messages 'trying again'; scrape get $at /healthz | sed 's/for [0-9]* s/for N s/'; scrape get $at /metrics | grep -E 'delivery_(succ|fail)' | grep HOT | sed -E 's/[0-9.]+$/N/'; kill -TERM $run; exec 3>&-; wait
HTTP/1.1 503 Service Unavailable
sink HOT has failed for N s
sluice_delivery_success_total{sink="HOT"} N
sluice_delivery_failures_total{sink="HOT"} N
sluice_delivery_failing_seconds{sink="HOT"} N

# What a processor does has the names that the service gave it.
$ cat > processor.sh <<'SH'
> while read -r event; do printf '{"records":['; comma=; for id in $(grep -o '"recordId":"[^"]*"' <<< "$event" | cut -d'"' -f4); do printf '%s{"recordId":"%s","result":"Dropped"}' "$comma" "$id"; comma=,; done; echo ']}'; done
> SH
$ sed -i "s/FROM 'in'/FROM 'in' WITH (processor = 'exec:bash processor.sh')/" app.sql; . ./lost.sh --sink HOT=null: --sink COUNTS=null:; echo '{"DEVICE":"a7","TEMP":31.5}' >&3; sleep 0.5; scrape get $at /metrics | tail -n +2 | tee metrics | scrape check; grep ^sluice_input_processing metrics | sed -E 's/(sum.*\}) .*/\1 N/'; kill -TERM $run; exec 3>&-; wait
33 families, 55 samples
sluice_input_processing_ok_records_total{source="READINGS"} 0
sluice_input_processing_ok_bytes_total{source="READINGS"} 0
sluice_input_processing_dropped_records_total{source="READINGS"} 1
sluice_input_processing_failed_records_total{source="READINGS"} 0
sluice_input_processing_success_total{source="READINGS"} 1
sluice_input_processing_failures_total{source="READINGS"} 0
sluice_input_processing_duration_seconds_sum{source="READINGS"} N
sluice_input_processing_duration_seconds_count{source="READINGS"} 1

# Messages as JSON, from the first one on; sluice reads its own.
$ cat > log.sql <<'SQL'
> CREATE SOURCE log (tm TIMESTAMP PATH '$.time', level VARCHAR(8) PATH '$.level', place VARCHAR(20) PATH '$.where', line INTEGER PATH '$.line', col INTEGER PATH '$.column',
>     code VARCHAR(5) PATH '$.code', error VARCHAR(12) PATH '$.error', subject VARCHAR(10) PATH '$.stream', sink VARCHAR(10) PATH '$.sink', message VARCHAR(200) PATH '$.message', hint VARCHAR(200) PATH '$.hint') FROM '-';
> SELECT STREAM level, place, line, col, code, error, subject, sink, message, hint FROM log WHERE tm > TIMESTAMP '2020-01-01 00:00:00';
> SQL
$ printf 'CREATE STREAM t (n INTEGER);\nCREATE PUMP p AS INSERT INTO t SELECT STREAM x FROM "no\\such";\n' > bad.sql; sluice run --log-format json bad.sql 2>&1 | sluice run --quiet log.sql
{"LEVEL":"error","PLACE":"bad.sql","LINE":2,"COL":53,"CODE":"42P01","ERROR":null,"SUBJECT":null,"SINK":null,"MESSAGE":"no stream or table \"no\\such\"","HINT":"an input or table is declared first, in this file or an earlier one, by CREATE SOURCE or CREATE REFERENCE TABLE: CREATE SOURCE \"no\\such\" (column type, ...) FROM 'url';"}
$ sluice run --log-format=json nowhere.sql 2>&1 | sluice run --quiet log.sql
{"LEVEL":"error","PLACE":null,"LINE":null,"COL":null,"CODE":"58030","ERROR":null,"SUBJECT":null,"SINK":null,"MESSAGE":"cannot read nowhere.sql: No such file or directory","HINT":null}
$ sluice run app.sql --sinc x --log-format json 2>&1 | sluice run --quiet log.sql
{"LEVEL":"error","PLACE":null,"LINE":null,"COL":null,"CODE":null,"ERROR":null,"SUBJECT":null,"SINK":null,"MESSAGE":"run has no option --sinc; did you mean --sink?","HINT":null}
$ sluice run --log-format xml app.sql
sluice: --log-format takes text or json, not "xml"
[exit 2]
$ printf 'CREATE SOURCE s (n INTEGER) FROM %s;\nCREATE STREAM u (n INTEGER);\nCREATE PUMP p AS INSERT INTO u SELECT STREAM 1/n FROM s;\n' "'in.ndjson'" > app2.sql; printf '{"N":1}\n{"N":0}\n{"N"\n' > in.ndjson; sluice run --log-format json app2.sql 2>&1 | sluice run --quiet log.sql
{"LEVEL":"warning","PLACE":null,"LINE":null,"COL":null,"CODE":null,"ERROR":null,"SUBJECT":"U","SINK":null,"MESSAGE":"nothing reads stream \"U\"; --sink 'U=-' would print it","HINT":null}
{"LEVEL":"warning","PLACE":null,"LINE":null,"COL":null,"CODE":null,"ERROR":"DIVISION_BY_","SUBJECT":null,"SINK":null,"MESSAGE":"row refused by pump P, DIVISION_BY_ZERO: division by zero","HINT":null}
{"LEVEL":"warning","PLACE":"in.ndjson","LINE":null,"COL":null,"CODE":null,"ERROR":"PARSE_ERROR","SUBJECT":null,"SINK":null,"MESSAGE":"record of S refused, PARSE_ERROR: record is not valid JSON: expected : behind a member name at byte 5 (record at byte 17 of in.ndjson)","HINT":null}
{"LEVEL":"info","PLACE":null,"LINE":null,"COL":null,"CODE":null,"ERROR":null,"SUBJECT":null,"SINK":null,"MESSAGE":"ended after 3 records","HINT":null}
{"LEVEL":"info","PLACE":null,"LINE":null,"COL":null,"CODE":null,"ERROR":null,"SUBJECT":null,"SINK":null,"MESSAGE":"2 rows went to error_stream; --sink error_stream=errors.ndjson keeps them","HINT":null}

# An address that is none.
$ sluice run app.sql --metrics here; sluice run app.sql --metrics 99999
error HY024: 'here' of --metrics has no host and port
hint: write a port, 9464, or HOST:PORT, 127.0.0.1:9464
error HY024: '99999' of --metrics: there is no port 99999
hint: write a port, 9464, or HOST:PORT, 127.0.0.1:9464
[exit 3]

# A run that a sink holds up can be looked at all the same.
$ echo "CREATE SOURCE n (v INTEGER PATH '$.v') FROM 'exec:echo \"{\\\"v\\\":1}\"; sleep 20'; CREATE SINK f FROM n INTO 'http://127.0.0.1:1/';" > held.sql
$ sluice run held.sql 2> held & sleep 1; kill -USR1 $!; sleep 0.7; kill -KILL $!; wait $! 2>/dev/null; grep -o 'time [^,]*' held | tail -1
time 20* (glob)
