# sluice run: rows to standard output or files, everything else to standard error, exit codes.
$ cat > hot.sql <<'END'
> CREATE SOURCE readings (device VARCHAR(16) PATH '$.device', temp DOUBLE PATH '$.temp') FROM 'in.ndjson';
> CREATE STREAM hot (device VARCHAR(16), ratio DOUBLE);
> CREATE PUMP hot_pump AS INSERT INTO hot SELECT STREAM device, 100 / temp FROM readings;
> END

# The input is not there.
$ sluice run hot.sql --sink HOT=-
hot.sql:1:93: error 08001: cannot open in.ndjson for READINGS: No such file or directory
CREATE SOURCE readings (device VARCHAR(16) PATH '$.device', temp DOUBLE PATH '$.temp') FROM 'in.ndjson';
                                                                                            ^~~~~~~~~~~
[exit 4]

$ printf '{"device": "a7", "temp": 40}\n{"device": "b1", "temp": 0}\nnonsense\n{"temp": "warm"}\n' > in.ndjson

# Failed rows stop nothing; they are counted, and the first ones told.
$ sluice run hot.sql --sink HOT=- 2>&1 | sed 's/ in [0-9.]* s.*/ in N s/'
{"DEVICE":"a7","RATIO":2.5}
sluice: warning: row refused by pump HOT_PUMP, DIVISION_BY_ZERO: division by zero
sluice: warning: record of READINGS refused, PARSE_ERROR: record is not valid JSON: unknown word at byte 1 (record at byte 58 of in.ndjson)
sluice: warning: record of READINGS refused, COERCION_ERROR: cannot convert warm to DOUBLE for column "TEMP" (record at byte 67 of in.ndjson)
4 records in N s
  HOT: 1 row to standard output
sluice: 3 rows went to error_stream; --sink error_stream=errors.ndjson keeps them

$ sluice run hot.sql --sink HOT=- --quiet 2>/dev/null
{"DEVICE":"a7","RATIO":2.5}

$ sluice run hot.sql --sink HOT=out.ndjson --sink error_stream=errors.csv --quiet; cat out.ndjson; wc -l < errors.csv
{"DEVICE":"a7","RATIO":2.5}
3

# A refused record is told with its source and, of a file, the byte where it stands (from 1, as tail -c +N counts).
$ mkdir two; printf '{"N": 1}\n{"N": "z"}\n' | gzip > two/1.ndjson.gz; printf 't,n\n2026-01-01 00:00:00,1\nk,1\n2025-01-01 00:00:00,2\n,3\n' > c.csv
$ cat > two.sql <<'END'
> CREATE SOURCE a (n INTEGER) FROM 'dir:two';
> CREATE SOURCE c (t TIMESTAMP, n INTEGER) FROM 'c.csv' WITH (rowtime = 'T', header = true);
> SELECT STREAM n FROM a UNION ALL SELECT STREAM 1 / 0 FROM c;
> END
$ sluice run two.sql 2>&1 >/dev/null | grep refused | sort
sluice: warning: record of A refused, COERCION_ERROR: cannot convert z to INTEGER for column "N" (record at byte 10 of two/1.ndjson.gz)
sluice: warning: record of C refused, COERCION_ERROR: cannot convert k to TIMESTAMP for column "T" (record at byte 27 of c.csv)
sluice: warning: record of C refused, NULL_NOT_ALLOWED: null for the column "T", which gives ROWTIME
sluice: warning: record of C refused, ROWTIME_OUT_OF_ORDER: row is out of time order: its ROWTIME 2025-01-01 00:00:00.000 is before 2026-01-01 00:00:00.000
sluice: warning: row refused, DIVISION_BY_ZERO: division by zero
$ sluice run two.sql --log-format json 2>&1 >/dev/null | grep -o '"error":.*source.*' | sort; tail -c +27 c.csv | head -n 1
"error":"COERCION_ERROR","source":"A","where":"two/1.ndjson.gz","byte":10}
"error":"COERCION_ERROR","source":"C","where":"c.csv","byte":27}
"error":"NULL_NOT_ALLOWED","source":"C"}
"error":"ROWTIME_OUT_OF_ORDER","source":"C"}
k,1

# A sink of the file keeps them under its own name: nothing more is to be said.
$ (cat hot.sql; echo "; CREATE SINK failed FROM error_stream INTO 'kept.ndjson';") > kept.sql; sluice run kept.sql --sink HOT=null: 2>&1 | sed 's/ in [0-9.]* s.*/ in N s/'; wc -l < kept.ndjson
4 records in N s
  FAILED: 3 rows to kept.ndjson
  HOT: 1 row to null:
