/* SPDX-License-Identifier: GPL-2.0-only */
/* multicall: results written back, what gives way goes on where it stopped, bad lists. */
/* links: core/hypercall */
#include <arch/fake.h>

#include "core/base/abi.h"
#include "core/base/percpu.h"
#include "core/device/device.h"
#include "core/hypercall/hypercall_table.h"
#include "support_cmocka.h"

#define ENTRY_SIZE sizeof(struct multicall_entry)

static unsigned int calls;

/* Adds its first two arguments. */
static int32_t do_add(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    (void)v;
    calls++;
    return (int32_t)(args[0] + args[1]);
}

/* Counts args[0] down, one at a call. */
static int32_t do_countdown(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    (void)v;
    calls++;
    if (args[0] > 0) {
        args[0]--;
        return HYPERCALL_AGAIN;
    }
    return 7;
}

/* Something that makes the scheduler pick. */
static int32_t do_stop(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    (void)v;
    (void)args;
    this_cpu()->work |= PERCPU_WORK_SCHED;
    return 0;
}

#define OP_ADD       40
#define OP_COUNTDOWN 41
#define OP_STOP      42

hypercall_fn *const hypercall_table[HYPERCALL_COUNT] = {
    [OP_ADD] = do_add,
    [OP_COUNTDOWN] = do_countdown,
    [OP_STOP] = do_stop,
};

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    this_cpu()->work = 0;
    calls = 0;
    return 0;
}

static void put_entry(unsigned int index, uint64_t op, uint32_t a, uint32_t b) {
    struct multicall_entry entry = {.op = op, .result = 99, .args = {a, b}};

    fake_put(index * ENTRY_SIZE, &entry, ENTRY_SIZE);
}

static int64_t result_of(unsigned int index) {
    struct multicall_entry entry;

    memcpy(&entry, &fake_guest[index * ENTRY_SIZE], ENTRY_SIZE);
    return (int64_t)entry.result;
}

static void each_result_is_written_back(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {FAKE_GUEST_VA, 2};

    (void)state;
    put_entry(0, OP_ADD, 2, 3);
    put_entry(1, OP_ADD, 20, 30);
    assert_int_equal(do_multicall(NULL, args), 0);
    assert_int_equal(result_of(0), 5);
    assert_int_equal(result_of(1), 50);
}

static void what_may_not_be_listed_fails_alone(void **state) {
    static const uint64_t refused[] = {__HYPERVISOR_multicall, __HYPERVISOR_iret, 64, 1ull << 32,
                                       ~0ull};

    (void)state;
    for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        uint32_t args[HYPERCALL_ARGS] = {FAKE_GUEST_VA, 2};

        put_entry(0, refused[i], 0, 0);
        put_entry(1, OP_ADD, 1, 1);
        assert_int_equal(do_multicall(NULL, args), 0);
        assert_int_equal(result_of(0), -XEN_ENOSYS);
        assert_int_equal(result_of(1), 2);
    }
}

static void an_entry_that_gives_way_is_continued(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {FAKE_GUEST_VA, 2};
    unsigned int turns = 0;

    (void)state;
    put_entry(0, OP_COUNTDOWN, 3, 0);
    put_entry(1, OP_ADD, 1, 2);
    while (do_multicall(NULL, args) == HYPERCALL_AGAIN) {
        assert_true(++turns <= 3);
    }
    assert_int_equal(turns, 3);
    assert_int_equal(result_of(0), 7);
    assert_int_equal(result_of(1), 3);
    assert_int_equal(calls, 5);
}

static void a_waiting_interrupt_comes_between_entries(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {FAKE_GUEST_VA, 3};

    (void)state;
    put_entry(0, OP_ADD, 1, 0);
    put_entry(1, OP_ADD, 2, 0);
    put_entry(2, OP_ADD, 3, 0);
    devices.intc->unmask(FAKE_ONESHOT_IRQ);
    fake_board.pending[FAKE_ONESHOT_IRQ] = true;
    assert_int_equal(do_multicall(NULL, args), HYPERCALL_AGAIN);
    assert_int_equal(calls, 1);
    fake_board.pending[FAKE_ONESHOT_IRQ] = false;
    assert_int_equal(do_multicall(NULL, args), 0);
    assert_int_equal(calls, 3);
    assert_int_equal(result_of(2), 3);
}

/* It shut its domain down, say: the scheduler is to pick another vCPU. */
static void an_entry_that_stops_the_caller_stops_the_list(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {FAKE_GUEST_VA, 2};

    (void)state;
    put_entry(0, OP_STOP, 0, 0);
    put_entry(1, OP_ADD, 1, 2);
    assert_int_equal(do_multicall(NULL, args), HYPERCALL_AGAIN);
    assert_int_equal(result_of(0), 0);
    assert_int_equal(result_of(1), 99);
    this_cpu()->work = 0; /* it goes on after all */
    assert_int_equal(do_multicall(NULL, args), 0);
    assert_int_equal(result_of(1), 3);
}

static void a_list_outside_memory_is_refused(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {FAKE_GUEST_VA + FAKE_GUEST_SIZE - ENTRY_SIZE, 2};
    uint32_t wild[HYPERCALL_ARGS] = {0xfffffff8, 1};

    (void)state;
    put_entry(FAKE_GUEST_SIZE / ENTRY_SIZE - 1, OP_ADD, 4, 4);
    assert_int_equal(do_multicall(NULL, args), -XEN_EFAULT);
    assert_int_equal(result_of(FAKE_GUEST_SIZE / ENTRY_SIZE - 1), 8);
    assert_int_equal(do_multicall(NULL, wild), -XEN_EFAULT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_result_is_written_back, power_on),
        cmocka_unit_test_setup(what_may_not_be_listed_fails_alone, power_on),
        cmocka_unit_test_setup(an_entry_that_gives_way_is_continued, power_on),
        cmocka_unit_test_setup(a_waiting_interrupt_comes_between_entries, power_on),
        cmocka_unit_test_setup(an_entry_that_stops_the_caller_stops_the_list, power_on),
        cmocka_unit_test_setup(a_list_outside_memory_is_refused, power_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
