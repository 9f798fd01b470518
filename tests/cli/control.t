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
> CREATE VIEW masks AS SELECT STREAM MASK(patient, 1, 1) AS m FROM hot;
> CREATE FUNCTION released(x VARCHAR(30)) RETURNS VARCHAR(30) RETURN RELEASE(x, 'for the application');
> CREATE FUNCTION masked(x VARCHAR(30)) RETURNS VARCHAR(30) RETURN MASK(x, 1, 1);
> CREATE FUNCTION inverse(x VARCHAR(30)) RETURNS INTEGER RETURN 1 / CHAR_LENGTH(x);
> CREATE SINK s FROM hot INTO 'personal.ndjson' WITH (personal = TRUE);
> SQL
$ sh feed | sluice run --quiet --control run.sock personal.sql 2>/dev/null & sh appears run.sock; sluice repl --connect run.sock <<'END' 2>&1; kill -INT $!; wait
> SELECT STREAM * FROM readings LIMIT 1;
> SELECT STREAM UPPER(patient) AS p, device, MASK(patient, 1, 1) AS m FROM hot LIMIT 1;
> SELECT STREAM * FROM titles LIMIT 1;
> SELECT STREAM * FROM masks LIMIT 1;
> SELECT STREAM released(patient) AS r FROM hot LIMIT 1;
> SELECT masked('Joe') AS whose_is_it;
> SELECT STREAM inverse(patient) AS i FROM hot LIMIT 1;
> \pset format json
> SELECT STREAM * FROM hot LIMIT 1;
> SELECT STREAM device FROM hot WHERE CHAR_LENGTH(patient) > 3;
> SELECT STREAM RELEASE(patient, 'I say so') AS r FROM hot LIMIT 1;
> SELECT STREAM device, 1 / CHAR_LENGTH(patient) AS d FROM hot LIMIT 1;
> SELECT STREAM device, CASE WHEN patient LIKE 'Mr t%' THEN 1 / (CHAR_LENGTH(device) - 2) END AS d FROM hot LIMIT 1;
> SELECT STREAM device, (patient <> 'Mr x' OR 1 / (CHAR_LENGTH(device) - 2) = 1) AS d FROM hot LIMIT 1;
> SELECT STREAM CASE WHEN device = 'a7' THEN patient ELSE CAST(1 / (CHAR_LENGTH(device) - 2) AS VARCHAR(20)) END AS d FROM hot LIMIT 1;
> SELECT STREAM COUNT(*) FROM hot GROUP BY patient, STEP(hot.ROWTIME BY INTERVAL '1' SECOND);
> END
 DEVICE   | WHO
----------+------------------
 a7       | (personal)
(1 row)
<stdin>:2:44: error 42501: MASK is for the application: refused to onlookers
SELECT STREAM UPPER(patient) AS p, device, MASK(patient, 1, 1) AS m FROM hot LIMIT 1;
                                           ^~~~
hint: sluice run --control-personal lets them see
 DEVICE   | TITLE
----------+------------------
 a7       | Mr
(1 row)
 M
------------------
 M**********r
(1 row)
personal.sql:6:68: error 42501: RELEASE is the application's word: refused to onlookers
CREATE FUNCTION released(x VARCHAR(30)) RETURNS VARCHAR(30) RETURN RELEASE(x, 'for the application');
                                                                   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
personal.sql:7:66: error 42501: MASK is for the application: refused to onlookers
CREATE FUNCTION masked(x VARCHAR(30)) RETURNS VARCHAR(30) RETURN MASK(x, 1, 1);
                                                                 ^~~~
hint: sluice run --control-personal lets them see
<stdin>:7:15: error 42501: what is computed from PERSONAL column "WHO" of "READINGS" may fail by it: refused to onlookers
SELECT STREAM inverse(patient) AS i FROM hot LIMIT 1;
              ^~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
{"DEVICE":"a7","PATIENT":null}
<stdin>:10:37: error 42501: WHERE chooses rows by PERSONAL column "WHO" of "READINGS": which rows there are is not proved: refused to onlookers
SELECT STREAM device FROM hot WHERE CHAR_LENGTH(patient) > 3;
                                    ^~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:11:15: error 42501: PERSONAL column "WHO" of "READINGS" is released: I say so: refused to onlookers
SELECT STREAM RELEASE(patient, 'I say so') AS r FROM hot LIMIT 1;
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:12:23: error 42501: what is computed from PERSONAL column "WHO" of "READINGS" may fail by it: refused to onlookers
SELECT STREAM device, 1 / CHAR_LENGTH(patient) AS d FROM hot LIMIT 1;
                      ^
hint: sluice run --control-personal lets them see
<stdin>:13:33: error 42501: what is computed from PERSONAL column "WHO" of "READINGS" may fail by it: refused to onlookers
SELECT STREAM device, CASE WHEN patient LIKE 'Mr t%' THEN 1 / (CHAR_LENGTH(device) - 2) END AS d FROM hot LIMIT 1;
                                ^~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:13:59: error 42501: what is computed from PERSONAL column "WHO" of "READINGS" may fail by it: refused to onlookers
