/*
 * sniff.c: text or not.
 *
 * A zero byte is in no text that is read here. Beyond that a sample is text in another encoding when bytes that UTF-8
 * does not have are few among others, and no text when they are many: a tenth and more. Control characters count as
 * such bytes, but for blanks and what delimits columns here and there: 0x01, and the separators of information (0x1c to
 * 0x1f). Kinds are told by the first bytes that their formats begin with.
 */

#include "io/sniff.h"

#include "base/utf8.h"

enum {
    MANY = 10, /* one in so many, ... */
    LEAST = 4  /* ... and not fewer */
};

static const struct {
    const char *bytes;
    size_t size;
    const char *kind, *advice;
} kinds[] = {
    { "\xff\xfe", 2, "text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8" },
    { "\xfe\xff", 2, "text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8" },
    { "PAR1", 4, "a Parquet file", "export it as JSON lines or CSV" },
    { "Obj\001", 4, "an Avro file", "export it as JSON lines: avro-tools tojson" },
    { "ORC", 3, "an ORC file", "export it as JSON lines or CSV" },
    { "PK\003\004", 4, "a ZIP archive, or a spreadsheet", "unpack it, or save it as CSV" },
    { "SQLite format 3", 16, "an SQLite database",
      "CREATE REFERENCE TABLE reads 'sqlite:FILE?table=NAME'" },
    { "\x28\xb5\x2f\xfd", 4, "packed by zstd",
      "unpack it first: zstdcat FILE | sluice discover -" },
    { "\xfd"
      "7zXZ",
      5, "packed by xz", "unpack it first: xzcat FILE | sluice discover -" },
    { "BZh", 3, "packed by bzip2", "unpack it first: bzcat FILE | sluice discover -" },
    { "\x1f\x8b", 2, "packed by gzip", "unpack it first, with zcat" },
    { "%PDF", 4, "a PDF document", NULL },
    { "\x7f"
      "ELF",
      4, "a program", NULL },
};

static void tell_kind(struct str sample, struct sniffed *out)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (sample.len < kinds[i].size) continue;
        if (memcmp(str_data(&sample), kinds[i].bytes, kinds[i].size) != 0) continue;
        out->kind = kinds[i].kind;
        out->advice = kinds[i].advice;
        return;
    }
}

static bool is_control(unsigned char c)
{
    return (c > 0x01 && c < 0x1b && !(c >= '\t' && c <= '\r')) || c == 0x7f;
}

struct sniffed sniff_text(struct str sample)
{
    struct sniffed out = { .is_text = true, .is_utf8 = true };
    const char *p = str_data(&sample);
    size_t strange = 0, first = 0, line = 1, last_bad = 0;
    for (size_t i = 0; i < sample.len && out.is_text;) {
        unsigned char c = (unsigned char)p[i];
        size_t width = utf8_width(c);
        bool bad = width > sample.len - i || !utf8_valid(p + i, width);
        if (c == 0) out = (struct sniffed){ .at = i };
        if ((bad || is_control(c)) && strange++ == 0) first = i;
        if (bad && last_bad != line) {
            if (out.is_utf8) out.at = i;
            out.is_utf8 = false;
            out.bad_lines++;
            last_bad = line;
        }
        line += c == '\n';
        i += bad ? 1 : width;
    }
    if (out.is_text && strange >= LEAST && strange > sample.len / MANY)
        out = (struct sniffed){ .at = first };
    if (!out.is_text) tell_kind(sample, &out);
    return out;
}
