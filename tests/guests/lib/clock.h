/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time without a trap, and the one-shot timer.
 */
#ifndef GUEST_CLOCK_H
#define GUEST_CLOCK_H

#include <stdint.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/** clock_ns() - since the machine started; arch-arm-pv.h has the formula. */
uint64_t clock_ns(void);
/** clock_count() - the raw counter. */
static inline uint32_t clock_count(void);

/** clock_init() - bind VIRQ_TIMER. */
void clock_init(void);
/** clock_listen() - the timer's port is handled here, as after clock_init(). */
void clock_listen(void);
/** clock_timer() - count an expiry in clock_expired at absolute @ns; flags: VCPU_SSHOTTMR_*. */
int32_t clock_timer(uint64_t ns, uint32_t flags);
/** clock_timer_stop() - no expiry after this. */
int32_t clock_timer_stop(void);
/** clock_sleep() - block for @ns. */
void clock_sleep(uint64_t ns);

extern uint32_t clock_port;                /* of VIRQ_TIMER; whoever closes it sets it anew */
extern volatile uint32_t clock_expired;    /* how often the timer fired */
extern volatile uint64_t clock_expired_at; /* when the handler last ran, ns */

#include "hypercall.h"

static inline uint32_t clock_count(void) {
    return *(volatile uint32_t *)(PV_COUNTER_VA + pv_page()->counter_offset);
}

#endif /* GUEST_CLOCK_H */
