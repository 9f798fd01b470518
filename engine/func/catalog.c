/*
 * catalog.c: from names and types to functions.
 *
 * Rows stand in one array, sorted by name when the catalogue is sealed; overloads of a name keep the
 * order in which they were added, and the first one that takes the arguments is chosen. So a table
 * lists the narrow overload before the wide one: integers, exact numbers, any numbers.
 */

#include "func/catalog.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>

#include "base/array.h"
#include "func/builtin.h"

struct entry {
    struct str name;
    uint32_t   order; /* of adding */
    bool       alias;
    /* one of the three is set */
    const struct fn_def          *fn;
    const struct agg_def         *agg;
    const struct sluice_table_fn *table_fn;
    const struct fn_declared *declared; /* of an application's function */
};

struct fn_catalog {
    const struct fn_catalog *base; /* looked at for names that are not here; NULL: none */
    struct arena *arena;
    ARRAY(struct entry) entries;
    bool sealed;
};

/* ---- filling ---- */

static void add_entry(struct fn_catalog *c, struct entry e, const char *name, bool alias)
{
    e.name = str_c(name);
    e.alias = alias;
    e.order = (uint32_t)c->entries.count;
    *array_push(c->arena, &c->entries) = e;
}

static void add_aliases(struct fn_catalog *c, struct entry e, const char *aliases)
{
    while (aliases && *aliases) {
        size_t n = strcspn(aliases, " ");
        if (n > 0) add_entry(c, e, str_to_c(c->arena, str_view(aliases, n)), true);
        aliases += n + (aliases[n] == ' ');
    }
}

static void add_functions(struct fn_catalog *c, const struct fn_def *rows)
{
    for (; rows && rows->name; rows++) {
        struct entry e = { .fn = rows };
        add_entry(c, e, rows->name, false);
        add_aliases(c, e, rows->aliases);
    }
}

static void add_aggregates(struct fn_catalog *c, const struct agg_def *rows)
{
    for (; rows && rows->name; rows++) {
        struct entry e = { .agg = rows };
        add_entry(c, e, rows->name, false);
        add_aliases(c, e, rows->aliases);
    }
}

static void add_table_functions(struct fn_catalog *c, const struct sluice_table_fn *rows)
{
    for (; rows && rows->name; rows++) {
        struct entry e = { .table_fn = rows };
        add_entry(c, e, rows->name, false);
        add_aliases(c, e, rows->aliases);
    }
}

struct fn_catalog *fn_catalog_new(void)
{
    struct arena *a = arena_new();
    struct fn_catalog *c = ARENA_NEW(a, struct fn_catalog);
    c->arena = a;
    static const struct fn_def *const functions[] = {
        fn_number, fn_math, fn_compare, fn_logic,
        fn_string, fn_substring, fn_like, fn_similar, fn_regex,
        fn_time, fn_interval, fn_datetime_text,
        fn_context, fn_record, fn_log_regex, fn_log_fast, fn_log_columns,
        fn_log_web, fn_log_system,
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        add_functions(c, functions[i]);
    }
    add_aggregates(c, agg_basic);
    add_aggregates(c, agg_extreme);
    add_aggregates(c, agg_first);
    add_aggregates(c, agg_stat);
    add_aggregates(c, agg_analytic);
    return c;
}

void fn_catalog_free(struct fn_catalog *c)
{
    if (c) arena_free(c->arena);
}

/* The name in `rows` that an earlier package has; NULL if none has. */
static const char *taken(const struct fn_catalog *c, const struct sluice_package *p)
{
    for (size_t i = 0; i < c->entries.count; i++) {
        struct str name = c->entries.items[i].name;
        for (const struct fn_def *f = p->functions; f && f->name; f++) {
            if (str_equal_c(name, f->name)) return f->name;
        }
        for (const struct agg_def *g = p->aggregates; g && g->name; g++) {
            if (str_equal_c(name, g->name)) return g->name;
        }
        for (const struct sluice_table_fn *t = p->table_functions; t && t->name; t++) {
            if (str_equal_c(name, t->name)) return t->name;
        }
    }
    return NULL;
}

