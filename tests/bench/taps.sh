#!/usr/bin/env bash
# taps.sh BUILD DATA PAIRS: what a control socket costs a pipeline (P1, one thread) at full speed: one that nobody uses, and one through
# which ten queries and a \watch look into it. CPU time of the run's process, which has what is done for clients in it, beside that of a
# run without a socket, in turn; and the wall clock, for machines that have two processors to spare.
set -euo pipefail

build=$(realpath "$1")
data=$2
pairs=$3
here=$(cd "$(dirname "$0")" && pwd)
sluice=$build/sluice
folder=$data/taps
rm -rf "$folder"
mkdir -p "$folder/in"
trap 'rm -rf "$folder"' EXIT

# By arrival, so that the same records can be read again and again.
sed "s/, rowtime = 'timestamp'//" "$here/source.sql" > "$folder/source.sql"
for i in $(seq -w "${COPIES:-10}"); do ln "$data/w2.ndjson" "$folder/in/$i.ndjson"; done

pipeline() { # OPTION...
    "$build/tests/bench/measure" "$sluice" run --quiet "$folder/source.sql" "$here/p1.sql" --threads 1 \
        --source "SOURCE_SQL_STREAM_001=dir:$folder/in" --source "DEVICES=$data/devices.csv" --sink RESULT=/dev/null "$@"
}

client() { # LINES
    printf '%b\n' "$1" | "$sluice" repl --connect "$folder/run.sock" > "$folder/client.$2" 2>&1 || true
}

watched() {
    (
        for _ in $(seq 200); do [ -e "$folder/run.sock" ] && break; sleep 0.01; done
        for i in 1 2 3 4; do client 'SELECT STREAM * FROM "SOURCE_SQL_STREAM_001";' "$i" & done
        for i in 5 6 7; do client 'SELECT STREAM * FROM "RESULT";' "$i" & done
        client 'SELECT STREAM "device_id", "pulse" FROM "SOURCE_SQL_STREAM_001" WHERE "pulse" > 100;' 8 &
        client 'SELECT STREAM "site", COUNT(*) FROM "RESULT" GROUP BY "site", STEP("RESULT".ROWTIME BY INTERVAL '"'1'"' SECOND);' 9 &
        client 'SELECT STREAM UPPER("device_id") AS d, "temperature" * 2 AS t FROM "RESULT" WHERE "site" <> '"''"';' 10 &
        client 'SELECT "site", "model" FROM "DEVICES" LIMIT 3;\n\\watch 0.5' 11 &
        wait
    ) &
    pipeline --control "$folder/run.sock"
    wait
}

median() { sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

for _ in $(seq "$pairs"); do
    read -r cpu wall _ <<< "$(pipeline)"
    read -r idle_cpu idle_wall _ <<< "$(pipeline --control "$folder/run.sock")"
    read -r busy_cpu busy_wall _ <<< "$(watched)"
    echo "$idle_cpu $idle_wall $busy_cpu $busy_wall" |
        awk -v c="$cpu" -v w="$wall" '{printf "%.3f %.3f %.3f %.3f %.2f %.2f\n", $1 / c, $2 / w, $3 / c, $4 / w, c, w}'
done > "$folder/ratios"
n=0
for what in "idle socket, CPU" "idle socket, wall" "ten taps and a watch, CPU" "ten taps and a watch, wall"; do
    n=$((n + 1))
    printf "%-28s x %s   pairs %s\n" "$what" "$(cut -d' ' -f$n "$folder/ratios" | median)" "$(cut -d' ' -f$n "$folder/ratios" | tr '\n' ' ')"
done
echo "without a socket: $(cut -d' ' -f5 "$folder/ratios" | median) s of CPU, $(cut -d' ' -f6 "$folder/ratios" | median) s"
echo "rows that clients saw: $(grep -hc ' |' "$folder"/client.* | tr '\n' ' ')"
grep -h "left out" "$folder"/client.* | sort | uniq -c | sort -rn | head -3
