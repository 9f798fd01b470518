#!/usr/bin/env bash
# run.sh PATTERN [small|medium|large] [BUILD]: sends the records of a pattern's template through its application, live, for LIVE
# seconds (5), and tells what came out and what it cost. With START the clock is simulated and nothing waits; SEED changes the records.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
pattern=${1:-} size=${2:-small} options=()
case $pattern in
1-collect) folder=de-identified ;;
2-transform) folder=transformed ;;
3-analyze) folder=scored ;;
*) echo "usage: run.sh 1-collect|2-transform|3-analyze [small|medium|large]" >&2 && exit 2 ;;
esac
case $size in
small) rate=100 ;;
medium) rate=1000 ;;
large) rate=5000 ;;
*) echo "run.sh: \"$size\" is not small, medium or large" >&2 && exit 2 ;;
esac
sluice=$(realpath "${3:-$top/build/release}")/sluice
out=$top/build/whitepaper/$pattern

rm -rf "$out"
mkdir -p "$out"
if [ "$pattern" = 1-collect ]; then
    "$sluice" vault init "$out/patients.vault" --keys "$out/keys"
    options=(--keys "$out/keys")
elif [ "$pattern" = 2-transform ]; then
    "$here/2-transform/devices.sh" >"$out/devices.csv"
fi

TIMEFORMAT="%U %S %R"
"$sluice" generate "$here/$pattern/record.template" --rate "$rate" --count $((rate * ${LIVE:-5})) --seed "${SEED:-1}" --quiet \
    ${START:+--start "$START"} |
    { time "$sluice" run "$here/$pattern/where.sql" "$here/$pattern/application.sql" "${options[@]}" 2>"$out/told"; } 2>"$out/time"

grep -v warning "$out/told" | sed "s|$top/||"
echo "the archive:"
(cd "$out" && find archive -type f | LC_ALL=C sort)
echo "a record of it:"
"$sluice" query --format json --table R="$out/archive/$folder" 'SELECT * FROM R LIMIT 1' | sed 's/"text":"[^"]*"/"text":.../'
[ ! -s "$out/messages.log" ] || { echo "$(wc -l <"$out/messages.log") messages, the first:" && head -1 "$out/messages.log"; }
awk '{ printf "%.1f s of CPU in %.1f s: %.1f %% of a core\n", $1 + $2, $3, ($1 + $2) / $3 * 100 }' "$out/time"
