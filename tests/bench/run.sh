#!/usr/bin/env bash
# run.sh BUILD [PEERS]: measures the pipelines of this folder, alone or beside the programs found in PEERS.
#
# Figures are of whole processes. With PEERS, Sluice and a peer run in turn (A B A B ...) on the same file; a ratio is the peer's CPU time
# divided by Sluice's, pair by pair, and the median of the pairs. RECORDS, PAIRS and CASES (a pattern) make a run smaller.
set -euo pipefail

build=$(realpath "$1")
peers=${2:+$(realpath "$2")}
here=$(cd "$(dirname "$0")" && pwd)
data=${BENCH_DIR:-/dev/shm/sluice-bench}
records=${RECORDS:-1000000}
pairs=${PAIRS:-5}
only=${CASES:-.}
sluice=$build/sluice
measure=$build/tests/bench/measure
mkdir -p "$data"

machine() {
    echo "machine  $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(free -g | awk '/^Mem/ {print $2}') GiB"
    echo "         Linux $(uname -r), load $(cut -d' ' -f1 /proc/loadavg), $(gcc --version | head -1), $(date -u +%Y-%m-%d)"
    echo "data     $data ($(df --output=fstype "$data" | tail -1)), $records records of W2 and W3, $((records / 4)) of W1, $((records * 4)) of W4"
}

# The workloads, once.
workload() { # NAME RECORDS
    local file=$data/$1.ndjson
    [ -s "$file" ] && [ "$(cat "$data/$1.made" 2>/dev/null)" = "$2 $peers" ] && return
    if [ -n "$peers" ] && [ "$1" != w4 ]; then
        sh "$peers/$1.sh" "$data" "$2" 5000
    else
        "$build/tests/bench/generate" "$1" "$2" > "$file"
        "$build/tests/bench/generate" devices > "$data/devices.csv"
    fi
    echo "$2 $peers" > "$data/$1.made"
}

sluice_run() { # PIPE WORKLOAD OUT THREADS
    local source=source.sql
    [ "$2" = w3 ] && source=source3.sql
    echo "$sluice" run --quiet "$here/$source" "$here/$1.sql" --source "SOURCE_SQL_STREAM_001=$data/$2.ndjson" \
        --source "DEVICES=$data/devices.csv" --sink "RESULT=$3" --threads "$4"
}

median() { sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

lines() { wc -l < "$data/$1.ndjson"; }

# One line: what Sluice does on this case, median of three.
alone() { # LABEL PIPE WORKLOAD SUFFIX THREADS
    local n bytes out=$data/out.$2.$3.$5$4
    n=$(lines "$3")
    bytes=$(stat -c %s "$data/$3.ndjson")
    for _ in 1 2 3; do $measure -o "$out" $(sluice_run "$2" "$3" "$out" "$5"); done |
        awk -v n="$n" -v bytes="$bytes" -v label="$1" -v threads="$5" '
            { cpu[NR] = $1; wall[NR] = $2; if ($3 > rss) rss = $3; first[NR] = $4 }
            function mid(v) { return v[1] > v[2] ? (v[2] > v[3] ? v[2] : (v[1] > v[3] ? v[3] : v[1])) : (v[1] > v[3] ? v[1] : (v[2] > v[3] ? v[3] : v[2])) }
            END { c = mid(cpu); w = mid(wall)
                  printf "%-22s %d   %8.0f k %8.0f k %7.0f MB/s %6.1f MiB %7.1f ms\n", label, threads, n / c / 1e3, n / w / 1e3, bytes / w / 1e6, rss / 1024, mid(first) }'
}

same() { # PIPE WORKLOAD SUFFIX
    cmp -s "$data/out.$1.$2.1$3" "$data/out.$1.$2.2$3" && echo "    one and two threads: the same bytes" ||
        echo "    ONE AND TWO THREADS DIFFER"
}

cases() {
    cat <<TXT
P1-W2 p1 w2
P1-W1 p1 w1
p1full-W1 p1full w1
P3-W2 p3 w2
P4-W2 p4 w2
P1-W3 p1 w3
slide-60s-W4 slide60 w4
slide-3600s-W4 slide3600 w4
p1full-W1-gzip p1full w1 .gz
TXT
}

# Pairs with one peer: Sluice with one thread, then the peer, in turn.
versus() { # LABEL PIPE WORKLOAD SUFFIX NAME COMMAND...
    local label=$1 pipe=$2 work=$3 suffix=$4 name=$5 out=$data/out.$2.$3.1$4 ratios="" own="" theirs=""
    shift 5
    for _ in $(seq "$pairs"); do
        local a b
        a=$($measure $(sluice_run "$pipe" "$work" "$out" 1) | cut -d' ' -f1)
        b=$($measure "$@" | cut -d' ' -f1) || { echo "  $label  $name: failed"; return; }
        ratios+="$(awk -v a="$a" -v b="$b" 'BEGIN {printf "%.2f", b / a}') "
        own+="$a "
        theirs+="$b "
    done
    local n
    n=$(lines "$work")
    printf "%-18s %-14s %6.0f k / %5.0f k   median %5.2f x   pairs %s\n" "$label" "$name" \
        "$(tr ' ' '\n' <<< "$own" | grep . | median | awk -v n="$n" '{print n / $1 / 1e3}')" \
        "$(tr ' ' '\n' <<< "$theirs" | grep . | median | awk -v n="$n" '{print n / $1 / 1e3}')" \
        "$(tr ' ' '\n' <<< "$ratios" | grep . | median)" "$ratios"
}

has_duckdb() { node -e "require.resolve('@duckdb/node-api', {paths: [process.cwd(), ...(process.env.NODE_PATH || '').split(':')]})" 2> /dev/null; }

beside() { # LABEL PIPE WORKLOAD SUFFIX
    local in=$data/$3.ndjson ref=$data/devices.csv out=$data/out.peer
    if [ -n "${4:-}" ]; then
        versus "$1" "$2" "$3" "$4" "node | gzip -1" bash -c "node $peers/peer_node.js $2 $in /dev/stdout $ref | gzip -1 > $out.gz"
        return
    fi
    [[ $3 == w[34] ]] && return # no peer script reads nested records, or slides an hour
    if has_duckdb; then versus "$1" "$2" "$3" "" "DuckDB, 1 thread" node "$peers/peer_duckdb.js" "$2" "$in" "$out" "$ref" 1; fi
    versus "$1" "$2" "$3" "" "Node" node "$peers/peer_node.js" "$2" "$in" "$out" "$ref"
    versus "$1" "$2" "$3" "" "Python" python3 "$peers/peer_python.py" "$2" "$in" "$out" "$ref"
}

latency() { # RATE NAME COMMAND...
    local rate=$1 name=$2
    shift 2
    printf "%-8s at %6d/s   p50 %s us, p90 %s us, p99 %s us, max %s us, %s answers\n" "$name" "$rate" \
        $("$build/tests/bench/latency" "$rate" 5 "$data/w2.ndjson" "$@")
}

# A query over an archive of 1 GB (24 folders at most), in hourly folders that share one file: three runs, the median.
archive_query() { # LABEL BYTES WHERE
    for _ in 1 2 3; do
        $measure "$sluice" query --format json --table "R=$data/archive" "SELECT COUNT(*) FROM R WHERE $3" | tail -1
    done | sort -g | sed -n 2p |
        awk -v label="$1" -v bytes="$2" '{ printf "%-30s %6.0f MB in %.3f s of CPU: %5.0f MB/s per core\n", label, bytes / 1e6, $1, bytes / $1 / 1e6 }'
}

archive() {
    local bytes hours
    bytes=$(stat -c %s "$data/w1.ndjson")
    hours=$(((1000000000 + bytes - 1) / bytes))
    [ "$hours" -gt 24 ] && hours=24
    rm -rf "$data/archive"
    for hour in $(seq -f %02g 0 $((hours - 1))); do
        mkdir -p "$data/archive/2026/01/01/$hour"
        ln "$data/w1.ndjson" "$data/archive/2026/01/01/$hour/w1.ndjson"
    done
    archive_query "one column, all folders" $((bytes * hours)) "pulse > 100"
    archive_query "the same in one of $hours folders" "$bytes" "pulse > 100 AND DELIVERED = '2026-01-01 00:00:00'"
    rm -rf "$data/archive"
}

machine
if [ "$only" != functions ] && [ "$only" != workshop ] && [ "$only" != ingest ] && [ "$only" != mqtt ]; then
    workload w1 $((records / 4))
    workload w2 "$records"
    workload w3 "$records"
    workload w4 "$((records * 4))"
fi

echo
echo "case                   threads  rec/s CPU  rec/s wall     input    peak   first row"
while read -r label pipe work suffix; do
    [[ $label =~ $only ]] || continue
    alone "$label" "$pipe" "$work" "$suffix" 1
    alone "$label" "$pipe" "$work" "$suffix" 2
    same "$pipe" "$work" "$suffix"
done < <(cases)

if [ -n "$peers" ]; then
    echo
    echo "case               peer           records per second of CPU: Sluice / peer; ratio of CPU times"
    while read -r label pipe work suffix; do
        [[ $label =~ $only ]] || continue
        beside "$label" "$pipe" "$work" "$suffix"
    done < <(cases)
fi

# Reference tables of 5,000 and of a million rows: CPU time of a run less that of one without records.
tables() {
    local rows n=$records load whole rss
    : > "$data/none.ndjson"
    for rows in 5000 1000000; do
        "$build/tests/bench/generate" table "$rows" > "$data/table.csv"
        "$build/tests/bench/generate" zipf "$rows" "$n" > "$data/zipf.ndjson"
        run() { $measure "$sluice" run --quiet "$here/tables.sql" --threads 1 --source "D=$data/table.csv" --source "S=$data/$1.ndjson"; }
        load=$(for _ in 1 2 3; do run none; done | awk '{print $1}' | median)
        rss=$(run none | awk '{print $3}')
        whole=$(for _ in 1 2 3 4 5; do run zipf; done | awk '{print $1}' | median)
        awk -v rows="$rows" -v n="$n" -v load="$load" -v whole="$whole" -v rss="$rss" 'BEGIN {
            printf "%9d rows: %5.0f ns of CPU a record, read in %.3f s, %.1f MiB in all\n", rows, (whole - load) / n * 1e9, load, rss / 1024 }'
    done
}

