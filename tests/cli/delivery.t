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
