/* fuzz_template.c: any bytes as a template: a message, or records. */

#include <stddef.h>
#include <stdint.h>

#include "io/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena    *a = arena_new();
    struct text_file file = { "template", (const char *)data, size };
    struct template *t;
    struct status    st = template_compile(a, &file, size, &t);
    struct buf       out = { 0 };
    if (st.err == ERR_NONE) {
        for (int64_t i = 0; i < 3; i++) template_record(t, i * 86400000123, i, &out);
    } else {
        status_print(&out, &st);
    }
    buf_free(&out);
    arena_free(a);
    return 0;
}
