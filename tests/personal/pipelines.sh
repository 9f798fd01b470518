#!/usr/bin/env bash
# pipelines.sh BUILD [SEED]: runs every pipeline below queries/ on records with a marker in each PERSONAL value, broken records too, kills
# every second one and lets it go on, and looks for the markers in everything that was written: output, logs, error rows, state, temporary
# and database files. Sinks with personal = TRUE alone may have them. A source without PERSONAL columns gets one.
#
# Pipelines are found: those that a README runs, and in each folder the files that are part of none with what they need. A file
# with a CREATE statement that is part of none is a failure.
set -euo pipefail

build=$(realpath "$1")
RANDOM=${2:-7}
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-pipelines.XXXXXX")
trap 'rm -rf "$work" "$work.needles"' EXIT
. "$here/search.sh"
make_needles Per Row Bad Und
try_needles Per Bad
cd "$work"
cp -r "$top/queries" pristine
mkdir tmp

has_create() {
    grep -qiE '^[[:space:]]*CREATE[[:space:]]' "$1"
}

# ---- what there is; a pipeline is a line of files ----

# `sluice run queries/a/{x,y}.sql` in a README.
find_told() {
    local line word
    grep -rh 'sluice run' --include=*.md pristine | grep -oE 'queries/[A-Za-z0-9_/.,{}*-]+\.sql( +queries/[A-Za-z0-9_/.,{}*-]+\.sql)*' |
        while read -r line; do
            for word in $line; do eval "printf '%s ' ${word#queries/}"; done
            echo
        done | sort -u
}

