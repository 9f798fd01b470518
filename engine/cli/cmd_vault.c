/* cmd_vault.c: `sluice vault`: makes, reads, seals again and checks the file that a vault: sink fills. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "io/vault.h"

static void print_line(const char *line)
{
    puts(line);
}

/* ---- one function an action; the vault is open, the keys are read ---- */

static void print_text(struct str text)
{
    fwrite(str_data(&text), 1, text.len, stdout);
}

static struct status get_rejects(const struct cli_args *args, struct vault *v)
{
    if (args->n_operands > 3)
        return status_new(args->arena, ERR_USAGE, SPAN_NONE,
                          "get --rejects takes one source, or none");
    const char *source = args->n_operands == 3 ? args->operands[2] : NULL;
    return vault_get_rejects(v, source, cli_has(args, "raw"), print_text);
}

static struct status get(const struct cli_args *args, struct vault *v)
{
    if (cli_has(args, "rejects")) return get_rejects(args, v);
    struct vault_table t;
    struct buf out = { 0 };
    size_t n = args->n_operands - 2;
    struct str *key = ARENA_ARRAY(args->arena, struct str, n + 1);
    for (size_t i = 0; i < n; i++) key[i] = str_c(args->operands[i + 2]);
    TRY(vault_find(v, cli_value(args, "table"), &t));
    struct status st = vault_get(v, &t, key, n, &out);
    fwrite(out.data ? out.data : "", 1, out.len, stdout);
    if (out.data) secret_wipe(out.data, out.cap);
    buf_free(&out);
    return st;
}

/* The tables that were asked for: one, or all. */
static struct status table_names(const struct cli_args *args, struct vault *v, const char ***names,
                                 size_t *n)
{
    const char *name = cli_value(args, "table");
    if (!name) return vault_tables(v, args->arena, names, n);
    *names = ARENA_ARRAY(args->arena, const char *, 1);
    (*names)[0] = name;
    *n = 1;
    return OK;
}

static struct status tell_pipeline(const struct cli_args *args)
{
    const char *pid = cli_value(args, "pid");
    if (!pid) return OK;
    long number = strtol(pid, NULL, 10);
    if (number > 1 && kill((pid_t)number, SIGHUP) == 0) return OK;
    return status_new(args->arena, ERR_USAGE, SPAN_NONE, "--pid %s is no process to signal", pid);
}

static struct status rotate(const struct cli_args *args, struct vault *v)
{
    const char **names, *keys = cli_value(args, "keys");
    size_t n;
    if (!keys && !cli_has(args, "same-key"))
        return status_new(args->arena, ERR_USAGE, SPAN_NONE,
                          "rotate puts a new key into a key file: --keys FILE, or --same-key");
    if (!cli_has(args, "same-key")) TRY(secret_add_key(args->arena, keys));
    TRY(tell_pipeline(args));
    TRY(table_names(args, v, &names, &n));
    for (size_t i = 0; i < n; i++) {
        struct vault_table t;
        uint64_t rows;
        TRY(vault_find(v, names[i], &t));
        TRY(vault_rotate(v, &t, &rows));
        printf("%s: %llu %s sealed by key %s\n", t.name, (unsigned long long)rows,
               rows == 1 ? "row" : "rows", secret_key(SECRET_SEAL, NULL)->id);
    }
    return OK;
}

static struct status verify(const struct cli_args *args, struct vault *v)
{
    const char **names;
    size_t n;
    uint64_t all = 0;
    TRY(table_names(args, v, &names, &n));
    for (size_t i = 0; i < n; i++) {
        struct vault_table t;
        uint64_t faults, rows;
        TRY(vault_find(v, names[i], &t));
        TRY(vault_verify(v, &t, print_line, &faults, &rows));
        if (faults == 0)
            printf("%s: %llu %s, all as they were sealed\n", t.name, (unsigned long long)rows,
                   rows == 1 ? "row" : "rows");
        all += faults;
    }
    if (all == 0) return OK;
    return status_new(args->arena, ERR_DATA, SPAN_NONE, "the vault %s is not what was sealed",
                      args->operands[1]);
}

