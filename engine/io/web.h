#ifndef IO_WEB_H
#define IO_WEB_H

/*
 * web.h: HTTP as reference tables and sinks use it: headers with what is secret in them, what failures mean, and
 * documents that are asked for, several at a time.
 *
 * Certificates and names of servers are always checked. Redirections are not followed: a token or a key would go where
 * nobody wrote that it goes.
 */

#include "io/backoff.h"
#include "io/url.h"

struct curl_slist;

/* Bytes of a document, without the option size_limit. */
enum { WEB_BODY_LIMIT = 256 << 20 };

/* Without user, password, and everything behind a question mark: for messages. */
const char *web_public_url(struct arena *a, const char *url);
/* Adds the lines of the option `headers`, of the variable that `headers_env` names, and the bearer token of
 * `token_env`; the list, with what is in it already, then belongs to the arena, also after a failure. Fails with
 * BAD_OPTION when a variable is not set. */
struct status web_headers(struct arena *a, const struct io_endpoint *e,
                          struct curl_slist **list) MUST_CHECK;
/* Whether an answer, or a CURLcode, may pass: the same request can succeed later. */
bool web_code_passes(long code);
bool web_failure_passes(int curl_code);

/* ---- documents ---- */

enum web_answer {
    WEB_DONE,  /* 200 to 299: the document is there */
    WEB_SAME,  /* it is the one whose marks were given */
    WEB_NONE,  /* 404 and 410: there is none */
    WEB_LATER, /* may pass: no connection, a server that is busy or broken */
    WEB_NEVER  /* refused */
};

/* What tells two versions of a document apart, as the server gave it; empty: it gave none. */
struct web_marks {
    char etag[256], modified[64];
};

struct web_request {
    const char            *url;
    const struct buf      *post;  /* JSON that is posted; NULL: GET */
    const struct web_marks *known; /* NULL: the document is wanted whatever it is */
    /* the answer */
    enum web_answer  answer;
    struct buf       body; /* the caller's to free */
    char             type[128]; /* Content-Type, without parameters; "": none */
    struct web_marks marks;
    char             reason[400]; /* of WEB_LATER and WEB_NEVER, without what may be secret */
};

struct web;

/* By the options timeout, size_limit, ca and those of web_headers; freed with the arena. The schema is that of what
 * comes: where it has PERSONAL columns, reasons do not quote what the server said. */
struct status web_open(struct arena *a, const struct io_endpoint *e, const struct schema *schema,
                       struct web **out) MUST_CHECK;
/* Asked a few times a second while requests are under way: whether to give them up. answered: how many have had an
 * answer. */
typedef bool (*web_gives_up)(void *arg, size_t answered);
/* Performs n requests, a few at the same time, until each has its answer; one thread at a time. gives_up NULL: nothing
 * ends them but their timeouts. */
void web_perform(struct web *w, struct web_request *requests, size_t n, web_gives_up gives_up,
                 void *arg);

#endif
