/* test_http_crowd.c: which connections of a server go, and when. Each is one end of a pair: the other end sees it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "io/http_crowd.h"

enum {
    CLIENTS = 8,
    MOST = 4,
    TIMEOUT_MS = 1000,
    START_MS = 5000
};

struct client {
    int here, there;
    struct visitor *visitor;
};

static struct crowd *crowd;
static struct client clients[CLIENTS];

static int begin(void **state)
{
    (void)state;
    crowd = crowd_new("http://here");
    crowd_limit(crowd, MOST, TIMEOUT_MS);
    memset(clients, 0, sizeof clients);
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (struct client *c = clients; c < clients + CLIENTS; c++) {
        if (!c->visitor) continue;
        crowd_leave(crowd, c->visitor);
        close(c->here);
        close(c->there);
    }
    crowd_free(crowd);
    return 0;
}

static void enter(int i, const char *address, int64_t now_ms)
{
    struct sockaddr_in four = { .sin_family = AF_INET };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
    const struct sockaddr *from = (const struct sockaddr *)&four;
    int ends[2];
    if (inet_pton(AF_INET, address, &four.sin_addr) != 1) {
        assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
        from = (const struct sockaddr *)&six;
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    clients[i] = (struct client){ ends[0], ends[1], crowd_enter(crowd, ends[0], from, now_ms) };
}

static struct visitor *visitor(int i)
{
    return clients[i].visitor;
}

/* '1' for each client that is connected still, in their order. */
static void expect(const char *connected)
{
    char found[CLIENTS + 1] = "", byte;
    for (int i = 0; connected[i]; i++) found[i] = read(clients[i].there, &byte, 1) ? '1' : '0';
    assert_string_equal(found, connected);
}

static void late_heads_go(void **state)
{
    (void)state;
    enter(0, "127.0.0.1", START_MS);
    enter(1, "127.0.0.1", START_MS + 500);
    crowd_sweep(crowd, START_MS + TIMEOUT_MS + CROWD_GRACE_MS);
    expect("11");
    crowd_sweep(crowd, START_MS + TIMEOUT_MS + CROWD_GRACE_MS + 1);
    expect("01");
}

/* A body has its own time, however fast it comes; then the answer has, and the head behind it. */
static void stages_have_their_times(void **state)
{
    (void)state;
    enter(0, "127.0.0.1", START_MS);
    enter(1, "127.0.0.1", START_MS);
    enter(2, "127.0.0.1", START_MS);
    int64_t now = START_MS + TIMEOUT_MS;
    for (int i = 0; i < 3; i++) visitor_begins(visitor(i), now);
    visitor_sends(visitor(0), 1 << 30, now + 999);
    visitor_waits(visitor(1));
    visitor_reads(visitor(2), now + 100);
    crowd_sweep(crowd, now + TIMEOUT_MS);
    expect("111");
    crowd_sweep(crowd, now + TIMEOUT_MS + 1);
    expect("011");
    now += 100 + TIMEOUT_MS + CROWD_GRACE_MS;
    crowd_sweep(crowd, now);
    expect("011");
    visitor_rests(visitor(2), now);
    crowd_sweep(crowd, now + TIMEOUT_MS + CROWD_GRACE_MS);
    expect("011");
    crowd_sweep(crowd, now + TIMEOUT_MS + CROWD_GRACE_MS + 1);
    expect("010");
    crowd_sweep(crowd, now + 100 * TIMEOUT_MS);
    expect("010");
}

/* Of one address: who has kept the server waiting longest makes room, but nobody that the server is at work for. */
static void the_slowest_makes_room(void **state)
{
    (void)state;
    for (int i = 0; i < MOST; i++) enter(i, "127.0.0.1", START_MS + i);
    visitor_waits(visitor(0));
    visitor_begins(visitor(1), START_MS + 10);
    visitor_sends(visitor(1), 100 * CROWD_BYTES_A_MS, START_MS + 500);
    enter(4, "127.0.0.1", START_MS + 500);
    expect("11011");
    enter(5, "127.0.0.1", START_MS + 501);
    expect("110011");
    enter(6, "127.0.0.1", START_MS + 502);
    expect("1000111");
}

/* Who has left makes room as well. */
static void who_left_makes_room(void **state)
{
    (void)state;
    for (int i = 0; i < MOST; i++) enter(i, "127.0.0.1", START_MS + i);
    crowd_leave(crowd, visitor(2));
    clients[2].visitor = NULL;
    enter(4, "127.0.0.1", START_MS + 10);
    expect("11111");
    close(clients[2].here);
    close(clients[2].there);
}

/* Many connections of one machine do not push out those of others; a network of IPv6 counts as one machine. */
static void the_most_make_room(void **state)
{
    (void)state;
    enter(0, "10.0.0.1", START_MS);
    enter(1, "2001:db8::1", START_MS + 1);
    enter(2, "2001:db8::2", START_MS + 2);
    enter(3, "10.0.0.2", START_MS + 3);
    enter(4, "2001:db8:0:1::1", START_MS + 4);
    expect("10111");
    enter(5, "::ffff:10.0.0.2", START_MS + 5);
    expect("101011");
    enter(6, "10.0.0.3", START_MS + 6);
    expect("0010111");
}

int main(void)
{
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(late_heads_go, begin, end),
        cmocka_unit_test_setup_teardown(stages_have_their_times, begin, end),
        cmocka_unit_test_setup_teardown(the_slowest_makes_room, begin, end),
        cmocka_unit_test_setup_teardown(who_left_makes_room, begin, end),
        cmocka_unit_test_setup_teardown(the_most_make_room, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
