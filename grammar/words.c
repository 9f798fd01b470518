/*
 * words.c: the table of keywords.
 *
 * Words are looked up after folding to upper case, by a binary search in keywords.def, which is
 * sorted.
 */

#include "grammar/words.h"

#include "grammar/parse.h"
#include "parser.h"

struct word {
    const char *text;
    int kind;
    enum word_use use;
};

static const struct word words[] = {
#define KEYWORD(text, token, use) { text, TK_##token, WORD_##use },
#include "grammar/keywords.def"
#undef KEYWORD
};

enum {
    WORD_COUNT = sizeof words / sizeof words[0]
};

static const struct {
    int kind;
    const char *text;
} signs[] = {
    { TK_LP, "(" },
    { TK_RP, ")" },
    { TK_COMMA, "," },
    { TK_SEMI, ";" },
    { TK_DOT, "." },
    { TK_PLUS, "+" },
    { TK_MINUS, "-" },
    { TK_STAR, "*" },
    { TK_SLASH, "/" },
    { TK_CONCAT, "||" },
    { TK_EQ, "=" },
    { TK_NE, "<>" },
    { TK_LT, "<" },
    { TK_LE, "<=" },
    { TK_GT, ">" },
    { TK_GE, ">=" },
    { TK_ARROW, "=>" },
};

/* Compares a word with a terminated one. */
static int word_compare(struct str word, const char *text)
{
    size_t n = strlen(text);
    size_t common = n < word.len ? n : word.len;
    int order = memcmp(str_data(&word), text, common);
    if (order != 0) return order;
    return word.len < n ? -1 : word.len > n;
}

static const struct word *word_find(struct str text)
{
    size_t low = 0, high = WORD_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = word_compare(text, words[middle].text);
        if (order == 0) return &words[middle];
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

void word_classify(struct str word, int *kind, enum word_use *use)
{
    const struct word *found = word_find(word);
    *kind = found ? found->kind : TK_ID;
    *use = found ? found->use : WORD_NONE;
}

bool word_is_reserved(struct str word)
{
    const struct word *found = word_find(word);
    return found && found->use != WORD_FREE && found->use != WORD_READABLE;
}

const char *word_of_kind(int kind)
{
    if (kind == TK_ID) return NULL;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (signs[i].kind == kind) return signs[i].text;
    }
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (words[i].kind == kind) return words[i].text;
    }
    return NULL;
}

enum keyword_use parse_keyword(struct str word)
{
    char upper[40];
    if (word.len == 0 || word.len > sizeof upper) return KEYWORD_NONE;
    const char *text = str_data(&word);
    for (uint32_t i = 0; i < word.len; i++) {
        upper[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
    }
    const struct word *found = word_find(str_view(upper, word.len));
    if (!found) return KEYWORD_NONE;
    return found->use == WORD_FREE ? KEYWORD_FREE : KEYWORD_RESERVED;
}
