#!/usr/bin/env bash
# run.sh [BUILD]: makes 1,000 records, takes identities out of them, and looks one up again with the key. With KEEP=1 the source
# records are kept beside; OUT is the folder of what is written.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
sluice=$(realpath "${1:-$top/build/release}")/sluice
out=${OUT:-$top/build/deidentify}

rm -rf "$out"
mkdir -p "$out"
{
    "$sluice" generate "$here/records.template" --count 1000 --rate 100 --start '2026-01-31 08:00:00' --seed 7 --quiet
    echo '{"timestamp":1769846410000,"device_id":"device1000","name":"Half A Record'
} >"$out/records.ndjson"
"$sluice" vault init "$out/people.vault" --keys "$out/keys"
keep=()
[ -z "${KEEP:-}" ] || keep=("$here/keep.sql" --sink SOURCE_RECORDS="dir:$out/source_records")
"$sluice" run --quiet "$here/deidentify.sql" "$here/deliver.sql" "${keep[@]}" --keys "$out/keys" \
    --source LIFE_SUPPORT="$out/records.ndjson" --sink DEIDENTIFIED="dir:$out/delivered" \
    --sink CROSS_REFERENCE="vault:$out/people.vault?table=identities" 2>"$out/messages"

echo "a record as it came:"
head -1 "$out/records.ndjson"
echo "as it goes on:"
cat "$out"/delivered/de-identified/*/*/*/*/* | sed -n 1p
echo "what the vault has of it:"
read -r time device < <(sed -n '1s/.*"timestamp":\([0-9]*\),"device_id":"\([a-z0-9]*\)".*/\1 \2/p' "$out/records.ndjson")
"$sluice" vault get "$out/people.vault" "$time" "$device" --keys "$out/keys"
echo "what did not fit, sealed in the vault as well:"
"$sluice" vault get "$out/people.vault" --rejects --raw --keys "$out/keys"
"$sluice" vault verify "$out/people.vault" --keys "$out/keys"
"$sluice" vault audit "$out/people.vault"
