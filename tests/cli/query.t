# Delivered archives as tables: NDJSON, CSV, gzipped or not, by the time of their folders.
$ mkdir -p out/2026/01/31/13 out/2026/01/31/14 out/2026/02/01/00 out/processing-failed
$ cat > out/2026/01/31/13/o-1.ndjson <<'END'
> {"device":"a","temp":31.5,"ok":true,"n":1,"o":{"a": [1, 2]}}
> {"device":"b","temp":2,"ok":false,"n":9007199254740993}
> END
$ printf '{"device":"a","temp":7}\n{"device":"c","Device":"x","temp":"hot"}\n' | gzip > out/2026/01/31/14/o-2.ndjson.gz
$ printf '{"device":"d","temp":1e2,"n":null}\n' > out/2026/02/01/00/o-3.ndjson
$ printf '{"rawData":"x"}\n' > out/processing-failed/o-4.ndjson
$ printf '{"device":"half' > out/2026/02/01/00/o-5.ndjson.part
$ sluice query --table R=out 'SELECT * FROM R'
 device | temp | ok   | n                | o           | Device_2
--------+------+------+------------------+-------------+----------
 a      | 31.5 |    1 |                1 | {"a":[1,2]} | NULL
 b      |    2 |    0 | 9007199254740993 | NULL        | NULL
 a      |    7 | NULL |             NULL | NULL        | NULL
 c      |  hot | NULL |             NULL | NULL        | x
 d      |  100 | NULL |             NULL | NULL        | NULL
(5 rows)
$ sluice query --table R=out --format json 'SELECT DELIVERED, device, temp, ok, n, o FROM R ORDER BY device, temp'
{"DELIVERED":"2026-01-31 14:00:00","device":"a","temp":7,"ok":null,"n":null,"o":null}
{"DELIVERED":"2026-01-31 13:00:00","device":"a","temp":31.5,"ok":1,"n":1,"o":"{\"a\":[1,2]}"}
{"DELIVERED":"2026-01-31 13:00:00","device":"b","temp":2,"ok":0,"n":9007199254740993,"o":null}
{"DELIVERED":"2026-01-31 14:00:00","device":"c","temp":"hot","ok":null,"n":null,"o":null}
{"DELIVERED":"2026-02-01 00:00:00","device":"d","temp":100,"ok":null,"n":null,"o":null}
$ sluice query --table R=out --format csv "SELECT device, temp, DELIVERED d, '' e, 'a,\"b' f FROM R WHERE temp > 5"
device,temp,d,e,f
a,31.5,2026-01-31 13:00:00,"","a,""b"
a,7,2026-01-31 14:00:00,"","a,""b"
c,hot,2026-01-31 14:00:00,"","a,""b"
d,100,2026-02-01 00:00:00,"","a,""b"
$ sluice query --table R=dir:out/2026/01/ "SELECT device, o->>'$.a[1]' second, typeof(n), typeof(ok) FROM R WHERE ok"
 device | second | typeof(n) | typeof(ok)
--------+--------+-----------+------------
 a      |      2 | integer   | integer
(1 row)

# A query out of a file that begins with a comment.
$ printf -- '-- how many?\nSELECT COUNT(*) FROM R -- all\n' > count.sql; sluice query --table R=out --format csv "$(cat count.sql)"
COUNT(*)
5

# Other folders stay closed: the damaged one is not met.
$ head -c 40 out/2026/01/31/14/o-2.ndjson.gz > cut; mkdir -p out/2026/01/31/15; cp cut out/2026/01/31/15/o-6.ndjson.gz
$ sluice query --table R=out --format csv "SELECT device, DELIVERED FROM R WHERE DELIVERED < '2026-01-31 14'"
device,DELIVERED
a,2026-01-31 13:00:00
b,2026-01-31 13:00:00
$ sluice query --table R=out --format csv "SELECT device, DELIVERED FROM R WHERE DELIVERED = '2026-01-31 14:00:00'"
device,DELIVERED
a,2026-01-31 14:00:00
c,2026-01-31 14:00:00
$ sluice query --table R=out --format csv "SELECT device FROM R WHERE DELIVERED BETWEEN '2026-01-31 14' AND '2026-01-31 14:30'"
device
a
c
$ sluice query --table R=out --format csv "SELECT device FROM R WHERE DELIVERED > '2026-02'"
device
d
$ sluice query --table R=out --format csv 'SELECT COUNT(*) FROM R'
error 58030: out/2026/01/31/15/o-6.ndjson.gz of the archive is damaged gzip data, about byte 40: it ends too early
[exit 1]
$ sluice query --table R=out/2026/02 --format csv 'SELECT device, DELIVERED FROM R'
device,DELIVERED
d,2026-02-01 00:00:00

