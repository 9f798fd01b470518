/*
 * describe_stack.c: CloudFormation templates and Terraform's JSON.
 *
 * Of a template's functions those are worked out whose result the file knows: parameters with defaults, joins,
 * substitutions. The rest stands as ${Name}, and the context says so: nearly always it is an ARN, which no one
 * needs here.
 */

#include "io/describe.h"

#include "base/log.h"

/* ---- a template's functions ---- */

static const struct str *known_name(const struct describe_context *c, struct str name)
{
    for (size_t i = 0; i < c->names.count; i++) {
        if (str_equal(&c->names.items[i].name, &name)) return &c->names.items[i].value;
    }
    return NULL;
}

static struct str placeholder(struct describe_context *c, struct str name)
{
    c->opaque = true;
    return str_format(c->arena, "${%.*s}", STR_ARG(name));
}

static struct str reference(struct describe_context *c, struct str name)
{
    const struct str *value = known_name(c, name);
    return value ? *value : placeholder(c, name);
}

/* A.B of "A.B" or ["A", "B"]. */
static struct str attribute(struct describe_context *c, const struct doc_node *node)
{
    if (node->kind != DOC_LIST) return placeholder(c, describe_text(c, node));
    struct buf out = { 0 };
    for (uint32_t i = 0; i < node->count; i++) {
        if (i) buf_append_char(&out, '.');
        buf_append_str(&out, describe_text(c, node->items[i]));
    }
    struct str name = str_copy(c->arena, str_view(out.data ? out.data : "", out.len));
    buf_free(&out);
    return placeholder(c, name);
}

/* ["delimiter", [parts]] */
static struct str joined(struct describe_context *c, const struct doc_node *node)
{
    if (node->kind != DOC_LIST || node->count != 2 || node->items[1]->kind != DOC_LIST)
        return placeholder(c, str_c("Fn::Join"));
    struct str delimiter = describe_text(c, node->items[0]);
    const struct doc_node *parts = node->items[1];
    struct buf out = { 0 };
    for (uint32_t i = 0; i < parts->count; i++) {
        if (i) buf_append_str(&out, delimiter);
        buf_append_str(&out, describe_text(c, parts->items[i]));
    }
    struct str text = str_copy(c->arena, str_view(out.data ? out.data : "", out.len));
    buf_free(&out);
    return text;
}

/* The value of ${name} in a substitution: its own map first. */
static struct str substitute(struct describe_context *c, const struct doc_node *own,
                             struct str name)
{
    const struct doc_node *value = own ? doc_get(own, str_to_c(c->arena, name)) : NULL;
    return value ? describe_text(c, value) : reference(c, name);
}

/* "text with ${Name} and ${!Literal}", or [text, {Name: value}]. */
static struct str substituted(struct describe_context *c, const struct doc_node *node)
{
    const struct doc_node *own = NULL;
    if (node->kind == DOC_LIST && node->count > 0) {
        own = node->count > 1 ? node->items[1] : NULL;
        node = node->items[0];
    }
    if (node->kind == DOC_LIST || node->kind == DOC_MAP) return placeholder(c, str_c("Fn::Sub"));
    const char *p = str_data(&node->text), *end = p + node->text.len;
    struct buf out = { 0 };
    while (p < end) {
        const char *close = end - p > 2 && p[0] == '$' && p[1] == '{'
                                ? memchr(p, '}', (size_t)(end - p))
                                : NULL;
        if (!close) {
            buf_append_char(&out, *p++);
            continue;
        }
        c->substituted = true;
        struct str name = str_view(p + 2, (size_t)(close - p - 2));
        if (p[2] == '!') buf_printf(&out, "${%.*s}", (int)(close - p - 3), p + 3);
        else buf_append_str(&out, substitute(c, own, name));
        p = close + 1;
    }
    struct str text = str_copy(c->arena, str_view(out.data ? out.data : "", out.len));
    buf_free(&out);
    return text;
}

