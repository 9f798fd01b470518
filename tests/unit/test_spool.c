/* test_spool.c: bodies that were answered are there after a crash, whatever it left half, and go when covered. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/secret.h"
#include "io/inbox.h"
#include "io_files.h"

static struct arena *arena;
static const char *folder;
static struct receipts *receipts;
static struct spool *spool;
static bool sealed;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    folder = files_path(arena, files_folder(arena), "spool");
    sealed = false;
    return 0;
}

static int end(void **state)
{
    (void)state;
    spool_close(spool);
    receipts_free(receipts);
    spool = NULL;
    receipts = NULL;
    arena_free(arena);
    return 0;
}

/* ---- writing ---- */

static struct status try_open(void)
{
    const struct spool_config config = { folder, "S", { 0 }, sealed };
    spool_close(spool);
    receipts_free(receipts);
    spool = NULL;
    receipts = receipts_new();
    return spool_open(arena, &config, receipts, &spool);
}

static void reopen(void)
{
    struct status st = try_open();
    if (st.err != ERR_NONE) fail_msg("%s", st.message);
}

static struct str all_receipts(void)
{
    struct snap_writer w = { 0 };
    receipts_save(receipts, &w);
    struct str out = str_copy(arena, str_view(w.out.data, w.out.len));
    buf_free(&w.out);
    return out;
}

static uint64_t add(const char *body, const char *key)
{
    struct receipt receipt = receipt_of(str_c(key ? key : ""), str_c(body), 7);
    uint64_t at = spool_add(spool, str_c(body), key ? &receipt : NULL);
    if (key) receipts_add(receipts, &receipt, false);
    return at;
}

static void sync_all(void)
{
    assert_true(spool_sync(spool, all_receipts()));
}

static void keep(const char *body)
{
    add(body, NULL);
    sync_all();
}

static void cover(uint64_t place)
{
    spool_cover(spool, place, all_receipts());
}

/* ---- reading ---- */

/* What is left, each body closed by '|', a '-' before one whose beginning was read. */
static const char *left(void)
{
    struct buf body = { 0 }, out = { 0 };
    uint64_t start, before = 0;
    bool whole, found = true;
    while (found) {
        struct status st = spool_read(spool, &body, &start, &whole, &found);
        if (st.err != ERR_NONE) fail_msg("%s", st.message);
        if (!found) break;
        assert_true(start >= before);
        before = start + body.len;
        if (!whole) buf_append_char(&out, '-');
        buf_append(&out, body.data, body.len);
        buf_append_char(&out, '|');
    }
    const char *text = str_to_c(arena, str_view(out.data, out.len));
    buf_free(&body);
    buf_free(&out);
    return text;
}

static const char *segment(uint64_t at)
{
    char name[32];
    snprintf(name, sizeof name, "%020llu", (unsigned long long)at);
    return files_path(arena, folder, name);
}

static void expect_segments(const char *expected)
{
    assert_string_equal(files_list(arena, folder), expected);
}

/* ---- tests ---- */

static void what_was_kept_is_there(void **state)
{
    (void)state;
    reopen();
    assert_string_equal(left(), "");
    assert_int_equal(add("one", NULL), 0);
    assert_int_equal(add("second", NULL), 3);
    sync_all();
    keep("third");
    assert_int_equal(spool_end(spool), 14);
    add("never synced", NULL);
    reopen();
    assert_int_equal(spool_start(spool), 0);
    assert_int_equal(spool_end(spool), 14);
    assert_string_equal(left(), "one|second|third|");
    keep("fourth");
    reopen();
    assert_string_equal(left(), "one|second|third|fourth|");
}

