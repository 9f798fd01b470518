# Functions before a source's schema, before a delivery, and as a destination get the events of Lambda functions.
$ printf '%s\n' '{"a": 1}' '{"a": 2, "note": "drop"}' '{"a": 3}' '{"a": 4, "note": "poison"}' > in.ndjson
$ cat > app.sql <<'END'
> CREATE SOURCE S ("a" INTEGER, "note" VARCHAR(8)) FROM 'in.ndjson' WITH (processor = 'exec:handler twice');
> CREATE STREAM R ("a" INTEGER, "note" VARCHAR(8));
> CREATE PUMP P AS INSERT INTO R SELECT STREAM "a", "note" FROM S;
> END
$ sluice run app.sql --sink R=- --quiet
sluice: warning: the processor of S refused a record; it is left out
{"a":1,"note":null}
{"a":1,"note":null}
{"a":3,"note":null}
{"a":3,"note":null}
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
sluice: warning: the processor of S refused a record; it is left out
{"a":1,"note":null}
{"a":3,"note":null}

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