/* [condition, then, else]: what holds when nobody says otherwise cannot be known; the first is taken. */
static struct str chosen(struct describe_context *c, const struct doc_node *node)
{
    if (node->kind != DOC_LIST || node->count != 3) return placeholder(c, str_c("Fn::If"));
    c->opaque = true;
    return describe_text(c, node->items[1]);
}

struct str describe_text(struct describe_context *c, const struct doc_node *node)
{
    if (node->kind == DOC_NULL) return STR_EMPTY;
    if (node->kind == DOC_LIST)
        return node->count == 1 ? describe_text(c, node->items[0]) : placeholder(c, str_c("list"));
    if (node->kind != DOC_MAP) return node->text;
    if (node->count != 1) return placeholder(c, str_c("object"));
    const struct doc_pair *pair = &node->pairs[0];
    if (str_equal_c(pair->name, "Ref")) return reference(c, describe_text(c, pair->value));
    if (str_equal_c(pair->name, "Fn::GetAtt")) return attribute(c, pair->value);
    if (str_equal_c(pair->name, "Fn::Join")) return joined(c, pair->value);
    if (str_equal_c(pair->name, "Fn::Sub")) return substituted(c, pair->value);
    if (str_equal_c(pair->name, "Fn::If")) return chosen(c, pair->value);
    if (str_equal_c(pair->name, "Fn::ImportValue"))
        return placeholder(c, describe_text(c, pair->value));
    return placeholder(c, pair->name);
}

/* ---- CloudFormation ---- */

/* Defaults of parameters, and what resources are called: a Ref to a resource is its name, or its logical id. */
static void learn_names(struct describe_context *c, const struct doc_node *root)
{
    const struct doc_node *parameters = doc_get(root, "Parameters");
    for (uint32_t i = 0; parameters && parameters->kind == DOC_MAP && i < parameters->count; i++) {
        const struct doc_node *value = doc_get(parameters->pairs[i].value, "Default");
        if (!value || value->kind == DOC_LIST || value->kind == DOC_MAP) continue;
        *array_push(c->arena, &c->names) =
            (struct describe_names){ parameters->pairs[i].name, value->text };
    }
}

/* "AWS::KinesisAnalytics::X" and V2 of it: X, or NULL. */
static const char *analytics_type(struct describe_context *c, const struct doc_node *resource)
{
    const struct doc_node *type = doc_get(resource, "Type");
    if (!type || type->kind != DOC_TEXT) return NULL;
    const char *text = str_to_c(c->arena, type->text);
    if (strncmp(text, "AWS::KinesisAnalytics::", 23) == 0) return text + 23;
    return strncmp(text, "AWS::KinesisAnalyticsV2::", 25) == 0 ? text + 25 : NULL;
}

static struct status read_application(struct describe_context *c, const struct doc_pair *resource)
{
    const struct doc_node *properties = doc_get(resource->value, "Properties");
    if (!properties)
        return status_new(c->arena, ERR_BAD_OPTION, resource->at, "\"%.*s\" has no Properties",
                          STR_ARG(resource->name));
    struct described *d = describe_new(c, properties);
    d->logical_id = resource->name;
    d->at = resource->at;
    TRY(describe_application(c, properties, d));
    if (d->name.len == 0) d->name = resource->name;
    return OK;
}

static bool is_application(struct describe_context *c, const struct doc_node *resource)
{
    const char *type = analytics_type(c, resource);
    return type && strcmp(type, "Application") == 0;
}

/* Whether a part of the template is an application of SQL. */
static bool is_of_sql(struct describe_context *c, const struct doc_node *resource)
{
    const struct doc_node *runtime, *properties = doc_get(resource, "Properties");
    return is_application(c, resource) &&
           (!properties || describe_runs_on_sql(c, properties, &runtime));
}

static void tell_passed(struct str name, const struct doc_node *runtime)
{
    log_message(LOG_WARNING, "\"%.*s\" runs on %.*s, not on SQL: it is left out", STR_ARG(name),
                STR_ARG(runtime->text));
}

