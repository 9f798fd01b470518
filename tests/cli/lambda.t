# Functions before a source's schema, before a delivery, and as a destination get the events of Lambda functions.
$ printf '%s\n' '{"a": 1}' '{"a": 2, "note": "drop"}' '{"a": 3}' '{"a": 4, "note": "poison"}' > in.ndjson
$ cat > app.sql <<'END'
> CREATE SOURCE S ("a" INTEGER, "note" VARCHAR(8)) FROM 'in.ndjson' WITH (processor = 'exec:handler twice');
> CREATE STREAM R ("a" INTEGER, "note" VARCHAR(8));
> CREATE PUMP P AS INSERT INTO R SELECT STREAM "a", "note" FROM S;
> END
$ sluice run app.sql --sink R=- --quiet
{"a":1,"note":null}
{"a":1,"note":null}
{"a":3,"note":null}
{"a":3,"note":null}
sluice: warning: record of S refused, PROCESSING_FAILED: refused by the processor
$ cat seen.txt; rm seen.txt
Ok {"a": 1}
Dropped {"a": 2, "note": "drop"}
Ok {"a": 3}
ProcessingFailed {"a": 4, "note": "poison"}

# The event, as it is.
$ cat > show.sh <<'END'
> while read -r event; do echo "$event" >> event.json; echo "$event" | sed 's/"kinesisStreamRecordMetadata":{[^}]*}/"result":"Ok"/g'; done
> END
$ head -n 1 in.ndjson > one.ndjson; sed "s/exec:handler twice/exec:bash show.sh/; s/in.ndjson/one.ndjson/" app.sql > show.sql; sluice run show.sql --sink R=- --quiet; sed 's/Timestamp":[0-9]*/Timestamp":0/' event.json
{"a":1,"note":null}
{"invocationId":"4179b061-e0c0-40d0-81cc-40088f3b6bec","applicationArn":"arn:aws:kinesisanalytics:local:000000000000:application/sluice","streamArn":"arn:aws:kinesis:local:000000000000:stream/S","records":[{"recordId":"00000000000000000000","kinesisStreamRecordMetadata":{"shardId":"shardId-000000000000","partitionKey":"0","sequenceNumber":"00000000000000000000","approximateArrivalTimestamp":0},"data":"eyJhIjogMX0="}]}

# Over HTTP.
$ (handler same port.txt & ) ; while [ ! -s port.txt ]; do sleep 0.01; done; sed "s|exec:handler twice|http://127.0.0.1:$(cat port.txt)/2015-03-31/functions/function/invocations|" app.sql > http.sql; sluice run http.sql --sink R=- --quiet 2>&1
{"a":1,"note":null}
{"a":3,"note":null}
sluice: warning: record of S refused, PROCESSING_FAILED: refused by the processor

# A function that fails is asked again.
$ sed "s/handler twice/handler moody/; s/in.ndjson/one.ndjson/" app.sql > moody.sql; sluice run moody.sql --sink R=- --quiet
sluice: warning: the function of S answered what is not JSON: no object; it is asked again every second
{"a":1,"note":null}

# Before a delivery: the same answers, in the place of rows.
$ rm -f seen.txt; cat > out.sql <<'END'
> CREATE SOURCE S ("a" INTEGER, "note" VARCHAR(8)) FROM 'in.ndjson';
> CREATE STREAM R ("a" INTEGER, "note" VARCHAR(8));
> CREATE PUMP P AS INSERT INTO R SELECT STREAM "a", "note" FROM S;
> CREATE SINK RESULTS FROM R INTO 'out.ndjson' WITH (processor = 'exec:handler same');
> END
$ sluice run out.sql --quiet; cat out.ndjson
sluice: warning: the processor of RESULTS refused a record; it is left out
{"a":1,"note":null}
{"a":3,"note":null}

# A destination: what is not taken is sent again, and retryHint tells.
$ rm -f seen.txt; sed "s/INTO 'out.ndjson'.*/INTO 'lambda:exec:handler same';/" out.sql > dest.sql; sluice run dest.sql --quiet; cat seen.txt
sluice: warning: cannot write exec:handler same of RESULTS: rows were not taken; trying again every second
Ok {"a":1,"note":null}
Ok {"a":2,"note":"drop"}
Ok {"a":3,"note":null}
DeliveryFailed {"a":4,"note":"poison"}
Ok {"a":4,"note":"poison"}

