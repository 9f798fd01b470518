# Descriptions of applications in every shape become SQL files that run; what is wrong in one is told at its place.
$ sluice import $ROOT/tests/data/import/v1-request.json --to ticker
ticker: sources.sql, application.sql, report.md
$ cat ticker/sources.sql
-- from Kinesis stream arn:aws:kinesis:eu-west-1:111122223333:stream/tickers
CREATE SOURCE "SOURCE_SQL_STREAM_001" (
    "TICKER_SYMBOL" VARCHAR(4),
    "SECTOR" VARCHAR(16),
    "CHANGE" REAL,
    "PRICE" REAL
) WITH (format = 'json');

-- to Firehose delivery stream arn:aws:firehose:eu-west-1:111122223333:deliverystream/tech
CREATE SINK "DESTINATION_SQL_STREAM" FROM "DESTINATION_SQL_STREAM" INTO 'dir:output/DESTINATION_SQL_STREAM' WITH (format = 'csv');



$ sed -n '/became/,/left to do/p' ticker/report.md
## What became what

| there | here |
| --- | --- |
| application code | application.sql, byte for byte |
| Kinesis stream arn:aws:kinesis:eu-west-1:111122223333:stream/tickers | source `SOURCE_SQL_STREAM_001`, 4 columns, JSON |
| Firehose delivery stream arn:aws:firehose:eu-west-1:111122223333:deliverystream/tech | sink of `DESTINATION_SQL_STREAM` into `dir:output/DESTINATION_SQL_STREAM` |

## What is left to do
$ sed -n 's/.*"ApplicationCode": "\(.*\)",$/\1/p' $ROOT/tests/data/import/v1-request.json | xargs -0 printf '%b' | head -c -1 | cmp - ticker/application.sql && echo the same SQL
the same SQL
$ sluice run ticker/sources.sql ticker/application.sql --source SOURCE_SQL_STREAM_001=$ROOT/tests/data/import/in.ndjson --sink DESTINATION_SQL_STREAM=- --quiet
AAAA,1.5,20.25

# An answer of the API, with a reference table, a processor, a row path and the error stream.
$ sluice import $ROOT/tests/data/import/v1-description.json --to pulse && cp $ROOT/tests/data/import/wards.csv pulse
pulse: sources.sql, application.sql, report.md
$ sed -n '/left to do/,/To run/p' pulse/report.md
## What is left to do

- Say where `VITALS_001` reads: `--source 'VITALS_001=URL'`, or `FROM 'URL'` in sources.sql.
- Bring the function that worked on the records before, and give it to `VITALS_001` as `processor = 'exec:COMMAND'` or `'http://…'`; without it the records enter as they are.
- Copy the object to `wards.csv` in this folder. When its first line names the columns, add `header = TRUE`.
- Rows of `ALERTS` went to a function: `INTO 'lambda:exec:COMMAND'` gives them to a program with the same event.

## To run it
$ sluice run pulse/sources.sql pulse/application.sql --source VITALS_001=$ROOT/tests/data/import/in.ndjson --quiet && cat pulse/output/ALERTS.ndjson
{"device":"d1","ward":"Ward North","pulse":130}
{"device":"d3","ward":null,"pulse":150}

# Requests that add to an application, change it, or start it.
$ sluice import $ROOT/tests/data/import/v1-request.json $ROOT/tests/data/import/v1-add-reference.json --to more && grep -A3 REFERENCE more/sources.sql
more: sources.sql, application.sql, report.md
CREATE REFERENCE TABLE "COMPANIES" (
    "TICKER" VARCHAR(4),
    "COMPANY" VARCHAR(32)
) FROM 'companies.csv' WITH (format = 'csv');




$ sluice import $ROOT/tests/data/import/v2-request.json $ROOT/tests/data/import/v2-update.json --to changed && cat changed/application.sql
changed: sources.sql, application.sql, report.md
CREATE OR REPLACE STREAM "COUNTS" ("kind" VARCHAR(8), "n" INTEGER);
CREATE OR REPLACE PUMP "COUNT_PUMP" AS INSERT INTO "COUNTS"
SELECT STREAM "kind", COUNT(*) * 10 FROM "EVENTS_001" GROUP BY "kind", STEP("EVENTS_001".ROWTIME BY INTERVAL '1' HOUR);
$ sluice import $ROOT/tests/data/import/v1-body.json $ROOT/tests/data/import/v1-start.json --to started && grep position started/report.md
started: sources.sql, application.sql, report.md
| starting position TRIM_HORIZON | a file is read from its beginning; with `--state` a run goes on where it was |

