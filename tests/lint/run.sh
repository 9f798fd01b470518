#!/bin/bash
# `make lint`: every check of this folder; all run, even after one has failed. The last line is
# "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 2

tests/ci/install-packages.sh --check check || exit 1

passed=0
failed=0
for check in includes calls files format static pages; do
    [ -x "tests/lint/$check.sh" ] || continue
    if tests/lint/$check.sh; then
        passed=$((passed + 1))
    else
        echo "lint: $check failed"
        failed=$((failed + 1))
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