static void goes_on_within_a_body(void **state)
{
    (void)state;
    static const struct {
        uint64_t place;
        bool begins;
        const char *left;
    } cases[] = { { 0, true, "one|second|third|" }, { 1, false, "-ne|second|third|" },
                  { 3, true, "second|third|" },     { 8, false, "-d|third|" },
                  { 9, true, "third|" },            { 14, true, "" },
                  { 20, true, "" } };
    reopen();
    add("one", NULL);
    keep("second");
    reopen();
    keep("third");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool begins = !cases[i].begins;
        reopen();
        assert_true(spool_seek(spool, cases[i].place, &begins));
        assert_int_equal(begins, cases[i].begins);
        assert_string_equal(left(), cases[i].left);
    }
    /* behind the end: what comes next begins there */
    assert_int_equal(add("x", NULL), 20);
    sync_all();
    reopen();
    assert_string_equal(left(), "x|");
    bool begins;
    assert_false(spool_seek(spool, 19, &begins));
}

static void covered_segments_go(void **state)
{
    (void)state;
    reopen();
    keep("one");
    keep("second");
    cover(3);
    expect_segments("00000000000000000000\n");
    keep("third");
    expect_segments("00000000000000000000\n00000000000000000009\n");
    cover(8);
    expect_segments("00000000000000000000\n00000000000000000009\n");
    cover(9);
    expect_segments("00000000000000000009\n");
    cover(14);
    expect_segments("00000000000000000014\n");
    cover(14);
    expect_segments("00000000000000000014\n");
    reopen();
    assert_int_equal(spool_start(spool), 14);
    assert_string_equal(left(), "");
    keep("x");
    expect_segments("00000000000000000014\n");
    reopen();
    assert_string_equal(left(), "x|");
}

static enum receipt_match find(const char *key, const char *body)
{
    struct receipt receipt = receipt_of(str_c(key), str_c(body), 0);
    uint32_t records = 0;
    enum receipt_match match = receipts_find(receipts, &receipt, &records);
    if (match == RECEIPT_SAME) assert_int_equal(records, 7);
    return match;
}

/* Keys outlive the segments of their bodies. */
static void keys_are_known_again(void **state)
{
    (void)state;
    reopen();
    add("one", "a");
    add("second", "b");
    add("third", NULL);
    sync_all();
    reopen();
    assert_int_equal(find("a", "one"), RECEIPT_SAME);
    assert_int_equal(find("b", "one"), RECEIPT_OTHER);
    assert_int_equal(find("c", "one"), RECEIPT_NEW);
    add("fourth", "c");
    sync_all();
    cover(20);
    reopen();
    assert_string_equal(left(), "");
    assert_int_equal(find("a", "one"), RECEIPT_SAME);
    assert_int_equal(find("c", "fourth"), RECEIPT_SAME);
}

/* Bytes of the last body that never reached the disk: it was not answered, those before it were. */
static void torn_ends_are_left_out(void **state)
{
    (void)state;
    reopen();
    keep("one");
    keep("second");
    struct str whole = files_read(arena, segment(0));
    for (uint32_t n = whole.len - 1; n > 0; n--) {
        files_write(segment(0), str_data(&whole), n);
        struct status st = try_open();
        if (st.err != ERR_NONE) {
            /* within the head, which is on the disk before the segment has its name */
            assert_true(n < 32);
            continue;
        }
        const char *now = left();
        assert_true(strcmp(now, "one|") == 0 || strcmp(now, "") == 0);
        keep("next");
        reopen();
        assert_true(strstr(left(), "next|") != NULL);
        /* as it was, for the next cut */
        spool_close(spool);
        spool = NULL;
        unlink(segment(3));
    }
}

static void any_damage_is_told_or_at_the_end(void **state)
{
    (void)state;
    reopen();
    keep("one");
    keep("second");
    reopen();
    keep("third");
    struct str whole = files_read(arena, segment(0));
    for (uint32_t i = 0; i < whole.len; i++) {
        char *copy = arena_dup(arena, str_data(&whole), whole.len);
        copy[i] ^= 0x40;
        files_write(segment(0), copy, whole.len);
        struct status st = try_open();
        assert_int_equal(st.err, ERR_IO);
    }
    files_write(segment(0), str_data(&whole), whole.len);
    struct str last = files_read(arena, segment(9));
    files_write(segment(9), str_data(&last), last.len - 1);
    reopen();
    assert_string_equal(left(), "one|second|");
    unlink(segment(0));
    reopen();
    bool begins;
    assert_false(spool_seek(spool, 3, &begins));
}

