# sluice repl through a pseudo-terminal (tests/cli/pty.c): what is typed, and what is seen.
$ printf '{"device": "a7", "temp": 40}\n{"device": "b1", "temp": 20}\n{"device": "c3", "temp": 31.5}\n' > in.ndjson

# Statements of several lines act at once; a recorded source is read anew by each query; LIMIT ends one.
$ pty sluice repl <<'END'
> > CREATE SOURCE readings (device VARCHAR(8) PATH '$.device', temp DOUBLE PATH '$.temp')
> > FROM 'in.ndjson';
> > CREATE STREAM hot (device VARCHAR(8), temp DOUBLE);
> > CREATE PUMP p AS INSERT INTO hot SELECT STREAM device, temp FROM readings WHERE temp > 30;
> > SELECT STREAM * FROM hot;
> > SELECT STREAM device FROM readings LIMIT 1; SELECT STREAM temp FROM readings LIMIT 1;
> > \d
> > \d hot
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> CREATE SOURCE readings (device VARCHAR(8) PATH '$.device', temp DOUBLE PATH '$.temp')
     -> FROM 'in.ndjson';
OK
sluice> CREATE STREAM hot (device VARCHAR(8), temp DOUBLE);
OK
sluice> CREATE PUMP p AS INSERT INTO hot SELECT STREAM device, temp FROM readings WHERE temp > 30;
OK
sluice> SELECT STREAM * FROM hot;
 DEVICE   | TEMP
----------+----------
 a7       |       40
 c3       |     31.5
(2 rows)
sluice> SELECT STREAM device FROM readings LIMIT 1; SELECT STREAM temp FROM readings LIMIT 1;
 DEVICE
----------
 a7
(1 row)
 TEMP
----------
       40
(1 row)
sluice> \d
 Kind   | Name         | Rows | State              | Where
--------+--------------+------+--------------------+-----------------
 source | READINGS     | 0    | waits for a reader | in.ndjson
 stream | HOT          | 0    |                    |
 stream | error_stream | 0    |                    |
 pump   | P            | 0    |                    | READINGS -> HOT
sluice> \d hot
stream HOT
 Column | Type       |
--------+------------+--
 DEVICE | VARCHAR(8) |
 TEMP   | DOUBLE     |
CREATE STREAM hot (device VARCHAR(8), temp DOUBLE);
sluice> \q

# Errors show the caret under the typed line, and nothing of the statement stays.
$ pty sluice repl <<'END'
> > CREATE STREAM s (a INTEGER);
> > SELECT STREAM b
> >   FROM s;
> > CREATE PUMP p AS INSERT INTO nowhere SELECT STREAM a FROM s;
> > SELEC 1;
> > \dp
> > \nothing
> = ^D
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> CREATE STREAM s (a INTEGER);
OK
sluice> SELECT STREAM b
     ->   FROM s;
error 42703: no column "B" here
SELECT STREAM b
              ^
sluice> CREATE PUMP p AS INSERT INTO nowhere SELECT STREAM a FROM s;
error 42P01: no stream "NOWHERE" to insert into
CREATE PUMP p AS INSERT INTO nowhere SELECT STREAM a FROM s;
                             ^~~~~~~
hint: create it before the pump: CREATE STREAM "NOWHERE" (column type, ...);
sluice> SELEC 1;
error 42601: syntax error at line 1: unexpected "SELEC": expected CREATE, INSERT, SELECT, ALTER or D
ROP
SELEC 1;
^~~~~
sluice> \dp
 Kind | Name | Rows | State | Where
------+------+------+-------+-------
sluice> \nothing
there is no \nothing; \? lists what there is
sluice> ^D
