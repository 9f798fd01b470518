#!/usr/bin/env bash
# ingest.sh BUILD: records that clients post to a run, rows of 100 bytes: by the clock on the wall and by CPU time of the run. The
# spool lies below ${TMPDIR:-/tmp}, on whatever disk that is.
set -euo pipefail

build=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-ingest.XXXXXX")
pid=
trap 'kill $pid 2> /dev/null || true; rm -rf "$work"' EXIT
cat > "$work/app.sql" <<'SQL'
CREATE SOURCE S (B INTEGER, N INTEGER, T VARCHAR(100)) FROM 'http://127.0.0.1:17650/in';
CREATE STREAM X (B INTEGER, N INTEGER);
CREATE PUMP P AS INSERT INTO X SELECT STREAM B, N FROM S;
CREATE SINK O FROM X INTO 'null:';
SQL
ticks=$(getconf CLK_TCK)

# LABEL CLIENTS BODIES ROWS OPTION...: of each client so many bodies of so many rows
try() {
    local label=$1 clients=$2 bodies=$3 rows=$4 from to posting=()
    shift 4
    rm -rf "$work"/state*
    "$build/sluice" run --quiet --threads 1 "$@" "$work/app.sql" &
    pid=$!
    "$build/tests/bench/ingest" -q -n 1 17650 /in 2> /dev/null
    from=$(date +%s%N)
    for i in $(seq "$clients"); do
        "$build/tests/bench/ingest" -q -f $((i * 1000000)) -n "$bodies" -r "$rows" 17650 /in 2> /dev/null &
        posting+=($!)
    done
    wait "${posting[@]}"
    to=$(date +%s%N)
    awk -v label="$label" -v wall=$((to - from)) -v ticks="$ticks" -v bodies=$((clients * bodies)) -v rows="$rows" '{
        cpu = ($14 + $15) / ticks; s = wall * 1e-9
        printf "%-44s %6.0f bodies/s %8.0f records/s %6.1f MB/s, %8.0f records/s of CPU\n", label,
            bodies / s, bodies * rows / s, bodies * rows / s / 1e4, bodies * rows / cpu }' "/proc/$pid/stat"
    kill -INT $pid
    wait $pid
}

try "one client, bodies of 64 KB" 1 20000 655
try "four clients, bodies of 64 KB" 4 5000 655
try "one client, a record a body" 1 50000 1
try "one client, bodies of 64 KB, with a spool" 1 5000 655 --state "$work/state"
try "four clients, bodies of 64 KB, with a spool" 4 2000 655 --state "$work/state"
try "sixteen clients, 64 KB, with a spool" 16 500 655 --state "$work/state"
try "one client, a record a body, with a spool" 1 3000 1 --state "$work/state"
