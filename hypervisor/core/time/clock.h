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

/* A time to wait for, with what tells how far away it is; a loop can keep it all in registers. */
struct clock_target {
    const volatile uint32_t *reg;
    uint32_t base_ticks, mask;
    uint32_t whole, fraction; /* ns of a tick, 32.32 */
    uint32_t end;             /* the time, in ns after base_ticks, low word */
};

/** clock_target() - the time @ns, as clock_now() counts.  Good until the clock is renewed. */
struct clock_target clock_target(uint64_t ns);

/** clock_left() - ns until @target's time, 0 or less once clock_now() has reached it.  For times
 * less than 2 s away.  8 instructions. */
static inline int32_t clock_left(const struct clock_target *target) {
    uint32_t ticks = (*target->reg - target->base_ticks) & target->mask;

    return (int32_t)(target->end - ticks * target->whole -
                     (uint32_t)((uint64_t)ticks * target->fraction >> 32));
}

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
