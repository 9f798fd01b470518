/*
 * scrub.c: SCRUB, free text without what looks like an identifier.
 *
 * From left to right, at each place where a word may begin, the matchers are tried in turn: web and mail addresses, IP
 * addresses, dates, social security numbers, telephone and record numbers. The first that fits is replaced by its name
 * in brackets. Patterns, not proof: names of people and places are left, and a number that looks like nothing known.
 */

#include <arpa/inet.h>

#include "udf/deid/deid.h"

enum {
    LABEL_MAX = 8
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_word(char c)
{
    return is_digit(c) || is_letter(c) || c == '_';
}

/* Matchers give how many bytes from p on belong to the identifier, 0: it is none. */
typedef size_t (*matcher)(const char *p, const char *end);

static uint8_t lower(char c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c | 32 : c);
}

/* `word` in small letters, the text in any. */
static bool begins(const char *p, const char *end, const char *word)
{
    while (p < end && *word && lower(*p) == (uint8_t)*word) {
        p++;
        word++;
    }
    return !*word;
}

static size_t digits_at(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && is_digit(*q)) q++;
    return (size_t)(q - p);
}

static size_t match_url(const char *p, const char *end)
{
    if (!begins(p, end, "http://") && !begins(p, end, "https://") && !begins(p, end, "ftp://") &&
        !begins(p, end, "www."))
        return 0;
    const char *q = p;
    while (q < end && (unsigned char)*q > ' ' && !strchr("<>\"'", *q)) q++;
    while (q > p && strchr(".,;:!?)", q[-1])) q--;
    return (size_t)(q - p);
}

static bool in_mail_name(char c)
{
    return is_word(c) || c == '.' || c == '%' || c == '+' || c == '-' || c == '\'';
}

static size_t match_mail(const char *p, const char *end)
{
    const char *q = p, *dot = NULL;
    while (q < end && in_mail_name(*q)) q++;
    if (q == p || q == end || *q != '@') return 0;
    const char *domain = ++q;
    while (q < end && (is_word(*q) || *q == '.' || *q == '-')) {
        if (*q == '.' && q > domain && !dot) dot = q;
        q++;
    }
    while (q > domain && (q[-1] == '.' || q[-1] == '-')) q--;
    return dot && dot + 1 < q ? (size_t)(q - p) : 0;
}

static bool in_ip(char c)
{
    return is_digit(c) || c == ':' || c == '.' || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static size_t match_ip(const char *p, const char *end)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t address[16];
    size_t n = 0;
    while (p + n < end && n + 1 < sizeof text && in_ip(p[n])) {
        text[n] = p[n];
        n++;
    }
    if (n < 2 || (p + n < end && is_word(p[n]))) return 0;
    while (n > 0 && text[n - 1] == '.') n--;
    text[n] = '\0';
    if (inet_pton(AF_INET, text, address) == 1) return n;
    if (n > 2 && inet_pton(AF_INET6, text, address) == 1) return n;
    return 0;
}

/* ---- dates ---- */

#define THREE(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

/* January, jan, Sept; most words are told apart by their first three letters. */
static size_t month_at(const char *p, const char *end)
{
    static const struct {
        uint32_t begins;
        const char *rest;
    } months[] = {
        { THREE('j', 'a', 'n'), "uary" },   { THREE('f', 'e', 'b'), "ruary" },
        { THREE('m', 'a', 'r'), "ch" },     { THREE('a', 'p', 'r'), "il" },
        { THREE('m', 'a', 'y'), "" },       { THREE('j', 'u', 'n'), "e" },
        { THREE('j', 'u', 'l'), "y" },      { THREE('a', 'u', 'g'), "ust" },
        { THREE('s', 'e', 'p'), "tember" }, { THREE('o', 'c', 't'), "ober" },
        { THREE('n', 'o', 'v'), "ember" },  { THREE('d', 'e', 'c'), "ember" },
    };
    if (end - p < 3) return 0;
    uint32_t word = THREE(lower(p[0]), lower(p[1]), lower(p[2]));
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        if (months[i].begins != word) continue;
        const char *rest = months[i].rest;
        size_t n = 0;
        while (p + 3 + n < end && rest[n] && lower(p[3 + n]) == (uint8_t)rest[n]) n++;
        bool whole = n == 0 || !rest[n] || (i == 8 && n == 1);
        return whole && (p + 3 + n == end || !is_letter(p[3 + n])) ? 3 + n : 0;
    }
    return 0;
}

static const char *skip(const char *p, const char *end, const char *set)
{
    while (p < end && *p && strchr(set, *p)) p++;
    return p;
}

