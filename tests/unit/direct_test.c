/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls with arguments in registers: they do what the general ones do, and refuse what those
 * refuse. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/steps.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"
#include "core/space/pt_table.h"
#include "support_domain.h"
#include "support_mm.h"

#define FIRST  (MM_BASE_GFN + 64) /* guest frames of two first-level tables */
#define SECOND (MM_BASE_GFN + 68)
#define TABLE  (MM_BASE_GFN + 80)
#define DATA   (MM_BASE_GFN + 81)

static struct domain *d;
static struct vcpu *v;

static int setup(void **state) {
    (void)state;
    mm_setup();
    assert_int_equal(pt_mem_setup(), 0);
    d = mm_domain(1, 2);
    v = d->vcpu[0];
    support_run(v);
    mm_flat(d);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, FIRST, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, SECOND, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, FIRST, 0), 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    mm_check();
    mm_destroy(d);
    mm_scrub();
    return 0;
}

static uint32_t *table_of(uint32_t g) {
    return pt_block_table(pt_find_l1(&d->space, gfn(g)));
}

static int32_t task_switch(uint32_t table, uint32_t tls, uint32_t flags) {
    uint32_t args[HYPERCALL_ARGS] = {table, tls, flags};

    return do_pv_task_switch(v, args);
}

static void a_task_switch_changes_table_thread_and_fpu(void **state) {
    (void)state;
    v->arch.fpu_enabled = true;
    assert_int_equal(task_switch(SECOND, 0x1234, 0), 0);
    assert_ptr_equal(v->arch.l1, table_of(SECOND));
    assert_int_equal(v->arch.tls, 0x1234);
    assert_true(v->arch.fpu_enabled);
    assert_int_equal(task_switch(FIRST, 0x5678, PV_SWITCH_FPU_OFF), 0);
    assert_ptr_equal(v->arch.l1, table_of(FIRST));
    assert_int_equal(v->arch.tls, 0x5678);
    assert_false(v->arch.fpu_enabled);
}

static void a_thread_of_the_same_process_keeps_the_table(void **state) {
    (void)state;
    assert_int_equal(task_switch(PV_SWITCH_SAME_TABLE, 7, 0), 0);
    assert_ptr_equal(v->arch.l1, table_of(FIRST));
    assert_int_equal(v->arch.tls, 7);
}

static void a_switch_to_no_table_does_nothing(void **state) {
    static const uint32_t wrong[] = {SECOND + 1, DATA,       0,
                                     0x100000,   0xfffffffe, 0x80000000 | SECOND};

    (void)state;
    assert_int_equal(task_switch(PV_SWITCH_SAME_TABLE, 7, 0), 0);
    v->arch.fpu_enabled = true;
    for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(task_switch(wrong[i], 8, PV_SWITCH_FPU_OFF), -XEN_EINVAL);
        assert_ptr_equal(v->arch.l1, table_of(FIRST));
        assert_int_equal(v->arch.tls, 7);
        assert_true(v->arch.fpu_enabled);
    }
}

static int32_t mmuext(uint32_t cmd, uint32_t arg1, uint32_t arg2, unsigned int *again) {
    uint32_t args[HYPERCALL_ARGS] = {cmd, arg1, arg2, 0, 77};
    int32_t result = mm_run(do_pv_mmuext, d, args, again);

    assert_int_equal(args[4], 77); /* r4 stays as it is */
    return result;
}

static void operations_are_those_of_mmuext_op(void **state) {
    unsigned int again;

    (void)state;
    assert_int_equal(mmuext(MMUEXT_NEW_BASEPTR, SECOND, 0, &again), 0);
    assert_ptr_equal(v->arch.l1, table_of(SECOND));
    assert_int_equal(mmuext(MMUEXT_NEW_BASEPTR, DATA, 0, &again), -XEN_EINVAL);
    assert_int_equal(mmuext(MMUEXT_UNPIN_TABLE, SECOND, 0, &again), -XEN_EBUSY);
    assert_int_equal(mmuext(31, 0, 0, &again), -XEN_ENOSYS);
    assert_int_equal(mmuext(0xffffffff, 0, 0, &again), -XEN_ENOSYS);
}

/* The operation's own note of how far it is travels in r3. */
static void a_long_operation_goes_on_where_it_was(void **state) {
    uint32_t entries[PT_L2_ENTRIES];
    unsigned int again;

    (void)state;
    assert_int_equal(mm_update(d, FIRST << PAGE_SHIFT, MM_TABLE(TABLE << PAGE_SHIFT, 1)), 0);
    for (uint32_t i = 0; i < PT_L2_ENTRIES; i++) {
        entries[i] = MM_RW(DATA + i % 16);
    }
    gvaddr_t from = fake_put(0, entries, sizeof(entries));
    assert_int_equal(mmuext(PV_MMUEXT_LOAD_TABLE, TABLE << PAGE_SHIFT, from.v, &again), 0);
    assert_in_range(again, 1, PT_L2_ENTRIES / STEP_LOAD);
    for (uint32_t i = 0; i < PT_L2_ENTRIES; i++) {
        assert_int_equal(mm_l2(d, i << PAGE_SHIFT), MM_RW(mm_frame(d, DATA + i % 16).v));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_task_switch_changes_table_thread_and_fpu),
        TEST(a_thread_of_the_same_process_keeps_the_table),
        TEST(a_switch_to_no_table_does_nothing),
        TEST(operations_are_those_of_mmuext_op),
        TEST(a_long_operation_goes_on_where_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
