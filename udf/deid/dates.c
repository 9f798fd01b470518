/* dates.c: DATE_SHIFT, YEAR_ONLY, AGE_CLASS. Dates are days since 1970, proleptic Gregorian. */

#include <stdio.h>

#include "udf/deid/deid.h"

enum {
    DAY_MS = 86400000,
    SHIFT_MAX = 3650,
    OLDEST = 89
};

/* 0001-01-01 and 9999-12-31 */
static const int64_t first_day = -719162, last_day = 2932896;

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q - (a % b < 0);
}

/* Civil date of a day, by Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static void civil(int64_t day, int64_t *year, int *month, int *of_month)
{
    int64_t z = day + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *of_month = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = yoe + era * 400 + (*month <= 2);
}

static int64_t day_of(const struct sluice_call *c, uint32_t arg, uint32_t row)
{
    int64_t v = deid_i64(c, arg, row);
    return c->args[arg].type.kind == SLUICE_TIMESTAMP ? floor_div(v, DAY_MS) : v;
}

/* ---- DATE_SHIFT ---- */

/* -most .. -1, 1 .. most, the same for all records of a subject. */
static bool shift_of(const struct sluice_str *subject, int64_t most, int64_t *days)
{
    static const struct sluice_str none = { .len = 0 };
    uint8_t hash[DEID_HASH_BYTES];
    if (!deid_hash("sluice date shift", &none, subject, hash)) return false;
    uint64_t draw = 0;
    for (int i = 0; i < 8; i++) draw = draw << 8 | hash[i];
    int64_t at = (int64_t)(draw % (uint64_t)(2 * most));
    *days = at < most ? at - most : at - most + 1;
    return true;
}

static void date_shift(struct sluice_call *c)
{
    bool is_timestamp = c->result->type.kind == SLUICE_TIMESTAMP;
    for (uint32_t i = 0; i < c->n_rows; i++) {
        uint32_t row = c->rows[i];
        int64_t most = deid_i64(c, 2, row), days;
        if (most < 1 || most > SHIFT_MAX) {
            sluice_fault(c, row, SLUICE_FAULT_PARAMETER,
                         "DATE_SHIFT moves by at least 1 and at most %d days", SHIFT_MAX);
        } else if (!shift_of(deid_str(c, 1, row), most, &days)) {
            sluice_fault(c, row, SLUICE_FAULT_DATA, "DATE_SHIFT: there is no pseudonym key");
        } else {
            int64_t day = day_of(c, 0, row) + days;
            if (day < first_day || day > last_day)
                sluice_fault(c, row, SLUICE_FAULT_DATETIME_OVERFLOW,
                             "DATE_SHIFT leaves the years 1 to 9999");
            else c->result->i64[row] = deid_i64(c, 0, row) + days * (is_timestamp ? DAY_MS : 1);
        }
    }
}

static bool is_date(struct sluice_type t)
{
    return t.kind == SLUICE_DATE || t.kind == SLUICE_TIMESTAMP;
}

static bool bind_shift(struct sluice_bind *b)
{
    b->result = b->args[0];
    return is_date(b->args[0]) && deid_needs(b, SLUICE_KEY_PSEUDONYM);
}

/* ---- YEAR_ONLY, AGE_CLASS ---- */

static void year_only(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        int month, of_month;
        int64_t year;
        civil(day_of(c, 0, c->rows[i]), &year, &month, &of_month);
        c->result->i64[c->rows[i]] = year;
    }
}

static bool bind_year(struct sluice_bind *b)
{
    b->result = (struct sluice_type){ .kind = SLUICE_INTEGER };
    return is_date(b->args[0]);
}

static void give_age(struct sluice_call *c, uint32_t row, int64_t age)
{
    char text[8];
    if (age < 0) {
        sluice_fault(c, row, SLUICE_FAULT_PARAMETER, "AGE_CLASS: the age is below 0");
        return;
    }
    if (age > OLDEST) deid_give(c, row, "90+", 3);
    else deid_give(c, row, text, (size_t)snprintf(text, sizeof text, "%d", (int)age));
}

static void age_class(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) give_age(c, c->rows[i], deid_i64(c, 0, c->rows[i]));
}

