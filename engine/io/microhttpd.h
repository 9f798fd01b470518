#ifndef IO_MICROHTTPD_H
#define IO_MICROHTTPD_H

/*
 * microhttpd.h: libmicrohttpd, loaded when something asks for a server. Linked in, it and the libraries behind it would
 * make every start slower, also of runs that serve nothing.
 */

#include <microhttpd.h>

#include "base/status.h"

/* Its functions, as its header declares them. */
struct microhttpd {
    __typeof__(MHD_start_daemon) *start_daemon;
    __typeof__(MHD_stop_daemon) *stop_daemon;
    __typeof__(MHD_get_daemon_info) *get_daemon_info;
    __typeof__(MHD_get_connection_info) *get_connection_info;
    __typeof__(MHD_lookup_connection_value) *lookup_connection_value;
    __typeof__(MHD_create_response_from_buffer) *create_response_from_buffer;
    __typeof__(MHD_add_response_header) *add_response_header;
    __typeof__(MHD_queue_response) *queue_response;
    __typeof__(MHD_destroy_response) *destroy_response;
    __typeof__(MHD_suspend_connection) *suspend_connection;
    __typeof__(MHD_resume_connection) *resume_connection;
    __typeof__(MHD_is_feature_supported) *is_feature_supported;
};

/* Fails with NOT_SUPPORTED at `at` when the library is not installed. It stays loaded. */
struct status microhttpd_load(struct arena *a, struct span at, struct microhttpd *out) MUST_CHECK;

#endif
