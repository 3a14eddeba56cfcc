/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor's heap. */
/* links: core/mm */
#include "core/mm/heap.h"

#include <arch/heap.h>
#include <sanitizer/asan_interface.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/abi.h"

#define BLOCKS 64u
#define PA     0x2000000u

static uint8_t region[BLOCKS * HEAP_BLOCK_SIZE] __attribute__((aligned(HEAP_BLOCK_SIZE)));

static int setup(void **state) {
    (void)state;
    arch_heap_taken(region, sizeof(region));
    heap_init(region, maddr(PA), sizeof(region));
    return 0;
}

static bool is_zero(const void *p, size_t size) {
    const uint8_t *b = p;

    while (size && *b == 0) {
        b++;
        size--;
    }
    return size == 0;
}

static void allocations_are_zeroed_aligned_and_apart(void **state) {
    static const unsigned int orders[] = {0, 1, 2, 3, 0, 4, 1, 0};
    uint8_t *p[8];

    (void)state;
    for (unsigned int i = 0; i < 8; i++) {
        size_t size = (size_t)PAGE_SIZE << orders[i];
        size_t align = size < HEAP_BLOCK_SIZE ? size : HEAP_BLOCK_SIZE;

        p[i] = heap_alloc(orders[i]);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t)p[i] % align, 0);
        assert_true(is_zero(p[i], size));
        memset(p[i], (int)i + 1, size);
    }
    for (unsigned int i = 0; i < 8; i++) {
        size_t size = (size_t)PAGE_SIZE << orders[i];

        assert_int_equal(p[i][0], i + 1);
        assert_int_equal(p[i][size - 1], i + 1);
        heap_free(p[i], orders[i]);
    }
    assert_int_equal(heap_free_blocks(), BLOCKS - 1);
    assert_int_equal(heap_free_pages(), (BLOCKS - 1) * 4);
}

static void it_can_be_used_up_and_given_back(void **state) {
    void *p[BLOCKS * 4];
    unsigned int n = 0;

    (void)state;
    while ((p[n] = heap_alloc(0)) != NULL) {
        n++;
    }
    assert_int_equal(n, (BLOCKS - 1) * 4);
    assert_null(heap_alloc(2));
    assert_int_equal(heap_free_pages(), 0);
    while (n) {
        heap_free(p[--n], 0);
    }
    assert_int_equal(heap_free_blocks(), BLOCKS - 1);
}

static void a_promise_is_kept_whatever_others_take(void **state) {
    void *p[8];

    (void)state;
    assert_int_equal(heap_reserve(8), 0);
    while (heap_alloc(0)) {
    }
    assert_int_equal(heap_free_blocks(), 8);
    assert_int_equal(heap_reserve(1), -XEN_ENOMEM);
    for (unsigned int i = 0; i < 8; i++) {
        p[i] = heap_block_alloc();
        assert_int_equal((uintptr_t)p[i] % HEAP_BLOCK_SIZE, 0);
    }
    assert_null(heap_alloc(0));
    for (unsigned int i = 0; i < 8; i++) {
        heap_block_free(p[i]);
    }
    assert_null(heap_alloc(0));
    heap_unreserve(8);
    /* As many as before, and no more. */
    assert_int_equal(heap_reserve(9), -XEN_ENOMEM);
    assert_int_equal(heap_reserve(8), 0);
    heap_unreserve(8);
    assert_non_null(heap_alloc(0));
}

static void too_much_is_refused(void **state) {
    (void)state;
    assert_null(heap_alloc(HEAP_ORDER_MAX + 1));
    assert_null(heap_alloc(HEAP_ORDER_MAX));
    assert_int_equal(heap_reserve(BLOCKS), -XEN_ENOMEM);
    assert_int_equal(heap_reserve(BLOCKS - 1), 0);
    assert_null(heap_alloc(0));
}

static bool is_poisoned(void *p, size_t size) {
    for (size_t i = 0; i < size; i += 64) {
        if (!__asan_address_is_poisoned((char *)p + i)) {
            return false;
        }
    }
    return true;
}