struct status fn_catalog_add(struct fn_catalog *c, struct arena *a, const struct sluice_package *p)
{
    assert(!c->sealed);
    if (p->api_version != SLUICE_API_VERSION) {
        return status_new(a, ERR_NOT_SUPPORTED, SPAN_NONE,
                          "package \"%s\" was built for version %d of the interface, this is %d",
                          p->name ? p->name : "", p->api_version, SLUICE_API_VERSION);
    }
    const char *clash = taken(c, p);
    if (clash) {
        return status_new(a, ERR_DUPLICATE_NAME, SPAN_NONE,
                          "package \"%s\" defines \"%s\", which there is already",
                          p->name ? p->name : "", clash);
    }
    add_functions(c, p->functions);
    add_aggregates(c, p->aggregates);
    add_table_functions(c, p->table_functions);
    return OK;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int by_name = str_compare(&x->name, &y->name);
    return by_name != 0 ? by_name : x->order < y->order ? -1
                                                        : 1;
}

void fn_catalog_seal(struct fn_catalog *c)
{
    assert(!c->sealed);
    qsort(c->entries.items, c->entries.count, sizeof *c->entries.items, compare_entries);
    c->sealed = true;
}

/* ---- finding ---- */

static const struct entry *find_here(const struct fn_catalog *c, struct str name, size_t *n)
{
    assert(c->sealed);
    size_t low = 0, high = c->entries.count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (str_compare(&c->entries.items[mid].name, &name) < 0) low = mid + 1;
        else high = mid;
    }
    size_t end = low;
    while (end < c->entries.count && str_equal(&c->entries.items[end].name, &name)) end++;
    *n = end - low;
    return *n > 0 ? c->entries.items + low : NULL;
}

/* The first entry of a name, and in *n how many there are. */
static const struct entry *find(const struct fn_catalog *c, struct str name, size_t *n)
{
    const struct entry *e = find_here(c, name, n);
    return *n == 0 && c->base ? find(c->base, name, n) : e;
}

bool fn_exists(const struct fn_catalog *c, struct str name)
{
    size_t n;
    find(c, name, &n);
    return n > 0;
}

bool fn_is_aggregate(const struct fn_catalog *c, struct str name)
{
    size_t n;
    const struct entry *e = find(c, name, &n);
    return n > 0 && e->agg;
}

bool fn_is_analytic(const struct fn_catalog *c, struct str name)
{
    size_t n;
    const struct entry *e = find(c, name, &n);
    return n > 0 && e->agg && e->agg->analytic;
}

const struct sluice_table_fn *fn_find_table_function(const struct fn_catalog *c, struct str name,
                                                     const struct fn_declared **declared)
{
    size_t n;
    const struct entry *e = find(c, name, &n);
    *declared = n > 0 ? e->declared : NULL;
    return n > 0 ? e->table_fn : NULL;
}

/* Whether users can write it as a call: a word, not a sign, no blanks. */
static bool is_word(struct str name)
{
    const char *p = str_data(&name);
    return name.len > 0 && isalpha((unsigned char)p[0]) && !memchr(p, ' ', name.len);
}

const char *fn_nearest(const struct fn_catalog *c, struct arena *a, struct str name)
{
    int best = name.len <= 3 ? 1 : name.len <= 6 ? 2
                                                 : 3;
    const struct entry *nearest = NULL;
    for (; c; c = c->base) {
        for (size_t i = 0; i < c->entries.count; i++) {
            const struct entry *e = &c->entries.items[i];
            if (!is_word(e->name)) continue;
            int distance = str_distance(name, e->name, best);
            if (distance <= best && (!nearest || distance < best)) {
                nearest = e;
                best = distance;
            }
        }
    }
    return nearest ? str_to_c(a, nearest->name) : NULL;
}

