/* doc.c: what JSON and YAML trees have in common, and the JSON reader (RFC 8259). */

#include "io/doc.h"

#include "base/array.h"
#include "base/utf8.h"

struct json_reader {
    struct arena *arena;
    const struct text_file *file;
    size_t at;
    struct span place; /* of a byte at or before `at`, to count lines from */
    int depth;
};

/* ---- places ---- */

/* Moves a place forward to byte `offset`. */
static void place_move(const struct text_file *f, struct span *s, size_t offset)
{
    for (size_t i = s->offset; i < offset && i < f->size; i++) {
        unsigned char c = (unsigned char)f->data[i];
        if (c == '\n') {
            s->line++;
            s->column = 1;
        } else if ((c & 0xc0) != 0x80) {
            s->column++;
        }
    }
    s->offset = (uint32_t)offset;
}

struct span doc_place(const struct text_file *file, size_t offset, size_t length)
{
    struct span s = { .file = file, .line = 1, .column = 1 };
    place_move(file, &s, offset);
    s.length = (uint32_t)length;
    return s;
}

static struct span place_at(struct json_reader *r, size_t offset, size_t length)
{
    if (offset < r->place.offset) r->place = doc_place(r->file, 0, 0);
    place_move(r->file, &r->place, offset);
    struct span s = r->place;
    s.length = (uint32_t)length;
    return s;
}

/* ---- trees ---- */

struct doc_node *doc_get(const struct doc_node *map, const char *name)
{
    if (!map || map->kind != DOC_MAP) return NULL;
    for (uint32_t i = map->count; i-- > 0;) {
        if (str_equal_c(map->pairs[i].name, name)) return map->pairs[i].value;
    }
    return NULL;
}

bool doc_is_json(const struct text_file *file)
{
    size_t i = 0;
    while (i < file->size && strchr(" \t\r\n", file->data[i])) i++;
    return i < file->size && (file->data[i] == '{' || file->data[i] == '[');
}

/* ---- JSON ---- */

static struct status bad_json(struct json_reader *r, size_t at, const char *what)
{
    size_t left = r->file->size - at;
    if (left == 0) {
        return status_new(r->arena, ERR_SYNTAX, place_at(r, at, 1), "%s, but the text ends here",
                          what);
    }
    size_t width = utf8_width((unsigned char)r->file->data[at]);
    if (width > left) width = left;
    return status_new(r->arena, ERR_SYNTAX, place_at(r, at, width), "%s", what);
}

static void skip_blanks(struct json_reader *r)
{
    const char *p = r->file->data;
    while (r->at < r->file->size && (p[r->at] == ' ' || p[r->at] == '\t' || p[r->at] == '\r' ||
                                     p[r->at] == '\n'))
        r->at++;
}

static bool next_is(const struct json_reader *r, char c)
{
    return r->at < r->file->size && r->file->data[r->at] == c;
}