static void age_class_at(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        int64_t year[2];
        int month[2], day[2];
        for (uint32_t k = 0; k < 2; k++)
            civil(day_of(c, k, c->rows[i]), &year[k], &month[k], &day[k]);
        bool before = month[1] < month[0] || (month[1] == month[0] && day[1] < day[0]);
        give_age(c, c->rows[i], year[1] - year[0] - before);
    }
}

static bool bind_age_at(struct sluice_bind *b)
{
    b->result = (struct sluice_type){ .kind = SLUICE_VARCHAR, .length = 3 };
    return is_date(b->args[0]) && is_date(b->args[1]);
}

static const struct sluice_fn functions[] = {
    {
        .name = "DATE_SHIFT",
        .group = "De-identification",
        .args = { { .name = "date", .class = SLUICE_CLASS_DATETIME },
                  { .name = "subject", .class = SLUICE_CLASS_TEXT },
                  { .name = "days", .class = SLUICE_CLASS_INTEGER, .shows = true } },
        .errors = "22000 22008 22023",
        .bind = bind_shift,
        .kernel = date_shift,
        .doc = "The DATE or TIMESTAMP moved by 1 to `days` days (at most 3650) forth or back, by "
               "the pseudonym key the same for all records of a subject. Hides the date. Leaves "
               "the distances between the dates of a subject, the time of the day, and the date "
               "within twice `days`. Settles no item of HIPAA Safe Harbor: C asks that all of "
               "a date but its year goes.",
        .examples = "DATE_SHIFT(DATE '2026-03-02', 'patient0007', 30) = DATE "
                    "'2026-03-02' => false\n"
                    "DATE_SHIFT(DATE '2026-03-02', 'patient0007', 30) BETWEEN DATE "
                    "'2026-01-31' AND "
                    "DATE '2026-04-01' => true",
        .deidentifies = true,
    },
    {
        .name = "YEAR_ONLY",
        .group = "De-identification",
        .args = { { .name = "date", .class = SLUICE_CLASS_DATETIME } },
        .errors = "",
        .bind = bind_year,
        .kernel = year_only,
        .doc = "The year of a DATE or TIMESTAMP. Hides month, day and time. Leaves the year. "
               "Settles item C of HIPAA Safe Harbor, but for birth dates of those above 89, "
               "whose year may not stay either: AGE_CLASS.",
        .examples = "YEAR_ONLY(DATE '1950-01-02') => 1950\n"
                    "YEAR_ONLY(TIMESTAMP '1969-12-31 23:59:59') => 1969",
        .deidentifies = true,
    },
    {
        .name = "AGE_CLASS",
        .group = "De-identification",
        .args = { { .name = "age", .class = SLUICE_CLASS_INTEGER } },
        .returns = { .kind = SLUICE_VARCHAR, .length = 3 },
        .errors = "22023",
        .kernel = age_class,
        .doc = "The age in years as a text, above 89 90+. Hides the age of the oldest. Leaves "
               "that of all others. Settles the ages of item C of HIPAA Safe Harbor.",
        .examples = "AGE_CLASS(89) => \"89\"\nAGE_CLASS(104) => \"90+\"",
        .deidentifies = true,
    },
    {
        .name = "AGE_CLASS",
        .group = "De-identification",
        .args = { { .name = "birth", .class = SLUICE_CLASS_DATETIME },
                  { .name = "at", .class = SLUICE_CLASS_DATETIME } },
        .errors = "22023",
        .bind = bind_age_at,
        .kernel = age_class_at,
        .doc = "The age in years at a date, as a text, above 89 90+. Hides the birth date. Leaves "
               "the age up to 89. Settles item C of HIPAA Safe Harbor for birth dates.",
        .examples = "AGE_CLASS(DATE '1950-03-02', DATE '2026-03-01') => \"75\"\n"
                    "AGE_CLASS(DATE '1920-01-01', TIMESTAMP '2026-03-01 10:00:00') => \"90+\"",
        .deidentifies = true,
    },
    { .name = NULL },
};

const struct sluice_package deid_date_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "deid_date",
    .functions = functions,
};
