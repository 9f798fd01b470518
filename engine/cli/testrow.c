/*
 * testrow.c: expected rows beside those that came.
 *
 * The difference is the shortest one: the common rows at both ends are taken off, and the longest common
 * subsequence of the rest is found by the textbook's table (Wagner and Fischer, 1974); where that table would
 * be too large, row is compared with row by position.
 */

#include "cli/testrow.h"

#include "base/number.h"
#include "data/calendar.h"
#include "data/text.h"

#include <math.h>
#include <stdio.h>

enum {
    TABLE_CELLS_MAX = 4 << 20,
    CONTEXT = 2,      /* equal rows shown around a difference */
    SHOWN_STEPS = 60  /* lines shown of one difference */
};

/* ---- values ---- */

/* A number as digits * 10^exponent, digits without zeros at either end: equal numbers have equal ones. */
struct decimal_text {
    bool       negative;
    struct buf digits;
    int64_t    exponent;
};

static int64_t read_exponent(const char *p, const char *end)
{
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    int64_t value = 0;
    for (; p < end && value < INT32_MAX; p++) value = value * 10 + (*p - '0');
    return negative ? -value : value;
}

static struct decimal_text read_decimal(const struct str *s)
{
    struct decimal_text d = { 0 };
    const char         *p = str_data(s), *end = p + s->len;
    bool                fraction = false;
    for (; p < end && *p != 'e' && *p != 'E'; p++) {
        if (*p == '-') d.negative = true;
        if (*p == '.') fraction = true;
        if (*p < '0' || *p > '9') continue;
        if (d.digits.len > 0 || *p != '0') buf_append_char(&d.digits, *p);
        d.exponent -= fraction;
    }
    if (p < end) d.exponent += read_exponent(p + 1, end);
    for (; d.digits.len > 0 && d.digits.data[d.digits.len - 1] == '0'; d.digits.len--) d.exponent++;
    return d;
}

static bool decimal_equal(const struct str *a, const struct str *b)
{
    struct decimal_text x = read_decimal(a), y = read_decimal(b);
    bool                equal = x.digits.len == y.digits.len;
    if (equal && x.digits.len > 0) {
        equal = x.negative == y.negative && x.exponent == y.exponent &&
                memcmp(x.digits.data, y.digits.data, x.digits.len) == 0;
    }
    buf_free(&x.digits);
    buf_free(&y.digits);
    return equal;
}

static bool double_equal(const struct str *a, const struct str *b, int digits)
{
    double x, y;
    bool   beyond_x = false, beyond_y = false;
    if (!number_parse_double(str_data(a), a->len, false, &x, &beyond_x)) return false;
    if (!number_parse_double(str_data(b), b->len, false, &y, &beyond_y)) return false;
    if (beyond_x || beyond_y) return false;
    if (x == y) return true;
    char x_text[40], y_text[40];
    snprintf(x_text, sizeof x_text, "%.*e", digits - 1, x);
    snprintf(y_text, sizeof y_text, "%.*e", digits - 1, y);
    if (strcmp(x_text, y_text) == 0) return true;
    /* Both sides of the place where the last digit changes are near enough, too. */
    double most = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    return fabs(x - y) <= most * 0.5 * pow(10, -digits);
}

bool test_value_equal(struct type type, const struct member *want, const struct member *got)
{
    if (want->kind != got->kind) return false;
    if (want->kind == MEMBER_NULL) return true;
    if (want->kind != MEMBER_NUMBER) return str_equal(&want->text, &got->text);
    if (type.kind == TYPE_DOUBLE) return double_equal(&want->text, &got->text, 9);
    if (type.kind == TYPE_REAL) return double_equal(&want->text, &got->text, 6);
    return decimal_equal(&want->text, &got->text);
}

