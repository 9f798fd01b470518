# Objects in folders: prefixes with expressions, names, cuts by size and interval; a replay delivers the same tree.
$ cat > app.sql <<'SQL'
> CREATE SOURCE s (t TIMESTAMP, v INTEGER) FROM 'in.ndjson' WITH (rowtime = 'T');
> CREATE STREAM o (v INTEGER);
> CREATE PUMP p AS INSERT INTO o SELECT STREAM v FROM s;
> CREATE SINK "raw" FROM o INTO 'dir:out' WITH (prefix = 'raw/', interval = INTERVAL '60' SECOND);
> CREATE SINK "hive" FROM o INTO 'dir:out' WITH (gzip = TRUE, names = 'firehose', size = '20',
>     prefix = 'hive/!{timestamp:''year=''yyyy/''day=''yyyy-MM-dd/DDD-hhmm-ssSSS}/');
> CREATE SINK "any" FROM o INTO 'dir:out' WITH (names = 'firehose',
>     prefix = '!{firehose:random-string}/!{firehose:error-output-type}/!{timestamp:yy-M-d''T''''z''}/');
> SQL
$ for m in 10:00 10:30 11:00 13:59.250; do echo "{\"T\":\"2026-02-01 13:$m\",\"V\":${m%%:*}}"; done > in.ndjson
$ sluice run --quiet app.sql
$ find out -type f | LC_ALL=C sort
out/cx68ekbc6ro/processing-failed/26-2-1T'z/any-1-2026-02-01-13-10-00-27814181-2214-4fee-beef-000000000001
out/hive/year=2026/day=2026-02-01/032-0110-00000/hive-1-2026-02-01-13-10-00-d03c37e4-20bc-44f6-8f69-000000000001.gz
out/hive/year=2026/day=2026-02-01/032-0113-59250/hive-1-2026-02-01-13-13-59-5279e3d4-73b4-40d3-8d37-000000000002.gz
out/raw/2026/02/01/13/raw-2026-02-01-13-10-00-000001.ndjson
out/raw/2026/02/01/13/raw-2026-02-01-13-11-00-000002.ndjson
out/raw/2026/02/01/13/raw-2026-02-01-13-13-59-000003.ndjson
$ cat out/raw/2026/02/01/13/raw-2026-02-01-13-10-00-000001.ndjson
{"V":10}
{"V":10}
$ find out/hive -name '*000002.gz' -exec zcat {} +
{"V":13}
$ cp -r out first; rm -r out; sluice run --quiet --threads 2 app.sql; diff -r out first && echo same
same
$ sluice query --table R=out/hive --format csv "SELECT V, DELIVERED FROM R"
V,DELIVERED
10,2026-02-01 00:00:00
10,2026-02-01 00:00:00
11,2026-02-01 00:00:00
13,2026-02-01 00:00:00

# What no prefix can say.
$ bad() { sed "s|raw/|$1|" app.sql > bad.sql; sluice check bad.sql 2>&1 | grep -v '^ *[~^]*$' | grep -v ^CREATE; }; bad '!{timestamp:yyyy'
bad.sql:4:31: error HY024: an expression in the prefix of raw has no end: !{timestamp:yyyy
$ bad() { sed "s|raw/|$1|" app.sql > bad.sql; sluice check bad.sql 2>&1 | grep -v '^ *[~^]*$' | grep -v ^CREATE; }; bad '!{timestamp:yyyy/q}'; bad '!{partitionKeyFromQuery:k}'; bad "!{timestamp:''yyyy}"; bad "x', names = 'other"
bad.sql:4:31: error HY024: "q" in the prefix of raw is no letter of a date pattern: yyyy/q
hint: known are yyyy, MM, dd, DDD, HH, hh, mm, ss and SSS; other text stands between single quotes
bad.sql:4:31: error HY024: no expression !{partitionKeyFromQuery:k} for the prefix of raw
hint: known are !{timestamp:PATTERN}, !{firehose:random-string} and !{firehose:error-output-type}
bad.sql:4:31: error HY024: "'" in the prefix of raw is no letter of a date pattern: 'yyyy
hint: known are yyyy, MM, dd, DDD, HH, hh, mm, ss and SSS; other text stands between single quotes
bad.sql:4:31: error HY024: option "names" of raw is 'other', not 'sluice' or 'firehose'

# Source backup: the hidden column "$record" is what came, as it came; what did not convert goes to processing-failed.
$ cat > backup.sql <<'SQL'
> CREATE SOURCE s (t TIMESTAMP, v INTEGER) FROM 'mixed.ndjson' WITH (rowtime = 'T');
> CREATE STREAM raw (record VARCHAR(65535));
> CREATE PUMP p AS INSERT INTO raw SELECT STREAM "$record" FROM s;
> CREATE SINK "backup" FROM raw INTO 'dir:kept' WITH (format = 'text', prefix = 'source_records/', names = 'firehose', interval = 900);
> CREATE SINK "failed" FROM error_stream INTO 'dir:kept' WITH (format = 'processing-failed');
> SQL
$ printf '{"T":"2026-02-01 13:10:00",  "V":1, "x":[1]}\nbad\n{"T":"2026-02-01 13:10:01","V":"q"}\n{"T":"2026-02-01 13:10:02","V":"2"}\n' > mixed.ndjson
$ sluice run --quiet backup.sql; cd kept; find source_records -type f; cat source_records/2026/02/01/13/*; ls
source_records/2026/02/01/13/backup-1-2026-02-01-13-10-00-873ab438-210e-4961-9615-000000000001
{"T":"2026-02-01 13:10:00",  "V":1, "x":[1]}
{"T":"2026-02-01 13:10:02","V":"2"}
processing-failed
source_records
$ sed 's/v INTEGER/v INTEGER PERSONAL/' backup.sql > personal.sql; sluice check personal.sql 2>&1 | head -1
personal.sql:3:48: error 42501: PERSONAL column "V" of "S" would leave as "RECORD" through sink "backup"

# What fails on the way to a folder lands beside it, below processing-failed/: of pumps and sources up to it, without PERSONAL columns. Other ways are not its own.
$ cat > failed.sql <<'SQL'
> CREATE SOURCE s (t TIMESTAMP, d VARCHAR(8), v INTEGER, name VARCHAR(9) PERSONAL) FROM 'f.ndjson' WITH (rowtime = 'T');
> CREATE SOURCE other (t TIMESTAMP, v INTEGER) FROM 'g.ndjson' WITH (rowtime = 'T');
> CREATE REFERENCE TABLE devices (d VARCHAR(8), m VARCHAR(8), PRIMARY KEY (d)) FROM 'd.csv' WITH (header = TRUE, on_missing = 'error');
> CREATE STREAM m (d VARCHAR(8), v INTEGER);
> CREATE STREAM o (d VARCHAR(8), m VARCHAR(8), v INTEGER);
> CREATE STREAM o2 (v INTEGER);
> CREATE PUMP take AS INSERT INTO m SELECT STREAM d, v FROM s;
> INSERT INTO o SELECT STREAM m.d, devices.m, 10 / v FROM m JOIN devices ON m.d = devices.d;
> CREATE PUMP divide AS INSERT INTO o2 SELECT STREAM 10 / v FROM other;
> CREATE SINK a FROM o INTO 'dir:joined' WITH (prefix = 'enriched/');
> CREATE SINK b FROM o2 INTO 'dir:divided' WITH (gzip = TRUE, names = 'firehose', error_prefix = 'err/!{firehose:error-output-type}/!{timestamp:yyyy}/');
> CREATE SINK c FROM o2 INTO 'dir:plain' WITH (failed = FALSE);
> CREATE SINK p FROM o2 INTO 'dir:placed' WITH (error_prefix = 'bad/');
> SQL
$ printf 'd,m\na,x\n' > d.csv; printf '%s\n' '{"T":"2026-02-01 13:10:00","D":"a","V":1,"NAME":"Ann"}' '{"T":"2026-02-01 13:10:00","D":"q","V":1,"NAME":"Bob"}' 'broken Zoe' '{"T":"2026-02-01 13:10:01","D":"a","V":0,"NAME":"Eve"}' '{"T":"2026-02-01 13:10:00","D":"a","V":7,"NAME":"Late"}' > f.ndjson; printf '%s\n' '{"T":"2026-02-01 13:10:00","V":0}' '{"T":"2026-02-01 14:10:00","V":"x"}' > g.ndjson
$ sluice run failed.sql 2>&1 | grep -e failed -e 'rows* to'
  A: 1 row to joined
  B: 0 rows to divided
  C: 0 rows to plain
  P: 0 rows to placed
  A, failed: 4 rows to joined
  B, failed: 2 rows to divided
  P, failed: 2 rows to placed
$ find joined divided plain placed -type f | LC_ALL=C sort
divided/err/processing-failed/2026/B-1-2026-02-01-13-10-00-8f821f9c-a83f-47b8-bb84-000000000001.gz
joined/enriched/2026/02/01/13/A-2026-02-01-13-10-00-000001.ndjson
joined/processing-failed/2026/02/01/13/A-2026-02-01-13-10-00-000001.ndjson
placed/bad/processing-failed/2026/02/01/13/P-2026-02-01-13-10-00-000001.ndjson
$ cut -d , -f 2-4 joined/processing-failed/2026/02/01/13/*
"arrivalTimestamp":1769951400000,"errorCode":"DATA_ERROR","errorMessage":"reference table DEVICES has no row for this key"
"arrivalTimestamp":1769951400000,"errorCode":"PARSE_ERROR","errorMessage":"record is not valid JSON: expected a value at byte 1"
"arrivalTimestamp":1769951401000,"errorCode":"DIVISION_BY_ZERO","errorMessage":"division by zero"
"arrivalTimestamp":1769951400000,"errorCode":"ROWTIME_OUT_OF_ORDER","errorMessage":"row is out of time order: its ROWTIME 2026-02-01 13:10:00.000 is before 2026-02-01 13:10:01.000"
$ grep -o '"rawData":"[^"]*"' joined/processing-failed/2026/02/01/13/* | cut -d '"' -f 4 | while read -r raw; do echo "$raw" | base64 -d; echo; done
{"D":"q","V":1}

{"D":"a","V":0}
{"T":"2026-02-01 13:10:00.000","D":"a","V":7}
$ zcat divided/err/processing-failed/2026/*
{"attemptsMade":1,"arrivalTimestamp":1769951400000,"errorCode":"DIVISION_BY_ZERO","errorMessage":"division by zero","attemptEndingTimestamp":1769951400000,"rawData":"eyJUIjoiMjAyNi0wMi0wMSAxMzoxMDowMC4wMDAiLCJWIjowfQ==","lambdaArn":"DIVIDE"}
{"attemptsMade":1,"arrivalTimestamp":1769951400000,"errorCode":"COERCION_ERROR","errorMessage":"cannot convert x to INTEGER for column \"V\"","attemptEndingTimestamp":1769951400000,"rawData":"eyJUIjoiMjAyNi0wMi0wMSAxNDoxMDowMCIsIlYiOiJ4In0=","lambdaArn":""}
$ cp -r joined again; rm -r joined; sluice run --quiet --threads 2 --batch-rows 1 failed.sql 2>/dev/null; diff -r joined again && echo same
same

# A run that goes on has each failed record once, and takes nothing of the other objects away.
$ rm -r joined; seq 20000 | awk '{ printf "{\"T\":\"2026-02-01 13:%02d:%02d\",\"D\":\"%s\",\"V\":1,\"NAME\":\"Ann\"}\n", $1 / 400, $1 / 7 % 60, $1 % 3 ? "a" : "q" }' | LC_ALL=C sort > f.ndjson; sed "s|'enriched/'|'enriched/', size = '9 KB'|; s| PERSONAL||" failed.sql > big.sql; sluice run --quiet big.sql 2>/dev/null; cp -r joined whole; rm -r joined
$ for i in 1 2 3 4 5 6; do sluice run --quiet --batch-rows 20 big.sql --state state 2>/dev/null & sleep 0.0$i; kill -USR2 $!; sleep 0.0$i; kill -KILL $!; wait $! 2>/dev/null; done 2>/dev/null; sluice run --quiet big.sql --state state 2>/dev/null; diff -r joined whole && echo same
same

# An own sink of this format in the same folder takes its place; other sinks have no such options.
$ { cat failed.sql; echo "CREATE SINK own FROM error_stream INTO 'dir:joined' WITH (format = 'processing-failed', prefix = 'mine/');"; } > own.sql; rm -r joined; sluice run --quiet own.sql 2>/dev/null; ls joined
enriched
mine
$ bad() { sed "s|'bad/'|$1|" failed.sql > bad.sql; sluice check bad.sql 2>&1 | grep -e error -e hint; }; bad "'bad/!{timestamp:yyyy}/'"; bad "'bad/!{firehose:x}/'"; sed "s|'dir:plain'|'plain'|" failed.sql > bad.sql; sluice check bad.sql 2>&1 | grep error
bad.sql:13:28: error HY024: option "error_prefix" of P has expressions, but none that says what failed
CREATE SINK p FROM o2 INTO 'dir:placed' WITH (error_prefix = 'bad/!{timestamp:yyyy}/');
hint: put !{firehose:error-output-type} into it
bad.sql:13:28: error HY024: no expression !{firehose:x} for the prefix of P
CREATE SINK p FROM o2 INTO 'dir:placed' WITH (error_prefix = 'bad/!{firehose:x}/');
hint: known are !{timestamp:PATTERN}, !{firehose:random-string} and !{firehose:error-output-type}
bad.sql:12:28: error HY024: option "failed" is for folders (dir:), not for 'plain' of C

# A pipeline that reads what was delivered does not read what failed, unless its folder is that.
$ cat > next.sql <<'SQL'
> CREATE SOURCE n (d VARCHAR(8), "errorCode" VARCHAR(40)) FROM 'dir:joined';
> SELECT STREAM d, "errorCode" FROM n;
> SQL
$ rm -r joined; sluice run --quiet failed.sql 2>/dev/null; ls joined; sluice run --quiet next.sql | sort | uniq -c | head -3; sluice run --quiet next.sql --source N=dir:joined/processing-failed | sort -u
enriched
processing-failed
  13334 {"D":"a","errorCode":null}
{"D":null,"errorCode":"DATA_ERROR"}
