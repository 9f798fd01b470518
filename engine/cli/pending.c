/* pending.c: the list of test cases that may fail as yet. */

#include "cli/pending.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

static const char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) return ".";
    return slash == path ? "/" : str_to_c(a, str_view(path, (size_t)(slash - path)));
}

static struct status take_line(struct arena *a, struct pending *p, uint32_t number, char *text)
{
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r' || text[n - 1] == ' '))
        text[--n] = 0;
    if (n == 0 || text[0] == '#') return OK;
    char *mark = strstr(text, ".test: ");
    if (!mark) {
        struct status st = status_new(a, ERR_SYNTAX, SPAN_NONE,
                                      "%s:%u: the line does not name a test case", p->name, number);
        return status_with_hint(st, "it is written: PATH.test: TITLE");
    }
    size_t path_size = (size_t)(mark - text) + sizeof ".test" - 1;
    *array_push(a, &p->lines) = (struct pending_line){
        .path = str_to_c(a, str_view(text, path_size)),
        .title = str_to_c(a, str_c(text + path_size + 2)),
        .number = number,
    };
    return OK;
}

struct status pending_read(struct arena *a, const char *path, struct pending *out)
{
    FILE *f = fopen(path, "rb");
    if (!f) return status_new(a, ERR_IO, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
    *out = (struct pending){ .name = path, .folder = folder_of(a, path) };
    char         *line = NULL;
    size_t        cap = 0;
    struct status st = OK;
    for (uint32_t number = 1; st.err == ERR_NONE && getline(&line, &cap, f) > 0; number++) {
        st = take_line(a, out, number, line);
    }
    free(line);
    fclose(f);
    return st;
}

/* Without `./` and doubled slashes. */
static const char *simple_step(const char *p)
{
    for (;;) {
        if (p[0] == '/') p++;
        else if (p[0] == '.' && p[1] == '/') p += 2;
        else return p;
    }
}

static bool same_path(const char *a, const char *b)
{
    if ((*a == '/') != (*b == '/')) return false;
    for (;;) {
        a = simple_step(a);
        b = simple_step(b);
        while (*a && *a == *b && *a != '/') a++, b++;
        if (*a != *b) return false;
        if (*a == 0) return true;
    }
}

/* Whether folder/path is the file. */
static bool same_joined(const char *folder, const char *path, const char *file)
{
    char joined[4096];
    int  n = snprintf(joined, sizeof joined, "%s/%s", folder, path);
    return n > 0 && (size_t)n < sizeof joined && same_path(joined, file);
}

bool pending_is_file(const struct pending *p, const struct pending_line *line, const char *path)
{
    return same_path(line->path, path) || same_joined(p->folder, line->path, path);
}

struct pending_line *pending_find(struct pending *p, const char *path, const char *title)
{
    for (size_t i = 0; i < p->lines.count; i++) {
        struct pending_line *line = &p->lines.items[i];
        if (strcmp(line->title, title) != 0 || !pending_is_file(p, line, path)) continue;
        line->found = true;
        return line;
    }
    return NULL;
}
