# plot.awk: series, scores and alerts as one SVG picture.
#
#   awk -v columns="pulse systolic" -v threshold=1.5 -v title="..." -f plot.awk scored.ndjson > plot.svg
#
# The upper half has the columns of the records, planted ones as red dots; the lower half the scores, with the threshold
# as a dashed line and alerts as red bars. Records are JSON objects of one line; the score is ANOMALY_SCORE, the mark
# "truth".

function field(name,    at, rest) {
    at = index($0, "\"" name "\":")
    if (!at) return ""
    rest = substr($0, at + length(name) + 3)
    sub(/^[ "]*/, "", rest)
    sub(/[",}].*/, "", rest)
    return rest
}

function x(i) { return left + width * (i - 1) / (n > 1 ? n - 1 : 1) }
function y(v) { return 40 + height * (1 - (v - low) / (high > low ? high - low : 1)) }
function y_score(v) { return 60 + 2 * height - height * v / (score_max > 0 ? score_max : 1) }

function text(px, py, anchor, s) {
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", px, py, anchor, s
}

function line(x1, y1, x2, y2, style) {
    printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, style
}

BEGIN {
    n_columns = split(columns, column, " ")
    split("#1f77b4 #2ca02c #9467bd #8c564b #7f7f7f", colour, " ")
    left = 60; width = 1120; height = 220
}

/^\{/ {
    n++
    truth[n] = field("truth")
    score[n] = field("ANOMALY_SCORE") + 0
    if (score[n] > score_max) score_max = score[n]
    for (c = 1; c <= n_columns; c++) {
        v = field(column[c]) + 0
        value[c, n] = v
        if (n * c == 1 || v < low) low = v
        if (n * c == 1 || v > high) high = v
    }
}

END {
    if (threshold > score_max) score_max = threshold
    score_max *= 1.05
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1200 540\" font-family=\"sans-serif\" font-size=\"12\">"
    print "<rect width=\"1200\" height=\"540\" fill=\"white\"/>"
    text(left, 22, "start", title)
    for (c = 1; c <= n_columns; c++) {
        printf "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"0.7\" points=\"", colour[(c - 1) % 5 + 1]
        for (i = 1; i <= n; i++) printf "%.1f,%.1f ", x(i), y(value[c, i])
        print "\"/>"
        printf "<g fill=\"%s\">", colour[(c - 1) % 5 + 1]
        text(left + width - 110 * (n_columns - c), 22, "end", column[c])
        print "</g>"
    }
    text(left - 6, y(high) + 4, "end", high)
    text(left - 6, y(low) + 4, "end", low)
    for (i = 1; i <= n; i++) {
        if (truth[i] == "planted") {
            planted++
            found += score[i] > threshold
            for (c = 1; c <= n_columns; c++)
                printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"#d62728\"/>\n", x(i), y(value[c, i])
        }
        if (score[i] > threshold) {
            alerts++
            line(x(i), y_score(0), x(i), y_score(score[i]), "stroke=\"#d62728\" stroke-width=\"1.5\"")
        }
    }
    printf "<polyline fill=\"none\" stroke=\"black\" stroke-width=\"0.7\" points=\""
    for (i = 1; i <= n; i++) printf "%.1f,%.1f ", x(i), y_score(score[i])
    print "\"/>"
    line(left, y_score(threshold), left + width, y_score(threshold), "stroke=\"#d62728\" stroke-dasharray=\"6 4\"")
    text(left - 6, y_score(threshold) + 4, "end", threshold)
    text(left - 6, y_score(0) + 4, "end", 0)
    line(left, y_score(0), left + width, y_score(0), "stroke=\"black\"")
    text(left, 530, "start", "score; dashed: the threshold; red: alerts. Above, red dots: planted")
    text(left + width, 530, "end", n " records, " planted + 0 " planted, " found + 0 " of them found, " alerts + 0 " alerts")
    print "</svg>"
}