/* What other tests rely on: whoever uses freed memory is found, and so is who expects zeroes. */
static void what_is_free_is_nobodys(void **state) {
    (void)state;
    assert_true(is_poisoned(region + HEAP_BLOCK_SIZE, sizeof(region) - HEAP_BLOCK_SIZE));
    for (unsigned int order = 0; order <= 4; order++) {
        size_t size = (size_t)PAGE_SIZE << order;
        uint8_t *p = heap_alloc_dirty(order);

        assert_null(__asan_region_is_poisoned(p, size));
        assert_int_equal(p[0], FAKE_HEAP_RUBBISH);
        assert_int_equal(p[size - 1], FAKE_HEAP_RUBBISH);
        heap_free(p, order);
        assert_true(is_poisoned(p, size));
    }
    assert_int_equal(heap_reserve(1), 0);
    void *block = heap_block_alloc();
    assert_null(__asan_region_is_poisoned(block, HEAP_BLOCK_SIZE));
    heap_block_free(block);
    assert_true(is_poisoned(block, HEAP_BLOCK_SIZE));
}

/* The last block that was promised and the first beyond it, and back again. */
static void promises_end_exactly_at_what_there_is(void **state) {
    (void)state;
    assert_int_equal(heap_reserve(BLOCKS - 1), 0);
    assert_int_equal(heap_reserve(1), -XEN_ENOMEM);
    assert_null(heap_alloc(2));
    heap_unreserve(1);
    void *p = heap_alloc(2);
    assert_non_null(p);
    assert_null(heap_alloc(0));
    assert_int_equal(heap_reserve(1), -XEN_ENOMEM);
    heap_free(p, 2);
    assert_int_equal(heap_reserve(1), 0);
    assert_null(heap_alloc(0));
    heap_unreserve(BLOCKS - 1);
    assert_int_equal(heap_reserve(BLOCKS - 1), 0); /* nothing was added on the way */
    assert_int_equal(heap_reserve(1), -XEN_ENOMEM);
}

static void addresses_translate(void **state) {
    uint8_t *p = heap_alloc(1);

    (void)state;
    assert_int_equal(heap_to_maddr(p + 100).v, PA + (uint32_t)(p + 100 - region));
    assert_ptr_equal(heap_block_at(heap_block_index(p)),
                     (void *)((uintptr_t)p & ~(uintptr_t)(HEAP_BLOCK_SIZE - 1)));
}

static void orders_hold_their_size(void **state) {
    (void)state;
    assert_int_equal(heap_order(1), 0);
    assert_int_equal(heap_order(4096), 0);
    assert_int_equal(heap_order(4097), 1);
    assert_int_equal(heap_order(256 * 1024), 6);
}

/* Single blocks from one end, runs from the other: a long run survives much churn. */
static void random_use_leaves_nothing_behind(void **state) {
    struct {
        void *p;
        unsigned int order;
    } live[64] = {{0}};

    (void)state;
    srand(42);
    for (unsigned int i = 0; i < 20000; i++) {
        unsigned int slot = (unsigned int)rand() % 64;

        if (live[slot].p) {
            assert_true(is_zero(live[slot].p, (size_t)PAGE_SIZE << live[slot].order));
            heap_free(live[slot].p, live[slot].order);
            live[slot].p = NULL;
        } else {
            live[slot].order = (unsigned int)rand() % 5;
            live[slot].p = heap_alloc(live[slot].order);
        }
    }
    for (unsigned int slot = 0; slot < 64; slot++) {
        heap_free(live[slot].p, live[slot].order);
    }
    assert_int_equal(heap_free_blocks(), BLOCKS - 1);
    assert_int_equal(heap_free_pages(), (BLOCKS - 1) * 4);
}

