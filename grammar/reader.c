/*
 * reader.c: what a token is, seen with its neighbours.
 *
 *     text                        becomes          if
 *     DATE, TIME, TIMESTAMP       DATETIME         a text follows; else a name
 *     INTERVAL                    itself           a text, a sign and a text, or a unit follows
 *     CAST, FLOOR and the like    themselves       ( follows
 *     U&'..' UESCAPE 'c'          one STRING
 *     FROM FIRST, FROM LAST       FROM_FIRST ...   ) stands before, OVER or null treatment behind
 *     IGNORE NULLS                IGNORE_NULLS ... RESPECT alike
 *     (..) STRICTLY LEADS (..)    PERIOD           ) stands before, ( behind; one of 17
 *     (..) MINUTE TO MINUTE       TO_UNIT          not from coarse to fine, so no qualifier
 */

#include "grammar/reader.h"

#include "grammar/build.h"
#include "grammar/spell.h"
#include "parser.h"

static bool is_word(const struct token *t, const char *word)
{
    return !t->quoted && t->kind != TK_STRING && str_equal_c(t->text, word);
}

static bool is_text(const struct token *t)
{
    return t->kind == TK_STRING || t->kind == TK_USTRING;
}

/* "2026-01-31": the wrong quotes around what can only be meant as a text. */
static bool is_quoted_number(const struct token *t)
{
    char first = t->text.len > 0 ? *str_data(&t->text) : 0;
    return t->quoted && first >= '0' && first <= '9';
}

/* Takes the n tokens behind the first into it. */
static void merge(struct reader *r, int n)
{
    struct token *t = &r->window[0];
    const struct token *last = &r->window[n];
    t->at.length = last->at.offset + last->at.length - t->at.offset;
    for (int i = 1; i <= n && !t->fault; i++) t->fault = r->window[i].fault;
    memmove(&r->window[1], &r->window[n + 1], (size_t)(READER_AHEAD - n) * sizeof r->window[0]);
    for (int i = READER_AHEAD - n + 1; i <= READER_AHEAD; i++) lexer_next(&r->lexer, &r->window[i]);
}

static void settle_ustring(struct reader *r)
{
    struct token *t = &r->window[0];
    struct str escape = str_c("\\");
    if (is_word(&r->window[1], "UESCAPE") && r->window[2].kind == TK_STRING) {
        escape = r->window[2].text;
        merge(r, 2);
    }
    t->kind = TK_STRING;
    spell_unicode(r->lexer.arena, t, escape);
}

static void settle_interval(struct reader *r)
{
    const struct token *next = &r->window[1], *after = &r->window[2];
    bool sign = next->kind == TK_PLUS || next->kind == TK_MINUS;
    bool literal = is_text(next) || (sign && is_text(after));
    /* INTERVAL 5 and INTERVAL "5" are no literals either, but meant as such. */
    bool meant = next->kind == TK_UNIT || next->kind == TK_NUMBER || next->quoted;
    if (!literal && !meant) r->window[0].kind = TK_ID;
}

/* The word of a period predicate at t that may stand behind `first`, or alone if that is NULL. */
static bool is_period_word(const struct token *t, const char *first)
{
    /* The first four stand behind IMMEDIATELY, the first six behind STRICTLY. */
    static const char *const words[] = { "PRECEDES", "SUCCEEDS", "LEADS", "LAGS",
                                         "CONTAINS", "OVERLAPS", "EQUALS" };
    size_t count = 7;
    if (first) count = *first == 'S' ? 6 : 4;
    for (size_t i = 0; i < count; i++) {
        if (is_word(t, words[i])) return true;
    }
    return false;
}

static void settle_period(struct reader *r)
{
    static const char *const firsts[] = { "STRICTLY", "IMMEDIATELY" };
    struct token *t = &r->window[0];
    if (r->before[0].kind != TK_RP) return;
    if (is_period_word(t, NULL) && r->window[1].kind == TK_LP) {
        t->kind = TK_PERIOD;
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (!is_word(t, firsts[i]) || !is_period_word(&r->window[1], firsts[i])) continue;
        if (r->window[2].kind != TK_LP) continue;
        t->text = str_format(r->lexer.arena, "%s %.*s", firsts[i], STR_ARG(r->window[1].text));
        t->kind = TK_PERIOD;
        t->use = WORD_NONE;
        merge(r, 1);
        return;
    }
}

static void settle_from(struct reader *r)
{
    struct token *t = &r->window[0];
    const struct token *next = &r->window[1], *after = &r->window[2];
    bool end = after->kind == TK_OVER || is_word(after, "IGNORE") || is_word(after, "RESPECT");
    if (r->before[0].kind != TK_RP || !end) return;
    if (!is_word(next, "FIRST") && !is_word(next, "LAST")) return;
    t->kind = is_word(next, "FIRST") ? TK_FROM_FIRST : TK_FROM_LAST;
    t->use = WORD_NONE;
    merge(r, 1);
}

static void settle_to(struct reader *r)
{
    if (r->before[0].kind != TK_UNIT || r->before[1].kind != TK_RP) return;
    if (r->window[1].kind != TK_UNIT) return;
    if (build_unit(&r->before[0]) >= build_unit(&r->window[1])) r->window[0].kind = TK_TO_UNIT;
}

static void settle_nulls(struct reader *r)
{
    struct token *t = &r->window[0];
    bool ignore = is_word(t, "IGNORE");
    if ((!ignore && !is_word(t, "RESPECT")) || !is_word(&r->window[1], "NULLS")) return;
    t->kind = ignore ? TK_IGNORE_NULLS : TK_RESPECT_NULLS;
    t->use = WORD_NONE;
    merge(r, 1);
}

/* Gives window[0] its final kind. */
static void settle(struct reader *r)
{
    struct token *t = &r->window[0];
    switch (t->kind) {
    case TK_USTRING: settle_ustring(r); break;
    case TK_DATETIME:
        if (!is_text(&r->window[1]) && !is_quoted_number(&r->window[1])) t->kind = TK_ID;
        break;
    case TK_INTERVAL: settle_interval(r); break;
    case TK_CAST:
    case TK_CEIL:
    case TK_CURSOR:
    case TK_EXISTS:
    case TK_EXTRACT:
    case TK_FLOOR:
    case TK_OVERLAY:
    case TK_POSITION:
    case TK_STEP:
    case TK_SUBSTRING:
    case TK_TRIM:
        if (r->window[1].kind != TK_LP) t->kind = TK_ID;
        break;
    case TK_FROM: settle_from(r); break;
    case TK_TO: settle_to(r); break;
    case TK_CONTAINS: settle_period(r); break;
    case TK_ID:
        if (t->quoted) break;
        settle_nulls(r);
        if (t->kind == TK_ID) settle_period(r);
        break;
    default: break;
    }
}

void reader_init(struct reader *r, struct arena *a, const struct text_file *file,
                 struct diags *diags)
{
    *r = (struct reader){ 0 };
    lexer_init(&r->lexer, a, file, diags);
    for (int i = 0; i <= READER_AHEAD; i++) lexer_next(&r->lexer, &r->window[i]);
    settle(r);
}

void reader_advance(struct reader *r)
{
    r->before[1] = r->before[0];
    r->before[0] = r->window[0];
    memmove(&r->window[0], &r->window[1], READER_AHEAD * sizeof r->window[0]);
    lexer_next(&r->lexer, &r->window[READER_AHEAD]);
    settle(r);
}

void reader_begin(struct reader *r)
{
    r->before[0] = r->before[1] = (struct token){ 0 };
}
