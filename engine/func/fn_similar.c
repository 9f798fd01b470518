/*
 * fn_similar.c: SIMILAR TO, and the part of a text that SUBSTRING SIMILAR finds.
 *
 * Patterns are written again as regular expressions (regex_similar.c). A SUBSTRING may lie anywhere
 * (S-16); among its places the first one counts.
 */

#include "func/builtin.h"
#include "func/kernel.h"
#include "func/regex_bind.h"

static struct str escape_of(const struct kernel_call *k, uint32_t row)
{
    return k->n_args > 2 ? arg_str(k, 2)[sluice_at(&k->args[2], row)] : STR_EMPTY;
}

/* The pattern of a row; an escape that is there, but empty, is a fault. */
static const struct regex_run *pattern_of(struct regex_call *c, struct kernel_call *k, uint32_t row)
{
    struct str escape = escape_of(k, row);
    if (k->n_args > 2 && escape.len == 0) {
        sluice_fault(k, row, SLUICE_FAULT_ESCAPE, "invalid escape: it is empty");
        return NULL;
    }
    return regex_call_pattern(c, k, row, arg_str(k, 1)[sluice_at(&k->args[1], row)], escape);
}

/* ---- SIMILAR TO ---- */

static void similar_rows(struct kernel_call *k, bool wanted)
{
    const struct str *s = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct regex_call c;
    regex_call_open(&c, &regex_similar, k->bound);
    FOR_ROWS(k, row)
    {
        const struct regex_run *run = pattern_of(&c, k, row);
        k->result->b[row] = false;
        if (!run) continue;
        enum regex_found found =
            regex_find(&c, run, str_data(&s[row & mask]), s[row & mask].len, 0);
        if (found == REGEX_GAVE_UP) regex_fault_gave_up(k, row);
        else k->result->b[row] = (found == REGEX_FOUND) == wanted;
    }
    regex_call_close(&c);
}

static void similar(struct kernel_call *k)
{
    similar_rows(k, true);
}

static void not_similar(struct kernel_call *k)
{
    similar_rows(k, false);
}

static bool bind_similar(struct fn_bind *b)
{
    const struct regex *r;
    if (!regex_bind(b, &regex_similar, 1, 2, &r)) return false;
    b->bound = r;
    return true;
}

/* ---- SUBSTRING SIMILAR ---- */

static void substring_similar(struct kernel_call *k)
{
    const struct str *s = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct regex_call c;
    regex_call_open(&c, &regex_similar_parts, k->bound);
    FOR_ROWS(k, row)
    {
        const struct str *x = &s[row & mask];
        const struct regex_run *run = pattern_of(&c, k, row);
        result_str(k)[row] = STR_EMPTY;
        if (!run) continue;
        size_t begin, end;
        enum regex_found found = regex_find_part(&c, run, str_data(x), x->len, &begin, &end);
        if (found == REGEX_GAVE_UP) regex_fault_gave_up(k, row);
        else if (found == REGEX_NONE) sluice_set_null(k, row);
        else result_str(k)[row] = str_view(str_data(x) + begin, end - begin);
    }
    regex_call_close(&c);
}

static bool bind_substring_similar(struct fn_bind *b)
{
    const struct regex *r;
    if (!regex_bind(b, &regex_similar_parts, 1, 2, &r)) return false;
    b->bound = r;
    return bind_result(b, type_varchar(bind_arg(b, 0).length));
}

/* ---- rows ---- */

#define SIMILAR_ROW(called, run, text, example)      \
    {                                                \
        .name = called,                              \
        .group = "Strings",                          \
        .args = { PARAM("s", SLUICE_CLASS_TEXT),       \
                  PARAM("pattern", SLUICE_CLASS_TEXT), \
                  OPTIONAL("escape", SLUICE_CLASS_TEXT) }, \
        .returns = { .kind = SLUICE_BOOLEAN },       \
        .errors = "22019 2201B",                     \
        .bind = bind_similar,                        \
        .kernel = run,                               \
        .doc = text,                                 \
        .examples = example,                         \
    }

const struct fn_def fn_similar[] = {
    SIMILAR_ROW("SIMILAR TO", similar,
                "Whether the whole of s matches the pattern: % and _ as in LIKE; | ( ) * + ? {n,m} "
                "and lists [a-z], [^a-z], [a-z^aeiou], the last of which is the first list less "
                "the second.",
                "'abbc' SIMILAR TO 'ab+c|x%' => true\n"
                "'50%' SIMILAR TO '[0-9]{2}#%' ESCAPE '#' => true"),
    SIMILAR_ROW("NOT SIMILAR TO", not_similar, "Whether s does not match the pattern.",
                "'abc' NOT SIMILAR TO '(ab)+' => true"),
    {
        .name = "SUBSTRING SIMILAR",
        .group = "Strings",
        .args = { PARAM("s", SLUICE_CLASS_TEXT), PARAM("pattern", SLUICE_CLASS_TEXT),
                  PARAM("escape", SLUICE_CLASS_TEXT) },
        .errors = "22019 2201B",
        .bind = bind_substring_similar,
        .kernel = substring_similar,
        .doc = "SUBSTRING(s SIMILAR pattern ESCAPE e): the text that the middle of a pattern in "
               "three parts matches, which e and a quote part; NULL if nothing does.",
        .examples = "SUBSTRING('id=42;' SIMILAR '%=#\"[0-9]+#\";%' ESCAPE '#') => \"42\"",
    },
    { .name = NULL },
};
