/*
 * sink_mail.c: smtp://HOST and smtps://HOST: rows as mails (RFC 5321, 5322), one a row or, with `batch`, several.
 *
 * The connection is encrypted, by STARTTLS for smtp:, and the server's certificate checked, unless tls = FALSE says
 * otherwise. Date and Message-ID follow from ROWTIME and a counter, so that a mail which is sent again after a crash
 * is known by its id. `to` may name columns: each row goes to its own addresses then.
 */

#include <stdlib.h>

#include "data/calendar.h"
#include "io/courier.h"
#include "io/fmt_message.h"
#include "io/libcurl.h"

/* A line of base64 has 76 characters: 57 bytes (RFC 2045). A word of a header 45 bytes, with its frame below 76. */
enum { LINE_BYTES = 57, WORD_BYTES = 45 };

struct mail {
    struct courier    *courier;
    struct curl_slist *to; /* of the mail under way, or of all */
    const char        *from, *to_line;
    struct buf         address;
    struct buf         text; /* the mail under way */
    size_t             at;   /* bytes of it that were taken */
};

/* ---- writing ---- */

static void append_base64(struct buf *out, const char *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < n ? (unsigned char)p[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_append_char(out, i + k > n ? '=' : digits[three >> (18 - 6 * k) & 63]);
    }
}

/* A subject, in encoded words (RFC 2047) where it is not plain ASCII; line ends become blanks. */
static void append_subject(struct buf *out, const char *p, size_t n)
{
    bool plain = true;
    for (size_t i = 0; i < n; i++) plain &= p[i] >= ' ' && p[i] <= '~';
    if (plain && n < 900) {
        buf_append(out, p, n);
        return;
    }
    for (size_t i = 0; i < n;) {
        size_t take = n - i < WORD_BYTES ? n - i : WORD_BYTES;
        /* a character is not cut */
        while (i + take < n && take > 1 && ((unsigned char)p[i + take] & 0xc0) == 0x80) take--;
        if (i) buf_append_c(out, "\r\n ");
        buf_append_c(out, "=?UTF-8?B?");
        append_base64(out, p + i, take);
        buf_append_c(out, "?=");
        i += take;
    }
}

/* Sat, 31 Jan 2026 13:45:07 +0000 */
static void append_date(struct buf *out, rowtime time)
{
    static const char days[][4] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct civil      c;
    int64_t           day = (time - calendar_ms_of_day(time)) / MS_PER_DAY % 7;
    calendar_from_ms(time, &c);
    buf_printf(out, "%s, %02d %s %04lld %02d:%02d:%02d +0000", days[day < 0 ? day + 7 : day], c.day,
               months[c.month - 1], (long long)c.year, c.hour, c.minute, c.second);
}

static void append_id(struct buf *out, const struct mail *m)
{
    const struct courier *c = m->courier;
    const char           *name = c->output->endpoint->name, *at = strchr(m->from, '@');
    buf_printf(out, "<%016llx.%llu.%lld@%s>",
               (unsigned long long)hash_bytes(name, strlen(name), 0), (unsigned long long)c->sent,
               (long long)c->time, at ? at + 1 : "localhost");
}

static void write_mail(struct mail *m)
{
    struct courier *c = m->courier;
    struct buf     *out = &m->text;
    buf_clear(out);
    m->at = 0;
    buf_append_c(out, "Date: ");
    append_date(out, c->time);
    buf_printf(out, "\r\nFrom: %s\r\nTo: ", m->from);
    if (c->to) buf_append(out, c->first_to.data, c->first_to.len);
    else buf_append_c(out, m->to_line);
    buf_append_c(out, "\r\nMessage-ID: ");
    append_id(out, m);
    buf_append_c(out, "\r\nSubject: ");
    if (c->subject) append_subject(out, c->first.len ? c->first.data : "", c->first.len);
    else buf_printf(out, "%s", c->output->endpoint->name);
    buf_append_c(out, "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                      "Content-Transfer-Encoding: base64\r\n\r\n");
    for (size_t i = 0; i < c->pending.len; i += LINE_BYTES) {
        size_t left = c->pending.len - i;
        append_base64(out, c->pending.data + i, left < LINE_BYTES ? left : LINE_BYTES);
        buf_append_c(out, "\r\n");
    }
}

/* ---- sending ---- */

static size_t give(char *to, size_t one, size_t n, void *arg)
{
    struct mail *m = arg;
    size_t       left = m->text.len - m->at, take = left < one * n ? left : one * n;
    if (take) memcpy(to, m->text.data + m->at, take);
    m->at += take;
    return take;
}

static bool is_address(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)p[i] <= ' ' || p[i] == 127 || strchr("<>\"(),;", p[i])) return false;
    }
    return n && memchr(p, '@', n);
}

/* Addresses with commas between them; whether there is one, and all are some. */
static bool add_addresses(struct mail *m, const char *p, size_t n)
{
    for (size_t i = 0, end; i < n; i = end) {
        while (i < n && (p[i] == ' ' || p[i] == ',')) i++;
        for (end = i; end < n && p[end] != ' ' && p[end] != ',';) end++;
        if (i == n) break;
        if (!is_address(p + i, end - i)) return false;
        buf_clear(&m->address);
        buf_printf(&m->address, "<%.*s>", (int)(end - i), p + i);
        m->to = libcurl.slist_append(m->to, buf_c(&m->address));
    }
    return m->to != NULL;
}

