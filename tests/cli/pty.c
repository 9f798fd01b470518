/*
 * pty.c: runs a program on a pseudo-terminal, types what standard input says, and prints what a person would have seen.
 *
 *     pty PROGRAM [ARGUMENT...]
 *
 * Each line of standard input is one act:
 *
 *     > TEXT    types TEXT and Enter, waits for the next prompt
 *     + TEXT    types TEXT and Enter, waits for nothing
 *     = KEYS    types keys without Enter, ^X for Control-X; waits until the screen rests
 *     ~ TEXT    waits until TEXT has been seen since the last act
 *     # COLUMNS makes the terminal that narrow: the line of the cursor is wrapped, and the cursor stays
 *               with its character
 *
 * A prompt is a last line that ends with "> ". In the end the program has to end by itself. The screen is 100 columns
 * wide and keeps every line; it knows as much of a terminal as line editing needs: return, line feed, backspace,
 * moving left and right, up and down, clearing and inserting. Colours are passed over. Ends with the program's exit
 * code, or with 99 when something waited for did not come within ten seconds.
 */

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 100, LINES = 2000, REST_MS = 60, WAIT_MS = 10000 };

struct screen {
    char text[LINES][WIDTH + 1];
    int  row, column, rows; /* rows: used so far */
    char seen[1 << 16];     /* characters since the last act */
    size_t n_seen;
    char escape[32]; /* what follows ESC so far */
    int  n_escape;   /* -1: not in one */
};

static struct screen screen = { .n_escape = -1 };
static int terminal, width = WIDTH;

/* ---- the screen ---- */

static void clear_line(int row, int from, int to)
{
    for (int i = from; i < to; i++) screen.text[row][i] = ' ';
}

static void feed_line(void)
{
    if (screen.row + 1 < LINES) screen.row++;
    if (screen.row < screen.rows) return;
    clear_line(screen.row, 0, WIDTH);
    screen.rows = screen.row + 1;
}

static void put(char c)
{
    if (screen.column >= width) {
        screen.column = 0;
        feed_line();
    }
    screen.text[screen.row][screen.column++] = c;
}

/* What terminals do that wrap their lines anew, to the one line that matters here. */
static void narrow(int columns)
{
    char *line = screen.text[screen.row];
    int n = WIDTH, row = screen.row;
    while (n > 0 && line[n - 1] == ' ') n--;
    for (int at = columns; at < n; at += columns) {
        int some = n - at < columns ? n - at : columns;
        clear_line(++row, 0, WIDTH);
        memcpy(screen.text[row], line + at, (size_t)some);
    }
    clear_line(screen.row, columns, WIDTH);
    if (row >= screen.rows) screen.rows = row + 1;
    screen.row += screen.column / columns;
    screen.column %= columns;
    width = columns;
    struct winsize size = { .ws_row = 50, .ws_col = (unsigned short)columns };
    if (ioctl(terminal, TIOCSWINSZ, &size) != 0) perror("pty: TIOCSWINSZ");
}

static void move_by(char direction, int n)
{
    if (direction == 'C') screen.column += n;
    if (direction == 'D') screen.column -= n;
    if (direction == 'A') screen.row -= n;
    if (direction == 'B') screen.row += n;
    if (screen.column < 0) screen.column = 0;
    if (screen.column > WIDTH - 1) screen.column = WIDTH - 1;
    if (screen.row < 0) screen.row = 0;
    if (screen.row >= screen.rows) screen.row = screen.rows - 1;
}

static void end_escape(char last)
{
    char *line = screen.text[screen.row];
    int given = atoi(screen.escape + 1), n = given < 1 || given > WIDTH ? 1 : given;
    int at = screen.column < 0 ? 0 : screen.column < WIDTH ? screen.column : WIDTH - 1;
    size_t column = (size_t)at, some = (size_t)n;
    if (some > WIDTH - column) some = WIDTH - column;
    size_t rest = WIDTH - column - some;
    if (strchr("ABCD", last)) move_by(last, n);
    if (last == 'G') screen.column = n - 1;
    if (last == 'K') clear_line(screen.row, given == 1 ? 0 : (int)column, WIDTH);
    if (last == 'J') {
        clear_line(screen.row, (int)column, WIDTH);
        for (int i = screen.row + 1; i < screen.rows; i++) clear_line(i, 0, WIDTH);
    }
    if (last == '@') {
        memmove(line + column + some, line + column, rest);
        memset(line + column, ' ', some);
    }
    if (last == 'P') {
        memmove(line + column, line + column + some, rest);
        memset(line + WIDTH - some, ' ', some);
    }
    screen.n_escape = -1;
}

