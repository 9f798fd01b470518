# The workshop as one application: a folder an hour, alerts, names in the vault alone; the same rows for the same seed.
$ OUT=$PWD RECORDS=4000 $ROOT/queries/workshop/joined/run.sh "$(dirname "$(command -v sluice)")" 2> errors
the archive:
archive/processing-failed/2026/01/31/08/scored-2026-01-31-08-00-00-000001.ndjson.gz
archive/scored/2026/01/31/08/scored-2026-01-31-08-00-00-000001.ndjson.gz
the first of 3 alerts, at most one a device in ten minutes:
2026-01-31 08:00:00.977 device3374 (Manufacturer 08, Model 02): pulse 5.9, 155.2/103.3, score 3.2052717902974504
2026-01-31 08:00:01.910 device1180 (Manufacturer 00, Model 00): pulse 6.9, 197.4/82.1, score 3.1435609515972684
2026-01-31 08:00:03.457 device5566 (Manufacturer 02, Model 18): pulse 8.4, 174.9/63.3, score 2.9890448504333973
manufacturers in the archive:
 manufacturer    | readings | alerts | highest
-----------------+----------+--------+---------
 Manufacturer 00 |      396 |      1 |     3.1
 Manufacturer 02 |      380 |      1 |       3
 Manufacturer 08 |      395 |      1 |     3.2
(3 rows)
the end of a note as it came, and in the archive:
 lorem ligula. Call 555-0185."}
em ligula. Call [phone].
who the first alert is about, for those who hold the key:
{"timestamp":1769846400977,"device_id":"device3374","patient_id":"patient2949","name":"Stein, Diego","dob":"2/4/1956","temperature":96.1,"oxygen_percent":97.5}
what did not fit:
 errorCode   | records | message
-------------+---------+--------------------------------------------------------
 DATA_ERROR  |      74 | reference table DEVICES has no row for this key
 PARSE_ERROR |       1 | record is not valid JSON: unfinished string at byte 74
(2 rows)
{"timestamp":1769846430000,"device_id":"device1000","name":"Half A Record
identities: 4000 rows, all as they were sealed
sluice_rejects: 1 row, all as they were sealed
$ cut -d '"' -f 14 records.ndjson | grep , | sort -u > whole; cut -d , -f 1 whole | sort -u > names; wc -l < names; zcat archive/scored/*/*/*/*/*.gz | grep -c -w -f names; grep -c -a -f whole people.vault
50
0
0
[exit 1]

# A replay on one thread gives the same archive; the pager may be a service, and the text stays.
$ cat > again.sh <<'SH'
> sluice run --quiet $ROOT/queries/workshop/joined/{where,application}.sql --keys keys --threads 1 \
>     --source LIFE_SUPPORT=records.ndjson --source DEVICES=devices.csv --sink CROSS_REFERENCE='vault:again.vault?table=identities' \
>     --sink scored=dir:again --sink pager=$1 2> errors
> SH
$ export no_proxy='*'; mkdir got; "$(dirname "$(readlink -f "$(command -v sluice)")")"/tests/cli/server http got 3; bash again.sh http://127.0.0.1:$(cat got/port)/alerts; cat got/log; cmp got/body.1 <(head -1 alerts.log | tr -d '\n'); diff -r again/scored archive/scored
POST /alerts HTTP/1.1
  Content-Type: text/plain; charset=utf-8
POST /alerts HTTP/1.1
  Content-Type: text/plain; charset=utf-8
POST /alerts HTTP/1.1
  Content-Type: text/plain; charset=utf-8
