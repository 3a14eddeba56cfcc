/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of addresses: none is empty, none leaves 32 bits, and what two have in common. */
/* links: core/fdt */
#include "core/fdt/fdt_reg.h"

#include <libfdt.h>

#include "core/base/abi.h"
#include "support_cmocka.h"
#include "support_fdt.h"

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

/* ---- Addresses of nodes on buses ---- */

static uint32_t machine[1024];

static int add_node(const char *parent, const char *name) {
    int node = fdt_add_subnode(machine, support_fdt_node(machine, parent), name);

    assert_true(node >= 0);
    return node;
}

static void set(const char *path, const char *name, const uint32_t *cells, int count) {
    support_fdt_cells(machine, path, name, cells, count);
}

/* A root of two address cells, a bus of one in it, and a node on the bus. */
static void make_bus(void) {
    assert_int_equal(fdt_create_empty_tree(machine, sizeof(machine)), 0);
    set("/", "#address-cells", (const uint32_t[]){2}, 1);
    set("/", "#size-cells", (const uint32_t[]){1}, 1);
    add_node("/", "bus");
    set("/bus", "#address-cells", (const uint32_t[]){1}, 1);
    set("/bus", "#size-cells", (const uint32_t[]){1}, 1);
    add_node("/bus", "node");
    set("/bus/node", "reg", (const uint32_t[]){0x1000, 0x100, 0x4000, 0x10, 0x4fff, 1, 0x5000, 1},
        8);
}

static void expect_reg(unsigned int index, int err, uint32_t start, uint32_t size) {
    struct maddr_range range = {maddr(0), 0};

    assert_int_equal(fdt_reg_get(machine, support_fdt_node(machine, "/bus/node"), index, &range),
                     err);
    assert_int_equal(range.start.v, start);
    assert_int_equal(range.size, size);
}

static void a_bus_has_windows(void **state) {
    (void)state;
    make_bus();
    expect_reg(0, -XEN_ENOENT, 0, 0); /* not memory mapped */
    /* From 0x1000 0x800 bytes, from 0x4000 0x1000. */
    set("/bus", "ranges",
        (const uint32_t[]){0x1000, 0, 0x80000000, 0x800, 0x4000, 0, 0x20000000, 0x1000}, 8);
    expect_reg(0, 0, 0x80000000, 0x100);
    expect_reg(1, 0, 0x20000000, 0x10);
    expect_reg(2, 0, 0x20000fff, 1);
    expect_reg(3, -XEN_ENOENT, 0, 0);
    expect_reg(4, -XEN_ENOENT, 0, 0);
    set("/bus", "ranges", (const uint32_t[]){0x1001, 0, 0x80000000, 0x800}, 4);
    expect_reg(0, -XEN_ENOENT, 0, 0);
    set("/bus", "ranges", NULL, 0); /* empty: the same addresses */
    expect_reg(0, 0, 0x1000, 0x100);
    set("/bus", "ranges", (const uint32_t[]){0x1000, 1, 0, 0x800}, 4); /* beyond 4 GiB */
    expect_reg(0, -XEN_EINVAL, 0, 0);
}

static void cells_are_one_or_two(void **state) {
    (void)state;
    for (uint32_t cells = 0; cells <= 3; cells++) {
        int err = cells == 0 ? -XEN_ENOENT : cells == 3 ? -XEN_EINVAL : 0;
        int address_err = cells == 0 ? -XEN_EINVAL : err; /* libfdt's */

        make_bus();
        set("/bus", "ranges", NULL, 0);
        set("/bus", "#address-cells", &cells, 1);
        set("/bus/node", "reg", (const uint32_t[]){0, 0, 0x1000, 1}, 1 + (int)cells);
        if (address_err) {
            expect_reg(0, address_err, 0, 0);
        }
        make_bus();
        set("/bus", "ranges", NULL, 0);
        set("/bus", "#size-cells", &cells, 1);
        set("/bus/node", "reg", (const uint32_t[]){0x2000, cells == 2 ? 0 : 0x10, 0x10, 0},
            1 + (int)cells);
        expect_reg(0, err, err ? 0 : 0x2000, err ? 0 : 0x10);
    }
    make_bus();
    set("/bus", "ranges", NULL, 0);
    set("/bus/node", "reg", (const uint32_t[]){0x1000, 0x100, 0x2000}, 3); /* one too few */
    expect_reg(0, -XEN_EINVAL, 0, 0);
    expect_reg(1, -XEN_EINVAL, 0, 0);
    assert_int_equal(fdt_delprop(machine, support_fdt_node(machine, "/bus/node"), "reg"), 0);
    expect_reg(0, -XEN_ENOENT, 0, 0);
}