/* An application of another kind, beside one of SQL: it is told of, and what belongs to it is known by its names. */
static void pass_by(struct describe_context *c, const struct doc_pair *resource)
{
    const struct doc_node *runtime, *properties = doc_get(resource->value, "Properties");
    const struct doc_node *name = doc_get(properties, "ApplicationName");
    *array_push(c->arena, &c->passed) = resource->name;
    if (name) *array_push(c->arena, &c->passed) = describe_text(c, name);
    describe_runs_on_sql(c, properties, &runtime);
    tell_passed(resource->name, runtime);
}

static bool was_passed(struct describe_context *c, const struct doc_node *properties)
{
    const struct doc_node *name = doc_get(properties, "ApplicationName"),
                          *ref = doc_get(name, "Ref");
    struct str text = name ? describe_text(c, ref ? ref : name) : STR_EMPTY;
    for (size_t i = 0; i < c->passed.count; i++) {
        if (str_equal(&c->passed.items[i], &text)) return true;
    }
    return false;
}

/* The application that a resource belongs to: by Ref, by name, or because there is one. */
static struct described *owner_of(struct describe_context *c, const struct doc_node *properties)
{
    const struct doc_node *name = doc_get(properties, "ApplicationName");
    const struct doc_node *ref = doc_get(name, "Ref");
    struct described_list *list = c->list;
    struct str text = name ? describe_text(c, ref ? ref : name) : STR_EMPTY;
    for (size_t i = 0; i < list->items.count; i++) {
        struct described *d = &list->items.items[i];
        if (str_equal(&d->logical_id, &text) || str_equal(&d->name, &text)) return d;
    }
    if (list->items.count == 1 && (!name || name->kind == DOC_MAP)) return &list->items.items[0];
    return NULL;
}

static struct status read_addition(struct describe_context *c, const struct doc_pair *resource,
                                   const char *type)
{
    const struct doc_node *properties = doc_get(resource->value, "Properties");
    const struct doc_node *name = doc_get(properties, "ApplicationName");
    struct described *d = properties ? owner_of(c, properties) : NULL;
    if (!d) {
        struct status st = status_new(c->arena, ERR_BAD_OPTION, name ? name->at : resource->at,
                                      "\"%.*s\" belongs to an application that is not in the file",
                                      STR_ARG(resource->name));
        return status_with_hint(st, "name the template with the application, too, and before it");
    }
    const struct doc_node *output = doc_get(properties, "Output");
    const struct doc_node *table = doc_get(properties, "ReferenceDataSource");
    bool is_output = strcmp(type, "ApplicationOutput") == 0;
    bool is_table = strcmp(type, "ApplicationReferenceDataSource") == 0;
    if (is_output && output) return describe_add_output(c, output, d);
    if (is_table && table) return describe_add_table(c, table, d);
    if (!is_output && !is_table) return OK; /* logging */
    return status_new(c->arena, ERR_BAD_OPTION, resource->at, "\"%.*s\" has no %s",
                      STR_ARG(resource->name), is_output ? "Output" : "ReferenceDataSource");
}

struct status describe_stack(struct describe_context *c, const struct doc_node *root)
{
    const struct doc_node *resources = doc_get(root, "Resources");
    size_t before = c->list->items.count, others = 0;
    c->form = "CloudFormation template";
    learn_names(c, root);
    if (resources->kind != DOC_MAP)
        return status_new(c->arena, ERR_BAD_OPTION, resources->at, "Resources should be a map");
    bool of_sql = false;
    for (uint32_t i = 0; i < resources->count; i++)
        of_sql |= is_of_sql(c, resources->pairs[i].value);
    for (uint32_t i = 0; i < resources->count; i++) {
        const struct doc_pair *r = &resources->pairs[i];
        if (!is_application(c, r->value)) continue;
        if (of_sql && !is_of_sql(c, r->value)) pass_by(c, r);
        else TRY(read_application(c, r));
    }
    for (uint32_t i = 0; i < resources->count; i++) {
        const char *type = analytics_type(c, resources->pairs[i].value);
        if (!type || strcmp(type, "Application") == 0) continue;
        if (was_passed(c, doc_get(resources->pairs[i].value, "Properties"))) continue;
        others++;
        TRY(read_addition(c, &resources->pairs[i], type));
    }
    if (c->list->items.count > before || others) return OK;
    return status_new(c->arena, ERR_BAD_OPTION, resources->at,
                      "this template has no application of Kinesis Analytics");
}

