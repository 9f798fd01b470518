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

# A live source runs in the background. Ctrl-C ends a query, not what runs; a pump that is replaced takes over.
$ cat > live.sql <<'END'
> CREATE SOURCE beats (n INTEGER PATH '$.n') FROM
>   'exec:i=0; while sleep 0.02; do i=$((i+1)); echo "{\"n\": $i}"; done';
> CREATE STREAM even (n INTEGER);
> CREATE PUMP p AS INSERT INTO even SELECT STREAM n FROM beats WHERE MOD(n, 2) = 0;
> END
$ pty sluice repl live.sql <<'END' | sed 's/^ *[0-9]* *$/ N/; s/([0-9]* rows/(N rows/' | uniq
> + SELECT STREAM n FROM even;
> ~ 6
> = ^C
> > SELECT STREAM n FROM beats LIMIT 3;
> > CREATE OR REPLACE PUMP p AS INSERT INTO even SELECT STREAM -n FROM beats;
> > SELECT STREAM n < 0 AS less FROM even LIMIT 2;
> > DROP PUMP p;
> > DROP STREAM even;
> > SELECT STREAM n FROM even;
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> SELECT STREAM n FROM even;
 N
----------
 N
^C
(N rows, stopped)
sluice> SELECT STREAM n FROM beats LIMIT 3;
 N
----------
 N
(N rows)
sluice> CREATE OR REPLACE PUMP p AS INSERT INTO even SELECT STREAM -n FROM beats;
OK
sluice> SELECT STREAM n < 0 AS less FROM even LIMIT 2;
 LESS
------
 TRUE
(N rows)
sluice> DROP PUMP p;
OK
sluice> DROP STREAM even;
OK
sluice> SELECT STREAM n FROM even;
error 42P01: no stream or table "EVEN"
SELECT STREAM n FROM even;
                     ^~~~
hint: an input or table is declared first, in this file or an earlier one, by CREATE SOURCE or CREAT
E REFERENCE TABLE: CREATE SOURCE "EVEN" (column type, ...) FROM 'url';
sluice> \q

# Words are completed: one candidate at once, several as a list; names as they must be written.
$ pty sluice repl <<'END'
> > CREATE STREAM "Mixed case" (pressure DOUBLE, precision_of_it DOUBLE);
> = SEL^ISTREAM pre
> = ^I
> = s^I
> = FROM "Mi^I;^M
> = \pset format j^I^M
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> CREATE STREAM "Mixed case" (pressure DOUBLE, precision_of_it DOUBLE);
OK
sluice> SELECT STREAM pre
preceding  precision  precision_of_it  pressure
sluice> SELECT STREAM pressure FROM "Mixed case" ;
 PRESSURE
----------
(0 rows)
sluice> \pset format json
Rows are shown as json.
sluice> \q

# Of a line that is wider than the terminal the place of the error is shown.
$ pty sluice repl <<'END'
> > SELECT STREAM the_first_of_several_columns, the_second_of_several_columns, the_third FROM a_stream_that_is_not_there WHERE the_third > 0;
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> SELECT STREAM the_first_of_several_columns, the_second_of_several_columns, the_third FROM a_
stream_that_is_not_there WHERE the_third > 0;
error 42P01: no stream or table "A_STREAM_THAT_IS_NOT_THERE"
... the_second_of_several_columns, the_third FROM a_stream_that_is_not_there WHERE the_third > 0;
                                                  ^~~~~~~~~~~~~~~~~~~~~~~~~~
hint: an input or table is declared first, in this file or an earlier one, by CREATE SOURCE or CREAT
E REFERENCE TABLE: CREATE SOURCE "A_STREAM_THAT_IS_NOT_THERE" (column type, ...) FROM 'url';
sluice> \q

