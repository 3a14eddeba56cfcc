/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time and one-shot timers: never early, little late, in order; the clock never goes back.
 */
#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "test.h"

/* The timer device steps in microseconds; the rest is the way to the handler. */
#define LATE_MAX (30 * NS_PER_US)

static void expect_expiry(uint64_t deadline) {
    clock_expired = 0;
    EXPECT_EQ(clock_timer(deadline, 0), 0);
    event_wait(&clock_expired);
    EXPECT_EQ(clock_expired, 1);
    EXPECT_TRUE(clock_expired_at >= deadline);
}

TEST(timer_is_never_early_and_little_late) {
    static const uint32_t delays[] = {50, 100, 333, 1000, 5000, 20000, 100000};

    for (unsigned int i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        uint64_t deadline = clock_ns() + delays[i] * NS_PER_US;

        expect_expiry(deadline);
        EXPECT_TRUE(clock_expired_at - deadline < LATE_MAX);
    }
}

/* The same while the guest computes instead of sleeping. */
TEST(timer_interrupts_a_busy_guest) {
    for (uint32_t i = 1; i < 20; i++) {
        uint64_t deadline = clock_ns() + i * 77 * NS_PER_US;

        clock_expired = 0;
        EXPECT_EQ(clock_timer(deadline, 0), 0);
        while (!clock_expired && clock_ns() < deadline + NS_PER_MS) {
        }
        EXPECT_EQ(clock_expired, 1);
        EXPECT_TRUE(clock_expired_at >= deadline);
        EXPECT_TRUE(clock_expired_at - deadline < LATE_MAX);
    }
}

TEST(timer_in_the_past_fires_at_once) {
    uint64_t start = clock_ns();

    clock_expired = 0;
    EXPECT_EQ(clock_timer(start - NS_PER_MS, 0), 0);
    event_wait(&clock_expired);
    EXPECT_EQ(clock_expired, 1);
    EXPECT_TRUE(clock_ns() - start < NS_PER_MS);
    clock_expired = 0;
    EXPECT_EQ(clock_timer(1, 0), 0);
    event_wait(&clock_expired);
    EXPECT_EQ(clock_expired, 1);
}

TEST(timer_in_the_past_is_etime_if_asked) {
    clock_expired = 0;
    EXPECT_EQ(clock_timer(clock_ns() - NS_PER_US, VCPU_SSHOTTMR_future), -XEN_ETIME);
    EXPECT_EQ(clock_timer(clock_ns() + NS_PER_MS, VCPU_SSHOTTMR_future), 0);
    event_wait(&clock_expired);
    EXPECT_EQ(clock_expired, 1);
}

TEST(stopped_timer_does_not_fire) {
    uint64_t end = clock_ns() + 3 * NS_PER_MS;

    clock_expired = 0;
    EXPECT_EQ(clock_timer(clock_ns() + NS_PER_MS, 0), 0);
    EXPECT_EQ(clock_timer_stop(), 0);
    while (clock_ns() < end) {
    }
    EXPECT_EQ(clock_expired, 0);
}

TEST(new_deadline_replaces_the_old_one) {
    uint64_t start = clock_ns();

    clock_expired = 0;
    EXPECT_EQ(clock_timer(start + NS_PER_MS, 0), 0);
    EXPECT_EQ(clock_timer(start + 4 * NS_PER_MS, 0), 0);
    event_wait(&clock_expired);
    EXPECT_TRUE(clock_expired_at >= start + 4 * NS_PER_MS);
    EXPECT_EQ(clock_timer(clock_ns() + 50 * NS_PER_MS, 0), 0);
    start = clock_ns();
    expect_expiry(start + NS_PER_MS);
    EXPECT_TRUE(clock_expired_at < start + 2 * NS_PER_MS);
    EXPECT_EQ(clock_timer_stop(), 0);
}

TEST(far_deadlines_are_accepted) {
    EXPECT_EQ(clock_timer(clock_ns() + 1000 * NS_PER_S, 0), 0);
    EXPECT_EQ(clock_timer(0x7fffffffffffffffull, 0), 0);
    EXPECT_EQ(clock_timer(~0ull, 0), 0);
    EXPECT_EQ(clock_timer_stop(), 0);
}

TEST(timer_of_another_vcpu_is_refused) {
    struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = 1};

    for (uint32_t vcpu = 1; vcpu < 0x80000000; vcpu *= 2) {
        EXPECT_EQ(vcpu_op(VCPUOP_set_singleshot_timer, vcpu, &timer), -XEN_ENOENT);
        EXPECT_EQ(vcpu_op(VCPUOP_stop_singleshot_timer, vcpu, NULL), -XEN_ENOENT);
    }
}

TEST(clock_never_goes_back) {
    uint64_t last = clock_ns();
    uint64_t end = last + 200 * NS_PER_MS;
    uint32_t backwards = 0;

    while (last < end) {
        uint64_t now = clock_ns();

        backwards += now < last;
        last = now;
    }
    EXPECT_EQ(backwards, 0);
}

/* Across a wrap of the 32-bit counter (178 s at 24 MHz), asleep all the time. */
TEST(clock_survives_the_wrap_of_the_counter) {
    uint64_t wrap = ((uint64_t)pv_page()->counter_mask + 1) * NS_PER_S / pv_page()->counter_hz;
    uint64_t start = clock_ns();

    clock_sleep(wrap + 5 * NS_PER_S);
    EXPECT_TRUE(clock_ns() - start >= wrap + 5 * NS_PER_S);
    EXPECT_TRUE(clock_ns() - start < wrap + 6 * NS_PER_S);
}

/* The counter and the scale agree: 10 ms by either. */
TEST(clock_runs_at_the_counter_rate) {
    uint64_t start = clock_ns();
    uint32_t count = clock_count();
    uint64_t ns;

    while (clock_ns() - start < 10 * NS_PER_MS) {
    }
    ns = (uint64_t)(clock_count() - count) * NS_PER_S / pv_page()->counter_hz;
    EXPECT_TRUE(ns > 9990 * NS_PER_US && ns < 10100 * NS_PER_US);
}