SELECT STREAM device, CASE WHEN patient LIKE 'Mr t%' THEN 1 / (CHAR_LENGTH(device) - 2) END AS d FROM hot LIMIT 1;
                                                          ^
hint: sluice run --control-personal lets them see
<stdin>:14:45: error 42501: what is computed from PERSONAL column "WHO" of "READINGS" may fail by it: refused to onlookers
SELECT STREAM device, (patient <> 'Mr x' OR 1 / (CHAR_LENGTH(device) - 2) = 1) AS d FROM hot LIMIT 1;
                                            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
{"D":null}
<stdin>:16:42: error 42501: rows are grouped by PERSONAL column "WHO" of "READINGS": which rows there are is not proved: refused to onlookers
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

# Queries over reference tables with PERSONAL columns tell no more: not by how many rows are equal, and not by which keys are there.
$ printf '{"id":1,"nick":"Ann"}\n{"id":2,"nick":"Bob"}\n' > people.ndjson; printf '{"name":"Ann","ward":"w1"}\n' > wards.ndjson; cat > people.sql <<'SQL'
> CREATE SOURCE visits (id INTEGER PATH '$.n', who VARCHAR(20) PERSONAL PATH '$.note') FROM '-';
> CREATE REFERENCE TABLE people (id INTEGER PATH '$.id', nick VARCHAR(20) PERSONAL PATH '$.nick', PRIMARY KEY (id)) FROM 'people.ndjson';
> CREATE REFERENCE TABLE wards (name VARCHAR(20) PATH '$.name', ward VARCHAR(20) PATH '$.ward', PRIMARY KEY (name)) FROM 'wards.ndjson' WITH (on_missing = 'error');
> SQL
$ sh feed | sluice run --quiet --control run.sock people.sql 2>/dev/null & sh appears run.sock; sluice repl --connect run.sock <<'END' 2>&1; kill -INT $!; wait
> SELECT id, nick FROM people;
> SELECT 'Ann' AS guess EXCEPT SELECT nick FROM people;
> SELECT name FROM wards INTERSECT SELECT nick FROM people;
> SELECT 'Ann' AS guess UNION SELECT nick FROM people;
> SELECT nick FROM people UNION ALL SELECT name FROM wards;
> SELECT STREAM LOOKUP('WARDS', 'WARD', who) AS ward FROM visits LIMIT 1;
> SELECT STREAM (SELECT ward FROM wards WHERE name = who) AS ward FROM visits LIMIT 1;
> END
 ID | NICK
----+------------
  1 | (personal)
  2 | (personal)
(2 rows)
<stdin>:2:1: error 42501: EXCEPT compares PERSONAL column "NICK" of "PEOPLE": which rows there are is not proved: refused to onlookers
SELECT 'Ann' AS guess EXCEPT SELECT nick FROM people;
^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:3:1: error 42501: INTERSECT compares PERSONAL column "NICK" of "PEOPLE": which rows there are is not proved: refused to onlookers
SELECT name FROM wards INTERSECT SELECT nick FROM people;
^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:4:1: error 42501: UNION compares PERSONAL column "NICK" of "PEOPLE": which rows there are is not proved: refused to onlookers
SELECT 'Ann' AS guess UNION SELECT nick FROM people;
^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
 NICK
------------
 (personal)
 (personal)
 (personal)
(3 rows)
<stdin>:6:15: error 42501: what is computed from PERSONAL column "WHO" of "VISITS" may fail by it: refused to onlookers
SELECT STREAM LOOKUP('WARDS', 'WARD', who) AS ward FROM visits LIMIT 1;
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:7:16: error 42501: what is computed from PERSONAL column "WHO" of "VISITS" may fail by it: refused to onlookers
SELECT STREAM (SELECT ward FROM wards WHERE name = who) AS ward FROM visits LIMIT 1;
               ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see