3

# From standard input, by a program, out of a gzipped file: the same.
$ sluice run hot.sql --source READINGS=- --sink HOT=- --quiet 2>/dev/null < in.ndjson
{"DEVICE":"a7","RATIO":2.5}

$ sluice run hot.sql --source 'READINGS=exec:cat in.ndjson' --sink HOT=- --quiet 2>/dev/null
{"DEVICE":"a7","RATIO":2.5}

$ gzip -k in.ndjson; sluice run hot.sql --source READINGS=in.ndjson.gz --sink HOT=- --quiet 2>/dev/null
{"DEVICE":"a7","RATIO":2.5}

# The SQL itself may come by standard input.
$ sluice run - --sink HOT=- --quiet < hot.sql 2>/dev/null
{"DEVICE":"a7","RATIO":2.5}

# Several files are one application, in their order.
$ grep SOURCE hot.sql > 1.sql; grep -v SOURCE hot.sql > 2.sql; sluice run 1.sql 2.sql --sink HOT=- --quiet 2>/dev/null
{"DEVICE":"a7","RATIO":2.5}

$ sluice check 2.sql 1.sql
2.sql:2:79: error 42P01: no stream or table "READINGS"
CREATE PUMP hot_pump AS INSERT INTO hot SELECT STREAM device, 100 / temp FROM readings;
                                                                              ^~~~~~~~
hint: *CREATE SOURCE* (glob)
[exit 3]

# Unknown names and URLs.
$ sluice run hot.sql --sink HTO=-
error 42704: no sink or stream "HTO" is declared
hint: did you mean "HOT"?
[exit 3]

$ sluice run hot.sql --source READING=-
error 42704: no source "READING" is declared
hint: did you mean "READINGS"?
[exit 3]

$ sluice run hot.sql --sink HOT=kafka://broker/topic
error 0A000: "kafka:" in 'kafka://broker/topic' of HOT is not supported by this version
[exit 3]

# A reader that goes away ends the run cleanly.
$ yes '{"device": "a7", "temp": 40}' | sluice run hot.sql --source READINGS=- --sink HOT=- --quiet | head -n 1; echo "${PIPESTATUS[1]}"
{"DEVICE":"a7","RATIO":2.5}
0

# The first Ctrl-C drains: what was read comes out, and that is no failure.
$ mkfifo in out; exec 3<> in 4<> out; sluice run hot.sql --source READINGS=in --sink HOT=- --quiet > out & echo '{"device": "c9", "temp": 50}' >&3; read -r row <&4; kill -INT $!; wait $!; echo "exit $?: $row"
exit 0: {"DEVICE":"c9","RATIO":2}

# Nothing in the SQL is trusted.
$ seq 999 | gzip > garbage.sql; sluice run garbage.sql 2>/dev/null
[exit 3]

$ : > empty.sql; sluice run empty.sql --quiet
sluice: warning: there is nothing to run: the SQL has no pump, no query, and no sink of a source

# The texts that MAX keeps count towards the memory limit.
$ cat > texts.sql <<'SQL'
> CREATE SOURCE s (k INTEGER, t VARCHAR(2000)) FROM '-';
> SELECT STREAM k, MAX(t) AS m FROM s GROUP BY k, STEP(s.ROWTIME BY INTERVAL '1' DAY);
> SQL
$ pad=$(printf 'x%.0s' {1..1500}); for i in {1..3000}; do echo "{\"K\":$i,\"T\":\"$pad\"}"; done > texts.ndjson
$ sluice run --quiet --memory-limit 4MB texts.sql < texts.ndjson 2>&1 >/dev/null
error 54000: pump 1 : 1 Group would keep * bytes, and operators * in all; the limit is 4194304 (glob)
hint: raise the limit, or keep less: a shorter window, fewer keys
[exit 1]
$ sluice run --quiet --memory-limit 16MB texts.sql < texts.ndjson | wc -l
3000

# A run that fails keeps its open windows to itself: they have not seen all their rows.
$ sluice run --quiet --memory-limit 4MB texts.sql < texts.ndjson 2>/dev/null | wc -l
0

