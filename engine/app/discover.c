/* discover.c: a sample of any source, the statement that fits it, and its rows as that reads them. */

#include "app/discover.h"

#include "base/log.h"
#include "data/text.h"
#include "grammar/parse.h"
#include "io/discover.h"
#include "io/sniff.h"
#include "io/source.h"

enum {
    IDLE_MS = 2000,
    QUIET_MS = 1000,
    BLOCK_WANT = 256 << 10,
    SAMPLE_MAX = 16 << 20,
    CELL_MAX = 28
};

static bool is_reserved(struct str word)
{
    return parse_keyword(word) == KEYWORD_RESERVED;
}

/* ---- the sample ---- */

static uint32_t count_lines(const char *p, size_t n)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < n; i++) lines += p[i] == '\n';
    return lines;
}

/* Cuts the sample behind its last wanted line. */
static void cut_lines(struct buf *sample, uint32_t lines)
{
    size_t at = 0;
    for (; at < sample->len && lines; at++) lines -= sample->data[at] == '\n';
    sample->len = at;
}

/* A block's records; the empty lines of those that a processor refused are left out. */
static uint32_t append_block(struct buf *out, const struct block *b, size_t *refused)
{
    const struct block_refusals *r = b->refusals;
    size_t at = 0, from = out->len;
    for (size_t i = 0; r && i < r->n; i++) {
        buf_append(out, b->data + at, r->items[i].at - at);
        at = r->items[i].at + 1;
    }
    buf_append(out, b->data + at, b->size - at);
    *refused += r ? r->n : 0;
    if (out->len == from) return 0;
    uint32_t lines = count_lines(out->data + from, out->len - from);
    if (out->data[out->len - 1] != '\n') buf_append_char(out, '\n');
    return lines;
}

/* The first read of a live source may take long: that is said. */
static enum source_result read_first(struct source *s, struct block **out, bool *first,
                                     struct status *st, const char *url)
{
    enum source_result result = source_read(s, BLOCK_WANT, QUIET_MS, out, first, st);
    if (result != SOURCE_IDLE) return result;
    bool http = strncasecmp(url, "http", 4) == 0;
    log_message(LOG_INFO, "waiting for records of %s%s",
                strcmp(url, "-") == 0 ? "standard input" : url,
                http ? ": they are sent there with POST, nothing is fetched" : "");
    return source_read(s, BLOCK_WANT, -1, out, first, st);
}

/* *refused: how many of its records the function did not take. */
static struct status read_sample(struct source *s, const struct discover_request *r,
                                 struct buf *out, size_t *refused)
{
    uint32_t lines = 0, wanted = r->records + (r->header != DISCOVER_HEADER_NO);
    while (lines < wanted && out->len < SAMPLE_MAX) {
        struct block *b;
        bool first;
        struct status st;
        enum source_result result = lines ? source_read(s, BLOCK_WANT, IDLE_MS, &b, &first, &st)
                                          : read_first(s, &b, &first, &st, r->url);
        if (result == SOURCE_FAILED) return st;
        if (result != SOURCE_BLOCK) break;
        lines += append_block(out, b, refused);
        block_release(b);
    }
    cut_lines(out, wanted);
    return OK;
}

static struct status open_and_read(struct arena *a, const struct discover_request *r,
                                   struct io_endpoint *e, struct buf *out, size_t *refused)
{
    struct source *s;
    TRY(source_open(a, e, &s));
    struct status st = read_sample(s, r, out, refused);
    source_close(s);
    return st;
}

/* ---- text or not ---- */

/* "byte 5 is 0x00"; bytes count from 1. */
static const char *strange_byte(struct arena *a, struct str sample, const struct sniffed *s)
{
    unsigned char byte = (unsigned char)str_data(&sample)[s->at];
    return str_format_c(a, "byte %zu is 0x%02x", s->at + 1, byte);
}

static struct status not_text(struct arena *a, const char *name, struct str sample,
                              const struct sniffed *s)
{
    struct status st =
        status_new(a, ERR_PARSE, SPAN_NONE, "%s does not look like text: %s", name,
                   strange_byte(a, sample, s));
    if (s->kind)
        return status_with_hint(st, str_format_c(a, "it seems to be %s%s%s", s->kind,
                                                 s->advice ? "; " : "",
                                                 s->advice ? s->advice : ""));
    return status_with_hint(st, "JSON and delimited text in UTF-8 are read, gzipped or not; with "
                                "--format the sample is read all the same");
}

