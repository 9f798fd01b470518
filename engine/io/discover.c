/*
 * discover.c: a schema from JSON samples.
 *
 * All records go into one tree of what was seen where; the tree's leaves become columns. Objects are walked into, the
 * first array of objects makes a row of each element, other arrays are kept as texts. Names, types and lengths follow
 * the service's discovery: whole numbers INTEGER, others DOUBLE, texts that look like a time TIMESTAMP, the rest
 * VARCHAR of a power of two.
 */

#include "io/discover.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "data/text.h"
#include "io/doc.h"

/* ---- values ---- */

static bool looks_like_time(struct str s)
{
    const char *p = str_data(&s);
    struct value ignored;
    if (s.len < 16 || p[4] != '-' || (p[10] != ' ' && p[10] != 'T')) return false;
    struct arena *a = arena_new();
    bool time = text_parse(a, p, s.len, type_of(TYPE_TIMESTAMP), &ignored) == TEXT_OK;
    arena_free(a);
    return time;
}

static bool parses_as(struct str s, enum type_kind kind)
{
    struct value ignored;
    struct arena *a = arena_new();
    bool fits = text_parse(a, str_data(&s), s.len, type_of(kind), &ignored) == TEXT_OK;
    arena_free(a);
    return fits;
}

/* Digits alone, perhaps with a sign. */
static bool is_whole(struct str s)
{
    const char *p = str_data(&s);
    uint32_t i = s.len > 1 && (p[0] == '-' || p[0] == '+');
    for (; i < s.len; i++) {
        if (p[i] < '0' || p[i] > '9') return false;
    }
    return s.len > 0;
}

static void seen_number(struct seen *s, struct str text)
{
    if (!is_whole(text)) s->n_fraction++;
    else if (parses_as(text, TYPE_INTEGER)) s->n_integer++;
    else if (parses_as(text, TYPE_BIGINT)) s->n_big++;
    else s->n_fraction++;
}

void seen_text(struct seen *s, struct str text, bool quoted)
{
    uint32_t n = (uint32_t)utf8_length(str_data(&text), text.len);
    if (n > s->longest) s->longest = n;
    if (looks_like_time(text)) s->n_time++;
    else if (quoted) s->n_text++;
    else if (str_equal_nocase_c(text, "true") || str_equal_nocase_c(text, "false")) s->n_boolean++;
    else if (strchr("+-.0123456789", str_data(&text)[0]) && parses_as(text, TYPE_DOUBLE))
        seen_number(s, text);
    else s->n_text++;
}

static struct type text_type(uint32_t longest)
{
    uint32_t n = 4;
    while (n < longest && n <= LIMIT_STRING_LENGTH / 2) n *= 2;
    return type_varchar(n < longest ? LIMIT_STRING_LENGTH : n);
}

struct type seen_type(const struct seen *s)
{
    uint32_t numbers = s->n_integer + s->n_big + s->n_fraction;
    uint32_t others = s->n_text + s->n_object + s->n_array;
    if (others || (numbers && s->n_boolean + s->n_time) || (s->n_boolean && s->n_time))
        return text_type(s->longest);
    if (s->n_time) return type_of(TYPE_TIMESTAMP);
    if (s->n_boolean) return type_of(TYPE_BOOLEAN);
    if (s->n_fraction) return type_of(TYPE_DOUBLE);
    if (s->n_big) return type_of(TYPE_BIGINT);
    return s->n_integer ? type_of(TYPE_INTEGER) : text_type(0);
}

/* ---- the tree ---- */

static struct seen *member_of(struct arena *a, struct seen *s, struct str name)
{
    for (size_t i = 0; i < s->members.count; i++) {
        if (str_equal(&s->members.items[i]->name, &name)) return s->members.items[i];
    }
    struct seen *m = ARENA_NEW(a, struct seen);
    m->name = str_copy(a, name);
    m->parent = s;
    *array_push(a, &s->members) = m;
    return m;
}

static void see(struct arena *a, struct seen *s, const struct doc_node *node);

static void see_array(struct arena *a, struct seen *s, const struct doc_node *node)
{
    s->n_array++;
    if (!s->element_of_array) {
        s->element_of_array = ARENA_NEW(a, struct seen);
        s->element_of_array->parent = s;
        s->element_of_array->element = true;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        if (node->items[i]->kind == DOC_MAP) s->objects_within = true;
        see(a, s->element_of_array, node->items[i]);
    }
}

