/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a domain: its states, and the one place that changes them.
 *
 *   CREATED ----> RUNNING <---> SHUTDOWN
 *      |             |             |
 *      '----------> DYING <--------'
 *                    |
 *                   DEAD
 *
 * A domain's vCPUs may run while it is RUNNING and its pause count is 0.  At all other times each
 * of them is held once on behalf of the domain (sched_pause()), whatever else happens to it: no
 * call of a guest can make a vCPU run that its domain's state stops.  All are held in one go, at
 * some 80 instructions each; they are released one by one, which takes longer.
 *
 * All calls: any context; domain.life_lock is taken inside, and the run queue locks within it.
 */
#ifndef CORE_DOMAIN_STATE_H
#define CORE_DOMAIN_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct domain;

enum domain_state {
    DOMAIN_CREATED,  /* is being built; has not run yet */
    DOMAIN_RUNNING,  /* runs, unless it is paused */
    DOMAIN_SHUTDOWN, /* ended with domain.shutdown_reason; all that it has is still there */
    DOMAIN_DYING,    /* is torn down, step by step */
    DOMAIN_DEAD,     /* nothing is left of it but what others still hold */
    DOMAIN_STATES,
};

/* As Xen's limit for its toolstack: far more than anybody nests. */
#define DOMAIN_PAUSE_MAX 255u

/** domain_state_name() - for messages: "running". */
const char *domain_state_name(enum domain_state state);

/**
 * domain_change_state() - move @d to state @to, which is not SHUTDOWN (domain_end() does that), and
 * stop its vCPUs, if it may not run then; if it may, domain_release_step() is to follow.
 * Returns 0, or -EINVAL: there is no way from its present state to @to; nothing has changed.
 */
int domain_change_state(struct domain *d, enum domain_state to);

/**
 * domain_end() - from RUNNING to SHUTDOWN, for a SHUTDOWN_* @reason that is kept, at @now (ns since
 * boot).
 * Returns 0 or -EINVAL (it does not run).
 */
int domain_end(struct domain *d, uint8_t reason, uint64_t now);

/**
 * domain_pause() - one more reason not to run; a vCPU of @d that runs leaves its pCPU before
 * that returns to a guest.  In any state.
 * Returns 0 or -EOVERFLOW (DOMAIN_PAUSE_MAX).
 */
int domain_pause(struct domain *d);

/** domain_unpause() - undo one domain_pause(); domain_release_step() is to follow.  Returns 0 or
 * -EINVAL (it is not paused). */
int domain_unpause(struct domain *d);

/**
 * domain_release_step() - if @d may run, stop holding one more of its vCPUs: some 350 instructions.
 * Returns true if there are more of them.
 */
bool domain_release_step(struct domain *d);

/** domain_is_dying() - it is torn down: nothing is to be added to it. */
bool domain_is_dying(const struct domain *d);

/**
 * domain_is_off_cpu() - has no vCPU of @d a place on a pCPU any more?  Once it is so while @d may
 * not run, it stays so.
 */
bool domain_is_off_cpu(const struct domain *d);

#endif /* CORE_DOMAIN_STATE_H */
