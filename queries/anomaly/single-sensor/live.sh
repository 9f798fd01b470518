#!/usr/bin/env bash
# live.sh [BUILD]: a sensor sends for five seconds; one anomaly in the fourth becomes an alert, then the archive is asked.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
build=$(realpath "${1:-$top/build}")
out=$top/build/anomaly/live

rm -rf "$out"
mkdir -p "$out"
trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT
"$build/sluice" run --quiet "$here/live.sql" "$here/application.sql" &
pipeline=$!
for ((i = 0; i < 100; i++)); do
    [ -S "$out/sensor.sock" ] && break
    sleep 0.05
done

echo "a sensor sends 200 readings a second"
"$build/sluice" generate "$here/sensor.template" --rate 200 --count 1000 --quiet --to "unix:$out/sensor.sock" &
sensor=$!
sleep 4
echo "one anomaly, and its alert:"
"$here/one-anomaly.sh" "$build"
wait $sensor
kill $pipeline
wait $pipeline

for question in "$here"/questions/*.sql; do
    echo
    sed -n '1s/^-- //p' "$question"
    "$build/sluice" query --table "SCORED=$out/archive" "$(cat "$question")" >"$out/answer"
    sed '8,$ { $! d; i ...
    }' "$out/answer"
done
