/* test_gate.c: who may touch a running graph, and when. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/gate.h"
#include "base/thread.h"

struct other {
    struct gate  *gate;
    struct thread thread;
    bool          looked, entered;
};

static void try_both(void *arg)
{
    struct other *o = arg;
    gate_wait(o->gate); /* it is not the one that works: nothing happens */
    o->looked = gate_look_soon(o->gate, 1);
    if (o->looked) gate_look_away(o->gate);
    gate_go_on(o->gate);
    o->entered = gate_enter_soon(o->gate, 1);
    if (o->entered) gate_leave(o->gate);
}

/* What another thread may do just now. */
static struct other other(struct gate *g)
{
    struct other o = { .gate = g };
    assert_true(thread_start(&o.thread, try_both, &o));
    thread_join(&o.thread);
    return o;
}

/* While one works nobody looks; while it waits, everybody may, and nobody else works. */
static void who_waits_is_looked_at(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g);
    assert_true(other(&g).looked && other(&g).entered);
    for (int round = 0; round < 2; round++) {
        gate_enter(&g);
        assert_false(other(&g).looked || other(&g).entered);
        gate_wait(&g);
        assert_true(other(&g).looked);
        assert_false(other(&g).entered);
        gate_go_on(&g);
        assert_false(other(&g).looked || other(&g).entered);
        gate_leave(&g);
    }
    assert_true(other(&g).looked && other(&g).entered);
    gate_fini(&g);
}

enum { ROUNDS = 2000, THREADS = 3 };

struct crowd {
    struct gate gate;
    int         a, b; /* equal, but for who works */
    int         torn;
};

static void work_and_wait(void *arg)
{
    struct crowd *c = arg;
    for (int i = 0; i < ROUNDS; i++) {
        gate_enter(&c->gate);
        c->a++;
        c->b++;
        gate_wait(&c->gate);
        gate_go_on(&c->gate);
        c->a++;
        c->b++;
        gate_leave(&c->gate);
        gate_look(&c->gate);
        c->torn += c->a != c->b;
        gate_look_away(&c->gate);
    }
}

/* Nobody sees half of what another one does. */
static void nothing_is_seen_half_done(void **state)
{
    (void)state;
    struct crowd c = { .a = 0 };
    struct thread threads[THREADS] = { 0 };
    gate_init(&c.gate);
    for (int i = 0; i < THREADS; i++) assert_true(thread_start(&threads[i], work_and_wait, &c));
    for (int i = 0; i < THREADS; i++) thread_join(&threads[i]);
    assert_int_equal(c.torn, 0);
    assert_int_equal(c.a, 2 * ROUNDS * THREADS);
    gate_fini(&c.gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_waits_is_looked_at),
        cmocka_unit_test(nothing_is_seen_half_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
