#!/usr/bin/env bash
# run.sh [BUILD]: three hours of four unicorns' readings, summed up, archived and watched; then the archive is asked.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
sluice=$(realpath "${1:-$top/build}")/sluice
out=$top/build/wild-rydes

rm -rf "$out"
mkdir -p "$out"
"$sluice" generate "$here/unicorns.template" --count 43200 --rate 4 --start '2026-03-18 03:00:00' --seed 7 --quiet \
    --to "$out/readings.ndjson"
"$sluice" run --quiet "$here/where.sql" "$here/application.sql"

echo "$(wc -l <"$out/readings.ndjson") readings, $(wc -l <"$out/alerts.txt") alerts; the first of each:"
head -n 1 "$out/readings.ndjson"
head -n 1 "$out/alerts.txt"
for question in "$here"/questions/*.sql; do
    echo
    sed -n '1s/^-- //p' "$question"
    "$sluice" query --table "READINGS=$out/archive" "$(cat "$question")" >"$out/answer"
    sed '8,$ { $! d; i ...
    }' "$out/answer"
done
