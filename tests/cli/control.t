# control.t: looking into a run through its control socket (sluice run --control).

$ cat > app.sql <<'SQL'
> CREATE SOURCE readings (device VARCHAR(8) PATH '$.device', temp DOUBLE PATH '$.temp', note VARCHAR(20) PATH '$.note', n INTEGER PATH '$.n') FROM '-';
> CREATE STREAM hot (device VARCHAR(8), temp DOUBLE);
> CREATE PUMP p AS INSERT INTO hot SELECT STREAM device, temp FROM readings WHERE temp > 30;
> CREATE VIEW very_hot AS SELECT STREAM device FROM hot WHERE temp > 35;
> CREATE STREAM cold (device VARCHAR(8));
> CREATE PUMP c AS INSERT INTO cold SELECT STREAM device FROM readings WHERE temp < -273;
> CREATE SINK hot_file FROM hot INTO 'hot.ndjson';
> CREATE SINK cold_file FROM cold INTO 'cold.ndjson';
> SQL
$ cat > appears <<'SH'
> for i in $(seq 100); do [ -e "$1" ] && exit 0; sleep 0.05; done; echo "$1 does not appear"; exit 1
> SH
$ cat > feed <<'SH'
> # The same row again and again, so that whoever comes late sees what he would have seen.
> trap 'exit 0' PIPE
> while echo '{"device": "a7", "temp": 40.5, "note": "top floor", "n": 3}' 2>/dev/null; do sleep 0.02; done
> SH

# Columns that no pump reads are seen, too; queries, views and what a query means are those of SQL.
$ sh feed | sluice run --quiet --control run.sock app.sql & sh appears run.sock; stat -c %a run.sock; sluice repl --connect run.sock <<'END'; kill -INT $!; wait; ls run.sock 2>&1
> SELECT STREAM * FROM readings LIMIT 2;
> SELECT STREAM device, temp * 2 AS twice, n FROM readings WHERE note LIKE 'top%' LIMIT 1;
> SELECT STREAM * FROM very_hot LIMIT 1;
> SELECT STREAM a.device, b.temp FROM hot OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS a JOIN readings OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS b ON a.device = b.device LIMIT 1;
> SELECT * FROM (VALUES (1, 'one'), (2, 'two')) AS t (n, word);
> \pset format json
> SELECT STREAM n, device, note FROM readings LIMIT 1;
> \pset format csv
> SELECT STREAM n, n, device FROM readings LIMIT 1;
> SELECT STREAM nix FROM hot;
> CREATE PUMP x AS INSERT INTO cold SELECT STREAM device FROM hot;
> END
600
 DEVICE   | TEMP     | NOTE             | N
----------+----------+------------------+----------
 a7       |     40.5 | top floor        |        3
 a7       |     40.5 | top floor        |        3
(2 rows)
 DEVICE   | TWICE    | N
----------+----------+----------
 a7       |       81 |        3
(1 row)
 DEVICE
----------
 a7
(1 row)
 DEVICE   | TEMP
----------+----------
 a7       |     40.5
(1 row)
 N | WORD
---+------
 1 | one
 2 | two
(2 rows)
{"N":3,"DEVICE":"a7","NOTE":"top floor"}
N,N,DEVICE
3,3,a7
<stdin>:10:15: error 42703: no column "NIX" here
SELECT STREAM nix FROM hot;
              ^~~
error 42601: the pipeline takes no changes through its socket
hint: sluice run --control-write lets it
ls: cannot access 'run.sock': No such file or directory
[exit 2]

