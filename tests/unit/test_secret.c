/* test_secret.c: keys are read from safe places only, and sealing and hashing give what their standards say. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/secret.h"
#include "io_files.h"
#include "udf/deid/deid.h"

#define K1 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define K2 "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"

static struct arena *arena;
static const char *folder;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    folder = files_folder(arena);
    secret_forget();
    return 0;
}

static int end(void **state)
{
    (void)state;
    secret_forget();
    arena_free(arena);
    return 0;
}

static const char *key_file(const char *text, mode_t mode)
{
    const char *path = files_path(arena, folder, "keys");
    remove(path);
    files_write(path, text, strlen(text));
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static void refused(const char *text, mode_t mode, const char *why)
{
    struct status st = secret_load(arena, key_file(text, mode));
    assert_int_equal(st.err, ERR_BAD_OPTION);
    assert_non_null(strstr(st.message, why));
    assert_null(strstr(st.message, "000102"));
    secret_forget();
}

static void files(void **state)
{
    (void)state;
    refused("seal a " K1 "\n", 0644, "mode 0644");
    refused("seal a " K1 "\n", 0660, "mode 0660");
    refused("# nothing\n", 0600, "has no key");
    refused("seal a 000102\n", 0600, "line 1");
    refused("\nsealed a " K1 "\n", 0600, "line 2");
    refused("seal a " K1 "\nseal a " K2 "\n", 0600, "another key");
    refused("seal a/b " K1 "\n", 0600, "an id");
    refused("pseudonym a " K1 "\npseudonym b " K2 "\n", 0600, "second pseudonym key");
    assert_int_equal(secret_load(arena, folder).err, ERR_BAD_OPTION);
    assert_int_equal(secret_load(arena, files_path(arena, folder, "none")).err, ERR_BAD_OPTION);
}

static void last_key_seals(void **state)
{
    (void)state;
    const char *path = key_file("# two\nseal a " K1 "\r\nseal b " K2 "\n", 0600);
    assert_int_equal(secret_load(arena, path).err, ERR_NONE);
    assert_string_equal(secret_key(SECRET_SEAL, NULL)->id, "b");
    assert_int_equal(secret_key(SECRET_SEAL, "a")->bytes[1], 1);
    assert_null(secret_key(SECRET_SEAL, "c"));
    assert_null(secret_key(SECRET_PSEUDONYM, NULL));
    assert_int_equal(secret_add_key(arena, path).err, ERR_NONE);
    assert_string_equal(secret_key(SECRET_SEAL, NULL)->id, "k1");
}

/* A running process takes a new key; one that changed under its id is not taken. */
static void reload(void **state)
{
    (void)state;
    assert_int_equal(secret_load(arena, key_file("seal a " K1 "\n", 0600)).err, ERR_NONE);
    const struct secret_key *first = secret_key(SECRET_SEAL, NULL);
    key_file("seal a " K1 "\nseal b " K2 "\n", 0600);
    assert_ptr_equal(secret_key(SECRET_SEAL, NULL), first);
    secret_reload_soon();
    assert_string_equal(secret_key(SECRET_SEAL, NULL)->id, "b");
    assert_int_equal(first->bytes[31], 31);
    key_file("seal b " K1 "\n", 0600);
    secret_reload_soon();
    assert_int_equal(secret_key(SECRET_SEAL, NULL)->bytes[0], 0x80);
}

static void environment(void **state)
{
    (void)state;
    setenv("SLUICE_KEYS", "seal e " K1 ";pseudonym p " K2, 1);
    assert_int_equal(secret_take_environment(arena).err, ERR_NONE);
    assert_null(getenv("SLUICE_KEYS"));
    assert_string_equal(secret_key(SECRET_PSEUDONYM, NULL)->id, "p");
}

static void new_file(void **state)
{
    (void)state;
    const char *path = files_path(arena, folder, "made");
    struct stat s;
    assert_int_equal(secret_create_file(arena, path).err, ERR_NONE);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 07777, 0600);
    assert_int_equal(secret_load(arena, path).err, ERR_NONE);
    assert_non_null(secret_key(SECRET_PSEUDONYM, NULL));
    assert_string_equal(secret_key(SECRET_SEAL, NULL)->id, "k1");
    assert_int_equal(secret_create_file(arena, path).err, ERR_IO);
}

/* ---- known answers ---- */

static void unhex(const char *hex, uint8_t *out)
{
    for (size_t i = 0; hex[2 * i]; i++) {
        unsigned v;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
        out[i] = (uint8_t)v;
    }
}

