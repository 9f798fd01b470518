/*
 * places.c: POSTAL_AREA, IP_TRUNCATE, COORDINATE_ROUND.
 *
 * The sparsely populated areas are the 17 that the guidance of the U.S. Department of Health and Human Services on
 * 45 CFR 164.514(b)(2)(i)(B) names after the census of 2000.
 */

#include <arpa/inet.h>
#include <math.h>

#include "udf/deid/deid.h"

/* ---- POSTAL_AREA ---- */

enum {
    AREAS = 1000,
    AREA_DIGITS = 3
};

struct areas {
    bool sparse[AREAS];
};

static const int sparse_areas[] = {
    36,
    59,
    63,
    102,
    203,
    556,
    692,
    790,
    821,
    823,
    830,
    831,
    878,
    879,
    884,
    890,
    893,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number of three digits at p, -1: there are not three. */
static int area_at(const char *p, size_t n)
{
    if (n < AREA_DIGITS || !is_digit(p[0]) || !is_digit(p[1]) || !is_digit(p[2])) return -1;
    return (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
}

static bool read_areas(const struct sluice_str *list, struct areas *out)
{
    const char *p = sluice_str_data(list), *end = p + list->len;
    while (p < end) {
        if (*p == ' ' || *p == ',') {
            p++;
            continue;
        }
        int area = area_at(p, (size_t)(end - p));
        if (area < 0 || (end - p > AREA_DIGITS && is_digit(p[AREA_DIGITS]))) return false;
        out->sparse[area] = true;
        p += AREA_DIGITS;
    }
    return true;
}

/* A constant list is read once; one that comes with the rows, from a reference table, is read by the kernel. */
static bool bind_area(struct sluice_bind *b)
{
    struct areas *areas = sluice_bind_alloc(b, sizeof *areas);
    memset(areas, 0, sizeof *areas);
    b->bound = areas;
    b->result = (struct sluice_type){ .kind = SLUICE_VARCHAR, .length = AREA_DIGITS };
    if (b->n_args < 2) {
        for (size_t i = 0; i < sizeof sparse_areas / sizeof *sparse_areas; i++)
            areas->sparse[sparse_areas[i]] = true;
        return true;
    }
    if (!b->constants[1].data) {
        b->bound = NULL;
        return true;
    }
    if (sluice_is_null(&b->constants[1], 0) || read_areas(b->constants[1].str, areas)) return true;
    b->refusal = "the list of sparsely populated areas is one of three-digit areas, such as "
                 "'036 059'";
    return false;
}

/* The list of a row, read again when it is not the one of the row before. False: it is none. */
static bool row_areas(const struct sluice_str *list, struct sluice_str *last, struct areas *out)
{
    if (last->len == list->len &&
        memcmp(sluice_str_data(last), sluice_str_data(list), list->len) == 0)
        return true;
    memset(out, 0, sizeof *out);
    *last = (struct sluice_str){ 0 };
    if (!read_areas(list, out)) return false;
    *last = *list;
    return true;
}

static void postal_area(struct sluice_call *c)
{
    const struct areas *areas = c->bound;
    struct areas own = { { false } };
    struct sluice_str last = { 0 };
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        if (!c->bound && !row_areas(deid_str(c, 1, row), &last, &own)) {
            sluice_fault(c, row, SLUICE_FAULT_PARAMETER,
                         "POSTAL_AREA: the list of sparsely populated areas is none");
            continue;
        }
        if (!c->bound) areas = &own;
        const struct sluice_str *s = deid_str(c, 0, row);
        const char *p = sluice_str_data(s);
        int area = area_at(p, s->len);
        if (s->len == 0) deid_give(c, row, "", 0);
        else if (area < 0 || areas->sparse[area]) deid_give(c, row, "000", AREA_DIGITS);
        else deid_give(c, row, p, AREA_DIGITS);
    }
}

/* ---- IP_TRUNCATE ---- */

static void clear_bits(uint8_t *address, size_t size, int64_t kept)
{
    for (size_t i = 0; i < size; i++) {
        int64_t here = kept - 8 * (int64_t)i;
        if (here >= 8) continue;
        unsigned keep = here <= 0 ? 0 : (0xffu << (8 - here)) & 0xffu;
        address[i] = (uint8_t)(address[i] & keep);
    }
}

static void truncate_row(struct sluice_call *c, uint32_t row, const int64_t kept[2])
{
    const struct sluice_str *s = deid_str(c, 0, row);
    char text[INET6_ADDRSTRLEN];
    uint8_t address[16];
    size_t n = s->len < sizeof text ? s->len : 0;
    memcpy(text, sluice_str_data(s), n);
    text[n] = '\0';
    bool four = strlen(text) == n && inet_pton(AF_INET, text, address) == 1;
    if (!four && (strlen(text) != n || inet_pton(AF_INET6, text, address) != 1)) {
        sluice_fault(c, row, SLUICE_FAULT_DATA, "IP_TRUNCATE: the text is no IP address");
        return;
    }
    clear_bits(address, four ? 4 : 16, kept[four ? 0 : 1]);
    char *out = sluice_alloc(c, INET6_ADDRSTRLEN);
    inet_ntop(four ? AF_INET : AF_INET6, address, out, INET6_ADDRSTRLEN);
    deid_give(c, row, out, strlen(out));
}

static void ip_truncate(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        int64_t kept[2] = { 24, 48 };
        if (c->n_args > 1) kept[0] = deid_i64(c, 1, row);
        if (c->n_args > 2) kept[1] = deid_i64(c, 2, row);
        if (deid_str(c, 0, row)->len == 0)
            deid_give(c, row, "", 0);
        else if (kept[0] < 0 || kept[0] > 32 || kept[1] < 0 || kept[1] > 128)
            sluice_fault(c, row, SLUICE_FAULT_PARAMETER,
                         "IP_TRUNCATE keeps 0 to 32 bits of IPv4, 0 to 128 of IPv6");
        else truncate_row(c, row, kept);
    }
}