/* ---- rows ---- */

static struct str cell_text(struct arena *a, const struct vector *v, uint32_t row)
{
    struct buf text = { 0 };
    if (vector_is_null(v, row)) return str_c("NULL");
    if (v->type.kind == TYPE_DOUBLE) text_json_value(&text, v, row);
    else text_sql_value(&text, v, row);
    bool cut = text.len > CELL_MAX;
    size_t n = cut ? CELL_MAX : text.len;
    while (cut && n && ((unsigned char)text.data[n] & 0xc0) == 0x80) n--;
    struct str out = str_format(a, "%.*s%s", (int)n, text.data ? text.data : "", cut ? "…" : "");
    buf_free(&text);
    return out;
}

static void take_rows(struct arena *a, const struct batch *b, uint32_t rows,
                      struct discover_result *out)
{
    out->n_rows = b->n_rows < rows ? b->n_rows : rows;
    out->cells = ARENA_ARRAY(a, struct str, (size_t)out->n_rows * out->n_columns);
    for (uint32_t row = 0; row < out->n_rows; row++) {
        for (uint32_t c = 0; c < out->n_columns; c++)
            out->cells[(size_t)row * out->n_columns + c] = cell_text(a, &b->columns[c], row);
    }
}

static bool is_number(struct type t)
{
    return t.kind == TYPE_INTEGER || t.kind == TYPE_BIGINT || t.kind == TYPE_DOUBLE;
}

/* The sample through the decoder that a run would use. */
static struct status decode_sample(struct arena *a, const struct discovered *d, struct str sample,
                                   uint32_t rows, struct discover_result *out)
{
    struct decode_config config = { .schema = &d->schema, .header = d->header };
    struct decoder *decoder;
    bool *needed = ARENA_ARRAY(a, bool, d->schema.n_columns);
    memset(needed, true, d->schema.n_columns);
    config.needed = needed;
    config.column_delimiter = d->column_delimiter;
    if (d->row_path.len) TRY(path_parse(a, d->row_path, SPAN_NONE, &config.row_path));
    TRY(decoder_new(a, d->format, &config, &decoder));
    struct block *block = block_new(sample.len);
    struct decoded decoded = { 0 };
    memcpy(block->data, str_data(&sample), sample.len);
    block->size = sample.len;
    decoder_run(decoder, block, 0, rows, true, &decoded);
    take_rows(a, decoded.batch, rows, out);
    batch_release(decoded.batch);
    block_release(block);
    return OK;
}

/* ---- notes ---- */

static void note_kind(struct buf *out, const struct discovered *d, size_t i)
{
    const struct discovered_kind *k = &d->kinds.items[i];
    buf_printf(out, "  %u", k->n_records);
    if (d->telling.len)
        buf_printf(out, " with \"%.*s\" = '%.*s'", STR_ARG(d->telling), STR_ARG(k->label));
    buf_append_c(out, ":");
    for (uint32_t m = 0; m < k->n_members && m < 12; m++)
        buf_printf(out, "%s %.*s", m ? "," : "", STR_ARG(k->members[m]));
    buf_append_c(out, k->n_members > 12 ? ", ...\n" : "\n");
}

/* What is strange about the bytes, where it is read nevertheless. */
static void note_text(struct arena *a, struct buf *out, struct str sample, const struct sniffed *s)
{
    if (!s->is_text)
        buf_printf(out, "The sample does not look like text: %s.\n", strange_byte(a, sample, s));
    else if (!s->is_utf8)
        buf_printf(out,
                   "%zu %s not UTF-8 and will go to error_stream: %s. `iconv -t UTF-8 -f ...` "
                   "converts text in another encoding.\n",
                   s->bad_lines, s->bad_lines == 1 ? "line is" : "lines are",
                   strange_byte(a, sample, s));
}

