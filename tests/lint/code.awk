# Prints C source with comments and the contents of literals taken out, line by line, so that the
# checks that follow see code only.
FNR == 1 { open = 0 }
{
    line = $0
    out = ""
    while (line != "") {
        if (open) {
            p = index(line, "*/")
            if (p == 0) { line = ""; break }
            open = 0
            line = substr(line, p + 2)
            continue
        }
        if (!match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|'([^'\\]|\\.)*'/)) {
            out = out line
            break
        }
        token = substr(line, RSTART, 2)
        out = out substr(line, 1, RSTART - 1)
        rest = substr(line, RSTART + RLENGTH)
        if (token == "//") break
        if (token == "/*") open = 1
        else out = out substr(token, 1, 1) substr(token, 1, 1)
        line = rest
    }
    print FILENAME ":" FNR ":" out
}
