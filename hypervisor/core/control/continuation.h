/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How calls of one argument keep their progress when they give way.  Their r1 to r3 hold anything
 * when a guest makes them, and are the guest's to lose (hypercall.h); when they go on these three
 * hold two words and a check of them.  A guest that makes up words that fit begins in the middle,
 * so whoever uses them has to be as careful with them as with what a guest passes.
 */
#ifndef CORE_CONTINUATION_H
#define CORE_CONTINUATION_H

#include <stdbool.h>
#include <stdint.h>

#define HYPERCALL_ARGS  5

/*
 * Returned by a handler that has done a bounded piece of its work and has written
 * into args[] what is left: the hypercall is issued again when @v next runs.
 */
#define HYPERCALL_AGAIN INT32_MIN

struct continuation {
    bool goes_on; /* the call was made before */
    uint32_t first, second;
};

#define CONTINUATION_CHECK 0x44636172u

/** continuation_read() - what @args say. */
static inline struct continuation continuation_read(const uint32_t args[HYPERCALL_ARGS]) {
    struct continuation c = {.first = args[1], .second = args[2]};

    c.goes_on = (c.first ^ c.second ^ CONTINUATION_CHECK) == args[3];
    if (!c.goes_on) {
        c.first = c.second = 0;
    }
    return c;
}

/** continuation_write() - for the next time; returns HYPERCALL_AGAIN. */
static inline int32_t continuation_write(uint32_t args[HYPERCALL_ARGS], uint32_t first,
                                         uint32_t second) {
    args[1] = first;
    args[2] = second;
    args[3] = first ^ second ^ CONTINUATION_CHECK;
    return HYPERCALL_AGAIN;
}

#endif /* CORE_CONTINUATION_H */
