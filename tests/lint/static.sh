#!/bin/bash
# Static checks by cppcheck over our own C; its results are kept below build/, so that a second run
# only looks at what changed.
set -u
cd "$(dirname "$0")/../.." || exit 2

mkdir -p build/lint/cppcheck
folders=()
for folder in engine grammar udf; do
    [ -n "$(find "$folder" -name '*.c' -print -quit 2>/dev/null)" ] && folders+=("$folder")
done
[ ${#folders[@]} -gt 0 ] || exit 0

cppcheck --quiet --std=c11 --language=c --platform=unix64 -j"$(nproc)" \
    --cppcheck-build-dir=build/lint/cppcheck --enable=warning,performance,portability \
    --inline-suppr --suppressions-list=tests/lint/cppcheck.txt -Iengine -I. -DNDEBUG \
    --error-exitcode=1 --template='{file}:{line}: {severity}: {message} [{id}]' "${folders[@]}"