static struct status audit(const struct cli_args *args, struct vault *v)
{
    (void)args;
    return vault_audit(v, print_line);
}

/* ---- the command ---- */

struct action {
    const char *name;
    struct status (*run)(const struct cli_args *args, struct vault *v);
    bool more; /* operands behind the file */
};

static const struct action actions[] = {
    { "get", get, true },
    { "rotate", rotate, false },
    { "verify", verify, false },
    { "audit", audit, false },
};
enum {
    N_ACTIONS = sizeof actions / sizeof *actions
};

static const char *action_name(const void *arg, size_t i)
{
    (void)arg;
    return i < N_ACTIONS ? actions[i].name : i == N_ACTIONS ? "init"
                                                            : NULL;
}

static struct status act(const struct cli_args *args, const struct action *action)
{
    struct vault *v = NULL;
    const char *keys = cli_value(args, "keys");
    if (keys) TRY(secret_load(args->arena, keys));
    TRY(vault_open(args->arena, args->operands[1], &v));
    struct status st = action->run(args, v);
    fflush(stdout); /* what was found stands before the failure */
    vault_close(v);
    return st;
}

static enum exit_code vault(const struct cli_args *args)
{
    const char *word = args->operands[0];
    const struct action *action = NULL;
    bool init = strcmp(word, "init") == 0;
    for (size_t i = 0; i < N_ACTIONS; i++) {
        if (strcmp(actions[i].name, word) == 0) action = &actions[i];
    }
    if (!action && !init) {
        const char *near = cli_nearest(word, action_name, NULL);
        return near ? cli_usage("vault", "vault has no \"%s\"; did you mean \"%s\"?", word, near)
                    : cli_usage("vault", "vault has no \"%s\"", word);
    }
    if (args->n_operands > 2 && (init || !action->more))
        return cli_usage("vault", "vault %s takes one file", word);
    struct status st = init ? vault_init(args->arena, args->operands[1], cli_value(args, "keys"))
                            : act(args, action);
    return st.err == ERR_NONE ? EXIT_DONE : cli_failed(&st);
}

static const struct cli_option options[] = {
    { "keys", "FILE", false,
      "the key file, of mode 0600; init makes it when it is not\n"
      "there. Without it, SLUICE_KEYS" },
    { "table", "T", false, "one table of the vault; needed for get when there are several" },
    { "rejects", NULL, false, "get: the records that did not fit, of one source or all" },
    { "raw", NULL, false, "get --rejects: the records alone, as they came" },
    { "pid", "N", false, "rotate: the pipeline that gets SIGHUP, so that it takes the new key" },
    { "same-key", NULL, false, "rotate: no new key, only what the last one has not sealed yet" },
    { 0 },
};

const struct command cmd_vault = {
    .name = "vault",
    .operands = "ACTION FILE",
    .summary = "looks after the encrypted cross-reference",
    .text =
        "  init FILE        makes an empty vault, and the key file\n"
        "  get FILE KEY...  prints the row with this key, opened; the audit notes it\n"
        "  get FILE --rejects [SOURCE]\n"
        "                   prints the records that did not fit their source, opened\n"
        "  rotate FILE      puts a new key into the key file and seals all rows by it,\n"
        "                   also while a pipeline writes\n"
        "  verify FILE      finds changed, swapped and missing rows; exit code 1\n"
        "  audit FILE       who asked for which row, and when\n"
        "\n"
        "  sluice vault init people.vault --keys keys\n"
        "  sluice run app.sql --keys keys --sink PEOPLE='vault:people.vault?table=T'\n"
        "  sluice vault get people.vault patient0007 --keys keys\n",
    .options = options,
    .operands_min = 2,
    .operands_max = UINT32_MAX,
    .run = vault,
};
