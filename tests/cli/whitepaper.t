# The whitepaper's patterns at their rates, with a simulated clock: the same seed gives the same archive.
$ mkdir queries; cp -r $ROOT/queries/whitepaper queries; cat > pattern.sh <<'SH'
> # pattern.sh SECONDS PATTERN SIZE
> export LIVE=$1 START='2026-01-31 08:00:00'
> queries/whitepaper/run.sh $2 $3 "$(dirname "$(command -v sluice)")" |
>     sed '/of CPU in/d; s/records in .*/records/; s/"patient":"[^"]*"/"patient":.../'
> SH
$ for size in small medium large; do bash pattern.sh 1 1-collect $size; done
100 records
  PATIENTS: 100 rows to build/whitepaper/1-collect/patients.vault
  readings: 100 rows to build/whitepaper/1-collect/archive
the archive:
archive/de-identified/2026/01/31/08/readings-2026-01-31-08-00-00-000001.ndjson.gz
a record of it:
{"timestamp":1769846400000,"device_id":"device7553","patient":...,"temperature":102,"pulse":96,"oxygen_percent":98,"systolic":89,"diastolic":79,"text":...}
1,000 records
  PATIENTS: 1,000 rows to build/whitepaper/1-collect/patients.vault
  readings: 1,000 rows to build/whitepaper/1-collect/archive
the archive:
archive/de-identified/2026/01/31/08/readings-2026-01-31-08-00-00-000001.ndjson.gz
a record of it:
{"timestamp":1769846400000,"device_id":"device7553","patient":...,"temperature":102,"pulse":96,"oxygen_percent":98,"systolic":89,"diastolic":79,"text":...}
5,000 records
  PATIENTS: 5,000 rows to build/whitepaper/1-collect/patients.vault
  readings: 5,000 rows to build/whitepaper/1-collect/archive
the archive:
archive/de-identified/2026/01/31/08/readings-2026-01-31-08-00-00-000001.ndjson.gz
a record of it:
{"timestamp":1769846400000,"device_id":"device7553","patient":...,"temperature":102,"pulse":96,"oxygen_percent":98,"systolic":89,"diastolic":79,"text":...}
$ bash pattern.sh 60 2-transform small
6,000 records
  transformed: 5,883 rows to build/whitepaper/2-transform/archive
  source: 6,000 rows to build/whitepaper/2-transform/archive
  transformed, failed: 117 rows to build/whitepaper/2-transform/archive
the archive:
archive/processing-failed/2026/01/31/08/transformed-2026-01-31-08-00-00-000001.ndjson.gz
archive/source_records/2026/01/31/08/source-2026-01-31-08-00-00-000001.text.gz
archive/transformed/2026/01/31/08/transformed-2026-01-31-08-00-00-000001.ndjson.gz
a record of it:
{"timestamp":"2026-01-31T08:00:00.000","device_id":"device4514","patient_id":"patient5536","temperature":97,"pulse":64,"oxygen_percent":88,"systolic":184,"diastolic":84,"text":...,"manufacturer":"Manufacturer 08","model":"Model 02"}
$ bash pattern.sh 10 3-analyze medium
10,000 records
  scored: 10,000 rows to build/whitepaper/3-analyze/archive
  manufacturer: 9 rows to cat > ../../../build/whitepaper/3-analyze/messages.log
the archive:
archive/scored/2026/01/31/08/scored-2026-01-31-08-00-00-000001.ndjson.gz
a record of it:
{"device_id":"device7553","manufacturer":"Manufacturer 08","model":"Model 05","temperature":104,"pulse":119,"oxygen_percent":94,"systolic":152,"diastolic":112,"ANOMALY_SCORE":0}
9 messages, the first:
To Manufacturer 08: Model 05 device1820 reports a pulse of 0, score 3.20464778169289
