/* SPDX-License-Identifier: GPL-2.0-only */
/* Trees that are written are read back; the first error stays, and nothing is written after it. */
/* links: core/fdt */
#include "core/fdt/fdt_writer.h"

#include <libfdt.h>

#include "support_cmocka.h"
#include "support_fdt.h"

#define SIZE 1024

static uint32_t tree[SIZE / 4 + 1];
static struct fdt_writer w;

static void expect_bytes(int node, const char *name, const void *value, int size) {
    int found;
    const void *bytes = fdt_getprop(tree, node, name, &found);

    assert_non_null(bytes);
    assert_int_equal(found, size);
    assert_memory_equal(bytes, value, (size_t)size);
}

static void each_kind_of_property_is_read_back(void **state) {
    static const uint32_t cells[8] = {1, 2, 3, 4, 5, 6, 0x12345678, UINT32_MAX};
    static const uint8_t raw[32] = {0, 0, 0,    1,    0,    0,    0,    2,    0,    0,   0,
                                    3, 0, 0,    0,    4,    0,    0,    0,    5,    0,   0,
                                    0, 6, 0x12, 0x34, 0x56, 0x78, 0xff, 0xff, 0xff, 0xff};

    (void)state;
    memset(tree, 0xa5, sizeof(tree));
    fdt_writer_start(&w, tree, SIZE);
    fdt_writer_string(&w, "text", "abc");
    fdt_writer_open(&w, "outer");
    fdt_writer_cells(&w, "cells", cells, 8); /* as many as there may be */
    fdt_writer_cell(&w, "cell", 0xdeadbeef);
    fdt_writer_open(&w, "inner");
    fdt_writer_bytes(&w, "bytes", "\1\2\3", 3);
    fdt_writer_close(&w);
    fdt_writer_close(&w);
    fdt_writer_open(&w, "last");
    fdt_writer_empty(&w, "empty");
    fdt_writer_cells(&w, "none", cells, 0);
    fdt_writer_close(&w);
    int size = fdt_writer_finish(&w);
    assert_int_equal(size, fdt_totalsize(tree));
    assert_in_range(size, 1, SIZE);
    assert_true(support_fdt_is_whole(tree));
    expect_bytes(0, "text", "abc", 4);
    int outer = support_fdt_node(tree, "/outer");
    expect_bytes(outer, "cells", raw, sizeof(raw));
    expect_bytes(outer, "cell", "\xde\xad\xbe\xef", 4);
    expect_bytes(support_fdt_node(tree, "/outer/inner"), "bytes", "\1\2\3", 3);
    int last = support_fdt_node(tree, "/last");
    expect_bytes(last, "empty", "", 0);
    expect_bytes(last, "none", "", 0);
    assert_null(fdt_getprop(tree, 0, "cells", NULL));
}

static void more_cells_than_there_may_be_are_an_error(void **state) {
    static const uint32_t cells[9];

    (void)state;
    fdt_writer_start(&w, tree, SIZE);
    fdt_writer_cells(&w, "cells", cells, 9);
    assert_int_equal(w.err, -FDT_ERR_NOSPACE);
    assert_int_equal(fdt_writer_finish(&w), -FDT_ERR_NOSPACE);
}

/* Whatever is asked for afterwards, and whatever error that alone would be. */
static void the_first_error_stays(void **state) {
    static const uint32_t cells[9];

    (void)state;
    fdt_writer_start(&w, tree, SIZE);
    fdt_writer_open(&w, "node");
    const int err = w.err = -FDT_ERR_BADSTRUCTURE;
    fdt_writer_cells(&w, "cells", cells, 9);
    assert_int_equal(w.err, err);
    uint32_t used = fdt_size_dt_struct(tree);
    fdt_writer_open(&w, "more");
    fdt_writer_string(&w, "more", "text");
    fdt_writer_close(&w);
    assert_int_equal(w.err, err);
    assert_int_equal(fdt_size_dt_struct(tree), used); /* nothing was written */
    assert_int_equal(fdt_writer_finish(&w), err);
}

static void what_does_not_fit_is_an_error(void **state) {
    (void)state;
    fdt_writer_start(&w, tree, 8); /* not even a header */
    assert_int_equal(w.err, -FDT_ERR_NOSPACE);
    fdt_writer_open(&w, "node");
    fdt_writer_cell(&w, "cell", 1);
    assert_int_equal(fdt_writer_finish(&w), -FDT_ERR_NOSPACE);
    fdt_writer_start(&w, tree, 128);
    for (unsigned int i = 0; i < 40; i++) {
        fdt_writer_cell(&w, "cell", i);
    }
    assert_int_equal(fdt_writer_finish(&w), -FDT_ERR_NOSPACE);
}

/* It is one of any size, up to the last byte of its room. */
static void a_tree_may_fill_its_room(void **state) {
    int size = 0;

    (void)state;
    for (size_t room = 64; size <= 0 && room < SIZE; room++) {
        tree[SIZE / 4] = 0x5a5a5a5a;
        memset(tree, 0xa5, SIZE);
        fdt_writer_start(&w, tree, room);
        fdt_writer_string(&w, "name", "value");
        size = fdt_writer_finish(&w);
        assert_int_equal(((uint8_t *)tree)[room], 0xa5);
        assert_true(size == -FDT_ERR_NOSPACE || (size_t)size == room);
    }
    assert_true(size > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_property_is_read_back),
        cmocka_unit_test(more_cells_than_there_may_be_are_an_error),
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(what_does_not_fit_is_an_error),
        cmocka_unit_test(a_tree_may_fill_its_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
