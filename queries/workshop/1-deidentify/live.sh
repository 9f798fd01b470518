#!/usr/bin/env bash
# live.sh [BUILD]: the step as it was: devices of five hospitals publish to a broker, LifeSupportDevice/HospitalNN, and the pipeline
# subscribes to LifeSupportDevice/#. Starts a broker (mosquitto) for itself. RECORDS and RATE change what the devices send, PORT
# the broker's port, OUT the folder of what is written.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
sluice=$(realpath "${1:-$top/build/release}")/sluice
out=${OUT:-$top/build/live}
port=${PORT:-18830}
records=${RECORDS:-500}
PATH=$PATH:/usr/sbin
command -v mosquitto >/dev/null || { echo "live.sh: there is no mosquitto; on Debian: apt-get install mosquitto" >&2 && exit 2; }

wait_for() {
    for _ in $(seq 200); do
        "$@" && return
        sleep 0.05
    done
    return 1
}
is_up() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
subscribed() { grep -q SUBACK "$out/broker.log"; }
received() { [ "$(cat "$out/readings.ndjson" | wc -l)" -ge "$records" ]; }

rm -rf "$out"
mkdir -p "$out"
"$sluice" vault init "$out/people.vault" --keys "$out/keys"
printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' 'max_queued_messages 0' 'log_type all' >"$out/broker.conf"
mosquitto -c "$out/broker.conf" >"$out/broker.log" 2>&1 &
broker=$!
trap 'kill $(jobs -p) 2>/dev/null' EXIT
wait_for is_up || { cat "$out/broker.log" >&2 && exit 1; }

echo "the pipeline subscribes to LifeSupportDevice/#"
"$sluice" run --quiet "$here/deidentify.sql" "$here/deliver.sql" --keys "$out/keys" \
    --source LIFE_SUPPORT="mqtt://127.0.0.1:$port/LifeSupportDevice/#" --sink DEIDENTIFIED="dir:$out/delivered" \
    --sink CROSS_REFERENCE="vault:$out/people.vault?table=identities" --sink READINGS="$out/readings.ndjson" &
pipeline=$!
wait_for subscribed

echo "devices send $records records, ${RATE:-100} a second"
sed '1s/^{/{"hospital":"Hospital0{{random.number({"min":1,"max":5})}}",/' "$here/records.template" >"$out/live.template"
"$sluice" generate "$out/live.template" --count "$records" --rate "${RATE:-100}" --seed 7 --quiet |
    "$sluice" run --quiet "$here/simulator.sql" --sink BROKER="mqtt://127.0.0.1:$port"
wait_for received || echo "not all of them came"
kill -INT $pipeline
wait $pipeline
kill $broker

echo "messages by topic:"
sed -n "s/.*Received PUBLISH.*'\(LifeSupportDevice[^']*\)'.*/\1/p" "$out/broker.log" | sort | uniq -c
echo "a record as it goes on:"
head -1 "$out/readings.ndjson"
echo "delivered: $(cat "$out"/delivered/de-identified/*/*/*/*/* | wc -l)"
"$sluice" vault verify "$out/people.vault" --keys "$out/keys"
