/* test_thread.c: pieces pass a turnstile in order, whoever works on them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/thread.h"

enum { PIECES = 2000, WORKERS_MAX = 20 };

struct work {
    struct turnstile reading, handing;
    int              read, handed; /* pieces */
    int              stop_at;
    int              order[PIECES];
};

static void worker(void *arg)
{
    struct work *w = arg;
    for (;;) {
        uint64_t ticket = turnstile_ticket(&w->reading);
        if (!turnstile_wait(&w->reading, ticket)) return;
        if (w->read == w->stop_at) {
            turnstile_stop(&w->reading);
            return;
        }
        int piece = w->read++;
        turnstile_done(&w->reading, ticket);
        if (!turnstile_wait(&w->handing, ticket)) return;
        w->order[w->handed++] = piece;
        turnstile_done(&w->handing, ticket);
    }
}

static void run(int workers)
{
    struct work w = { .stop_at = PIECES };
    struct thread threads[WORKERS_MAX] = { 0 };
    turnstile_init(&w.reading);
    turnstile_init(&w.handing);
    for (int i = 0; i < workers; i++) assert_true(thread_start(&threads[i], worker, &w));
    for (int i = 0; i < workers; i++) thread_join(&threads[i]);
    assert_int_equal(w.handed, PIECES);
    for (int i = 0; i < PIECES; i++) assert_int_equal(w.order[i], i);
    turnstile_fini(&w.reading);
    turnstile_fini(&w.handing);
}

static void order_is_that_of_the_input(void **state)
{
    (void)state;
    run(1);
    run(2);
    run(WORKERS_MAX);
}

static void wait_for_never(void *arg)
{
    struct turnstile *t = arg;
    (void)turnstile_wait(t, 5);
}

static void stop_wakes_who_waits(void **state)
{
    (void)state;
    struct turnstile t;
    struct thread threads[3] = { 0 };
    turnstile_init(&t);
    for (int i = 0; i < 3; i++) assert_true(thread_start(&threads[i], wait_for_never, &t));
    turnstile_stop(&t);
    for (int i = 0; i < 3; i++) thread_join(&threads[i]);
    assert_false(turnstile_wait(&t, 0));
    turnstile_fini(&t);
    assert_true(thread_cpus() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_that_of_the_input),
        cmocka_unit_test(stop_wakes_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
