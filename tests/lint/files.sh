#!/bin/bash
# What files look like from outside: size, width, head comment, include guard, stray white space,
# room READMEs, and how long functions are.
set -u
cd "$(dirname "$0")/../.." || exit 2

lines_max=800
code_max=100
prose_max=120
bad=0

complain() {
    echo "$*"
    bad=1
}

# Files above $lines_max lines that are one noun all the same: "path: reason", one a line.
large=tests/lint/large-files.txt

mapfile -t sources < <(find engine grammar udf queries tests \
    \( -name '*.[ch]' -o -name '*.y' -o -name '*.re' -o -name '*.def' \) 2>/dev/null | sort)
mapfile -t texts < <(find engine grammar udf tests docs Makefile README.md \
    \( -name '*.sh' -o -name '*.awk' -o -name '*.md' -o -name Makefile \) 2>/dev/null | sort)

for file in "${sources[@]}"; do
    lines=$(wc -l <"$file")
    if [ "$lines" -gt $lines_max ] && ! grep -q "^$file: ." $large 2>/dev/null; then
        complain "$file: $lines lines, more than $lines_max: split it by noun, or name it in $large"
    fi
    case $file in
    *.[ch])
        head -n 5 "$file" | grep -q '^/\*' || complain "$file: no head comment"
        ;;
    esac
    case $file in
    tests/* | queries/*) ;;
    *.h)
        guard=${file#engine/}
        guard=$(echo "${guard//[\/.-]/_}" | tr a-z A-Z)
        grep -q "^#ifndef \(\|UDF_\)${guard#UDF_}$" "$file" ||
            complain "$file: no include guard $guard"
        ;;
    esac
done

if [ -f $large ]; then
    while IFS=: read -r file _; do
        if [ ! -f "$file" ] || [ "$(wc -l <"$file")" -le $lines_max ]; then
            complain "$large: $file is not large (any more)"
        fi
    done < <(grep -v '^#' $large)
fi

if [ ${#sources[@]} -gt 0 ]; then
    # Characters count, not bytes: continuation bytes of UTF-8 are taken out. Comments are prose,
    # also those that stand behind code.
    LC_ALL=C awk -v code=$code_max -v prose=$prose_max '
        FNR == 1 { open = 0 }
        /\t/ && FILENAME !~ /^tests/ { print FILENAME ":" FNR ": tab"; bad = 1 }
        / $/ || /\r$/ { print FILENAME ":" FNR ": white space at the end"; bad = 1 }
        {
            line = $0
            gsub(/[\200-\277]/, "", line)
            before = line
            sub(/ *\/[*\/] .*/, "", before)
            width = open || length(before) <= code ? prose : code
            if (length(line) > width) {
                print FILENAME ":" FNR ": " length(line) " columns, more than " width; bad = 1
            }
            if (line ~ /\/\*/) open = 1
            if (line ~ /\*\//) open = 0
        }
        /(TODO|FIXME|XXX:)/ { print FILENAME ":" FNR ": unfinished"; bad = 1 }
        END { exit bad }' "${sources[@]}" || bad=1
fi
if [ ${#texts[@]} -gt 0 ]; then
    awk '/[ \r]$/ { print FILENAME ":" FNR ": white space at the end"; bad = 1 }
         END { exit bad }' "${texts[@]}" || bad=1
fi

for room in engine/*/; do
    [ -d "$room" ] || continue
    [ -f "${room}README.md" ] || complain "$room has no README.md"
done

# Functions begin and end with a brace in column 1. Nine in ten have fewer than 60 lines.
mapfile -t code < <(find engine grammar udf -name '*.c' 2>/dev/null)
if [ ${#code[@]} -gt 0 ]; then
    awk '/^\{/ { from = FNR } /^\}/ && from { print FNR - from - 1; from = 0 }' "${code[@]}" |
        sort -n | awk '
            { size[NR] = $1; if ($1 < 60) short++ }
            END {
                if (NR == 0) exit
                printf "functions: %d, median %d lines, %.0f %% under 60\n",
                    NR, size[int((NR + 1) / 2)], 100 * short / NR
                exit short < NR * 0.9
            }' || complain "fewer than nine in ten functions have under 60 lines"
fi
exit $bad
