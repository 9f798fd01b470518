#!/bin/bash
# Runs kinds of tests and adds up their last lines.
#
#   tests/run.sh BUILD KIND...      kinds: unit, sql, docs, cli, queries, differential, recovery, personal
#
# Each kind ends with a line "N passed, N failed"; so does the whole, which ends with 1 if
# anything failed.
set -u
cd "$(dirname "$0")/.." || exit 2

build=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT

run_sql() {
    [ -x "$build/sluice" ] || { echo "0 passed, 0 failed"; return 0; }
    local pending=() roots=() root
    [ -f tests/pending.txt ] && pending=(--pending tests/pending.txt)
    for root in tests queries; do
        [ -n "$(find "$root" -name '*.test' -print -quit 2>/dev/null)" ] && roots+=("$root")
    done
    [ ${#roots[@]} -gt 0 ] || { echo "0 passed, 0 failed"; return 0; }
    "$build/sluice" test "${pending[@]}" "${roots[@]}"
}

run_kind() {
    case $1 in
    unit) tests/unit/run.sh "$build" ;;
    sql)  run_sql ;;
    docs) tests/docs/run.sh "$build" ;;
    cli)  tests/cli/run.sh "$build" ;;
    queries) tests/queries/run.sh "$build" ;;
    differential) tests/differential/run.sh "$build" ;;
    recovery) tests/recovery/run.sh "$build" ;;
    personal) tests/personal/run.sh "$build" ;;
    *)    echo "run.sh: no kind of tests \"$1\"" >&2; return 2 ;;
    esac
}

passed=0
failed=0
for kind in "$@"; do
    echo "== $kind"
    run_kind "$kind" </dev/null 2>&1 | tee "$log"
    code=${PIPESTATUS[0]}
    last=$(tail -n 1 "$log")
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        if [ "$code" != 0 ] && [ "${BASH_REMATCH[2]}" = 0 ]; then
            echo "$kind: ended with exit code $code although nothing failed" >&2
            failed=$((failed + 1))
        fi
    else
        echo "$kind: ended with exit code $code and without a count" >&2
        failed=$((failed + 1))
    fi
done

if [ $# -gt 1 ]; then
    echo "== all"
    echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ]
