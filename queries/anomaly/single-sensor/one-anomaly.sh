#!/usr/bin/env bash
# one-anomaly.sh [BUILD]: sends one reading to the running pipeline that is none of the usual ones.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
exec "$(realpath "${1:-$top/build}")/sluice" generate "$here/anomaly.template" --count 1 --quiet \
    --to "unix:$top/build/anomaly/live/sensor.sock"