/* What lies above the last block that there may be is nobody's. */
static void a_heap_has_no_more_blocks_than_there_are_records(void **state) {
    const size_t size = (2048 + 4) * HEAP_BLOCK_SIZE;
    uint8_t *large = aligned_alloc(HEAP_BLOCK_SIZE, size);

    (void)state;
    assert_non_null(large);
    heap_init(large, maddr(PA), size);
    assert_int_equal(heap_block_count(), 2048);
    assert_int_equal(heap_free_blocks(), 2047);
    uint8_t *p = heap_alloc(2);
    assert_ptr_equal(p, large + 2047 * HEAP_BLOCK_SIZE);
    heap_free(p, 2);
    heap_init(large, maddr(PA), 2048 * HEAP_BLOCK_SIZE);
    assert_int_equal(heap_block_count(), 2048);
    heap_init(large, maddr(PA), 2047 * HEAP_BLOCK_SIZE);
    assert_int_equal(heap_block_count(), 2047);
    assert_int_equal(heap_free_blocks(), 2046);
    arch_heap_taken(large, size);
    free(large);
}

/* Of the half of a block that is in use, the other half is counted. */
static void parts_of_blocks_are_counted(void **state) {
    (void)state;
    void *page = heap_alloc(0);
    assert_int_equal(heap_free_blocks(), BLOCKS - 2);
    assert_int_equal(heap_free_pages(), (BLOCKS - 1) * 4 - 1);
    void *pair = heap_alloc(1);
    assert_int_equal(heap_free_blocks(), BLOCKS - 3);
    assert_int_equal(heap_free_pages(), (BLOCKS - 1) * 4 - 3);
    void *run = heap_alloc(3);
    assert_int_equal(heap_free_pages(), (BLOCKS - 1) * 4 - 11);
    heap_free(page, 0);
    assert_int_equal(heap_free_pages(), (BLOCKS - 1) * 4 - 10);
    heap_free(pair, 1);
    assert_int_equal(heap_free_pages(), (BLOCKS - 1) * 4 - 8);
    heap_free(run, 3);
    heap_free(NULL, 0);
    assert_int_equal(heap_free_pages(), (BLOCKS - 1) * 4);
}

/* A second one begins anew. */
static void an_initialised_heap_is_whole(void **state) {
    (void)state;
    assert_int_equal(heap_reserve(5), 0);
    assert_non_null(heap_alloc(0));
    assert_non_null(heap_alloc(1));
    assert_non_null(heap_alloc(4));
    (void)setup(state);
    assert_int_equal(heap_free_blocks(), BLOCKS - 1);
    assert_int_equal(heap_free_pages(), (BLOCKS - 1) * 4);
    assert_int_equal(heap_reserve(BLOCKS - 1), 0);
    heap_unreserve(BLOCKS - 1);
    it_can_be_used_up_and_given_back(state);
}

/* Runs of what is promised are not given to others. */
static void runs_leave_what_is_promised(void **state) {
    (void)state;
    assert_int_equal(heap_reserve(BLOCKS - 1 - 4), 0);
    void *p = heap_alloc(4);
    assert_non_null(p);
    assert_null(heap_alloc(3));
    assert_null(heap_alloc(2));
    heap_free(p, 4);
    assert_null(heap_alloc(5));
    assert_int_equal(heap_reserve(1), 0);
    assert_null(heap_alloc(4));
    assert_non_null(heap_alloc(3));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(allocations_are_zeroed_aligned_and_apart, setup),
        cmocka_unit_test_setup(it_can_be_used_up_and_given_back, setup),
        cmocka_unit_test_setup(a_promise_is_kept_whatever_others_take, setup),
        cmocka_unit_test_setup(too_much_is_refused, setup),
        cmocka_unit_test_setup(what_is_free_is_nobodys, setup),
        cmocka_unit_test_setup(promises_end_exactly_at_what_there_is, setup),
        cmocka_unit_test_setup(addresses_translate, setup),
        cmocka_unit_test_setup(orders_hold_their_size, setup),
        cmocka_unit_test_setup(a_heap_has_no_more_blocks_than_there_are_records, setup),
        cmocka_unit_test_setup(parts_of_blocks_are_counted, setup),
        cmocka_unit_test_setup(an_initialised_heap_is_whole, setup),
        cmocka_unit_test_setup(runs_leave_what_is_promised, setup),
        cmocka_unit_test_setup(random_use_leaves_nothing_behind, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
