#!/bin/bash
# Runs the fuzz targets below BUILD, each for SECONDS over its seeds.
#
#   tests/fuzz/run.sh BUILD SECONDS [NAME]      NAME: fuzz_parser, for one target
#
# Seeds stand in tests/fuzz/seeds/<target>/ and are only read; what libFuzzer finds goes below
# BUILD/corpus/<target>/, inputs that fail below BUILD/found/. SECONDS 0 only runs the seeds.
set -u
cd "$(dirname "$0")/../.." || exit 2

build=$1
seconds=$2
only=${3:-}
limit=(-max_total_time="$seconds")
[ "$seconds" = 0 ] && limit=(-runs=0)

passed=0
failed=0
for source in tests/fuzz/fuzz_*.c; do
    [ -f "$source" ] || continue
    name=$(basename "$source" .c)
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    target=${name#fuzz_}
    corpus=("$build/corpus/$target")
    mkdir -p "$build/corpus/$target" "$build/found"
    [ -d "tests/fuzz/seeds/$target" ] && corpus+=("tests/fuzz/seeds/$target")
    dictionary=()
    [ -f "tests/fuzz/$target.dict" ] && dictionary=("-dict=tests/fuzz/$target.dict")
    if "$build/tests/fuzz/$name" "${limit[@]}" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$build/found/$name-" "${dictionary[@]}" \
        "${corpus[@]}" </dev/null >"$build/found/$name.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/found/$name.log")
        echo "$name: clean, ${runs:-?} runs"
        passed=$((passed + 1))
    else
        tail -n 60 "$build/found/$name.log"
        echo "$name: failed; the input lies in $build/found/"
        failed=$((failed + 1))
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