# What is defined through the socket is no word of the application's either: it neither releases nor chooses by a PERSONAL value, and what it makes of one is cut.
$ sh feed | sluice run --quiet --control run.sock --control-write personal.sql 2>/dev/null & sh appears run.sock; sluice repl --connect run.sock <<'END' 2>&1; kill -INT $!; wait
> CREATE VIEW stolen AS SELECT STREAM RELEASE(patient, 'I say so') AS p FROM hot;
> SELECT STREAM p FROM stolen LIMIT 1;
> CREATE FUNCTION own(x VARCHAR(30)) RETURNS VARCHAR(30) RETURN RELEASE(x, 'I say so');
> CREATE VIEW owns AS SELECT STREAM own(patient) AS p FROM hot;
> SELECT STREAM p FROM owns LIMIT 1;
> CREATE VIEW again AS SELECT STREAM released(patient) AS p FROM hot;
> SELECT STREAM p FROM again LIMIT 1;
> CREATE VIEW ends AS SELECT STREAM MASK(patient, 1, 1) AS p FROM hot;
> SELECT STREAM p FROM ends LIMIT 1;
> CREATE STREAM taken (p VARCHAR(30));
> \pset format json
> CREATE PUMP t1 AS INSERT INTO taken SELECT STREAM RELEASE(patient, 'I say so') FROM hot;
> \pset format json
> CREATE PUMP t2 AS INSERT INTO taken SELECT STREAM device FROM hot WHERE patient LIKE 'Mr t%';
> \pset format json
> CREATE PUMP t3 AS INSERT INTO taken SELECT STREAM UPPER(patient) FROM hot;
> SELECT STREAM p FROM taken LIMIT 1;
> CREATE OR REPLACE VIEW titles AS SELECT STREAM device, patient AS title FROM hot;
> SELECT STREAM title FROM titles LIMIT 1;
> END
<stdin>:1:37: error 42501: PERSONAL column "WHO" of "READINGS" is released: I say so: refused to onlookers
CREATE VIEW stolen AS SELECT STREAM RELEASE(patient, 'I say so') AS p FROM hot;
                                    ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:3:63: error 42501: RELEASE is the application's word: refused to onlookers
CREATE FUNCTION own(x VARCHAR(30)) RETURNS VARCHAR(30) RETURN RELEASE(x, 'I say so');
                                                              ^~~~~~~~~~~~~~~~~~~~~~
<stdin>:5:22: error 42P01: no stream or table "OWNS"
SELECT STREAM p FROM owns LIMIT 1;
                     ^~~~
hint: an input or table is declared first, in this file or an earlier one, by CREATE SOURCE or CREATE REFERENCE TABLE: CREATE SOURCE "OWNS" (column type, ...) FROM 'url';
personal.sql:6:68: error 42501: RELEASE is the application's word: refused to onlookers
CREATE FUNCTION released(x VARCHAR(30)) RETURNS VARCHAR(30) RETURN RELEASE(x, 'for the application');
                                                                   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
<stdin>:7:22: error 42P01: no stream or table "AGAIN"
SELECT STREAM p FROM again LIMIT 1;
                     ^~~~~
hint: an input or table is declared first, in this file or an earlier one, by CREATE SOURCE or CREATE REFERENCE TABLE: CREATE SOURCE "AGAIN" (column type, ...) FROM 'url';
<stdin>:8:35: error 42501: MASK is for the application: refused to onlookers
CREATE VIEW ends AS SELECT STREAM MASK(patient, 1, 1) AS p FROM hot;
                                  ^~~~
hint: sluice run --control-personal lets them see
<stdin>:9:22: error 42P01: no stream or table "ENDS"
SELECT STREAM p FROM ends LIMIT 1;
                     ^~~~
hint: an input or table is declared first, in this file or an earlier one, by CREATE SOURCE or CREATE REFERENCE TABLE: CREATE SOURCE "ENDS" (column type, ...) FROM 'url';
<stdin>:12:51: error 42501: PERSONAL column "WHO" of "READINGS" is released: I say so: refused to onlookers
CREATE PUMP t1 AS INSERT INTO taken SELECT STREAM RELEASE(patient, 'I say so') FROM hot;
                                                  ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:14:73: error 42501: what is computed from PERSONAL column "WHO" of "READINGS" may fail by it: refused to onlookers
CREATE PUMP t2 AS INSERT INTO taken SELECT STREAM device FROM hot WHERE patient LIKE 'Mr t%';
                                                                        ^~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:14:73: error 42501: WHERE chooses rows by PERSONAL column "WHO" of "READINGS": which rows there are is not proved: refused to onlookers
CREATE PUMP t2 AS INSERT INTO taken SELECT STREAM device FROM hot WHERE patient LIKE 'Mr t%';
                                                                        ^~~~~~~
hint: sluice run --control-personal lets them see
{"P":null}
{"TITLE":null}

# What comes through the socket is an onlooker's word, pumps, views and functions too.
$ sh feed | sluice run --quiet --control run.sock --control-write personal.sql 2>/dev/null & sh appears run.sock; sluice repl --connect run.sock <<'END' 2>&1; kill -INT $!; wait
> CREATE STREAM copy (who VARCHAR(30));
> CREATE PUMP c AS INSERT INTO copy SELECT STREAM patient FROM hot;
> SELECT STREAM * FROM copy LIMIT 1;
> CREATE VIEW leak AS SELECT STREAM RELEASE(patient, 'so what') AS r FROM hot;
> SELECT STREAM * FROM leak LIMIT 1;
> CREATE FUNCTION opened(x VARCHAR(30)) RETURNS VARCHAR(30) RETURN RELEASE(x, 'so what');
> SELECT STREAM opened(patient) AS o FROM hot LIMIT 1;
> CREATE OR REPLACE PUMP c AS INSERT INTO copy SELECT STREAM RELEASE(patient, 'so what') FROM hot;
> DROP PUMP c;
> CREATE PUMP c AS INSERT INTO copy SELECT STREAM device FROM hot WHERE patient = 'Mr top floor';
> END
 WHO
------------------
 (personal)