static void see(struct arena *a, struct seen *s, const struct doc_node *node)
{
    switch (node->kind) {
    case DOC_NULL: s->n_null++; return;
    case DOC_TEXT: seen_text(s, node->text, true); return;
    case DOC_NUMBER:
    case DOC_BOOLEAN: seen_text(s, node->text, false); return;
    case DOC_MAP:
        s->n_object++;
        for (uint32_t i = 0; i < node->count; i++)
            see(a, member_of(a, s, node->pairs[i].name), node->pairs[i].value);
        break;
    case DOC_LIST: see_array(a, s, node); break;
    }
    if (node->size > s->longest) s->longest = node->size; /* bytes, so that none is cut */
}

/* ---- columns ---- */

/* "USER@DOMAIN" is COL_USERDOMAIN, "@@" as the first column COL_0, "year" COL_year. */
static struct str column_name(struct arena *a, const struct discover_config *config,
                              struct str name, uint32_t index)
{
    if (path_is_word(name) && name.len <= DISCOVER_NAME_MAX && !config->reserved(name)) return name;
    struct buf left = { 0 };
    const char *p = str_data(&name);
    for (uint32_t i = 0; i < name.len && left.len < DISCOVER_NAME_MAX; i++) {
        char c = p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9'))
            buf_append_char(&left, c);
    }
    struct str out = left.len ? str_format(a, "COL_%.*s", (int)left.len, left.data)
                              : str_format(a, "COL_%u", index);
    buf_free(&left);
    return out;
}

/* A name that is taken gets a number. */
static struct str free_name(struct arena *a, const struct schema *s, struct str name)
{
    struct str out = name;
    for (uint32_t n = 2; schema_find(s, out) >= 0; n++)
        out = str_format(a, "%.*s_%u", STR_ARG(name), n);
    return out;
}

void discover_add_column(struct arena *a, const struct discover_config *config, struct str name,
                         struct str path, struct type type, struct discovered *out)
{
    uint32_t n = out->schema.n_columns;
    if (n >= DISCOVER_COLUMNS_MAX) return;
    if (!out->schema.columns) {
        out->schema.columns = ARENA_ARRAY(a, struct column, DISCOVER_COLUMNS_MAX);
        out->paths = ARENA_ARRAY(a, struct str, DISCOVER_COLUMNS_MAX);
    }
    struct str own = free_name(a, &out->schema, column_name(a, config, name, n));
    struct column c = { .name = own, .type = type, .path = path_of_name(a, own) };
    out->schema.columns[n] = c;
    out->paths[n] = STR_EMPTY;
    out->schema.n_columns++;
    bool plain = str_equal(&own, &name) && path.len == own.len + 2;
    if (path.len == 0 || plain) return;
    struct status st = path_parse(a, path, SPAN_NONE, &out->schema.columns[n].path);
    if (st.err == ERR_NONE) out->paths[n] = path;
    else out->schema.n_columns--;
}

static void put_path(struct buf *out, const struct seen *s, const struct seen *top)
{
    if (s == top || !s->parent) {
        buf_append_char(out, '$');
        return;
    }
    put_path(out, s->parent, top);
    if (s->element) buf_append_c(out, "[0:]");
    else path_append_member(out, s->name);
}

struct walk {
    struct arena *arena;
    const struct discover_config *config;
    struct discovered *out;
    struct seen *top; /* the record, or what the row path selects */
    bool flattened;   /* an array makes rows already */
};

static void add_leaf(struct walk *w, struct seen *s)
{
    struct buf path = { 0 };
    const struct seen *named = s;
    while (named->element && named->parent) named = named->parent;
    put_path(&path, s, w->top);
    struct str text = str_copy(w->arena, str_view(path.data, path.len));
    buf_free(&path);
    discover_add_column(w->arena, w->config, named->name, text, seen_type(s), w->out);
}

static void walk_seen(struct walk *w, struct seen *s)
{
    uint32_t numbers = s->n_integer + s->n_big + s->n_fraction;
    uint32_t scalars = numbers + s->n_boolean + s->n_time + s->n_text;
    if (s->n_object && !s->n_array && !scalars && s->members.count) {
        for (size_t i = 0; i < s->members.count; i++) walk_seen(w, s->members.items[i]);
    } else if (s->n_array && !s->n_object && !scalars && s->objects_within && !w->flattened) {
        w->flattened = true;
        walk_seen(w, s->element_of_array);
    } else {
        w->out->n_whole_arrays += s->n_array > 0;
        add_leaf(w, s);
    }
}

void discover_columns(struct arena *a, const struct discover_config *config, struct seen *root,
                      struct discovered *out)
{
    struct walk w = { .arena = a, .config = config, .out = out, .top = root };
    if (root->n_array && root->objects_within && !root->n_object) {
        out->row_path = str_c("$[0:]");
        w.top = root->element_of_array;
    }
    walk_seen(&w, w.top);
}

