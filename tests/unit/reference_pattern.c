/*
 * reference_pattern.c: SIMILAR TO and regular expressions (sheet of scalar functions, 5 to 7), by trying all ways from
 * the left.
 *
 * A pattern becomes a tree of sets, sequences, choices and repetitions; what is still to be matched is a list on the
 * stack. Of Java's language it knows literals, escaped signs, classes, \d \w \s, groups and quantifiers, and says
 * nothing (REFERENCE_NONE) about the rest, nor about repetitions of what may be empty.
 */

#include <string.h>

#include "reference.h"

enum {
    MOST = 128,
    RANGES = 16,
    KIDS = 16,
    GROUPS = 8,
    STEPS = 200000
};

static const struct reference none = { .kind = REFERENCE_NONE };

/* ---- patterns as trees ---- */

enum kind {
    SET,
    SEQUENCE,
    CHOICE,
    REPEAT,
    GROUP
};

struct set {
    uint32_t low[RANGES], high[RANGES];
    int n;
};

struct node {
    enum kind kind;
    struct node *kids[KIDS];
    int n_kids;
    struct set set, less;
    bool negated, empty, lazy; /* empty: can match nothing */
    int min, max, group;
};

struct reader {
    struct arena *arena;
    const uint32_t *p;
    int at, n, n_groups;
    int64_t escape; /* -1: none */
    bool similar;
    bool wrong, escape_is_bad, unsure;
};

static struct node *new_node(struct reader *r, enum kind kind)
{
    struct node *n = arena_calloc(r->arena, sizeof *n);
    n->kind = kind;
    return n;
}

static bool is(const struct reader *r, int at, char c)
{
    return at < r->n && r->p[at] == (uint32_t)c && r->p[at] != (uint64_t)r->escape;
}

static bool eat(struct reader *r, char c)
{
    if (!is(r, r->at, c)) return false;
    r->at++;
    return true;
}

static void add(struct reader *r, struct set *s, uint32_t low, uint32_t high)
{
    if (s->n == RANGES) {
        r->unsure = true;
        return;
    }
    s->low[s->n] = low;
    s->high[s->n++] = high;
}

static bool one_of(const char *signs, uint32_t c)
{
    return c > 0 && c < 0x80 && strchr(signs, (int)c);
}

/* A character that stands for itself, or one behind an escape. */
static uint32_t character(struct reader *r)
{
    bool escaped = r->at < r->n && (int64_t)r->p[r->at] == r->escape;
    if (escaped) r->at++;
    if (r->at >= r->n) {
        if (r->similar && escaped) r->escape_is_bad = true;
        r->wrong = true;
        return 0;
    }
    uint32_t c = r->p[r->at++];
    if (!escaped) return c;
    if (r->similar) {
        if (!one_of("%_|*+?{}()[]^-", c) && (int64_t)c != r->escape) r->escape_is_bad = true;
    } else if (!one_of("\\.[](){}*+?|^$-&", c)) {
        r->unsure = true;
    }
    return c;
}

/* Up to ']' or, of SIMILAR, the '^' of what is taken away. */
static void read_list(struct reader *r, struct set *s)
{
    while (!r->wrong && !r->unsure) {
        if (r->at >= r->n) {
            r->wrong = true;
            return;
        }
        if (is(r, r->at, ']') || (r->similar && is(r, r->at, '^'))) break;
        if (is(r, r->at, '[') || is(r, r->at, '(') || is(r, r->at, ')')) {
            if (r->similar) r->wrong = true;
            else r->unsure = true;
            return;
        }
        if (!r->similar && (is(r, r->at, '&') || is(r, r->at, '-'))) r->unsure = true;
        uint32_t low = character(r), high = low;
        bool range = is(r, r->at, '-') && r->at + 1 < r->n && !is(r, r->at + 1, ']') &&
                     !(r->similar && is(r, r->at + 1, '^'));
        if (range) {
            r->at++;
            high = character(r);
        }
        if (high < low) r->wrong = true;
        add(r, s, low, high);
    }
    if (s->n == 0) r->wrong = true;
}