(1 row)
<stdin>:4:35: error 42501: PERSONAL column "WHO" of "READINGS" is released: so what: refused to onlookers
CREATE VIEW leak AS SELECT STREAM RELEASE(patient, 'so what') AS r FROM hot;
                                  ^~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:6:66: error 42501: RELEASE is the application's word: refused to onlookers
CREATE FUNCTION opened(x VARCHAR(30)) RETURNS VARCHAR(30) RETURN RELEASE(x, 'so what');
                                                                 ^~~~~~~~~~~~~~~~~~~~~
<stdin>:8:60: error 42501: PERSONAL column "WHO" of "READINGS" is released: so what: refused to onlookers
CREATE OR REPLACE PUMP c AS INSERT INTO copy SELECT STREAM RELEASE(patient, 'so what') FROM hot;
                                                           ^~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
<stdin>:10:71: error 42501: WHERE chooses rows by PERSONAL column "WHO" of "READINGS": which rows there are is not proved: refused to onlookers
CREATE PUMP c AS INSERT INTO copy SELECT STREAM device FROM hot WHERE patient = 'Mr top floor';
                                                                      ^~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see

# What the application releases, hides with its keys or chooses by a PERSONAL value are rows of its own: not those that an onlooker wrote into its streams, or made of its views.
$ cat > word.sql <<'SQL'
> CREATE SOURCE readings (device VARCHAR(8) PATH '$.device', who VARCHAR(20) PERSONAL PATH '$.note') FROM '-';
> CREATE VIEW initials AS SELECT STREAM SUBSTRING(who FROM 1 FOR 1) AS i FROM readings;
> CREATE STREAM letters (l VARCHAR(20));
> CREATE PUMP l AS INSERT INTO letters SELECT STREAM RELEASE(i, 'one letter tells nobody') FROM initials;
> CREATE STREAM noted (device VARCHAR(20));
> CREATE PUMP n AS INSERT INTO noted SELECT STREAM device FROM readings;
> CREATE STREAM masked (m VARCHAR(20));
> CREATE PUMP m AS INSERT INTO masked SELECT STREAM MASK(device, 1, 0) FROM noted;
> CREATE STREAM hot (device VARCHAR(8), patient VARCHAR(30) PERSONAL);
> CREATE PUMP h AS INSERT INTO hot SELECT STREAM device, 'nobody' FROM readings;
> CREATE STREAM told (x VARCHAR(20));
> CREATE SINK telling FROM told INTO 'told.ndjson' WITH (personal = TRUE);
> SQL
$ sed 's/^CREATE PUMP m .*/CREATE STREAM met (device VARCHAR(20)); CREATE PUMP m AS INSERT INTO met SELECT STREAM noted.device FROM noted OVER (ROWS 5 PRECEDING) JOIN readings OVER (ROWS 5 PRECEDING) ON noted.device = readings.who;/' word.sql > choice.sql
$ sh feed | sluice run --quiet --control run.sock --control-write word.sql 2>/dev/null & sh appears run.sock; sluice repl --connect run.sock <<'END' 2>&1; kill -INT $!; wait
> SELECT STREAM * FROM letters LIMIT 1;
> SELECT STREAM * FROM masked LIMIT 1;
> CREATE OR REPLACE VIEW initials AS SELECT STREAM who AS i FROM readings;
> SELECT STREAM * FROM letters LIMIT 1;
> CREATE OR REPLACE PUMP n AS INSERT INTO noted SELECT STREAM 'Ann' FROM readings;
> SELECT STREAM device FROM noted LIMIT 1;
> SELECT STREAM * FROM masked LIMIT 1;
> CREATE OR REPLACE STREAM hot (device VARCHAR(8), patient VARCHAR(30));
> SELECT STREAM * FROM hot LIMIT 1;
> CREATE STREAM asked (who VARCHAR(20) NOT NULL);
> CREATE PUMP a AS INSERT INTO asked SELECT STREAM who FROM readings;
> CREATE PUMP t AS INSERT INTO told SELECT STREAM who FROM readings;
> END
 L
------------------
 t
(1 row)
 M
------------------
 a*
(1 row)
word.sql:4:52: error 42501: PERSONAL column "WHO" of "READINGS" is released: one letter tells nobody: refused to onlookers
CREATE PUMP l AS INSERT INTO letters SELECT STREAM RELEASE(i, 'one letter tells nobody') FROM initials;
                                                   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
 L
------------------
 t
(1 row)
 DEVICE
------------------
 Ann
(1 row)
 M
------------------
 (personal)
(1 row)
 DEVICE   | PATIENT
----------+------------------
 a7       | (personal)
(1 row)
<stdin>:11:13: error 42501: what is computed from PERSONAL column "WHO" of "READINGS" may fail by it: refused to onlookers
CREATE PUMP a AS INSERT INTO asked SELECT STREAM who FROM readings;
            ^