/* ---- Terraform ---- */

/* The values of a managed resource that is an application; NULL: it is none. */
static const struct doc_node *application_of(const struct doc_node *resource)
{
    const struct doc_node *type = doc_get(resource, "type"), *mode = doc_get(resource, "mode");
    const struct doc_node *values = doc_get(resource, "values");
    if (!type || !values || (mode && !str_equal_c(mode->text, "managed"))) return NULL;
    bool known = str_equal_c(type->text, "aws_kinesis_analytics_application") ||
                 str_equal_c(type->text, "aws_kinesisanalyticsv2_application");
    return known ? values : NULL;
}

static bool module_has_sql(struct describe_context *c, const struct doc_node *module, int depth)
{
    const struct doc_node *resources = doc_get(module, "resources"), *runtime;
    const struct doc_node *children = doc_get(module, "child_modules");
    if (depth > DOC_DEPTH_MAX) return false;
    for (uint32_t i = 0; resources && resources->kind == DOC_LIST && i < resources->count; i++) {
        const struct doc_node *values = application_of(resources->items[i]);
        if (values && describe_runs_on_sql(c, values, &runtime)) return true;
    }
    for (uint32_t i = 0; children && children->kind == DOC_LIST && i < children->count; i++) {
        if (module_has_sql(c, children->items[i], depth + 1)) return true;
    }
    return false;
}

/* of_sql: an application of SQL is there, somewhere: others are passed by. */
static struct status read_module(struct describe_context *c, const struct doc_node *module,
                                 bool of_sql, int depth)
{
    const struct doc_node *resources = doc_get(module, "resources");
    const struct doc_node *children = doc_get(module, "child_modules");
    if (depth > DOC_DEPTH_MAX) return OK;
    for (uint32_t i = 0; resources && resources->kind == DOC_LIST && i < resources->count; i++) {
        const struct doc_node *r = resources->items[i], *values = application_of(r), *runtime;
        if (!values) continue;
        if (of_sql && !describe_runs_on_sql(c, values, &runtime)) {
            tell_passed(doc_get(r, "address") ? doc_get(r, "address")->text : STR_EMPTY, runtime);
            continue;
        }
        struct described *d = describe_new(c, r);
        TRY(describe_application(c, values, d));
        if (doc_get(r, "address")) d->logical_id = doc_get(r, "address")->text;
    }
    for (uint32_t i = 0; children && children->kind == DOC_LIST && i < children->count; i++)
        TRY(read_module(c, children->items[i], of_sql, depth + 1));
    return OK;
}

struct status describe_terraform(struct describe_context *c, const struct doc_node *root)
{
    const struct doc_node *values = doc_get(root, "planned_values");
    size_t before = c->list->items.count;
    c->form = values ? "Terraform plan" : "Terraform state";
    if (!values) values = doc_get(root, "values");
    if (!values) {
        struct status st = status_new(c->arena, ERR_BAD_OPTION, root->at,
                                      "this is Terraform's own state, whose form changes");
        return status_with_hint(st, "let `terraform show -json` write it");
    }
    const struct doc_node *root_module = doc_get(values, "root_module");
    TRY(read_module(c, root_module, module_has_sql(c, root_module, 0), 0));
    if (c->list->items.count > before) return OK;
    return status_new(c->arena, ERR_BAD_OPTION, values->at,
                      "there is no application of Kinesis Analytics in it");
}