/* ---- JSON ---- */

struct json_sample {
    struct arena *arena;
    const struct discover_config *config;
    struct seen *root;
    struct kinds *kinds;
    struct discovered *out;
};

/* One line: records one behind the other, as a source reads them. `number` is the line's, from 0. */
static void see_line(struct json_sample *s, const char *p, size_t size, uint32_t number)
{
    struct text_file *line = ARENA_NEW(s->arena, struct text_file);
    *line = (struct text_file){ s->config->name, p, size };
    for (size_t at = 0; at < size;) {
        struct doc_node *record;
        struct status st = doc_json_next(s->arena, line, &at, &record);
        st.at.line += number;
        if (st.err != ERR_NONE) {
            if (s->out->n_bad++ == 0) s->out->first_bad = st;
            return;
        }
        if (!record) return;
        see(s->arena, s->root, record);
        kinds_add(s->kinds, record);
        s->out->n_records++;
    }
}

static struct status discover_json(struct arena *a, struct str sample,
                                   const struct discover_config *config, struct discovered *out)
{
    struct json_sample s = { .arena = a, .config = config, .out = out };
    /* messages show lines of it after this call, whose own view holds the bytes of a short sample */
    const char *p = str_to_c(a, sample), *end = p + sample.len;
    s.root = ARENA_NEW(a, struct seen);
    s.kinds = kinds_new(a);
    for (uint32_t number = 0; p < end; number++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop) stop = end;
        see_line(&s, p, (size_t)(stop - p), number);
        p = stop + 1;
    }
    if (out->n_records == 0 && out->n_bad) return out->first_bad;
    discover_columns(a, config, s.root, out);
    kinds_end(s.kinds, out);
    return OK;
}

static bool looks_like_json(struct str sample)
{
    const char *p = str_data(&sample);
    uint32_t i = 0;
    while (i < sample.len && strchr(" \t\r\n", p[i])) i++;
    return i < sample.len && (p[i] == '{' || p[i] == '[');
}

struct status discover(struct arena *a, struct str sample, const struct discover_config *config,
                       struct discovered *out)
{
    *out = (struct discovered){ 0 };
    bool json = config->format ? strcmp(config->format, "json") == 0 : looks_like_json(sample);
    out->format = json ? "json" : "csv";
    TRY(json ? discover_json(a, sample, config, out) : discover_csv(a, sample, config, out));
    if (out->schema.n_columns) return OK;
    return status_new(a, ERR_PARSE, SPAN_NONE, "%s holds no records", config->name);
}

/* ---- the statement ---- */

static void put_quoted(struct buf *out, struct str text, char quote)
{
    const char *p = str_data(&text);
    buf_append_char(out, quote);
    for (uint32_t i = 0; i < text.len; i++) {
        if (p[i] == quote) buf_append_char(out, quote);
        buf_append_char(out, p[i]);
    }
    buf_append_char(out, quote);
}

static void put_with(const struct discovered *d, struct str processor, struct buf *out)
{
    buf_printf(out, " WITH (format = '%s'", d->format);
    if (d->column_delimiter.len && strcmp(d->format, "csv") == 0 &&
        !str_equal_c(d->column_delimiter, ",")) {
        buf_append_c(out, ", column_delimiter = ");
        put_quoted(out, d->column_delimiter, '\'');
    }
    if (d->header) buf_append_c(out, ", header = TRUE");
    if (d->row_path.len) {
        buf_append_c(out, ", row_path = ");
        put_quoted(out, d->row_path, '\'');
    }
    if (processor.len) {
        buf_append_c(out, ", processor = ");
        put_quoted(out, processor, '\'');
    }
    buf_append_char(out, ')');
}

void discover_print(const struct discovered *d, const struct discovered_source *source,
                    struct buf *out)
{
    struct arena *a = arena_new();
    buf_append_c(out, "CREATE SOURCE ");
    put_quoted(out, source->name, '"');
    buf_append_c(out, " (\n");
    for (uint32_t i = 0; i < d->schema.n_columns; i++) {
        buf_append_c(out, "    ");
        put_quoted(out, d->schema.columns[i].name, '"');
        buf_printf(out, " %s", type_text(a, d->schema.columns[i].type));
        if (d->paths[i].len) {
            buf_append_c(out, " PATH ");
            put_quoted(out, d->paths[i], '\'');
        }
        buf_append_c(out, i + 1 < d->schema.n_columns ? ",\n" : "\n)");
    }
    if (source->url.len) {
        buf_append_c(out, " FROM ");
        put_quoted(out, source->url, '\'');
    }
    put_with(d, source->processor, out);
    buf_append_c(out, ";\n");
    arena_free(a);
}