# A reference table is read again while the run goes on; a version that cannot be read leaves the one before.
$ cat > fresh.sql <<'SQL'
> CREATE SOURCE s (k INTEGER) FROM '-';
> CREATE REFERENCE TABLE d (k INTEGER, name VARCHAR(10)) FROM 'd.csv' WITH (header = TRUE, refresh = INTERVAL '0.1' SECOND);
> SELECT STREAM s.k, d.name FROM s LEFT JOIN d ON s.k = d.k;
> SQL
$ cat > change <<'SH'
> echo '{"K":1}'; sleep 0.5
> printf 'k,name\n1,new\n' > d.new; mv d.new d.csv; sleep 0.5; echo '{"K":1}'; sleep 0.5
> rm d.csv; sleep 0.5; echo '{"K":1}'; sleep 0.5
> printf 'k,name\n1,last\n' > d.new; mv d.new d.csv; sleep 0.5; echo '{"K":1}'
> SH
$ printf 'k,name\n1,old\n' > d.csv; sh change | sluice run --quiet fresh.sql 2> messages; sort -u messages
{"K":1,"NAME":"old"}
{"K":1,"NAME":"new"}
{"K":1,"NAME":"new"}
{"K":1,"NAME":"last"}
sluice: warning: reference table D keeps its rows: cannot open d.csv for D: No such file or directory

# SIGHUP reads all reference tables again, also those without refresh.
$ sed "s/, refresh = INTERVAL '0.1' SECOND//" fresh.sql > once.sql; printf 'k,name\n1,old\n' > d.csv
$ mkfifo rows; sluice run --quiet once.sql < rows & exec 3> rows; echo '{"K":1}' >&3; sleep 0.5; printf 'k,name\n1,new\n' > d.csv; kill -HUP $!; sleep 0.7; echo '{"K":1}' >&3; exec 3>&-; wait
{"K":1,"NAME":"old"}
{"K":1,"NAME":"new"}

# Names that the records spell in another case are told at the first records; a member that one record lacks, and a row path, are no reason.
$ printf '%s\n' '{"device": "a", "Temp": 40, "in": {"ward": 7}, "x": 1}' '{"device": "b", "temp": 39, "Y": 2}' > case.ndjson
$ cat > case.sql <<'END'
> CREATE SOURCE r (device VARCHAR(8), "temp" DOUBLE, ward INTEGER PATH '$.in.WARD', x INTEGER, y INTEGER, nothing INTEGER) FROM 'case.ndjson';
> SELECT STREAM device, "temp", ward, y, nothing FROM r;
> END
$ sluice run case.sql --quiet; sed -i 's/device/"device"/; s/STREAM device/STREAM "device"/; s/WARD/ward/' case.sql; sluice run case.sql --quiet
sluice: warning: columns of R may stay NULL: its columns read "DEVICE", "WARD", its records have "device", "ward": case counts in names; write "device" in quotes where the column is declared, or give it a PATH
{"DEVICE":null,"temp":null,"WARD":null,"Y":null,"NOTHING":null}
{"DEVICE":null,"temp":39,"WARD":null,"Y":2,"NOTHING":null}
{"device":"a","temp":null,"WARD":7,"Y":null,"NOTHING":null}
{"device":"b","temp":39,"WARD":null,"Y":2,"NOTHING":null}
$ echo '{"rows": [{"device": "a"}]}' > rows.ndjson; echo "CREATE SOURCE r (device VARCHAR(8), Device2 INTEGER) FROM 'rows.ndjson' WITH (row_path = '\$.rows[0:]'); SELECT STREAM * FROM r;" > rows.sql; sluice run rows.sql --quiet
sluice: warning: columns of R may stay NULL: its columns read "DEVICE", its records have "device": case counts in names; write "device" in quotes where the column is declared, or give it a PATH
{"DEVICE":null,"DEVICE2":null}

# Ctrl-C on a terminal is for the run, not for its programs: the source's is stopped with what it started, the sink's takes every row.
$ cat > both.sql <<'END'
> CREATE SOURCE s ("a" INTEGER) FROM 'exec:seq -f "{\"a\":%g}" 3; sleep 0.2; echo it runs >&2; sleep 54321 | cat';
> CREATE SINK k FROM s INTO 'exec:while read -r row; do echo "$row"; done > got; echo end >> got';
> END
$ cat > ask.sh <<'END'
> read -r -p 'ask> ' x; sluice run --quiet both.sql; echo "exit $?"; cat got; pgrep -f 'sleep 5432[1]'; read -r -p 'ask> ' x
> END
$ pty bash ask.sh <<'END'
> + go
> ~ it runs
> = ^C
> ~ ask>
> + go
> END
ask> go
it runs
^Cexit 0
{"a":1}
{"a":2}
{"a":3}
end
ask> go

