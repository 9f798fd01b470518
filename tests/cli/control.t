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


# Names that the records spell in another case are the commonest reason for nothing.
$ sed "s/ PATH '[^']*'//g" app.sql > case.sql; sh feed | sluice run --quiet --control case.sock case.sql 2>/dev/null & sh appears case.sock; sleep 0.3; sluice explain --live case.sock HOT | grep -o 'its columns.*'; kill -INT $!; wait
its columns read "DEVICE", "TEMP", its records have "device", "temp": case counts in names; write "device" in quotes where the column is declared, or give it a PATH