/* The addresses that columns of a mail's first row have. */
static bool address(struct mail *m)
{
    struct courier *c = m->courier;
    const struct buf *to = &c->first_to;
    libcurl.slist_free_all(m->to);
    m->to = NULL;
    bool good = add_addresses(m, to->data, to->len);
    if (!good && schema_has_personal(c->output->schema))
        snprintf(c->reason, sizeof c->reason,
                 "what a PERSONAL row has for \"to\" is no mail address");
    else if (!good)
        snprintf(c->reason, sizeof c->reason, "'%.*s' is no mail address",
                 (int)(to->len < 100 ? to->len : 100), to->len ? to->data : "");
    libcurl.easy_setopt(c->curl, CURLOPT_MAIL_RCPT, m->to);
    return good;
}

static enum courier_answer send_mail(struct courier *c)
{
    struct mail *m = c->output->mail;
    long         code = 0;
    if (c->to && !address(m)) return COURIER_NEVER;
    write_mail(m);
    enum courier_answer sent = courier_perform(c);
    if (sent == COURIER_DONE) return sent;
    libcurl.easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &code);
    if (code >= 400) snprintf(c->reason, sizeof c->reason, "the server answers %ld", code);
    /* 4yz: not now; 5yz: never (RFC 5321, 4.2.1) */
    if (code >= 400 && code < 500) return COURIER_LATER;
    return code >= 500 ? COURIER_NEVER : sent;
}

/* ---- options ---- */

static void free_mail(void *arg)
{
    struct mail *m = arg;
    libcurl.slist_free_all(m->to);
    buf_free(&m->address);
    buf_free(&m->text);
}

static struct status bad_address(struct output *o, const char *option, const char *text)
{
    struct status st =
        status_new(o->arena, ERR_BAD_OPTION, o->endpoint->at, "option \"%s\" of %s is '%s'%s",
                   option, o->endpoint->name, text, *text ? ", no mail address" : "");
    return status_with_hint(st, "mails need from = 'a@host' and to = 'b@host, c@host'");
}

static struct status read_addresses(struct output *o, struct mail *m)
{
    m->from = str_to_c(o->arena, option_text(o->endpoint, "from", ""));
    m->to_line = str_to_c(o->arena, option_text(o->endpoint, "to", ""));
    if (!is_address(m->from, strlen(m->from))) return bad_address(o, "from", m->from);
    if (strstr(m->to_line, "{{"))
        return message_new(o->arena, o->endpoint->at, "to", str_c(m->to_line), o->schema,
                           &m->courier->to);
    return add_addresses(m, m->to_line, strlen(m->to_line)) ? OK
                                                            : bad_address(o, "to", m->to_line);
}

/* `user` and the variable of the environment that `password_env` names. */
static struct status set_user(struct output *o, struct courier *c)
{
    const char *user = str_to_c(o->arena, option_text(o->endpoint, "user", ""));
    const char *name = str_to_c(o->arena, option_text(o->endpoint, "password_env", ""));
    const char *password = *name ? getenv(name) : "";
    if (!password)
        return status_new(o->arena, ERR_BAD_OPTION, o->endpoint->at,
                          "the variable %s that option \"password_env\" of %s names is not set",
                          name, o->endpoint->name);
    if (!*user) return OK;
    libcurl.easy_setopt(c->curl, CURLOPT_USERNAME, user);
    libcurl.easy_setopt(c->curl, CURLOPT_PASSWORD, password);
    return OK;
}

static struct status mail_open(struct output *o, const struct url *u)
{
    struct courier *c;
    struct mail    *m = ARENA_NEW(o->arena, struct mail);
    TRY(courier_open(o, u, send_mail, &c));
    o->mail = m;
    m->courier = c;
    arena_on_free(o->arena, free_mail, m);
    TRY(read_addresses(o, m));
    TRY(set_user(o, c));
    bool tls = option_is(o->endpoint, "tls", true);
    libcurl.easy_setopt(c->curl, CURLOPT_URL, u->path);
    libcurl.easy_setopt(c->curl, CURLOPT_MAIL_FROM, str_format_c(o->arena, "<%s>", m->from));
    libcurl.easy_setopt(c->curl, CURLOPT_MAIL_RCPT, m->to);
    libcurl.easy_setopt(c->curl, CURLOPT_UPLOAD, 1L);
    libcurl.easy_setopt(c->curl, CURLOPT_READFUNCTION, give);
    libcurl.easy_setopt(c->curl, CURLOPT_READDATA, m);
    libcurl.easy_setopt(c->curl, CURLOPT_USE_SSL,
                        tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    return OK;
}

const struct output_class output_mail_class = {
    .kind = URL_MAIL,
    .needs_ends = true,
    .open = mail_open,
    .write = courier_write,
    .advance = courier_advance,
    .flush = courier_flush,
    .save = courier_save,
    .restore = courier_restore,
    .close = courier_close,
};
