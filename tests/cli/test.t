# sluice test: differences row by row, exit codes 0, 1 and 2, expectations rewritten on purpose, the list of pending cases.
$ cat > a.test <<'END'
> # doubled
> schema S
> V INTEGER, D DOUBLE
> ----
> sql
> CREATE STREAM T (V INTEGER, D DOUBLE);
> CREATE PUMP P AS INSERT INTO T SELECT STREAM V * 2, D / 3 FROM S;
> ----
> input S
> {"V": 1, "D": 1}
> {"V": 2, "D": 2}
> {"V": "x"}
> ----
> expect T
> {"V": 2, "D": 0.333333333333}
> {"V": 5, "D": 0.666666666667}
> ----
> expect-count error_stream 1
> eval
> 1 + 1 => 2.0
> 1 / 0 => error division
> 2 * 3 => 7
> ----
> ====
> # refused
> sql
> CREATE STREAM T (V INTEGR);
> ----
> error no type INTEGR
> END

$ sluice test a.test
a.test:2: failed: doubled
  a.test:22: 2 * 3
    - 7
    + 6
  a.test:14: expect T: 2 rows expected (-), 2 came (+)
      {"V": 2, "D": 0.333333333333}
    - {"V": 5, "D": 0.666666666667}
    + {"V": 4, "D": 0.6666666666666666}
1 passed, 1 failed
[exit 1]

$ sluice test a.test --filter refused
1 passed, 0 failed

# The result depends neither on batches nor on threads.
$ for n in 1 3 1000; do sluice test a.test --batch-rows $n --threads 2 | tail -n 1; done
1 passed, 1 failed
1 passed, 1 failed
1 passed, 1 failed

$ printf '# may fail as yet\na.test: doubled\n' > pending.txt; sluice test --pending pending.txt .
1 pending
1 passed, 0 failed

$ printf 'a.test: doubled\na.test: refused\na.test: gone\nb.test: not read\n' > pending.txt; sluice test --pending pending.txt .
./a.test:26: passes, but the list of pending cases names it: refused
  pending.txt:2: take this line out
pending.txt:3: a.test has no case "gone"
1 pending
0 passed, 2 failed
[exit 1]

$ echo 'a.test' > pending.txt; sluice test --pending pending.txt .
error 42601: pending.txt:1: the line does not name a test case
hint: it is written: PATH.test: TITLE
[exit 2]

# Rewritten on purpose; what was right stays as it was written.
$ sluice test a.test --update
a.test: 2 expectations rewritten
2 passed, 0 failed

$ sed -n '14,22p' a.test
expect T
{"V": 2, "D": 0.333333333333}
{"V": 4, "D": 0.6666666666666666}
----
expect-count error_stream 1
eval
1 + 1 => 2.0
1 / 0 => error division
2 * 3 => 6

$ sluice test a.test
2 passed, 0 failed

# Long values, too.
$ printf 'eval\nUPPER(%s) => ""\n----\n' "'what is longer than a view holds by itself'" > long.test; sluice test long.test --update; sed -n 2p long.test
long.test: 1 expectations rewritten
1 passed, 0 failed
UPPER('what is longer than a view holds by itself') => "WHAT IS LONGER THAN A VIEW HOLDS BY ITSELF"

# Broken files.
$ echo 'scema S' > b.test; sluice test b.test
b.test:1:1: error 42601: no directive "scema"
scema S
^~~~~~~
hint: did you mean "schema"?
0 passed, 1 failed
[exit 2]

$ printf 'sql\nSELECT 1;\n' > b.test; sluice test b.test
b.test:1:1: error 42601: the block that begins here does not end
sql
^~~
hint: a block ends with a line ----
0 passed, 1 failed
[exit 2]

$ printf 'input S\n@00:00:02 {}\n@00:00:01 {}\n----\n' > b.test; sluice test b.test
b.test:3:1: error 42601: time goes back: the line before this one is later
@00:00:01 {}
^~~~~~~~~~~~
0 passed, 1 failed
[exit 2]

$ printf 'input S\n@today {}\n----\n' > b.test; sluice test b.test
b.test:2:1: error 42601: the line does not begin with a time
@today {}
^~~~~~~~~
hint: times are written @2026-01-01 00:00:00.000 or @00:00:00.000
0 passed, 1 failed
[exit 2]

$ printf 'schema S\nV INTEGER\n----\ninput S\n{}\n----\nexpect S\n{"V": 1, "W": 2}\n----\n' > b.test; sluice test b.test
b.test:1: broken
b.test:8:1: error 42703: the stream "S" has no column "W"
{"V": 1, "W": 2}
^~~~~~~~~~~~~~~~
hint: did you mean "V"?
0 passed, 1 failed
[exit 2]

$ printf 'schema S\nV INTEGER\n----\ninput S\n{}\n----\nexpect S\n{"V": 1, "V": 2}\n----\n' > b.test; sluice test b.test
b.test:1: broken
b.test:8:1: error 42701: the row names "V" twice
{"V": 1, "V": 2}
^~~~~~~~~~~~~~~~
0 passed, 1 failed
[exit 2]

$ printf 'schema S\nV INTEGER\n----\ninput S\n{}\n----\nexpect S\n{"V": 1\n----\n' > b.test; sluice test b.test
b.test:1: broken
b.test:8:1: error 22000: not JSON, at character 8: a comma or a closing brace is missing
{"V": 1
^~~~~~~
0 passed, 1 failed
[exit 2]

$ printf 'schema S\nV INTEGER\n----\ninput R\n{}\n----\n' > b.test; sluice test b.test
b.test:1: broken
b.test:4:1: error 42P01: no source stream "R"
input R
^~~~~~~
0 passed, 1 failed
[exit 2]

$ printf 'schema S\nV INTEGER\n----\nexpect R\n----\n' > b.test; sluice test b.test
b.test:1: broken
b.test:4:1: error 42P01: no stream "R"
expect R
^~~~~~~~
0 passed, 1 failed
[exit 2]

$ printf '\377\n' > b.test; sluice test b.test
b.test:1:1: error 42601: the line is not UTF-8 text
0 passed, 1 failed
[exit 2]

$ seq 999 | gzip > b.test; sluice test b.test 2>/dev/null | tail -n 1
0 passed, 1 failed

$ sluice test nowhere
sluice: cannot read nowhere: No such file or directory
[exit 2]

# Code may stand in a file beside the test; schemas may have the options of a source.
$ mkdir sub; echo 'CREATE STREAM T (A INTEGER, B VARCHAR(4)); CREATE PUMP P AS INSERT INTO T SELECT STREAM * FROM S;' > sub/app.sql

$ cat > sub/c.test <<'END'
> schema S (format = 'csv', column_delimiter = ';')
> A INTEGER, B VARCHAR(4)
> ----
> include app.sql
> input S
> 7;x
> @00:00:05 8;"y;z"
> 9
> ----
> expect T unordered
> {"ROWTIME": "2026-01-01 00:00:05.000", "A": 9, "B": null}
> {"A": 7, "B": "x"}
> {"A": 8, "B": "y;z"}
> ----
> END

$ sluice test sub
1 passed, 0 failed
