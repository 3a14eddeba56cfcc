/* SPDX-License-Identifier: GPL-2.0-only */
/* Time: exact over days and across wraps of the counter. */
/* links: core/time */
#include "core/time/clock.h"

#include <arch/fake.h>

#include "core/base/percpu.h"
#include "core/device/irq.h"
#include "core/time/timer.h"
#include "support_cmocka.h"

#define SEC 1000000000ull

static int power_on(void **state) {
    (void)state;
    fake_board_init(0xfffff000); /* about to wrap */
    clock_init();
    timer_queue_init();
    return 0;
}

/* Let @ns pass as a machine does: its timer interrupts are served. */
static void run(uint64_t ns) {
    uint64_t end = fake_board.now + ns;

    while (fake_board.now < end) {
        uint64_t next = fake_board.oneshot_at < end ? fake_board.oneshot_at : end;

        fake_advance(next - fake_board.now);
        if (fake_board.pending[FAKE_ONESHOT_IRQ]) {
            devices.oneshot->ack();
            timer_interrupt();
        }
    }
}

static void assert_near(uint64_t value, uint64_t expected, uint64_t tolerance) {
    assert_in_range(value, expected > tolerance ? expected - tolerance : 0, expected + tolerance);
}

static void starts_at_zero_and_runs(void **state) {
    (void)state;
    assert_int_equal(clock_now(), 0);
    fake_advance(1000);
    assert_near(clock_now(), 1000, 42);
    fake_advance(SEC);
    assert_near(clock_now(), SEC + 1000, 42);
}

static void survives_wraps_of_the_counter(void **state) {
    struct clock_scale scale;

    (void)state;
    clock_start();
    run(100000 * SEC);                              /* more than 500 wraps */
    assert_near(clock_now(), 100000 * SEC, 100000); /* 24 MHz is no whole number of ns: 1 ppb */
    clock_update();
    clock_scale(&scale);
    assert_near(scale.base_ticks, 0xfffff000 + 100000ull * FAKE_HZ, 1);
}

static void never_goes_back(void **state) {
    uint64_t last = 0;

    (void)state;
    for (unsigned int i = 0; i < 20000; i++) {
        fake_advance(i % 97);
        if (i % 13 == 0) {
            clock_update();
        }
        uint64_t now = clock_now();
        assert_true(now >= last);
        last = now;
    }
}

static void slow_and_fast_counters_scale(void **state) {
    static const uint32_t rates[] = {CLOCK_HZ_MIN, 19200000, 333333333, CLOCK_HZ_MAX};

    (void)state;
    for (unsigned int i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        devices.counter.hz = rates[i];
        fake_board.counter = 0;
        clock_init();
        fake_board.counter = rates[i] * 2;
        assert_near(clock_now(), 2 * SEC, 1);
    }
}

/* By the same rounding, across wraps, and with a renewal before the target was taken. */
static void a_target_is_reached_when_the_clock_says_so(void **state) {
    (void)state;
    for (unsigned int i = 0; i < 20000; i++) {
        uint64_t end = clock_now() + i % 3001;
        struct clock_target target = clock_target(end);

        fake_advance(i % 2003);
        assert_int_equal(clock_left(&target), (int64_t)end - (int64_t)clock_now());
        if (i % 13 == 0) {
            clock_update();
        }
    }
}

/* Four times in each wrap: of 2^32 ticks at 24 MHz, and of a counter of 24 bits. */
static void the_base_is_renewed_four_times_a_wrap(void **state) {
    (void)state;
    clock_start();
    assert_near(timer_queues[0].first->deadline, 44739242656, 20);
    run(44739242656 + 1000);
    assert_near(timer_queues[0].first->deadline, 2 * 44739242656, 2000);
    timer_queue_init();
    devices.counter.mask = 0xffffff;
    clock_init();
    clock_start();
    assert_near(timer_queues[0].first->deadline - clock_now(), 174762656, 100);
    uint64_t begin = clock_now(), at_first = fake_board.now;
    run(100 * SEC);
    assert_near(clock_now() - begin, fake_board.now - at_first, 10000);
}

static unsigned int renewals;
static uint64_t renewed_at;

static void note_renewal(void) {
    struct clock_scale scale;

    renewals++;
    clock_scale(&scale);
    renewed_at = scale.base_ns;
}

static void who_asks_is_told_of_each_renewal(void **state) {
    (void)state;
    renewals = 0;
    fake_advance(SEC);
    clock_on_renew(note_renewal);
    clock_update();
    assert_int_equal(renewals, 1);
    assert_near(renewed_at, clock_now(), 1); /* the base is there by then */
    clock_on_renew(NULL);
    clock_update();
    assert_int_equal(renewals, 1);
}

/* As a guest computes it, at any rate: the most exact factor that fits 32 bits. */
static void a_guest_computes_the_same(void **state) {
    static const uint32_t rates[] = {CLOCK_HZ_MIN, 1000003, 19200000, 333333333, CLOCK_HZ_MAX};

    (void)state;
    for (unsigned int i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct clock_scale scale;

        devices.counter.hz = rates[i];
        fake_board.counter = 0xfffffff0;
        clock_init();
        clock_scale(&scale);
        assert_int_equal(scale.base_ticks, 0xfffffff0);
        assert_int_equal(scale.base_ns, 0);
        assert_in_range(scale.shift, 1, 31);
        assert_true(scale.mul >= 1u << 31 || scale.shift == 1);
        for (uint32_t ticks = 1; ticks < 0x80000000u; ticks = ticks * 3 + 1) {
            fake_board.counter = 0xfffffff0 + ticks; /* it wraps on the way */
            assert_int_equal(clock_now(),
                             ((unsigned __int128)ticks * scale.mul) >> (32 - scale.shift));
        }
    }
}

static void before_it_is_initialised_it_stands_still(void **state) {
    (void)state;
    fake_advance(SEC);
    clock_init(); /* again: from 0 */
    assert_int_equal(clock_now(), 0);
    fake_advance(1000);
    assert_near(clock_now(), 1000, 42);
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(starts_at_zero_and_runs),
        test(survives_wraps_of_the_counter),
        test(the_base_is_renewed_four_times_a_wrap),
        test(who_asks_is_told_of_each_renewal),
        test(a_guest_computes_the_same),
        test(before_it_is_initialised_it_stands_still),
        test(never_goes_back),
        test(slow_and_fast_counters_scale),
        test(a_target_is_reached_when_the_clock_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
