#ifndef IO_HTTP_POST_H
#define IO_HTTP_POST_H

/* http_post.h: what a source demands of a request, and what it answers: who may send, how much, in which form. */

#include "io/http_body.h"
#include "io/http_server.h"
#include "io/inbox.h"

/* A source's door; plain data, filled by src_http. Lives as long as the place. */
struct http_door {
    struct inbox *inbox;
    struct http_body_format format;
    uint64_t most_bytes;  /* of a body, packed and unpacked */
    uint64_t queue_bytes; /* of the inbox */
    int64_t timeout_ms;   /* for a body */
    const char *token;    /* NULL: who reaches the address may send */
    struct post *coming;  /* bodies that are not whole, the door's own */
};

/* The place of a source's door at a path. */
struct http_place http_door_place(struct http_door *d, const char *path, const char *name);

#endif
