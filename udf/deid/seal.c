/*
 * seal.c: ENCRYPT and DECRYPT: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) of a text.
 *
 *     key id : base64url( nonce of 24 bytes, ciphertext, tag of 16 bytes )
 *
 * Bound in, so that a text opens in its own place only: the key id and the name of the column.
 */

#include <sodium.h>

#include "udf/deid/deid.h"

enum {
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING
};

/* "sluice column", the key id and the column, ends marked. */
static char *bound_text(struct sluice_call *c, const char *id, const struct sluice_str *column,
                        size_t *size)
{
    static const char purpose[] = "sluice column";
    size_t n_id = strlen(id) + 1;
    char *p = sluice_alloc(c, sizeof purpose + n_id + column->len);
    memcpy(p, purpose, sizeof purpose);
    memcpy(p + sizeof purpose, id, n_id);
    memcpy(p + sizeof purpose + n_id, sluice_str_data(column), column->len);
    *size = sizeof purpose + n_id + column->len;
    return p;
}

static void encrypt_row(struct sluice_call *c, uint32_t row, const uint8_t *key, const char *id,
                        const uint8_t *nonce)
{
    const struct sluice_str *s = deid_str(c, 0, row);
    size_t n_bound, n_id = strlen(id), n = NONCE + (size_t)s->len + TAG;
    const char *bound = bound_text(c, id, deid_str(c, 1, row), &n_bound);
    size_t n_text = sodium_base64_encoded_len(n, BASE64);
    uint8_t *sealed = sluice_alloc(c, n);
    char *out = sluice_alloc(c, n_id + 1 + n_text);
    memcpy(sealed, nonce, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed + NONCE, NULL, (const uint8_t *)sluice_str_data(s), s->len, (const uint8_t *)bound,
        n_bound, NULL, sealed, key);
    memcpy(out, id, n_id);
    out[n_id] = ':';
    sodium_bin2base64(out + n_id + 1, n_text, sealed, n, BASE64);
    deid_give(c, row, out, n_id + 1 + strlen(out + n_id + 1));
}

static void encrypt(struct sluice_call *c)
{
    const char *id = "";
    const uint8_t *key = sluice_key(SLUICE_KEY_SEAL, NULL, &id);
    uint8_t *nonces = sluice_alloc(c, (size_t)c->n_rows * NONCE + 1);
    randombytes_buf(nonces, (size_t)c->n_rows * NONCE); /* in one go: the system is asked each time */
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        if (deid_str(c, 0, row)->len == 0) deid_give(c, row, "", 0);
        else if (key) encrypt_row(c, row, key, id, nonces + (size_t)i * NONCE);
        else sluice_fault(c, row, SLUICE_FAULT_DATA, "ENCRYPT: there is no sealing key");
    }
}

/* NULL, or what is wrong. */
static const char *decrypt_row(struct sluice_call *c, uint32_t row)
{
    const struct sluice_str *s = deid_str(c, 0, row);
    const char *p = sluice_str_data(s), *colon = memchr(p, ':', s->len);
    char id[SLUICE_KEY_ID_MAX + 1];
    size_t n_id = colon ? (size_t)(colon - p) : 0, n_bound, n;
    if (n_id == 0 || n_id >= sizeof id) return "the text is not of ENCRYPT";
    memcpy(id, p, n_id);
    id[n_id] = '\0';
    const uint8_t *key = sluice_key(SLUICE_KEY_SEAL, id, NULL);
    if (!key) return "the key that sealed the text is not in the key file";
    uint8_t *sealed = sluice_alloc(c, s->len);
    int read = sodium_base642bin(sealed, s->len, colon + 1, s->len - n_id - 1, NULL, &n, NULL,
                                 BASE64);
    if (read != 0 || n < NONCE + TAG)
        return "the text is not of ENCRYPT";
    const char *bound = bound_text(c, id, deid_str(c, 1, row), &n_bound);
    uint8_t *out = sluice_alloc(c, n);
    unsigned long long size;
    int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
        out, &size, NULL, sealed + NONCE, n - NONCE, (const uint8_t *)bound, n_bound, sealed, key);
    if (opened != 0)
        return "another key or column, or the text was changed";
    deid_give(c, row, (const char *)out, (size_t)size);
    return NULL;
}

static void decrypt(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        const char *wrong = NULL;
        if (deid_str(c, 0, row)->len == 0) deid_give(c, row, "", 0);
        else wrong = decrypt_row(c, row);
        if (wrong) sluice_fault(c, row, SLUICE_FAULT_DATA, "DECRYPT: %s", wrong);
    }
}

static bool bind(struct sluice_bind *b)
{
    return sodium_init() >= 0 && deid_needs(b, SLUICE_KEY_SEAL);
}

static const struct sluice_fn functions[] = {
    {
        .name = "ENCRYPT",
        .group = "De-identification",
        .args = { { .name = "value", .class = SLUICE_CLASS_TEXT },
                  { .name = "column", .class = SLUICE_CLASS_TEXT } },
        .returns = { .kind = SLUICE_VARCHAR },
        .errors = "22000",
        .bind = bind,
        .kernel = encrypt,
        .doc = "The value sealed (XChaCha20-Poly1305) with the sealing key in use: its id, a "
               "colon, and base64url. Each row gets another text, equal calls in one query the "
               "same. It opens with the same column name only. Hides the value from everybody "
               "without the key. Leaves its length. Settles the item of its column (A to R) of "
               "HIPAA Safe Harbor where the receiver has no key.",
        .examples = "ENCRYPT('', 'name') => \"\"\n"
                    "DECRYPT(ENCRYPT('Ada Abbott', 'name'), 'name') => \"Ada Abbott\"\n"
                    "ENCRYPT('Ada Abbott', 'name') = 'Ada Abbott' => false",
        .deidentifies = true,
        .random = true,
    },
    {
        .name = "DECRYPT",
        .group = "De-identification",
        .args = { { .name = "sealed", .class = SLUICE_CLASS_TEXT },
                  { .name = "column", .class = SLUICE_CLASS_TEXT } },
        .returns = { .kind = SLUICE_VARCHAR },
        .errors = "22000",
        .bind = bind,
        .kernel = decrypt,
        .doc = "What ENCRYPT made of a value, opened. Another key, another column or a changed "
               "text is an error of the row, never a wrong value. Hides nothing: the result is "
               "PERSONAL.",
        .examples = "DECRYPT('', 'name') => \"\"\n"
                    "DECRYPT(ENCRYPT('7', 'pulse'), 'pulse') => \"7\"",
        .reidentifies = true,
        .random = true,
    },
    { .name = NULL },
};

const struct sluice_package deid_seal_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "deid_seal",
    .functions = functions,
};