static void take_escape(char c)
{
    if (screen.n_escape < (int)sizeof screen.escape - 1) screen.escape[screen.n_escape++] = c;
    screen.escape[screen.n_escape] = 0;
    bool begins = screen.n_escape == 1 && strchr("[(]", c);
    if (begins) return;
    bool ends = screen.escape[0] == '[' ? c >= '@' && c <= '~' : true;
    if (ends && screen.escape[0] == '[') end_escape(c);
    else if (ends) screen.n_escape = -1;
}

static void take(char c)
{
    if (screen.n_escape >= 0) take_escape(c);
    else if (c == 27) screen.n_escape = 0;
    else if (c == '\n') feed_line();
    else if (c == '\r') screen.column = 0;
    else if (c == '\b') screen.column -= screen.column > 0;
    else if (c == '\t') move_by('C', 8 - screen.column % 8);
    else if ((unsigned char)c >= ' ') put(c);
    if (screen.n_escape < 0 && screen.n_seen + 1 < sizeof screen.seen) {
        screen.seen[screen.n_seen++] = c;
        screen.seen[screen.n_seen] = 0;
    }
}

static bool at_prompt(void)
{
    const char *line = screen.text[screen.row];
    if (screen.column < 2 || memcmp(line + screen.column - 2, "> ", 2) != 0) return false;
    for (int i = screen.column; i < WIDTH; i++) {
        if (line[i] != ' ') return false;
    }
    return true;
}

static void print_screen(void)
{
    for (int i = 0; i < screen.rows; i++) {
        int n = WIDTH;
        while (n > 0 && screen.text[i][n - 1] == ' ') n--;
        if (n == 0 && i + 1 == screen.rows) break;
        printf("%.*s\n", n, screen.text[i]);
    }
}

/* ---- the terminal ---- */

/* Takes what comes within the time; false: the program has closed it. *any: something came. */
static bool listen_for(int ms, bool *any)
{
    struct pollfd p = { .fd = terminal, .events = POLLIN };
    char bytes[4096];
    *any = false;
    if (poll(&p, 1, ms) <= 0) return true;
    ssize_t n = read(terminal, bytes, sizeof bytes);
    if (n <= 0) return false;
    for (ssize_t i = 0; i < n; i++) take(bytes[i]);
    *any = true;
    return true;
}

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until the screen rests and, where asked, shows a prompt or has shown a text. */
static void wait_until(bool prompt, const char *text)
{
    long end = now_ms() + WAIT_MS;
    bool any = true, open = true;
    while (open && now_ms() < end) {
        open = listen_for(REST_MS, &any);
        bool shown = text ? strstr(screen.seen, text) != NULL : !prompt || at_prompt();
        if (shown && (!any || text)) return;
    }
    if (!open) return;
    print_screen();
    printf("[pty: waited in vain for %s]\n", text ? text : "a prompt");
    exit(99);
}

static void type(const char *bytes, size_t n)
{
    if (write(terminal, bytes, n) != (ssize_t)n) perror("pty: write");
}

static void type_keys(const char *keys)
{
    for (; *keys; keys++) {
        char c = *keys;
        if (c == '^' && keys[1]) c = (char)(*++keys & 0x1f);
        type(&c, 1);
    }
}

static void act(char *line)
{
    size_t n = strlen(line);
    while (n > 0 && line[n - 1] == '\n') line[--n] = 0;
    if (n < 1) return;
    char *text = n > 2 ? line + 2 : line + n;
    if (line[0] != '~') screen.n_seen = 0;
    screen.seen[screen.n_seen] = 0;
    if (line[0] == '=') type_keys(text);
    if (line[0] == '#' && atoi(text) > 0) narrow(atoi(text));
    if (line[0] == '>' || line[0] == '+') {
        type(text, strlen(text));
        type("\r", 1);
    }
    if (line[0] == '>') wait_until(true, NULL);
    if (line[0] == '=') wait_until(false, NULL);
    if (line[0] == '~') wait_until(false, text);
}

int main(int argc, char **argv)
{
    struct winsize size = { .ws_row = 50, .ws_col = WIDTH };
    if (argc < 2) return 2;
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    if (child < 0) {
        perror("pty: forkpty");
        return 2;
    }
    if (child == 0) {
        setenv("TERM", "xterm", 1);
        setenv("NO_COLOR", "1", 0);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    clear_line(0, 0, WIDTH);
    screen.rows = 1;
    wait_until(true, NULL);
    char line[4096];
    while (fgets(line, sizeof line, stdin)) act(line);
    long end = now_ms() + WAIT_MS;
    bool any, open = true;
    while (open && now_ms() < end) open = listen_for(REST_MS, &any);
    if (open) kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    print_screen();
    if (open) printf("[pty: the program did not end]\n");
    return open ? 99 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