/* ---- COORDINATE_ROUND ---- */

static void coordinate_round(struct sluice_call *c)
{
    static const double scales[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        double v = c->args[0].f64[sluice_at(&c->args[0], row)];
        int64_t digits = deid_i64(c, 1, row);
        if (digits < 0 || digits > 6)
            sluice_fault(c, row, SLUICE_FAULT_PARAMETER, "COORDINATE_ROUND keeps 0 to 6 decimals");
        else if (!(fabs(v) <= 360))
            sluice_fault(c, row, SLUICE_FAULT_DATA, "COORDINATE_ROUND: the value is no angle");
        else c->result->f64[row] = round(v * scales[digits]) / scales[digits] + 0.0;
    }
}

static const struct sluice_fn functions[] = {
    {
        .name = "POSTAL_AREA",
        .group = "De-identification",
        .args = { { .name = "code", .class = SLUICE_CLASS_TEXT },
                  { .name = "sparse",
                    .class = SLUICE_CLASS_TEXT,
                    .optional = true,
                    .shows = true } },
        .errors = "22023",
        .bind = bind_area,
        .kernel = postal_area,
        .doc = "The first three digits of a postal code; 000 for the areas with 20,000 people or "
               "less (those of the census of 2000, or the list `sparse`, such as '036 059', a "
               "constant or from a reference table), and for what does not begin with three "
               "digits. Hides the rest of the code. Leaves the area. Settles the postal codes of "
               "item B of HIPAA Safe Harbor when the list is that of the current census.",
        .examples = "POSTAL_AREA('94110-1234') => \"941\"\nPOSTAL_AREA('03601') => \"000\"\n"
                    "POSTAL_AREA('94110', '941 942') => \"000\"\nPOSTAL_AREA('') => \"\"",
        .deidentifies = true,
    },
    {
        .name = "IP_TRUNCATE",
        .group = "De-identification",
        .args = { { .name = "address", .class = SLUICE_CLASS_TEXT },
                  { .name = "bits4",
                    .class = SLUICE_CLASS_INTEGER,
                    .optional = true,
                    .shows = true },
                  { .name = "bits6",
                    .class = SLUICE_CLASS_INTEGER,
                    .optional = true,
                    .shows = true } },
        .returns = { .kind = SLUICE_VARCHAR, .length = 45 },
        .errors = "22000 22023",
        .kernel = ip_truncate,
        .doc = "An IPv4 address with 24 bits kept, an IPv6 address with 48, or as many as said; "
               "the others are 0. Hides the host. Leaves the network, which is often a household "
               "or a company: settles item O of HIPAA Safe Harbor with 0 bits kept only.",
        .examples = "IP_TRUNCATE('192.0.2.77') => \"192.0.2.0\"\n"
                    "IP_TRUNCATE('2001:db8:1:2::7') => \"2001:db8:1::\"\n"
                    "IP_TRUNCATE('192.0.2.77', 12) => \"192.0.0.0\"",
        .deidentifies = true,
    },
    {
        .name = "COORDINATE_ROUND",
        .group = "De-identification",
        .args = { { .name = "degrees", .class = SLUICE_CLASS_AS_DOUBLE },
                  { .name = "decimals", .class = SLUICE_CLASS_INTEGER, .shows = true } },
        .returns = { .kind = SLUICE_DOUBLE },
        .errors = "22000 22023",
        .kernel = coordinate_round,
        .doc = "Degrees of latitude or longitude with so many decimals (0 to 6; one of them is "
               "about 11 km). Hides where within. Leaves the place as far as it was kept, and "
               "so settles no item of HIPAA Safe Harbor: B asks for nothing smaller than a "
               "state.",
        .examples = "COORDINATE_ROUND(52.520008, 1) => 52.5\nCOORDINATE_ROUND(-0.04, 1) => 0",
        .deidentifies = true,
    },
    { .name = NULL },
};

const struct sluice_package deid_place_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "deid_place",
    .functions = functions,
};