# What cannot be a function is refused before a run.
$ sluice run app.sql --sink R='lambda:ftp://x' --quiet
error HY024: 'ftp://x' of R is no function
hint: write exec:COMMAND, or http://HOST:PORT/PATH
[exit 3]
$ sed "s/exec:handler twice/https:/" app.sql > bad.sql; sluice check bad.sql
bad.sql:1:55: error HY024: 'https:' of S is no function
CREATE SOURCE S ("a" INTEGER, "note" VARCHAR(8)) FROM 'in.ndjson' WITH (processor = 'https:');
                                                      ^~~~~~~~~~~
hint: write exec:COMMAND, or http://HOST:PORT/PATH
[exit 3]
$ sed "s/'out.ndjson'/'null:'/" out.sql > bad.sql; sluice check bad.sql
bad.sql:4:33: error HY024: option "processor" is for files, folders and pipes, not for 'null:' of RESULTS
CREATE SINK RESULTS FROM R INTO 'null:' WITH (processor = 'exec:handler same');
                                ^~~~~~~
[exit 3]

# What a function refuses before a source is an error row in its place among the others; with state it is there once. Before a folder it lands in processing-failed/.
$ rm -f seen.txt in.ndjson; for i in 1 2 3 4 5 6; do echo "{\"a\": $i$([ $i = 2 -o $i = 3 -o $i = 6 ] && echo ', "note": "poison"')}"; done > in.ndjson
$ sed 's/twice/same/' app.sql > refused.sql; sluice run refused.sql --quiet --sink R=r.ndjson --sink error_stream=errors.ndjson --state state 2>&1; cat r.ndjson; grep -o -e '"ERROR_NAME":"[A-Z_]*"' -e '"MESSAGE":"[^"]*"' -e '"DATA_ROW":"[^"]*"' errors.ndjson | paste - - -; printf '{"a": 3, "note": "poison"}' | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F
{"a":1,"note":null}
{"a":4,"note":null}
{"a":5,"note":null}
"ERROR_NAME":"PROCESSING_FAILED"	"MESSAGE":"refused by the processor"	"DATA_ROW":"7B2261223A20322C20226E6F7465223A2022706F69736F6E227D"
"ERROR_NAME":"PROCESSING_FAILED"	"MESSAGE":"refused by the processor"	"DATA_ROW":"7B2261223A20332C20226E6F7465223A2022706F69736F6E227D"
"ERROR_NAME":"PROCESSING_FAILED"	"MESSAGE":"refused by the processor"	"DATA_ROW":"7B2261223A20362C20226E6F7465223A2022706F69736F6E227D"
7B2261223A20332C20226E6F7465223A2022706F69736F6E227D
$ echo '{"a": 7, "note": "poison"}' >> in.ndjson; echo '{"a": 8}' >> in.ndjson; sluice run refused.sql --quiet --sink R=r.ndjson --sink error_stream=errors.ndjson --state state; wc -l < errors.ndjson; tail -1 r.ndjson; sort -u r.ndjson | wc -l
4
{"a":8,"note":null}
4
$ cat > folder.sql <<'END'
> CREATE SOURCE S ("t" BIGINT, "a" INTEGER, "note" VARCHAR(8), "name" VARCHAR(20) PERSONAL) FROM 'timed.ndjson' WITH (rowtime = 't', processor = 'exec:handler same');
> CREATE STREAM R ("a" INTEGER, "note" VARCHAR(9));
> CREATE STREAM Q ("a" INTEGER, "name" VARCHAR(20));
> CREATE PUMP P AS INSERT INTO R SELECT STREAM "a", "note" || CASE WHEN "a" = 3 THEN 'oison' ELSE '' END FROM S;
> CREATE PUMP U AS INSERT INTO Q SELECT STREAM "a", CASE WHEN "a" = 1 THEN 'poison' ELSE "name" END FROM S;
> CREATE SINK OUT_ROWS FROM R INTO 'dir:out' WITH (processor = 'exec:handler same');
> CREATE SINK STAFF FROM Q INTO 'dir:staff' WITH (processor = 'exec:handler same', personal = TRUE);
> CREATE SINK VAULTED FROM Q INTO 'vault:v.db?table=q' WITH (key = 'a');
> END
$ for i in 1 2 3 4; do echo "{\"t\":$((1769846400000 + i)), \"a\": $i, \"name\": \"Ada $i\", \"note\": \"$([ $i = 2 ] && echo poison || echo p)\"}"; done > timed.ndjson; sluice vault init v.db --keys keys
$ sluice run folder.sql --quiet --keys keys; cat out/2026/*/*/*/* staff/2026/*/*/*/*
sluice: warning: the processor of STAFF refused a record; it is left out
sluice: warning: the processor of OUT_ROWS refused a record; it is left out
sluice: warning: record of S refused, PROCESSING_FAILED: refused by the processor
sluice: warning: records with PERSONAL columns that did not fit: 1, sealed in the vault v.db; sluice vault get v.db --rejects
{"a":1,"note":"p"}
{"a":4,"note":"p"}
{"a":3,"name":"Ada 3"}
{"a":4,"name":"Ada 4"}
$ cat > show.sh <<'END'
> sed 's/"rawData":"\([^"]*\)".*"lambdaArn":"\([^"]*\)".*/\n\1\n\2/' "$@" | while read -r line && read -r raw && read -r arn; do echo "$line"; echo "$raw" | base64 -d; echo " $arn"; done
> END
$ sh show.sh out/processing-failed/2026/*/*/*/*; echo; sh show.sh staff/processing-failed/2026/*/*/*/*
{"attemptsMade":1,"arrivalTimestamp":1769846400003,"errorCode":"Lambda.ProcessingFailedStatus","errorMessage":"the function refused the row","attemptEndingTimestamp":1769846400003,
{"a":3,"note":"poison"} exec:handler same
{"attemptsMade":1,"arrivalTimestamp":1769846400001,"errorCode":"PROCESSING_FAILED","errorMessage":"refused by the processor","attemptEndingTimestamp":1769846400001,
{"t":1769846400002,"a":2,"note":"poison"} 

{"attemptsMade":1,"arrivalTimestamp":1769846400001,"errorCode":"Lambda.ProcessingFailedStatus","errorMessage":"the function refused the row","attemptEndingTimestamp":1769846400001,
{"a":1} exec:handler same
{"attemptsMade":1,"arrivalTimestamp":1769846400001,"errorCode":"PROCESSING_FAILED","errorMessage":"refused by the processor","attemptEndingTimestamp":1769846400001,
{"t":1769846400002,"a":2,"note":"poison"} 
$ sluice vault get v.db --rejects --keys keys | sed 's/"time":"[^"]*"/"time":""/'
{"source":"S","number":1,"time":"","error":"PROCESSING_FAILED","record":"{\"t\":1769846400002, \"a\": 2, \"name\": \"Ada 2\", \"note\": \"poison\"}"}

# A function that fails four times fails its rows.
$ sed "s/, processor = 'exec:handler same')/)/; s/'exec:handler same'/'exec:false'/; /STAFF/d" folder.sql > fails.sql; rm -r out; sluice run fails.sql --quiet --keys keys 2>/dev/null; sh show.sh out/processing-failed/2026/*/*/*/*
{"attemptsMade":4,"arrivalTimestamp":1769846400001,"errorCode":"Lambda.FunctionError","errorMessage":"the function failed each time","attemptEndingTimestamp":1769846400001,
{"a":1,"note":"p"} exec:false
{"attemptsMade":4,"arrivalTimestamp":1769846400002,"errorCode":"Lambda.FunctionError","errorMessage":"the function failed each time","attemptEndingTimestamp":1769846400002,
{"a":2,"note":"poison"} exec:false
{"attemptsMade":4,"arrivalTimestamp":1769846400003,"errorCode":"Lambda.FunctionError","errorMessage":"the function failed each time","attemptEndingTimestamp":1769846400003,
{"a":3,"note":"poison"} exec:false
{"attemptsMade":4,"arrivalTimestamp":1769846400004,"errorCode":"Lambda.FunctionError","errorMessage":"the function failed each time","attemptEndingTimestamp":1769846400004,
{"a":4,"note":"p"} exec:false
