# plant.awk: records for the sources of a plan (rewrite.awk), with a marker in every PERSONAL value. To be called with -v rows=N on the plan.
#
# What a source has beside its SQL is taken over, its records marked; then come rows made of the columns' types, some of them broken: cut
# off behind a marker, a marker where a number should be, too late, and each with a member that nobody declared.

BEGIN { FS = "\t"; base_ms = 1893456000000 }

$1 != "column" {
    if (file != "") write_all()
    kind = $1; file = $3; format = $4; delimiter = $5; header = $6; rowtime = $7; row_path = $8; original = $9
    n = 0
    next
}
{ n++; name[n] = $2; type[n] = $3; path[n] = $4; personal[n] = $5 }
END { if (file != "") write_all() }

function marker(what) { return sprintf("Qz%sXv%05dKw", what, ++planted) }

function stamp(ms,    s) { s = int(ms / 1000); return strftime("%Y-%m-%d %H:%M:%S", s, 1) sprintf(".%03d", ms - s * 1000) }

function is_text(t) { return t ~ /CHAR/ }

# Column c of row i, without quotes.
function value(c, i, ms,    size) {
    if (personal[c] && is_text(type[c])) return marker("Per")
    if (toupper(name[c]) == toupper(rowtime) && type[c] ~ /BIGINT/) return sprintf("%.0f", ms)
    if (type[c] ~ /^TIMESTAMP/) return stamp(ms)
    if (type[c] ~ /^DATE/) return substr(stamp(ms), 1, 10)
    if (type[c] ~ /^TIME/) return substr(stamp(ms), 12, 8)
    if (type[c] ~ /^BOOLEAN/) return i % 2 ? "true" : "false"
    if (type[c] ~ /^(DOUBLE|REAL|FLOAT|DECIMAL|NUMERIC)/) return (i * 37 % 1000) / 10
    if (is_text(type[c])) return "v" i % 7
    return kind == "table" ? i : i % 100
}

# ---- JSON: members by their paths ----

function add(steps, k, text,    prefix, j) {
    prefix = ""
    for (j = 1; j <= k; j++) {
        key = prefix SUBSEP steps[j]
        if (!(key in seen)) { seen[key] = 1; children[prefix, ++count[prefix]] = steps[j] }
        prefix = key
    }
    leaf[prefix] = text
}

# $.a['b c'].d[0:] to steps; [0:] and [2] are steps "[" and "[2".
function steps_of(p, out,    k) {
    k = 0
    sub(/^\$/, "", p)
    while (p != "") {
        if (match(p, /^\['[^']*'\]/)) { out[++k] = substr(p, 3, RLENGTH - 4) }
        else if (match(p, /^\[[0-9]+\]/)) { out[++k] = "[" substr(p, 2, RLENGTH - 2) }
        else if (match(p, /^\[[^]]*\]/)) { out[++k] = "[" }
        else if (match(p, /^\.?[^.[]+/)) { out[++k] = substr(p, 1, RLENGTH); sub(/^\./, "", out[k]) }
        else break
        p = substr(p, RLENGTH + 1)
    }
    return k
}

function emit(prefix,    j, step, out, element, times) {
    if (prefix in leaf) return leaf[prefix]
    step = children[prefix, 1]
    if (substr(step, 1, 1) == "[") {
        element = emit(prefix SUBSEP step)
        times = step == "[" ? 2 : substr(step, 2) + 1
        for (j = 1; j <= times; j++) out = out (j > 1 ? ", " : "") element
        return "[" out "]"
    }
    for (j = 1; j <= count[prefix]; j++) {
        step = children[prefix, j]
        out = out (j > 1 ? ", " : "") "\"" step "\": " emit(prefix SUBSEP step)
    }
    return "{" out "}"
}

function quoted(c, v) { return is_text(type[c]) || type[c] ~ /^(TIMESTAMP|DATE|TIME)/ ? "\"" v "\"" : v }

function json_row(i, ms, wrong,    c, k, w, j, text) {
    split("", seen); split("", children); split("", count); split("", leaf)
    w = steps_of(row_path, steps)
    for (c = 1; c <= n; c++) {
        k = w
        if (path[c] != "") {
            k = steps_of(path[c], own)
            for (j = 1; j <= k; j++) steps[w + j] = own[j]
            k += w
        } else {
            steps[++k] = name[c]
        }
        text = c == wrong ? "\"" marker("Bad") "\"" : quoted(c, value(c, i, ms))
        add(steps, k, text)
    }
    if (row_path == "") { steps[1] = "_undeclared"; add(steps, 1, "\"" marker("Und") "\"") }
    return emit("")
}

function csv_row(i, ms, wrong,    c, out) {
    for (c = 1; c <= n; c++) out = out (c > 1 ? delimiter : "") (c == wrong ? marker("Bad") : value(c, i, ms))
    return out
}

# ---- files ----

# A column in which a text does not do; 0: there is none.
function column_to_break(i,    c, at) {
    for (c = 0; c < n; c++) {
        at = 1 + (c + i) % n
        if (!is_text(type[at])) return at
    }
    return 0
}

function copy_original(    line, first) {
    first = 1
    while ((getline line < original) > 0) {
        if (personal_first()) {
            if (format == "json") gsub(/\{ *"/, "{\"_marker\": \"" marker("Row") "\", \"", line)
            else line = (first && header == "TRUE" ? "_marker" : marker("Row")) delimiter line
        }
        print line > file
        first = 0
    }
    close(original)
}

function personal_first() { return name[1] == "_marker" }

function write_header(    c, line) {
    for (c = 1; c <= n; c++) line = line (c > 1 ? delimiter : "") name[c]
    print line > file
}

function write_all(    i, ms, line, wrong, at) {
    if (original != "") copy_original()
    else if (header == "TRUE" && format != "json") write_header()
    for (i = 0; i < (kind == "table" ? 6 : rows); i++) {
        ms = base_ms + i * 2000 - (kind == "source" && i % 19 == 18 ? 3600000 : 0)
        wrong = kind == "source" && i % 17 == 16 ? column_to_break(i) : 0
        line = format == "json" ? json_row(i, ms, wrong) : csv_row(i, ms, wrong)
        at = index(line, "Qz")
        if (kind == "source" && i % 13 == 12 && at) {
            line = format == "json" ? substr(line, 1, at + 14) : line delimiter marker("Bad") delimiter
        }
        print line > file
    }
    close(file)
    file = ""
}
