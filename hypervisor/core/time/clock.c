/* SPDX-License-Identifier: GPL-2.0-only */
/* See clock.h. */
#include "core/time/clock.h"

#include <stddef.h>

#include "core/base/panic.h"
#include "core/device/device.h"
#include "core/time/timer.h"

#define NS_PER_SEC 1000000000ull

static const volatile uint32_t stopped; /* the counter before clock_init() */

/*
 * ns = base_ns + ((count - base_count) & mask) * mul >> (32 - shift), which is what a guest
 * computes from its time info.  Here, where the result has 64 bits, with whole and fraction: the
 * same without a shift.  Written by clock_init() and clock_update() of the boot pCPU.
 */
static struct {
    uint64_t base_ns;
    uint64_t base_ticks; /* extended counter; its low bits are base_count */
    const volatile uint32_t *reg;
    uint32_t mask;
    uint32_t whole, fraction; /* ns of a tick, 32.32 */
    uint32_t mul;
    uint32_t shift; /* 1.. since a tick is no shorter than 1 ns */
    struct timer renew;
    uint64_t renew_ns;      /* a quarter of the time in which the counter wraps */
    void (*on_renew)(void); /* constant after boot */
} clock_state = {.reg = &stopped};

/* The smallest shift for which the factor fits 32 bits: the most exact one. */
static void set_scale(uint32_t hz) {
    uint32_t shift = 0;
    uint64_t mul = (NS_PER_SEC << 32) / hz;

    while (mul > UINT32_MAX) {
        shift++;
        mul = (NS_PER_SEC << (32 - shift)) / hz;
    }
    clock_state.mul = (uint32_t)mul;
    clock_state.shift = shift;
    clock_state.whole = clock_state.mul >> (32 - shift);
    clock_state.fraction = clock_state.mul << shift;
}

static inline uint32_t elapsed_ticks(void) {
    return (*clock_state.reg - (uint32_t)clock_state.base_ticks) & clock_state.mask;
}

static inline uint64_t ticks_to_ns(uint32_t ticks) {
    return (uint64_t)ticks * clock_state.whole + ((uint64_t)ticks * clock_state.fraction >> 32);
}

void clock_init(void) {
    const struct counter *counter = &devices.counter;

    CHECK(counter->reg);
    CHECK(counter->hz >= CLOCK_HZ_MIN && counter->hz <= CLOCK_HZ_MAX);
    CHECK(counter->mask != 0 && (counter->mask & (counter->mask + 1)) == 0);
    set_scale(counter->hz);
    clock_state.reg = counter->reg;
    clock_state.mask = counter->mask;
    clock_state.base_ns = 0;
    clock_state.base_ticks = *counter->reg & counter->mask;
    clock_state.renew_ns = ticks_to_ns(counter->mask) / 4;
}

uint64_t clock_now(void) {
    return clock_state.base_ns + ticks_to_ns(elapsed_ticks());
}

struct clock_target clock_target(uint64_t ns) {
    return (struct clock_target){.reg = clock_state.reg,
                                 .base_ticks = (uint32_t)clock_state.base_ticks,
                                 .mask = clock_state.mask,
                                 .whole = clock_state.whole,
                                 .fraction = clock_state.fraction,
                                 .end = (uint32_t)(ns - clock_state.base_ns)};
}

static void renew_base(void) {
    uint32_t ticks = elapsed_ticks();

    clock_state.base_ns += ticks_to_ns(ticks);
    clock_state.base_ticks += ticks;
}

void clock_update(void) {
    renew_base();
    if (clock_state.on_renew) {
        clock_state.on_renew();
    }
}

void clock_on_renew(void (*fn)(void)) {
    clock_state.on_renew = fn;
}

void clock_scale(struct clock_scale *scale) {
    *scale = (struct clock_scale){.base_ticks = clock_state.base_ticks,
                                  .base_ns = clock_state.base_ns,
                                  .mul = clock_state.mul,
                                  .shift = (int8_t)clock_state.shift};
}

static void renew_timer(void *data) {
    (void)data;
    clock_update();
    timer_set(&clock_state.renew, clock_state.base_ns + clock_state.renew_ns);
}

void clock_start(void) {
    timer_init(&clock_state.renew, renew_timer, NULL);
    timer_set(&clock_state.renew, clock_now() + clock_state.renew_ns);
}