/* ---- which arguments a parameter takes ---- */

static bool class_takes(enum sluice_class class, struct type t)
{
    switch (class) {
    case SLUICE_ANY: return true;
    case SLUICE_CLASS_INTEGER: return type_is_integer(t);
    case SLUICE_CLASS_EXACT: return type_is_exact(t);
    case SLUICE_CLASS_NUMBER:
    case SLUICE_CLASS_AS_DOUBLE: return type_is_number(t);
    case SLUICE_CLASS_TEXT: return type_is_text(t);
    case SLUICE_CLASS_BINARY: return type_is_binary(t);
    case SLUICE_CLASS_BOOLEAN: return t.kind == TYPE_BOOLEAN;
    case SLUICE_CLASS_DATE: return t.kind == TYPE_DATE;
    case SLUICE_CLASS_TIME: return t.kind == TYPE_TIME;
    case SLUICE_CLASS_TIMESTAMP: return t.kind == TYPE_TIMESTAMP;
    case SLUICE_CLASS_DATETIME: return type_is_datetime(t);
    case SLUICE_CLASS_INTERVAL: return type_is_interval(t);
    }
    return false;
}

/* What a bare NULL is where the other arguments say nothing; TYPE_NULL: the class does not know either. */
static struct type class_type(enum sluice_class class)
{
    switch (class) {
    case SLUICE_CLASS_INTEGER:
    case SLUICE_CLASS_EXACT:
    case SLUICE_CLASS_NUMBER: return type_of(TYPE_INTEGER);
    case SLUICE_CLASS_AS_DOUBLE: return type_of(TYPE_DOUBLE);
    case SLUICE_CLASS_TEXT: return type_varchar(0);
    case SLUICE_CLASS_BINARY: return type_of(TYPE_VARBINARY);
    case SLUICE_CLASS_BOOLEAN: return type_of(TYPE_BOOLEAN);
    case SLUICE_CLASS_DATE: return type_of(TYPE_DATE);
    case SLUICE_CLASS_TIME: return type_of(TYPE_TIME);
    case SLUICE_CLASS_TIMESTAMP:
    case SLUICE_CLASS_DATETIME: return type_of(TYPE_TIMESTAMP);
    case SLUICE_CLASS_INTERVAL: return type_interval(UNIT_DAY, UNIT_SECOND);
    default: return type_of(TYPE_NULL);
    }
}

/* ---- one call: the arguments, and how far an overload takes them ---- */

struct call_site {
    struct arena *arena;
    struct str    name;
    struct span   at;
    const struct type *args;
    const struct value *const *constants; /* NULL, or n_args pointers that may be NULL */
    uint32_t n_args;
};

/* What is common to scalar functions and aggregates. */
struct signature {
    const struct sluice_param *params;
    uint32_t max_params;
    bool     variadic;
    bool     untyped_nulls; /* NULLs alone do not say which overload is meant */
    struct sluice_type returns;
    bool (*bind)(struct sluice_bind *b);
    const struct fn_declared *declared;
};

enum fit { FIT_COUNT, FIT_DECLARED, FIT_CLASS, FIT_UNTYPED, FIT_REFUSED, FIT_OK };

static bool count_fits(const struct signature *s, uint32_t n_args)
{
    uint32_t required = 0, most = 0;
    while (most < s->max_params && s->params[most].name) {
        if (!s->params[most].optional) required = most + 1;
        most++;
    }
    return n_args >= required && (n_args <= most || (s->variadic && most > 0));
}

static enum sluice_class class_at(const struct signature *s, uint32_t i)
{
    uint32_t last = 0;
    while (last + 1 < s->max_params && s->params[last + 1].name) last++;
    return s->params[i < last ? i : last].class;
}

