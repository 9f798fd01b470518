/* library.c: a library by its name, its functions by theirs. */

#include "io/library.h"

#include <dlfcn.h>
#include <string.h>

struct status library_load(struct arena *a, struct span at, const struct library *library,
                           const struct library_function *functions, size_t n_functions)
{
    void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; handle && i < n_functions; i++) {
        void *found = dlsym(handle, functions[i].name);
        if (!found) handle = NULL;
        else memcpy(functions[i].place, &found, sizeof found);
    }
    if (handle) return OK;
    struct status st = status_new(a, ERR_NOT_SUPPORTED, at, "%s %s", library->need, library->file);
    return status_with_hint(
        st, str_format_c(a, "install it: on Debian it is in the package %s", library->package));
}
