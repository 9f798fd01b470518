#ifndef GRAMMAR_CUT_H
#define GRAMMAR_CUT_H

/* cut.h: where a statement ends, and what it is about, seen from its words alone: for those who get text bit by bit. */

#include "base/arena.h"
#include "base/str.h"

enum cut_kind {
    CUT_NOTHING, /* blanks, comments, a lone `;` */
    CUT_CREATE,
    CUT_DROP,
    CUT_ALTER,
    CUT_INSERT,
    CUT_QUERY,
    CUT_OTHER /* no statement begins so */
};

struct cut {
    enum cut_kind kind;
    size_t        size;       /* bytes up to and with the `;`, of the whole text where there is none */
    bool          complete;   /* the `;` is there */
    bool          streams;    /* SELECT STREAM stands in it */
    bool          or_replace; /* CREATE OR REPLACE */
    struct str    object;     /* CREATE, DROP: "STREAM", "PUMP", "VIEW", "FUNCTION", "SOURCE", "SINK", "TABLE" ... */
    struct str    name;       /* of the object, as stored; in the arena */
};

/* The first statement of the text. */
struct cut cut_statement(struct arena *a, const char *text, size_t size);

/* Words of the language that its syntax and types are made of, for completion; NULL behind the last one. */
const char *cut_keyword(size_t i);

#endif
