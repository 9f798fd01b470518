/* cell.c: values of any type, kept by table functions. */

#include "udf/cell.h"

#include <stdlib.h>

enum cell_form cell_form(struct sluice_type type)
{
    switch (type.kind) {
    case SLUICE_REAL:
    case SLUICE_DOUBLE: return CELL_F64;
    case SLUICE_CHAR:
    case SLUICE_VARCHAR: return CELL_TEXT;
    case SLUICE_BINARY:
    case SLUICE_VARBINARY: return CELL_BYTES;
    default: return CELL_I64;
    }
}

struct cell cell_of(const struct sluice_column *column, uint32_t row)
{
    struct cell c = { .null = sluice_is_null(column, row) };
    if (c.null) return c;
    uint32_t at = sluice_at(column, row);
    switch (cell_form(column->type)) {
    case CELL_F64: c.f64 = column->f64[at] == 0 ? 0 : column->f64[at]; break; /* -0 is 0 */
    case CELL_I64:
        c.i64 = column->type.kind == SLUICE_BOOLEAN ? column->b[at] : column->i64[at];
        break;
    case CELL_TEXT:
    case CELL_BYTES:
        c.text = (char *)sluice_str_data(&column->str[at]);
        c.size = column->str[at].len;
    }
    return c;
}

static bool is_text(const struct cell *c, enum cell_form form)
{
    return !c->null && (form == CELL_TEXT || form == CELL_BYTES);
}

bool cell_own(struct cell *c, enum cell_form form)
{
    if (!is_text(c, form)) return true;
    char *own = malloc(c->size + 1u);
    if (!own) return false;
    memcpy(own, c->text, c->size);
    c->text = own;
    return true;
}

void cell_free(struct cell *c, enum cell_form form)
{
    if (is_text(c, form)) free(c->text);
}

/* Without the blanks at the end, which make no difference between texts. */
static uint32_t size_of(const struct cell *c, enum cell_form form)
{
    uint32_t n = c->size;
    while (form == CELL_TEXT && n > 0 && c->text[n - 1] == ' ') n--;
    return n;
}

int cell_compare(const struct cell *a, const struct cell *b, enum cell_form form)
{
    if (form == CELL_I64) return (a->i64 > b->i64) - (a->i64 < b->i64);
    if (form == CELL_F64) return (a->f64 > b->f64) - (a->f64 < b->f64);
    uint32_t n = size_of(a, form), m = size_of(b, form), least = n < m ? n : m;
    int      order = least ? memcmp(a->text, b->text, least) : 0;
    if (order || n == m) return order;
    if (form == CELL_BYTES) return n < m ? -1 : 1;
    /* the shorter text counts as filled with blanks */
    const struct cell *rest = n > m ? a : b;
    int                sign = (unsigned char)rest->text[least] < ' ' ? -1 : 1;
    return n > m ? sign : -sign;
}

static uint64_t mix(uint64_t v)
{
    v ^= v >> 30;
    v *= 0xbf58476d1ce4e5b9u;
    v ^= v >> 27;
    v *= 0x94d049bb133111ebu;
    return v ^ v >> 31;
}

uint64_t cell_hash(const struct cell *c, enum cell_form form)
{
    uint64_t bits;
    if (form == CELL_I64 || form == CELL_F64) {
        memcpy(&bits, &c->i64, sizeof bits);
        return mix(bits + 0x9e3779b97f4a7c15u);
    }
    uint32_t n = size_of(c, form);
    uint64_t h = 0x9e3779b97f4a7c15u ^ n;
    for (uint32_t at = 0; at < n; at += 8) {
        uint64_t word = 0;
        memcpy(&word, c->text + at, n - at < 8 ? n - at : 8);
        h = mix(h ^ word) * 0x9fb21c651e98df25u;
    }
    return mix(h);
}

struct sluice_column cell_column(const struct cell *c, struct sluice_type type, void *storage)
{
    struct sluice_column column = { .type = type, .constant = true, .data = storage };
    uint64_t            *nulls = (uint64_t *)storage + 2;
    memset(storage, 0, CELL_STORAGE);
    if (c->null) {
        *nulls = 1;
        column.nulls = nulls;
        return column;
    }
    switch (cell_form(type)) {
    case CELL_F64: column.f64[0] = c->f64; break;
    case CELL_I64:
        if (type.kind == SLUICE_BOOLEAN) column.b[0] = (uint8_t)c->i64;
        else column.i64[0] = c->i64;
        break;
    case CELL_TEXT:
    case CELL_BYTES: column.str[0] = sluice_str_view(c->text, c->size);
    }
    return column;
}

void cell_save(const struct cell *c, enum cell_form form, struct sluice_writer *w)
{
    uint8_t null = c->null;
    sluice_write(w, &null, 1);
    if (null) return;
    if (form == CELL_I64 || form == CELL_F64) {
        sluice_write(w, &c->i64, sizeof c->i64);
        return;
    }
    sluice_write(w, &c->size, sizeof c->size);
    sluice_write(w, c->text, c->size);
}

bool cell_load(struct cell *c, enum cell_form form, struct sluice_reader *r)
{
    enum { PIECE = 1 << 16 };
    uint8_t null;
    *c = (struct cell){ .null = true };
    if (!sluice_read(r, &null, 1) || null > 1) return false;
    if (null) return true;
    if (form == CELL_I64 || form == CELL_F64) {
        c->null = false;
        return sluice_read(r, &c->i64, sizeof c->i64);
    }
    uint32_t size;
    if (!sluice_read(r, &size, sizeof size)) return false;
    /* grows as bytes come, so that a damaged size asks for no more than there is */
    char *text = malloc(1);
    for (uint32_t at = 0; text && at < size;) {
        uint32_t n = size - at < PIECE ? size - at : PIECE;
        char    *more = realloc(text, (size_t)at + n + 1);
        if (!more || !sluice_read(r, more + at, n)) {
            free(more ? more : text);
            return false;
        }
        text = more;
        at += n;
    }
    if (!text) return false;
    c->null = false;
    c->text = text;
    c->size = size;
    return true;
}