compiles() {
    [ $# -gt 0 ] && "$build/sluice" check "${@/#/pristine/}" > checked 2>&1
}

# What makes a pipeline of the files of a folder that are part of none yet: those that its tests include, a told pipeline of the folder, or
# all of its files.
find_in_folder() {
    local folder=$1 file told with=() left=() all=()
    while read -r file; do
        with+=("$(realpath -s --relative-to=pristine "$folder/$file")")
    done < <(cat "$folder"/*.test 2> /dev/null | sed -n 's/^include //p' | awk '!seen[$0]++')
    for file in "$folder"/{where,source*,*}.sql; do
        [ -e "$file" ] && has_create "$file" || continue
        file=${file#pristine/}
        [[ " ${all[*]} " == *" $file "* ]] || all+=("$file")
        [[ "$covered ${with[*]} ${left[*]} " == *" $file "* ]] || left+=("$file")
    done
    compiles "${with[@]}" "${left[@]}" && echo "${with[@]}" "${left[@]}" && return
    for told in "${pipelines[@]}"; do
        [[ $told == *${folder#pristine/}/* ]] && compiles $told "${left[@]}" && echo "$told" "${left[@]}" && return
    done
    echo "${all[@]}"
}

pipelines=()
covered=" "
add() {
    pipelines+=("$*")
    covered+="$* "
}
while read -r line; do [ -z "$line" ] || add $line; done < <(find_told)
while read -r folder; do
    for file in "$folder"/*.sql; do
        if has_create "$file" && [[ $covered != *" ${file#pristine/} "* ]]; then
            add $(find_in_folder "$folder")
            break
        fi
    done
done < <(find pristine -name '*.sql' -printf '%h\n' | sort -u)
while read -r file; do
    ! has_create "pristine/$file" || [[ $covered == *" $file "* ]] || fail "$file is part of no pipeline"
done < <(find pristine -name '*.sql' -printf '%P\n')

# ---- one of them ----

# Rewrites the files of a pipeline into tree/queries, and plants its records.
prepare() {
    local mode=$1 open=" $2" file
    shift 2
    rm -rf tree planted allowed
    mkdir tree planted allowed tree/out
    cp -r pristine tree/queries
    : > plan
    for file in "$@"; do
        awk -v mode="$mode" -v planted="$work/planted" -v allowed="$work/allowed" -v out="$work/tree/out" -v plan=plan -v open="$open" \
            -v base="tree/queries/$(dirname "$file")" -f "$here/rewrite.awk" "pristine/$file" > "tree/queries/$file"
        mkdir -p "tree/queries/$(dirname "$file")"
    done
}

# Sinks that get the records themselves may have them: they become such with personal = TRUE.
open_sinks() {
    sed -n 's/.* would leave as .* through sink "\([^"]*\)"$/\1/p' tree/check.log | sort -u | tr '\n' ' '
}

checks() {
    "$build/sluice" check "${files[@]}" "${sinks[@]}" > tree/check.log 2>&1
}

# In the place of the shell, so that its number is the run's.
launch() {
    export TMPDIR=$work/tmp
    exec "$build/sluice" run "${files[@]}" "${sinks[@]}" --keys keys --batch-rows 50 "$@" >> tree/stdout.log 2>> tree/stderr.log < /dev/null
}
run() {
    (launch "$@")
}

# Streams that nothing reads, which a user would give a sink.
unread() {
    sed -n 's/.*nothing reads stream "\(.*\)"; --sink .*/\1/p' tree/stderr.log | sort -u
}

make_keys keys
killed=0 ran=0
run_pipeline() {
    local name=$1 mode sound=0 file pid status stream
    files=()
    for file in "$@"; do files+=("tree/queries/$file"); done
    # without a record: which streams would nobody see?
    sinks=()
    prepare column "" "$@"
    cut -f 3 plan | grep / | xargs -r touch
    run > tree/stderr.log 2>&1 || true
    while read -r stream; do sinks+=(--sink "$stream=$work/tree/out/$stream.ndjson"); done < <(unread)
    for mode in column stream open; do
        if [ $mode = open ]; then
            prepare column "" "$@"
            checks || true
            prepare column "$(open_sinks)" "$@"
        else
            prepare $mode "" "$@"
        fi
        checks && sound=1 && break
    done
    if [ $sound = 0 ]; then
        fail "$name does not compile with a PERSONAL column"
        head -3 tree/check.log
        return
    fi
    awk -v rows=3000 -f "$here/plant.awk" plan
    "$build/sluice" explain "${files[@]}" > tree/explain.log 2>&1 || fail "$name cannot be explained"
    if [ $((ran % 2)) = 0 ]; then
        launch --state tree/state &
        pid=$!
        # it listens when its first state is there
        for _ in {1..200}; do [ ! -s tree/state ] || break; sleep 0.01; done
        sleep "0.00$((RANDOM % 9 + 1))"
        kill -USR2 "$pid" 2> /dev/null || true
        sleep "0.00$((RANDOM % 7 + 1))"
        kill -KILL "$pid" 2> /dev/null || true
        status=0
        { wait "$pid" || status=$?; } 2> /dev/null
        [ $status != 137 ] || killed=$((killed + 1))
        [ $status != 0 ] || rm -f tree/state # the next begins anew
        look
        run --state tree/state || { fail "$name fails"; tail -3 tree/stderr.log; }
    else
        run || { fail "$name fails"; tail -3 tree/stderr.log; }
    fi
    look
    ran=$((ran + 1))
    grep -qE ': [1-9][0-9,]* rows?( to |$)' tree/stderr.log || fail "$name gave no row: nothing was tested"
    grep -qE "refused, [A-Z_]*:|[1-9][0-9,]* rows? went to error_stream|^  ($(error_sinks)): [1-9]" tree/stderr.log ||
        fail "$name had no broken record"
    check_allowed "$name"
}

# "a|b": the sinks of error_stream.
error_sinks() {
    sed -n 's/.* SINK "*\([A-Za-z_]*\)"* *FROM error_stream .*/\1/ip' "${files[@]}" | paste -s -d '|'
}

look() {
    search -not -path './pristine/*' -not -path './planted/*' -not -path './allowed/*'
}

# Sinks with personal = TRUE have their rows, vaults their rejects.
check_allowed() {
    local file
    for file in allowed/*; do
        [ -e "$file" ] || continue
        [ "$(find "$file" -type f -exec zcat -f {} + | grep -c Qz)" -gt 0 ] || fail "$1: $file lacks the PERSONAL values"
    done
    while read -r file; do
        "$build/sluice" vault get "$file" --rejects --keys keys | grep -c Qz > counted || fail "$1: the vault has no rejects"
        "$build/sluice" vault verify "$file" --keys keys > /dev/null || fail "$1: the vault is not whole"
    done < <(find tree -name '*.vault')
}

for pipeline in "${pipelines[@]}"; do [[ $pipeline != *${ONLY:-}* ]] || run_pipeline $pipeline; done

[ $ran -ge 30 ] || fail "only $ran pipelines were found"
[ $killed -ge $((ran / 8)) ] || fail "only $killed of $ran runs were killed"
echo "personal: $ran pipelines, $searched files searched, $killed runs killed"
exit $bad
