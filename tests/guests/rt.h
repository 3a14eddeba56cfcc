/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between rt.c and rt_asm.S: what the event entry notes of the counter.
 */
#ifndef GUEST_RT_H
#define GUEST_RT_H

/* Instructions from the first one of the entry to the first reading of the counter. */
#define RT_ENTRY_INSNS 4
/* Instructions of a round of the loop that waits for the counter's next step. */
#define RT_ROUND_INSNS 4

#ifndef __ASSEMBLY__

#include <stdint.h>

struct rt_sample {
    const volatile uint32_t *counter;
    uint32_t rounds; /* in which the counter still was what it was at first */
    uint32_t before; /* the counter at first */
    uint32_t after;  /* when it had gone on */
};

/* Of the last upcall; rt.c sets .counter before the first. */
extern struct rt_sample rt_sample;

/** rt_entry_event() - the event entry for set_callbacks; notes a sample, calls rt_event(). */
void rt_entry_event(void);

/** rt_event() - of rt.c: what is pending is handled, upcalls masked. */
void rt_event(void);

/** rt_worst() - a mark that tools/plugin sees: what was just noted is the longest delay so far. */
void rt_worst(void);

#endif /* __ASSEMBLY__ */

#endif /* GUEST_RT_H */
