#!/usr/bin/env bash
# run.sh [BUILD]: makes 1,000 records, takes identities out of them, and looks one up again with the key.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
sluice=$(realpath "${1:-$top/build/release}")/sluice
out=$top/build/deidentify

rm -rf "$out"
mkdir -p "$out"
"$sluice" generate "$here/records.template" --count 1000 --rate 100 --start '2026-01-31 08:00:00' --seed 7 \
    --quiet >"$out/records.ndjson"
"$sluice" vault init "$out/people.vault" --keys "$out/keys"
"$sluice" run --quiet "$here/deidentify.sql" --keys "$out/keys" \
    --source LIFE_SUPPORT="$out/records.ndjson" --sink READINGS="$out/readings.ndjson" \
    --sink CROSS_REFERENCE="vault:$out/people.vault?table=identities"

echo "a record as it came:"
head -1 "$out/records.ndjson"
echo "as it goes on:"
head -1 "$out/readings.ndjson"
echo "what the vault has of it:"
read -r time device < <(sed -n '1s/.*"timestamp":\([0-9]*\),"device_id":"\([a-z0-9]*\)".*/\1 \2/p' "$out/records.ndjson")
"$sluice" vault get "$out/people.vault" "$time" "$device" --keys "$out/keys"
"$sluice" vault verify "$out/people.vault" --keys "$out/keys"
"$sluice" vault audit "$out/people.vault"
