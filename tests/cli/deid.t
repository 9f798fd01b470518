# The catalogue's examples of de-identification hold, in every run and with any number of threads.
$ cat > run.sh <<'SH'
> export SLUICE_KEYS="pseudonym p $(printf %064d 7);seal s $(printf %064d 8)"
> exec sluice run --quiet "$@"
> SH
$ sluice functions --markdown | awk '/^## /{ on = $0 == "## De-identification" } on && / => /' > examples.txt; wc -l < examples.txt
40
$ awk -F ' => ' 'BEGIN { print "CREATE SOURCE s (x INTEGER) FROM \047in.ndjson\047;" } { printf "SELECT STREAM %s AS v FROM s;\n", ($1 ~ /DECRYPT/ ? "RELEASE(" $1 ", \047test\047)" : $1) }' examples.txt > app.sql
$ echo '{"X":1}' > in.ndjson; awk -F ' => ' '{ print "{\"V\":" $2 "}" }' examples.txt | sort > expected.txt; sh run.sh app.sql | sort | diff expected.txt -
$ cat > keyed.sql <<'SQL'
> CREATE SOURCE s (n VARCHAR(16), d DATE) FROM 'many.ndjson';
> CREATE STREAM t (p VARCHAR(32), d DATE, m VARCHAR(16));
> CREATE PUMP q AS INSERT INTO t SELECT STREAM PSEUDONYM(n, 'a'), DATE_SHIFT(d, n, 90), SCRUB(n) FROM s;
> CREATE SINK o FROM t INTO '-';
> SQL
$ seq 1 20000 | sed 's/.*/{"N":"patient&","D":"2026-01-31"}/' > many.ndjson; for threads in 1 2 4; do sh run.sh keyed.sql --threads $threads | md5sum; done | sort -u | wc -l
1
$ sh run.sh keyed.sql --batch-rows 7 | md5sum > a; sh run.sh keyed.sql | md5sum | diff a - && sh run.sh keyed.sql | cut -d '"' -f 4 | sort -u | wc -l
20000

# Another domain, another name; another key, all others.
$ cat > domains.sql <<'SQL'
> CREATE SOURCE s (x INTEGER) FROM 'in.ndjson';
> SELECT STREAM PSEUDONYM('p7', 'a') = PSEUDONYM('p7', 'b') AS same, PSEUDONYM('p7', 'a') AS a FROM s;
> SQL
$ sh run.sh domains.sql > one; SLUICE_KEYS="pseudonym p $(printf %064d 9)" sluice run --quiet domains.sql > two; cut -d , -f 1 one two; cmp -s one two
{"SAME":false
{"SAME":false
[exit 1]

# A plan has no key, and nothing that only a key could make of what is not constant.
$ SLUICE_KEYS="pseudonym p $(printf %064d 7)" sluice explain keyed.sql | grep -c 0000000
0
[exit 1]

# Random values differ from row to row, of a constant too, however many rows are worked on at once; equal calls of a row are one.
$ cat > random.sql <<'SQL'
> CREATE SOURCE s (x INTEGER, c VARCHAR(4)) FROM 'same.ndjson';
> SELECT STREAM TOKEN('a') AS t, ENCRYPT('a', 'n') AS e, TOKEN(c) AS tc, TOKEN('a') = TOKEN('a') AND TOKEN(c) = TOKEN(c) AS same FROM s;
> SQL
$ seq 1000 | sed 's/.*/{"X":1,"C":"one"}/' > same.ndjson; sh run.sh random.sql > random.out; for f in 4 8 12; do cut -d '"' -f $f random.out | sort -u | wc -l; done; grep -c '"SAME":true' random.out
1000
1000
1000
1000
