/* SPDX-License-Identifier: GPL-2.0-only */
/* Which blocks of the heap are free, against an array that says the same. */
/* links: core/mm */
#include "core/mm/block_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct block_map map;
static bool model[BLOCK_MAP_MAX];

static int setup(void **state) {
    (void)state;
    memset(&map, 0, sizeof(map));
    memset(model, 0, sizeof(model));
    srand(7);
    return 0;
}

static bool model_all(unsigned int first, unsigned int count, bool is_free) {
    while (count && model[first] == is_free) {
        first++;
        count--;
    }
    return count == 0;
}

static unsigned int model_find(unsigned int count) {
    unsigned int first = 0;

    while (first < BLOCK_MAP_MAX && !model_all(first, count, true)) {
        first += count;
    }
    return first < BLOCK_MAP_MAX ? first : 0;
}

static unsigned int model_highest(void) {
    unsigned int i = BLOCK_MAP_MAX - 1;

    while (i && !model[i]) {
        i--;
    }
    return i;
}

static void set(unsigned int first, unsigned int count, bool is_free) {
    (is_free ? block_map_add : block_map_remove)(&map, first, count);
    for (unsigned int i = first; i < first + count; i++) {
        model[i] = is_free;
    }
}

static void expect_equal(void) {
    for (unsigned int count = 1; count < BLOCK_MAP_MAX; count *= 2) {
        assert_int_equal(block_map_find(&map, count), model_find(count));
    }
    if (model_highest()) {
        assert_int_equal(block_map_highest(&map), model_highest());
    }
}

static void any_mixture_is_found_as_in_the_model(void **state) {
    (void)state;
    for (unsigned int i = 0; i < 3000; i++) {
        unsigned int count = 1u << rand() % 9;
        unsigned int first = (unsigned int)rand() % (BLOCK_MAP_MAX / count) * count;

        if (first == 0) {
            continue;
        }
        if (model_all(first, count, false)) {
            set(first, count, true);
        } else if (model_all(first, count, true)) {
            set(first, count, false);
        }
        expect_equal();
    }
}

static void runs_of_each_length_are_found_at_each_place(void **state) {
    (void)state;
    for (unsigned int count = 1; count <= BLOCK_MAP_MAX / 2; count *= 2) {
        for (unsigned int first = count; first < BLOCK_MAP_MAX; first += count) {
            set(first, count, true);
            assert_int_equal(block_map_find(&map, count), first);
            assert_int_equal(block_map_highest(&map), first + count - 1);
            assert_int_equal(block_map_find(&map, count * 2), 0);
            set(first, count, false);
            assert_int_equal(block_map_find(&map, count), 0);
        }
    }
}

/* A run that is long enough, but lies across two places of such runs, is not taken. */
static void runs_begin_at_multiples_of_their_length(void **state) {
    (void)state;
    for (unsigned int i = 33; i < 63; i++) {
        set(i, 1, true);
    }
    assert_int_equal(block_map_find(&map, 16), 0);
    assert_int_equal(block_map_find(&map, 8), 40);
    set(63, 1, true);
    assert_int_equal(block_map_find(&map, 16), 48);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(any_mixture_is_found_as_in_the_model, setup),
        cmocka_unit_test_setup(runs_of_each_length_are_found_at_each_place, setup),
        cmocka_unit_test_setup(runs_begin_at_multiples_of_their_length, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