static bool read_hex(const struct json_reader *r, size_t at, uint32_t *out)
{
    *out = 0;
    if (r->file->size - at < 4) return false;
    for (size_t i = at; i < at + 4; i++) {
        char c = r->file->data[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return false;
        *out = *out * 16 + (uint32_t)digit;
    }
    return true;
}

static void put_code_point(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_append_char(out, (char)c);
    } else if (c < 0x800) {
        buf_append_char(out, (char)(0xc0 | c >> 6));
        buf_append_char(out, (char)(0x80 | (c & 0x3f)));
    } else {
        if (c < 0x10000) {
            buf_append_char(out, (char)(0xe0 | c >> 12));
        } else {
            buf_append_char(out, (char)(0xf0 | c >> 18));
            buf_append_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        buf_append_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_append_char(out, (char)(0x80 | (c & 0x3f)));
    }
}

/* \uXXXX whose digits start at r->at; pairs of surrogates are one character. */
static bool read_unicode(struct json_reader *r, struct buf *out)
{
    uint32_t c, low;
    if (!read_hex(r, r->at, &c)) return false;
    r->at += 4;
    if (c >= 0xdc00 && c <= 0xdfff) return false;
    if (c >= 0xd800 && c <= 0xdbff) {
        if (r->file->size - r->at < 6 || memcmp(r->file->data + r->at, "\\u", 2) != 0) return false;
        if (!read_hex(r, r->at + 2, &low) || low < 0xdc00 || low > 0xdfff) return false;
        r->at += 6;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    put_code_point(out, c);
    return true;
}

/* The escape behind a backslash. */
static bool read_escape(struct json_reader *r, struct buf *out)
{
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    if (r->at >= r->file->size) return false;
    char c = r->file->data[r->at++];
    if (c == 'u') return read_unicode(r, out);
    const char *found = c ? strchr(names, c) : NULL;
    if (!found) return false;
    buf_append_char(out, meanings[found - names]);
    return true;
}

static struct status read_string_into(struct json_reader *r, struct buf *out)
{
    const char *p = r->file->data;
    size_t begin = r->at++;
    for (;;) {
        if (r->at >= r->file->size)
            return bad_json(r, begin, "this text has no closing quotation mark");
        size_t at = r->at;
        unsigned char c = (unsigned char)p[at];
        if (c == '"') break;
        if (c < ' ') return bad_json(r, at, "a line end or control character inside a text");
        if (c == '\\') {
            r->at++;
            if (!read_escape(r, out)) return bad_json(r, at, "no such escape");
            continue;
        }
        size_t width = utf8_width(c);
        if (width > r->file->size - at || !utf8_valid(p + at, width))
            return bad_json(r, at, "not UTF-8");
        buf_append(out, p + at, width);
        r->at += width;
    }
    r->at++;
    return OK;
}

static struct status read_string(struct json_reader *r, struct str *out, struct span *where)
{
    struct buf text = { 0 };
    size_t begin = r->at;
    struct status st = read_string_into(r, &text);
    if (st.err == ERR_NONE) {
        *out = str_copy(r->arena, str_view(text.data ? text.data : "", text.len));
        *where = place_at(r, begin, r->at - begin);
    }
    buf_free(&text);
    return st;
}

static bool skip_digits(struct json_reader *r)
{
    size_t begin = r->at;
    while (r->at < r->file->size && r->file->data[r->at] >= '0' && r->file->data[r->at] <= '9')
        r->at++;
    return r->at > begin;
}

static bool skip_number(struct json_reader *r)
{
    if (next_is(r, '-')) r->at++;
    if (next_is(r, '0')) r->at++;
    else if (!skip_digits(r)) return false;
    if (next_is(r, '.')) {
        r->at++;
        if (!skip_digits(r)) return false;
    }
    if (next_is(r, 'e') || next_is(r, 'E')) {
        r->at++;
        if (next_is(r, '+') || next_is(r, '-')) r->at++;
        return skip_digits(r);
    }
    return true;
}

static bool skip_word(struct json_reader *r, const char *word)
{
    size_t n = strlen(word);
    if (r->file->size - r->at < n || memcmp(r->file->data + r->at, word, n) != 0) return false;
    r->at += n;
    return true;
}

static struct status read_plain(struct json_reader *r, struct doc_node *node)
{
    size_t begin = r->at;
    if (skip_word(r, "null")) node->kind = DOC_NULL;
    else if (skip_word(r, "true") || skip_word(r, "false")) node->kind = DOC_BOOLEAN;
    else if (skip_number(r)) node->kind = DOC_NUMBER;
    else return bad_json(r, begin, "a JSON value should stand here");
    node->text = str_copy(r->arena, str_view(r->file->data + begin, r->at - begin));
    node->at = place_at(r, begin, r->at - begin);
    return OK;
}

static struct status read_value(struct json_reader *r, struct doc_node **out);

static struct status read_list(struct json_reader *r, struct doc_node *node)
{
    ARRAY(struct doc_node *)
    items = { 0 };
    node->kind = DOC_LIST;
    r->at++;
    skip_blanks(r);
    while (!next_is(r, ']')) {
        struct doc_node *item;
        TRY(read_value(r, &item));
        *array_push(r->arena, &items) = item;
        skip_blanks(r);
        if (next_is(r, ']')) break;
        if (!next_is(r, ',')) return bad_json(r, r->at, "a comma or ] should stand here");
        r->at++;
        skip_blanks(r);
        if (next_is(r, ']')) return bad_json(r, r->at, "a value should follow the comma");
    }
    r->at++;
    node->items = items.items;
    node->count = (uint32_t)items.count;
    return OK;
}

static struct status read_map(struct json_reader *r, struct doc_node *node)
{
    ARRAY(struct doc_pair)
    pairs = { 0 };
    node->kind = DOC_MAP;
    r->at++;
    skip_blanks(r);
    while (!next_is(r, '}')) {
        struct doc_pair pair;
        if (!next_is(r, '"'))
            return bad_json(r, r->at, "a name in quotation marks should stand here");
        TRY(read_string(r, &pair.name, &pair.at));
        skip_blanks(r);
        if (!next_is(r, ':')) return bad_json(r, r->at, "a colon should stand here");
        r->at++;
        TRY(read_value(r, &pair.value));
        *array_push(r->arena, &pairs) = pair;
        skip_blanks(r);
        if (next_is(r, '}')) break;
        if (!next_is(r, ',')) return bad_json(r, r->at, "a comma or } should stand here");
        r->at++;
        skip_blanks(r);
        if (next_is(r, '}')) return bad_json(r, r->at, "a name should follow the comma");
    }
    r->at++;
    node->pairs = pairs.items;
    node->count = (uint32_t)pairs.count;
    return OK;
}

static struct status read_value(struct json_reader *r, struct doc_node **out)
{
    skip_blanks(r);
    struct doc_node *node = ARENA_NEW(r->arena, struct doc_node);
    size_t begin = r->at;
    if (r->depth >= DOC_DEPTH_MAX)
        return status_new(r->arena, ERR_LIMIT_EXCEEDED, place_at(r, begin, 1),
                          "more than %d levels", DOC_DEPTH_MAX);
    r->depth++;
    node->at = place_at(r, begin, 1);
    if (next_is(r, '{')) TRY(read_map(r, node));
    else if (next_is(r, '[')) TRY(read_list(r, node));
    else if (!next_is(r, '"')) TRY(read_plain(r, node));
    else {
        node->kind = DOC_TEXT;
        TRY(read_string(r, &node->text, &node->at));
    }
    r->depth--;
    node->size = (uint32_t)(r->at - begin);
    *out = node;
    return OK;
}

struct status doc_json_next(struct arena *a, const struct text_file *file, size_t *offset,
                            struct doc_node **out)
{
    struct json_reader r = { .arena = a, .file = file, .at = *offset };
    r.place = doc_place(file, *offset, 0);
    skip_blanks(&r);
    *out = NULL;
    if (r.at < file->size) TRY(read_value(&r, out));
    *offset = r.at;
    return OK;
}

static struct status parse_json(struct arena *a, const struct text_file *file,
                                struct doc_node **out)
{
    struct json_reader r = { .arena = a, .file = file, .place = doc_place(file, 0, 0) };
    TRY(read_value(&r, out));
    skip_blanks(&r);
    if (r.at < file->size) return bad_json(&r, r.at, "the document ends before this");
    return OK;
}

struct status doc_parse(struct arena *a, const struct text_file *file, struct doc_node **out)
{
    return doc_is_json(file) ? parse_json(a, file, out) : doc_yaml(a, file, out);
}
