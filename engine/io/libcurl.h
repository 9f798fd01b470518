#ifndef IO_LIBCURL_H
#define IO_LIBCURL_H

/* libcurl.h: libcurl, loaded when a URL asks for it. */

#include <curl/curl.h>

#include "base/status.h"

/* Its functions, as its header declares them. */
struct libcurl {
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_reset) *easy_reset;
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    __typeof__(curl_easy_perform) *easy_perform;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_multi_init) *multi_init;
    __typeof__(curl_multi_cleanup) *multi_cleanup;
    __typeof__(curl_multi_add_handle) *multi_add_handle;
    __typeof__(curl_multi_remove_handle) *multi_remove_handle;
    __typeof__(curl_multi_info_read) *multi_info_read;
    __typeof__(curl_multi_perform) *multi_perform;
    __typeof__(curl_multi_poll) *multi_poll;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
};

/* There once libcurl_load has succeeded. */
extern struct libcurl libcurl;

/* Loads it unless it is loaded. Fails with NOT_SUPPORTED at `at` when it is not installed. */
struct status libcurl_load(struct arena *a, struct span at) MUST_CHECK;

#endif
