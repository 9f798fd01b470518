# Lines of text: the one column of a stream as it stands.
$ cat > lines.sql <<'SQL'
> CREATE SOURCE s (a VARCHAR(8), b INTEGER) FROM '-';
> CREATE STREAM lines (line VARCHAR(40));
> CREATE PUMP p AS INSERT INTO lines SELECT STREAM 'a is ' || a FROM s;
> CREATE SINK o FROM lines INTO '-' WITH (format = 'text');
> SQL
$ printf '{"A":"x \\"y\\""}\n{"A":null}\n{"A":"z"}\n' | sluice run --quiet lines.sql
a is x "y"

a is z

$ sed -i "s/lines (line VARCHAR(40))/lines (line VARCHAR(40), n INTEGER)/; s/|| a FROM/|| a, 1 FROM/" lines.sql
$ echo '{"A":"x"}' | sluice run --quiet lines.sql
error HY024: format 'text' is for a stream of one text column; this one has 2 columns
[exit 3]

# Several records on a line are rows of their own; a line that is not JSON to its end gives none.
$ cat > many.sql <<'SQL'
> CREATE SOURCE s (a INTEGER) FROM '-';
> SELECT STREAM a FROM s;
> SQL
$ printf '{"A":1}{"A":2} {"A":3}\n{"A":4} x\n' | sluice run --quiet many.sql
{"A":1}
{"A":2}
{"A":3}
sluice: warning: record of S refused, PARSE_ERROR: record is not valid JSON: something follows the record at byte 9
