/*
 * fn_log_regex.c: REGEX_LOG_PARSE: the groups of a regular expression as the fields of a record
 * (section 8.1 of the aggregates sheet).
 *
 * The expression matches the whole line. A line that it does not match gives a NULL record,
 * and so does a NULL line; a group that took no part is NULL.
 */

#include "func/builtin.h"
#include "func/log_columns.h"
#include "func/regex_bind.h"

struct bound_regex {
    const struct regex *regex;
    struct log_columns  columns; /* n 0: COLUMN1 .. */
};

static bool put_groups(const struct bound_regex *bound, const struct regex_run *run,
                       const char *line, struct record_writer *w, struct kernel_call *k,
                       uint32_t row)
{
    uint32_t n = regex_groups(bound->regex);
    record_begin(w, n);
    for (uint32_t i = 0; i < n; i++) {
        size_t begin, end;
        bool there = regex_group(run, i + 1, &begin, &end);
        if (bound->columns.n == 0) {
            if (there) record_put(w, i, line + begin, end - begin);
        } else if (there
                       ? !log_columns_put(&bound->columns, i, line + begin, end - begin, w, k, row)
                       : !log_columns_null(&bound->columns, i, k, row)) {
            return false;
        }
    }
    return true;
}

static void regex_log_parse(struct kernel_call *k)
{
    const struct bound_regex *bound = k->bound;
    const struct str *lines = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct record_writer w = { .b.data = NULL };
    struct regex_call c;
    regex_call_open(&c, &regex_java_whole, bound->regex);
    FOR_ROWS(k, row)
    {
        const struct str *line = &lines[row & mask];
        const struct regex_run *run = regex_call_pattern(&c, k, row, STR_EMPTY, STR_EMPTY);
        enum regex_found found = regex_find(&c, run, str_data(line), line->len, 0);
        result_str(k)[row] = STR_EMPTY;
        if (found == REGEX_GAVE_UP) regex_fault_gave_up(k, row);
        else if (found == REGEX_NONE) sluice_set_null(k, row);
        else if (put_groups(bound, run, str_data(line), &w, k, row)) record_end(&w, k, row);
    }
    regex_call_close(&c);
    record_free(&w);
}

static bool bind_regex_columns(struct fn_bind *b, struct bound_regex *bound)
{
    uint32_t n = regex_groups(bound->regex);
    if (b->n_args < 3) return bind_record(b, record_numbered(b, n), n);
    static const struct log_columns_form form = { .types_optional = true };
    if (!bind_has_constant(b, 2)) {
        b->refusal = "the column list must be a constant";
        return false;
    }
    if (!log_columns_parse(b, bind_constant_str(b, 2), form, &bound->columns)) return false;
    if (bound->columns.n != n) {
        b->refusal = sluice_bind_text(b, "%u groups in the pattern, %u columns in the list", n,
                                      bound->columns.n);
        return false;
    }
    return bind_record(b, log_columns_fields(b, &bound->columns), n);
}

static bool bind_regex_log(struct fn_bind *b)
{
    struct bound_regex *bound = sluice_bind_alloc(b, sizeof *bound);
    b->bound = bound;
    if (!regex_bind(b, &regex_java_whole, 1, UINT32_MAX, &bound->regex)) return false;
    if (!bound->regex) {
        b->refusal = "the pattern must be a constant";
        return false;
    }
    if (regex_groups(bound->regex) > RECORD_FIELDS_MAX) {
        b->refusal = "the pattern has too many groups";
        return false;
    }
    return bind_regex_columns(b, bound);
}

const struct fn_def fn_log_regex[] = {
    {
        .name = "REGEX_LOG_PARSE",
        .group = "Log parsing",
        .args = { PARAM("line", SLUICE_CLASS_TEXT), PARAM("pattern", SLUICE_CLASS_TEXT),
                  OPTIONAL("columns", SLUICE_CLASS_TEXT) },
        .errors = "22004 2201B",
        .bind = bind_regex_log,
        .kernel = regex_log_parse,
        .doc = "A record of what the groups of a regular expression matched, if it matches the "
               "whole line: COLUMN1, COLUMN2 and so on, or as the list names them.",
        .examples = "",
    },
    { .name = NULL },
};
