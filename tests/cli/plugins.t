# plugins.t: functions in C, from the shared object of udf/example and from ones that are not as they should be.

$ cp "$(dirname "$(command -v sluice)")/example.so" .
$ cat > own.sql <<'SQL'
> CREATE FUNCTION fahrenheit (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';
> CREATE FUNCTION geometric_mean (x DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:geometric_mean';
> CREATE FUNCTION changes (c CURSOR, most BIGINT) RETURNS TABLE LANGUAGE C EXTERNAL NAME 'example.so:changes';
> CREATE SOURCE s (k INTEGER, d DOUBLE, t TIMESTAMP) FROM 'in.ndjson' WITH (rowtime = 't');
> SQL
$ for i in 0 1 2 3 4 5 6 7; do echo "{\"K\":$((i / 2 % 2)),\"D\":$((i * i % 7 + 1)),\"T\":\"2026-01-01 00:00:0$i\"}"; done > in.ndjson

# A scalar function, with its NULLs and errors.
$ (cat own.sql; echo 'SELECT STREAM d, fahrenheit(d) AS f, fahrenheit(NULLIF(d, 1)) AS n FROM s;') > a.sql; sluice run --quiet a.sql | head -3
{"D":1,"F":33.8,"N":null}
{"D":2,"F":35.6,"N":35.6}
{"D":5,"F":41,"N":41}
$ (cat own.sql; echo 'SELECT STREAM fahrenheit(d * -100) AS f FROM s WHERE d > 2;') > a.sql; sluice run --quiet a.sql 2>&1 | sort -u | head -2
sluice: warning: row refused, DATA_ERROR: -300 degrees Celsius are below absolute zero
sluice: warning: row refused, DATA_ERROR: -500 degrees Celsius are below absolute zero

# What a plug-in says about a PERSONAL value is in no message, also when it fails as what it says it never does, or as a NULL.
$ cat > tells.c <<'C'
> #include "sluice.h"
> static void tell(struct sluice_call *call, enum sluice_fault kind)
> {
>     for (uint32_t i = 0; i < call->n_rows; i++) {
>         const struct sluice_str *s = &call->args[0].str[sluice_at(&call->args[0], call->rows[i])];
>         sluice_fault(call, call->rows[i], kind, "it is %.*s", (int)s->len, sluice_str_data(s));
>     }
> }
> static void data(struct sluice_call *call) { tell(call, SLUICE_FAULT_DATA); }
> static void null(struct sluice_call *call) { tell(call, SLUICE_FAULT_NULL); }
> static const struct sluice_fn of_data = { .args = { { .name = "s", .class = SLUICE_CLASS_TEXT } }, .returns = { .kind = SLUICE_INTEGER }, .errors = "", .kernel = data };
> static const struct sluice_fn of_null = { .args = { { .name = "s", .class = SLUICE_CLASS_TEXT } }, .returns = { .kind = SLUICE_INTEGER }, .errors = "", .kernel = null };
> SLUICE_EXPORT(data_of, FUNCTION, &of_data);
> SLUICE_EXPORT(null_of, FUNCTION, &of_null);
> C
$ cc -shared -fPIC -I "$ROOT/engine" -o tells.so tells.c && for f in data null; do for p in '' PERSONAL; do echo "CREATE FUNCTION f (s VARCHAR(20)) RETURNS INTEGER LANGUAGE C EXTERNAL NAME 'tells.so:${f}_of'; CREATE SOURCE s (name VARCHAR(20) $p) FROM '-'; CREATE STREAM o (x INTEGER); CREATE PUMP p AS INSERT INTO o SELECT STREAM f(name) FROM s; CREATE SINK k FROM o INTO 'null:' WITH (personal = TRUE);" > tells.sql; echo '{"NAME":"Ann Abbott"}' | sluice run --quiet tells.sql 2>&1 | grep refused; done; done
sluice: warning: row refused by pump P, DATA_ERROR: it is Ann Abbott
sluice: warning: row refused by pump P, DATA_ERROR: bad data
sluice: warning: row refused by pump P, NULL_NOT_ALLOWED: it is Ann Abbott
sluice: warning: row refused by pump P, NULL_NOT_ALLOWED: null for a NOT NULL column

# An aggregate, with GROUP BY and with OVER, in whatever slices and on two threads.
$ (cat own.sql; echo 'SELECT STREAM k, geometric_mean(d) AS m, geometric_mean(DISTINCT d) AS n FROM s GROUP BY k, FLOOR(s.ROWTIME TO MINUTE);') > a.sql; sluice run --quiet a.sql
{"K":0,"M":2.3403473193207156,"N":2.3403473193207156}
{"K":1,"M":2.340347319320716,"N":2.340347319320716}
$ (cat own.sql; echo "SELECT STREAM k, CAST(geometric_mean(d) OVER (PARTITION BY k RANGE INTERVAL '2' SECOND PRECEDING) AS DECIMAL(9, 6)) AS m FROM s;") > a.sql; sluice run --quiet a.sql
{"K":0,"M":1.000000}
{"K":0,"M":1.414214}
{"K":1,"M":5.000000}
{"K":1,"M":3.872983}
{"K":0,"M":3.000000}
{"K":0,"M":3.872983}
{"K":1,"M":2.000000}
{"K":1,"M":1.414214}
$ sluice run --quiet a.sql > 1; sluice run --quiet --batch-rows 1 --threads 2 a.sql > 2; cmp 1 2

# A table function.
$ (cat own.sql; echo 'SELECT STREAM * FROM TABLE(changes(CURSOR(SELECT STREAM k FROM s), 2));') > a.sql; sluice run --quiet a.sql | tr -d '\n'; echo
{"K":0,"CHANGES":0}{"K":0,"CHANGES":0}{"K":1,"CHANGES":1}{"K":1,"CHANGES":1}{"K":0,"CHANGES":2}{"K":0,"CHANGES":2}{"K":1,"CHANGES":2}{"K":1,"CHANGES":2}

# States go through checkpoints.
$ cat > kept.sql <<'SQL'
> CREATE STREAM m (k INTEGER, m DOUBLE);
> CREATE STREAM c (k INTEGER, n BIGINT);
> CREATE PUMP p AS INSERT INTO m SELECT STREAM k, geometric_mean(d) FROM s GROUP BY k, FLOOR(s.ROWTIME TO MINUTE);
> CREATE PUMP q AS INSERT INTO c SELECT STREAM * FROM TABLE(changes(CURSOR(SELECT STREAM k FROM s), 9));
> CREATE SINK f FROM m INTO 'm.ndjson';
> CREATE SINK g FROM c INTO 'c.ndjson';
> SQL
$ sluice run --quiet own.sql kept.sql; cat m.ndjson c.ndjson > whole; mv in.ndjson all.ndjson
$ rm m.ndjson c.ndjson; for n in 3 5 8; do head -n $n all.ndjson > in.ndjson; sluice run --quiet --state state own.sql kept.sql; done; cat m.ndjson c.ndjson | cmp - whole; cat whole | wc -l
10

# Calls that do not fit what is declared.
$ (cat own.sql; echo "SELECT STREAM fahrenheit('x') FROM s;") > a.sql; sluice check a.sql
a.sql:5:15: error 42883: no match found for function signature FAHRENHEIT(CHAR(1))
SELECT STREAM fahrenheit('x') FROM s;
              ^~~~~~~~~~
hint: arguments of a function of the application are not converted: use CAST
[exit 3]
$ (cat own.sql; echo "SELECT STREAM fahrenhait(d) FROM s;") > a.sql; sluice check a.sql
a.sql:5:15: error 42883: no match found for function signature FAHRENHAIT(DOUBLE)
SELECT STREAM fahrenhait(d) FROM s;
              ^~~~~~~~~~
hint: did you mean FAHRENHEIT?
[exit 3]
$ (cat own.sql; echo "SELECT STREAM * FROM TABLE(changes(CURSOR(SELECT STREAM k FROM s)));") > a.sql; sluice check a.sql
a.sql:5:22: error 42883: CHANGES: it is declared with 1 parameter behind the cursor
SELECT STREAM * FROM TABLE(changes(CURSOR(SELECT STREAM k FROM s)));
                     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
[exit 3]
$ (cat own.sql; echo "SELECT STREAM * FROM TABLE(changes(CURSOR(SELECT STREAM k FROM s), 'x'));") > a.sql; sluice check a.sql
a.sql:5:68: error 42883: CHANGES: this parameter is declared as BIGINT
SELECT STREAM * FROM TABLE(changes(CURSOR(SELECT STREAM k FROM s), 'x'));
                                                                   ^~~
[exit 3]
$ (cat own.sql; echo "SELECT STREAM * FROM TABLE(changes(CURSOR(SELECT STREAM d FROM s), 2));") > a.sql; sluice check a.sql
a.sql:5:36: error 42883: cannot apply CHANGES: its cursor has one column, an INTEGER
SELECT STREAM * FROM TABLE(changes(CURSOR(SELECT STREAM d FROM s), 2));
                                   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
[exit 3]

# Declarations that do not fit the plug-in.
$ echo "CREATE FUNCTION f (c VARCHAR(5)) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';" > a.sql; sluice check a.sql
a.sql:1:17: error 42804: the plug-in's function does not take (VARCHAR(5)), as "F" is declared
CREATE FUNCTION f (c VARCHAR(5)) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';
                ^
[exit 3]
$ echo "CREATE FUNCTION f (c DOUBLE) RETURNS INTEGER LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';" > a.sql; sluice check a.sql
a.sql:1:17: error 42804: the plug-in's function returns DOUBLE, "F" INTEGER
CREATE FUNCTION f (c DOUBLE) RETURNS INTEGER LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';
                ^
[exit 3]
$ echo "CREATE FUNCTION f (c DOUBLE) RETURNS TABLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';" > a.sql; sluice check a.sql
a.sql:1:17: error 42804: the plug-in's function "F" returns no table
CREATE FUNCTION f (c DOUBLE) RETURNS TABLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';
                ^
hint: CREATE FUNCTION f (x INTEGER) RETURNS INTEGER LANGUAGE C ...
[exit 3]
$ echo "CREATE FUNCTION f (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:changes';" > a.sql; sluice check a.sql
a.sql:1:17: error 42804: the plug-in's function "F" returns a table
CREATE FUNCTION f (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:changes';
                ^
hint: CREATE FUNCTION f (c CURSOR, n INTEGER) RETURNS TABLE LANGUAGE C ...
[exit 3]
$ echo "CREATE FUNCTION f (c DOUBLE, d CURSOR) RETURNS TABLE LANGUAGE C EXTERNAL NAME 'example.so:changes';" > a.sql; sluice check a.sql
a.sql:1:20: error 42601: a CURSOR is the first parameter of a table function, and no other one
CREATE FUNCTION f (c DOUBLE, d CURSOR) RETURNS TABLE LANGUAGE C EXTERNAL NAME 'example.so:changes';
                   ^
[exit 3]
$ echo "CREATE FUNCTION f (c CURSOR) RETURNS INTEGER RETURN 1;" > a.sql; sluice check a.sql
a.sql:1:17: error 42601: syntax error at line 1: a table function is written in C
CREATE FUNCTION f (c CURSOR) RETURNS INTEGER RETURN 1;
                ^
hint: CREATE FUNCTION f (c CURSOR) RETURNS TABLE LANGUAGE C EXTERNAL NAME 'f.so:f'
[exit 3]
$ echo "CREATE FUNCTION \"UPPER\" (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';" > a.sql; sluice check a.sql
a.sql:1:17: error 42710: "UPPER" is a function of Sluice's own
CREATE FUNCTION "UPPER" (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';
                ^~~~~~~
[exit 3]
$ (cat own.sql; echo "CREATE FUNCTION fahrenheit (c DOUBLE) RETURNS DOUBLE RETURN c;") > a.sql; sluice check a.sql
a.sql:5:17: error 42710: "FAHRENHEIT" is already defined
CREATE FUNCTION fahrenheit (c DOUBLE) RETURNS DOUBLE RETURN c;
                ^~~~~~~~~~
hint: CREATE OR REPLACE defines it anew
[exit 3]
$ (cat own.sql; echo "CREATE FUNCTION fahrenheit (x DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';") > a.sql; sluice check a.sql
a.sql:5:17: error 42710: "FAHRENHEIT" is already defined
CREATE FUNCTION fahrenheit (x DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of';
                ^~~~~~~~~~
hint: CREATE OR REPLACE defines it anew
[exit 3]

# Overloads, replacement, removal.
$ (cat own.sql; echo "CREATE FUNCTION fahrenheit (c INTEGER) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:fahrenheit_of'; SELECT STREAM fahrenheit(k) + fahrenheit(d) AS f FROM s;") > a.sql; sluice run --quiet a.sql | head -1
{"F":65.8}
$ (cat own.sql; echo "CREATE OR REPLACE FUNCTION fahrenheit (c DOUBLE) RETURNS DOUBLE RETURN c + 1000; SELECT STREAM fahrenheit(d) AS f FROM s;") > a.sql; sluice run --quiet a.sql | head -1
{"F":1001}
$ (cat own.sql; echo "DROP FUNCTION fahrenheit; SELECT STREAM fahrenheit(d) AS f FROM s;") > a.sql; sluice check a.sql
a.sql:5:41: error 42883: no match found for function signature FAHRENHEIT(DOUBLE)
DROP FUNCTION fahrenheit; SELECT STREAM fahrenheit(d) AS f FROM s;
                                        ^~~~~~~~~~
[exit 3]

# Files that are no plug-ins, or of another version.
$ for name in none.so:f example.so:none example.so:sluice_fault example.so in.ndjson:f; do echo "CREATE FUNCTION f (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME '$name';" > a.sql; sluice check a.sql 2>&1 | grep -v '\^'; done
a.sql:1:70: error 46000: cannot load none.so: ./none.so: cannot open shared object file: No such file or directory
CREATE FUNCTION f (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'none.so:f';
a.sql:1:70: error 46000: there is no symbol "none" in example.so
CREATE FUNCTION f (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:none';
a.sql:1:70: error 46000: there is no symbol "sluice_fault" in example.so
CREATE FUNCTION f (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so:sluice_fault';
a.sql:1:70: error 46000: 'example.so' names no file and symbol
CREATE FUNCTION f (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'example.so';
hint: EXTERNAL NAME 'file.so:symbol'
a.sql:1:70: error 46000: cannot load in.ndjson: ./in.ndjson: invalid ELF header
CREATE FUNCTION f (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME 'in.ndjson:f';
$ cat > other.c <<'C'
> #include "sluice.h"
> int number = 7;
> char many[64] = "many";
> static const struct sluice_fn empty = { .name = "x" };
> static const struct sluice_agg half = { .size = 8 };
> SLUICE_EXPORT(no_kernel, FUNCTION, &empty);
> SLUICE_EXPORT(no_step, AGGREGATE, &half);
> SLUICE_EXPORT(no_row, AGGREGATE, 0);
> C
$ cc -shared -fPIC -I "$ROOT/engine" -o other.so other.c; sed 's/define SLUICE_API_VERSION .*/define SLUICE_API_VERSION 999/' "$ROOT/engine/sluice.h" > sluice.h; cc -shared -fPIC -I . -o later.so other.c
$ for name in other.so:number other.so:many other.so:no_kernel other.so:no_step other.so:no_row later.so:no_kernel; do echo "CREATE FUNCTION f (c DOUBLE) RETURNS DOUBLE LANGUAGE C EXTERNAL NAME '$name';" > a.sql; sluice check a.sql 2>&1 | grep -v '\^\|^CREATE'; done
a.sql:1:70: error 46000: number of other.so is no function for Sluice
hint: SLUICE_EXPORT of sluice.h makes one
a.sql:1:70: error 46000: many of other.so is no function for Sluice
hint: SLUICE_EXPORT of sluice.h makes one
a.sql:1:70: error 46000: no_kernel of other.so has no "kernel"
a.sql:1:70: error 46000: no_step of other.so has no "step"
a.sql:1:70: error 46000: no_row of other.so is no function for Sluice
hint: SLUICE_EXPORT of sluice.h makes one
a.sql:1:70: error 46000: no_kernel of later.so was built for version 999 of sluice.h; this is version 1
hint: build the plug-in with this program's sluice.h

# A plug-in cannot give leave to PERSONAL values by saying that it de-identifies: RELEASE does, where the application says so.
$ mkdir mine; cat > mine/claims.c <<'C'
> #include "sluice.h"
> static void same(struct sluice_call *call) { for (uint32_t i = 0; i < call->n_rows; i++) call->result->i64[call->rows[i]] = call->args[0].i64[sluice_at(&call->args[0], call->rows[i])]; }
> static const struct sluice_fn row = { .args = { { .name = "x", .class = SLUICE_CLASS_INTEGER } }, .returns = { .kind = SLUICE_BIGINT }, .kernel = same, .deidentifies = true };
> SLUICE_EXPORT(claims, FUNCTION, &row);
> C
$ cc -shared -fPIC -I "$ROOT/engine" -o claims.so mine/claims.c
$ cat > a.sql <<'SQL'
> CREATE FUNCTION claims (x BIGINT) RETURNS BIGINT LANGUAGE C EXTERNAL NAME 'claims.so:claims';
> CREATE SOURCE p (ssn BIGINT PERSONAL) FROM '-';
> SELECT STREAM claims(ssn) AS n FROM p;
> SQL
$ sluice check a.sql; sed -i "s/claims(ssn)/RELEASE(claims(ssn), 'numbers of the test')/" a.sql; sluice check a.sql
a.sql:3:15: error 42501: PERSONAL column "SSN" of "P" would leave through the output of this query
SELECT STREAM claims(ssn) AS n FROM p;
              ^~~~~~
hint: its way: "P"."SSN" -> output column "N"; what may leave it: a de-identifying function, RELEASE(expr, 'reason')
a.sql:3:15: note 42501: PERSONAL column "SSN" of "P" is released: numbers of the test
SELECT STREAM RELEASE(claims(ssn), 'numbers of the test') AS n FROM p;
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
no errors