static bool row_equal(const struct row_match *m, size_t want, size_t came)
{
    const struct want_row   *w = &m->want[want];
    const struct replay_row *row = &m->rows->items[came];
    for (uint32_t c = 0; c < m->rows->n_columns; c++) {
        if (w->listed[c] &&
            !test_value_equal(m->rows->columns[c].type, &w->values[c], &m->got[came][c]))
            return false;
    }
    if (!w->has_rowtime) return true;
    char       text[CALENDAR_TEXT_MAX];
    struct str time = str_view(text, calendar_format_timestamp(text, row->time));
    return w->rowtime.kind == MEMBER_STRING && str_equal(&w->rowtime.text, &time);
}

/* ---- reading ---- */

static int find_column(const struct replay_rows *rows, struct str name)
{
    for (uint32_t c = 0; c < rows->n_columns; c++) {
        if (str_equal(&rows->columns[c].name, &name)) return (int)c;
    }
    return -1;
}

static const char *nearest_column(struct arena *a, const struct replay_rows *rows, struct str name)
{
    int best = 3;
    int found = -1;
    for (uint32_t c = 0; c < rows->n_columns; c++) {
        int d = str_distance(rows->columns[c].name, name, 2);
        if (d < best) best = d, found = (int)c;
    }
    if (found < 0) return NULL;
    return str_format_c(a, "did you mean \"%.*s\"?", STR_ARG(rows->columns[found].name));
}

static struct status place_member(struct row_match *m, struct span at, struct str stream,
                                  const struct member *v, struct want_row *w)
{
    int c = find_column(m->rows, v->name);
    if (c < 0 && !str_equal_c(v->name, "ROWTIME")) {
        struct status st = status_new(m->arena, ERR_UNKNOWN_COLUMN, at,
                                      "the stream \"%.*s\" has no column \"%.*s\"", STR_ARG(stream),
                                      STR_ARG(v->name));
        return status_with_hint(st, nearest_column(m->arena, m->rows, v->name));
    }
    if (c < 0 ? w->has_rowtime : w->listed[c]) {
        return status_new(m->arena, ERR_DUPLICATE_COLUMN, at, "the row names \"%.*s\" twice",
                          STR_ARG(v->name));
    }
    if (c < 0) {
        w->has_rowtime = true;
        w->rowtime = *v;
    } else {
        w->listed[c] = true;
        w->values[c] = *v;
    }
    return OK;
}

static struct status read_row(struct row_match *m, const struct test_file *file, struct str stream,
                              const struct test_line *line, struct want_row *w)
{
    uint32_t    n = m->rows->n_columns;
    struct span at = test_line_span(file, line);
    w->line = line;
    w->values = arena_calloc(m->arena, n * sizeof *w->values);
    w->listed = arena_calloc(m->arena, n * sizeof *w->listed);
    struct members members;
    struct status  st = members_read(m->arena, line->text, &members);
    st.at = at;
    TRY(st);
    for (size_t i = 0; i < members.count; i++)
        TRY(place_member(m, at, stream, &members.items[i], w));
    for (uint32_t c = 0; c < n && !m->any_subset; c++) {
        if (w->listed[c]) continue;
        return status_new(m->arena, ERR_UNKNOWN_COLUMN, at,
                          "the row does not name the column \"%.*s\" of \"%.*s\"",
                          STR_ARG(m->rows->columns[c].name), STR_ARG(stream));
    }
    return OK;
}

static struct status read_got(struct row_match *m)
{
    uint32_t n = m->rows->n_columns;
    m->got = ARENA_ARRAY(m->arena, struct member *, m->rows->count);
    for (size_t i = 0; i < m->rows->count; i++) {
        m->got[i] = ARENA_ARRAY(m->arena, struct member, n);
        for (uint32_t c = 0; c < n; c++) {
            struct status st =
                member_read_value(m->arena, m->rows->items[i].values[c], &m->got[i][c]);
            if (st.err == ERR_NONE) continue;
            return status_new(m->arena, ERR_INTERNAL, SPAN_NONE, "the value %.*s came out: %s",
                              STR_ARG(m->rows->items[i].values[c]), st.message);
        }
    }
    return OK;
}

/* ---- aligning ---- */

static void add_step(struct row_match *m, struct row_step step)
{
    if (step.kind != ROW_BOTH) m->equal = false;
    m->steps[m->n_steps++] = step;
}