# The rest of the shapes, each imported and run.
$ cp $ROOT/tests/data/import/{wards.csv,floors.csv,ref.json} . && cat > each.sh <<'END'
> sluice import $ROOT/tests/data/import/$1 --to $1.dir >/dev/null && cp wards.csv floors.csv ref.json $1.dir &&
> sluice run $1.dir/sources.sql $1.dir/application.sql --source $2=${4:-$ROOT/tests/data/import/in.ndjson} --sink $3=- --quiet
> END
$ bash each.sh v1-body.json VITALS_001 ALERTS
{"device":"2","ward":null,"pulse":130}
$ bash each.sh v2-request.json EVENTS_001 COUNTS
{"kind":"open","n":1}
{"kind":"close","n":1}
$ printf 'a|150.5\r\nb|20\r\nc|101\r\n' > orders.txt; bash each.sh v2-description.json IN BIG orders.txt
a,150.50
c,101.00
$ printf 'a\t150.5\nb\t20\n' > orders.tsv; bash each.sh v2-body.json IN BIG orders.tsv
a,150.50
$ bash each.sh stack-v1.json TEMPS_001 HOT
{"sensor":"s1","temp":60.5}
$ bash each.sh stack-v1.yaml ROOMS_001 WARM
r2,2,60.5
$ bash each.sh stack-v2.json EVENTS_001 COUNTS
{"kind":"open","n":1}
{"kind":"close","n":1}
$ bash each.sh stack-v2.yaml REQUESTS_001 SLOW
{"path":"/a","ms":700}
$ bash each.sh terraform-state.json tf_001 OUT1
2,"[""x"",""y""]"
$ bash each.sh terraform-plan.json two_001 OUT2
{"v":3}
{"v":4}
$ head -n 2 stack-v1.yaml.dir/application.sql
-- rooms above 21 degrees; ${Limit} is a parameter
CREATE OR REPLACE STREAM "WARM" ("room" VARCHAR(8), "floor" INTEGER, "temp" DOUBLE);
$ sluice import $ROOT/tests/data/import/stack-of-two.json -o both && sluice run both/first/sources.sql both/first/application.sql --source TEMPS_001=$ROOT/tests/data/import/in.ndjson --sink HOT=- --quiet
both/first: sources.sql, application.sql, report.md
both/stack-two: sources.sql, application.sql, report.md
{"sensor":"s1","temp":60.5}

# An output that never got anything stays a comment, and the report says so.
$ tail -n 5 v2-request.json.dir/sources.sql
CREATE SINK "COUNTS" FROM "COUNTS" INTO 'output/COUNTS.ndjson' WITH (format = 'json');

-- to Firehose delivery stream arn:aws:firehose:eu-west-1:111122223333:deliverystream/never
-- no stream of this name is created; nothing was delivered:
-- CREATE SINK "counts" FROM "counts" INTO 'dir:output/counts' WITH (format = 'json');



$ grep never v2-request.json.dir/report.md
| Firehose delivery stream arn:aws:firehose:eu-west-1:111122223333:deliverystream/never | nothing: no stream `counts` is created |
- `counts` is delivered but never created: is it spelled in another case in the SQL?