static struct type type_of_null(const struct call_site *site, const struct signature *s, uint32_t i)
{
    enum sluice_class class = class_at(s, i);
    for (uint32_t k = 0; k < site->n_args; k++) {
        if (site->args[k].kind != TYPE_NULL && class_takes(class, site->args[k])) {
            return site->args[k];
        }
    }
    return class_type(class);
}

/* The arguments with NULLs typed, and exact numbers as DOUBLE where the kernel wants that. */
static enum fit fit_classes(const struct call_site *site, const struct signature *s,
                            struct type *out)
{
    uint32_t nulls = 0;
    for (uint32_t i = 0; i < site->n_args; i++) {
        struct type t = site->args[i];
        enum sluice_class class = class_at(s, i);
        if (t.kind == TYPE_NULL) {
            t = type_of_null(site, s, i);
            nulls++;
        } else if (!class_takes(class, t)) {
            return FIT_CLASS;
        }
        if (class == SLUICE_CLASS_AS_DOUBLE && type_is_exact(t)) t = type_of(TYPE_DOUBLE);
        out[i] = t;
    }
    for (uint32_t i = 0; i < site->n_args; i++) {
        if (out[i].kind == TYPE_NULL) return FIT_UNTYPED;
    }
    return site->n_args > 0 && nulls == site->n_args && s->untyped_nulls ? FIT_UNTYPED : FIT_OK;
}

static struct sluice_column *bind_constants(const struct call_site *site)
{
    struct sluice_column *columns = arena_calloc(site->arena, (site->n_args + 1) * sizeof *columns);
    for (uint32_t i = 0; i < site->n_args; i++) {
        if (!site->constants || !site->constants[i]) continue;
        struct vector v;
        vector_new_constant(site->arena, site->constants[i], &v);
        memcpy(&columns[i], &v, sizeof v);
    }
    return columns;
}

struct binding {
    struct type *args;
    struct type  result;
    const void  *bound;
    bool         needs_now, needs_rowtime;
    const struct sluice_record *record;
    const char  *refusal;
};

static enum fit run_bind(const struct call_site *site, const struct signature *s,
                         struct binding *out)
{
    struct sluice_bind b = call_bind(site->arena);
    b.n_args = site->n_args;
    b.args = arena_calloc(site->arena, (site->n_args + 1) * sizeof *b.args);
    for (uint32_t i = 0; i < site->n_args; i++) b.args[i] = fn_public_type(out->args[i]);
    b.constants = bind_constants(site);
    b.result = s->returns;
    bool bound = s->bind(&b);
    out->refusal = b.refusal;
    if (!bound) return b.refusal ? FIT_REFUSED : FIT_CLASS;
    for (uint32_t i = 0; i < site->n_args; i++) out->args[i] = fn_type(b.args[i]);
    out->result = fn_type(b.result);
    out->bound = b.bound;
    out->needs_now = b.needs_now;
    out->needs_rowtime = b.needs_rowtime;
    out->record = b.record;
    return FIT_OK;
}

/* Whether the arguments are of the declared kinds; a number that is written out is taken as another kind of number. */
static bool takes_declared(const struct call_site *site, const struct fn_declared *d)
{
    if (site->n_args != d->n_args) return false;
    for (uint32_t i = 0; i < site->n_args; i++) {
        struct type given = site->args[i], wanted = d->args[i];
        bool written = site->constants && site->constants[i] && type_is_number(given);
        if (given.kind == TYPE_NULL || type_is_same_kind(given, wanted)) continue;
        if (!written || !type_is_number(wanted)) return false;
    }
    return true;
}

static enum fit try_signature(const struct call_site *site, const struct signature *s,
                              struct binding *out)
{
    if (!count_fits(s, site->n_args)) return FIT_COUNT;
    out->args = ARENA_ARRAY(site->arena, struct type, site->n_args + 1);
    struct call_site declared = *site;
    if (s->declared) {
        if (!takes_declared(site, s->declared)) return FIT_DECLARED;
        declared.args = s->declared->args;
        site = &declared;
    }
    enum fit fit = fit_classes(site, s, out->args);
    if (fit != FIT_OK) return fit;
    bool given = s->returns.kind != SLUICE_NULL || !s->declared;
    out->result = given ? fn_type(s->returns) : s->declared->returns;
    out->bound = NULL;
    return s->bind ? run_bind(site, s, out) : FIT_OK;
}