/* 1 or 2 digits and st, nd, rd, th. */
static const char *day_end(const char *p, const char *end)
{
    size_t n = digits_at(p, end);
    if (n < 1 || n > 2) return NULL;
    const char *q = p + n;
    static const char *const ordinals[] = { "st", "nd", "rd", "th" };
    for (size_t i = 0; i < 4; i++) {
        if (!begins(q, end, ordinals[i])) continue;
        q += 2;
        break;
    }
    return q < end && is_word(*q) ? NULL : q;
}

/* What stands behind the day and month: a year, when there is one. */
static const char *year_end(const char *p, const char *end)
{
    const char *year = skip(p, end, " ,.");
    size_t n = digits_at(year, end);
    return year > p && n == 4 ? year + n : p;
}

/* January 31, Jan. 2026; what stands behind is a year, or nothing. */
static size_t match_month_first(const char *p, const char *end, size_t n_month)
{
    const char *day = skip(p + n_month, end, " .");
    if (digits_at(day, end) == 4) return (size_t)(day + 4 - p);
    const char *stop = day > p + n_month ? day_end(day, end) : NULL;
    return stop ? (size_t)(year_end(stop, end) - p) : 0;
}

/* 31 January 2026, 2nd of March, 2-Jan-26. */
static size_t match_day_first(const char *p, const char *end)
{
    const char *behind = day_end(p, end);
    if (!behind) return 0;
    const char *month = skip(behind, end, " .-");
    if (begins(month, end, "of ")) month += 3;
    size_t n = month > behind ? month_at(month, end) : 0;
    if (n == 0) return 0;
    const char *stop = month + n;
    if (stop + 1 < end && *stop == '-' && is_digit(stop[1]))
        return (size_t)(stop + 1 + digits_at(stop + 1, end) - p);
    return (size_t)(year_end(stop, end) - p);
}

static size_t match_named_date(const char *p, const char *end)
{
    size_t n = month_at(p, end);
    return n > 0 ? match_month_first(p, end, n) : match_day_first(p, end);
}

/* 2026-01-31, 31.01.2026, 1/31/26; no time behind. */
static size_t match_date(const char *p, const char *end)
{
    size_t n[3] = { 0 };
    char between = 0;
    const char *q = p;
    for (int i = 0; i < 3; i++) {
        n[i] = digits_at(q, end);
        q += n[i];
        if (n[i] == 0 || i == 2) break;
        if (q == end || !strchr("-./", *q) || (between && *q != between))
            return match_named_date(p, end);
        between = *q++;
    }
    bool big_first = n[0] == 4 && n[1] <= 2;
    if (n[0] == 0 || !(big_first ? n[2] <= 2 && n[2] > 0
                                 : n[0] <= 2 && n[1] <= 2 && (n[2] == 2 || n[2] == 4)))
        return match_named_date(p, end);
    if (q < end && is_digit(*q)) return 0;
    return (size_t)(q - p);
}

/* ---- numbers ---- */

static size_t match_social(const char *p, const char *end)
{
    static const size_t groups[] = { 3, 2, 4 };
    const char *q = p;
    for (int i = 0; i < 3; i++) {
        if (digits_at(q, end) != groups[i]) return 0;
        q += groups[i];
        if (i < 2 && (q == end || (*q != '-' && *q != ' '))) return 0;
        q += i < 2;
    }
    return (size_t)(q - p);
}

/* Seven to fifteen digits, in groups of two and more but for the first. */
static size_t match_phone(const char *p, const char *end)
{
    const char *q = p, *last = p;
    size_t digits = 0, breaks = 0;
    bool marked = q < end && (*q == '+' || *q == '(');
    if (marked) q++;
    if (q == end || !is_digit(*q)) return 0;
    while (q < end) {
        if (is_digit(*q)) {
            digits++;
            last = ++q;
            continue;
        }
        const char *next = skip(q, end, "()-. ");
        if (next == q || next - q > 3 || digits_at(next, end) < 2) break;
        breaks++;
        q = next;
    }
    if (last < end && is_word(*last) && !is_digit(*last)) return 0;
    if (digits < 7 || digits > 15) return 0;
    bool parted = breaks == 1 && strchr("- ", p[digits_at(p, end)]);
    return marked || breaks >= 2 || digits == 10 || parted ? (size_t)(last - p) : 0;
}

/* Letters, digits and hyphens with at least `least` digits. */
static size_t code_at(const char *p, const char *end, size_t least)
{
    size_t digits = 0;
    const char *q = p;
    while (q < end && (is_word(*q) || (*q == '-' && q + 1 < end && is_word(q[1])))) {
        digits += is_digit(*q);
        q++;
    }
    return digits >= least ? (size_t)(q - p) : 0;
}

