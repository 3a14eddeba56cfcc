/* SPDX-License-Identifier: GPL-2.0-only */
/* Parents are those that libfdt finds, of nodes that were remembered and of others. */
/* links: core/fdt */
#include "core/fdt/fdt_tree.c"

#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support_fdt.h"

static unsigned int check_all(const void *fdt) {
    unsigned int count = 0;

    for (int node = fdt_next_node(fdt, -1, NULL); node >= 0;
         node = fdt_next_node(fdt, node, NULL)) {
        assert_int_equal(fdt_tree_parent(fdt, node), fdt_parent_offset(fdt, node));
        count++;
    }
    return count;
}

static void test_remembered(void **state) {
    void *fdt = support_fdt_load(SUPPORT_FDT_MACHINE);

    (void)state;
    fdt_tree_learn(fdt);
    assert_true(check_all(fdt) > 10);
    assert_int_equal(fdt_tree_parent(fdt, 0), -FDT_ERR_NOTFOUND);
    assert_int_equal(fdt_tree_parent(fdt, 2), -FDT_ERR_BADOFFSET);
    free(fdt);
}

static void test_another_tree(void **state) {
    void *fdt = support_fdt_load(SUPPORT_FDT_MACHINE);
    void *other = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    fdt_tree_learn(fdt);
    assert_true(fdt_add_subnode(other, 0, "first") >= 0);
    check_all(other);
    fdt_tree_learn(other);
    check_all(other);
    free(fdt);
    free(other);
}

/* A chain of @depth nodes in the root, each with @children. */
static void *make_tree(int depth, int children) {
    static char buf[64 * 1024];
    int node = 0;

    assert_int_equal(fdt_create_empty_tree(buf, sizeof(buf)), 0);
    for (int i = 0; i < depth; i++) {
        for (int j = 0; j < children; j++) {
            char name[] = {'c', (char)('0' + j / 10), (char)('0' + j % 10), '\0'};

            assert_true(fdt_add_subnode(buf, node, name) >= 0);
        }
        node = fdt_add_subnode(buf, node, "inner");
        assert_true(node >= 0);
    }
    return buf;
}

static void test_too_large(void **state) {
    (void)state;
    void *deep = make_tree(20, 1);
    fdt_tree_learn(deep);
    assert_int_equal(check_all(deep), 41);
    assert_int_equal(node_count, 8); /* the chain, which comes first, down to that depth */

    void *wide = make_tree(6, 60);
    fdt_tree_learn(wide);
    assert_int_equal(check_all(wide), 367);
    assert_int_equal(node_count, 256);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remembered),
        cmocka_unit_test(test_another_tree),
        cmocka_unit_test(test_too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
