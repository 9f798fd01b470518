/*
 * fn_record.c: records packed, and RECORD FIELD, which gives the text of one field.
 */

#include "func/record.h"

#include "func/builtin.h"
#include "func/kernel.h"

struct slot {
    uint32_t from; /* byte of the record */
    uint32_t n;    /* SLOT_NULL: the field is NULL */
};

#define SLOT_NULL UINT32_MAX

/* ---- packing ---- */

void record_begin(struct record_writer *w, uint32_t n)
{
    buf_clear(&w->b);
    struct slot none = { 0, SLOT_NULL };
    for (uint32_t i = 0; i < n; i++) buf_append(&w->b, &none, sizeof none);
}

void record_put(struct record_writer *w, uint32_t field, const char *p, size_t n)
{
    struct slot slot = { (uint32_t)w->b.len, (uint32_t)n };
    memcpy(w->b.data + field * sizeof slot, &slot, sizeof slot);
    if (n > 0) buf_append(&w->b, p, n);
}

void record_end(struct record_writer *w, struct kernel_call *k, uint32_t row)
{
    const char *p = w->b.len > 0 ? w->b.data : "";
    result_str(k)[row] = text_room_put(k, &w->room, p, w->b.len);
}

void record_free(struct record_writer *w)
{
    buf_free(&w->b);
}

/* ---- binding ---- */

bool bind_record(struct fn_bind *b, const struct sluice_record_field *fields, uint32_t n)
{
    struct sluice_record *record = sluice_bind_alloc(b, sizeof *record);
    *record = (struct sluice_record){ fields, n };
    b->record = record;
    return bind_result(b, type_of(TYPE_VARBINARY));
}

struct sluice_record_field *record_numbered(struct fn_bind *b, uint32_t n)
{
    struct sluice_record_field *fields = sluice_bind_alloc(b, (n + 1) * sizeof *fields);
    for (uint32_t i = 0; i < n; i++) {
        fields[i].name = sluice_bind_text(b, "COLUMN%u", i + 1);
        fields[i].type = fn_public_type(type_varchar(RECORD_TEXT_MAX));
    }
    return fields;
}

/* ---- RECORD FIELD ---- */

/* False: the field is NULL, or the bytes are no record that has it. */
static bool field_of(const struct str *record, int64_t field, struct str *out)
{
    struct slot slot;
    if (field < 0 || field >= (int64_t)(record->len / sizeof slot)) return false;
    const char *p = str_data(record);
    memcpy(&slot, p + (size_t)field * sizeof slot, sizeof slot);
    if (slot.from > record->len || slot.n > record->len - slot.from) return false;
    *out = str_view(p + slot.from, slot.n);
    return true;
}

static void record_field(struct kernel_call *k)
{
    const struct str *records = arg_str(k, 0);
    const int64_t *fields = arg_i64(k, 1);
    const uint32_t mask = arg_mask(k, 0), field_mask = arg_mask(k, 1);
    struct str *out = result_str(k);
    FOR_ROWS(k, row)
    {
        out[row] = STR_EMPTY;
        if (!field_of(&records[row & mask], fields[row & field_mask], &out[row])) {
            sluice_set_null(k, row);
        }
    }
}

const struct fn_def fn_record[] = {
    {
        .name = "RECORD FIELD",
        .group = "Log parsing",
        .args = { PARAM("record", SLUICE_CLASS_BINARY), PARAM("field", SLUICE_CLASS_INTEGER) },
        .returns = { .kind = SLUICE_VARCHAR },
        .errors = "",
        .kernel = record_field,
        .doc = "alias.record.FIELD: the text of a field of a record, before it is converted to "
               "the field's type.",
        .examples = "",
    },
    { .name = NULL },
};
