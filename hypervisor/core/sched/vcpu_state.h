/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states of a vCPU, and what leads from one to another.
 *
 *              up            pick            block
 *   OFFLINE -------> RUNNABLE ----> RUNNING ------> BLOCKED
 *      ^ down from any  ^  ^-- preempt --'             |
 *      '                '----------- wake -------------'
 *
 * The state is one thing; whether the vCPU may run is another: it may while it is RUNNABLE or
 * RUNNING and nothing holds it (sched_vcpu.pause_count).  So a vCPU that is paused can be woken
 * or brought up: it runs when the last hold is gone.  A hold preempts, so that a vCPU which is
 * RUNNING is never held.  Only sched.c changes a state, by an event, and an event that does not
 * start from the present state is refused.
 */
#ifndef CORE_VCPU_STATE_H
#define CORE_VCPU_STATE_H

enum vcpu_state {
    VCPU_OFFLINE,  /* not brought up */
    VCPU_BLOCKED,  /* waits for an event */
    VCPU_RUNNABLE, /* waits for a pCPU, or is held.  From here on those that can run */
    VCPU_RUNNING,  /* was picked */
    VCPU_STATES,
    VCPU_REFUSED = VCPU_STATES, /* not a state: the event changes nothing */
};

enum vcpu_event {
    VCPU_UP,      /* VCPUOP_up, or its domain starts */
    VCPU_DOWN,    /* VCPUOP_down */
    VCPU_PICK,    /* the scheduler gives it a pCPU */
    VCPU_PREEMPT, /* the scheduler takes the pCPU away */
    VCPU_BLOCK,   /* it waits for an event */
    VCPU_WAKE,    /* the event came */
    VCPU_EVENTS,
};

/** vcpu_state_after() - the state that @event leads to from @state, or VCPU_REFUSED.  Pure. */
static inline enum vcpu_state vcpu_state_after(enum vcpu_state state, enum vcpu_event event) {
    switch (event) {
    case VCPU_UP: return state == VCPU_OFFLINE ? VCPU_RUNNABLE : VCPU_REFUSED;
    case VCPU_DOWN: return state != VCPU_OFFLINE ? VCPU_OFFLINE : VCPU_REFUSED;
    case VCPU_PICK: return state == VCPU_RUNNABLE ? VCPU_RUNNING : VCPU_REFUSED;
    case VCPU_PREEMPT: return state == VCPU_RUNNING ? VCPU_RUNNABLE : VCPU_REFUSED;
    case VCPU_BLOCK: return state == VCPU_RUNNING ? VCPU_BLOCKED : VCPU_REFUSED;
    case VCPU_WAKE: return state == VCPU_BLOCKED ? VCPU_RUNNABLE : VCPU_REFUSED;
    case VCPU_EVENTS: break;
    }
    return VCPU_REFUSED;
}

#endif /* CORE_VCPU_STATE_H */
