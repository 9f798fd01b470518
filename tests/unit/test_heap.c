/* test_heap.c: a priority queue gives what was put in, least first. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/heap.h"

struct item {
    int  key;
    char rest[100]; /* longer than what is swapped at a time */
};

static bool before(const void *a, const void *b, void *context)
{
    (*(int *)context)++;
    return ((const struct item *)a)->key < ((const struct item *)b)->key;
}

static struct item item_of(int key)
{
    struct item it = { .key = key };
    for (size_t i = 0; i < sizeof it.rest; i++) it.rest[i] = (char)(key + (int)i);
    return it;
}

static void least_comes_first(void **state)
{
    (void)state;
    int calls = 0;
    struct heap h;
    heap_init(&h, sizeof(struct item), before, &calls);
    assert_null(heap_top(&h));
    for (int i = 0; i < 500; i++) {
        struct item it = item_of(i * 37 % 500);
        heap_push(&h, &it);
    }
    for (int i = 0; i < 500; i++) {
        struct item it, expected = item_of(i);
        assert_int_equal(((struct item *)heap_top(&h))->key, i);
        assert_true(heap_pop(&h, &it));
        assert_memory_equal(it.rest, expected.rest, sizeof it.rest);
    }
    assert_false(heap_pop(&h, NULL));
    assert_true(calls < 500 * 40);
    heap_fini(&h);
}

static void top_can_change(void **state)
{
    (void)state;
    int calls = 0;
    struct heap h;
    heap_init(&h, sizeof(struct item), before, &calls);
    for (int i = 0; i < 10; i++) {
        struct item it = item_of(i);
        heap_push(&h, &it);
    }
    for (int i = 0; i < 100; i++) {
        struct item *top = heap_top(&h);
        assert_int_equal(top->key, i);
        top->key += 10;
        heap_top_changed(&h);
    }
    heap_clear(&h);
    assert_null(heap_top(&h));
    heap_fini(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_comes_first),
        cmocka_unit_test(top_can_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