# The same table looked up by key in a database: CPU time of the second half of the records, whose keys are known, beside
# that with the table held whole.
by_key() {
    local n=$records whole keyed
    "$build/tests/bench/generate" table 5000 > "$data/table.csv"
    "$build/tests/bench/generate" zipf 5000 $((2 * n)) > "$data/zipf2.ndjson"
    head -n "$n" "$data/zipf2.ndjson" > "$data/zipf.ndjson"
    rm -f "$data/table.db"
    sqlite3 "$data/table.db" 'CREATE TABLE d (id TEXT PRIMARY KEY, model TEXT, ward TEXT)' \
        ".import --csv --skip 1 $data/table.csv d"
    sed "s/header = TRUE/lookup = 'key'/" "$here/tables.sql" > "$data/keyed.sql"
    run() { $measure "$sluice" run --quiet "$1" --threads 1 --source "D=$2" --source "S=$data/$3.ndjson"; }
    second() { for _ in 1 2 3 4 5; do echo "$(run "$@" zipf2) $(run "$@" zipf)"; done | awk '{print $1 - $5}' | median; }
    whole=$(second "$here/tables.sql" "$data/table.csv")
    keyed=$(second "$data/keyed.sql" "sqlite:$data/table.db?table=d")
    awk -v n="$n" -v whole="$whole" -v keyed="$keyed" 'BEGIN {
        printf "read and joined: %4.0f ns of CPU a record with 5,000 rows held whole, %4.0f ns by key from a warm cache (%.1f M hits a second)\n",
            whole / n * 1e9, keyed / n * 1e9, n / keyed / 1e6 }'
}

if [[ tables =~ $only ]]; then
    echo
    echo "records joined with a reference table, ids by Zipf's law"
    tables
    by_key
fi

if [[ taps =~ $only ]]; then
    echo
    echo "the control socket: times beside those of a run without one"
    "$here/taps.sh" "$build" "$data" "$pairs"
fi

if [[ functions =~ $only ]]; then
    echo
    echo "functions: nanoseconds a row of the kernel alone, calls of the allocator a batch of 1,024 rows"
    "$build/tests/bench/functions"
fi

if [[ rcf =~ $only ]]; then
    echo
    "$build/tests/bench/rcf"
fi

if [[ workshop =~ $only ]]; then
    echo
    echo "the joined application of queries/workshop; loop: a million steps of arithmetic in ms, before each figure"
    "$here/workshop.sh" "$build"
fi

if [[ ingest =~ $only ]]; then
    echo
    echo "records that clients post by HTTP"
    "$here/ingest.sh" "$build"
fi

if [[ mqtt =~ $only ]]; then
    echo
    echo "messages of 100 bytes through a broker"
    "$here/mqtt.sh" "$build"
fi

if [[ archive =~ $only ]]; then
    echo
    echo "queries over an archive of uncompressed records of 1 KB"
    archive
fi

if [[ latency =~ $only ]]; then
    echo
    echo "record by record through pipes, P1"
    for rate in 1000 10000; do
        latency "$rate" sluice "$sluice" run --quiet "$here/source.sql" "$here/p1.sql" --source SOURCE_SQL_STREAM_001=- \
            --source "DEVICES=$data/devices.csv" --sink RESULT=-
        [ -n "$peers" ] || continue
        FLUSH=1 latency "$rate" node node "$peers/peer_node.js" p1 /dev/stdin /dev/stdout "$data/devices.csv"
    done
fi