static void sealed_spools(void **state)
{
    (void)state;
    secret_use_test_keys();
    sealed = true;
    reopen();
    add("a secret that is long enough to be found", "its key");
    sync_all();
    struct str file = files_read(arena, segment(0));
    assert_null(memmem(str_data(&file), file.len, "secret", 6));
    reopen();
    assert_string_equal(left(), "a secret that is long enough to be found|");
    assert_int_equal(find("its key", "a secret that is long enough to be found"), RECEIPT_SAME);
    sealed = false;
    assert_int_equal(try_open().err, ERR_BAD_OPTION);
    sealed = true;
    secret_forget();
    assert_int_equal(try_open().err, ERR_BAD_OPTION);
    secret_use_test_keys();
    sealed = false;
    folder = files_path(arena, files_folder(arena), "plain");
    reopen();
    keep("x");
    sealed = true;
    assert_int_equal(try_open().err, ERR_BAD_OPTION);
    secret_forget();
}

/* A write that fails leaves what was there before, and the next one that does not goes on behind it. */
static void full_disks(void **state)
{
    (void)state;
    struct rlimit before, small;
    reopen();
    keep("one");
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 400;
    setrlimit(RLIMIT_FSIZE, &small);
    char big[1000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = 0;
    assert_int_equal(add("small", NULL), 3);
    assert_int_equal(add(big, NULL), 8);
    assert_false(spool_sync(spool, all_receipts()));
    assert_int_equal(errno, EFBIG);
    assert_int_equal(spool_end(spool), 3);
    assert_int_equal(add("again", NULL), 3);
    sync_all();
    setrlimit(RLIMIT_FSIZE, &before);
    keep(big);
    reopen();
    assert_memory_equal(left(), "one|again|xxx", 13);
}

/* ---- receipts ---- */

static void the_oldest_receipts_go(void **state)
{
    (void)state;
    char key[16];
    receipts = receipts_new();
    for (int i = 0; i < RECEIPTS_MAX + 5; i++) {
        snprintf(key, sizeof key, "key %d", i);
        struct receipt receipt = receipt_of(str_c(key), str_c("body"), 7);
        receipts_add(receipts, &receipt, i == 7);
        if (i == 6) receipts_settle(receipts, &receipt, false);
    }
    assert_int_equal(find("key 4", "body"), RECEIPT_NEW);
    assert_int_equal(find("key 5", "body"), RECEIPT_SAME);
    assert_int_equal(find("key 6", "body"), RECEIPT_NEW);
    assert_int_equal(find("key 7", "body"), RECEIPT_UNDER_WAY);
    assert_int_equal(find("key 10004", "body"), RECEIPT_SAME);
    struct str saved = all_receipts();
    receipts_free(receipts);
    receipts = receipts_new();
    struct snap_reader r = { .p = str_data(&saved), .end = str_data(&saved) + saved.len };
    receipts_load(receipts, &r);
    assert_false(r.failed);
    assert_int_equal(find("key 5", "body"), RECEIPT_SAME);
    assert_int_equal(find("key 7", "body"), RECEIPT_NEW);
    assert_int_equal(find("key 10004", "body"), RECEIPT_SAME);
}

/* ---- inbox ---- */

static struct inbox *open_inbox(const char *where, uint64_t most)
{
    const struct inbox_config config = { most, { where, "S", { 0 }, false } };
    struct inbox *in = NULL;
    struct status st = inbox_open(arena, &config, &in);
    if (st.err != ERR_NONE) fail_msg("%s", st.message);
    assert_true(inbox_begin(in));
    return in;
}

static int done_pipe[2];

static void note_done(struct inbox_post *p)
{
    char answer = (char)p->answer;
    assert_int_equal(write(done_pipe[1], &answer, 1), 1);
}

static enum inbox_answer put(struct inbox *in, struct inbox_post *p, const char *body,
                             const char *key)
{
    *p = (struct inbox_post){ .records = 7, .keyed = key != NULL, .done = note_done };
    buf_append_c(&p->body, body);
    if (key) p->receipt = receipt_of(str_c(key), str_c(body), 7);
    enum inbox_answer answer = INBOX_FULL;
    if (inbox_reserve(in, p, strlen(body))) answer = inbox_put(in, p);
    if (answer == INBOX_LATER) {
        char came;
        assert_int_equal(read(done_pipe[0], &came, 1), 1);
        answer = (enum inbox_answer)came;
    }
    inbox_give_back(in, p);
    buf_free(&p->body);
    return answer;
}

static const char *take(struct inbox *in)
{
    struct buf body = { 0 };
    uint64_t start;
    bool whole, found;
    struct status st = inbox_take(in, &body, &start, &whole, &found);
    assert_int_equal(st.err, ERR_NONE);
    const char *text = found ? str_to_c(arena, str_view(body.data, body.len)) : "none";
    buf_free(&body);
    return text;
}

static void use_inbox(const char *where)
{
    struct inbox_post p;
    struct inbox *in = open_inbox(where, 12);
    assert_string_equal(take(in), "none");
    assert_int_equal(put(in, &p, "one", NULL), INBOX_TAKEN);
    assert_int_equal(put(in, &p, "second", "k"), INBOX_TAKEN);
    assert_false(p.repeated);
    assert_int_equal(put(in, &p, "more", NULL), INBOX_FULL);
    assert_string_equal(take(in), "one");
    assert_int_equal(put(in, &p, "second", "k"), INBOX_TAKEN);
    assert_true(p.repeated);
    assert_int_equal(put(in, &p, "other", "k"), INBOX_OTHER_KEY);
    assert_int_equal(put(in, &p, "more", NULL), INBOX_TAKEN);
    assert_string_equal(take(in), "second");
    assert_int_equal(inbox_shut(in), where != NULL);
    assert_int_equal(put(in, &p, "late", NULL), INBOX_FULL);
    if (!where) {
        assert_string_equal(take(in), "more");
        assert_true(inbox_shut(in));
        assert_string_equal(take(in), "none");
    }
    inbox_cover(in, 9);
    inbox_close(in);
}

static void an_inbox_holds_so_much(void **state)
{
    (void)state;
    assert_int_equal(pipe(done_pipe), 0);
    use_inbox(NULL);
    use_inbox(folder);
    /* what was not read is read by the next one, before anything new */
    struct inbox_post p;
    struct inbox *in = open_inbox(folder, 12);
    bool begins;
    assert_true(inbox_seek(in, 9, &begins));
    assert_true(begins);
    assert_int_equal(put(in, &p, "new", NULL), INBOX_TAKEN);
    assert_int_equal(put(in, &p, "second", "k"), INBOX_TAKEN);
    assert_true(p.repeated);
    assert_string_equal(take(in), "more");
    assert_string_equal(take(in), "new");
    assert_string_equal(take(in), "none");
    inbox_cover(in, 16);
    inbox_close(in);
    expect_segments("00000000000000000016\n");
    close(done_pipe[0]);
    close(done_pipe[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_kept_is_there, begin, end),
        cmocka_unit_test_setup_teardown(goes_on_within_a_body, begin, end),
        cmocka_unit_test_setup_teardown(covered_segments_go, begin, end),
        cmocka_unit_test_setup_teardown(keys_are_known_again, begin, end),
        cmocka_unit_test_setup_teardown(torn_ends_are_left_out, begin, end),
        cmocka_unit_test_setup_teardown(any_damage_is_told_or_at_the_end, begin, end),
        cmocka_unit_test_setup_teardown(sealed_spools, begin, end),
        cmocka_unit_test_setup_teardown(full_disks, begin, end),
        cmocka_unit_test_setup_teardown(the_oldest_receipts_go, begin, end),
        cmocka_unit_test_setup_teardown(an_inbox_holds_so_much, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
