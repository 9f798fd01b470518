#!/bin/bash
# Tries READMEs and the guide as a new user would: every command of a block marked "console run" is typed in.
#
#   tests/queries/run.sh BUILD [PAGE.md...]
#
# A block of SQL whose first line is a comment "-- NAME.sql" is that file. Commands stand behind "$ " and go on while
# they end in a backslash or a quotation is open; they run in one shell, in the top folder of a fresh tree that holds
# queries/, those files and the programs of BUILD. Lines below a command are what must come, standard error included; a
# line "..." stands for any lines; without any lines everything may come. The exit code must be 0. Commands that begin
# with "make " are left out: all is built. Each command counts as one test.
set -u
cd "$(dirname "$0")/../.." || exit 2
ROOT=$PWD
SECONDS_MAX=60

# Compares $work/want and $said; "..." in the first is any lines.
same_output() {
    local -a want got
    mapfile -t want <"$work/want"
    mapfile -t got <"$said"
    [ ${#want[@]} = 0 ] && return 0
    local w=0 g=0 dots=-1 from=0
    while [ $g -lt ${#got[@]} ]; do
        if [ "${want[w]-}" = ... ]; then
            dots=$w from=$g w=$((w + 1))
        elif [ $w -lt ${#want[@]} ] && [ "${want[w]}" = "${got[g]}" ]; then
            w=$((w + 1)) g=$((g + 1))
        elif [ $dots -ge 0 ]; then
            from=$((from + 1)) w=$((dots + 1)) g=$from
        else
            return 1
        fi
    done
    [ "${want[w]-}" = ... ] && w=$((w + 1))
    [ $w = ${#want[@]} ]
}

# The lines of the blocks of $1, each behind the number it has there.
blocks() {
    awk '/^```console run$/ { inside = 1; next } /^```/ { inside = 0 } inside { print NR ":" $0 }' "$1"
}

# Puts the files that $1 shows into the folder $2.
files_of() {
    awk -v folder="$2" '
        /^```sql$/ { starts = 1; next }
        /^```/     { if (out) close(out); out = "" }
        starts && match($0, /^-- [a-z0-9_-]+[.]sql/) { out = folder "/" substr($0, 4, RLENGTH - 3) }
        { starts = 0 }
        out { print > out }' "$1"
}

goes_on() {
    [[ $1 == *\\ ]] || bash -n <<<"$1" 2>&1 | grep -q 'unexpected EOF\|here-document'
}

# Types a command into the user's shell; its output in the file $said. The exit code of the command.
type_in() {
    local code
    # what an earlier command left in the background still writes to its own file
    said=$work/said.$((typed += 1))
    : >"$said"
    printf '%s\n' "$1" >"$work/command"
    [[ $1 == 'make '* ]] && return 0
    echo ". '$work/command' >'$said' 2>&1 </dev/null; echo \$?" >&"$to" 2>/dev/null
    if ! read -r -t "$SECONDS_MAX" code <&"$from"; then
        echo "[no end within $SECONDS_MAX seconds]" >>"$said"
        code=1
        kill -- "-$pid" 2>/dev/null
    fi
    return "$code"
}

check() {
    local at=$1 command=$2 code
    type_in "$command"
    code=$?
    if [ $code = 0 ] && { [[ $command == 'make '* ]] || same_output; }; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "$file:$at: \$ $command"
    diff -u --label expected --label actual "$work/want" "$said" | sed 's/^/    /'
    echo "    [exit $code]"
}

run_file() {
    local -a lines
    mapfile -t lines < <(blocks "$file")
    local i=0 n=${#lines[@]} line at command
    while [ $i -lt "$n" ]; do
        at=${lines[i]%%:*} line=${lines[i]#*:} i=$((i + 1))
        command=${line#'$ '}
        while [ $i -lt "$n" ] && goes_on "$command"; do
            command+=$'\n'${lines[i]#*:}
            i=$((i + 1))
        done
        : >"$work/want"
        while [ $i -lt "$n" ] && [[ ${lines[i]#*:} != '$ '* ]]; do
            printf '%s\n' "${lines[i]#*:}" >>"$work/want"
            i=$((i + 1))
        done
        check "$at" "$command"
    done
}

build=$(cd "$1" && pwd) || exit 2
shift
files=("$@")
if [ ${#files[@]} = 0 ]; then
    mapfile -t files < <(grep -rl --include='*.md' '^```console run$' README.md docs queries | LC_ALL=C sort)
fi

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
trap '' PIPE
export PATH="$build:$PATH" LC_ALL=C TZ=UTC LSAN_OPTIONS=suppressions=$ROOT/tests/cli/leaks.txt:print_suppressions=0
total=0
bad=0
typed=0
for file in "${files[@]}"; do
    work=$top/$((total + bad))-$(basename "$(dirname "$file")")-$(basename "$file" .md)
    mkdir -p "$work/tree/build"
    cp -R queries "$work/tree/queries"
    ln -s "$build" "$work/tree/build/release"
    ln -s release/sluice "$work/tree/build/sluice"
    files_of "$file" "$work/tree"
    passed=0
    failed=0
    coproc user { cd "$work/tree" && exec setsid bash; }
    pid=$user_PID
    exec {to}>&"${user[1]}" {from}<&"${user[0]}"
    run_file
    echo 'kill $(jobs -p) 2>/dev/null; exit' >&"$to" 2>/dev/null
    exec {to}>&- {from}<&-
    wait "$pid"
    echo "$file: $passed passed, $failed failed"
    total=$((total + passed))
    bad=$((bad + failed))
done

echo "$total passed, $bad failed"
[ $bad = 0 ]
