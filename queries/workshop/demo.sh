#!/usr/bin/env bash
# demo.sh BUILD: generates hospital records, sends them through the workshop's three SQL files and tells what was found.
set -euo pipefail

build=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=$top/build/demo
records=100000

rm -rf "$out"
mkdir -p "$out"

echo "1. $records life-support records, every 1000th with a pulse that is too low  -> build/demo/records.ndjson"
"$build/queries/workshop/generate" "$out" "$records"

"$build/sluice" vault init "$out/people.vault" --keys "$out/keys"

echo "2. identities into the vault, device details in, a score for every reading, alerts above 1.5"
"$build/sluice" run "$here/1-deidentify/deidentify.sql" "$here/2-enrich/enrich.sql" "$here/3-anomalies/anomalies.sql" \
    --keys "$out/keys"
"$build/sluice" vault verify "$out/people.vault" --keys "$out/keys"

echo "3. what was found"
"$here/summary.sh" "$out/planted.csv" "$out/alerts.ndjson"
cat <<TXT

   alerts    build/demo/alerts.ndjson
   archive   build/demo/archive/YYYY/MM/DD/HH/*.gz, every reading with its score
   vault     build/demo/people.vault, names and birth dates; its key is build/demo/keys
   the SQL   queries/workshop/{1-deidentify,2-enrich,3-anomalies}/*.sql
TXT
