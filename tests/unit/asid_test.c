/* SPDX-License-Identifier: GPL-2.0-only */
/* What a TLB with ASIDs must lose, and when. */
/* links: core/device */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint32_t tlb_changes;

#include "arch/arm/extended/asid.h"

#define TABLE(n) (0x00100000u + ((n) << ASID_L1_SHIFT))
/* The same ASID as TABLE(n)'s. */
#define RIVAL(n) TABLE((n) + ASID_COUNT)

static int setup(void **state) {
    (void)state;
    tlb_changes = 0;
    asid_cpus[0] = (struct asid_cpu){0};
    return 0;
}

static void a_table_keeps_its_asid(void **state) {
    (void)state;
    assert_int_equal(asid_take(TABLE(1)), ASID_FLUSH_ONE);
    assert_int_equal(asid_take(TABLE(2)), ASID_FLUSH_ONE);
    assert_int_equal(asid_take(TABLE(1)), ASID_FLUSH_NONE);
    assert_int_equal(asid_take(TABLE(2)), ASID_FLUSH_NONE);
}

static void nobody_has_asid_0(void **state) {
    (void)state;
    for (uint32_t n = 0; n < 3 * ASID_COUNT; n++) {
        assert_in_range(asid_of(TABLE(n) | 0x19), 1, ASID_COUNT - 1); /* TTBR's other bits */
    }
}

static void two_tables_of_one_asid_take_turns(void **state) {
    (void)state;
    assert_int_equal(asid_of(TABLE(3)), asid_of(RIVAL(3)));
    asid_take(TABLE(3));
    assert_int_equal(asid_take(RIVAL(3)), ASID_FLUSH_ONE);
    assert_int_equal(asid_take(RIVAL(3)), ASID_FLUSH_NONE);
    assert_int_equal(asid_take(TABLE(3)), ASID_FLUSH_ONE);
}

static void a_change_reaches_all_other_tables(void **state) {
    (void)state;
    asid_take(TABLE(1));
    asid_take(TABLE(2));
    tlb_changes++;
    assert_int_equal(asid_take(TABLE(1)), ASID_FLUSH_ALL);
    assert_int_equal(asid_take(TABLE(2)), ASID_FLUSH_NONE); /* it went with the rest */
    tlb_changes++;
    asid_flushed();
    assert_int_equal(asid_take(TABLE(1)), ASID_FLUSH_NONE);
}

static void a_change_before_a_first_use_is_not_forgotten(void **state) {
    (void)state;
    asid_take(TABLE(1));
    tlb_changes++;
    assert_int_equal(asid_take(TABLE(9)), ASID_FLUSH_ALL);
    assert_int_equal(asid_take(TABLE(1)), ASID_FLUSH_NONE);
}

static void a_new_table_inherits_nothing(void **state) {
    (void)state;
    asid_take(TABLE(1));
    asid_take(TABLE(2));
    asid_forget(TABLE(1));
    asid_forget(RIVAL(2)); /* not the owner */
    assert_int_equal(asid_take(TABLE(2)), ASID_FLUSH_NONE);
    assert_int_equal(asid_take(TABLE(1)), ASID_FLUSH_ONE);
}

#define test(f) cmocka_unit_test_setup(f, setup)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(a_table_keeps_its_asid),
        test(nobody_has_asid_0),
        test(two_tables_of_one_asid_take_turns),
        test(a_change_reaches_all_other_tables),
        test(a_change_before_a_first_use_is_not_forgotten),
        test(a_new_table_inherits_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
