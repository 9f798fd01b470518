#!/usr/bin/env bash
# run.sh BUILD [KILLS [SEED]]: kills a run again and again, lets it go on each time, and compares all files with those of a run that was
# never killed, byte for byte. Then ingest.sh does so with one that takes records by HTTP. Moments are random; the seed is printed and can
# be given back.
set -euo pipefail

build=$(realpath "$1")
kills=${2:-20}
seed=${3:-$(date +%s)}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-recovery.XXXXXX")
trap 'rm -rf "$work"' EXIT
RANDOM=$seed
echo "recovery: $kills kills, seed $seed"

"$build/tests/bench/generate" w2 60000 > "$work/readings.ndjson"
mkdir "$work/a" "$work/b"
for side in a b; do
    cp "$here/application.sql" "$work/$side/"
    ln "$work/readings.ndjson" "$work/$side/readings.ndjson"
done

# small batches, so that there are many places to be killed at
options=(--quiet --batch-rows 50 application.sql)

(cd "$work/a" && exec "$build/sluice" run --threads 1 "${options[@]}") 2> /dev/null

done_kills=0
starts=0
while [ "$done_kills" -lt "$kills" ]; do
    starts=$((starts + 1))
    [ "$starts" -le $((kills * 20)) ] || { echo "recovery: runs end before they can be killed"; exit 1; }
    (cd "$work/b" && exec "$build/sluice" run --threads $((RANDOM % 2 + 1)) --state state "${options[@]}") 2> "$work/messages" &
    pid=$!
    # checkpoints are asked for by signal, so that they fall anywhere
    for _ in $(seq $((RANDOM % 4))); do
        sleep "0.0$((RANDOM % 60 + 10))"
        kill -USR2 "$pid" 2> /dev/null || true
    done
    sleep "0.0$((RANDOM % 90 + 10))"
    if kill -KILL "$pid" 2> /dev/null; then done_kills=$((done_kills + 1)); fi
    wait "$pid" 2> /dev/null || true
done
(cd "$work/b" && exec "$build/sluice" run --threads 1 --state state "${options[@]}") 2> "$work/messages" ||
    { cat "$work/messages"; exit 1; }

# tables as texts, with the numbers of their rows
for side in a b; do
    for table in mixed smooth latest_pairs; do
        sqlite3 "$work/$side/out/rows.db" "SELECT rowid, * FROM $table" > "$work/$side/out/$table.txt"
        [ -s "$work/$side/out/$table.txt" ] || { echo "table $table is empty"; exit 1; }
    done
    rm "$work/$side/out/rows.db"
done

if diff -r "$work/a/out" "$work/b/out" > "$work/difference"; then
    echo "recovery: $starts starts, $done_kills kills; all files are those of a run never killed"
    failed=0
else
    head -20 "$work/difference"
    failed=1
fi
"$here/ingest.sh" "$build" "$kills" "$seed" || failed=$((failed + 1))
echo "$((2 - failed)) passed, $failed failed"
exit $((failed > 0))
