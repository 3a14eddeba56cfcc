/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of bench_primitives_asm.S.
 */
#ifndef GUEST_BENCH_LOOPS_H
#define GUEST_BENCH_LOOPS_H

#include <stdint.h>

#include "hypercall.h"

/* Instructions of a round of each loop that are not part of what is measured. */
#define OVERHEAD_HYPERCALL 8u
#define OVERHEAD_SEND      6u
#define OVERHEAD_TIMER     9u
#define OVERHEAD_UPDATE    7u
#define OVERHEAD_IRET      3u
#define OVERHEAD_CP15      2u
#define OVERHEAD_USER      2u /* subs, bne */
/* Instructions of the handlers, without the SWI of their iret. */
#define HANDLER_SWI        4u
#define HANDLER_ABORT      7u
#define HANDLER_EVENT      16u /* and without the SWI that sets the timer */

void bench_empty(uint32_t n);
void bench_hypercall(uint32_t n, uint32_t number, const uint32_t args[4], uint32_t toggle);
void bench_send(uint32_t n, const struct evtchn_send *sends);
void bench_set_timer(uint32_t n, struct vcpu_set_singleshot_timer *timer);
void bench_pv_update(uint32_t n, uint32_t ptr, uint32_t val);
void bench_iret(uint32_t n);
void bench_cp15(uint32_t n);
uint32_t bench_spin(uint32_t n, struct vcpu_set_singleshot_timer *timer, volatile uint32_t *pending,
                    uint32_t period_ns);
void bench_entry_swi(void);
void bench_entry_abort(void);
void bench_entry_event(void);
void bench_user_swi(void);
void bench_user_abort(void);

#endif /* GUEST_BENCH_LOOPS_H */
