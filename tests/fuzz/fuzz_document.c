/*
 * Documents of reference tables: packed or not, cut into pieces or not, they give the same; an array of objects gives
 * as many records as jansson finds in it.
 *
 * The first byte of the input chooses format and columns, the second the size of the pieces.
 */
#include <jansson.h>
#include <stdlib.h>

#include "io/gz.h"
#include "io/json_flat.h"
#include "io/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct count {
    size_t rows, faults;
};

static struct status take_rows(void *arg, struct decoded *rows)
{
    struct count *c = arg;
    c->rows += rows->batch->n_rows;
    c->faults += rows->n_faults;
    batch_release(rows->batch);
    return OK;
}

static void fill(struct buf *body, const void *data, size_t size)
{
    buf_clear(body);
    buf_append(body, data, size);
}

static void check_pieces(const struct decode_config *config, const char *text, size_t size,
                         size_t piece)
{
    struct buf whole = { 0 }, cut = { 0 };
    struct json_flat a, b;
    fill(&whole, text, size);
    fill(&cut, text, size);
    json_flat_init(&a, config);
    json_flat_init(&b, config);
    json_flat_run(&a, whole.data, size);
    for (size_t at = 0; at < size; at += piece)
        json_flat_run(&b, cut.data + at, size - at < piece ? size - at : piece);
    if (size && memcmp(whole.data, cut.data, size) != 0) abort();
    if (json_flat_end(&a) != json_flat_end(&b)) abort();
    buf_free(&whole);
    buf_free(&cut);
}

/* How many objects an array has; 0: it is none, or holds something else. */
static size_t objects(const char *text, size_t size)
{
    json_error_t error;
    json_t *array = json_loadb(text, size, 0, &error);
    size_t n = json_is_array(array) ? json_array_size(array) : 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (!json_is_object(json_array_get(array, i))) n = 0;
    }
    json_decref(array);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = { "json", "csv", "tsv" };
    if (size < 2) return 0;
    const char *format = formats[data[0] % 3];
    bool split = data[0] & 64;
    size_t piece = data[1] % 16 + 1;
    const char *text = (const char *)data + 2;
    size -= 2;
    struct arena *a = arena_new();
    struct path_step step = { .kind = split ? STEP_MEMBER : STEP_INDEX, .name = str_c("A") };
    struct column column = { .name = str_c("A"), .type = type_varchar(9),
                             .path = { .steps = &step, .n_steps = 1 } };
    const struct schema schema = { &column, 1 };
    const bool needed = true;
    struct decode_config config = { .schema = &schema, .needed = &needed };
    struct io_endpoint e = { .name = "IN" };
    struct io_option limit = { .name = str_c("size_limit"), .text = str_c("1 MB"), .ms = -1 };
    e.options = &limit;
    e.n_options = 1;
    check_pieces(&config, text, size, piece);
    struct buf body = { 0 };
    struct count plain = { 0 }, packed = { 0 };
    fill(&body, text, size);
    struct status st = document_decode(a, &e, format, &config, &body, take_rows, &plain);
    bool json = strcmp(format, "json") == 0, gzipped = gz_magic((const uint8_t *)text, size);
    size_t n = json && split && !gzipped ? objects(text, size) : 0;
    if (n && (st.err != ERR_NONE || plain.rows + plain.faults != n)) abort();
    if (!gzipped) {
        struct gzip_maker *maker = gzip_maker_new(1);
        buf_clear(&body);
        gzip_member(maker, text, size, &body);
        gzip_maker_free(maker);
        if (document_decode(a, &e, format, &config, &body, take_rows, &packed).err != st.err)
            abort();
        if (plain.rows != packed.rows || plain.faults != packed.faults) abort();
    }
    buf_free(&body);
    arena_free(a);
    return 0;
}