static struct node *read_class(struct reader *r)
{
    struct node *n = new_node(r, SET);
    n->negated = eat(r, '^');
    if (!r->similar && is(r, r->at, ']')) r->unsure = true;
    read_list(r, &n->set);
    if (r->similar && !r->wrong && eat(r, '^')) {
        if (n->negated) r->unsure = true;
        read_list(r, &n->less);
    }
    if (!r->wrong && !eat(r, ']')) r->wrong = true;
    return n;
}

static struct node *read_choice(struct reader *r);

static struct node *any(struct reader *r)
{
    struct node *n = new_node(r, SET);
    add(r, &n->set, 0, 0x10ffff);
    return n;
}

static struct node *repeat(struct reader *r, struct node *what, int min, int max)
{
    struct node *n = new_node(r, REPEAT);
    n->kids[n->n_kids++] = what;
    n->min = min;
    n->max = max;
    n->empty = min == 0 || what->empty;
    if (what->empty) r->unsure = true;
    return n;
}

/* \d \w \s, for Java alone. */
static bool read_shorthand(struct reader *r, struct set *s)
{
    if (r->similar || r->at + 1 >= r->n || r->p[r->at] != '\\') return false;
    switch (r->p[r->at + 1]) {
    case 'w':
        add(r, s, 'a', 'z');
        add(r, s, 'A', 'Z');
        add(r, s, '_', '_');
        add(r, s, '0', '9');
        break;
    case 'd': add(r, s, '0', '9'); break;
    case 's':
        add(r, s, ' ', ' ');
        add(r, s, 9, 13);
        break;
    default: return false;
    }
    r->at += 2;
    return true;
}

static struct node *read_atom(struct reader *r)
{
    struct node *n = new_node(r, SET);
    if (r->similar && eat(r, '%')) return repeat(r, any(r), 0, MOST);
    if (r->similar ? eat(r, '_') : eat(r, '.')) {
        n = any(r);
        if (!r->similar) r->unsure = r->unsure || memchr(r->p, '\n', (size_t)r->n * 4) != NULL;
        return n;
    }
    if (read_shorthand(r, &n->set)) return n;
    if (eat(r, '[')) return read_class(r);
    if (eat(r, '(')) {
        struct node *g = new_node(r, GROUP);
        if (!r->similar && is(r, r->at, '?')) r->unsure = true;
        g->group = ++r->n_groups;
        if (r->n_groups >= GROUPS) r->unsure = true;
        g->kids[g->n_kids++] = read_choice(r);
        g->empty = g->kids[0]->empty;
        if (!eat(r, ')')) r->wrong = true;
        return g;
    }
    if (r->at < r->n && (int64_t)r->p[r->at] != r->escape) {
        uint32_t c = r->p[r->at];
        if (one_of(r->similar ? "*+?{" : "*+?", c)) r->wrong = true;
        else if (one_of(r->similar ? "]}" : "^$]}{", c)) r->unsure = true;
    }
    uint32_t c = character(r);
    add(r, &n->set, c, c);
    return n;
}

static int read_number(struct reader *r)
{
    int v = -1;
    for (; r->at < r->n && r->p[r->at] >= '0' && r->p[r->at] <= '9' && v < 1000; r->at++)
        v = (v < 0 ? 0 : v * 10) + (int)(r->p[r->at] - '0');
    return v;
}

static struct node *read_item(struct reader *r)
{
    struct node *n = read_atom(r);
    if (r->wrong || r->unsure) return n;
    bool counted = is(r, r->at, '{');
    if (eat(r, '*')) n = repeat(r, n, 0, MOST);
    else if (eat(r, '+')) n = repeat(r, n, 1, MOST);
    else if (eat(r, '?')) n = repeat(r, n, 0, 1);
    else if (counted) {
        r->at++;
        int min = read_number(r), max = min;
        if (min < 0) r->wrong = true;
        if (eat(r, ',')) {
            max = read_number(r);
            if (max < 0) max = MOST;
        }
        if (max < min || !eat(r, '}')) r->wrong = true;
        if (!r->wrong) n = repeat(r, n, min, max);
    } else return n;
    if (!r->similar && eat(r, '?')) n->lazy = true;
    else if (!r->similar && is(r, r->at, '+')) r->unsure = true;
    if (r->at < r->n && (int64_t)r->p[r->at] != r->escape && one_of("*+?{", r->p[r->at])) {
        if (!r->similar && r->p[r->at] == '{') r->unsure = true; /* Java repeats nothing there */
        r->wrong = true;
    }
    return n;
}

