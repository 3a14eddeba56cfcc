/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of mmuext_op: in pieces between interrupts, what was done by then, and where it ends. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>

#include "core/hypercall/hypercall.h"
#include "core/space/pt_table.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_mm.h"

#define CONTINUED 0x80000000u
#define TABLE     (MM_BASE_GFN + 64)
#define OPS       0x1000u /* in guest memory, behind the word for what was done */
#define OP_SIZE   ((uint32_t)sizeof(struct mmuext_op))

static struct domain *d;
static uint32_t args[HYPERCALL_ARGS];

static void let_interrupt_wait(bool waits) {
    fake_board.pending[FAKE_UART_IRQ] = waits;
    fake_board.masked[FAKE_UART_IRQ] = false;
}

static int setup(void **state) {
    (void)state;
    mm_setup();
    assert_int_equal(pt_mem_setup(), 0);
    d = mm_domain(1, 2);
    support_run(d->vcpu[0]);
    mm_flat(d);
    memset(fake_guest, 0x55, sizeof(fake_guest));
    let_interrupt_wait(true);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    mm_check();
    mm_destroy(d);
    return 0;
}

static int32_t call(void) {
    return do_mmuext_op(d->vcpu[0], args);
}

static uint32_t done(void) {
    uint32_t word;

    memcpy(&word, fake_guest, sizeof(word));
    return word;
}

static void begin(const struct mmuext_op *ops, uint32_t count) {
    args[0] = fake_put(OPS, ops, count * sizeof(*ops)).v;
    args[1] = count;
    args[2] = FAKE_GUEST_VA;
    args[3] = DOMID_SELF;
}

static struct mmuext_op invlpg(uint32_t va) {
    struct mmuext_op op = {.cmd = MMUEXT_INVLPG_LOCAL};

    op.arg1.linear_addr = va;
    return op;
}

static void each_piece_tells_what_was_done(void **state) {
    const struct mmuext_op ops[] = {invlpg(0x1000), invlpg(0x2000), invlpg(0x3000), invlpg(0x4000)};

    (void)state;
    begin(ops, 4);
    for (uint32_t i = 1; i < 4; i++) {
        assert_int_equal(call(), HYPERCALL_AGAIN);
        assert_int_equal(fake_last_va, i << PAGE_SHIFT);
        assert_int_equal(done(), i);
        assert_int_equal(args[0], FAKE_GUEST_VA + OPS + i * OP_SIZE);
        assert_int_equal(args[1], (4 - i) | CONTINUED);
        assert_int_equal(args[2], FAKE_GUEST_VA);
        assert_int_equal(args[3], 0);
    }
    assert_int_equal(call(), 0);
    assert_int_equal(done(), 4);
    assert_int_equal(fake_last_va, 0x4000);
    assert_int_equal(fake_range_ops, 4);
}

static void without_an_interrupt_it_is_one_piece(void **state) {
    const struct mmuext_op ops[] = {invlpg(0x1000), invlpg(0x2000)};

    (void)state;
    let_interrupt_wait(false);
    begin(ops, 2);
    assert_int_equal(call(), 0);
    assert_int_equal(done(), 2);
    args[2] = 0; /* nobody asks */
    assert_int_equal(call(), 0);
    assert_int_equal(fake_range_ops, 4);
}

/* An operation's own progress is kept between its pieces, and is not the next one's. */
static void a_long_one_goes_on_where_it_was(void **state) {
    const struct mmuext_op ops[] = {{.cmd = MMUEXT_FLUSH_CACHE}, {.cmd = MMUEXT_FLUSH_CACHE}};

    (void)state;
    begin(ops, 2);
    for (uint32_t op = 0; op < 2; op++) {
        for (uint32_t step = 1; step < FAKE_FLUSH_STEPS; step++) {
            assert_int_equal(call(), HYPERCALL_AGAIN);
            assert_int_equal(args[3], step);
            assert_int_equal(done(), op);
            assert_int_equal(fake_cache_flushes, op);
        }
        assert_int_equal(call(), op == 0 ? HYPERCALL_AGAIN : 0);
        assert_int_equal(done(), op + 1);
    }
    assert_int_equal(fake_cache_flushes, 2);
}

static void the_first_error_ends_it(void **state) {
    struct mmuext_op ops[] = {invlpg(0x1000), {.cmd = 31}, invlpg(0x2000)};

    (void)state;
    let_interrupt_wait(false);
    begin(ops, 3);
    assert_int_equal(call(), -XEN_ENOSYS);
    assert_int_equal(done(), 1);
    ops[1] = invlpg(PV_VIRT_START);
    begin(ops, 3);
    assert_int_equal(call(), -XEN_EINVAL);
    assert_int_equal(done(), 1);
    ops[1] = invlpg(PV_VIRT_START - 1);
    begin(ops, 3);
    assert_int_equal(call(), 0);
    assert_int_equal(done(), 3);
}

/* Its end is not mapped: what was before it is done. */
static void a_list_is_read_one_by_one(void **state) {
    const struct mmuext_op op = invlpg(0x1000);

    (void)state;
    let_interrupt_wait(false);
    begin(&op, 1);
    args[0] = fake_put(FAKE_GUEST_SIZE - OP_SIZE, &op, sizeof(op)).v;
    args[1] = 2;
    assert_int_equal(call(), -XEN_EFAULT);
    assert_int_equal(done(), 1);
    assert_int_equal(fake_range_ops, 1);
}

/* Where the count goes must be there; on the way, before anything more is done. */
static void what_was_done_has_a_place(void **state) {
    const struct mmuext_op op = invlpg(0x1000);

    (void)state;
    begin(&op, 1);
    args[2] = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    assert_int_equal(fake_range_ops, 1);
    args[1] |= CONTINUED;
    assert_int_equal(call(), -XEN_EFAULT);
    assert_int_equal(fake_range_ops, 1);
}

static void it_is_for_the_caller_alone(void **state) {
    const struct mmuext_op op = invlpg(0x1000);

    (void)state;
    begin(&op, 1);
    args[3] = 1;
    assert_int_equal(call(), -XEN_EPERM);
    assert_int_equal(done(), 0x55555555);
    begin(&op, 0);
    assert_int_equal(call(), 0);
    assert_int_equal(done(), 0);
    assert_int_equal(fake_range_ops, 0);
}

/* A frame number has 20 bits: more are not cut off, where the rest names a table. */
static void frames_are_not_cut_off(void **state) {
    (void)state;
    for (unsigned int bit = 20; bit < 64; bit++) {
        assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, 1ull << bit | TABLE, 0), -XEN_EINVAL);
    }
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, TABLE, 0), 0);
    for (unsigned int bit = 20; bit < 64; bit++) {
        assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, 1ull << bit | TABLE, 0), -XEN_EINVAL);
        assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, 1ull << bit | TABLE, 0), -XEN_EINVAL);
    }
    assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, TABLE, 0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_piece_tells_what_was_done),  TEST(without_an_interrupt_it_is_one_piece),
        TEST(a_long_one_goes_on_where_it_was), TEST(the_first_error_ends_it),
        TEST(a_list_is_read_one_by_one),       TEST(what_was_done_has_a_place),
        TEST(it_is_for_the_caller_alone),      TEST(frames_are_not_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
