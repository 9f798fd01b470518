#!/usr/bin/env bash
# run.sh [BUILD]: half a minute of 1,000 records a second through the joined application, and what became of them. RECORDS and SEED
# change the records, OUT the folder of what is written.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
sluice=$(realpath "${1:-$top/build/release}")/sluice
out=${OUT:-$top/build/joined}

rm -rf "$out"
mkdir -p "$out"
"$here/devices.sh" >"$out/devices.csv"
"$sluice" vault init "$out/people.vault" --keys "$out/keys"
{
    "$sluice" generate "$here/record.template" --count "${RECORDS:-30000}" --rate 1000 --start '2026-01-31 08:00:00' \
        --seed "${SEED:-1}" --quiet
    echo '{"timestamp":1769846430000,"device_id":"device1000","name":"Half A Record'
} >"$out/records.ndjson"

"$sluice" run --quiet "$here/where.sql" "$here/application.sql" --keys "$out/keys" \
    --source LIFE_SUPPORT="$out/records.ndjson" --source DEVICES="$out/devices.csv" \
    --sink CROSS_REFERENCE="vault:$out/people.vault?table=identities" \
    --sink scored="dir:$out/archive" --sink pager="exec:cat >'$out/alerts.log'" 2>"$out/messages" ||
    { cat "$out/messages" >&2 && exit 1; }

echo "the archive:"
(cd "$out" && find archive -type f | LC_ALL=C sort)
echo "the first of $(wc -l <"$out/alerts.log") alerts, at most one a device in ten minutes:"
head -3 "$out/alerts.log"
echo "manufacturers in the archive:"
"$sluice" query --table R="$out/archive" "SELECT manufacturer, COUNT(*) AS readings, SUM(ANOMALY_SCORE > 1.5) AS alerts,
    ROUND(MAX(ANOMALY_SCORE), 1) AS highest FROM R GROUP BY manufacturer ORDER BY alerts DESC, manufacturer LIMIT 3"
echo "the end of a note as it came, and in the archive:"
head -1 "$out/records.ndjson" | tail -c 32
"$sluice" query --format csv --table R="$out/archive" 'SELECT substr(text, -24) FROM R LIMIT 1' | tail -1
echo "who the first alert is about, for those who hold the key:"
at=$("$sluice" query --format csv --table R="$out/archive" \
    'SELECT device_id, unixepoch(time) || substr(time, 21) FROM R WHERE ANOMALY_SCORE > 1.5 LIMIT 1' | tail -1)
"$sluice" vault get "$out/people.vault" "${at#*,}" "${at%,*}" --keys "$out/keys"
echo "what did not fit:"
"$sluice" query --table F="$out/archive/processing-failed" \
    'SELECT errorCode, COUNT(*) AS records, MIN(errorMessage) AS message FROM F GROUP BY errorCode'
"$sluice" vault get "$out/people.vault" --rejects --raw --keys "$out/keys"
"$sluice" vault verify "$out/people.vault" --keys "$out/keys"