static struct node *read_sequence(struct reader *r)
{
    struct node *n = new_node(r, SEQUENCE);
    n->empty = true;
    while (r->at < r->n && !is(r, r->at, '|') && !is(r, r->at, ')') && !r->wrong && !r->unsure) {
        if (n->n_kids == KIDS) {
            r->unsure = true;
            break;
        }
        struct node *kid = read_item(r);
        n->kids[n->n_kids++] = kid;
        n->empty = n->empty && kid->empty;
    }
    return n;
}

static struct node *read_choice(struct reader *r)
{
    struct node *n = new_node(r, CHOICE);
    do {
        if (n->n_kids == KIDS) {
            r->unsure = true;
            break;
        }
        struct node *kid = read_sequence(r);
        if (kid->n_kids == 0 && r->similar) r->unsure = true; /* the sheet does not say */
        n->kids[n->n_kids++] = kid;
        n->empty = n->empty || kid->empty;
    } while (!r->wrong && !r->unsure && eat(r, '|'));
    return n;
}

static struct node *read_pattern(struct reader *r)
{
    bool nothing = r->n == 0;
    struct node *n = read_choice(r);
    if (nothing) r->unsure = false;
    if (r->at < r->n && !r->unsure) r->wrong = true; /* a ')' that nothing opened */
    return n;
}

/* ---- matching ---- */

struct task {
    enum {
        MATCH,
        AGAIN,
        CLOSE
    } what;
    const struct node *node;
    int count, start;
    const struct task *next;
};

struct matcher {
    const uint32_t *s;
    int n, end, steps;
    int from[GROUPS], to[GROUPS];
    int wanted; /* where the match has to end; -1: anywhere */
};

static bool in_set(const struct set *s, uint32_t c)
{
    for (int i = 0; i < s->n; i++)
        if (c >= s->low[i] && c <= s->high[i]) return true;
    return false;
}

static bool go(struct matcher *m, const struct task *t, int at);

static bool again(struct matcher *m, const struct task *t, int at)
{
    const struct node *n = t->node;
    struct task next = *t, body = { MATCH, n->kids[0], 0, 0, &next };
    next.count++;
    bool enough = t->count >= n->min, more = t->count < n->max;
    if (n->lazy && enough && go(m, t->next, at)) return true;
    if (more && go(m, &body, at)) return true;
    return !n->lazy && enough && go(m, t->next, at);
}

static bool closed(struct matcher *m, const struct task *t, int at)
{
    int g = t->node->group, from = m->from[g], to = m->to[g];
    m->from[g] = t->start;
    m->to[g] = at;
    if (go(m, t->next, at)) return true;
    m->from[g] = from;
    m->to[g] = to;
    return false;
}

/* The kids from k on, then the rest. */
static bool sequence(struct matcher *m, const struct node *n, int k, struct task *room,
                     const struct task *rest, int at)
{
    for (int i = n->n_kids; i-- > k;) {
        room[i] = (struct task){ MATCH, n->kids[i], 0, 0, rest };
        rest = &room[i];
    }
    return go(m, rest, at);
}

static bool go(struct matcher *m, const struct task *t, int at)
{
    if (++m->steps > STEPS) return false;
    if (!t) {
        m->end = at;
        return m->wanted < 0 || at == m->wanted;
    }
    const struct node *n = t->node;
    if (t->what == AGAIN) return again(m, t, at);
    if (t->what == CLOSE) return closed(m, t, at);
    switch (n->kind) {
    case SET:
        return at < m->n && in_set(&n->set, m->s[at]) != n->negated &&
               !in_set(&n->less, m->s[at]) && go(m, t->next, at + 1);
    case SEQUENCE: {
        struct task room[KIDS];
        return sequence(m, n, 0, room, t->next, at);
    }
    case CHOICE:
        for (int i = 0; i < n->n_kids; i++) {
            struct task kid = { MATCH, n->kids[i], 0, 0, t->next };
            if (go(m, &kid, at)) return true;
        }
        return false;
    case REPEAT: {
        struct task first = { AGAIN, n, 0, 0, t->next };
        return go(m, &first, at);
    }
    default: {
        struct task close = { CLOSE, n, 0, at, t->next }, kid = { MATCH, n->kids[0], 0, 0, &close };
        return go(m, &kid, at);
    }
    }
}

