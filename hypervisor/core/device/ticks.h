/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nanoseconds as ticks of a one-shot timer.
 */
#ifndef CORE_TICKS_H
#define CORE_TICKS_H

#include <stdint.h>

struct tick_rate {
    uint32_t
        ticks_per_ns; /* 0.32, rounded up: a division would take long on a core that has none */
};

/** ticks_rate() - of a clock of @hz.  -EINVAL: 0, or 1 GHz and faster. */
int ticks_rate(uint32_t hz, struct tick_rate *rate);

/**
 * ticks_of() - how many ticks to count so that @ns have passed: the next whole tick, and one more,
 * since part of the present one is over.  At most two too many.
 */
static inline uint32_t ticks_of(const struct tick_rate *rate, uint32_t ns) {
    return (uint32_t)((uint64_t)ns * rate->ticks_per_ns >> 32) + 2;
}

/** ticks_late_ns() - by how many ns ticks_of() at a clock of @hz (not 0) may be too many. */
static inline uint32_t ticks_late_ns(uint32_t hz) {
    return (uint32_t)(2ull * 1000000000u / hz);
}

#endif /* CORE_TICKS_H */
