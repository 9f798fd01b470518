# Columns that are PERSONAL: the refusal with its place and way, and the list of what is allowed without proof.

$ cat > app.sql <<'END'
> CREATE SOURCE S (ID INTEGER, NAME VARCHAR(20) PERSONAL) FROM 'in.ndjson';
> CREATE STREAM M (ID INTEGER, WHO VARCHAR(20));
> CREATE STREAM O (ID INTEGER, WHO VARCHAR(20));
> CREATE PUMP A AS INSERT INTO M SELECT STREAM ID, UPPER(NAME) FROM S WHERE NAME <> 'x';
> CREATE PUMP B AS INSERT INTO O
>   SELECT STREAM ID, WHO || '!' FROM M;
> CREATE SINK K FROM O INTO 'out.ndjson';
> END
$ sluice check app.sql
app.sql:6:21: error 42501: PERSONAL column "NAME" of "S" would leave as "WHO" through sink "K"
  SELECT STREAM ID, WHO || '!' FROM M;
                    ^~~~~~~~~~
hint: its way: "S"."NAME" -> pump "A" -> "M"."WHO" -> pump "B" -> "O"."WHO" -> sink "K"; what may leave it: a de-identifying function, RELEASE(expr, 'reason'), or a sink with personal = TRUE
[exit 3]

# With a RELEASE, or a sink that may have it, it passes; the places that are not proved are listed.
$ sed -i "s/WHO || '!'/RELEASE(WHO, 'agreed')/" app.sql; sluice check app.sql
app.sql:4:75: note 42501: WHERE chooses rows by PERSONAL column "NAME" of "S": which rows there are is not proved
CREATE PUMP A AS INSERT INTO M SELECT STREAM ID, UPPER(NAME) FROM S WHERE NAME <> 'x';
                                                                          ^~~~~~~~~~~
app.sql:6:21: note 42501: PERSONAL column "NAME" of "S" is released: agreed
  SELECT STREAM ID, RELEASE(WHO, 'agreed') FROM M;
                    ^~~~~~~~~~~~~~~~~~~~~~
no errors

$ sed -i "s/RELEASE(WHO, 'agreed')/WHO/; s/INTO 'out.ndjson'/INTO 'out.ndjson' WITH (personal = TRUE)/" app.sql; sluice check app.sql
app.sql:4:75: note 42501: WHERE chooses rows by PERSONAL column "NAME" of "S": which rows there are is not proved
CREATE PUMP A AS INSERT INTO M SELECT STREAM ID, UPPER(NAME) FROM S WHERE NAME <> 'x';
                                                                          ^~~~~~~~~~~
no errors

# However many there are.
$ (sed 's/CREATE PUMP.*//; /SELECT/d; s/^CREATE SINK.*//' app.sql; for i in $(seq 150); do echo "CREATE PUMP P$i AS INSERT INTO O SELECT STREAM ID, RELEASE(NAME, 'agreed') FROM S;"; done) > many.sql; sluice check many.sql 2>&1 | grep -c 'is released: agreed'
150

# A sink of the command line is none of those.
$ sluice check app.sql --sink M=-
app.sql:4:50: error 42501: PERSONAL column "NAME" of "S" would leave as "WHO" through sink "M"
CREATE PUMP A AS INSERT INTO M SELECT STREAM ID, UPPER(NAME) FROM S WHERE NAME <> 'x';
                                                 ^~~~~~~~~~~
hint: its way: "S"."NAME" -> pump "A" -> "M"."WHO" -> sink "M"; what may leave it: a de-identifying function, RELEASE(expr, 'reason'), or a sink with personal = TRUE
[exit 3]

# What does not parse is kept in no place, and the run says so.
$ printf '{"ID": 1, "NAME": "Ann"}\n{"ID": 2, "NAME": "Bob\n' > in.ndjson; sluice run app.sql --sink error_stream=- --quiet | sed 's/"ERROR_TIME":[^,]*,//; s/"DATA_ROWTIME":[^,]*,//'; cat out.ndjson
sluice: warning: source "S" has PERSONAL columns and there is no vault: records that do not fit it are counted, their bytes are kept in no place
sluice: warning: records with PERSONAL columns that did not fit and are lost: 1
{"ERROR_LEVEL":"ERROR","ERROR_NAME":"PARSE_ERROR","MESSAGE":"record is not valid JSON: unfinished string at byte 23","DATA_ROW":null,"PUMP_NAME":null}
{"ID":1,"WHO":"ANN"}

# Nor does a message tell a value of another column: in a broken record anything may stand anywhere.
$ printf '{"ID": "Ann Abbott", "NAME": 1}\n{"ID": {"name": "Ann Abbott"}}\n' > in.ndjson; sluice run app.sql --quiet 2>&1 | grep refused
sluice: warning: record of S refused, COERCION_ERROR: cannot convert a PERSONAL value to INTEGER for column "ID" (record at byte 1 of in.ndjson)
sluice: warning: record of S refused, COERCION_ERROR: cannot convert a PERSONAL value to INTEGER for column "ID" (record at byte 33 of in.ndjson)

# A crash leaves no core dump of such values, of a run or of a session: what they start has the same limit.
$ printf '{"N":"Ann"}\n' > n.ndjson; cat > core.sql <<'SQL'
> CREATE SOURCE s (n VARCHAR(9) PERSONAL) FROM 'n.ndjson';
> CREATE SINK k FROM s INTO 'exec:ulimit -S -c > limit; cat' WITH (personal = TRUE);
> SQL
$ ulimit -S -c unlimited; sluice run --quiet core.sql 2>/dev/null; cat limit; rm limit; sluice repl < core.sql 2>/dev/null; cat limit
{"N":"Ann"}
0
{"N":"Ann"}
0
