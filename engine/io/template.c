/* template.c: the text of a template to pieces: text between tags, and calls of helpers. */

#include "io/template.h"

#include "io/template_impl.h"

struct template
{
    struct pattern pattern;
    struct making  making;
};

/* ---- patterns ---- */

static void add_text(struct compiling *k, struct pattern *p, const char *from, const char *to)
{
    if (from == to) return;
    *array_push(k->arena, &p->pieces) =
        (struct piece){ PIECE_TEXT, str_view(from, (size_t)(to - from)), NULL };
}

static void add_call(struct compiling *k, struct pattern *p, const struct call *call)
{
    *array_push(k->arena, &p->pieces) = (struct piece){ PIECE_CALL, STR_EMPTY, call };
}

void pattern_compile(struct compiling *k, struct str given, bool with_calls, struct pattern *out)
{
    *out = (struct pattern){ 0 };
    struct str  text = str_copy(k->arena, given);
    const char *at = str_to_c(k->arena, text), *end = at + text.len, *from = at;
    for (; at < end; at++) {
        const char *close = with_calls && *at == '{' ? strchr(at, '}') : NULL;
        if (*at != '#' && *at != '?' && !close) continue;
        add_text(k, out, from, at);
        if (close) {
            const struct helper *h = helper_find(str_view(at + 1, (size_t)(close - at - 1)));
            add_call(k, out, helper_call(k, h, NULL));
            at = close;
        } else {
            enum piece_kind kind = *at == '#' ? PIECE_DIGIT : PIECE_LETTER;
            *array_push(k->arena, &out->pieces) = (struct piece){ kind, STR_EMPTY, NULL };
        }
        from = at + 1;
    }
    add_text(k, out, from, end);
}

void pattern_make(const struct pattern *p, struct making *m, struct buf *out)
{
    for (size_t i = 0; i < p->pieces.count; i++) {
        const struct piece *piece = &p->pieces.items[i];
        switch (piece->kind) {
        case PIECE_TEXT:   buf_append_str(out, piece->text); break;
        case PIECE_DIGIT:  buf_append_char(out, (char)('0' + chance_below(&m->chance, 10))); break;
        case PIECE_LETTER: buf_append_char(out, (char)('A' + chance_below(&m->chance, 26))); break;
        case PIECE_CALL:   piece->call->helper->make(piece->call, m, out); break;
        }
    }
}

struct call *helper_call(struct compiling *k, const struct helper *h, const json_t *argument)
{
    struct call *c = ARENA_NEW(k->arena, struct call);
    c->helper = h;
    h->prepare(k, c, argument);
    return c;
}

/* ---- tags ---- */

struct reading {
    struct compiling        k;
    const struct text_file *file;
    struct template        *template;
};

/* The place of a part of the text. */
static struct span place_of(const struct reading *r, const char *p, size_t n)
{
    const char *text = r->file->data;
    struct span s = { r->file, 1, 1, (uint32_t)(p - text), (uint32_t)n };
    for (const char *c = text; c < p; c++) {
        if (*c == '\n') {
            s.line++;
            s.column = 1;
        } else if (((unsigned char)*c & 0xc0) != 0x80) {
            s.column++;
        }
    }
    return s;
}

/* A JSON value; a text in single quotes, too, as JavaScript has it; else the text as it stands. */
static json_t *read_argument(struct arena *a, const char *p, size_t n)
{
    json_t *value = json_loadb(p, n, JSON_DECODE_ANY, NULL);
    if (value) return value;
    char *quoted = arena_dup(a, p, n);
    for (size_t i = 0; i < n; i++) {
        if (quoted[i] == '\'') quoted[i] = '"';
    }
    value = json_loadb(quoted, n, JSON_DECODE_ANY, NULL);
    return value ? value : json_stringn_nocheck(p, n);
}

