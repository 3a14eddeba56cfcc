/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Repeatable random numbers (xorshift32, Marsaglia 2003).
 */
#ifndef GUEST_RANDOM_H
#define GUEST_RANDOM_H

#include <stdint.h>

static inline uint32_t random_next(uint32_t *state) {
    uint32_t x = *state ? *state : 1;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *state = x;
    return x;
}

#endif /* GUEST_RANDOM_H */
