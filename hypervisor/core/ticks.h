/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nanoseconds as ticks of a one-shot timer.
 */
#ifndef CORE_TICKS_H
#define CORE_TICKS_H

#include <stdint.h>

struct tick_rate {
    uint32_t ns_per_tick;
    uint32_t ticks_per_ns; /* 0.32, rounded down */
};

/** ticks_rate() - of a clock of @hz.  -EINVAL: 0, or faster than 1 GHz. */
int ticks_rate(uint32_t hz, struct tick_rate *rate);

/**
 * ticks_of() - the ticks that @ns take, at least one.  Rounded up, so that the deadline has passed when the
 * interrupt comes; but for the phase of the clock, which core makes up for by looking at the counter.
 */
uint32_t ticks_of(const struct tick_rate *rate, uint32_t ns);

#endif /* CORE_TICKS_H */
