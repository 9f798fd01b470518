#!/usr/bin/env bash
# workshop.sh BUILD: what records of about 1 KB from a template cost, and the joined application of queries/workshop on them, with
# vault, device table, forest, alerts and gzipped archive.
#
# First the generator alone. Then live, at the rate of RATE (5,000 a second for LIVE seconds, 60): CPU time of the run by the time on the wall. Last recorded, as fast
# as it goes: the rates that one core and the machine keep. Input lies in memory, vault and archive on the disk of the tree.
set -euo pipefail

build=$(realpath "$1")
top=$(cd "$(dirname "$0")/../.." && pwd)
data=${BENCH_DIR:-/dev/shm/sluice-bench}
joined=$top/queries/workshop/joined
out=$top/build/bench-workshop
rate=${RATE:-5000}
live=${LIVE:-60}
records=${RECORDS:-300000}
measure=$build/tests/bench/measure
mkdir -p "$data"
trap 'rm -rf "$out"' EXIT

template() { "$build/sluice" generate "$joined/record.template" --seed 1 --quiet "$@"; }

application() { # SOURCE OPTIONS...: cpu wall peak -1
    local source=$1
    shift
    rm -rf "$out"
    mkdir -p "$out"
    "$joined/devices.sh" >"$out/devices.csv"
    "$build/sluice" vault init "$out/people.vault" --keys "$out/keys"
    "$measure" "$build/sluice" run "$joined/where.sql" "$joined/application.sql" --keys "$out/keys" "$@" \
        --source LIFE_SUPPORT="$source" --source DEVICES="$out/devices.csv" \
        --sink CROSS_REFERENCE="vault:$out/people.vault?table=identities" \
        --sink scored="dir:$out/archive" --sink pager="exec:cat >'$out/alerts.log'" 2>"$out/told"
}

loop() { "$measure" -l; }

for template in whitepaper/1-collect workshop/joined; do
    before=$(loop)
    "$measure" "$build/sluice" generate "$top/queries/$template/record.template" --seed 1 --quiet --count "$records" --to null: |
        awk -v n="$records" -v template="$template" -v loop="$before" '{
            printf "generate %s: %.0f records a second of CPU (loop %.2f)\n", template, n / $1, loop }'
done

before=$(loop)
template --rate "$rate" --count $((rate * live)) | application - |
    awk -v rate="$rate" -v rows="$((rate * live))" -v loop="$before" '{
        printf "live, %d a second for %.0f s: %.2f s of CPU, %.1f %% of a core, %.1f us a record, peak %.0f MiB (loop %.2f)\n",
            rate, $2, $1, $1 / $2 * 100, $1 / rows * 1e6, $3 / 1024, loop }'
echo "    $(wc -l <"$out/alerts.log") alerts, $(find "$out/archive" -type f | wc -l) objects, $(du -sm "$out/archive" | cut -f1) MB of archive, $(du -sm "$out/people.vault" | cut -f1) MB of vault"

template --rate "$rate" --count "$records" --start '2026-01-31 08:00:00' >"$data/workshop.ndjson"
for threads in 1 2; do
    for _ in 1 2 3; do
        before=$(loop)
        echo "$(application "$data/workshop.ndjson" --threads "$threads") $before"
    done | sort -g | awk -v n="$records" -v threads="$threads" 'NR == 2 {
        printf "recorded, the highest rate that %d thread%s: %.0f records a second of CPU, %.0f by the clock on the wall (loop %.2f)\n",
            threads, threads == 1 ? " keeps" : "s keep", n / $1, n / $2, $5 }'
done
rm -f "$data/workshop.ndjson"
