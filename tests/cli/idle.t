# idle.t: the time of a source that takes ROWTIME from a column and has nothing to give (option idle_after).

$ cat > app.sql <<'SQL'
> CREATE SOURCE s (n INTEGER, t TIMESTAMP) FROM 'in.json' WITH (follow = TRUE, rowtime = 't', idle_after = INTERVAL '0.3' SECOND);
> CREATE STREAM counts (s TIMESTAMP, n BIGINT);
> CREATE PUMP p AS INSERT INTO counts SELECT STREAM STEP(s.ROWTIME BY INTERVAL '1' SECOND), COUNT(*) FROM s GROUP BY STEP(s.ROWTIME BY INTERVAL '1' SECOND);
> CREATE SINK c FROM counts INTO 'counts.json';
> CREATE SINK e FROM error_stream INTO 'errors.json';
> SQL
$ cat > until.sh <<'SH'
> # until.sh FILE TEXT: waits until the file holds the text.
> for i in $(seq 300); do grep -q -- "$2" "$1" 2>/dev/null && exit 0; sleep 0.02; done; echo "$1 lacks $2"; cat "$1"; exit 1
> SH
$ cat > row.sh <<'SH'
> echo "{\"N\":$1,\"T\":\"2026-01-01 00:00:$2\"}" >> in.json
> SH
$ cat > why.sh <<'SH'
> # why.sh TEXT: what \why says once it says that.
> for i in $(seq 300); do sluice explain --live run.sock COUNTS > why 2> /dev/null; grep -q -- "$1" why && break; sleep 0.02; done; grep source why | sed -E 's/come for [0-9.]+ s/come for N s/; s/at 20[0-9: .-]*/at T/'
> SH

# Without a further row the clock moves time on, and the last window closes; what then comes too late is an error row, what comes in time counts.
$ for threads in 1 8; do rm -f counts.json errors.json; : > in.json; sluice run --quiet --threads $threads --control run.sock app.sql 2> /dev/null & printf '{"N":1,"T":"2026-01-01 00:00:10.2"}\n{"N":2,"T":"2026-01-01 00:00:10.9"}\n' >> in.json; bash until.sh counts.json '"N":2'; bash why.sh 'the clock'; bash row.sh 3 10.95; bash until.sh errors.json 10.95; bash row.sh 4 30.1; bash until.sh counts.json '30.0'; kill -INT $!; wait; cat counts.json; grep -o '"MESSAGE":"row is out of time order: its ROWTIME 2026-01-01 00:00:10.950 is before' errors.json; done
      source S: runs; 0.3 s without a row (idle_after): the clock moves its time, which stands at T
{"S":"2026-01-01 00:00:10.000","N":2}
{"S":"2026-01-01 00:00:30.000","N":1}
"MESSAGE":"row is out of time order: its ROWTIME 2026-01-01 00:00:10.950 is before
      source S: runs; 0.3 s without a row (idle_after): the clock moves its time, which stands at T
{"S":"2026-01-01 00:00:10.000","N":2}
{"S":"2026-01-01 00:00:30.000","N":1}
"MESSAGE":"row is out of time order: its ROWTIME 2026-01-01 00:00:10.950 is before

# Without the option rows alone move it, and \why names the source and the option.
$ sed "s/, idle_after[^)]*//" app.sql > rows.sql; rm counts.json; : > in.json; sluice run --quiet --control run.sock rows.sql 2> /dev/null & bash row.sh 1 10.2; bash why.sh 'idle,'; cat counts.json 2>&1; kill -INT $!; wait
      source S: runs; idle, nothing has come for N s; its rows alone move its time, which stands at T; with option idle_after the clock would, once nothing comes

