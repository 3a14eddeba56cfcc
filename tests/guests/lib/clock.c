/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time and timers; see clock.h.
 */
#include "clock.h"

#include "event.h"
#include "test.h"

uint32_t clock_port;
volatile uint32_t clock_expired;
volatile uint64_t clock_expired_at;

/* As the hypervisor computes it, so that neither is ever ahead: 32 by 32 bits, one shift. */
static uint64_t clock_scale(const volatile struct vcpu_time_info *time, uint32_t delta) {
    return (uint64_t)delta * time->tsc_to_system_mul >> (32 - time->tsc_shift);
}

uint64_t clock_ns(void) {
    const volatile struct vcpu_time_info *time = &pv_page()->info.time;
    uint32_t version;
    uint64_t ns;

    do {
        uint32_t delta;

        version = time->version;
        delta = (clock_count() - (uint32_t)time->tsc_timestamp) & pv_page()->counter_mask;
        ns = time->system_time + clock_scale(time, delta);
    } while ((version & 1) || version != time->version);
    return ns;
}

static void clock_fired(uint32_t port) {
    (void)port;
    clock_expired_at = clock_ns();
    clock_expired++;
}

void clock_init(void) {
    int32_t port = event_bind_virq(VIRQ_TIMER);

    REQUIRE_EQ(port > 0, 1);
    clock_port = (uint32_t)port;
    clock_listen();
}

void clock_listen(void) {
    event_handle(clock_port, clock_fired);
}

int32_t clock_timer(uint64_t ns, uint32_t flags) {
    struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = ns, .flags = flags};

    return vcpu_op(VCPUOP_set_singleshot_timer, 0, &timer);
}

int32_t clock_timer_stop(void) {
    return vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL);
}

void clock_sleep(uint64_t ns) {
    uint64_t until = clock_ns() + ns;

    while (clock_ns() < until) {
        clock_expired = 0;
        EXPECT_EQ(clock_timer(until, 0), 0);
        event_wait(&clock_expired);
    }
}