hint: sluice run --control-personal lets them see
<stdin>:12:49: error 42501: PERSONAL column "WHO" of "READINGS" would leave as "X" through sink "TELLING"
CREATE PUMP t AS INSERT INTO told SELECT STREAM who FROM readings;
                                                ^~~
hint: its way: "READINGS"."WHO" -> pump "T" -> "TOLD"."X" -> sink "TELLING"; sluice run --control-personal lets onlookers write it
$ sh feed | sluice run --quiet --control run.sock --control-write choice.sql 2>/dev/null & sh appears run.sock; sluice repl --connect run.sock <<'END' 2>&1; kill -INT $!; wait
> CREATE OR REPLACE PUMP n AS INSERT INTO noted SELECT STREAM 'top floor' FROM readings;
> END
choice.sql:8:106: error 42501: ON chooses rows by PERSONAL column "WHO" of "READINGS": which rows there are is not proved: refused to onlookers
                                   CREATE PUMP m AS INSERT INTO met SELECT STREAM noted.device FROM noted OVER (ROWS 5 PRECEDING) JOIN readings OVER (ROWS 5 PRECEDING) ON noted.device = readings.who;
                                                                                                    ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
hint: sluice run --control-personal lets them see
$ sh feed | sluice run --quiet --control run.sock --control-write --control-personal word.sql 2>/dev/null & sh appears run.sock; sluice repl --connect run.sock <<'END' 2>&1; kill -INT $!; wait
> CREATE OR REPLACE VIEW initials AS SELECT STREAM who AS i FROM readings;
> SELECT STREAM * FROM letters LIMIT 1;
> END
 L
------------------
 top floor
(1 row)

# A query that began before a stream got PERSONAL values ends: it would show them.
$ cat > before.pl <<'PL'
> use IO::Socket::UNIX;
> sub client { my $s = IO::Socket::UNIX->new(Peer => 'run.sock') or die; print $s $_[0]; $s->flush(); return $s }
> my $asks = client('{"do":"ask","text":"SELECT STREAM * FROM letters"}' . "\n");
> my $seen = <$asks> for 1 .. 3;
> my $writes = client('{"do":"define","texts":[{"text":"CREATE PUMP late AS INSERT INTO letters SELECT STREAM who FROM readings"}]}' . "\n");
> print scalar <$writes>;
> while (my $line = <$asks>) { print $line if $line =~ /end|top/; last if $line =~ /end|top/ }
> PL
$ sh feed | sluice run --quiet --control run.sock --control-write word.sql 2>/dev/null & sh appears run.sock; perl before.pl; kill -INT $!; wait
{"ok":true}
{"end":true,"faults":0}

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

# Why nothing comes out: what a filter dropped, which window is open until when, which input holds a join and a stream back, what a source waits for, the last errors.
$ cat > waits.sql <<'SQL'
> CREATE SOURCE a (k INTEGER NOT NULL, t TIMESTAMP) FROM 'unix:a.sock' WITH (listen = TRUE, rowtime = 'T', lateness = INTERVAL '5' SECOND);
> CREATE SOURCE b (k INTEGER, t TIMESTAMP) FROM 'unix:b.sock' WITH (listen = TRUE, rowtime = 'T');
> CREATE STREAM merged (k INTEGER);
> CREATE PUMP from_a AS INSERT INTO merged SELECT STREAM k FROM a WHERE k <> 2;
> CREATE PUMP from_b AS INSERT INTO merged SELECT STREAM k FROM b;
> CREATE STREAM met (k INTEGER);
> CREATE PUMP meeting AS INSERT INTO met SELECT STREAM a.k FROM a OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS a JOIN b OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS b ON a.k = b.k;
> CREATE STREAM counted (n BIGINT);
> CREATE PUMP counting AS INSERT INTO counted SELECT STREAM COUNT(*) FROM a GROUP BY STEP(a.ROWTIME BY INTERVAL '1' HOUR);
> CREATE SINK s1 FROM merged INTO 'null:';
> CREATE SINK s2 FROM met INTO 'null:';
> CREATE SINK s3 FROM counted INTO 'null:';
> SQL
$ cat > until <<'SH'
> # Waits until a stream's way says so.
> for i in $(seq 50); do sluice explain --live run.sock "$1" 2>/dev/null | grep -q "$2" && exit 0; sleep 0.05; done; sluice explain --live run.sock "$1"
> SH
$ sluice run --quiet --control run.sock waits.sql 2>messages & sh appears run.sock; printf '%s\n' '{"K":1,"T":"2026-01-01 10:00:01"}' '{"K":2,"T":"2026-01-01 10:00:02"}' '{"K":null,"T":"2026-01-01 10:00:02"}' '{"K":3,"T":"2026-01-01 10:00:10"}' | perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Peer => "a.sock"); print $s $_ while <STDIN>'; sh until COUNTED 'error_stream'; sluice explain --live run.sock merged met counted | sed 's/keeps [0-9]* bytes/keeps N bytes/; s/; idle, nothing has come for [0-9.]* s//; s/; with option idle_after.*//'; kill -INT $!; wait
stream MERGED: 0 rows, its time is not begun: it waits for pump 2 FROM_B: enter
  pump FROM_A
    Project: 1 in, 1 out
    Filter: 2 in, 1 out: it dropped 1
    stream A: 2 rows, its time is 2026-01-01 10:00:05.000
      source A: runs; its rows alone move its time, which stands at 2026-01-01 10:00:05.000, 5.0 s before the latest row (lateness)
  pump FROM_B
    Project: 0 in, 0 out
    stream B: 0 rows, its time is not begun
      source B: runs, and nothing has come; its rows alone move its time