static bool match_at(struct matcher *m, const struct node *n, int at, int wanted)
{
    struct task first = { MATCH, n, 0, 0, NULL };
    for (int g = 0; g < GROUPS; g++) m->from[g] = m->to[g] = -1;
    m->wanted = wanted;
    return go(m, &first, at);
}

/* ---- SIMILAR TO ---- */

struct texts {
    uint32_t p[5][MOST];
    int n[5];
};

static struct reader reader_of(const struct reference_call *c, const uint32_t *p, int n,
                               int64_t escape, bool similar)
{
    return (
        struct reader){ .arena = c->arena, .p = p, .n = n, .escape = escape, .similar = similar };
}

static struct reference similar(const struct reference_call *c, const struct texts *t)
{
    if (c->n_args == 3 && t->n[2] != 1) return reference_fault(ERR_INVALID_ESCAPE);
    struct reader r =
        reader_of(c, t->p[1], t->n[1], c->n_args == 3 ? (int64_t)t->p[2][0] : -1, true);
    struct node *n = read_pattern(&r);
    if (r.unsure) return none;
    if (r.escape_is_bad) return reference_fault(ERR_INVALID_ESCAPE);
    if (r.wrong) return reference_fault(ERR_REGEX);
    struct matcher m = { .s = t->p[0], .n = t->n[0] };
    bool good = match_at(&m, n, 0, m.n);
    return m.steps > STEPS ? none : reference_bool(good == (c->name[0] == 'S'));
}

/* The parts before, between and behind the two dividers; false unless there are two. */
static bool divide(const uint32_t *p, int n, uint32_t escape, int at[2])
{
    int found = 0;
    for (int i = 0; i + 1 < n; i++) {
        if (p[i] != escape) continue;
        if (p[i + 1] == '"') {
            if (found == 2) return false;
            at[found++] = i;
        }
        i++;
    }
    return found == 2;
}

static struct reference similar_part(const struct reference_call *c, const struct texts *t)
{
    int at[2];
    const uint32_t *p = t->p[1];
    if (t->n[2] != 1) return reference_fault(ERR_INVALID_ESCAPE);
    if (!divide(p, t->n[1], t->p[2][0], at)) return reference_fault(ERR_REGEX);
    const int from[] = { 0, at[0] + 2, at[1] + 2 }, to[] = { at[0], at[1], t->n[1] };
    struct node *parts[3];
    for (int i = 0; i < 3; i++) {
        struct reader r = reader_of(c, p + from[i], to[i] - from[i], t->p[2][0], true);
        parts[i] = read_pattern(&r);
        if (r.unsure) return none;
        if (r.escape_is_bad) return reference_fault(ERR_INVALID_ESCAPE);
        if (r.wrong) return reference_fault(ERR_REGEX);
    }
    struct matcher m = { .s = t->p[0], .n = t->n[0] };
    for (int start = 0; start <= m.n; start++)
        for (int b = start; b <= m.n; b++) {
            if (!match_at(&m, parts[0], start, b)) continue;
            for (int e = m.n; e >= b; e--) {
                bool good = match_at(&m, parts[1], b, e) && match_at(&m, parts[2], e, -1);
                if (m.steps > STEPS) return none;
                if (good) return reference_points(c->arena, t->p[0] + b, e - b);
            }
        }
    return m.steps > STEPS ? none : (struct reference){ .kind = REFERENCE_NULL };
}

/* ---- regular expressions ---- */

static bool find(struct matcher *m, const struct node *n, int at, int *start)
{
    for (*start = at; *start <= m->n; (*start)++)
        if (match_at(m, n, *start, -1)) return true;
    return false;
}

static struct reference first_match(const struct reference_call *c, const struct texts *t)
{
    struct reader r = reader_of(c, t->p[1], t->n[1], '\\', false);
    struct node *n = read_pattern(&r);
    if (r.unsure) return none;
    if (r.wrong) return reference_fault(ERR_REGEX);
    struct matcher m = { .s = t->p[0], .n = t->n[0] };
    int start;
    bool good = find(&m, n, 0, &start);
    if (m.steps > STEPS) return none;
    if (!good) return (struct reference){ .kind = REFERENCE_NULL };
    return reference_points(c->arena, m.s + start, m.end - start);
}

