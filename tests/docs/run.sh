#!/bin/bash
# Runs the examples of the manual: every fenced block marked "test" in docs/ is a file of `sluice test`.
#
#   tests/docs/run.sh BUILD [PAGE.md...]
#
# A failure names PAGE-LINE.test, where LINE is that of the fence in the page.
set -u
cd "$(dirname "$0")/../.." || exit 2

build=$1
shift
pages=("$@")
[ ${#pages[@]} -gt 0 ] || mapfile -t pages < <(find docs -name '*.md' | LC_ALL=C sort)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for page in "${pages[@]}"; do
    awk -v stem="$work/$(basename "$page" .md)" '
        /^```test$/ { out = stem "-" NR ".test"; next }
        /^```/      { if (out) close(out); out = "" }
        out         { print > out }' "$page"
done
"$build/sluice" test "$work"
