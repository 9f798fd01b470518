#!/usr/bin/env bash
# mqtt.sh BUILD: messages of 100 bytes through a broker (mosquitto) on this machine: by the clock on the wall and by CPU time of
# the run.
set -euo pipefail

build=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-mqtt.XXXXXX")
rows=200000
port=17633
PATH=$PATH:/usr/sbin
trap 'kill $(jobs -p) 2> /dev/null || true; rm -rf "$work"' EXIT
printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' 'max_queued_messages 0' 'log_type subscribe' > "$work/broker.conf"
seq "$rows" | sed 's/.*/{"DEVICE":"device&","WARD":"cardiology","PULSE":71.5,"SYSTOLIC":120.5,"DIASTOLIC":80.25,"N":&}/' \
    > "$work/rows.ndjson"
ticks=$(getconf CLK_TCK)

write_sql() {
    cat > "$work/in.sql" <<SQL
CREATE SOURCE S (DEVICE VARCHAR(16), PULSE DOUBLE, N INTEGER) FROM 'mqtt://127.0.0.1:$port/bench/#' WITH (qos = $1);
CREATE STREAM X (TOPIC VARCHAR(32), DEVICE VARCHAR(16), PULSE DOUBLE, N INTEGER);
CREATE PUMP P AS INSERT INTO X SELECT STREAM "\$topic", DEVICE, PULSE, N FROM S;
CREATE SINK O FROM X INTO 'out.ndjson';
SQL
    cat > "$work/out.sql" <<SQL
CREATE SOURCE R (DEVICE VARCHAR(16), WARD VARCHAR(16), PULSE DOUBLE, SYSTOLIC DOUBLE, DIASTOLIC DOUBLE, N INTEGER)
FROM 'rows.ndjson';
CREATE SINK O FROM R INTO 'mqtt://127.0.0.1:$port/bench/a' WITH (qos = $1);
SQL
}

reader() {
    "$build/sluice" run --quiet --threads 1 "$work/in.sql" &
    reader=$!
}

read_all() {
    until [ "$(cat "$work/out.ndjson" 2> /dev/null | wc -l)" -ge "$rows" ]; do sleep 0.02; done
}

# LABEL FROM TO CPU-TICKS
tell() {
    awk -v label="$1" -v wall=$(($3 - $2)) -v cpu="$4" -v ticks="$ticks" -v n="$rows" 'BEGIN {
        printf "%-36s %7.0f messages/s, %7.0f messages/s of CPU\n", label, n / wall * 1e9, n * ticks / cpu }'
}

# CPU ticks of a process that runs, or of the children that have ended.
cpu_of() {
    awk '{ print $14 + $15 }' "/proc/$1/stat"
}
children() {
    awk '{ print $16 + $17 }' "/proc/$$/stat"
}

try() {
    local qos=$1 from to before
    rm -f "$work/out.ndjson"
    write_sql "$qos"
    mosquitto -c "$work/broker.conf" > "$work/broker.log" 2>&1 &
    local broker=$!
    sleep 0.5
    before=$(children)
    from=$(date +%s%N)
    "$build/sluice" run --quiet --threads 1 "$work/out.sql"
    to=$(date +%s%N)
    tell "QoS $qos: sink, nobody listens" "$from" "$to" $(($(children) - before))
    reader
    until grep -q 'bench/#' "$work/broker.log"; do sleep 0.05; done
    from=$(date +%s%N)
    "$build/sluice" run --quiet --threads 1 "$work/out.sql"
    read_all
    to=$(date +%s%N)
    tell "QoS $qos: sink, broker, source" "$from" "$to" "$(cpu_of $reader)"
    kill -INT $reader
    wait $reader
    # mosquitto 2.0 sends all that has waited at once, and is slow to end so many messages of QoS 2
    [ "$qos" != 1 ] || {
        "$build/sluice" run --quiet --threads 1 "$work/out.sql"
        rm -f "$work/out.ndjson"
        from=$(date +%s%N)
        reader
        read_all
        to=$(date +%s%N)
        tell "QoS $qos: source, what had waited" "$from" "$to" "$(cpu_of $reader)"
        kill -INT $reader
        wait $reader
    }
    kill $broker
    wait $broker || true
}

for qos in 0 1 2; do try $qos; done
