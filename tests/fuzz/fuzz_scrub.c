/* fuzz_scrub.c: SCRUB of any bytes stays in its room. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "udf/deid/deid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096) return 0;
    char *text = malloc(size + 1), *out = malloc(deid_scrub_room(size));
    if (size) memcpy(text, data, size);
    size_t n = deid_scrub(text, size, out);
    assert(n < deid_scrub_room(size));
    free(text);
    free(out);
    return 0;
}
