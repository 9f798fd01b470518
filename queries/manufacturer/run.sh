#!/usr/bin/env bash
# run.sh [BUILD]: finds thresholds from a sample of scores, then has an hour of readings judged, and makers notified by mail.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(realpath "${1:-$top/build/release}")
out=$top/build/manufacturer
application=("$here/where.sql" "$here/score.sql" "$here/notify.sql")
server=$build/tests/cli/server
[ -x "$server" ] || make -s -C "$top" "BUILD=$build" "$server"

rm -rf "$out"
mkdir -p "$out/mail"

echo "1. the thresholds: three standard deviations around the mean score of 20,000 readings"
"$build/sluice" generate "$here/devices.template" --count 20000 --rate 10 --start '2026-03-18 03:00:00' --seed 1 --quiet \
    --to "$out/sample.ndjson"
"$build/sluice" run --quiet "${application[@]}" --source SOURCE_SQL_STREAM_001="$out/sample.ndjson" \
    --source MANUFACTURERS="$here/makers.csv" --sink scores="dir:$out/sample" --sink NOTICES=null:
"$build/sluice" query --header --table SCORES="$out/sample" --table MAKERS="$here/makers.csv" --format csv \
    "$(cat "$here/thresholds.sql")" | tee "$out/manufacturers.csv"

echo "2. an hour of readings, 10 a second"
"$build/sluice" generate "$here/devices.template" --count 36000 --rate 10 --start '2026-03-18 06:00:00' --seed 2 --quiet \
    --to "$out/readings.ndjson"
"$server" smtp "$out/mail" 2
"$build/sluice" run --quiet "${application[@]}" "$here/mail.sql" \
    --sink notices=smtp://127.0.0.1:"$(cat "$out/mail/port")"
"$build/sluice" query --table SCORES="$out/archive" "$(cat "$here/judged.sql")"

echo "3. the mails"
for mail in "$out"/mail/body.*; do
    echo
    grep -E '^(To|Subject|Date):' "$mail"
    sed '1,/^$/d' "$mail" | base64 -d
done
