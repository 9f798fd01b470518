# rewrite.awk: an SQL file of a pipeline, for a run on planted records. To be called with
#
#     -v mode=column|stream   how a source without PERSONAL columns gets one: as a column of its own, or, where SELECT * would give that
#                             away, as a column of a source behind whose place a stream of the declared columns stands
#     -v planted=FOLDER       where records lie; -v allowed=FOLDER: what may hold PERSONAL values; -v out=FOLDER: what networks would get
#     -v plan=FILE            gets what plant.awk needs: a source a line, then its columns
#     -v base=FOLDER          of the SQL file
#     -v open=" NAME NAME "   sinks that may have PERSONAL values although they do not say so
#
# Statements that are neither sources, sinks nor reference tables stay as they are.

{ text = text $0 "\n" }

END {
    strip_comments()
    n = cut(text, ";", parts)
    for (i = 1; i <= n; i++) {
        statement = parts[i]
        sub(/^[ \t\n]+/, "", statement)
        if (statement == "") continue
        head = toupper(statement)
        gsub(/[ \t\n]+/, " ", head)
        sub(/^CREATE OR REPLACE /, "CREATE ", head)
        if (head ~ /^CREATE SOURCE /) rewrite_source(statement)
        else if (head ~ /^CREATE SINK /) rewrite_sink(statement)
        else if (head ~ /^CREATE REFERENCE TABLE /) rewrite_table(statement)
        else print statement ";\n"
    }
}

# ---- pieces of text ----

function strip_comments(    out, i, c, quote) {
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (quote == "" && substr(text, i, 2) == "--") {
            while (i <= length(text) && substr(text, i, 1) != "\n") i++
            c = "\n"
        } else if (quote == "" && substr(text, i, 2) == "/*") {
            i += index(substr(text, i), "*/")
            c = " "
        } else if (quote != "") {
            if (c == quote) quote = ""
        } else if (c == "'" || c == "\"") {
            quote = c
        }
        out = out c
    }
    text = out
}

# Cuts at a character that stands outside of quotes and parentheses.
function cut(s, at, out,    i, c, quote, depth, n, piece) {
    n = 0; piece = ""; quote = ""; depth = 0
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (quote != "") { if (c == quote) quote = "" }
        else if (c == "'" || c == "\"") quote = c
        else if (c == "(") depth++
        else if (c == ")") depth--
        else if (c == at && depth == 0) { out[++n] = piece; piece = ""; continue }
        piece = piece c
    }
    if (piece ~ /[^ \t\n]/) out[++n] = piece
    return n
}

function trim(s) { gsub(/^[ \t\n]+|[ \t\n]+$/, "", s); return s }

# The name at the beginning of s; what is behind it stays in `rest`.
function take_name(s,    n) {
    s = trim(s)
    if (substr(s, 1, 1) == "\"") n = index(substr(s, 2), "\"") + 1
    else { match(s, /^[A-Za-z0-9_$]+/); n = RLENGTH }
    rest = trim(substr(s, n + 1))
    return substr(s, 1, n)
}

# A name as it stands in the catalogue.
function plain(name) { return substr(name, 1, 1) == "\"" ? substr(name, 2, length(name) - 2) : toupper(name) }

# What stands between the parenthesis at the beginning of s and its other end; what is behind it stays in `rest`.
function take_parentheses(s,    i, c, quote, depth) {
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (quote != "") { if (c == quote) quote = "" }
        else if (c == "'" || c == "\"") quote = c
        else if (c == "(") depth++
        else if (c == ")" && --depth == 0) break
    }
    rest = trim(substr(s, i + 1))
    return substr(s, 2, i - 2)
}

# 'text' behind a word; what is behind it stays in `rest`.
function take_text(s, word,    u) {
    s = trim(s)
    if (toupper(substr(s, 1, length(word) + 1)) !~ "^" word "[ \t\n]") { rest = s; return "" }
    s = trim(substr(s, length(word) + 1))
    u = substr(s, 2, index(substr(s, 2), "'") - 1)
    rest = trim(substr(s, length(u) + 3))
    return u
}

# WITH (...): names into option[], in order into options[].
function take_options(s,    n, i, at) {
    delete option; delete options; n_options = 0
    if (toupper(s) !~ /^WITH/) return
    s = take_parentheses(trim(substr(s, 5)))
    n = cut(s, ",", given)
    for (i = 1; i <= n; i++) {
        at = index(given[i], "=")
        options[++n_options] = tolower(trim(substr(given[i], 1, at - 1)))
        option[options[n_options]] = trim(substr(given[i], at + 1))
    }
}

function text_of(value) { gsub(/^'|'$/, "", value); return value }

# The options of these names, as WITH.
function with(names,    i, out) {
    for (i = 1; i <= n_options; i++) {
        if (index(names, " " options[i] " ")) out = out (out == "" ? "" : ", ") options[i] " = " option[options[i]]
    }
    return out == "" ? "" : " WITH (" out ")"
}

# ---- columns ----

function read_columns(s,    n, i, name, words) {
    n = cut(s, ",", column)
    n_columns = 0; has_personal = 0
    for (i = 1; i <= n; i++) {
        words = toupper(trim(column[i]))
        if (words ~ /^PRIMARY KEY/) continue
        n_columns++
        name = take_name(column[i])
        column_name[n_columns] = name
        column_path[n_columns] = ""
        if (match(rest, /PATH[ \t\n]*'[^']*'/)) {
            column_path[n_columns] = substr(rest, RSTART, RLENGTH)
            gsub(/^PATH[ \t\n]*'|'$/, "", column_path[n_columns])
            rest = substr(rest, 1, RSTART - 1) substr(rest, RSTART + RLENGTH)
        }
        words = toupper(rest)
        column_personal[n_columns] = words ~ /PERSONAL/
        has_personal = has_personal || column_personal[n_columns]
        gsub(/PERSONAL|NOT NULL/, "", words)
        column_type[n_columns] = trim(words)
    }
}

