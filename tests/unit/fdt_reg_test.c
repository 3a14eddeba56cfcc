/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of addresses: none is empty, none leaves 32 bits, and what two have in common. */
/* links: core/fdt */
#include "core/fdt/fdt_reg.h"

#include <libfdt.h>

#include "core/base/abi.h"
#include "support_cmocka.h"

#define FOUR_GIB (1ull << 32)

static void expect_made(uint64_t start, uint64_t size) {
    struct maddr_range range;

    assert_int_equal(fdt_reg_make(start, size, &range), 0);
    assert_int_equal(range.start.v, start);
    assert_int_equal(range.size, size);
}

static void expect_refused(uint64_t start, uint64_t size) {
    struct maddr_range range;

    assert_int_equal(fdt_reg_make(start, size, &range), -XEN_EINVAL);
}

static void ranges_end_where_addresses_do(void **state) {
    (void)state;
    expect_made(0, 1);
    expect_made(FOUR_GIB - 1, 1);
    expect_made(FOUR_GIB - 0x1000, 0x1000);
    expect_made(0x2000, FOUR_GIB - 0x2000);
    expect_refused(0, 0);
    expect_refused(FOUR_GIB - 1, 2);
    expect_refused(FOUR_GIB - 0x1000, 0x1001);
    expect_refused(FOUR_GIB, 1);
    expect_refused(FOUR_GIB, 0);
    expect_refused(UINT64_MAX, 1);
    expect_refused(1, UINT64_MAX);
}

/* Widened to whole pages it still fits. */
static void ranges_are_not_too_large(void **state) {
    (void)state;
    expect_made(0x1000, FOUR_GIB - 0x2000);
    expect_refused(0x1000, FOUR_GIB - 0x1fff);
    expect_refused(0, FOUR_GIB);
}

static void cells_are_big_endian_words(void **state) {
    static const uint8_t cells[] = {0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0};

    (void)state;
    assert_true(fdt_reg_cells(cells, 0) == 0);
    assert_true(fdt_reg_cells(cells, 1) == 0x12345678);
    assert_true(fdt_reg_cells(cells, 2) == 0x123456789abcdef0);
}

/* A status of @size bytes; NULL: none. */
static bool enabled(const char *status, int size) {
    uint32_t tree[256];

    assert_int_equal(fdt_create_empty_tree(tree, sizeof(tree)), 0);
    if (status) {
        assert_int_equal(fdt_setprop(tree, 0, "status", status, size), 0);
    }
    return fdt_reg_enabled(tree, 0);
}

static void what_is_not_okay_is_disabled(void **state) {
    (void)state;
    assert_true(enabled(NULL, 0));
    assert_true(enabled("okay", 5));
    assert_true(enabled("ok", 3));
    assert_false(enabled("disabled", 9));
    assert_false(enabled("okay", 4)); /* no string */
    assert_false(enabled("okayy", 6));
    assert_false(enabled("okax", 5));
    assert_false(enabled("ok", 2));
    assert_false(enabled("no", 3));
    assert_false(enabled("", 1));
    assert_false(enabled("", 0));
}

static bool overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size) {
    const struct maddr_range first = {maddr(a), a_size}, second = {maddr(b), b_size};

    assert_int_equal(fdt_reg_overlap(&first, &second), fdt_reg_overlap(&second, &first));
    return fdt_reg_overlap(&first, &second);
}

static void neighbours_have_no_byte_in_common(void **state) {
    (void)state;
    assert_true(overlap(0x1000, 0x1000, 0x1000, 0x1000));
    assert_true(overlap(0x1000, 0x1001, 0x2000, 0x1000));
    assert_false(overlap(0x1000, 0x1000, 0x2000, 0x1000));
    assert_true(overlap(0x1000, 0x9000, 0x2000, 1));
    assert_true(overlap(0xfffff000, 0x1000, 0xffffffff, 1));
    assert_false(overlap(0xfffff000, 0x1000, 0, 0x1000));
    assert_false(overlap(0xfffff000, 0xfff, 0xffffffff, 1));
}

static bool contains(uint32_t start, uint32_t size) {
    const struct maddr_range outer = {maddr(0x1000), 0x1000}, inner = {maddr(start), size};

    return fdt_reg_contains(&outer, &inner);
}

static void what_is_inside_ends_inside(void **state) {
    (void)state;
    assert_true(contains(0x1000, 0x1000));
    assert_true(contains(0x1fff, 1));
    assert_true(contains(0x1001, 0xfff));
    assert_false(contains(0x1001, 0x1000));
    assert_false(contains(0xfff, 0x1000));
    assert_false(contains(0xfff, 1));
    assert_false(contains(0x2000, 1));
    assert_false(contains(0x1000, 0x1001));
    assert_false(contains(0xffffffff, 0x1000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_end_where_addresses_do),
        cmocka_unit_test(ranges_are_not_too_large),
        cmocka_unit_test(cells_are_big_endian_words),
        cmocka_unit_test(what_is_not_okay_is_disabled),
        cmocka_unit_test(neighbours_have_no_byte_in_common),
        cmocka_unit_test(what_is_inside_ends_inside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
