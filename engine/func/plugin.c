/*
 * plugin.c: 'file.so:symbol' to the row that the symbol stands for.
 *
 * What a symbol points at is believed only when the object's symbol table says that it is data of the right size, and
 * the data begins as every export does: a mistyped name must not make the engine read code as pointers.
 */

#include "func/plugin.h"

#include <dlfcn.h>
#include <link.h>

/* Whether the symbol is an object that is large enough to be an export. */
static bool is_data(void *symbol)
{
    Dl_info info;
    const ElfW(Sym) *entry = NULL;
    if (!dladdr1(symbol, &info, (void **)&entry, RTLD_DL_SYMENT) || !entry) return false;
    return (entry->st_info & 0xf) == STT_OBJECT && entry->st_size >= sizeof(struct sluice_export);
}

/* The part of a row that is missing, or NULL. */
static const char *missing_part(const struct sluice_export *e)
{
    const struct sluice_fn *fn = e->row;
    const struct sluice_agg *agg = e->row;
    const struct sluice_table_fn *table = e->row;
    switch (e->kind) {
    case SLUICE_EXPORTS_FUNCTION: return fn->kernel ? NULL : "kernel";
    case SLUICE_EXPORTS_AGGREGATE:
        return !agg->size    ? "size"
               : !agg->step  ? "step"
               : !agg->merge ? "merge"
               : !agg->value ? "value"
               : !agg->save  ? "save"
               : !agg->load  ? "load"
                             : NULL;
    default:
        return !table->bind    ? "bind"
               : !table->open  ? "open"
               : !table->push  ? "push"
               : !table->save  ? "save"
               : !table->load  ? "load"
               : !table->close ? "close"
                               : NULL;
    }
}

static struct status no_function(struct arena *a, struct span at, const char *path,
                                 const char *symbol)
{
    struct status st = status_new(a, ERR_BAD_PLUGIN, at, "%s of %s is no function for Sluice",
                                  symbol, path);
    return status_with_hint(st, "SLUICE_EXPORT of sluice.h makes one");
}

static struct status check_export(struct arena *a, struct span at, const char *path,
                                  const char *symbol, const struct sluice_export *e)
{
    if (!is_data((void *)(uintptr_t)e) || e->magic != SLUICE_EXPORT_MAGIC)
        return no_function(a, at, path, symbol);
    if (e->api_version != SLUICE_API_VERSION) {
        struct status st =
            status_new(a, ERR_BAD_PLUGIN, at,
                       "%s of %s was built for version %d of sluice.h; this is version %d", symbol,
                       path, e->api_version, SLUICE_API_VERSION);
        return status_with_hint(st, "build the plug-in with this program's sluice.h");
    }
    bool known = e->kind >= SLUICE_EXPORTS_FUNCTION && e->kind <= SLUICE_EXPORTS_TABLE_FUNCTION;
    if (!known || !e->row)
        return no_function(a, at, path, symbol);
    const char *missing = missing_part(e);
    if (!missing) return OK;
    return status_new(a, ERR_BAD_PLUGIN, at, "%s of %s has no \"%s\"", symbol, path, missing);
}

struct status plugin_load(struct arena *a, const char *base_dir, struct str name, struct span at,
                          const struct sluice_export **out)
{
    const char *whole = str_to_c(a, name);
    const char *colon = strrchr(whole, ':');
    if (!colon || colon == whole || !colon[1])
        return status_with_hint(status_new(a, ERR_BAD_PLUGIN, at, "'%s' names no file and symbol",
                                           whole),
                                "EXTERNAL NAME 'file.so:symbol'");
    const char *file = str_to_c(a, str_view(whole, (size_t)(colon - whole)));
    const char *path = *file == '/' ? file : str_format_c(a, "%s/%s", base_dir, file);
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) return status_new(a, ERR_BAD_PLUGIN, at, "cannot load %s: %s", file, dlerror());
    void *symbol = dlsym(object, colon + 1);
    if (!symbol)
        return status_new(a, ERR_BAD_PLUGIN, at, "there is no symbol \"%s\" in %s", colon + 1,
                          file);
    TRY(check_export(a, at, file, colon + 1, symbol));
    *out = symbol;
    return OK;
}
