/* test_thread.c: pieces pass a turnstile in order, whoever works on them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/thread.h"

enum { PIECES = 2000, WORKERS_MAX = 20 };

struct work {
    struct turnstile reading;
    struct handover  ready;
    int              read, handed; /* pieces */
    int              stop_at;
    int              places[HANDOVER_PLACES]; /* pieces under way */
    int              order[PIECES];
};

static void worker(void *arg)
{
    struct work *w = arg;
    for (;;) {
        uint64_t ticket = turnstile_ticket(&w->reading);
        if (!turnstile_wait(&w->reading, ticket)) return;
        handover_reserve(&w->ready, ticket);
        if (w->read == w->stop_at) {
            turnstile_stop(&w->reading);
            return;
        }
        w->places[ticket % w->ready.places] = w->read++;
        bool alone = w->read % 100 == 0;
        if (!alone) turnstile_done(&w->reading, ticket);
        handover_give(&w->ready, ticket);
        for (uint64_t t; handover_take(&w->ready, &t); handover_done(&w->ready))
            w->order[w->handed++] = w->places[t % w->ready.places];
        if (!alone) continue;
        handover_wait(&w->ready, ticket);
        assert_true(handover_is_next(&w->ready, ticket + 1));
        turnstile_done(&w->reading, ticket);
    }
}

static void run(int workers, uint32_t places)
{
    struct work w = { .stop_at = PIECES };
    struct thread threads[WORKERS_MAX] = { 0 };
    turnstile_init(&w.reading);
    handover_init(&w.ready, places);
    for (int i = 0; i < workers; i++) assert_true(thread_start(&threads[i], worker, &w));
    for (int i = 0; i < workers; i++) thread_join(&threads[i]);
    assert_int_equal(w.handed, PIECES);
    for (int i = 0; i < PIECES; i++) assert_int_equal(w.order[i], i);
    turnstile_fini(&w.reading);
    handover_fini(&w.ready);
}

static void order_is_that_of_the_input(void **state)
{
    (void)state;
    run(1, 1);
    run(1, 3);
    run(2, 2);
    run(2, 4);
    run(WORKERS_MAX, HANDOVER_PLACES);
    run(WORKERS_MAX, 1);
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
