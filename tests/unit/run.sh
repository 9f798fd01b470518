#!/bin/bash
# Runs the cmocka programs of tests/unit below BUILD and adds up their counts.
#
#   tests/unit/run.sh BUILD [NAME...]     NAME: test_str, for one program
#
# A program that passes is one line; of one that fails, the whole output is shown. A program that
# ends otherwise than cmocka ends (a crash, a sanitizer's report) counts as one failure more.
set -u
cd "$(dirname "$0")/../.." || exit 2

build=$1
shift
names=("$@")
if [ ${#names[@]} = 0 ]; then
    for source in tests/unit/test_*.c; do
        [ -f "$source" ] && names+=("$(basename "$source" .c)")
    done
fi

# The sum of the numbers that follow a cmocka mark such as "[  PASSED  ]".
count() {
    sed -n "s/^\[  $1  \] \([0-9][0-9]*\) test(s).*/\1/p" <<<"$2" | awk '{ n += $1 } END { print n + 0 }'
}

passed=0
failed=0
for name in "${names[@]}"; do
    output=$(timeout 300 "$build/tests/unit/$name" 2>&1 </dev/null)
    code=$?
    good=$(count PASSED "$output")
    bad=$(count FAILED "$output")
    if [ "$code" != 0 ] && [ "$bad" = 0 ]; then
        bad=1
    fi
    if [ "$bad" != 0 ]; then
        echo "$output"
        echo "$name: $good passed, $bad failed, exit code $code"
    else
        echo "$name: $good passed"
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