# What is pasted is not completed: the terminal puts marks around it. A tab before anything is one, too.
$ pty sluice repl <<'END'
> = ^[[200~CREATE STREAM pasted (^M^Ia INTEGER,^M^Ib^IVARCHAR(5));^M^[[201~
> = CREATE STREAM typed (^M
> = ^Ic INTEGER);^M
> = \d typ^I^M
> = \d past^I^M
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> CREATE STREAM pasted (
     ->         a INTEGER,
     ->         b       VARCHAR(5));
OK
sluice> CREATE STREAM typed (
     ->         c INTEGER);
OK
sluice> \d typed
stream TYPED
 Column | Type    |
--------+---------+--
 C      | INTEGER |
CREATE STREAM typed (
        c INTEGER);
sluice> \d pasted
stream PASTED
 Column | Type       |
--------+------------+--
 A      | INTEGER    |
 B      | VARCHAR(5) |
CREATE STREAM pasted (
        a INTEGER,
        b       VARCHAR(5));
sluice> \q

# Behind FROM, JOIN and INTO stand names of what has rows.
$ pty sluice repl <<'END'
> > CREATE STREAM trades (a INTEGER);
> > CREATE VIEW trimmed AS SELECT STREAM a AS trim_a FROM trades;
> = SELECT STREAM trim_a FROM tr^I
> = im^I;^M
> > \d trimmed
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> CREATE STREAM trades (a INTEGER);
OK
sluice> CREATE VIEW trimmed AS SELECT STREAM a AS trim_a FROM trades;
OK
sluice> SELECT STREAM trim_a FROM tr
trades  trimmed
sluice> SELECT STREAM trim_a FROM trimmed ;
 TRIM_A
----------
(0 rows)
sluice> \d trimmed
view TRIMMED
 Column | Type    |
--------+---------+--
 TRIM_A | INTEGER |
CREATE VIEW trimmed AS SELECT STREAM a AS trim_a FROM trades;
sluice> \q

# Words of people who have not read the first line; and what is no command.
$ pty sluice repl <<'END' | head -8
> > help
> > \l
> > \dpp
> + exit;
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> help
Statements end with ; and act at once. SELECT STREAM shows rows until Ctrl-C or
LIMIT n. Lines for the session begin with a backslash:
  \! [COMMAND]         runs a command of the shell
  \?                   this list
  \d [NAME]            what there is; columns and definition of NAME
  \df [NAME]           functions; what NAME does
$ pty sluice repl <<'END'
> > SELECT
> + quit
> > ;
> + quit
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> SELECT
     -> quit
     -> ;
error 42703: no column "QUIT" here
quit
^~~~
sluice> quit

# Rows that fail are told up to a few; the last ones are kept.
$ cat > spoiled.ndjson <<'END'
> {"A":"1"}
> {"A":"one"}
> {"A":"two"}
> {"A":"3"}
> {"A":"four"}
> {"A":"five"}
> {"A":"six"}
> {"A":"seven"}
> no JSON
> END
$ pty sluice repl <<'END' | sed 's/20[0-9]*-[0-9-]* [0-9:.]*/TIME/'
> > \errors
> > CREATE SOURCE spoiled (a VARCHAR(5)) FROM 'exec:while [ ! -e go ]; do sleep 0.05; done; cat spoiled.ndjson; sleep 30';
> > CREATE STREAM whole (a INTEGER);
> > CREATE PUMP p AS INSERT INTO whole SELECT STREAM CAST(a AS INTEGER) FROM spoiled;
> + \! touch go
> ~ last ones
> > \errors
> > \why whole
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> \errors
error_stream has had no rows.
sluice> CREATE SOURCE spoiled (a VARCHAR(5)) FROM 'exec:while [ ! -e go ]; do sleep 0.05; done; cat
spoiled.ndjson; sleep 30';
OK
sluice> CREATE STREAM whole (a INTEGER);
OK
sluice> CREATE PUMP p AS INSERT INTO whole SELECT STREAM CAST(a AS INTEGER) FROM spoiled;
OK
sluice> \! touch go
sluice: warning: row refused by pump P, CAST_ERROR: cannot convert 'one' to INTEGER
sluice: warning: row refused by pump P, CAST_ERROR: cannot convert 'two' to INTEGER
sluice: warning: row refused by pump P, CAST_ERROR: cannot convert 'four' to INTEGER
sluice: warning: row refused by pump P, CAST_ERROR: cannot convert 'five' to INTEGER
sluice: warning: row refused by pump P, CAST_ERROR: cannot convert 'six' to INTEGER
sluice: warning: further refused rows are not told: \errors shows the last ones
sluice> \errors
  TIME  row of pump P, CAST_ERROR: cannot convert 'one' to INTEGER
    {"A":"one"}
  TIME  row of pump P, CAST_ERROR: cannot convert 'two' to INTEGER
    {"A":"two"}
  TIME  row of pump P, CAST_ERROR: cannot convert 'four' to INTEGER
    {"A":"four"}
  TIME  row of pump P, CAST_ERROR: cannot convert 'five' to INTEGER
    {"A":"five"}
  TIME  row of pump P, CAST_ERROR: cannot convert 'six' to INTEGER
    {"A":"six"}
  TIME  row of pump P, CAST_ERROR: cannot convert 'seven' to INTEGER
    {"A":"seven"}
  TIME  record of SPOILED, PARSE_ERROR: record is not valid JSON: unknown word at
 byte 1
    no JSON
sluice> \why whole
stream WHOLE: 2 rows, its time is TIME
  pump P
    Project: 8 in, 2 out, 6 failed
    stream SPOILED: 8 rows, its time is TIME
      source SPOILED: runs
error_stream has had 7 rows
  row of pump P, CAST_ERROR: cannot convert 'four' to INTEGER
  row of pump P, CAST_ERROR: cannot convert 'five' to INTEGER
  row of pump P, CAST_ERROR: cannot convert 'six' to INTEGER
  row of pump P, CAST_ERROR: cannot convert 'seven' to INTEGER
  record of SPOILED, PARSE_ERROR: record is not valid JSON: unknown word at byte 1
sluice> \q

# \why finds a name that needs quotes without them, where nothing else is meant.
$ sluice repl <<'END'
> CREATE STREAM "lower" (a INTEGER);
> \why lower
> \why "LOWER"
> END
stream lower: 0 rows, its time is not begun
  nobody writes it
no stream "LOWER"; \d lists what there is
[exit 2]

# The history outlives the session; a statement of several lines is one entry. Ctrl-C at the prompt gives up what is typed.
$ pty sluice repl <<'END' > /dev/null
> > CREATE STREAM kept
> >   (a INTEGER);
> + \q
> END
$ pty sluice repl <<'END'
> = nonsense
> = ^C
> = ^P^P
> > 
> > \d kept
> = ^D
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> nonsense
sluice> CREATE STREAM kept   (a INTEGER);
OK
sluice> \d kept
stream KEPT
 Column | Type    |
--------+---------+--
 A      | INTEGER |
CREATE STREAM kept   (a INTEGER);
sluice> ^D

# How rows are shown.
$ cat > shown.sql <<'END'
> CREATE SOURCE s (a VARCHAR(20), d DECIMAL(5, 2), t TIMESTAMP, ok BOOLEAN) FROM 'shown.ndjson';
> END
$ printf '{"A":"two\\nlines, \\u001b[2J","D":1.5,"T":"2026-03-01 10:00:00","OK":true}\n{"A":"Z\\u00fcrich"}\n' > shown.ndjson
$ cat > show.sql <<'END'
> SELECT STREAM * FROM s;
> \x
> SELECT STREAM * FROM s;
> \x off
> \pset format json
> SELECT STREAM * FROM s;
> \pset format csv
> SELECT STREAM * FROM s;
> \o rows.csv
> SELECT STREAM * FROM s LIMIT 1;
> \o
> \pset format nothing
> END
$ sluice repl shown.sql < show.sql; cat -A rows.csv
 A                   | D        | T                       | OK
---------------------+----------+-------------------------+------
 two\nlines, \x1B[2J |     1.50 | 2026-03-01 10:00:00.000 | TRUE
 Zürich              |     NULL | NULL                    | NULL
(2 rows)
-[ row 1 ]-
A  | two\nlines, \x1B[2J
D  | 1.50
T  | 2026-03-01 10:00:00.000
OK | TRUE
-[ row 2 ]-
A  | Zürich
D  | NULL
T  | NULL
OK | NULL
(2 rows)
{"A":"two\nlines, \u001b[2J","D":1.50,"T":"2026-03-01 10:00:00.000","OK":true}
{"A":"Zürich","D":null,"T":null,"OK":null}
A,D,T,OK
"two
lines, [2J",1.50,2026-03-01 10:00:00.000,TRUE
Zürich,,,
there is no format "nothing": table, json or csv
A,D,T,OK$
"two$
lines, ^[[2J",1.50,2026-03-01 10:00:00.000,TRUE$

# Statements from a pipe: what fails stops nothing, and the first failure is the exit code.
$ printf 'SELECT STREAM nothing FROM s;\n-- more\nCREATE SINK k FROM s INTO %s;\n' "'copy.csv'" | sluice repl shown.sql; cat copy.csv
<stdin>:1:15: error 42703: no column "NOTHING" here
SELECT STREAM nothing FROM s;
              ^~~~~~~
"two
lines, [2J",1.50,2026-03-01 10:00:00.000,true
Zürich,,,
$ echo '\i nowhere.sql' | sluice repl
cannot read nowhere.sql: No such file or directory
[exit 2]
$ echo 'SELECT STREAM * FROM r;' | sluice repl --source R=x
--source R=x: there is no "R" yet
<stdin>:1:22: error 42P01: no stream or table "R"
SELECT STREAM * FROM r;
                     ^
hint: an input or table is declared first, in this file or an earlier one, by CREATE SOURCE or CREATE REFERENCE TABLE: CREATE SOURCE "R" (column type, ...) FROM 'url';
[exit 2]
$ echo "CREATE SOURCE r (a INTEGER) FROM '-';" | sluice repl
<stdin>:1:34: error HY024: source R cannot read standard input: statements come from there
CREATE SOURCE r (a INTEGER) FROM '-';
                                 ^~~
[exit 3]

# Definitions of a file are compiled together: all errors at once, and none counts if one is wrong.
$ cat > wrong.sql <<'END'
> CREATE SINK early FROM later INTO 'null:';
> CREATE STREAM later (a INTEGR);
>   CREATE PUMP p AS INSERT INTO later SELECT STREAM a FROM nothing;
> END
$ echo '\d' | sluice repl wrong.sql
wrong.sql:2:24: error 42704: no type INTEGR
CREATE STREAM later (a INTEGR);
                       ^~~~~~
hint: did you mean "INTEGER"?
wrong.sql:3:59: error 42P01: no stream or table "NOTHING"
  CREATE PUMP p AS INSERT INTO later SELECT STREAM a FROM nothing;
                                                          ^~~~~~~
hint: an input or table is declared first, in this file or an earlier one, by CREATE SOURCE or CREATE REFERENCE TABLE: CREATE SOURCE "NOTHING" (column type, ...) FROM 'url';
wrong.sql:1:24: error 42P01: no stream "LATER"
CREATE SINK early FROM later INTO 'null:';
                       ^~~~~
 Kind   | Name         | Rows | State | Where
--------+--------------+------+-------+-------
 stream | error_stream | 0    |       | 
[exit 3]

# Why nothing comes out, in the session that has it.
$ pty sluice repl live.sql <<'END' | sed 's/[0-9][0-9]* row.*/N rows/; s/[0-9][0-9]* in,/N in,/; s/^ *[0-9]*$/ N/'
> > CREATE OR REPLACE PUMP p AS INSERT INTO even SELECT STREAM n FROM beats WHERE n < 0;
> > CREATE STREAM alone (a INTEGER);
> > SELECT STREAM n FROM beats LIMIT 2;
> > \why even
> > \why alone
> > \why nothing
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> CREATE OR REPLACE PUMP p AS INSERT INTO even SELECT STREAM n FROM beats WHERE n < 0;
OK
sluice> CREATE STREAM alone (a INTEGER);
OK
sluice> SELECT STREAM n FROM beats LIMIT 2;
 N
----------
 N
 N
(N rows
sluice> \why even
stream EVEN: N rows
  pump P
    Project: N in, 0 out
    Filter: N in, 0 out: it lets nothing through
    stream BEATS: N rows
      source BEATS: runs
sluice> \why alone
stream ALONE: N rows
  nobody writes it
sluice> \why nothing
no stream "NOTHING"; \d lists what there is
sluice> \q

# A sink that takes nothing holds rows up, not the session: it answers, and the sink can go, or the session end.
$ echo "CREATE SOURCE beat (n INTEGER) FROM 'exec:while echo \"{\\\"N\\\":1}\"; do sleep 0.05; done'; CREATE SINK stuck FROM beat INTO 'file:/dev/full';" > full.sql
$ pty sluice repl <<'END' | sed 's/[0-9.]* s for/N s for/; s/[0-9.]* s ago/N s ago/; s/ [0-9]* *| fails/ N | fails/; s/[0-9]* *| running/N | running/; s/: [0-9]* row.*/: N rows/; s/row for [0-9]* s/row for N s/'
> + \i full.sql
> ~ every second
> = 
> > \! sleep 2.5
> > \why beat
> > CREATE STREAM later (n INTEGER);
> > DROP SINK stuck;
> > SELECT STREAM n FROM beat LIMIT 1;
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> \i full.sql
sluice: warning: cannot write /dev/full of STUCK: No space left on device; trying again every second
sluice> \! sleep 2.5
sluice> \why beat
stream BEAT: N rows
  source BEAT: runs; held up by what came N s ago
the application waits N s for sink STUCK, which fails
sluice> CREATE STREAM later (n INTEGER);
error 42601: nothing can change now: sink "STUCK" has taken no row for N s
hint: DROP SINK "STUCK" gives it up, with what it has not taken
sluice> DROP SINK stuck;
sluice: warning: sink STUCK is given up: what it has not taken is lost
OK
sluice> SELECT STREAM n FROM beat LIMIT 1;
 N
----------
        1
(1 row)
sluice> \q
$ pty sluice repl <<'END'
> + \i full.sql
> ~ every second
> = 
> + \q
> ~ gives it up
> = ^C
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> \i full.sql
sluice: warning: cannot write /dev/full of STUCK: No space left on device; trying again every second
sluice> \q
sink STUCK fails: it is tried on; Ctrl-C gives it up, with what it has not taken
^Csluice: error: source BEAT stops: cannot write /dev/full of STUCK: No space left on device

# A join says whether keys or time keep its rows back.
$ cat > joins.sql <<'END'
> CREATE SOURCE r (device VARCHAR(4)) FROM 'exec:while [ ! -e go2 ]; do sleep 0.05; done; for d in D1 D2 d1; do echo "{\"DEVICE\":\"$d\"}"; done; sleep 30';
> CREATE SOURCE o (device VARCHAR(4)) FROM 'exec:while [ ! -e go2 ]; do sleep 0.05; done; echo "{\"DEVICE\":\"D3\"}"; sleep 30';
> CREATE REFERENCE TABLE wards (id VARCHAR(4), ward VARCHAR(4)) FROM 'wards.csv';
> CREATE STREAM strange (ward VARCHAR(4));
> CREATE PUMP s AS INSERT INTO strange SELECT STREAM w.ward FROM r JOIN wards AS w ON w.id = LOWER(r.device) || 'x';
> CREATE STREAM partly (ward VARCHAR(4));
> CREATE PUMP w AS INSERT INTO partly SELECT STREAM w.ward FROM r JOIN wards AS w ON w.id = r.device;
> CREATE STREAM pairs (device VARCHAR(4));
> CREATE PUMP p AS INSERT INTO pairs SELECT STREAM r.device FROM r OVER (RANGE INTERVAL '9' SECOND PRECEDING) AS r
>   JOIN o OVER (RANGE INTERVAL '9' SECOND PRECEDING) AS o ON r.device = o.device;
> END
$ printf 'd1,A\nd2,B\n' > wards.csv; sluice repl joins.sql <<'END' | sed 's/time is .*/time is T/; s/keeps [0-9]*/keeps N/; s/for stream O,/for stream R,/'
> \! touch go2; sleep 0.5
> \why strange
> \why partly
> \why pairs
> END
stream STRANGE: 0 rows, its time is T
  pump S
    Project: 0 in, 0 out
    Lookup: 3 in, 0 out: 3 found no row of WARDS, which has 2
    stream R: 3 rows, its time is T
      source R: runs
stream PARTLY: 1 row, its time is T
  pump W
    Project: 1 in, 1 out
    Lookup: 3 in, 1 out: at least 2 found no row of WARDS, which has 2
    stream R: 3 rows, its time is T
      source R: runs
stream PAIRS: 0 rows, its time is T
  pump P
    Project: 0 in, 0 out
    Join: 4 in, 0 out, keeps N bytes: no two rows have met its condition; waits for stream R, whose time is T
    stream R: 3 rows, its time is T
      source R: runs
    stream O: 1 row, its time is T
      source O: runs

# \e takes the last statement to an editor; \timing tells how long.
$ printf '#!/bin/sh\nsed -i s/device/temp/ "$1"\n' > editor; chmod +x editor
$ EDITOR=./editor pty sluice repl <<'END' | sed 's/[0-9.]* ms/N ms/'
> > CREATE SOURCE readings (device VARCHAR(8) PATH '$.device', temp DOUBLE PATH '$.temp') FROM 'in.ndjson';
> > SELECT STREAM device FROM readings LIMIT 1;
> > \timing
> > \e
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> CREATE SOURCE readings (device VARCHAR(8) PATH '$.device', temp DOUBLE PATH '$.temp') FROM '
in.ndjson';
OK
sluice> SELECT STREAM device FROM readings LIMIT 1;
 DEVICE
----------
 a7
(1 row)
sluice> \timing
Timing is on.
sluice> \e
SELECT STREAM temp FROM readings LIMIT 1;
 TEMP
----------
       40
(1 row)
Time: N ms
sluice> \q

# What a command does not take is told, and changes nothing.
$ pty sluice repl <<'END'
> > \timing maybe
> > \x 1
> > \watch soon
> > \watch 0
> > \watch
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> \timing maybe
\timing takes on or off, not "maybe"
sluice> \x 1
\x takes on or off, not "1"
sluice> \watch soon
\watch takes a number of seconds above 0, not "soon"
sluice> \watch 0
\watch takes a number of seconds above 0, not "0"
sluice> \watch
\watch repeats the last query, and there is none
sluice> \q

# A message takes the place of the prompt, which comes again below it with what was typed so far.
$ pty sluice repl <<'END'
> > CREATE SOURCE late (n INTEGER) FROM 'exec:sleep 1; echo nothing; sleep 30';
> = SELECT
> ~ PARSE_ERROR
> >  1 AS one;
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> CREATE SOURCE late (n INTEGER) FROM 'exec:sleep 1; echo nothing; sleep 30';
OK
sluice: warning: record of LATE refused, PARSE_ERROR: record is not valid JSON: unknown word at byte
 1
sluice> SELECT 1 AS one;
 ONE
-----
   1
(1 row)
sluice> \q

# A plain SELECT over tables, VALUES or nothing is answered and ends.
$ printf '{"id":"a","ward":1,"w":1.5}\n{"id":"b","ward":2,"w":0.5}\n{"id":"c","ward":1,"w":7}\n' > devices.ndjson
$ cat > devices.sql <<'END'
> CREATE REFERENCE TABLE devices (id VARCHAR(8) PATH '$.id', ward INTEGER PATH '$.ward', w DOUBLE PATH '$.w')
> FROM 'devices.ndjson';
> END
$ sluice repl devices.sql <<'END'
> SELECT UPPER('x') AS u, 1 + 1, CAST(NULL AS INTEGER) AS n;
> SELECT * FROM devices LIMIT 2;
> SELECT id, w * 2 AS twice FROM devices WHERE ward = 1 ORDER BY w DESC;
> SELECT ward, COUNT(*) AS n, AVG(w) AS a FROM devices GROUP BY ward HAVING COUNT(*) > 0 ORDER BY n DESC, ward;
> SELECT COUNT(*) AS n, MAX(w) AS m, COUNT(DISTINCT ward) AS d FROM devices;
> SELECT DISTINCT ward FROM devices ORDER BY ward DESC;
> SELECT x FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS t (n, x) WHERE n IN (SELECT ward FROM devices);
> SELECT id, SUM(w) OVER (PARTITION BY ward ROWS UNBOUNDED PRECEDING) AS s FROM devices;
> CREATE VIEW heavy AS SELECT id FROM devices WHERE w > 1;
> SELECT COUNT(*) AS n FROM heavy;
> VALUES (1, 'x'), (2, 'y');
> SELECT id FROM devices UNION ALL SELECT UPPER(id) FROM devices ORDER BY 1 DESC LIMIT 4;
> SELECT ward FROM devices UNION SELECT 7 FROM devices ORDER BY ward;
> SELECT a.id, b.w FROM devices a JOIN devices b ON a.id = b.id WHERE b.w > 1;
> SELECT d.id, v.name FROM devices d LEFT JOIN (VALUES (1, 'one')) AS v (n, name) ON d.ward = v.n;
> SELECT MAX(n) AS m FROM (SELECT ward, COUNT(*) AS n FROM devices GROUP BY ward) AS t;
> WITH twice AS (SELECT id, w * 2 AS ww FROM devices WHERE w > 1) SELECT * FROM twice ORDER BY ww DESC;
> SELECT 1 AS one UNION ALL SELECT 2;
> SELECT (SELECT name FROM (VALUES (1, 'one'), (2, 'two')) AS v (n, name) WHERE n = d.ward) AS s FROM devices d;
> END
 U | EXPR$1 | N
---+--------+------
 X |      2 | NULL
(1 row)
 ID | WARD | W
----+------+-----
 a  |    1 | 1.5
 b  |    2 | 0.5
(2 rows)
 ID | TWICE
----+-------
 c  |    14
 a  |     3
(2 rows)
 WARD | N | A
------+---+------
    1 | 2 | 4.25
    2 | 1 |  0.5
(2 rows)
 N | M | D
---+---+---
 3 | 7 | 2
(1 row)
 WARD
------
    2
    1
(2 rows)
 X
---
 a
 b
(2 rows)
 ID | S
----+-----
 a  | 1.5
 b  | 0.5
 c  | 8.5
(3 rows)
 N
---
 2
(1 row)
 EXPR$0 | EXPR$1
--------+--------
      1 | x
      2 | y
(2 rows)
 ID
----
 c
 b
 a
 C
(4 rows)
 WARD
------
    1
    2
    7
(3 rows)
 ID | W
----+-----
 a  | 1.5
 c  |   7
(2 rows)
 ID | NAME
----+------
 a  | one
 b  | NULL
 c  | one
(3 rows)
 M
---
 2
(1 row)
 ID | WW
----+----
 c  | 14
 a  |  3
(2 rows)
 ONE
-----
   1
   2
(2 rows)
 S
-----
 one
 two
 one
(3 rows)

# A row that fails makes the answer fail; what cannot be answered says so.
$ echo 'SELECT 10 / (ward - 2) AS r FROM devices;' | sluice repl devices.sql
error 22012: division by zero
[exit 1]
$ echo 'SELECT STREAM id FROM devices;' | sluice repl devices.sql
<stdin>:1:1: error 42601: SELECT STREAM reads a stream, and this FROM has tables only
SELECT STREAM id FROM devices;
^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
[exit 3]
$ echo 'SELECT id FROM devices EXCEPT SELECT id FROM devices;' | sluice repl devices.sql
 ID
----
(0 rows)

# In a file of sluice run nobody waits for an answer.
$ echo 'SELECT id FROM devices;' > ask.sql; sluice check devices.sql ask.sql
ask.sql:1:1: error 42601: SELECT at the top level reads a stream, and this one reads tables only
SELECT id FROM devices;
^~~~~~~~~~~~~~~~~~~~~~
hint: sluice repl answers queries of tables
[exit 3]

# \watch repeats a query until Ctrl-C.
$ pty sluice repl devices.sql <<'END' | uniq | head -13 | sed 's/^20.* UTC/TIME/'
> > SELECT COUNT(*) AS n FROM devices;
> + \watch 60
> ~ (1 row)
> = ^C
> + \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> SELECT COUNT(*) AS n FROM devices;
 N
---
 3
(1 row)
sluice> \watch 60
TIME (every 60 s)
 N
---
 3
(1 row)
^C

# A quote that is open shows in the prompt; commands act in the middle of a statement.
$ pty sluice repl <<'END'
> > SELECT 'it is -- no
> > \q comment' AS t,
> > \pset format json
> > -- 'this is
> > 1 AS n;
> > ;
> > \q
> END
sluice 0.1.0. Statements end with ;  \? lists commands, \q ends.
sluice> SELECT 'it is -- no
     '> \q comment' AS t,
     -> \pset format json
Rows are shown as json.
     -> -- 'this is
     -> 1 AS n;
{"T":"it is -- no\n\\q comment","N":1}
(1 row)
sluice> ;
sluice> \q

# Sources, sinks and reference tables can be dropped in a session, unless something uses them.
$ sluice repl <<'END'
> CREATE SOURCE readings (device VARCHAR(8) PATH '$.device', temp DOUBLE PATH '$.temp') FROM 'in.ndjson';
> CREATE STREAM hot (device VARCHAR(8), temp DOUBLE);
> CREATE PUMP p AS INSERT INTO hot SELECT STREAM device, temp FROM readings WHERE temp > 30;
> CREATE SINK k FROM hot INTO 'hot.ndjson';
> DROP SOURCE readings;
> DROP SINK k;
> DROP SINK k;
> DROP PUMP p;
> DROP SOURCE readings;
> DROP STREAM hot;
> \d
> END
error 42601: SOURCE "READINGS" is in use by PUMP "P"
error 42704: nothing that CREATE SINK made is called "K"
 Kind   | Name         | Rows | State | Where
--------+--------------+------+-------+-------
 stream | error_stream | 0    |       | 
[exit 3]
