#ifndef APP_MEMBERS_H
#define APP_MEMBERS_H

/*
 * members.h: the members of one JSON object, as tests write rows. Numbers stay text, so that
 * integers and decimals of any length can be compared exactly.
 */

#include "base/array.h"
#include "base/status.h"

enum member_kind { MEMBER_NULL, MEMBER_BOOLEAN, MEMBER_NUMBER, MEMBER_STRING, MEMBER_OTHER /* array, object */ };

struct member {
    struct str       name;
    enum member_kind kind;
    struct str       text; /* a string without quotes and escapes; everything else as written */
};

struct members {
    struct member *items;
    size_t         count, cap;
};

/* Both fail with PARSE when the text, which is one line, is not an object, or a value, and nothing else.
 * Members and texts live in the arena. */
struct status members_read(struct arena *a, struct str text, struct members *out) MUST_CHECK;
struct status member_read_value(struct arena *a, struct str text, struct member *out) MUST_CHECK;

#endif
