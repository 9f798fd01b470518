/* csv_scan.c: records and fields of delimited text. Whoever cuts input into blocks and whoever decodes it
 * ask the same rules. */

#include "io/csv_scan.h"

struct csv_delimiters csv_delimiters_of(const char *format, struct str column, struct str row)
{
    struct csv_delimiters d = { .column = column, .row = row, .line_end = row.len == 0 };
    if (column.len == 0) d.column = str_c(strcmp(format, "tsv") == 0 ? "\t" : ",");
    if (row.len == 0) d.row = str_c("\n");
    return d;
}

static bool at_delimiter(const char *p, const char *end, const struct str *delimiter)
{
    return (size_t)(end - p) >= delimiter->len &&
           memcmp(p, str_data(delimiter), delimiter->len) == 0;
}

/* A record without quotes, which is nearly every one: found without a look at single bytes. */
static bool scan_plain(struct csv_scan *s, const char *text, size_t n,
                       const struct csv_delimiters *d)
{
    const char *start = text + s->at;
    if (s->quoted || s->in_field || d->row.len != 1) return false;
    const char *found = memchr(start, str_data(&d->row)[0], n - s->at);
    if (!found || memchr(start, '"', (size_t)(found - start))) return false;
    s->at = (size_t)(found - text);
    return true;
}

/* Goes over bytes that mean nothing where they stand. */
static void skip_text(struct csv_scan *s, const char *text, size_t n,
                      const struct csv_delimiters *d)
{
    char column = str_data(&d->column)[0], row = str_data(&d->row)[0];
    if (s->quoted) {
        const char *quote = memchr(text + s->at, '"', n - s->at);
        s->at = quote ? (size_t)(quote - text) : n;
    } else if (s->in_field) {
        while (s->at < n && text[s->at] != column && text[s->at] != row) s->at++;
    }
}

/* One byte, or one delimiter of columns, or two quotes. */
static void step(struct csv_scan *s, const char *p, const char *end, const struct csv_delimiters *d)
{
    size_t size = 1;
    if (s->quoted) {
        if (*p == '"' && p + 1 < end && p[1] == '"') size = 2;
        else s->quoted = *p != '"';
    } else if (!s->in_field && *p == '"') {
        s->quoted = s->in_field = true;
    } else if (at_delimiter(p, end, &d->column)) {
        size = d->column.len;
        s->in_field = false;
    } else {
        s->in_field = true;
    }
    s->at += size;
}

bool csv_scan_record(struct csv_scan *s, const char *text, size_t n, bool at_end,
                     const struct csv_delimiters *d, size_t *stop)
{
    const char *end = text + n;
    bool        found = scan_plain(s, text, n, d);
    while (!found) {
        skip_text(s, text, n, d);
        if (s->at == n) return false;
        const char *p = text + s->at;
        found = !s->quoted && at_delimiter(p, end, &d->row);
        if (found) break;
        /* the first bytes of a delimiter, or of two quotes, do not tell yet what stands here */
        size_t left = n - s->at;
        if (!at_end && (left < d->row.len || left < d->column.len || (s->quoted && left == 1)))
            return false;
        step(s, p, end, d);
    }
    *stop = s->at;
    if (d->line_end && *stop > 0 && text[*stop - 1] == '\r') --*stop;
    s->at += d->row.len;
    s->in_field = false;
    return true;
}

/* The first column delimiter, or the end. */
static const char *find_delimiter(const char *p, const char *end, const struct csv_delimiters *d)
{
    const char *found = memmem(p, (size_t)(end - p), str_data(&d->column), d->column.len);
    return found ? found : end;
}

static bool scan_quoted(const char *p, const char *end, struct csv_field *out, const char **behind)
{
    *out = (struct csv_field){ .text = p + 1, .quoted = true };
    for (p++; p < end; p++) {
        if (*p != '"') continue;
        if (p + 1 == end || p[1] != '"') {
            out->size = (size_t)(p - out->text);
            *behind = p + 1;
            return true;
        }
        out->doubled = true;
        p++;
    }
    return false;
}

bool csv_scan_field(const char *p, const char *end, const struct csv_delimiters *d,
                    struct csv_field *out, const char **next)
{
    const char *behind = p;
    if (p < end && *p == '"') {
        if (!scan_quoted(p, end, out, &behind)) return false;
    } else {
        behind = find_delimiter(p, end, d);
        *out = (struct csv_field){ .text = p, .size = (size_t)(behind - p) };
    }
    if (behind < end && !at_delimiter(behind, end, &d->column)) return false;
    *next = behind < end ? behind + d->column.len : NULL;
    return true;
}

size_t csv_undouble(const char *s, size_t size, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        out[n++] = s[i];
        if (s[i] == '"') i++;
    }
    return n;
}