/* draft-irtf-cfrg-xchacha-03, appendix A.3.1: nonce, ciphertext and tag in one text. */
static void xchacha(void **state)
{
    (void)state;
    static const char plain[] =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        "future, sunscreen would be it.";
    uint8_t key[32], bound[12], sealed[24 + 114 + 16];
    unhex(K2, key);
    unhex("50515253c0c1c2c3c4c5c6c7", bound);
    unhex("404142434445464748494a4b4c4d4e4f5051525354555657"
          "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
          "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
          "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
          "21f9664c97637da9768812f615c68b13b52e"
          "c0875924c1c7987947deafd8780acf49",
          sealed);
    struct secret_key k = { .id = "t", .use = SECRET_SEAL, .bytes = key };
    struct buf out = { 0 };
    struct str place = str_view((char *)bound, sizeof bound);
    assert_true(secret_open(&k, place, str_view((char *)sealed, sizeof sealed), &out));
    assert_int_equal(out.len, sizeof plain - 1);
    assert_memory_equal(out.data, plain, out.len);
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        assert_false(secret_open(&k, place, str_view((char *)sealed, sizeof sealed), &out));
        sealed[i] ^= 1;
    }
    for (size_t n = 0; n < sizeof sealed; n++)
        assert_false(secret_open(&k, place, str_view((char *)sealed, n), &out));
    assert_false(secret_open(&k, STR_EMPTY, str_view((char *)sealed, sizeof sealed), &out));
    key[0] ^= 1;
    assert_false(secret_open(&k, place, str_view((char *)sealed, sizeof sealed), &out));
    buf_free(&out);
}

static void seals(void **state)
{
    (void)state;
    secret_use_test_keys();
    const struct secret_key *k = secret_key(SECRET_SEAL, NULL);
    struct buf one = { 0 }, two = { 0 }, back = { 0 };
    secret_seal(k, str_c("place"), str_c("Ada Abbott"), &one);
    secret_seal(k, str_c("place"), str_c("Ada Abbott"), &two);
    assert_int_equal(one.len, 10 + SECRET_SEAL_EXTRA);
    assert_memory_not_equal(one.data, two.data, one.len);
    assert_true(secret_open(k, str_c("place"), str_view(one.data, one.len), &back));
    assert_string_equal(buf_c(&back), "Ada Abbott");
    buf_free(&one);
    buf_free(&two);
    buf_free(&back);
}

/* Keyed BLAKE2b-256 by an implementation of its own (Python's hashlib), and both hashes are the same one. */
static void hashes(void **state)
{
    (void)state;
    uint8_t key[32], one[32], two[32], expected[32];
    struct secret_key k = { .id = "t", .use = SECRET_PSEUDONYM, .bytes = key };
    const struct str parts[] = { str_c("billing"), str_c("patient0007") };
    struct sluice_str first = sluice_str_view("billing", 7);
    struct sluice_str second = sluice_str_view("patient0007", 11);
    unhex(K1, key);
    unhex("cc0eb1ceff2c58c44c1b28d0d44820c884a46920bb938321528831b6ba2ec267", expected);
    secret_hash(&k, "sluice pseudonym", parts, 2, one, sizeof one);
    deid_hash_with(key, "sluice pseudonym", &first, &second, two);
    assert_memory_equal(one, expected, sizeof one);
    assert_memory_equal(two, expected, sizeof two);
    const struct str shifted[] = { str_c("billingp"), str_c("atient0007") };
    secret_hash(&k, "sluice pseudonym", shifted, 2, two, sizeof two);
    assert_memory_not_equal(one, two, sizeof one);
}

static void needed(void **state)
{
    (void)state;
    assert_null(secret_refusal(SECRET_SEAL));
    secret_require();
    assert_non_null(strstr(secret_refusal(SECRET_SEAL), "sealing key"));
    assert_non_null(strstr(secret_refusal(SECRET_PSEUDONYM), "pseudonym key"));
    secret_use_test_keys();
    assert_null(secret_refusal(SECRET_SEAL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files, begin, end),
        cmocka_unit_test_setup_teardown(last_key_seals, begin, end),
        cmocka_unit_test_setup_teardown(reload, begin, end),
        cmocka_unit_test_setup_teardown(environment, begin, end),
        cmocka_unit_test_setup_teardown(new_file, begin, end),
        cmocka_unit_test_setup_teardown(xchacha, begin, end),
        cmocka_unit_test_setup_teardown(seals, begin, end),
        cmocka_unit_test_setup_teardown(hashes, begin, end),
        cmocka_unit_test_setup_teardown(needed, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
