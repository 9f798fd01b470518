/* mask.c: MASK keeps the ends of a text, REDACT keeps nothing but that there was one. */

#include "udf/deid/deid.h"

/* Bytes of the character that begins at p. */
static size_t character(const char *p, const char *end)
{
    const char *q = p + 1;
    while (q < end && ((unsigned char)*q & 0xc0) == 0x80) q++;
    return (size_t)(q - p);
}

static int64_t count_characters(const char *p, const char *end)
{
    int64_t n = 0;
    for (; p < end; p++) n += ((unsigned char)*p & 0xc0) != 0x80;
    return n;
}

static void mask_row(struct sluice_call *c, uint32_t row, int64_t left, int64_t right)
{
    const struct sluice_str *s = deid_str(c, 0, row);
    const char *p = sluice_str_data(s), *end = p + s->len;
    int64_t n = count_characters(p, end);
    if (left >= n || right >= n - left) left = right = 0;
    char *room = sluice_alloc(c, s->len + 1u);
    size_t size = 0;
    for (int64_t i = 0; p < end; i++) {
        size_t step = character(p, end);
        if (i < left || i >= n - right) {
            memcpy(room + size, p, step);
            size += step;
        } else {
            room[size++] = '*';
        }
        p += step;
    }
    deid_give(c, row, room, size);
}

static void mask(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        int64_t left = deid_i64(c, 1, row), right = deid_i64(c, 2, row);
        if (left < 0 || right < 0)
            sluice_fault(c, row, SLUICE_FAULT_PARAMETER, "MASK cannot keep less than 0 characters");
        else mask_row(c, row, left, right);
    }
}

static bool bind_mask(struct sluice_bind *b)
{
    b->result = (struct sluice_type){ .kind = SLUICE_VARCHAR, .length = b->args[0].length };
    return true;
}

static void redact(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        if (deid_str(c, 0, row)->len == 0) deid_give(c, row, "", 0);
        else if (c->n_args > 1) c->result->str[row] = *deid_str(c, 1, row);
        else deid_give(c, row, "[redacted]", 10);
    }
}

static bool bind_redact(struct sluice_bind *b)
{
    uint32_t length = b->n_args > 1 ? b->args[1].length : 10;
    b->result = (struct sluice_type){ .kind = SLUICE_VARCHAR, .length = length };
    return true;
}

static const struct sluice_fn functions[] = {
    {
        .name = "MASK",
        .group = "De-identification",
        .args = { { .name = "value", .class = SLUICE_CLASS_TEXT },
                  { .name = "left", .class = SLUICE_CLASS_INTEGER, .shows = true },
                  { .name = "right", .class = SLUICE_CLASS_INTEGER, .shows = true } },
        .errors = "22023",
        .bind = bind_mask,
        .kernel = mask,
        .doc = "The value with all characters but the first `left` and the last `right` as *; a "
               "value that is not longer than both together is masked whole. Hides the middle. "
               "Leaves the length and what was kept. With 0 and 0 it settles the item of its "
               "column (A, or D to R) of HIPAA Safe Harbor, with more it settles none: parts "
               "of an identifier may not stay.",
        .examples = "MASK('4111222233334444', 0, 4) => \"************4444\"\n"
                    "MASK('Zürich', 1, 1) => \"Z****h\"\n"
                    "MASK('ab', 1, 1) => \"**\"\n"
                    "MASK('', 1, 1) => \"\"",
        .deidentifies = true,
    },
    {
        .name = "REDACT",
        .group = "De-identification",
        .args = { { .name = "value", .class = SLUICE_CLASS_TEXT },
                  { .name = "word", .class = SLUICE_CLASS_TEXT, .optional = true, .shows = true } },
        .errors = "",
        .bind = bind_redact,
        .kernel = redact,
        .doc = "[redacted], or the given word, in the place of the value. Hides all of it. Leaves "
               "whether there was one. Settles the item of its column (A to R) of HIPAA Safe "
               "Harbor.",
        .examples = "REDACT('Ada Abbott') => \"[redacted]\"\n"
                    "REDACT('Ada Abbott', 'name') => \"name\"\n"
                    "REDACT('') => \"\"",
        .deidentifies = true,
    },
    { .name = NULL },
};

const struct sluice_package deid_mask_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "deid_mask",
    .functions = functions,
};
