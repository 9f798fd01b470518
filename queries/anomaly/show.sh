#!/usr/bin/env bash
# show.sh BUILD [FOLDER...]: generates records for the queries of this folder, runs them, tells what was found and draws
# a picture of each: build/anomaly/FOLDER/plot.svg. RECORDS and SEED change the input.
set -euo pipefail

build=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../.." && pwd)/build/anomaly
shift

# folder, threshold, columns to draw
table() {
    cat <<TXT
low-pulse 1.5 pulse systolic diastolic
single-sensor 4 sensorReading
heart-rate 1.5 heartRate
blood-pressure 1.5 Systolic Diastolic
periodic 1.2 level
slow-drift 4 temperature
TXT
}

count() { grep -c "$1" "$2" || true; }

printf "%-16s %8s %8s %8s %8s   %s\n" "" records planted alerts false picture
while read -r folder threshold columns; do
    [ $# = 0 ] || [[ " $* " = *" $folder "* ]] || continue
    dir=$out/$folder
    rm -rf "$dir"
    mkdir -p "$dir"
    "$build/queries/anomaly/generate" "$folder" "${RECORDS:-12000}" "${SEED:-1}" > "$dir/records.ndjson"
    "$build/sluice" run --quiet "$here/$folder/where.sql" "$here/$folder/application.sql"
    awk -v columns="$columns" -v threshold="$threshold" -v title="$folder" -f "$here/plot.awk" "$dir/scored.ndjson" \
        > "$dir/plot.svg"
    printf "%-16s %8d %8d %8d %8d   %s\n" "$folder" "$(wc -l < "$dir/scored.ndjson")" \
        "$(count '"truth": *"planted"' "$dir/scored.ndjson")" "$(wc -l < "$dir/alerts.ndjson")" \
        "$(count '"truth": *"plain"' "$dir/alerts.ndjson")" "build/anomaly/$folder/plot.svg"
done < <(table)
