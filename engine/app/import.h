#ifndef APP_IMPORT_H
#define APP_IMPORT_H

/* import.h: applications of the managed service as texts: sources and sinks, their own SQL, a report. */

#include "base/array.h"
#include "base/diag.h"
#include "func/catalog.h"

struct imported {
    const char *name;   /* a folder's name can be made of it */
    struct str sources; /* sources.sql: sources, reference tables, sinks */
    struct str code;    /* application.sql */
    bool has_code;
    struct str report; /* report.md */
    size_t n_problems; /* errors of the SQL itself */
};

struct imports {
    ARRAY(struct imported)
    items;
};

/* All applications that the files describe; later files may complete what earlier ones began. Fails at the first place
 * that cannot be understood. Texts live in `a`. */
struct status import_files(struct arena *a, const struct fn_catalog *functions,
                           const char *const *paths, size_t n, struct imports *out) MUST_CHECK;

/* Whether a file is a description, not SQL: by its first byte or by its name's ending. */
bool import_is_description(const struct text_file *file);
/* The one application of a file that was read, to be run as it is. Fails when there are several, or when its SQL is
 * not in it. */
struct status import_text(struct arena *a, const struct fn_catalog *functions,
                          const struct text_file *file, struct imported *out) MUST_CHECK;

#endif