# A source that has never had a row follows the clock on the wall, and holds nothing back.
$ cat > union.sql <<'SQL'
> CREATE SOURCE a (n INTEGER, t BIGINT) FROM 'a.json' WITH (follow = TRUE, rowtime = 't');
> CREATE SOURCE b (n INTEGER, t BIGINT) FROM 'in' WITH (rowtime = 't', lateness = INTERVAL '0.1' SECOND, idle_after = INTERVAL '0.2' SECOND);
> CREATE STREAM merged (n INTEGER);
> CREATE PUMP p AS INSERT INTO merged SELECT STREAM n FROM a UNION ALL SELECT STREAM n FROM b;
> CREATE SINK o FROM merged INTO 'merged.json';
> SQL
$ mkfifo in; echo "{\"N\":1,\"T\":$(date +%s%3N)}" > a.json; sluice run --quiet union.sql & exec 3> in; bash until.sh merged.json 1; echo "{\"N\":2,\"T\":$(($(date +%s%3N) + 60000))}" >&3; echo "{\"N\":3,\"T\":$(($(date +%s%3N) + 70000))}" >> a.json; bash until.sh merged.json 2; kill -INT $!; exec 3>&-; wait; cat merged.json
{"N":1}
{"N":2}
{"N":3}

# A run that is stopped, or killed, goes on with the bound that it had: nothing comes twice, and what was late still is.
$ rm -f counts.json errors.json; : > in.json; sluice run --quiet --state state app.sql & bash row.sh 1 10.2; bash until.sh counts.json '"N":1'; kill -INT $!; wait; bash row.sh 2 10.4; sluice run --quiet --state state app.sql & bash until.sh errors.json 10.4; bash row.sh 3 40.5; bash until.sh counts.json '40.0'; kill -KILL $!; wait $! 2> /dev/null; bash row.sh 4 50.1; sluice run --quiet --state state app.sql & bash until.sh counts.json '50.0'; kill -INT $!; wait; cat counts.json; grep -c 10.4 errors.json
{"S":"2026-01-01 00:00:10.000","N":1}
{"S":"2026-01-01 00:00:40.000","N":1}
{"S":"2026-01-01 00:00:50.000","N":1}
1

# It is for sources with rowtime; of recorded ones it is told that it means nothing.
$ sed "s/rowtime = 't', //" app.sql > bad.sql; sluice check bad.sql; sed "s/INTERVAL '0.3' SECOND/TRUE/" app.sql > bad.sql; sluice check bad.sql; sed "s/INTERVAL '0.3' SECOND/INTERVAL '0' SECOND/" app.sql > bad.sql; sluice check bad.sql
bad.sql:1:91: error HY024: option idle_after: without option rowtime the clock moves time at once
CREATE SOURCE s (n INTEGER, t TIMESTAMP) FROM 'in.json' WITH (follow = TRUE, idle_after = INTERVAL '0.3' SECOND);
                                                                                          ^~~~~~~~~~~~~~~~~~~~~
bad.sql:1:106: error HY024: option idle_after: a day-time interval is wanted, such as INTERVAL '10' SECOND
CREATE SOURCE s (n INTEGER, t TIMESTAMP) FROM 'in.json' WITH (follow = TRUE, rowtime = 't', idle_after = TRUE);
                                                                                                         ^~~~
bad.sql:1:106: error HY024: option idle_after: a day-time interval is wanted, such as INTERVAL '10' SECOND
CREATE SOURCE s (n INTEGER, t TIMESTAMP) FROM 'in.json' WITH (follow = TRUE, rowtime = 't', idle_after = INTERVAL '0' SECOND);
                                                                                                         ^~~~~~~~~~~~~~~~~~~
[exit 3]
$ printf '{"N":1,"T":"2026-01-01 00:00:10"}\n' > in.json; sed 's/follow = TRUE, //' app.sql > recorded.sql; rm counts.json; sluice run --quiet recorded.sql; cat counts.json
sluice: warning: option idle_after of S means nothing: in.json is read to its end, without pauses
{"S":"2026-01-01 00:00:10.000","N":1}
