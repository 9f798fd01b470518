/*
 * archive_rows.c: files to blocks, blocks to batches, batches to rows.
 *
 * A record with a value that does not fit its column's type is decoded again, with all columns as texts, and takes its
 * place between its neighbours. Columns that nobody asked for are checked by the decoder, not written.
 */

#include "app/archive_rows.h"

#include "base/limits.h"
#include "io/source.h"

enum { READ_BYTES = 1 << 20, BATCH_ROWS = 1024, N_FORMATS = 3 };

static const char *const formats[N_FORMATS] = { "json", "csv", "tsv" };

struct archive_rows {
    struct arena *arena;      /* of decoders; as long as the rows */
    struct arena *file_arena; /* of the file that is open */
    const struct archive_files *files;
    struct archive_losses *losses;
    struct decode_config typed, texts;
    struct decoder *typed_decoders[N_FORMATS], *text_decoders[N_FORMATS];
    uint64_t lost;
    size_t next_file;
    struct source *source;
    int format;
    struct block *block;
    size_t at; /* in the block */
    bool first;
    struct decoded decoded;
    uint32_t row, fault; /* the next ones of decoded */
    struct batch *again; /* of a record that was decoded as texts */
    uint32_t again_row;
};

struct archive_rows *archive_rows_new(const struct archive_files *files,
                                      const struct archive_columns *columns, const bool *needed,
                                      bool header, struct archive_losses *losses)
{
    struct archive_rows *r = mem_calloc(1, sizeof *r);
    uint32_t n = columns->schema.n_columns;
    r->arena = arena_new();
    r->file_arena = arena_new();
    r->files = files;
    r->losses = losses;
    bool *kept = ARENA_ARRAY(r->arena, bool, n + 1);
    memcpy(kept, needed, n * sizeof *kept);
    r->typed = (struct decode_config){ .schema = &columns->schema,
                                       .needed = kept,
                                       .header = header };
    r->texts = r->typed;
    r->texts.schema = &columns->texts;
    return r;
}

static void drop_batches(struct archive_rows *r)
{
    if (r->decoded.batch) batch_release(r->decoded.batch);
    if (r->again) batch_release(r->again);
    r->decoded = (struct decoded){ 0 };
    r->again = NULL;
}

static void close_file(struct archive_rows *r)
{
    if (r->block) block_release(r->block);
    if (r->source) source_close(r->source);
    r->block = NULL;
    r->source = NULL;
    arena_reset(r->file_arena);
}

void archive_rows_free(struct archive_rows *r)
{
    if (!r) return;
    drop_batches(r);
    close_file(r);
    arena_free(r->file_arena);
    arena_free(r->arena);
    mem_free(r);
}

/* ---- files and blocks ---- */

static struct status decoder_of(struct archive_rows *r, bool texts, struct decoder **out)
{
    struct decoder **kept = texts ? &r->text_decoders[r->format] : &r->typed_decoders[r->format];
    if (!*kept)
        TRY(decoder_new(r->arena, formats[r->format], texts ? &r->texts : &r->typed, kept));
    *out = *kept;
    return OK;
}

static struct status open_file(struct archive_rows *r)
{
    const struct archive_file *f = &r->files->items[r->next_file++];
    struct io_endpoint *e = ARENA_NEW(r->file_arena, struct io_endpoint);
    *e = (struct io_endpoint){ .url = str_format(r->file_arena, "file:%s", f->path),
                               .name = "the archive" };
    TRY(source_open(r->file_arena, e, &r->source));
    r->format = 0;
    for (int i = 0; i < N_FORMATS; i++) {
        if (strcmp(source_format(r->source), formats[i]) == 0) r->format = i;
    }
    return OK;
}

/* Messages of a file lie in its arena, which is reset before they are told. */
static struct status keep_message(struct archive_rows *r, struct status st)
{
    if (st.err != ERR_NONE) st.message = str_format_c(r->losses->arena, "%s", st.message);
    return st;
}

/* The next block of this or a later file; false: there is none. */
static bool next_block(struct archive_rows *r, struct status *st)
{
    if (r->block) block_release(r->block);
    r->block = NULL;
    while (true) {
        if (!r->source) {
            if (r->next_file == r->files->count) return false;
            *st = open_file(r);
            if (st->err != ERR_NONE) break;
        }
        enum source_result got =
            source_read(r->source, READ_BYTES, -1, &r->block, &r->first, st);
        r->at = 0;
        if (got == SOURCE_BLOCK) return true;
        r->block = NULL;
        if (got == SOURCE_FAILED) break;
        close_file(r);
    }
    *st = keep_message(r, *st);
    close_file(r);
    return false;
}

/* The next batch, which may be without rows. */
static bool next_batch(struct archive_rows *r, struct status *st)
{
    struct decoder *d;
    drop_batches(r);
    if ((!r->block || r->at == r->block->size) && !next_block(r, st)) return false;
    *st = decoder_of(r, false, &d);
    if (st->err != ERR_NONE) return false;
    r->at = decoder_run(d, r->block, r->at, BATCH_ROWS, r->first, &r->decoded);
    r->first = false;
    r->row = r->fault = 0;
    return true;
}

/* ---- records that did not fit ---- */

static void lose(struct archive_rows *r, const char *message)
{
    if (++r->lost > r->losses->count) r->losses->count = r->lost;
    if (!r->losses->first)
        r->losses->first = str_format_c(r->losses->arena, "%s: %s",
                                        r->files->items[r->next_file - 1].path, message);
}

/* The record as texts, into r->again, or into the losses. */
static struct status decode_again(struct archive_rows *r, const struct decode_fault *fault)
{
    struct decoder *d;
    struct decoded decoded;
    if (fault->err != ERR_COERCION) {
        lose(r, fault->message);
        return OK;
    }
    TRY(decoder_of(r, true, &d));
    struct block *b = block_new(fault->text.len + 1);
    memcpy(b->data, str_data(&fault->text), fault->text.len);
    b->data[fault->text.len] = '\n';
    b->size = fault->text.len + 1;
    decoder_run(d, b, 0, BATCH_ROWS, false, &decoded);
    block_release(b);
    if (decoded.n_faults) lose(r, decoded.faults[0].message);
    r->again = decoded.batch;
    r->again_row = 0;
    return OK;
}

/* ---- rows ---- */

static bool take_again(struct archive_rows *r, const struct batch **batch, uint32_t *row)
{
    if (!r->again) return false;
    if (r->again_row < r->again->n_rows) {
        *batch = r->again;
        *row = r->again_row++;
        return true;
    }
    batch_release(r->again);
    r->again = NULL;
    return false;
}

bool archive_rows_next(struct archive_rows *r, const struct batch **batch, uint32_t *row,
                       struct status *st)
{
    *st = OK;
    while (true) {
        if (take_again(r, batch, row)) return true;
        const struct decoded *d = &r->decoded;
        if (d->batch && r->fault < d->n_faults && d->faults[r->fault].at_row <= r->row) {
            *st = decode_again(r, &d->faults[r->fault++]);
            if (st->err != ERR_NONE) return false;
        } else if (d->batch && r->row < d->batch->n_rows) {
            *batch = d->batch;
            *row = r->row++;
            return true;
        } else if (!next_batch(r, st)) {
            return false;
        }
    }
}

const char *archive_rows_delivered(const struct archive_rows *r)
{
    const struct folder_time *t = &r->files->items[r->next_file - 1].time;
    return t->parts < 2 ? NULL : t->text;
}