$ rm -r out/2026/01/31/15
$ sluice query --table R=out --format csv "SELECT device FROM R WHERE DELIVERED = NULL OR DELIVERED > 5 AND DELIVERED LIKE '2026-02-%'"
device

# Joins: each key is looked up in an index after the first one; texts, numbers and NULLs find what SQL says.
$ printf 'device,maker,id\r\na,Acme,1\r\nb,"Bolt, Sons",2\r\nc,Core,3\r\nd,,4\r\n' > makers.csv
$ sluice query --table R=out --table M=makers.csv --header --format csv 'SELECT M.device, maker, temp FROM M LEFT JOIN R ON R.device = M.device ORDER BY 1, 3'
device,maker,temp
a,Acme,7
a,Acme,31.5
b,"Bolt, Sons",2
c,Core,hot
d,"",100
$ sluice query --table R=out --table 'M(device, "maker", id)=makers.csv' --format csv 'SELECT COUNT(*) FROM M JOIN R USING (device)'
COUNT(*)
5
$ sluice query --table R=out --format csv "SELECT v.column1, (SELECT COUNT(*) FROM R WHERE R.n = v.column1) c FROM (VALUES (1), ('1'), (1.0), (NULL), ('x'), (9007199254740993)) v"
column1,c
1,1
1,1
1,1
,0
x,0
9007199254740993,1
$ sluice query --table R=out --format csv "SELECT v.column1, (SELECT COUNT(*) FROM R WHERE R.device = v.column1 AND DELIVERED >= '2026-01-31 14') c FROM (VALUES ('a'), ('b'), ('A'), (1), ('d')) v"
column1,c
a,1
b,0
A,0
1,0
d,1

# Records that are none are left out and told; damage ends the query.
$ printf '{"a":1}\nbroken\n{"a":2}\n' > bad.ndjson
$ sluice query --table B=bad.ndjson --format csv 'SELECT SUM(a) FROM B'
sluice: 1 record of B could not be read; the first: bad.ndjson: record is not valid JSON: expected a value at byte 1
SUM(a)
3
$ mkdir none; sluice query --table N=none 'SELECT COUNT(*) FROM N'
 COUNT(*)
----------
        0
(1 row)
$ seq 20000 | sed 's/.*/{"n":&,"r":"&-&"}/' | gzip > long.gz; head -c 60000 long.gz > cut.ndjson.gz
$ sluice query --table C=cut.ndjson.gz --format csv 'SELECT COUNT(*) FROM C'
error 58030: cut.ndjson.gz of the archive is damaged gzip data, about byte 60000: it ends too early
[exit 1]

# What is refused.
$ sluice query --table R=out 'SELECT nothing_such FROM R WHERE'
error 42601: incomplete input
[exit 3]
$ sluice query --table R=out 'DELETE FROM R'
error 42601: table R may not be modified
[exit 3]
$ sluice query --table R=out "ATTACH 'x.db' AS x"
error 42601: this is no query
[exit 3]
$ sluice query --table R=out 'SELECT 1; SELECT 2'
error 42601: one query is run at a time
[exit 3]
$ sluice query --table R=out --table r=out 'SELECT 1'
error 42710: table "r" already exists
[exit 3]
$ sluice query --table R=nowhere 'SELECT 1'
error 08001: cannot read nowhere: No such file or directory
[exit 4]
$ sluice query --table R 'SELECT 1'
error HY000: "R" is no table
hint: write NAME=FOLDER, NAME=FILE or NAME(COLUMN, ...)=FILE
[exit 2]
$ sluice query --table R=sqlite:x.db 'SELECT 1'
error HY024: "R=sqlite:x.db" is no archive: tables are folders and files
[exit 3]
$ sluice query --table R=out --format xml 'SELECT 1'
sluice: --format takes table, json or csv, not "xml"
Try "sluice help query".
[exit 2]

# A file of SQL is not SQL, and a table has to be named.
$ echo 'SELECT 1' > one.sql; sluice query one.sql
error 42601: near "one": syntax error
hint: the argument is the SQL itself: sluice query "$(cat one.sql)"
[exit 3]
$ sluice query 'SELECT * FROM rides_that_are_not'
error 42601: no such table: rides_that_are_not
hint: --table NAME=PLACE makes a folder or file a table
[exit 3]