# PERSONAL values are cut, and what is made of them; a query can neither release them nor learn of them by choosing, grouping or failing.
$ cat > personal.sql <<'SQL'
> CREATE SOURCE readings (device VARCHAR(8) PATH '$.device', who VARCHAR(20) PERSONAL PATH '$.note') FROM '-';
> CREATE STREAM hot (device VARCHAR(8), patient VARCHAR(30));
> CREATE PUMP p AS INSERT INTO hot SELECT STREAM device, 'Mr ' || who FROM readings;
> CREATE VIEW titles AS SELECT STREAM device, RELEASE(SUBSTRING(patient FROM 1 FOR 2), 'the title alone') AS title FROM hot;
> CREATE SINK s FROM hot INTO 'personal.ndjson' WITH (personal = TRUE);
> SQL
$ sh feed | sluice run --quiet --control run.sock personal.sql 2>/dev/null & sh appears run.sock; sluice repl --connect run.sock <<'END' 2>&1; kill -INT $!; wait
> SELECT STREAM * FROM readings LIMIT 1;
> SELECT STREAM UPPER(patient) AS p, device, MASK(patient, 1, 1) AS m FROM hot LIMIT 1;
> SELECT STREAM * FROM titles LIMIT 1;
> \pset format json
> SELECT STREAM * FROM hot LIMIT 1;
> SELECT STREAM device FROM hot WHERE CHAR_LENGTH(patient) > 3;
> SELECT STREAM RELEASE(patient, 'I say so') AS r FROM hot LIMIT 1;
> SELECT STREAM device, 1 / CHAR_LENGTH(patient) AS d FROM hot LIMIT 1;
> SELECT STREAM COUNT(*) FROM hot GROUP BY patient, STEP(hot.ROWTIME BY INTERVAL '1' SECOND);
> END
 DEVICE   | WHO
----------+------------------
 a7       | (personal)
(1 row)
<stdin>:2:44: error 42501: what is computed from PERSONAL column "WHO" of "READINGS" may fail by it: refused to onlookers
SELECT STREAM UPPER(patient) AS p, device, MASK(patient, 1, 1) AS m FROM hot LIMIT 1;
                                           ^~~~
hint: sluice run --control-personal lets them see
 DEVICE   | TITLE
----------+------------------
 a7       | Mr
(1 row)
{"DEVICE":"a7","PATIENT":null}
<stdin>:6:37: error 42501: WHERE chooses rows by PERSONAL column "WHO" of "READINGS": which rows there are is not proved: refused to onlookers
SELECT STREAM device FROM hot WHERE CHAR_LENGTH(patient) > 3;
                                    ^~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:7:15: error 42501: PERSONAL column "WHO" of "READINGS" is released: I say so: refused to onlookers
SELECT STREAM RELEASE(patient, 'I say so') AS r FROM hot LIMIT 1;
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:8:23: error 42501: what is computed from PERSONAL column "WHO" of "READINGS" may fail by it: refused to onlookers
SELECT STREAM device, 1 / CHAR_LENGTH(patient) AS d FROM hot LIMIT 1;
                      ^
hint: sluice run --control-personal lets them see
<stdin>:9:42: error 42501: rows are grouped by PERSONAL column "WHO" of "READINGS": which rows there are is not proved: refused to onlookers
SELECT STREAM COUNT(*) FROM hot GROUP BY patient, STEP(hot.ROWTIME BY INTERVAL '1' SECOND);
                                         ^~~~~~~
hint: sluice run --control-personal lets them see
$ sh feed | sluice run --quiet --control run.sock --control-personal personal.sql 2>/dev/null & sh appears run.sock; sluice repl --connect run.sock <<'END' 2>&1; kill -INT $!; wait
> SELECT STREAM patient FROM hot WHERE patient LIKE '%floor' LIMIT 1;
> END
 PATIENT
------------------
 Mr top floor
(1 row)

# A second run does not take the socket away, a socket that a killed run left behind does not bother the next one, a file is left alone.
$ sh feed | sluice run --quiet --control run.sock app.sql & sh appears run.sock; sluice run --control run.sock app.sql < /dev/null; sluice explain --live run.sock nix; kill -KILL $!; wait $! 2>/dev/null; ls run.sock; sluice repl --connect run.sock < /dev/null; echo '{"device":"b"}' | sluice run --quiet --control run.sock app.sql; ls run.sock 2>&1
error 08001: no control socket at 'run.sock': another run holds it
hint: each run has a socket of its own
error 42704: no stream "NIX"
run.sock
error 08001: cannot connect to 'run.sock': Connection refused
hint: sluice run --control SOCKET opens one, while it runs
ls: cannot access 'run.sock': No such file or directory
[exit 2]
$ echo mine > run.sock; sluice run --control run.sock app.sql < /dev/null; cat run.sock; rm run.sock
error 08001: no control socket at 'run.sock': a file that is no socket is there
mine
$ sluice run --control-write app.sql; sluice run --control run.sock --control-write --state s.db app.sql; sluice repl --connect run.sock --source a=b
sluice: --control-write and --control-personal say what may be done through --control SOCKET
Try "sluice help run".
sluice: --control-write does not go with --state: what is saved there belongs to the SQL of the files
Try "sluice help run".
sluice: --source and --sink are for a session of its own
Try "sluice help repl".
[exit 2]