/* ---- messages ---- */

static const char *types_text(const struct call_site *site)
{
    const char *text = "";
    for (uint32_t i = 0; i < site->n_args; i++) {
        text = str_format_c(site->arena, "%s%s%s", text, i > 0 ? ", " : "",
                            type_text(site->arena, site->args[i]));
    }
    return text;
}

static struct status no_match(const struct fn_catalog *c, const struct call_site *site)
{
    struct status st = status_new(site->arena, ERR_UNKNOWN_FUNCTION, site->at,
                                  "no match found for function signature %.*s(%s)",
                                  STR_ARG(site->name), types_text(site));
    if (fn_exists(c, site->name)) return st;
    const char *nearest = fn_nearest(c, site->arena, site->name);
    if (nearest) st.hint = str_format_c(site->arena, "did you mean %s?", nearest);
    return st;
}

static struct status not_fitting(const struct fn_catalog *c, const struct call_site *site,
                                 enum fit fit, const char *refusal)
{
    switch (fit) {
    case FIT_REFUSED:
        return status_new(site->arena, ERR_CANNOT_APPLY, site->at, "%.*s: %s", STR_ARG(site->name),
                          refusal);
    case FIT_UNTYPED:
        return status_with_hint(status_new(site->arena, ERR_UNTYPED_NULL, site->at,
                                           "nothing gives the NULL in %.*s a type",
                                           STR_ARG(site->name)),
                                "write CAST(NULL AS INTEGER), or whatever type is meant");
    case FIT_DECLARED:
        return status_with_hint(no_match(c, site),
                                "arguments of a function of the application are not converted: "
                                "use CAST");
    case FIT_CLASS:
        return status_new(site->arena, ERR_CANNOT_APPLY, site->at,
                          "cannot apply '%.*s' to arguments of type (%s)", STR_ARG(site->name),
                          types_text(site));
    default: return no_match(c, site);
    }
}

/* ---- resolution ---- */

/* The farther an overload came, the better its reason. */
static void keep_better(enum fit fit, const char *refusal, enum fit *best,
                        const char **best_refusal)
{
    if (fit < *best) return;
    *best = fit;
    *best_refusal = refusal;
}

static bool null_needs_other(const struct fn_def *fn)
{
    return strcmp(fn->group, "Operators") == 0;
}

struct status fn_resolve(const struct fn_catalog *c, struct arena *a, struct str name,
                         struct span at, const struct type *args,
                         const struct value *const *constants, uint32_t n_args,
                         struct fn_choice *out)
{
    struct call_site site = { a, name, at, args, constants, n_args };
    enum fit best = FIT_COUNT;
    const char *refusal = NULL;
    size_t n;
    const struct entry *e = find(c, name, &n);
    for (size_t i = 0; i < n; i++) {
        const struct fn_def *fn = e[i].fn;
        if (!fn) continue;
        struct signature s = { fn->args, 8, fn->variadic, null_needs_other(fn), fn->returns,
                               fn->bind, e[i].declared };
        struct binding b = { .refusal = NULL };
        enum fit fit = try_signature(&site, &s, &b);
        if (fit == FIT_OK) {
            *out = (struct fn_choice){ .fn = fn,
                                       .args = b.args,
                                       .result = b.result,
                                       .bound = b.bound,
                                       .needs_now = b.needs_now,
                                       .needs_rowtime = b.needs_rowtime,
                                       .record = b.record,
                                       .declared = e[i].declared };
            return OK;
        }
        keep_better(fit, b.refusal, &best, &refusal);
    }
    return not_fitting(c, &site, best, refusal);
}

