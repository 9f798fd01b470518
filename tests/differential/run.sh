#!/bin/bash
# Compares random queries over random rows with SQLite running the equivalent batch SQL.
#
#   tests/differential/run.sh BUILD [CASES [SEED]]
#
# Cases are tumbling and sliding aggregates, joins with tables and of streams, ORDER BY and DISTINCT.
# Each is run with ordinary batches, with batches of one row, and with two threads. The seed is
# printed; given back, with at least as many cases, it makes the same ones. Files with failures are kept.
set -u
cd "$(dirname "$0")/../.." || exit 2

build=$1
cases=${2:-300}
seed=${3:-$(date +%s)}
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-differential.XXXXXX")
echo "differential: $cases cases, seed $seed"

for ((first = 0; first < cases; first += 100)); do
    count=$((cases - first < 100 ? cases - first : 100))
    "$build/tests/differential/generate" "$seed" "$first" "$count" >"$work/cases-$first.test" || exit 2
done

passed=0
failed=0
for options in "" "--batch-rows 1" "--batch-rows 3 --threads 2"; do
    # shellcheck disable=SC2086
    "$build/sluice" test $options "$work" >"$work/log" 2>&1
    code=$?
    last=$(tail -n 1 "$work/log")
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] && [ "$code" -le 1 ]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        [ "${BASH_REMATCH[2]}" = 0 ] && continue
    else
        failed=$((failed + 1))
    fi
    echo "with ${options:-ordinary batches}:"
    head -n 60 "$work/log"
done

if [ "$failed" = 0 ]; then
    rm -rf "$work"
else
    echo "differential: seed $seed; the cases are in $work"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
