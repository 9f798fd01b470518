/* libcurl.c: the library's functions; loaded once, whoever asks first. */

#include "io/libcurl.h"

#include "base/thread.h"
#include "io/library.h"

struct libcurl libcurl;

static struct status load(struct arena *a, struct span at)
{
    static const struct library library = { "libcurl.so.4", "libcurl4", "HTTP and mail need" };
    const struct library_function functions[] = {
        { "curl_easy_init", &libcurl.easy_init },
        { "curl_easy_cleanup", &libcurl.easy_cleanup },
        { "curl_easy_reset", &libcurl.easy_reset },
        { "curl_easy_setopt", &libcurl.easy_setopt },
        { "curl_easy_getinfo", &libcurl.easy_getinfo },
        { "curl_easy_perform", &libcurl.easy_perform },
        { "curl_easy_strerror", &libcurl.easy_strerror },
        { "curl_multi_init", &libcurl.multi_init },
        { "curl_multi_cleanup", &libcurl.multi_cleanup },
        { "curl_multi_add_handle", &libcurl.multi_add_handle },
        { "curl_multi_remove_handle", &libcurl.multi_remove_handle },
        { "curl_multi_info_read", &libcurl.multi_info_read },
        { "curl_multi_perform", &libcurl.multi_perform },
        { "curl_multi_poll", &libcurl.multi_poll },
        { "curl_slist_append", &libcurl.slist_append },
        { "curl_slist_free_all", &libcurl.slist_free_all },
    };
    return library_load(a, at, &library, functions, sizeof functions / sizeof functions[0]);
}

struct status libcurl_load(struct arena *a, struct span at)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool loaded;
    pthread_mutex_lock(&lock);
    struct status st = loaded ? OK : load(a, at);
    loaded = st.err == ERR_NONE;
    pthread_mutex_unlock(&lock);
    return st;
}