error_stream has had 0 rows, 1 waits until all sources have come so far

stream MET: 0 rows, its time is not begun
  pump MEETING
    Project: 0 in, 0 out
    Join: 2 in, 0 out, keeps N bytes: waits for stream B, whose time is not begun
    stream A: 2 rows, its time is 2026-01-01 10:00:05.000
      source A: runs; its rows alone move its time, which stands at 2026-01-01 10:00:05.000, 5.0 s before the latest row (lateness)
    stream B: 0 rows, its time is not begun
      source B: runs, and nothing has come; its rows alone move its time
error_stream has had 0 rows, 1 waits until all sources have come so far

stream COUNTED: 0 rows, its time is 2026-01-01 11:00:00.000
  pump COUNTING
    Project: 0 in, 0 out
    Group: 2 in, 0 out, keeps N bytes: 1 window is open until 2026-01-01 11:00:00.000; its time is 2026-01-01 10:00:05.000
    stream A: 2 rows, its time is 2026-01-01 10:00:05.000
      source A: runs; its rows alone move its time, which stands at 2026-01-01 10:00:05.000, 5.0 s before the latest row (lateness)
error_stream has had 0 rows, 1 waits until all sources have come so far

# Broken clients: garbage, half a line, a line without end, gone within an answer, seventeen at once; the run goes on.
$ cat > broken.pl <<'PL'
> use IO::Socket::UNIX;
> sub client { return IO::Socket::UNIX->new(Peer => 'run.sock') or die }
> sub put { my ($s, $text) = @_; local $SIG{PIPE} = 'IGNORE'; syswrite($s, $text) }
> sub answer { my ($s) = @_; my $line = <$s> // "(nothing)\n"; $line =~ s/,"(pid|version)":\d+//g; print substr($line, 0, 150), length $line > 150 ? "...\n" : '' }
> my $s = client(); put($s, "garbage\n"); answer($s);
> for ('[1, 2]', '{"do": "dance"}', '{"do": 1}', '{"do": "ask"}', '{"do": "ask", "text": "SELECT STREAM * FROM hot", "line": 4000000000}', '{"do": "stop"}', '{"do": "stop"} more', '{"do": "define", "texts": []}', '{"do": "why"}', '{"do": "hello", "version": 99}', ('[' x 5000), '{"do":"hello","version":1}') { put($s, "$_\n"); answer($s) }
> put($s, '{"do": "he'); close $s;
> $s = client(); put($s, '{"do": "ask", "text": "SELECT STREAM * FROM readings"}' . "\n"); close $s;
> $s = client(); { local $SIG{PIPE} = 'IGNORE'; my $long = 'x' x 100000; for (1 .. 30) { last unless syswrite($s, $long) } } answer($s);
> my @all = map { client() } 1 .. 17; select(undef, undef, undef, 0.3); answer($all[16]); put($all[0], "{\"do\":\"stop\"}\n"); answer($all[0]);
> PL
$ sh feed | sluice run --quiet --control run.sock app.sql & sh appears run.sock; perl broken.pl; sh until HOT HOT; sluice explain --live run.sock HOT | sed 's/[0-9][0-9]* /N /g; s/time is .*/time is T/'; kill -INT $!; wait
{"ok":false,"code":"SYNTAX","message":"a JSON value should stand here"}
{"ok":false,"code":"SYNTAX","message":"a message is one JSON object on one line"}
{"ok":false,"code":"USAGE","message":"there is no such request: hello, list, why, errors, metrics, ask, stop, define"}
{"ok":false,"code":"USAGE","message":"there is no such request: hello, list, why, errors, metrics, ask, stop, define"}
{"ok":false,"code":"NOT_ALLOWED_HERE","message":"ask takes one query","messages":"error 42601: ask takes one query\n"}
{"ok":true,"standing":true,"columns":[{"name":"DEVICE","kind":10,"precision":0,"scale":0,"from":0,"to":0,"length":8},{"name":"TEMP","kind":8,"precisio...
{"end":true,"faults":0}
{"ok":true}
{"ok":false,"code":"SYNTAX","message":"a JSON value should stand here"}
{"ok":false,"code":"NOT_ALLOWED_HERE","message":"the pipeline takes no changes through its socket","hint":"sluice run --control-write lets it"}
{"ok":false,"code":"UNKNOWN_NAME","message":"no stream \"\""}
{"ok":false,"code":"NOT_SUPPORTED","message":"the run speaks version 1 of the protocol"}
{"ok":false,"code":"LIMIT_EXCEEDED","message":"more than 100 levels"}
{"ok":false,"code":"LIMIT_EXCEEDED","message":"a request has at most 1 MB on its line"}
{"ok":false,"code":"LIMIT_EXCEEDED","message":"as many clients are connected as may be: 16"}
{"ok":true}
stream HOT: N rows, its time is T
  pump P
    Project: N in, N out
    Filter: N in, N out: it dropped 0
    stream READINGS: N rows, its time is T
      source READINGS: runs

# Names that the records spell in another case are the commonest reason for nothing.
$ sed "s/ PATH '[^']*'//g" app.sql > case.sql; sh feed | sluice run --quiet --control case.sock case.sql 2>/dev/null & sh appears case.sock; sleep 0.3; sluice explain --live case.sock HOT | grep -o 'its columns.*'; kill -INT $!; wait
its columns read "DEVICE", "TEMP", its records have "device", "temp": case counts in names; write "device" in quotes where the column is declared, or give it a PATH

# With --control-write pumps come and go between two batches, also such that read what nobody did before; sources, sinks and what does not compile change nothing.
$ sh feed | sluice run --quiet --control run.sock --control-write app.sql & sh appears run.sock; pty sluice repl --connect run.sock <<'END' | sed 's/pump \(.*\) | [1-9][0-9]* *|/pump \1 | N |/; s/[0-9]* rows were/N rows were/; s/20[0-9]*-[0-9-]* [0-9:.]*/T/; s/[0-9][0-9]* \(in\|out\|rows\)/N \1/g'; kill -INT $!; wait; [ "$(sort -u hot.ndjson)" = '{"DEVICE":"a7","TEMP":40.5}' ] && echo whole
> > CREATE STREAM noted (device VARCHAR(8), note VARCHAR(20));
> > CREATE PUMP n AS INSERT INTO noted SELECT STREAM device, note FROM readings WHERE n = 3;
> > SELECT STREAM * FROM noted LIMIT 1;
> > CREATE OR REPLACE PUMP n AS INSERT INTO noted SELECT STREAM device, UPPER(note) FROM readings;
> > SELECT STREAM * FROM noted LIMIT 1;
> > \why noted
> > DROP PUMP n;
> > \dp
> > CREATE SINK more FROM hot INTO 'more.ndjson';
> > CREATE OR REPLACE STREAM hot (device VARCHAR(8));
> > DROP STREAM noted;
> > \d noted
> + \q
> END
sluice 0.1.0, looking into the run at run.sock. \? lists commands, \q ends the visit.
sluice> CREATE STREAM noted (device VARCHAR(8), note VARCHAR(20));
OK
sluice> CREATE PUMP n AS INSERT INTO noted SELECT STREAM device, note FROM readings WHERE n = 3;
OK
sluice> SELECT STREAM * FROM noted LIMIT 1;
 DEVICE   | NOTE
----------+------------------
 a7       | top floor
(1 row)
sluice> CREATE OR REPLACE PUMP n AS INSERT INTO noted SELECT STREAM device, UPPER(note) FROM reading
s;
OK
sluice> SELECT STREAM * FROM noted LIMIT 1;
 DEVICE   | NOTE
----------+------------------
 a7       | TOP FLOOR
(1 row)
sluice> \why noted
stream NOTED: N rows, its time is T
  pump N
    Project: N in, N out
    stream READINGS: N rows, its time is T
      source READINGS: runs
sluice> DROP PUMP n;
OK
sluice> \dp
 Kind | Name | Rows | State | Where
------+------+------+-------+------------------
 pump | P    | N |       | READINGS -> HOT
 pump | C    | 0    |       | READINGS -> COLD
sluice> CREATE SINK more FROM hot INTO 'more.ndjson';
error 42601: sinks of a run cannot change while it runs
hint: streams, views, functions and pumps can
sluice> CREATE OR REPLACE STREAM hot (device VARCHAR(8));
error 42710: stream "HOT" cannot be redefined: pump "P" uses it
CREATE OR REPLACE STREAM hot (device VARCHAR(8));
                         ^~~
sluice> DROP STREAM noted;
OK
sluice> \d noted
there is no "noted"; \d lists what there is
sluice> \q
whole
$ ls more.ndjson 2>&1; sed -n 1p hot.ndjson
ls: cannot access 'more.ndjson': No such file or directory
{"DEVICE":"a7","TEMP":40.5}

# What else runs loses no row and no state by changes, with one thread and with two.
$ seq 1 300000 | sed 's/.*/{"v":&}/' > numbers.ndjson; cat > numbers.sql <<'SQL'
> CREATE SOURCE s (v BIGINT PATH '$.v') FROM 'numbers.ndjson' WITH (rowtime = 'V');
> CREATE STREAM sums (n BIGINT, total BIGINT, lately BIGINT);
> CREATE PUMP p AS INSERT INTO sums SELECT STREAM COUNT(*), SUM(v), MAX(v) FROM s GROUP BY STEP(s.ROWTIME BY INTERVAL '1' SECOND);
> CREATE SINK a FROM sums INTO 'sums.ndjson';
> SQL
$ cat > changes.sh <<'SH'
> for i in 1 2 3 4 5; do
>   if [ $((i % 2)) = 0 ]; then echo "CREATE OR REPLACE STREAM x (v BIGINT, w VARCHAR(9)); CREATE PUMP xp AS INSERT INTO x SELECT STREAM v, 'w' FROM s;"
>   else echo "CREATE OR REPLACE STREAM x (v BIGINT); CREATE PUMP xp AS INSERT INTO x SELECT STREAM v FROM s;"; fi
>   echo "SELECT STREAM * FROM x LIMIT 2; DROP PUMP xp;"
> done
> SH
$ sluice run --quiet numbers.sql; mv sums.ndjson undisturbed.ndjson; sed -i "s/'numbers.ndjson'/'exec:while read -r line; do echo \"\$line\"; done < numbers.ndjson'/" numbers.sql; for threads in 1 2; do sluice run --quiet --threads $threads --control run.sock --control-write numbers.sql & sh appears run.sock; sh changes.sh | sluice repl --connect run.sock > changes 2>&1; wait; cmp sums.ndjson undisturbed.ndjson && echo the same; grep -c '(2 rows)' changes; done
the same
5
the same
5

# A client that does not read loses rows and is told how many; the run does not wait for it, and each row is either shown or counted.
$ cat > slow.pl <<'PL'
> use IO::Socket::UNIX;
> my ($rows, $left_out, $more) = (0, 0, 0);
> my $s = IO::Socket::UNIX->new(Peer => 'run.sock') or die; $s->autoflush(1);
> print $s "{\"do\":\"ask\",\"text\":\"SELECT STREAM v FROM s\"}\n"; readline $s; print STDERR "asked\n";
> sleep 1 until -e 'ended';
> while (my $line = <$s>) {
>   if ($more) { $more--; $rows++ } elsif ($line =~ /"rows":(\d+)/) { $more = $1 } elsif ($line =~ /"left_out":(\d+)/) { $left_out = $1 } elsif ($line =~ /"end":true/) { last }
> }
> print $left_out > 0 && $rows > 0 ? "some rows were left out" : "$rows rows, $left_out left out", ", ", $rows + $left_out == 300000 ? "each is shown or counted\n" : "$rows + $left_out rows\n";
> PL
$ rm -f sums.ndjson ended; sed -i "s/'exec:[^']*'/'exec:while [ ! -e go ]; do sleep 0.05; done; cat numbers.ndjson; touch ended; sleep 2'/" numbers.sql; sluice run --quiet --control run.sock numbers.sql & sh appears run.sock; perl slow.pl 2> asked & sh -c 'for i in $(seq 100); do [ -s asked ] && break; sleep 0.05; done'; touch go; sh appears ended; sleep 0.5; wc -l < sums.ndjson; wait; cmp sums.ndjson undisturbed.ndjson && echo the same
300
some rows were left out, each is shown or counted
the same

# \watch repeats a query over the run's tables and streams until Ctrl-C.
$ sh feed | sluice run --quiet --control run.sock app.sql & sh appears run.sock; pty sluice repl --connect run.sock <<'END' | sed 's/^20.* UTC/TIME/' | awk '!seen[$0]++'; kill -INT $!; wait
> > SELECT STREAM device FROM hot LIMIT 1;
> + \watch 0.3
> ~ a7
> ~ a7
> = ^C
> + \q
> END
sluice 0.1.0, looking into the run at run.sock. \? lists commands, \q ends the visit.
sluice> SELECT STREAM device FROM hot LIMIT 1;
 DEVICE
----------
 a7
(1 row)
sluice> \watch 0.3
TIME (every 0.3 s)
^C
sluice> \q

# The visit ends with the run.
$ echo '{"v":1}' > one.ndjson; sed -i "s/'exec:[^']*'/'exec:cat one.ndjson; while [ ! -e enough ]; do sleep 0.05; done'/" numbers.sql; sluice run --quiet --control run.sock numbers.sql & sh appears run.sock; (sleep 3; touch enough) & pty sluice repl --connect run.sock <<'END' | grep -o '(0 rows)\|the run at .* has ended'; wait
> > \dp
> + SELECT STREAM v FROM s;
> ~ rows
> + \d
> END
(0 rows)
the run at run.sock has ended

# A sink that takes nothing holds up the pipeline, not who asks why.
$ sh feed | sluice run --quiet --control run.sock --sink HOT_FILE=http://127.0.0.1:1/ app.sql 2>/dev/null & for i in $(seq 200); do sluice explain --live run.sock HOT 2>/dev/null > why; grep -q 'waits.*sink' why && break; sleep 0.05; done; sed -E 's/ [0-9.]+ s/ N s/' why | tail -1; sluice repl --connect run.sock <<< '\d' | grep -c HOT_FILE; kill -INT $!; wait
the application waits N s for sink HOT_FILE, which fails
1
