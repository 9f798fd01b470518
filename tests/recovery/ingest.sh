#!/usr/bin/env bash
# ingest.sh BUILD [KILLS [SEED]]: kills a run that takes records by HTTP again and again while two clients post and send again what
# was not answered. No row of an answered body may be lost. None may be doubled where bodies have keys; where they have none, only
# whole bodies that were sent again. Moments are random; the seed is printed and can be given back.
set -euo pipefail

build=$(realpath "$1")
kills=${2:-20}
seed=${3:-$(date +%s)}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-ingest.XXXXXX")
clients=()
pid=
trap 'kill "${clients[@]}" $pid 2> /dev/null || true; rm -rf "$work"' EXIT
RANDOM=$seed
rows=40
echo "ingest: $kills kills, seed $seed"
# below the ports that connections get by themselves: a client whose own port is the one it tries would be connected to itself
port=$((10000 + $$ % 20000))
sed "s/17630/$port/" "$here/ingest.sql" > "$work/ingest.sql"
cd "$work"

start() {
    # few rows a batch, so that checkpoints fall into bodies
    "$build/sluice" run --quiet --batch-rows 7 --threads $((RANDOM % 2 + 1)) --state state ingest.sql 2>> messages &
    pid=$!
}

# with keys, and without
"$build/tests/bench/ingest" -k -n 1000000 -r $rows "$port" /in > keyed 2> keyed.log &
clients+=($!)
"$build/tests/bench/ingest" -f 2000000 -n 1000000 -r $rows "$port" /in > unkeyed 2> unkeyed.log &
clients+=($!)

done_kills=0
for ((starts = 1; done_kills < kills; starts++)); do
    [ $starts -le $((kills * 5)) ] || { echo "ingest: runs end before they can be killed"; tail -n 5 messages; exit 1; }
    start
    for _ in $(seq $((RANDOM % 4))); do
        sleep "0.0$((RANDOM % 60 + 10))"
        kill -USR2 "$pid" 2> /dev/null || true
    done
    sleep "0.$((RANDOM % 20 + 10))"
    if kill -KILL "$pid" 2> /dev/null; then done_kills=$((done_kills + 1)); fi
    wait "$pid" 2> /dev/null || true
done
start
kill -TERM "${clients[@]}"
wait "${clients[@]}" || { cat keyed.log unkeyed.log messages; exit 1; }
kill -INT "$pid"
wait "$pid"
# what was answered and not read yet is read by the next start
start
last() {
    printf '{"B":%s,"N":%s}' "$(tail -n 1 "$1")" $((rows - 1))
}
for _ in {1..300}; do
    if grep -qF "$(last keyed)" rows.ndjson && grep -qF "$(last unkeyed)" rows.ndjson; then break; fi
    sleep 0.1
done
kill -INT "$pid"
wait "$pid"

bad=0
fail() {
    echo "ingest: $*"
    bad=1
}

# NAME FILE: bodies of the file, with how often each of their rows is there, against what was answered
compare() {
    if ! awk -v rows=$rows -v name="$1" -v again="$(sed 's/.*; \([0-9]*\) sent again.*/\1/' "$1.log")" -v keyed="$3" '
        FNR == NR { acked[$1] = 1; n++; next }
        { count[$1, $2]++; if (!($1 in seen)) { seen[$1] = 1; found++ } }
        END {
            for (b in acked) {
                if (!(b in seen)) { print name ": body " b " was answered and is lost"; bad = 1 }
                for (i = 1; i < rows; i++)
                    if (count[b, i] != count[b, 0]) { print name ": body " b " is not whole"; bad = 1; break }
                doubles += count[b, 0] - 1
            }
            for (b in seen) if (!(b in acked)) { print name ": body " b " was never answered"; bad = 1 }
            if (keyed && doubles) { print name ": " doubles " bodies were taken twice"; bad = 1 }
            if (doubles > again) { print name ": " doubles " doubles, and " again " were sent again"; bad = 1 }
            print name ": " n " bodies, " again " sent again, " doubles + 0 " taken twice"
            exit bad
        }' "$1" "$2" | tail -n 20; then fail "$1 in $2"; fi
}

pick() {
    awk -v low="$1" '($1 >= 2000000) == (low > 0)'
}

sed 's/[^0-9]*\([0-9]*\)[^0-9]*\([0-9]*\).*/\1 \2/' rows.ndjson > all
find archive -name '*.gz' -exec cat {} + | gzip -dc | sed 's/[^0-9]*\([0-9]*\)[^0-9]*\([0-9]*\).*/\1 \2/' > archived
sqlite3 -separator ' ' rows.db 'SELECT "B", "N" FROM rows_of' > tabled
cmp -s <(sort all) <(sort tabled) || fail "the table is not what the file is"
[ -s keyed ] && [ -s unkeyed ] || fail "nothing was taken"
pick 0 < all > all.keyed
pick 1 < all > all.unkeyed
compare keyed all.keyed 1
compare unkeyed all.unkeyed 0
[ -z "$(sort archived | uniq -d | pick 0)" ] || fail "the archive has rows twice"
[ "$(find state.spool -type f | wc -l)" -le 1 ] || fail "the spool is not cleared: $(find state.spool -type f)"
if grep -v 'turned away\|sluice: status' messages | grep -q .; then fail "$(head -5 messages)"; fi
[ $bad = 0 ] && echo "1 passed, 0 failed" || echo "0 passed, 1 failed"
exit $bad
