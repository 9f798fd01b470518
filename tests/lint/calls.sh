#!/bin/sh
# Calls that our code does not make, each with its reason and the places where it may stand.
set -eu
cd "$(dirname "$0")/../.."

code=$(mktemp)
trap 'rm -f "$code"' EXIT
bad=0

# strip FOLDER...: the code of their C files, of grammar and lexer too
strip() {
    for folder in "$@"; do
        [ -d "$folder" ] && find "$folder" -name '*.[ch]' -o -name '*.y' -o -name '*.re'
    done | sort | xargs -r awk -f tests/lint/code.awk >"$code"
}

# ban REASON NAMES [PLACES]: no call of one of NAMES, but in files that match the pattern PLACES
ban() {
    names=$(echo "$2" | tr ' ' '|')
    if grep -E "(^|[^A-Za-z0-9_.>])($names)[ ]*\(" "$code" |
        grep -E -v "^(${3:-no place}):" | grep -E -v ':[0-9]+:[^(]*# *define'; then
        echo "  ^ lint: $1"
        bad=1
    fi
}

# word REASON PATTERN [PLACES]: no line that matches PATTERN
word() {
    if grep -E "$2" "$code" | grep -E -v "^(${3:-no place}):"; then
        echo "  ^ lint: $1"
        bad=1
    fi
}

strip engine grammar udf queries tests
ban "keeps its place in a global"      "strtok asctime ctime"
ban "the same input gives the same bytes" "rand random srand srandom drand48"
ban "changes what other calls mean (but for what is typed)" "setlocale" "engine/cli/repl_line\.c"
ban "writes without a bound"           "gets"

strip engine grammar udf
ban "writes without a bound"           "strcpy strcat sprintf vsprintf stpcpy"
ban "does not tell errors"             "atoi atol atoll atof"
ban "only the exec drivers start programs, and \\e an editor" "system popen fork vfork execl execlp execv execvp posix_spawn posix_spawnp" \
    "engine/io/(src|sink)_exec\.c|engine/io/exec\.c|engine/io/child\.c|engine/cli/repl_meta\.c"
ban "UTC only: data/calendar"          "localtime localtime_r mktime tzset strftime"
ban "only time/clock reads the clock, and a run its own duration"  "time gettimeofday clock_gettime clock ftime timespec_get" \
    "engine/time/clock\.c|engine/base/(thread|log)\.c|engine/app/(run|lane|serve|gauges|session_[a-z]+)\.c|engine/cli/cmd_repl\.c"
ban "only the command line prints"     "printf vprintf puts putchar putc" \
    "engine/cli/.*|engine/base/log\.c"
ban "input never ends the process (a forked child ends itself)"     "abort exit _exit quick_exit" \
    "engine/cli/.*|engine/base/[a-z]+\.[ch]|engine/io/(src|sink)_exec\.c"
ban "nothing waits by sleeping or spinning" "sleep usleep nanosleep sched_yield"
ban "the stack is not input's"         "alloca longjmp setjmp"
word "only the command line prints"    '(^|[^A-Za-z0-9_])stdout([^A-Za-z0-9_]|$)' \
    'engine/cli/.*|engine/io/sink_stdout\.c'
word "no typedef of a struct, and none with _t" \
    'typedef +(struct|union|enum) +[a-z_0-9]*[^(]*;|typedef [^(]*_t;'
exit $bad
