/* microhttpd.c: the library by its name, its functions by theirs. */

#include "io/microhttpd.h"

#include <dlfcn.h>
#include <string.h>

/* The name that stands for this interface, without the package for developers. */
static const char library_name[] = "libmicrohttpd.so.12";

struct status microhttpd_load(struct arena *a, struct span at, struct microhttpd *out)
{
    const struct {
        const char *name;
        void *function;
    } functions[] = {
        { "MHD_start_daemon", &out->start_daemon },
        { "MHD_stop_daemon", &out->stop_daemon },
        { "MHD_get_daemon_info", &out->get_daemon_info },
        { "MHD_get_connection_info", &out->get_connection_info },
        { "MHD_lookup_connection_value", &out->lookup_connection_value },
        { "MHD_create_response_from_buffer", &out->create_response_from_buffer },
        { "MHD_add_response_header", &out->add_response_header },
        { "MHD_queue_response", &out->queue_response },
        { "MHD_destroy_response", &out->destroy_response },
        { "MHD_suspend_connection", &out->suspend_connection },
        { "MHD_resume_connection", &out->resume_connection },
    };
    void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library && i < sizeof functions / sizeof functions[0]; i++) {
        void *found = dlsym(library, functions[i].name);
        if (!found) library = NULL;
        else memcpy(functions[i].function, &found, sizeof found);
    }
    if (library) return OK;
    struct status st =
        status_new(a, ERR_NOT_SUPPORTED, at, "an HTTP server needs %s", library_name);
    return status_with_hint(st, "install it: on Debian it is in the package libmicrohttpd12");
}
