#!/usr/bin/env bash
# summary.sh PLANTED.csv ALERTS.ndjson: compares the alerts with the planted anomalies, by time and device.
set -euo pipefail
awk -F, -v alerts="$2" '
# "2026-01-31 08:00:00.074" to the same text of a planted time is a detour: both are compared as text.
function text_of(ms,    s) { s = int(ms / 1000); return sprintf("%s.%03d", strftime("%Y-%m-%d %H:%M:%S", s, 1), ms - s * 1000) }
NR == 1 { next }
$1 < 256 { learning++; next }
{ planted[text_of($2) "," $3] = $5; total[$5]++ }
END {
    while ((getline line < alerts) > 0) {
        n++
        match(line, /"time":"[^"]*"/); time = substr(line, RSTART + 8, RLENGTH - 9)
        match(line, /"device_id":"[^"]*"/); device = substr(line, RSTART + 13, RLENGTH - 14)
        key = time "," device
        if (key in planted) found[planted[key]]++; else wrong++
    }
    printf "   %d alerts\n", n
    printf "   %d of %d planted anomalies with a clearly low pulse (below 50) were found\n", found["clear"], total["clear"]
    printf "   %d of %d borderline ones (50 to 60, next to the usual range)\n", found["borderline"], total["borderline"]
    printf "   %d alerts were false\n", wrong
    if (learning) printf "   (%d planted while the forest was still learning, in the first 256 records, are not counted)\n", learning
}' "$1"