/* Rows [w0, w1) and [c0, c1) by position. */
static void align_by_position(struct row_match *m, size_t w0, size_t w1, size_t c0, size_t c1)
{
    for (; w0 < w1 || c0 < c1; w0 += w0 < w1, c0 += c0 < c1) {
        if (w0 < w1 && c0 < c1 && row_equal(m, w0, c0)) {
            add_step(m, (struct row_step){ ROW_BOTH, w0, c0 });
            continue;
        }
        if (w0 < w1) add_step(m, (struct row_step){ ROW_WANTED, w0, 0 });
        if (c0 < c1) add_step(m, (struct row_step){ ROW_CAME, 0, c0 });
    }
}

/* lengths[i * (n_came + 1) + k]: of the longest common subsequence of what follows wanted row w0 + i and row c0
 * + k. */
static void align_by_table(struct row_match *m, size_t w0, size_t w1, size_t c0, size_t c1)
{
    size_t    n_want = w1 - w0, n_came = c1 - c0, width = n_came + 1;
    uint32_t *lengths = arena_calloc(m->arena, (n_want + 1) * width * sizeof *lengths);
    for (size_t i = n_want; i-- > 0;) {
        for (size_t k = n_came; k-- > 0;) {
            uint32_t down = lengths[(i + 1) * width + k], right = lengths[i * width + k + 1];
            uint32_t both = row_equal(m, w0 + i, c0 + k) ? lengths[(i + 1) * width + k + 1] + 1 : 0;
            uint32_t most = down > right ? down : right;
            lengths[i * width + k] = both > most ? both : most;
        }
    }
    size_t i = 0, k = 0;
    while (i < n_want || k < n_came) {
        uint32_t here = lengths[i * width + k];
        if (i < n_want && k < n_came && here == lengths[(i + 1) * width + k + 1] + 1 &&
            row_equal(m, w0 + i, c0 + k)) {
            add_step(m, (struct row_step){ ROW_BOTH, w0 + i++, c0 + k++ });
        } else if (i < n_want && lengths[(i + 1) * width + k] == here) {
            add_step(m, (struct row_step){ ROW_WANTED, w0 + i++, 0 });
        } else {
            add_step(m, (struct row_step){ ROW_CAME, 0, c0 + k++ });
        }
    }
}

static void align_ordered(struct row_match *m)
{
    size_t w0 = 0, c0 = 0, w1 = m->n_want, c1 = m->rows->count;
    for (; w0 < w1 && c0 < c1 && row_equal(m, w0, c0); w0++, c0++)
        add_step(m, (struct row_step){ ROW_BOTH, w0, c0 });
    size_t tail = 0;
    while (w1 > w0 && c1 > c0 && row_equal(m, w1 - 1, c1 - 1)) w1--, c1--, tail++;
    bool small = (w1 - w0 + 1) < TABLE_CELLS_MAX / (c1 - c0 + 1);
    (small ? align_by_table : align_by_position)(m, w0, w1, c0, c1);
    for (size_t i = 0; i < tail; i++) add_step(m, (struct row_step){ ROW_BOTH, w1 + i, c1 + i });
}

/* Each wanted row takes the first equal one that is left. */
static void align_unordered(struct row_match *m)
{
    size_t n = m->rows->count, first = 0;
    bool  *taken = arena_calloc(m->arena, n * sizeof *taken);
    for (size_t w = 0; w < m->n_want; w++) {
        while (first < n && taken[first]) first++;
        size_t c = first;
        while (c < n && (taken[c] || !row_equal(m, w, c))) c++;
        if (c < n) taken[c] = true;
        add_step(m, c < n ? (struct row_step){ ROW_BOTH, w, c }
                          : (struct row_step){ ROW_WANTED, w, 0 });
    }
    for (size_t c = 0; c < n; c++) {
        if (!taken[c]) add_step(m, (struct row_step){ ROW_CAME, 0, c });
    }
}