static struct status refuse_helper(struct reading *r, struct span at, struct str name)
{
    const struct helper *near = NULL;
    int best = 4;
    for (size_t i = 0; helper_at(i); i++) {
        int d = str_distance(name, str_c(helper_at(i)->name), best);
        if (d < best) {
            best = d;
            near = helper_at(i);
        }
    }
    struct status st = status_new(r->k.arena, ERR_UNKNOWN_FUNCTION, at,
                                  "there is no helper \"%.*s\"", STR_ARG(name));
    if (!near) return status_with_hint(st, "\"sluice generate --helpers\" lists what there is");
    return status_with_hint(st, str_format_c(r->k.arena, "did you mean \"%s\"?", near->name));
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && strchr(" \t\r\n", **from)) ++*from;
    while (*from < *to && strchr(" \t\r\n", (*to)[-1])) --*to;
}

/* What stands between the braces: [from, to). */
static struct status read_tag(struct reading *r, const char *from, const char *to)
{
    trim(&from, &to);
    const char *open = memchr(from, '(', (size_t)(to - from)), *name_end = open ? open : to;
    const char *name_from = from;
    trim(&name_from, &name_end);
    struct span at = place_of(r, name_from, (size_t)(name_end - name_from));
    if (open && to[-1] != ')')
        return status_new(r->k.arena, ERR_SYNTAX, at, "the tag's parenthesis is not closed");
    if (name_from == name_end)
        return status_with_hint(status_new(r->k.arena, ERR_SYNTAX, at, "the tag is empty"),
                                "a tag is {{module.method}} or {{module.method(argument)}}");
    struct str name = str_view(name_from, (size_t)(name_end - name_from));
    if (str_equal_c(name, "current.timestamp")) name = str_c("date.now");
    const struct helper *h = helper_find(name);
    if (!h) return refuse_helper(r, at, name);

    json_t *argument = NULL;
    if (open) {
        const char *p = open + 1, *end = to - 1;
        trim(&p, &end);
        if (p < end) argument = read_argument(r->k.arena, p, (size_t)(end - p));
    }
    r->k.problem = NULL;
    add_call(&r->k, &r->template->pattern, helper_call(&r->k, h, argument));
    json_decref(argument);
    if (!r->k.problem) return OK;
    return status_new(r->k.arena, ERR_SYNTAX, place_of(r, from, (size_t)(to - from)), "%s: %s",
                      h->name, r->k.problem);
}

/* Line feeds are no part of a record. */
static void add_lines(struct reading *r, const char *from, const char *to)
{
    while (from < to) {
        const char *end = memchr(from, '\n', (size_t)(to - from));
        add_text(&r->k, &r->template->pattern, from, end ? end : to);
        from = end ? end + 1 : to;
    }
}

static const char *find2(const char *p, const char *end, const char *mark)
{
    return p < end ? memmem(p, (size_t)(end - p), mark, 2) : NULL;
}

static struct status read_text(struct reading *r)
{
    const char *at = r->file->data, *end = at + r->file->size;
    trim(&at, &end);
    for (const char *open; (open = find2(at, end, "{{")) != NULL;) {
        while (open + 2 < end && open[2] == '{') open++; /* {{{x}}: a brace before a tag */
        const char *close = find2(open + 2, end, "}}");
        if (!close)
            return status_new(r->k.arena, ERR_SYNTAX, place_of(r, open, 2),
                              "the tag that begins here has no }}");
        add_lines(r, at, open);
        TRY(read_tag(r, open + 2, close));
        at = close + 2;
    }
    add_lines(r, at, end);
    if (r->template->pattern.pieces.count == 0)
        return status_new(r->k.arena, ERR_SYNTAX, SPAN_NONE, "%s: the template is empty",
                          r->file->name);
    return OK;
}

struct status template_compile(struct arena *a, const struct text_file *text, uint64_t seed,
                               struct template **out)
{
    struct template *t = ARENA_NEW(a, struct template);
    struct reading r = { { a, NULL }, text, t };
    TRY(read_text(&r));
    chance_seed(&t->making.chance, seed);
    *out = t;
    return OK;
}

void template_record(struct template *t, int64_t now_ms, int64_t sim_ms, struct buf *out)
{
    t->making.now_ms = now_ms;
    t->making.sim_ms = sim_ms;
    pattern_make(&t->pattern, &t->making, out);
}

const char *template_helper(size_t i)
{
    return helper_at(i) ? helper_at(i)->name : NULL;
}
