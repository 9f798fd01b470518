# Records that are sent by HTTP: what is taken, what is turned away and with which words.
$ cat > in.sql <<'SQL'
> CREATE SOURCE s (k INTEGER, t VARCHAR(20)) FROM 'http://127.0.0.1:47620/in';
> CREATE SINK o FROM s INTO 'out.ndjson';
> SQL
$ cat > filled <<'SH'
> for i in $(seq 100); do [ "$(cat "$1" 2>/dev/null | wc -l)" -ge "$2" ] && exit 0; sleep 0.05; done; echo "$1 has $(cat "$1" | wc -l) lines"; exit 1
> SH

# Lines, a document of several lines, packed, in chunks, nothing; what does not parse goes to error_stream.
$ sluice run --quiet in.sql 2> messages & post -w 47620 /in $'{"K":1,"T":"a"}\n{"K":2,"T":"b"}\n'; post 47620 /in $'{"K":3,\n "T":"c"}'; printf '{"K":4,"T":"d"}\n\n{"K":5,"T":"e"}' | gzip > p.gz; post -h 'Content-Encoding: gzip' 47620 /in @p.gz; post 47620 /in @p.gz; post -c 47620 /in '{"K":6,"T":"f"}'; post 47620 /in ''; post 47620 /in; post 47620 /in $'{"K":7,"T":"g"}\n{"K":"x"}\n{"K":8'; sh filled out.ndjson 9; kill -INT $!; wait; cat out.ndjson messages
200 {"records":2}
200 {"records":1}
200 {"records":2}
200 {"records":2}
200 {"records":1}
200 {"records":0}
200 {"records":0}
200 {"records":3}
{"K":1,"T":"a"}
{"K":2,"T":"b"}
{"K":3,"T":"c"}
{"K":4,"T":"d"}
{"K":5,"T":"e"}
{"K":4,"T":"d"}
{"K":5,"T":"e"}
{"K":6,"T":"f"}
{"K":7,"T":"g"}
sluice: warning: record refused, COERCION_ERROR: cannot convert x to INTEGER for column "K"
sluice: warning: record refused, PARSE_ERROR: record is not valid JSON: unfinished value at byte 7