# A file that goes away while it is written is told of: nobody will find its rows.
$ echo "CREATE SOURCE n (v INTEGER PATH '$.v') FROM 'exec:echo \"{\\\"v\\\":1}\"; sleep 0.3; rm -f gone.ndjson; echo \"{\\\"v\\\":2}\"'; CREATE SINK g FROM n INTO 'gone.ndjson';" > gone.sql; sluice run --quiet gone.sql; ls gone.ndjson
sluice: warning: gone.ndjson of G was removed or replaced while it was written: its rows are lost
ls: cannot access 'gone.ndjson': No such file or directory
[exit 2]

# An object of a folder that goes away, alone or with its folder, is written anew: the rows are there in the end.
$ cat > feed.sh <<'END'
> written() { until find shelf -name '*.part' -size +0 2>/dev/null | grep -q .; do sleep 0.02; done; }
> echo '{"v":1}'; written; rm -r shelf
> echo '{"v":2}'; echo '{"t":100,"v":3}'; written; find shelf -name '*.part' -delete
> echo '{"t":101,"v":4}'
> END
$ echo "CREATE SOURCE n (t INTEGER PATH '$.t', v INTEGER PATH '$.v') FROM 'exec:bash feed.sh'; CREATE SINK g FROM n INTO 'dir:shelf';" > shelf.sql; sluice run --quiet shelf.sql 2>&1 | sed 's/[0-9][-0-9/]*/N/g'; find shelf -type f | wc -l; cat $(find shelf -type f)
sluice: warning: shelf/NG-N.ndjson.part of G was removed or replaced while it was written: it is written anew
sluice: warning: shelf/NG-N.ndjson.part of G was removed or replaced while it was written: it is written anew
1
{"T":null,"V":1}
{"T":null,"V":2}
{"T":100,"V":3}
{"T":101,"V":4}

# A terminal that is closed stops a run as SIGTERM does: its windows come out. Under nohup it goes on.
$ cat > hang.sql <<'END'
> CREATE SOURCE s ("a" INTEGER) FROM 'exec:echo "{\"a\":1}"; sleep 54321';
> CREATE SINK k FROM s INTO 'hang.ndjson';
> END
$ env --default-signal=HUP sluice run --quiet hang.sql & while [ ! -s hang.ndjson ]; do sleep 0.05; done; kill -HUP $!; wait $!; echo $?; cat hang.ndjson
0
{"a":1}
$ rm hang.ndjson; nohup sluice run --quiet hang.sql 2>/dev/null & while [ ! -s hang.ndjson ]; do sleep 0.05; done; kill -HUP $!; sleep 0.2; kill -INT $!; wait $!; echo $?
0

# A standard stream that is closed is no place for the files of a run: neither rows nor messages get into them.
$ printf '{"N":1}\n{"N":"x"}\n' > closed.ndjson; echo "CREATE SOURCE s (n INTEGER) FROM 'closed.ndjson'; CREATE SINK k FROM s INTO 'kept.ndjson'; SELECT STREAM n FROM s;" > closed.sql
$ sluice run closed.sql --quiet >&-
error 08001: cannot write standard output of SELECT: Bad file descriptor
[exit 4]
$ sluice run closed.sql 2>&- >&-; cat kept.ndjson
$ sluice run closed.sql 2>&- <&-; cat kept.ndjson
{"N":1}
{"N":1}
$ sluice run --source S=- closed.sql --quiet <&-
error 58030: cannot read standard input of S: Bad file descriptor
[exit 1]
$ sluice check closed.sql >&-
no errors

# What is likely meant is said: a folder without dir:, a file with it, SQL that does nothing.
$ mkdir folder; sluice run closed.sql --quiet --sink K=folder
error 08001: cannot write folder of K: Is a directory
hint: dir:PATH writes objects into a folder
[exit 4]
$ sluice run closed.sql --quiet --source S=dir:closed.ndjson
error 08001: cannot open the folder closed.ndjson of S: Not a directory
hint: a file is named without dir:
[exit 4]
$ echo '-- nothing as yet' > idle.sql; sluice run idle.sql --quiet
sluice: warning: there is nothing to run: the SQL has no pump, no query, and no sink of a source
