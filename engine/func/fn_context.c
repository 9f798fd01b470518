/*
 * fn_context.c: the names of user, path and role, which exist for the sake of old text (S-39). The user
 * is looked up when the query is compiled. Dates and times of the moment belong to the binder and exec.
 */

#include <pwd.h>
#include <unistd.h>

#include "func/bind.h"
#include "func/builtin.h"
#include "func/kernel.h"

static void constant(struct kernel_call *k)
{
    const struct str *text = k->bound;
    FOR_ROWS(k, row) result_str(k)[row] = *text;
}

static bool bind_text(struct fn_bind *b, const char *text)
{
    struct str *bound = sluice_bind_alloc(b, sizeof *bound);
    *bound = str_c(sluice_bind_text(b, "%s", text));
    b->bound = bound;
    return true;
}

static bool bind_user(struct fn_bind *b)
{
    char room[4096];
    struct passwd entry, *found = NULL;
    int failed = getpwuid_r(geteuid(), &entry, room, sizeof room, &found);
    return bind_text(b, failed || !found ? "unknown" : found->pw_name);
}

static bool bind_empty(struct fn_bind *b)
{
    return bind_text(b, "");
}

#define ROW(called, also, binder, text, example) \
    {                                            \
        .name = called,                          \
        .aliases = also,                         \
        .group = "Context",                      \
        .returns = { .kind = SLUICE_VARCHAR },   \
        .errors = "",                            \
        .bind = binder,                          \
        .kernel = constant,                      \
        .doc = text,                             \
        .examples = example,                     \
    }

const struct fn_def fn_context[] = {
    ROW("CURRENT_USER", "USER SESSION_USER SYSTEM_USER", bind_user,
        "The user that runs the engine.", "CURRENT_USER = USER => true"),
    ROW("CURRENT_PATH", NULL, bind_empty, "The empty string.", "CURRENT_PATH => \"\""),
    ROW("CURRENT_ROLE", NULL, bind_empty, "The empty string.", "CURRENT_ROLE => \"\""),
    { .name = NULL },
};
