#!/usr/bin/env bash
# run.sh [BUILD]: makes 1,000 records, takes identities out and adds device details; one device in twenty is not in the table. OUT is the
# folder of what is written.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
first=$here/../1-deidentify
sluice=$(realpath "${1:-$top/build/release}")/sluice
out=${OUT:-$top/build/enrich}

rm -rf "$out"
mkdir -p "$out"
"$sluice" generate "$first/records.template" --count 1000 --rate 100 --start '2026-01-31 08:00:00' --seed 7 \
    --quiet >"$out/records.ndjson"
awk 'BEGIN {
    print "device_id,manufacturer,model,ward"
    for (i = 1000; i < 1950; i++) printf "device%d,Manufacturer %02d,Model %02d,Ward %d\n", i, i * 7 % 10, i * 3 % 20, i % 6
}' >"$out/devices.csv"
"$sluice" vault init "$out/people.vault" --keys "$out/keys"
"$sluice" run --quiet "$first/deidentify.sql" "$here/enrich.sql" "$here/deliver.sql" --keys "$out/keys" \
    --source LIFE_SUPPORT="$out/records.ndjson" --source DEVICES="$out/devices.csv" \
    --sink ENRICHED_RECORDS="dir:$out/delivered" --sink CROSS_REFERENCE="vault:$out/people.vault?table=identities" \
    2>"$out/messages"

echo "a record as it came:"
head -1 "$out/records.ndjson"
echo "as it was delivered, one of $(cat "$out"/delivered/enriched/*/*/*/*/* | wc -l):"
cat "$out"/delivered/enriched/*/*/*/*/* | sed -n 1p
echo "of an unknown device, one of $(cat "$out"/delivered/processing-failed/*/*/*/*/* | wc -l):"
cat "$out"/delivered/processing-failed/*/*/*/*/* | sed -n 1p
echo "its rawData:"
cat "$out"/delivered/processing-failed/*/*/*/*/* | sed -n '1s/.*"rawData":"\([^"]*\)".*/\1/p' | base64 -d
echo
