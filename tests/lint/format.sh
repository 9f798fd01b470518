#!/bin/bash
# Checks the layout of C files against .clang-format, or puts it right.
#
#   tests/lint/format.sh [--write] [FILE...]      without files: all of ours
#
# clang-format decides about statements, braces and indentation. Runs of spaces inside a line are
# the author's: where a line differs from clang-format's in nothing else, the author's is kept, and
# so is the indentation of what continues such a line. So are line breaks inside one statement: how
# a table is laid out, where a condition is broken. Comments keep their shape.
set -u
cd "$(dirname "$0")/../.." || exit 2

write=
if [ "${1:-}" = --write ]; then
    write=1
    shift
fi
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(
    find engine grammar udf queries tests -name '*.[ch]' 2>/dev/null | sort)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Joins the author's ($1) and clang-format's ($2) text by the list of line numbers on stdin:
# "= A B" for lines that are equal but for spaces, "- A" and "+ B" for lines of one of them alone.
merge() {
    awk -v author="$1" -v formatted="$2" '
        function indent(line) { match(line, /^ */); return RLENGTH }
        function rest(line) { sub(/^ */, "", line); sub(/ +\\?$/, "", line); return line }
        # A run of lines that differ is the author'"'"'s if words and spaces are the same, only broken
        # elsewhere, and all of it lies inside one statement.
        function flush(    i, mine, theirs, ours, code) {
            for (i = 1; i <= nmine; i++) {
                mine = mine " " rest(a[minus[i]])
                code = a[minus[i]]
                gsub(/"([^"\\]|\\.)*"/, "", code)
                sub(/\/[*\/].*/, "", code)
                if (code ~ /; *[^ ]/ || code ~ /^ *[}]? *(else|while|do)/) theirs = "a block"
            }
            for (i = 1; i <= nplus; i++) {
                theirs = theirs " " rest(f[plus[i]])
                if (f[plus[i]] ~ /^ *([{]|[}]? *(else|while|do)) *$/) theirs = "a block"
            }
            gsub(/ +/, " ", mine)
            gsub(/ +/, " ", theirs)
            ours = nmine > 0 && nplus > 0 && mine == theirs
            if (ours) for (i = 1; i <= nmine; i++) print a[minus[i]]
            else for (i = 1; i <= nplus; i++) print f[plus[i]]
            if (nmine + nplus > 0) aligned = 0
            nmine = nplus = 0
        }
        BEGIN {
            while ((getline line < author) > 0) a[++na] = line
            while ((getline line < formatted) > 0) f[++nf] = line
            # Which of the author'"'"'s lines begin inside a block comment.
            for (i = 1; i <= na; i++) {
                inside[i] = open
                line = a[i]
                gsub(/"([^"\\]|\\.)*"/, "", line)
                while (line != "") {
                    if (open) {
                        if ((p = index(line, "*/")) == 0) break
                        open = 0
                    } else {
                        if ((p = index(line, "/*")) == 0) break
                        if ((q = index(line, "//")) > 0 && q < p) break
                        open = 1
                    }
                    line = substr(line, p + 2)
                }
            }
        }
        $1 == "-" { minus[++nmine] = $2; next }
        $1 == "+" { plus[++nplus] = $2; next }
        {
            flush()
            mine = a[$2]; theirs = f[$3]
            same = rest(mine) == rest(theirs)
            if (indent(mine) == indent(theirs) || inside[$2] || mine ~ /^ *"/ ||
                (aligned && indent(mine) > indent(theirs))) {
                kept = mine
                sub(/ +$/, "", kept)
                print kept
                aligned = !same || (aligned && indent(mine) > indent(theirs))
            } else {
                print theirs
                aligned = 0
            }
        }
        END { flush() }'
}

bad=0
for file in "${files[@]}"; do
    clang-format "$file" >"$work/formatted" || exit 2
    if cmp -s "$file" "$work/formatted"; then
        continue
    fi
    sed 's/^ *//' "$file" >"$work/a"
    sed 's/^ *//' "$work/formatted" >"$work/b"
    diff -b --old-line-format='- %dn
' --new-line-format='+ %dn
' --unchanged-line-format='= %dn
' "$work/a" "$work/b" |
        awk '$1 != "=" { if ($1 == "+") b = $2; print; next } { print $1, $2, ++b }' |
        merge "$file" "$work/formatted" >"$work/merged"
    if cmp -s "$file" "$work/merged"; then
        continue
    fi
    if [ -n "$write" ]; then
        cat "$work/merged" >"$file"
        echo "formatted $file"
    else
        diff -u --label "$file" --label "$file as \`make format\` writes it" \
            "$file" "$work/merged"
        bad=$((bad + 1))
    fi
done
if [ "$bad" != 0 ]; then
    echo "lint: $bad files are not formatted; \`make format\` does it"
    exit 1
fi