struct status agg_resolve(const struct fn_catalog *c, struct arena *a, struct str name,
                          struct span at, bool star, const struct type *args,
                          const struct value *const *constants, uint32_t n_args,
                          struct agg_choice *out)
{
    struct call_site site = { a, name, at, args, constants, star ? 0 : n_args };
    enum fit best = FIT_COUNT;
    const char *refusal = NULL;
    size_t n;
    const struct entry *e = find(c, name, &n);
    for (size_t i = 0; i < n; i++) {
        const struct agg_def *agg = e[i].agg;
        if (!agg || (star ? !agg->star : !agg->args[0].name)) continue;
        struct signature s = { agg->args, 4, false, false, agg->returns, agg->bind, e[i].declared };
        struct binding b = { .refusal = NULL };
        enum fit fit = try_signature(&site, &s, &b);
        if (fit == FIT_OK) {
            *out = (struct agg_choice){ agg, b.args, b.result, b.bound, e[i].declared };
            return OK;
        }
        keep_better(fit, b.refusal, &best, &refusal);
    }
    return not_fitting(c, &site, best, refusal);
}

/* ---- functions of an application ---- */

struct fn_catalog *fn_catalog_over(struct arena *a, const struct fn_catalog *base)
{
    struct fn_catalog *c = ARENA_NEW(a, struct fn_catalog);
    c->arena = a;
    c->base = base;
    c->sealed = true;
    return c;
}

/* The row under its SQL name, in the arena of the catalogue. */
static struct entry entry_of(struct fn_catalog *c, const struct sluice_export *e,
                             const struct fn_declared *declared, bool strict)
{
    struct entry entry = { .name = declared->name, .declared = declared };
    const char *name = str_to_c(c->arena, declared->name);
    static const char group[] = "Functions of the application";
    if (e->kind == SLUICE_EXPORTS_FUNCTION) {
        struct sluice_fn *fn = arena_dup(c->arena, e->row, sizeof *fn);
        fn->name = name;
        fn->group = group;
        if (strict) fn->nulls = SLUICE_STRICT;
        fn->deidentifies = false; /* what may leave is for the application to say, by RELEASE */
        fn->errors = NULL;        /* it may fail, whatever it says */
        entry.fn = fn;
    } else if (e->kind == SLUICE_EXPORTS_AGGREGATE) {
        struct sluice_agg *agg = arena_dup(c->arena, e->row, sizeof *agg);
        agg->name = name;
        agg->group = group;
        entry.agg = agg;
    } else {
        struct sluice_table_fn *table = arena_dup(c->arena, e->row, sizeof *table);
        table->name = name;
        table->group = group;
        entry.table_fn = table;
    }
    return entry;
}

static bool same_arguments(const struct fn_declared *a, const struct fn_declared *b)
{
    if (a->n_args != b->n_args) return false;
    for (uint32_t i = 0; i < a->n_args; i++) {
        if (!type_is_same_kind(a->args[i], b->args[i])) return false;
    }
    return true;
}

static void remove_at(struct fn_catalog *c, size_t i)
{
    struct entry *items = c->entries.items;
    memmove(&items[i], &items[i + 1], (--c->entries.count - i) * sizeof *items);
}

/* Whether the row takes the declared arguments and gives the declared result. What `bind` refuses it refuses again,
 * with the values, where the function is called. */
