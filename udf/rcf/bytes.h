/*
 * bytes.h: numbers to bytes and back, for the snapshots of a forest.
 *
 * Little-endian whatever the machine. Bytes go to one callback and come from another; both ways the
 * same checksum runs along, so that a reader notices any damaged byte. A reader that has run out of
 * bytes gives zeros and remembers it in `ok`: callers check once a block, not after every number.
 *
 * Source of the checksum: FNV-1a, G. Fowler, L. C. Noll, K.-P. Vo.
 */
#ifndef RCF_BYTES_H
#define RCF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Takes `size` bytes; false: they could not be kept, and saving ends. */
typedef bool (*bytes_write_fn)(void *context, const void *bytes, size_t size);

/* Gives the next `size` bytes; false: there are not that many. */
typedef bool (*bytes_read_fn)(void *context, void *bytes, size_t size);

struct byte_writer {
    bytes_write_fn write;
    void *context;
    uint64_t checksum;
    bool ok;
};

struct byte_reader {
    bytes_read_fn read;
    void *context;
    uint64_t checksum;
    bool ok;
};

#define CHECKSUM_START 0xCBF29CE484222325u

static inline uint64_t checksum_add(uint64_t sum, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        sum = (sum ^ bytes[i]) * 0x100000001B3u;
    }
    return sum;
}

static inline void put_int(struct byte_writer *w, uint64_t value, int size)
{
    unsigned char bytes[8];
    for (int i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
    w->checksum = checksum_add(w->checksum, bytes, (size_t)size);
    w->ok = w->ok && w->write(w->context, bytes, (size_t)size);
}

static inline void put_u16(struct byte_writer *w, uint16_t value)
{
    put_int(w, value, 2);
}

static inline void put_u64(struct byte_writer *w, uint64_t value)
{
    put_int(w, value, 8);
}

static inline void put_f32(struct byte_writer *w, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_int(w, bits, 4);
}

static inline void put_f64(struct byte_writer *w, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_int(w, bits, 8);
}

static inline uint64_t get_int(struct byte_reader *r, int size)
{
    unsigned char bytes[8];
    r->ok = r->ok && r->read(r->context, bytes, (size_t)size);
    if (!r->ok) return 0;

    uint64_t value = 0;
    for (int i = 0; i < size; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    r->checksum = checksum_add(r->checksum, bytes, (size_t)size);
    return value;
}

static inline uint16_t get_u16(struct byte_reader *r)
{
    return (uint16_t)get_int(r, 2);
}

static inline uint64_t get_u64(struct byte_reader *r)
{
    return get_int(r, 8);
}

static inline float get_f32(struct byte_reader *r)
{
    uint32_t bits = (uint32_t)get_int(r, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double get_f64(struct byte_reader *r)
{
    uint64_t bits = get_u64(r);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
