#!/bin/sh
# Who may include whom: one direction through the rooms, read from the #include lines.
#
# A room may include itself and what its row names: rooms, or single headers of a room. "all" is
# every room below app. Headers of libraries stand in a table of their own; what neither table
# names (libc) is free. Quoted includes name the room, and a .c includes its own header first.
set -eu
cd "$(dirname "$0")/../.."

files=$(find engine grammar udf -name '*.[ch]' -o -path 'grammar/*.y' -o -path 'grammar/*.re' 2>/dev/null |
    sort)
[ -n "$files" ] || exit 0

# shellcheck disable=SC2086
awk '
function rule(room, allowed,    n, i, part) {
    known[room] = 1
    may[room, room] = 1
    n = split(allowed, part, " ")
    for (i = 1; i <= n; i++) may[room, part[i]] = 1
}

function library(header, places,    n, i, part) {
    is_library[header] = 1
    n = split(places, part, " ")
    for (i = 1; i <= n; i++) lib[header, part[i]] = 1
}

BEGIN {
    rule("base",    "")
    rule("data",    "base")
    rule("func",    "sluice.h data base")
    rule("time",    "data base")
    rule("state",   "data base")
    rule("sql",     "func data base")
    rule("grammar", "sql/ast.h base")
    rule("exec",    "sluice.h sql/plan.h func time state data base")
    rule("io",      "time/clock.h data base")
    rule("app",     "sluice.h base data func time state sql grammar exec io")
    rule("cli",     "app udf/udf.h func/catalog.h io/vault.h data base")
    rule("udf",     "sluice.h")

    # header, then the rooms or modules (room/name without the ending) that may include it
    library("pthread.h",     "base udf/rcf/team")
    library("sodium.h",      "base/secret base/secret_seal udf")
    library("pcre2.h",       "func")
    library("jansson.h",     "io")
    library("zlib.h",        "io")
    library("libdeflate.h",  "io")
    library("yaml.h",        "io")
    library("curl/curl.h",   "io")
    library("microhttpd.h",  "io")
    library("gnutls/x509.h", "io/http_tls")
    library("mosquitto.h",   "io/mosquitto")
    library("sqlite3.h",     "state io/src_sqlite io/database io/sink_sqlite io/sink_vault io/vault io/vault_keep app/archive app/archive_table app/archive_copy")
    library("histedit.h",    "cli")
    library("editline/readline.h", "cli")
}

function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    bad++
}

FNR == 1 {
    room = FILENAME
    sub(/^engine\//, "", room)
    module = room
    sub(/\.[a-z]+$/, "", module)
    if (room ~ /\//) sub(/\/.*/, "", room); else room = "sluice.h"
    first = 1
    if (room != "sluice.h" && !(room in known)) complain("no room \"" room "\" in the table")
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    line = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
    quoted = substr(line, 1, 1) == "\""
    name = substr(line, 2)
    sub(/[>"].*/, "", name)

    if (!quoted) {
        if ((name in is_library) && !((name, room) in lib) && !((name, module) in lib))
            complain("<" name "> is not for " room)
        if (name == "immintrin.h" || name == "x86intrin.h") next
        next
    }
    if (name ~ /\.\.\//) { complain("\"" name "\": no ../ in includes"); next }
    sub(/^engine\//, "", name)
    if (first && FILENAME ~ /\.c$/ && room != "grammar") {
        own = module ".h"
        if (((getline probe < ("engine/" own)) > 0 || (getline probe < own) > 0) && name != own)
            complain("includes \"" name "\" before its own header \"" own "\"")
        close("engine/" own); close(own)
    }
    first = 0

    if (room == "sluice.h") { complain("sluice.h includes libc headers only"); next }
    if (room == "grammar" && (name == "parser.h" || name == "lexer.h")) next
    target = name
    if (name != "sluice.h") {
        if (name !~ /\//) { complain("\"" name "\" does not name its room"); next }
        sub(/\/.*/, "", target)
    }
    if (!((room, target) in may) && !((room, name) in may))
        complain(room " may not include \"" name "\"")
}

END { exit bad > 0 }
' $files