function write_plan(kind, name, file, format, original,    i) {
    printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", kind, plain(name), file, format,
        ("column_delimiter" in option) ? text_of(option["column_delimiter"]) : (format == "tsv" ? "\t" : ","),
        toupper(option["header"]), text_of(option["rowtime"]), text_of(option["row_path"]), original >> plan
    for (i = 1; i <= n_columns; i++)
        printf "column\t%s\t%s\t%s\t%s\n", plain(column_name[i]), column_type[i], column_path[i], column_personal[i] + 0 >> plan
}

function is_there(path) { return system("test -f '" path "'") == 0 }

# The file that a URL names, when it is there; else nothing.
function original_of(url,    path) {
    path = url
    sub(/^file:/, "", path)
    if (path == "-" || path ~ /^[a-z]+:/) return ""
    if (path !~ /^\//) path = base "/" path
    return is_there(path) ? path : ""
}

function format_of(url) {
    if ("format" in option) return tolower(text_of(option["format"]))
    return url ~ /\.csv(\.gz)?$/ ? "csv" : url ~ /\.tsv(\.gz)?$/ ? "tsv" : "json"
}

# ---- statements ----

function rewrite_source(s,    name, inside, url, file, format, i, list, declared, kept) {
    sub(/^[Cc][^\n]*[Ss][Oo][Uu][Rr][Cc][Ee][ \t\n]+/, "", s)
    name = take_name(s)
    inside = take_parentheses(rest)
    url = take_text(rest, "FROM")
    take_options(rest)
    read_columns(inside)
    format = format_of(url)
    file = planted "/" plain(name) "." (format == "json" ? "ndjson" : format)
    marked = !has_personal
    if (marked) {
        inside = "\"_marker\" VARCHAR(80) PERSONAL, " inside
        for (i = ++n_columns; i > 1; i--) {
            column_name[i] = column_name[i - 1]; column_type[i] = column_type[i - 1]
            column_path[i] = column_path[i - 1]; column_personal[i] = column_personal[i - 1]
        }
        column_name[1] = "\"_marker\""; column_type[1] = "VARCHAR(80)"; column_path[1] = ""; column_personal[1] = 1
    }
    write_plan("source", name, file, format, original_of(url))
    kept = with(" format header row_path column_delimiter row_delimiter rowtime lateness parallelism processor ")
    if (mode == "column" || !marked) {
        print "CREATE OR REPLACE SOURCE " name " (" inside ") FROM '" file "'" kept ";\n"
        return
    }
    for (i = 2; i <= n_columns; i++) {
        list = list (i > 2 ? ", " : "") column_name[i]
        declared = declared (i > 2 ? ", " : "") column_name[i] " " column_type[i]
    }
    print "CREATE OR REPLACE SOURCE \"_" plain(name) "\" (" inside ") FROM '" file "'" kept ";\n"
    print "CREATE OR REPLACE STREAM " name " (" declared ");\n"
    print "CREATE OR REPLACE PUMP \"_copy_" plain(name) "\" AS INSERT INTO " name " SELECT STREAM " list " FROM \"_" plain(name) "\";\n"
}

function rewrite_sink(s,    whole, name, stream, url, scheme, personal) {
    whole = s
    sub(/^[Cc][^\n]*[Ss][Ii][Nn][Kk][ \t\n]+/, "", s)
    name = take_name(s)
    sub(/^[Ff][Rr][Oo][Mm][ \t\n]+/, "", rest)
    stream = take_name(rest)
    url = take_text(rest, "INTO")
    take_options(rest)
    scheme = match(url, /^[a-z]+:/) ? substr(url, 1, RLENGTH - 1) : "file"
    personal = toupper(text_of(option["personal"])) == "TRUE"
    if (index(open, " " plain(name) " ")) {
        personal = 1
        options[++n_options] = "personal"
        option["personal"] = "TRUE"
    }
    if (personal && scheme != "vault") {
        url = (scheme == "dir" ? "dir:" : "") allowed "/" plain(name)
        print "CREATE OR REPLACE SINK " name " FROM " stream " INTO '" url "'" \
            with(scheme == "dir" ? " personal gzip prefix size interval names failed " : " personal format ") ";\n"
    } else if (scheme ~ /^(https?|smtps?|mqtts?|tcp|unix|lambda)$/) {
        print "CREATE OR REPLACE SINK " name " FROM " stream " INTO '" out "/" plain(name) ".ndjson';\n"
    } else {
        print whole ";\n"
    }
}

function rewrite_table(s,    whole, name, inside, url, file) {
    whole = s
    sub(/^[Cc][^\n]*[Tt][Aa][Bb][Ll][Ee][ \t\n]+/, "", s)
    name = take_name(s)
    inside = take_parentheses(rest)
    url = take_text(rest, "FROM")
    take_options(rest)
    read_columns(inside)
    if (url ~ /^(sqlite|exec):/ || (original_of(url) != "" && !has_personal)) {
        print whole ";\n"
        return
    }
    file = planted "/table-" plain(name) ".ndjson"
    n_options_before = n_options
    write_plan("table", name, file, "json", "")
    print "CREATE OR REPLACE REFERENCE TABLE " name " (" inside ") FROM '" file "'" with(" on_missing ") ";\n"
}