struct status row_match_new(struct arena *a, const struct test_file *file,
                            const struct test_block *expect, const struct replay_rows *rows,
                            struct row_match **out)
{
    struct row_match *m = ARENA_NEW(a, struct row_match);
    m->arena = a;
    m->rows = rows;
    m->equal = true;
    m->any_subset = str_equal_nocase_c(expect->name, "error_stream");
    m->n_want = expect->lines.count;
    m->want = arena_calloc(a, m->n_want * sizeof *m->want);
    for (size_t i = 0; i < m->n_want; i++) {
        TRY(read_row(m, file, expect->name, &expect->lines.items[i], &m->want[i]));
        m->show_rowtime |= m->want[i].has_rowtime;
    }
    TRY(read_got(m));
    m->steps = ARENA_ARRAY(a, struct row_step, m->n_want + rows->count);
    if (expect->unordered) align_unordered(m);
    else align_ordered(m);
    *out = m;
    return OK;
}

/* ---- showing ---- */

/* Columns of error_stream that are shown: those that the first expected row lists, else those that say most. */
static bool is_shown(const struct row_match *m, uint32_t c)
{
    if (!m->any_subset) return true;
    if (m->n_want > 0) return m->want[0].listed[c];
    return !str_equal_c(m->rows->columns[c].name, "DATA_ROW") &&
           !str_equal_c(m->rows->columns[c].name, "ERROR_TIME");
}

static void print_row(const struct row_match *m, size_t came, struct buf *out)
{
    const struct replay_row *row = &m->rows->items[came];
    const char              *before = "{";
    if (m->show_rowtime) {
        char text[CALENDAR_TEXT_MAX];
        buf_printf(out, "{\"ROWTIME\": \"%.*s\"", (int)calendar_format_timestamp(text, row->time),
                   text);
        before = ", ";
    }
    for (uint32_t c = 0; c < m->rows->n_columns; c++) {
        if (!is_shown(m, c)) continue;
        struct str name = m->rows->columns[c].name;
        buf_append_c(out, before);
        text_json_string(out, str_data(&name), name.len);
        buf_append_c(out, ": ");
        buf_append_str(out, row->values[c]);
        before = ", ";
    }
    buf_append_c(out, *before == '{' ? "{}" : "}");
}

static void print_step(const struct row_match *m, const struct row_step *s, struct buf *out)
{
    buf_append_c(out, s->kind == ROW_BOTH ? "      " : s->kind == ROW_WANTED ? "    - " : "    + ");
    if (s->kind == ROW_CAME) print_row(m, s->came, out);
    else buf_append_str(out, m->want[s->want].line->text);
    buf_append_char(out, '\n');
}

/* Whether a step is a difference, or near one. */
static bool is_near(const struct row_match *m, size_t i)
{
    size_t from = i > CONTEXT ? i - CONTEXT : 0;
    for (size_t k = from; k <= i + CONTEXT && k < m->n_steps; k++) {
        if (m->steps[k].kind != ROW_BOTH) return true;
    }
    return false;
}

void row_match_print(const struct row_match *m, struct buf *out)
{
    size_t shown = 0, left_out = 0;
    for (size_t i = 0; i < m->n_steps; i++) {
        if (!is_near(m, i)) {
            left_out++;
            continue;
        }
        if (left_out > 0)
            buf_printf(out, "      (%zu equal %s)\n", left_out, left_out == 1 ? "row" : "rows");
        left_out = 0;
        if (shown++ == SHOWN_STEPS) {
            buf_printf(out, "      (%zu more lines)\n", m->n_steps - i);
            return;
        }
        print_step(m, &m->steps[i], out);
    }
    if (left_out > 0)
        buf_printf(out, "      (%zu equal %s)\n", left_out, left_out == 1 ? "row" : "rows");
}

void row_match_update(const struct row_match *m, struct buf *out)
{
    for (size_t i = 0; i < m->n_steps; i++) {
        const struct row_step *s = &m->steps[i];
        if (s->kind == ROW_WANTED) continue;
        if (s->kind == ROW_BOTH) buf_append_str(out, m->want[s->want].line->text);
        else print_row(m, s->came, out);
        buf_append_char(out, '\n');
    }
}