# A description runs as it is; several in a file are asked for one.
$ cp $ROOT/tests/data/import/stack-v1.yaml . && sluice run stack-v1.yaml --source ROOMS_001=$ROOT/tests/data/import/in.ndjson --quiet && cat output/WARM.csv
r2,2,60.5
$ sluice run $ROOT/tests/data/import/stack-of-two.json 2>&1 | sed "s|$ROOT/||g"
tests/data/import/stack-of-two.json:75:3: error HY024: tests/data/import/stack-of-two.json describes 2 applications; this is the second
  "Second": {
  ^~~~~~~~
hint: `sluice import` makes a folder of each of them
$ cd $ROOT/tests/data/import/broken && sluice run code-elsewhere.yaml
code-elsewhere.yaml:11:13: error HY024: the SQL of this application is not in the file
            S3ContentLocation: {BucketARN: x, FileKey: app.sql}
            ^
hint: fetch it, and name it beside what sluice import makes of this
[exit 3]
$ sluice import $ROOT/tests/data/import/broken/code-elsewhere.yaml --to elsewhere && grep fetch elsewhere/report.md
elsewhere: sources.sql, report.md
- The SQL is not in the file: fetch it and save it as application.sql.

# Nothing is written over.
$ sluice import $ROOT/tests/data/import/v1-request.json --to ticker
sluice: cannot write ticker/sources.sql: File exists; --force replaces it
[exit 1]
$ sluice import $ROOT/tests/data/import/v1-request.json --to ticker --force
ticker: sources.sql, application.sql, report.md

# What is wrong is told where it is.
$ cd $ROOT/tests/data/import/broken && sluice import comma.json --to /nowhere
comma.json:18:9: error 42601: a comma or } should stand here
        "RecordColumns": [
        ^
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import type.json --to /nowhere
type.json:22:63: error 42704: no type REEL
          { "Name": "PRICE", "Mapping": "$.PRICE", "SqlType": "REEL" }
                                                              ^~~~~~
hint: did you mean "REAL"?
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import path.json --to /nowhere
path.json:20:42: error HY024: 'SECTOR' is not a JSON path
          { "Name": "SECTOR", "Mapping": "SECTOR", "SqlType": "VARCHAR(16)" },
                                         ^~~~~~~~
hint: a path looks like $.address.city, $['a name'], $.list[2] or $.list[0:].item
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import no-type.json --to /nowhere
no-type.json:31:25: error HY024: this column has no SqlType
                        { "Name": "pulse",  "Mapping": "$.vitals.pulse" }
                        ^
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import format.json --to /nowhere
format.json:34:50: error HY024: RecordFormatType is "XML", not JSON or CSV
      "DestinationSchema": { "RecordFormatType": "XML" }
                                                 ^~~~~
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import count.json --to /nowhere
count.json:27:38: error HY024: the Count of InputParallelism is "65", not 1 to 64
                            "Count": 65
                                     ^~
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import indent.yaml --to /nowhere
indent.yaml:19:6: error 42601: no YAML: while parsing a block mapping, did not find expected key
     Inputs:
     ^
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import flink.yaml --to /nowhere
flink.yaml:5:27: error 0A000: this application runs on FLINK-1_15, not on SQL
      RuntimeEnvironment: FLINK-1_15
                          ^~~~~~~~~~
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import owner.yaml --to /nowhere
owner.yaml:48:24: error HY024: "Floors" belongs to an application that is not in the file
      ApplicationName: halls
                       ^~~~~
hint: name the template with the application, too, and before it
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import nothing.yaml --to /nowhere
nothing.yaml:2:3: error HY024: this template has no application of Kinesis Analytics
  Bucket:
  ^
[exit 3]
$ cd $ROOT/tests/data/import/broken && sluice import raw-state.json --to /nowhere
raw-state.json:1:1: error HY024: this is Terraform's own state, whose form changes
{"version": 4, "resources": []}
^
hint: let `terraform show -json` write it
[exit 3]
$ cd $ROOT/tests/data/import && sluice import v1-start.json --to /nowhere
v1-start.json:1:1: error HY024: this changes an application that was not described before
{
^
hint: name the file with the application first
[exit 3]
$ sluice import nothing.json --to /nowhere
error 58030: cannot read nothing.json: No such file or directory
[exit 2]
$ sluice import nothing.json
sluice: --to says which folder the files go to
Try "sluice help import".
[exit 2]

# One column, and a table of JSON: the report says what holds for them.
$ cat > one.json <<'END'
> {"ApplicationName": "one", "ApplicationCode": "CREATE STREAM O (X DOUBLE);",
>  "Inputs": [{"NamePrefix": "S", "KinesisStreamsInput": {"ResourceARN": "in"}, "InputSchema": {
>    "RecordFormat": {"RecordFormatType": "JSON", "MappingParameters": {"JSONMappingParameters": {"RecordRowPath": "$"}}},
>    "RecordColumns": [{"Name": "x", "Mapping": "$.x", "SqlType": "DOUBLE"}]}}],
>  "ReferenceDataSources": [{"TableName": "R", "S3ReferenceDataSource": {"BucketARN": "b", "FileKey": "r.json"}, "ReferenceSchema": {
>    "RecordFormat": {"RecordFormatType": "JSON", "MappingParameters": {"JSONMappingParameters": {"RecordRowPath": "$"}}},
>    "RecordColumns": [{"Name": "x", "Mapping": "$.x", "SqlType": "DOUBLE"}]}}]}
> END
$ sluice import one.json --to one; grep -e '^| K' -e '^- Copy' one/report.md
one: sources.sql, application.sql, report.md
| Kinesis stream in | source `S_001`, 1 column, JSON |
- Copy the object to `r.json` in this folder.

# Beside an application of SQL, those of other runtimes are left out, with what belongs to them.
$ sed '/^Resources:/r /dev/stdin' $ROOT/tests/data/import/stack-v2.yaml > mixed.yaml <<'END'
>   Streaming:
>     Type: AWS::KinesisAnalyticsV2::Application
>     Properties:
>       RuntimeEnvironment: FLINK-1_15
>   StreamingLog:
>     Type: AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption
>     Properties:
>       ApplicationName: !Ref Streaming
> END
$ sluice import mixed.yaml --to mixed && diff -r mixed stack-v2.yaml.dir | grep '^[<>]' | grep -v yaml; ls mixed
sluice: warning: "Streaming" runs on FLINK-1_15, not on SQL: it is left out
mixed: sources.sql, application.sql, report.md
application.sql
report.md
sources.sql
$ sed '0,/"resources": *\[/s//&{"address": "aws_kinesisanalyticsv2_application.f", "mode": "managed", "type": "aws_kinesisanalyticsv2_application", "values": {"name": "f", "runtime_environment": "FLINK-1_15"}},/' $ROOT/tests/data/import/terraform-state.json > mixed.json; sluice import mixed.json --to mixed2
sluice: warning: "aws_kinesisanalyticsv2_application.f" runs on FLINK-1_15, not on SQL: it is left out
mixed2: sources.sql, application.sql, report.md
