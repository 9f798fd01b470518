#!/usr/bin/env bash
# devices.sh: prints the table of device details: device1000 to device5899, so that the last hundred devices are unknown.
set -euo pipefail
awk 'BEGIN {
    print "device_id,manufacturer,model"
    for (i = 1000; i < 5900; i++) printf "device%04d,Manufacturer %02d,Model %02d\n", i, i * 7 % 10, i * 3 % 20
}'
