/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time since boot in nanoseconds, from the board's free-running counter.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

#define CLOCK_HZ_MIN 1000000u
#define CLOCK_HZ_MAX 1000000000u

/**
 * clock_init() - start from 0.  Boot, after devices.counter is filled; the counter's rate is
 * within the limits above and its mask 2^n - 1.
 */
void clock_init(void);

/** clock_start() - renew the clock by itself before the counter wraps.  Boot, after the timers. */
void clock_start(void);

/** clock_now() - ns since clock_init(), monotonic; 0 before it.  About 17 instructions. */
uint64_t clock_now(void);

/** clock_update() - renew the base.  Less than a wrap apart. */
void clock_update(void);

/** clock_on_renew() - call @fn whenever the base was renewed, with no lock held.  Boot; one. */
void clock_on_renew(void (*fn)(void));

/* What a guest needs to compute clock_now() from the counter: ns = base_ns + ((count - base_ticks)
 * & mask) * mul
 * >> (32 - shift). */
struct clock_scale {
    uint64_t base_ticks, base_ns;
    uint32_t mul;
    int8_t shift;
};

/** clock_scale() - as of the last renewal. */
void clock_scale(struct clock_scale *scale);

#endif /* CORE_CLOCK_H */