/* Four digits with letters, or six digits. */
static size_t match_record(const char *p, const char *end)
{
    size_t n = code_at(p, end, 4);
    if (n == 0 || digits_at(p, end) == n) return n >= 6 ? n : 0;
    return n;
}

/* Behind MRN, record no., patient id and the like: what has a digit. */
static size_t named_record(const char *p, const char *end, size_t *before)
{
    static const char *const words[] = { "mrn", "record", "chart", "account", "acct", "patient",
                                         "case", "member", "policy", "license", "serial" };
    const char *q = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words && !q; i++) {
        if (begins(p, end, words[i])) q = p + strlen(words[i]);
    }
    if (!q || (q < end && is_word(*q))) return 0;
    q = skip(q, end, " :#.-=");
    static const char *const more[] = { "number", "no", "id", "nr" };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        size_t n = strlen(more[i]);
        if (begins(q, end, more[i]) && (q + n == end || !is_word(q[n]))) {
            q = skip(q + n, end, " :#.-=");
            break;
        }
    }
    *before = (size_t)(q - p);
    return code_at(q, end, 1);
}

/* ---- the text ---- */

struct pattern {
    matcher match;
    const char *label;
};

static const struct pattern patterns[] = {
    { match_url, "[url]" },
    { match_mail, "[mail]" },
    { match_ip, "[ip]" },
    { match_date, "[date]" },
    { match_social, "[ssn]" },
    { match_phone, "[phone]" },
    { match_record, "[record]" },
};

size_t deid_scrub_room(size_t n)
{
    return n * LABEL_MAX + 1;
}

static size_t put(char *out, const char *p, size_t n)
{
    memcpy(out, p, n);
    return n;
}

static bool is_blank(char c)
{
    return c == ' ' || c == ',';
}

/* A word of letters alone, as most are: of the patterns it can only be a month. */
static bool is_plain(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && (*q | 32) >= 'a' && (*q | 32) <= 'z') q++;
    return q > p && (q == end || is_blank(*q));
}

/* At the beginning of a word: what is replaced, and by what. */
static size_t identify(const char *p, const char *end, const char **label)
{
    if (is_blank(*p)) return 0;
    if (is_plain(p, end)) {
        *label = "[date]";
        return match_named_date(p, end);
    }
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        size_t n = patterns[i].match(p, end);
        *label = patterns[i].label;
        if (n > 0) return n;
    }
    return 0;
}

size_t deid_scrub(const char *p, size_t n, char *out)
{
    const char *end = p + n, *label;
    size_t size = 0, before = 0;
    while (p < end) {
        size_t found = identify(p, end, &label);
        if (!found) {
            found = named_record(p, end, &before);
            if (found) {
                size += put(out + size, p, before);
                p += before;
                label = "[record]";
            }
        }
        if (found) {
            size += put(out + size, label, strlen(label));
            p += found;
            continue;
        }
        do out[size++] = *p;
        while (is_word(*p++) && p < end);
    }
    return size;
}

static void scrub(struct sluice_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        const struct sluice_str *s = deid_str(c, 0, c->rows[i]);
        char *room = sluice_alloc(c, deid_scrub_room(s->len));
        deid_give(c, c->rows[i], room, deid_scrub(sluice_str_data(s), s->len, room));
    }
}

static const struct sluice_fn functions[] = {
    {
        .name = "SCRUB",
        .group = "De-identification",
        .args = { { .name = "text", .class = SLUICE_CLASS_TEXT } },
        .returns = { .kind = SLUICE_VARCHAR },
        .errors = "",
        .kernel = scrub,
        .doc = "Free text with [mail], [phone], [ssn], [record], [url], [ip] and [date] in the "
               "place of what looks like one. Hides mail and web addresses, telephone, social "
               "security and record numbers, IP addresses, dates. Leaves names of people and "
               "places, and all that is written in an unusual way: patterns, not proof. Settles "
               "no item of HIPAA Safe Harbor by itself.",
        .examples = "SCRUB('mail ada@example.org') => \"mail [mail]\"\n"
                    "SCRUB('call (415) 555-0100 or 415-555-0101') => \"call [phone] or [phone]\"\n"
                    "SCRUB('SSN 078-05-1120, MRN: A77') => \"SSN [ssn], MRN: [record]\"\n"
                    "SCRUB('seen Jan 31, 2026 from 192.0.2.7') => \"seen [date] from [ip]\"\n"
                    "SCRUB('pulse 71, 120/80, 98.6 F') => \"pulse 71, 120/80, 98.6 F\"",
        .deidentifies = true,
    },
    { .name = NULL },
};

const struct sluice_package deid_scrub_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "deid_scrub",
    .functions = functions,
};
