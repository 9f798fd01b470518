/* microhttpd.c: the library by its name, its functions by theirs. */

#include "io/microhttpd.h"

#include "io/library.h"

struct status microhttpd_load(struct arena *a, struct span at, struct microhttpd *out)
{
    static const struct library library = { "libmicrohttpd.so.12", "libmicrohttpd12",
                                            "an HTTP server needs" };
    const struct library_function functions[] = {
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
        { "MHD_is_feature_supported", &out->is_feature_supported },
    };
    return library_load(a, at, &library, functions, sizeof functions / sizeof functions[0]);
}
