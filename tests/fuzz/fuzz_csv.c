/*
 * Delimited text: records and fields are those that a plain reading of the rules gives, wherever the text is cut into
 * pieces; values of other types than text convert without reading over an end.
 *
 * The first byte of the input chooses delimiters and schema, the second the size of the pieces.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "data/text.h"
#include "io/decode.h"
#include "io/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_COLUMNS = 4, BATCH_ROWS = 5 };

static const struct {
    const char *format, *column, *row;
} kinds[] = {
    { "csv", "", "" },     { "tsv", "", "" },   { "csv", "||", "|;|" },
    { "csv", "", "\r\n" }, { "csv", ";", "|" }, { "csv", "ab", "a" },
};

static const struct type typed[N_COLUMNS] = {
    { .kind = TYPE_DOUBLE },
    { .kind = TYPE_VARCHAR, .length = 3 },
    { .kind = TYPE_TIMESTAMP },
    { .kind = TYPE_VARBINARY, .length = 4 },
};

struct input {
    const char           *format;
    struct column         columns[N_COLUMNS];
    struct schema         schema;
    struct decode_config  config;
    struct csv_delimiters delimiters;
    size_t                piece;
    const char           *text;
    size_t                size;
};

/* ---- the plain reading ---- */

static bool here(const struct input *in, size_t at, size_t stop, const struct str *delimiter)
{
    return stop - at >= delimiter->len &&
           memcmp(in->text + at, str_data(delimiter), delimiter->len) == 0;
}

/* Where the record at `at` ends. */
static size_t record_end(const struct input *in, size_t at)
{
    bool quoted = false, field_start = true;
    while (at < in->size) {
        char c = in->text[at];
        if (quoted) {
            if (c == '"' && at + 1 < in->size && in->text[at + 1] == '"') at++;
            else if (c == '"') quoted = false;
            at++;
        } else if (here(in, at, in->size, &in->delimiters.row)) {
            return at;
        } else if (field_start && c == '"') {
            quoted = true;
            field_start = false;
            at++;
        } else if (here(in, at, in->size, &in->delimiters.column)) {
            field_start = true;
            at += in->delimiters.column.len;
        } else {
            field_start = false;
            at++;
        }
    }
    return at;
}

/* Appends the field as JSON; moves *at to its delimiter or the record's stop. False: its quotes do not end with it. */
static bool append_field(const struct input *in, size_t *at, size_t stop, struct buf *out)
{
    struct buf text = { 0 };
    bool       good = true;
    if (*at < stop && in->text[*at] == '"') {
        for (++*at;; ++*at) {
            if (*at == stop) {
                good = false;
                break;
            }
            if (in->text[*at] == '"') {
                ++*at;
                if (*at == stop || in->text[*at] != '"') break;
            }
            buf_append_char(&text, in->text[*at]);
        }
        if (good && *at < stop) good = here(in, *at, stop, &in->delimiters.column);
    } else {
        while (*at < stop && !here(in, *at, stop, &in->delimiters.column))
            buf_append_char(&text, in->text[(*at)++]);
    }
    if (good) text_json_string(out, text.data ? text.data : "", text.len);
    buf_free(&text);
    return good;
}

static void append_record(const struct input *in, size_t start, size_t stop, struct buf *out)
{
    struct buf row = { 0 };
    bool       more = true, good = true;
    if (!utf8_valid(in->text + start, stop - start)) {
        buf_append_c(out, "!\n");
        return;
    }
    for (int c = 0; c < N_COLUMNS && good; c++) {
        buf_append_c(&row, c ? " " : "");
        if (!more) {
            buf_append_c(&row, "null");
            continue;
        }
        good = append_field(in, &start, stop, &row);
        more = start < stop;
        start += in->delimiters.column.len;
    }
    if (good) buf_append(out, row.data, row.len);
    else buf_append_char(out, '!');
    buf_append_char(out, '\n');
    buf_free(&row);
}

