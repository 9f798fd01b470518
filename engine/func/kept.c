/* kept.c: taking, giving, saving and loading one value of whatever form. */

#include "func/kept.h"

_Thread_local int64_t kept_bytes;

void kept_set_text(struct kept *s, const struct str *text)
{
    if (text->len > s->text.cap) {
        kept_bytes += text->len - s->text.cap;
        s->text.p = mem_realloc(s->text.p, text->len);
        s->text.cap = text->len;
    }
    if (text->len > 0) memcpy(s->text.p, str_data(text), text->len);
    s->text.n = text->len;
    s->form = FORM_STR;
    s->present = true;
    s->null = false;
}

void kept_set(struct kept *s, const struct sluice_column *c, uint32_t row)
{
    uint32_t at = sluice_at(c, row);
    enum form form = type_form(fn_type(c->type));
    bool null = sluice_is_null(c, row);
    if (form == FORM_STR && !null) {
        kept_set_text(s, (const struct str *)c->data + at);
        return;
    }
    s->form = (uint8_t)form;
    s->present = true;
    s->null = null;
    if (null) return;
    if (form == FORM_BOOL) s->b = c->b[at];
    if (form == FORM_I64) s->i64 = c->i64[at];
    if (form == FORM_F64) s->f64 = c->f64[at];
}

void kept_copy(struct kept *into, const struct kept *from)
{
    if (from->form == FORM_STR && from->present && !from->null) {
        struct str text = kept_text(from);
        kept_set_text(into, &text);
    } else if (from->form == FORM_STR) {
        into->form = FORM_STR;
        into->present = from->present;
        into->null = from->null;
    } else {
        *into = *from;
    }
}

static void put(struct kernel_call *k, uint32_t row, const struct kept *s)
{
    switch ((enum form)s->form) {
    case FORM_BOOL: k->result->b[row] = s->b; break;
    case FORM_I64: k->result->i64[row] = s->i64; break;
    case FORM_F64: k->result->f64[row] = s->f64; break;
    case FORM_STR: {
        char *p = s->text.p;
        if (s->text.n > STR_INLINE) p = memcpy(sluice_alloc(k, s->text.n), p, s->text.n);
        result_str(k)[row] = str_view(p, s->text.n);
    }
    }
}

void kept_value(struct kernel_call *k, const char *base, size_t stride, const uint32_t *ids)
{
    const uint8_t form = (uint8_t)type_form(fn_type(k->result->type));
    FOR_ROWS(k, row)
    {
        const struct kept *s = (const void *)(base + ids[row] * stride);
        /* Another form can only come from a damaged snapshot. */
        if (s->present && !s->null && s->form == form) put(k, row, s);
        else sluice_set_null(k, row);
    }
}

/* ---- snapshots ---- */

struct saved {
    uint8_t  present, null, form, unused;
    uint32_t text_size;
    int64_t  scalar;
};

void kept_save(const void *state, struct sluice_writer *w)
{
    const struct kept *s = state;
    struct saved out = { .present = s->present, .null = s->null, .form = s->form };
    if (s->form == FORM_STR) out.text_size = s->text.n;
    else out.scalar = s->i64; /* the widest of them */
    sluice_write(w, &out, sizeof out);
    if (out.text_size > 0) sluice_write(w, s->text.p, out.text_size);
}

/* The size is not believed: room grows with what is read. */
static bool load_text(struct kept *s, uint32_t size, struct sluice_reader *r)
{
    while (s->text.n < size) {
        uint32_t more = size - s->text.n < 4096 ? size - s->text.n : 4096;
        s->text.p = mem_realloc(s->text.p, (size_t)s->text.n + more);
        kept_bytes += s->text.n + more - s->text.cap;
        s->text.cap = s->text.n + more;
        if (!sluice_read(r, s->text.p + s->text.n, more)) return false;
        s->text.n += more;
    }
    return true;
}

bool kept_load(void *state, struct sluice_reader *r)
{
    struct kept *s = state;
    struct saved in;
    if (!sluice_read(r, &in, sizeof in)) return false;
    if (in.present > 1 || in.null > 1 || in.form > FORM_STR) return false;
    *s = (struct kept){ .present = in.present, .null = in.null, .form = in.form };
    if (in.form == FORM_STR) return load_text(s, in.text_size, r);
    s->i64 = in.scalar;
    return true;
}

void kept_drop(void *state)
{
    struct kept *s = state;
    if (s->form == FORM_STR) {
        kept_bytes -= s->text.cap;
        mem_free(s->text.p);
    }
    *s = (struct kept){ .present = false };
}