static struct status check_declared(struct arena *a, const struct entry *e, struct span at)
{
    const struct fn_declared *d = e->declared;
    struct call_site site = { a, e->name, at, d->args, NULL, d->n_args };
    struct signature s = e->fn ? (struct signature){ e->fn->args, 8, e->fn->variadic, false,
                                                     e->fn->returns, e->fn->bind, d }
                               : (struct signature){ e->agg->args, 4, false, false,
                                                     e->agg->returns, e->agg->bind, d };
    struct binding b = { .refusal = NULL };
    switch (try_signature(&site, &s, &b)) {
    case FIT_REFUSED: return OK;
    case FIT_OK: break;
    default:
        return status_new(a, ERR_TYPE_MISMATCH, at,
                          "the plug-in's function does not take (%s), as \"%.*s\" is declared",
                          types_text(&site), STR_ARG(e->name));
    }
    if (type_is_same_kind(b.result, d->returns)) return OK;
    return status_new(a, ERR_TYPE_MISMATCH, at, "the plug-in's function returns %s, \"%.*s\" %s",
                      type_text(a, b.result), STR_ARG(e->name), type_text(a, d->returns));
}

struct status fn_catalog_declare(struct fn_catalog *c, struct arena *a,
                                 const struct sluice_export *e, const struct fn_declared *declared,
                                 bool strict, bool replace, struct span at)
{
    struct fn_declared *kept = arena_dup(c->arena, declared, sizeof *declared);
    struct entry entry = entry_of(c, e, kept, strict);
    if (fn_exists(c->base, declared->name)) {
        return status_new(a, ERR_DUPLICATE_NAME, at, "\"%.*s\" is a function of Sluice's own",
                          STR_ARG(declared->name));
    }
    if (!entry.table_fn) TRY(check_declared(a, &entry, at));
    size_t i = 0;
    while (i < c->entries.count && str_compare(&c->entries.items[i].name, &entry.name) <= 0) {
        const struct entry *old = &c->entries.items[i];
        bool clash = str_equal(&old->name, &entry.name) &&
                     (!entry.fn != !old->fn || entry.table_fn ||
                      same_arguments(old->declared, kept));
        if (clash && !replace) {
            struct status st = status_new(a, ERR_DUPLICATE_NAME, at, "\"%.*s\" is already defined",
                                          STR_ARG(entry.name));
            return status_with_hint(st, "CREATE OR REPLACE defines it anew");
        }
        if (clash) remove_at(c, i);
        else i++;
    }
    array_push(c->arena, &c->entries);
    memmove(&c->entries.items[i + 1], &c->entries.items[i],
            (c->entries.count - 1 - i) * sizeof entry);
    c->entries.items[i] = entry;
    return OK;
}

bool fn_catalog_has_own(const struct fn_catalog *c, struct str name)
{
    size_t n;
    find_here(c, name, &n);
    return n > 0;
}

bool fn_catalog_remove(struct fn_catalog *c, struct str name)
{
    size_t n;
    const struct entry *first = find_here(c, name, &n);
    if (n == 0) return false;
    size_t at = (size_t)(first - c->entries.items);
    for (size_t i = 0; i < n; i++) remove_at(c, at);
    return n > 0;
}

/* ---- lists ---- */

static const char *row_group(const struct fn_row *r)
{
    const char *group = r->fn ? r->fn->group : r->agg ? r->agg->group
                                                      : r->table_fn->group;
    return group ? group : "";
}

size_t fn_catalog_rows(const struct fn_catalog *c, struct arena *a, struct fn_row **out)
{
    assert(c->sealed);
    struct fn_row *rows = ARENA_ARRAY(a, struct fn_row, c->entries.count + 1);
    size_t n = 0;
    for (size_t i = 0; i < c->entries.count; i++) {
        const struct entry *e = &c->entries.items[i];
        if (e->alias) continue;
        /* Entries are in the order of names; put in behind its group, a row keeps that order. */
        struct fn_row row = { e->fn, e->agg, e->table_fn };
        size_t at = n++;
        for (; at > 0 && strcmp(row_group(&rows[at - 1]), row_group(&row)) > 0; at--) {
            rows[at] = rows[at - 1];
        }
        rows[at] = row;
    }
    *out = rows;
    return n;
}

bool fn_choice_is_same(const struct fn_choice *c)
{
    return c->fn->kernel == fn_same_kernel;
}
