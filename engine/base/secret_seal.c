/* secret_seal.c: hashing and sealing with keys of the ring, by libsodium. */

#include "base/secret.h"

#include <assert.h>
#include <sodium.h>

_Static_assert(SECRET_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");
_Static_assert(SECRET_SEAL_EXTRA == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
                                        crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "what a sealed text has more");

enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    NONCES_DRAWN = 64
};

static void hash_part(crypto_generichash_state *h, const void *p, size_t n)
{
    uint8_t size[8];
    for (int i = 0; i < 8; i++) size[i] = (uint8_t)((uint64_t)n >> (8 * i));
    crypto_generichash_update(h, size, sizeof size);
    if (n) crypto_generichash_update(h, p, n);
}

void secret_hash(const struct secret_key *key, const char *domain, const struct str *parts,
                 size_t n_parts, uint8_t *out, size_t size)
{
    assert(size >= 16 && size <= SECRET_HASH_BYTES);
    crypto_generichash_state h;
    uint8_t whole[SECRET_HASH_BYTES];
    crypto_generichash_init(&h, key->bytes, SECRET_KEY_BYTES, sizeof whole);
    hash_part(&h, domain, strlen(domain));
    for (size_t i = 0; i < n_parts; i++) hash_part(&h, str_data(&parts[i]), parts[i].len);
    crypto_generichash_final(&h, whole, sizeof whole);
    memcpy(out, whole, size);
    sodium_memzero(&h, sizeof h);
    sodium_memzero(whole, sizeof whole);
}

/*
 * A nonce that was never used. They are drawn many at a time, as the system is asked for each draw; that they wait in
 * memory gives nothing away, since nonces are no secret. No process goes on from a copy of this memory.
 */
static void draw_nonce(uint8_t *out)
{
    static _Thread_local uint8_t drawn[NONCES_DRAWN][NONCE_BYTES];
    static _Thread_local uint32_t left;
    if (left == 0) {
        randombytes_buf(drawn, sizeof drawn);
        left = NONCES_DRAWN;
    }
    memcpy(out, drawn[--left], NONCE_BYTES);
}

void secret_seal(const struct secret_key *key, struct str bound, struct str text, struct buf *out)
{
    uint8_t *room = (uint8_t *)buf_reserve(out, (size_t)text.len + SECRET_SEAL_EXTRA);
    unsigned long long size;
    draw_nonce(room);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        room + NONCE_BYTES, &size, (const uint8_t *)str_data(&text), text.len,
        (const uint8_t *)str_data(&bound), bound.len, NULL, room, key->bytes);
    out->len += NONCE_BYTES + (size_t)size;
}

bool secret_open(const struct secret_key *key, struct str bound, struct str sealed,
                 struct buf *out)
{
    if (sealed.len < SECRET_SEAL_EXTRA) return false;
    const uint8_t *p = (const uint8_t *)str_data(&sealed);
    uint8_t *room = (uint8_t *)buf_reserve(out, sealed.len);
    unsigned long long size;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            room, &size, NULL, p + NONCE_BYTES, sealed.len - NONCE_BYTES,
            (const uint8_t *)str_data(&bound), bound.len, p, key->bytes) != 0)
        return false;
    out->len += (size_t)size;
    return true;
}

void secret_random(void *out, size_t size)
{
    if (sodium_init() < 0) mem_refused(0);
    randombytes_buf(out, size);
}

bool secret_same(struct str a, struct str b)
{
    const struct str texts[] = { a, b };
    uint8_t key[SECRET_KEY_BYTES], hashes[2][SECRET_HASH_BYTES];
    secret_random(key, sizeof key);
    for (int i = 0; i < 2; i++)
        crypto_generichash(hashes[i], sizeof hashes[i], (const uint8_t *)str_data(&texts[i]),
                           texts[i].len, key, sizeof key);
    return sodium_memcmp(hashes[0], hashes[1], sizeof hashes[0]) == 0;
}

void secret_wipe(void *p, size_t size)
{
    sodium_memzero(p, size);
}
