# The first two steps of the workshop, each by one command: identities go to the vault and are empty in the record, source records are kept if asked.
$ KEEP=1 OUT=$PWD/one $ROOT/queries/workshop/1-deidentify/run.sh "$(dirname "$(command -v sluice)")" | sed 's/"patient":"[0-9a-f]*"/"patient":"..."/; s/^20[-0-9: ]* [0-9]* [a-z]* /... /; s/identities [0-9a-f]* asked/identities asked/'
a record as it came:
{"timestamp":1769846400000,"device_id":"device1700","patient_id":"patient1027","name":"Tara Zimmer","dob":"1999-08-11","temperature":96,"pulse":84,"oxygen_percent":91,"systolic":122,"diastolic":82}
as it goes on:
{"time":"2026-01-31 08:00:00.000","device_id":"device1700","patient":"...","name":"","dob":"","temperature":null,"pulse":84,"oxygen_percent":null,"systolic":122,"diastolic":82}
what the vault has of it:
{"timestamp":1769846400000,"device_id":"device1700","patient_id":"patient1027","name":"Tara Zimmer","dob":"1999-08-11","temperature":96,"oxygen_percent":91}
what did not fit, sealed in the vault as well:
{"timestamp":1769846410000,"device_id":"device1000","name":"Half A Record
identities: 1000 rows, all as they were sealed
sluice_rejects: 1 row, all as they were sealed
... get identities asked
... get sluice_rejects all asked
$ cat one/delivered/de-identified/*/*/*/*/* | wc -l; cat one/delivered/de-identified/*/*/*/*/* | grep -c -v '"name":"","dob":"","temperature":null,"pulse":[0-9]*,"oxygen_percent":null'
1000
0
[exit 1]
$ zcat one/source_records/2026/*/*/*/* | wc -l; zcat one/source_records/2026/*/*/*/* | sed -n 1p
1000
{"timestamp":1769846400000,"device_id":"device1700","patient_id":"patient1027","name":"Tara Zimmer","dob":"1999-08-11","temperature":96,"pulse":84,"oxygen_percent":91,"systolic":122,"diastolic":82}
$ sed 's/.*"name":"\([^"]*\).*/\1/' one/records.ndjson | sort -u > names; wc -l < names; grep -r -a -l -F -f names one | sort
832
one/records.ndjson
$ sed "s|../../../build/demo|one|" $ROOT/queries/workshop/1-deidentify/keep.sql | sed 's/personal = TRUE, //' > keep.sql; sluice check $ROOT/queries/workshop/1-deidentify/deidentify.sql keep.sql 2>&1 | grep -c 'error 42501: PERSONAL'
5

# Manufacturer and model come in; records of unknown devices land in processing-failed/, without identities.
$ OUT=$PWD/two $ROOT/queries/workshop/2-enrich/run.sh "$(dirname "$(command -v sluice)")" | sed 's/"patient":"[0-9a-f]*"/"patient":"..."/; s/"rawData":"[^"]*"/"rawData":"..."/'
a record as it came:
{"timestamp":1769846400000,"device_id":"device1700","patient_id":"patient1027","name":"Tara Zimmer","dob":"1999-08-11","temperature":96,"pulse":84,"oxygen_percent":91,"systolic":122,"diastolic":82}
as it was delivered, one of 941:
{"time":"2026-01-31 08:00:00.000","device_id":"device1700","patient":"...","name":"","dob":"","temperature":null,"pulse":84,"oxygen_percent":null,"systolic":122,"diastolic":82,"manufacturer":"Manufacturer 00","model":"Model 00","ward":"Ward 2"}
of an unknown device, one of 59:
{"attemptsMade":1,"arrivalTimestamp":1769846400200,"errorCode":"DATA_ERROR","errorMessage":"reference table DEVICES has no row for this key","attemptEndingTimestamp":1769846400200,"rawData":"...","lambdaArn":"ENRICH"}
its rawData:
{"time":"2026-01-31 08:00:00.200","device_id":"device1951","patient":"...","name":"","dob":"","temperature":null,"pulse":82,"oxygen_percent":null,"systolic":124,"diastolic":87}
$ cat two/delivered/processing-failed/*/*/*/*/* | grep -c '"errorCode":"DATA_ERROR","errorMessage":"reference table DEVICES has no row for this key"'; grep -o '"rawData":"[^"]*"' -h -r two/delivered | cut -d '"' -f 4 | while read -r raw; do echo "$raw" | base64 -d; echo; done > raw; grep -c '"device_id":"device19[5-9][0-9]"' raw; grep -c -F -f names raw two/messages
59
59
raw:0
two/messages:0
[exit 1]
$ find two -name '*.ndjson' | sort
two/delivered/enriched/2026/01/31/08/ENRICHED_RECORDS-2026-01-31-08-00-00-000001.ndjson
two/delivered/processing-failed/2026/01/31/08/ENRICHED_RECORDS-2026-01-31-08-00-00-000001.ndjson
two/records.ndjson
