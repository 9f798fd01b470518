#!/bin/bash
# The pages of docs/reference that are made from the sources: errors.md, limits.md, keywords.md; and functions.md, by the
# program, if it is built and not older than the functions.
#
#   tests/lint/pages.sh            says which are out of date
#   tests/lint/pages.sh --write    writes them
set -u
cd "$(dirname "$0")/../.." || exit 2

write=
[ "${1:-}" = --write ] && write=1

# The first two lines of a page: its title and where it comes from.
title() {
    printf '# %s\n\n<!-- Written by `make docs` from %s. -->\n\n' "$1" "$2"
}

# Rows ERR(NAME, "SQLSTATE", "text") under the comments that group them.
errors() {
    title "Errors" "$1"
    echo "What compilation reports, and what a row in \`error_stream\` can stand for. The SQLSTATE is what"
    echo "programs compare; the text is what is said where nothing more precise is known."
    awk '
        /^\/\* [^:]*\*\/$/ {
            name = $0
            gsub(/^\/\* | \*\/$/, "", name)
            printf "\n## %s%s\n\n| SQLSTATE | name | text |\n| --- | --- | --- |\n",
                toupper(substr(name, 1, 1)), substr(name, 2)
        }
        /^ERR\(/ {
            split($0, part, "\"")
            name = part[1]
            gsub(/^ERR\(|[, ]+$/, "", name)
            printf "| `%s` | `%s` | %s |\n", part[2], name, part[4]
        }' "$1"
}

# Enum members LIMIT_*, with the comment behind them as their meaning.
limits() {
    title "Limits" "$1"
    echo "What Sluice refuses, with an error that names the limit. None depends on the machine."
    echo
    echo "| limit | value | of what |"
    echo "| --- | ---: | --- |"
    awk '
        # 16 << 20 as 16 Mi, so that people can read it
        function value(text,    part) {
            if (split(text, part, / *<< */) == 2) {
                if (part[2] == 10) return part[1] " Ki"
                if (part[2] == 20) return part[1] " Mi"
                if (part[2] == 30) return part[1] " Gi"
            }
            return text
        }
        /^\/\*/ { group = $0; gsub(/^\/\* *| *\*\/.*$/, "", group) }
        /LIMIT_[A-Z_]+ *=/ {
            comment = ""
            if (match($0, /\/\*.*/)) {
                comment = substr($0, RSTART)
                gsub(/^\/\* *| *\*\/ *$/, "", comment)
            }
            line = $0
            sub(/\/\*.*/, "", line)
            n = split(line, member, ",")
            for (i = 1; i <= n; i++) {
                if (!match(member[i], /LIMIT_[A-Z_]+ *= *[^,}]*/)) continue
                split(substr(member[i], RSTART, RLENGTH), pair, / *= */)
                sub(/ *$/, "", pair[2])
                printf "| `%s` | %s | %s |\n", pair[1], value(pair[2]), comment != "" ? comment : group
            }
        }' "$1"
}

# Rows KEYWORD("WORD", TOKEN, USE), reserved words first.
keywords() {
    title "Keywords" "$1"
    echo "A reserved word is a name only in double quotes (\`\"VALUE\"\`); the names of built-in functions among them"
    echo "can be called as they are. The other words mean something in places and are names everywhere else."
    awk -F'[",) ]+' '
        function list(words) { gsub(/^ /, "", words); gsub(/ /, ", ", words); print words }
        /^KEYWORD\(/ {
            if ($4 == "FREE") free = free " " $2
            else if ($4 == "READABLE") readable = readable " " $2
            else reserved = reserved " " $2
        }
        END {
            print "\n## Reserved\n"; list(reserved)
            print "\n## Reserved, but usable as the name of a column\n"; list(readable)
            print "\n## Not reserved\n"; list(free)
        }' "$1" | fold -s -w 118 | sed 's/ *$//'
}

# The catalogue, as the program prints it.
functions() {
    title "Functions" "the catalogue that the compiler uses"
    echo "\`sluice functions\` lists them, \`sluice functions NAME\` explains one."
    "$1" functions --markdown
}

bad=0
page() {
    local source=$2 out=docs/reference/$1.md
    [ -f "$source" ] || return 0
    if [ -n "$write" ]; then
        mkdir -p docs/reference
        "$1" "$source" | cat -s >"$out"
    elif ! "$1" "$source" | cat -s | cmp -s - "$out"; then
        echo "$out is not up to date with $source; \`make docs\` writes it"
        bad=1
    fi
}
page errors engine/base/errors.def
page limits engine/base/limits.h
page keywords grammar/keywords.def
program=$(readlink -f build/sluice)
if [ -x "$program" ] && [ -z "$(find engine/func engine/cli udf -name '*.[ch]' -newer "$program" -print -quit)" ]; then
    page functions build/sluice
fi
exit $bad