static void an_entry_is_what_stands_there(void **state) {
    uint64_t start, length;

    (void)state;
    make_bus();
    int node = support_fdt_node(machine, "/bus/node");
    assert_int_equal(fdt_reg_entry(machine, node, 2, &start, &length), 0);
    assert_true(start == 0x4fff && length == 1);
    assert_int_equal(fdt_reg_entry(machine, node, 4, &start, &length), -XEN_ENOENT);
    assert_int_equal(fdt_reg_entry(machine, 0, 0, &start, &length), -XEN_ENOENT); /* on no bus */
}

static void numbers_have_one_or_two_cells(void **state) {
    uint64_t number = 7;

    (void)state;
    make_bus();
    assert_int_equal(fdt_reg_number(machine, 0, "number", &number), -XEN_ENOENT);
    for (int count = 0; count <= 3; count++) {
        bool is_good = count == 1 || count == 2;

        number = 7;
        set("/", "number", (const uint32_t[]){1, 2, 3}, count);
        assert_int_equal(fdt_reg_number(machine, 0, "number", &number), is_good ? 0 : -XEN_EINVAL);
        assert_true(number == (count == 1 ? 1 : count == 2 ? 0x100000002 : 7));
    }
}

/* Where its parent says nothing of cells, the next one does, or they are two and one. */
static void a_modules_cells_are_inherited(void **state) {
    struct maddr_range range;

    (void)state;
    assert_int_equal(fdt_create_empty_tree(machine, sizeof(machine)), 0);
    add_node("/", "chosen");
    add_node("/chosen", "module");
    set("/chosen/module", "reg", (const uint32_t[]){0, 0x1000, 0x20}, 3);
    assert_int_equal(fdt_reg_module(machine, support_fdt_node(machine, "/chosen/module"), &range),
                     0);
    assert_int_equal(range.start.v, 0x1000);
    assert_int_equal(range.size, 0x20);
    set("/", "#address-cells", (const uint32_t[]){1}, 1);
    set("/", "#size-cells", (const uint32_t[]){2}, 1);
    set("/chosen/module", "reg", (const uint32_t[]){0x3000, 0, 0x30}, 3);
    assert_int_equal(fdt_reg_module(machine, support_fdt_node(machine, "/chosen/module"), &range),
                     0);
    assert_int_equal(range.start.v, 0x3000);
    assert_int_equal(range.size, 0x30);
    set("/chosen", "#size-cells", (const uint32_t[]){1}, 1);
    set("/chosen/module", "reg", (const uint32_t[]){0x4000, 0x40}, 2);
    assert_int_equal(fdt_reg_module(machine, support_fdt_node(machine, "/chosen/module"), &range),
                     0);
    assert_int_equal(range.start.v, 0x4000);
    for (uint32_t bad = 0; bad <= 3; bad += 3) {
        set("/chosen", "#address-cells", &bad, 1);
        assert_int_equal(
            fdt_reg_module(machine, support_fdt_node(machine, "/chosen/module"), &range),
            -XEN_EINVAL);
    }
    set("/chosen", "#address-cells", (const uint32_t[]){0, 1}, 2); /* no number */
    assert_int_equal(fdt_reg_module(machine, support_fdt_node(machine, "/chosen/module"), &range),
                     -XEN_EINVAL);
}

static void pages_hold_all_of_a_range(void **state) {
    static const struct {
        uint32_t start, size, first, all;
    } cases[] = {{0x1000, 0x1000, 0x1000, 0x1000},        {0x1001, 0xfff, 0x1000, 0x1000},
                 {0x1001, 0x1000, 0x1000, 0x2000},        {0x1fff, 1, 0x1000, 0x1000},
                 {0xfffff001, 0xfff, 0xfffff000, 0x1000}, {0xffffefff, 2, 0xffffe000, 0x2000}};

    (void)state;
    for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct maddr_range range = {maddr(cases[i].start), cases[i].size};
        struct maddr_range pages = fdt_reg_pages(&range);

        assert_int_equal(pages.start.v, cases[i].first);
        assert_int_equal(pages.size, cases[i].all);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_end_where_addresses_do),
        cmocka_unit_test(ranges_are_not_too_large),
        cmocka_unit_test(cells_are_big_endian_words),
        cmocka_unit_test(what_is_not_okay_is_disabled),
        cmocka_unit_test(neighbours_have_no_byte_in_common),
        cmocka_unit_test(a_bus_has_windows),
        cmocka_unit_test(cells_are_one_or_two),
        cmocka_unit_test(an_entry_is_what_stands_there),
        cmocka_unit_test(numbers_have_one_or_two_cells),
        cmocka_unit_test(a_modules_cells_are_inherited),
        cmocka_unit_test(pages_hold_all_of_a_range),
        cmocka_unit_test(what_is_inside_ends_inside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
