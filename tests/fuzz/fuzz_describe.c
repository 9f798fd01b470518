/* fuzz_describe.c: any bytes as a description of an application, and as a sample: a message with a place, or SQL. */

#include <stddef.h>
#include <stdint.h>

#include "io/describe.h"
#include "io/discover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool no_word(struct str word)
{
    return word.len == 0;
}

static void print(const struct described *d, struct arena *a, struct buf *out)
{
    bool      *skip = arena_calloc(a, d->outputs.count + 1);
    struct buf problems = { 0 };
    describe_sources(d, out);
    describe_sinks(d, skip, out);
    describe_report(d, skip, &problems, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena         *a = arena_new();
    struct text_file      file = { "description", arena_dup(a, data, size + (size == 0)), size };
    struct described_list list = { 0 };
    struct buf            out = { 0 };
    struct status         st = describe_read(a, &file, &list);
    for (size_t i = 0; st.err == ERR_NONE && i < list.items.count; i++) {
        st = describe_check(a, &list.items.items[i]);
        if (st.err == ERR_NONE) print(&list.items.items[i], a, &out);
    }
    if (st.err != ERR_NONE) status_print(&out, &st);
    struct discover_config config = { .reserved = no_word, .name = "sample" };
    struct discovered      found;
    st = discover(a, str_view(file.data, size), &config, &found);
    if (st.err == ERR_NONE)
        discover_print(&found, &(struct discovered_source){ .name = str_c("S") }, &out);
    else status_print(&out, &st);
    buf_free(&out);
    arena_free(a);
    return 0;
}
