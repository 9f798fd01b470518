/*
 * pseudonym.c: PSEUDONYM, the same name for the same value of a domain, and TOKEN, a name without any relation.
 *
 * A pseudonym is the first half of keyed BLAKE2b (RFC 7693) over purpose, domain and value, each with its length before
 * it. Without the key nobody can try values; with it everybody can, so it is kept apart from sealing keys.
 */

#include <sodium.h>

#include "udf/deid/deid.h"

enum {
    NAME_BYTES = 16,
    NAME_SIZE = 2 * NAME_BYTES
};

static void add_part(crypto_generichash_state *h, const void *p, size_t n)
{
    uint8_t size[8];
    for (int i = 0; i < 8; i++) size[i] = (uint8_t)((uint64_t)n >> (8 * i));
    crypto_generichash_update(h, size, sizeof size);
    if (n) crypto_generichash_update(h, p, n);
}

void deid_hash_with(const uint8_t *key, const char *purpose, const struct sluice_str *first,
                    const struct sluice_str *second, uint8_t out[DEID_HASH_BYTES])
{
    crypto_generichash_state h;
    crypto_generichash_init(&h, key, SLUICE_KEY_BYTES, DEID_HASH_BYTES);
    add_part(&h, purpose, strlen(purpose));
    add_part(&h, sluice_str_data(first), first->len);
    add_part(&h, sluice_str_data(second), second->len);
    crypto_generichash_final(&h, out, DEID_HASH_BYTES);
    sodium_memzero(&h, sizeof h);
}

bool deid_hash(const char *purpose, const struct sluice_str *first, const struct sluice_str *second,
               uint8_t out[DEID_HASH_BYTES])
{
    const uint8_t *key = sluice_key(SLUICE_KEY_PSEUDONYM, NULL, NULL);
    if (key) deid_hash_with(key, purpose, first, second, out);
    return key != NULL;
}

bool deid_needs(struct sluice_bind *b, enum sluice_key_use use)
{
    b->refusal = sluice_key_refusal(use);
    return b->refusal == NULL;
}

static void give_name(struct sluice_call *c, uint32_t row, const uint8_t *bytes)
{
    char *hex = sluice_alloc(c, NAME_SIZE + 1);
    sodium_bin2hex(hex, NAME_SIZE + 1, bytes, NAME_BYTES);
    deid_give(c, row, hex, NAME_SIZE);
}

static void pseudonym(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        const struct sluice_str *value = deid_str(c, 0, row);
        uint8_t hash[DEID_HASH_BYTES];
        if (value->len == 0)
            deid_give(c, row, "", 0);
        else if (deid_hash("sluice pseudonym", deid_str(c, 1, row), value, hash))
            give_name(c, row, hash);
        else
            sluice_fault(c, row, SLUICE_FAULT_DATA, "PSEUDONYM: there is no pseudonym key");
    }
}

static bool bind_pseudonym(struct sluice_bind *b)
{
    b->result = (struct sluice_type){ .kind = SLUICE_VARCHAR, .length = NAME_SIZE };
    return deid_needs(b, SLUICE_KEY_PSEUDONYM);
}

static void token(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        uint8_t bytes[NAME_BYTES];
        if (deid_str(c, 0, row)->len == 0) {
            deid_give(c, row, "", 0);
            continue;
        }
        randombytes_buf(bytes, sizeof bytes);
        give_name(c, row, bytes);
    }
}

static bool bind_token(struct sluice_bind *b)
{
    b->result = (struct sluice_type){ .kind = SLUICE_VARCHAR, .length = NAME_SIZE };
    return sodium_init() >= 0;
}

static const struct sluice_fn functions[] = {
    {
        .name = "PSEUDONYM",
        .group = "De-identification",
        .args = { { .name = "value", .class = SLUICE_CLASS_TEXT },
                  { .name = "domain", .class = SLUICE_CLASS_TEXT } },
        .errors = "22000",
        .bind = bind_pseudonym,
        .kernel = pseudonym,
        .doc = "A name of 32 hexadecimal digits for the value: always the same in one domain, "
               "another in the next, so that records of one subject can be joined within a "
               "domain and not across. Hides the value from everybody without the pseudonym key. "
               "Leaves which records belong together, and how often a value occurs. Settles no "
               "item of HIPAA Safe Harbor by itself: a code derived from the value is not "
               "allowed there (45 CFR 164.514(c)).",
        .examples = "PSEUDONYM('', 'billing') => \"\"\n"
                    "CHAR_LENGTH(PSEUDONYM('patient0007', 'billing')) => 32\n"
                    "PSEUDONYM('patient0007', 'billing') = "
                    "PSEUDONYM('patient0007', 'billing') => true\n"
                    "PSEUDONYM('patient0007', 'billing') = "
                    "PSEUDONYM('patient0007', 'study') => false",
        .deidentifies = true,
    },
    {
        .name = "TOKEN",
        .group = "De-identification",
        .args = { { .name = "value", .class = SLUICE_CLASS_TEXT } },
        .errors = "",
        .bind = bind_token,
        .kernel = token,
        .doc = "A random name of 32 hexadecimal digits, another one for each row; equal calls "
               "in one query give the same. Hides the value and which records belong together. "
               "Leaves whether there was one. A stream that holds token and value, written to a "
               "vault with the token as key, lets who has the sealing key find the value again. "
               "Settles the item of its column (A, or D to R) of HIPAA Safe Harbor, as a code "
               "that is not derived from the subject (45 CFR 164.514(c)).",
        .examples = "TOKEN('') => \"\"\nCHAR_LENGTH(TOKEN('Ada Abbott')) => 32",
        .deidentifies = true,
        .random = true,
    },
    { .name = NULL },
};

const struct sluice_package deid_pseudonym_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "deid_pseudonym",
    .functions = functions,
};