static void read_plainly(const struct input *in, struct buf *out)
{
    bool skip = in->config.header;
    for (size_t at = 0; at < in->size;) {
        size_t start = at, end = record_end(in, at), stop = end;
        at = end < in->size ? end + in->delimiters.row.len : end;
        if (in->delimiters.line_end && stop > start && in->text[stop - 1] == '\r') stop--;
        if (stop == start) continue;
        if (!skip) append_record(in, start, stop, out);
        skip = false;
    }
}

/* ---- ours ---- */

static void describe(const struct decoded *d, struct buf *out)
{
    uint32_t fault = 0;
    for (uint32_t row = 0; row <= d->batch->n_rows; row++) {
        for (; fault < d->n_faults && d->faults[fault].at_row <= row; fault++)
            buf_append_c(out, "!\n");
        for (uint32_t c = 0; row < d->batch->n_rows && c < N_COLUMNS; c++) {
            buf_append_c(out, c ? " " : "");
            text_json_value(out, &d->batch->columns[c], row);
        }
        if (row < d->batch->n_rows) buf_append_char(out, '\n');
    }
}

static void decode_in_pieces(const struct input *in, size_t piece, struct buf *out)
{
    struct arena   *a = arena_new();
    struct lines    l;
    struct decoder *d;
    if (decoder_new(a, in->format, &in->config, &d).err != ERR_NONE) abort();
    lines_init(&l, in->format, in->config.column_delimiter, in->config.row_delimiter);
    size_t at = 0;
    for (bool end = false, first; !end;) {
        size_t room;
        char  *to = lines_room(&l, piece, &room);
        size_t give = in->size - at < room ? in->size - at : room;
        if (give) memcpy(to, in->text + at, give);
        at += give;
        end = give == 0;
        if (give) lines_add(&l, give);
        struct block *b = lines_take(&l, end, &first);
        for (size_t from = 0; b && from < b->size;) {
            struct decoded decoded;
            from = decoder_run(d, b, from, BATCH_ROWS, first && from == 0, &decoded);
            describe(&decoded, out);
            batch_release(decoded.batch);
        }
        if (b) block_release(b);
    }
    lines_fini(&l);
    arena_free(a);
}

static void compare(const struct input *in, const struct buf *a, const struct buf *b,
                    const char *what)
{
    if (a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0)) return;
    fprintf(stderr, "%s\n--- input\n%.*s\n--- wanted\n%.*s--- got\n%.*s", what, (int)in->size,
            in->text, (int)a->len, a->data, (int)b->len, b->data);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const bool needed[N_COLUMNS] = { true, true, true, true };
    static const char mark[] = "\xEF\xBB\xBF";
    if (size < 2) return 0;
    size_t       kind = (data[0] & 15) % (sizeof kinds / sizeof kinds[0]);
    bool         texts = data[0] & 16;
    struct input in = { .format = kinds[kind].format,
                        .piece = data[1] % 70 + 1,
                        .text = (const char *)data + 2,
                        .size = size - 2 };
    for (int c = 0; c < N_COLUMNS; c++) {
        in.columns[c] =
            (struct column){ .name = str_c("c"), .type = texts ? type_of(TYPE_VARCHAR) : typed[c] };
    }
    in.schema = (struct schema){ in.columns, N_COLUMNS };
    in.config =
        (struct decode_config){ .schema = &in.schema, .needed = needed, .header = data[0] & 32 };
    in.config.column_delimiter = str_c(kinds[kind].column);
    in.config.row_delimiter = str_c(kinds[kind].row);
    in.delimiters =
        csv_delimiters_of(in.format, in.config.column_delimiter, in.config.row_delimiter);
    if (in.size >= 3 && memcmp(in.text, mark, 3) == 0) in.text += 3, in.size -= 3;

    struct buf whole = { 0 }, pieces = { 0 }, plain = { 0 };
    decode_in_pieces(&in, in.size + 1, &whole);
    decode_in_pieces(&in, in.piece, &pieces);
    if (in.size < 3 || memcmp(in.text, mark, 3) != 0) {
        compare(&in, &whole, &pieces, "pieces matter");
        read_plainly(&in, &plain);
        if (texts) compare(&in, &plain, &whole, "not what the rules say");
    }
    buf_free(&whole);
    buf_free(&pieces);
    buf_free(&plain);
    return 0;
}
