#!/bin/bash
# Runs the transcripts of tests/cli: what a person types, and what must come back.
#
#   tests/cli/run.sh BUILD [--update] [FILE.t...]
#
# A transcript consists of lines "$ COMMAND" (continued by lines "> MORE" right below), each
# followed by the expected output, standard error included, and "[exit N]" where N is not 0:
#
#     # The first lines say what must hold.
#     $ printf 'SELECT' > broken.sql
#     $ sluice check broken.sql
#     broken.sql:1:7: * (glob)
#     [exit 3]
#
# Before the first command only comments ("# ") and empty lines stand; afterwards every line is
# output, but for a "# " line after an empty line, which begins a comment. A line that ends with
# " (glob)" is a pattern with * and ?. Commands run by bash in a fresh folder per transcript, with
# the program of BUILD first in PATH; $ROOT is the tree and $HERE the transcript's folder. Each
# command counts as one test. --update writes what came back into the transcripts.
set -u
cd "$(dirname "$0")/../.." || exit 2
ROOT=$PWD

# Compares expected ($1) and actual ($2) output, line by line.
same_output() {
    local -a want got
    mapfile -t want <"$1"
    mapfile -t got <"$2"
    [ ${#want[@]} = ${#got[@]} ] || return 1
    local i pattern
    for i in "${!want[@]}"; do
        [ "${want[i]}" = "${got[i]}" ] && continue
        [[ ${want[i]} == *" (glob)" ]] || return 1
        pattern=${want[i]% (glob)}
        pattern=${pattern//\\/\\\\}
        pattern=${pattern//\[/\\[}
        [[ ${got[i]} == $pattern ]] || return 1
    done
}

# Runs one transcript; writes its updated form to $work/new and prints "passed failed".
run_file() {
    local file=$1 work=$2
    local HERE
    HERE=$(cd "$(dirname "$file")" && pwd)
    export ROOT HERE
    mkdir -p "$work/home" "$work/dir"
    : >"$work/new"
    : >"$work/report"
    local -a lines
    mapfile -t lines <"$file"
    local n=${#lines[@]} i=0 passed=0 failed=0
    while [ "$i" -lt "$n" ]; do
        local line=${lines[i]}
        if [[ $line != '$ '* ]]; then
            printf '%s\n' "$line" >>"$work/new"
            i=$((i + 1))
            continue
        fi
        local at=$((i + 1)) command=${line:2}
        printf '%s\n' "$line" >>"$work/new"
        i=$((i + 1))
        while [ "$i" -lt "$n" ] && [[ ${lines[i]} == '> '* || ${lines[i]} == '>' ]]; do
            command+=$'\n'${lines[i]:2}
            printf '%s\n' "${lines[i]}" >>"$work/new"
            i=$((i + 1))
        done
        : >"$work/want"
        while [ "$i" -lt "$n" ] && [[ ${lines[i]} != '$ '* ]]; do
            # An empty line ends the output if a comment, a command or the end follows.
            if [ -z "${lines[i]}" ] && [[ -z ${lines[i + 1]:-} || ${lines[i + 1]} == '# '* ||
                ${lines[i + 1]} == '$ '* ]]; then
                break
            fi
            printf '%s\n' "${lines[i]}" >>"$work/want"
            i=$((i + 1))
        done
        (
            cd "$work/dir" || exit 99
            HOME=$work/home LSAN_OPTIONS=suppressions=$ROOT/tests/cli/leaks.txt:print_suppressions=0 \
                PATH=$build:$build/tests/cli:$PATH LC_ALL=C TZ=UTC timeout 60 bash -c "$command"
        ) >"$work/got" 2>&1 </dev/null
        local code=$?
        [ -s "$work/got" ] && [ -n "$(tail -c 1 "$work/got")" ] && echo >>"$work/got"
        [ "$code" = 0 ] || echo "[exit $code]" >>"$work/got"
        if same_output "$work/want" "$work/got"; then
            passed=$((passed + 1))
            cat "$work/want" >>"$work/new"
        else
            failed=$((failed + 1))
            cat "$work/got" >>"$work/new"
            {
                echo "$file:$at: \$ $command"
                diff -u --label expected --label actual "$work/want" "$work/got" | sed 's/^/    /'
            } >>"$work/report"
        fi
    done
    echo "$passed $failed" >"$work/counts"
}

build=$(cd "$1" && pwd) || exit 2
shift
update=
if [ "${1:-}" = --update ]; then
    update=1
    shift
fi
files=("$@")
if [ ${#files[@]} = 0 ]; then
    for file in tests/cli/*.t; do
        [ -f "$file" ] && files+=("$file")
    done
fi

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
passed=0
failed=0
for file in "${files[@]}"; do
    [ -f "$file" ] || file=tests/cli/$file
    if [ ! -f "$file" ]; then
        echo "there is no transcript $file" >&2
        exit 2
    fi
    work=$top/$(basename "$file")
    mkdir -p "$work"
    run_file "$file" "$work"
    read -r good bad <"$work/counts"
    cat "$work/report"
    echo "$file: $good passed, $bad failed"
    if [ -n "$update" ] && [ "$bad" != 0 ]; then
        cat "$work/new" >"$file"
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
