#!/usr/bin/env bash
# run.sh BUILD [KILLS [SEED]]: plants a marker in every PERSONAL value, in broken records too, runs application.sql, kills some of the
# runs, and looks for the markers in everything that was written but the sink that may have them: as they are, in base64 at each of its
# three alignments, in hexadecimal, and within what is compressed.
set -euo pipefail

build=$(realpath "$1")
kills=${2:-6}
RANDOM=${3:-7}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-personal.XXXXXX")
trap 'rm -rf "$work" "$work.needles"' EXIT
. "$here/search.sh"
mkdir "$work/tmp" "$work/out"
cp "$here/application.sql" "$work/"
cd "$work"

awk -v rows=8000 'function marker(kind, i) { return sprintf("Qz%sXv%05dKw", kind, i) }
    BEGIN {
        for (i = 0; i < rows; i++) {
            t = 1767225600000 + i * 200; id = i % 11; born = "\"1950-01-01\""; age = i % 100; tail = ""
            if (i % 17 == 5) born = "\"" marker("Bor", i) "\""
            if (i % 17 == 7) id = "\"no number\""
            if (i % 17 == 9) t -= 60000
            if (i % 17 == 11) age = "\"" marker("Age", i) "\""
            line = sprintf("{\"ID\": %s, \"T\": %.0f, \"patient\": {\"name\": \"%s\"}, \"NOTE\": \"%s\", \"BORN\": %s, \"AGE\": %s, " \
                           "\"ROOM\": \"r%d\"}", id, t, marker("Nam", i), marker("Not", i), born, age, i % 7)
            if (i % 17 == 3) line = substr(line, 1, index(line, "\"BORN\"") - 1)
            print line > "records.ndjson"
            if (i % 2 == 0)
                printf "{\"NAME\": \"%s\", \"WARD\": \"w%d\", \"NICK\": \"%s\"}\n", marker("Nam", i), i % 5, marker("Nic", i) > "people.ndjson"
        }
        print "ID,OWNER,N" > "cards.csv"
        for (i = 0; i < 400; i++) {
            owner = marker("Own", i); broken = i % 9 ? 0 : i / 9 % 4
            if (broken == 0) print i "," owner "," i % 3 > "cards.csv"
            if (broken == 1) print i "," owner "," marker("Mid", i) ",1" > "cards.csv"
            if (broken == 2) print i ",\"" owner > "cards.csv"
            if (broken == 3) print i ",7," owner > "cards.csv"
        }
    }'
make_keys keys
make_needles Nam Not Bor Age Own Mid Nic
try_needles Nam Nic

search_all() {
    search ! -name records.ndjson ! -name cards.csv ! -name people.ndjson ! -name staff.ndjson
}

options=(--quiet --keys keys --state state --batch-rows 50 application.sql)
killed=0
for starts in {1..60}; do
    [ $killed -lt "$kills" ] || break
    TMPDIR=$work/tmp "$build/sluice" run --threads $((RANDOM % 2 + 1)) "${options[@]}" >> messages 2>&1 &
    pid=$!
    sleep "0.0$((RANDOM % 40 + 20))"
    kill -USR1 "$pid" 2> /dev/null || true # what the log says of the run holds none, either
    kill -USR2 "$pid" 2> /dev/null || true
    sleep "0.0$((RANDOM % 30 + 10))"
    if kill -KILL "$pid" 2> /dev/null; then killed=$((killed + 1)); else rm -f state; fi # the next begins anew
    wait "$pid" 2> /dev/null || true
    search_all
done
# the last run is watched by everything there is
TMPDIR=$work/tmp "$build/sluice" run "${options[@]}" --metrics 0 --log-format json >> messages 2> watched &
pid=$!
while kill -0 "$pid" 2> /dev/null; do
    at=$(sed -n 's/.*"where":"\(127[^"]*\)".*/\1/p' watched)
    [ -z "$at" ] || kill -USR1 "$pid" 2> /dev/null || true
    [ -z "$at" ] || "$build/tests/cli/scrape" get "$at" /metrics >> pages || true
    [ -z "$at" ] || "$build/tests/cli/scrape" get "$at" /healthz >> pages || true
    sleep 0.01
done
wait "$pid" || { fail "the last run failed"; tail -3 watched; }
[ "$(grep -c sluice_rejected_records_total pages)" -gt 0 ] || fail "no metrics were read"
[ "$(grep -c 'status: pump' watched)" -gt 0 ] || fail "no status was logged"
search_all

for file in pseudo.ndjson classes.csv errors.ndjson owned.ndjson sorted.ndjson chosen.ndjson.gz rows.db failed wards; do
    [ -s "out/$file" ] || fail "out/$file is empty: nothing was tested"
done
# What is sent by HTTP lies in a spool until it is in a checkpoint.
mkdir ingest
port=$((10000 + $$ % 20000))
cat > ingest/application.sql <<SQL
CREATE SOURCE "VISITS" ("ID" INTEGER, "NAME" VARCHAR(64) PERSONAL PATH '\$.patient.name', "NOTE" VARCHAR(64) PERSONAL)
FROM 'http://127.0.0.1:$port/visits';
CREATE STREAM "COUNTED" ("ID" INTEGER);
CREATE PUMP "COUNT_THEM" AS INSERT INTO "COUNTED" SELECT STREAM "ID" FROM "VISITS";
CREATE SINK "counted" FROM "COUNTED" INTO 'counted.ndjson';
SQL
for round in 1 2; do
    "$build/sluice" run --quiet --keys keys --state ingest/state ingest/application.sql >> messages 2>&1 &
    pid=$!
    for i in {1..20}; do
        sed -n "$((i * 7)),$((i * 7 + 6))p" records.ndjson > body
        "$build/tests/cli/post" -w -h "Idempotency-Key: QzNamXv$i$round" $port /visits @body >> messages
        rm body
    done
    [ $round = 1 ] || kill -USR2 "$pid"
    kill -KILL "$pid"
    wait "$pid" 2> /dev/null || true
    [ "$(find ingest/state.spool -type f -size +4k | wc -l)" -gt 0 ] || fail "the spool is empty: nothing was tested"
    search_all
done

[ $killed = "$kills" ] || fail "runs end before they can be killed: $killed of $starts were"
"$build/sluice" vault get out/people.vault --rejects RECORDS --raw --keys keys | sort -u > rejects
awk 'NR % 17 == 4 || NR % 17 == 6 || NR % 17 == 8 || NR % 17 == 12' records.ndjson | sed 's/ *$//' | sort | cmp -s - rejects ||
    fail "the vault has not each broken record once"
"$build/sluice" vault verify out/people.vault --keys keys > verified || fail "the vault is not whole"
[ "$(grep -c QZNAMXV staff.ndjson)" -gt 4000 ] || fail "the sink with personal = TRUE lacks its rows"

echo "personal: $searched files searched, $killed runs killed"
"$here/pipelines.sh" "$build" "$RANDOM" || bad=1
[ $bad = 0 ] && echo "1 passed, 0 failed" || echo "0 passed, 1 failed"
exit $bad