static void note_all(struct buf *out, const struct discovered *d, size_t refused)
{
    if (refused)
        buf_printf(out, "%zu %s refused by the function and will go to error_stream.\n", refused,
                   refused == 1 ? "record is" : "records are");
    if (d->kinds.count > 1) {
        buf_printf(out,
                   "The stream holds %zu types of records; columns that a type has not are NULL:\n",
                   d->kinds.count);
        for (size_t i = 0; i < d->kinds.count; i++) note_kind(out, d, i);
    }
    if (d->n_whole_arrays)
        buf_printf(out,
                   "%u %s kept whole, as text: one array of objects makes rows, others do not.\n",
                   d->n_whole_arrays, d->n_whole_arrays == 1 ? "array is" : "arrays are");
    if (d->n_bad) {
        buf_printf(out,
                   "%u %s not JSON and will go to error_stream; the first, line %u, column %u: "
                   "%s\n",
                   d->n_bad, d->n_bad == 1 ? "record is" : "records are", d->first_bad.at.line,
                   d->first_bad.at.column, d->first_bad.message);
        if (strstr(d->first_bad.message, "the text ends here"))
            buf_append_c(out,
                         "A record stands on one line: `jq -c .` puts those of several lines on "
                         "one.\n");
    }
}

/* ---- all of it ---- */

static struct str take(struct arena *a, struct buf *b)
{
    struct str text = str_copy(a, str_view(b->data ? b->data : "", b->len));
    buf_free(b);
    return text;
}

static void describe(struct arena *a, const struct discover_request *r, const struct discovered *d,
                     size_t refused, struct str sample, const struct sniffed *text,
                     struct discover_result *out)
{
    struct buf sql = { 0 }, notes = { 0 };
    bool is_stdin = strcmp(r->url, "-") == 0;
    out->n_columns = d->schema.n_columns;
    out->headings = ARENA_ARRAY(a, struct str, out->n_columns);
    out->numbers = ARENA_ARRAY(a, bool, out->n_columns);
    for (uint32_t i = 0; i < out->n_columns; i++) {
        out->headings[i] = d->schema.columns[i].name;
        out->numbers[i] = is_number(d->schema.columns[i].type);
    }
    struct discovered_source source = {
        .name = str_c(r->name ? r->name : "SOURCE_SQL_STREAM_001"),
        .url = is_stdin ? STR_EMPTY : str_c(r->url),
        .processor = r->processor ? str_c(r->processor) : STR_EMPTY,
    };
    discover_print(d, &source, &sql);
    note_text(a, &notes, sample, text);
    note_all(&notes, d, refused);
    out->sql = take(a, &sql);
    out->notes = take(a, &notes);
}

static void add_processor(struct arena *a, const char *processor, struct io_endpoint *e)
{
    e->options = ARENA_NEW(a, struct io_option);
    e->n_options = 1;
    *e->options =
        (struct io_option){ .name = str_c("processor"), .text = str_c(processor), .ms = -1 };
}

struct status discover_source(struct arena *a, const struct discover_request *request,
                              struct discover_result *out)
{
    struct io_endpoint *e = ARENA_NEW(a, struct io_endpoint);
    struct buf bytes = { 0 };
    struct discovered d;
    *e = (struct io_endpoint){ .url = str_c(request->url), .base_dir = ".", .name = "the sample" };
    if (request->processor) add_processor(a, request->processor, e);
    size_t refused = 0;
    struct status st = open_and_read(a, request, e, &bytes, &refused);
    struct str sample = take(a, &bytes);
    TRY(st);
    struct str delimiter = request->column_delimiter ? str_c(request->column_delimiter) : STR_EMPTY;
    struct discover_config config = {
        .format = request->format,
        .column_delimiter = delimiter,
        .reserved = is_reserved,
        .name = strcmp(request->url, "-") == 0 ? "<stdin>" : request->url,
    };
    if (request->header == DISCOVER_HEADER_YES) config.header = HEADER_YES;
    if (request->header == DISCOVER_HEADER_NO) config.header = HEADER_NO;
    struct sniffed text = sniff_text(sample);
    if (!text.is_text && !request->format) return not_text(a, config.name, sample, &text);
    TRY(discover(a, sample, &config, &d));
    describe(a, request, &d, refused, sample, &text, out);
    return decode_sample(a, &d, sample, request->rows, out);
}