struct output {
    uint32_t p[MOST * 8];
    int n;
};

static bool put(struct output *out, const uint32_t *p, int n)
{
    if (out->n + n > MOST * 8) return false;
    memcpy(out->p + out->n, p, (size_t)n * sizeof *p);
    out->n += n;
    return true;
}

/* $0 to $9 behind the sign at i; false where a longer number would stand. */
static bool put_group(struct output *out, const struct matcher *m, int start, int n_groups,
                      const uint32_t *p, int n, bool *bad)
{
    *bad = n == 0 || p[0] < '0' || p[0] > '9' || (int)(p[0] - '0') > n_groups;
    if (*bad) return true;
    if (n > 1 && p[1] >= '0' && p[1] <= '9') return false;
    int g = (int)(p[0] - '0'), from = g ? m->from[g] : start, to = g ? m->to[g] : m->end;
    return from < 0 || put(out, m->s + from, to - from);
}

static bool put_replacement(struct output *out, const struct matcher *m, int start, int n_groups,
                            const uint32_t *p, int n, bool *bad)
{
    for (int i = 0; i < n && !*bad; i++) {
        bool good = true;
        if (p[i] == '$') {
            i++;
            good = put_group(out, m, start, n_groups, p + i, n - i, bad);
        } else if (p[i] == '\\' && i + 1 == n) *bad = true;
        else {
            i += p[i] == '\\';
            good = put(out, p + i, 1);
        }
        if (!good) return false;
    }
    return true;
}

static struct reference replace(const struct reference_call *c, const struct texts *t)
{
    int64_t first = c->args[3].i64, occurrence = c->args[4].i64;
    if (first < 1 || occurrence < 0) return none; /* which fault comes first is open */
    struct reader r = reader_of(c, t->p[1], t->n[1], '\\', false);
    struct node *n = read_pattern(&r);
    if (r.unsure) return none;
    if (r.wrong) return reference_fault(ERR_REGEX);
    struct matcher m = { .s = t->p[0], .n = t->n[0] };
    struct output out = { .n = 0 };
    bool past = first > m.n, bad = false; /* a start behind the text leaves it as it is */
    if (!put_replacement(&out, &m, 0, r.n_groups, t->p[2], t->n[2], &bad)) return none;
    if (bad) return reference_fault(ERR_INVALID_PARAMETER);
    out.n = 0;
    if (first > m.n + 1) first = m.n + 1;
    int at = (int)first - 1, copied = 0, start;
    for (int64_t k = 1; !past && at <= m.n && find(&m, n, at, &start); k++) {
        if (occurrence == 0 || k == occurrence) {
            if (!put(&out, m.s + copied, start - copied)) return none;
            put_replacement(&out, &m, start, r.n_groups, t->p[2], t->n[2], &bad);
            copied = m.end;
        }
        at = m.end == start ? m.end + 1 : m.end;
        if (k == occurrence) break;
    }
    if (m.steps > STEPS || !put(&out, m.s + copied, m.n - copied)) return none;
    return reference_points(c->arena, out.p, out.n);
}

/* ---- the door ---- */

struct reference reference_pattern(const struct reference_call *c)
{
    static const struct {
        const char *name;
        struct reference (*work)(const struct reference_call *c, const struct texts *t);
    } parts[] = {
        { "SIMILAR TO", similar },
        { "NOT SIMILAR TO", similar },
        { "SUBSTRING SIMILAR", similar_part },
        { "REGEX_REPLACE", replace },
        { "SUBSTRING", first_match },
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(c->name, parts[i].name) != 0) continue;
        struct texts t;
        if (c->n_args < 2 || !type_is_text(c->args[1].type)) return none;
        for (uint32_t k = 0; k < c->n_args; k++) {
            if (!type_is_text(c->args[k].type)) continue;
            t.n[k] = reference_code_points(&c->args[k].str, t.p[k], MOST);
            if (t.n[k] < 0) return none;
        }
        return parts[i].work(c, &t);
    }
    return none;
}
