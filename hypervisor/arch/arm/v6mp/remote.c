/* SPDX-License-Identifier: GPL-2.0-only */
/* See level/remote.h. */
#include "arch/arm/v6mp/level/remote.h"

#include <arch/atomic.h>

#include "arch/arm/several/secondary.h"
#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/base/percpu.h"
#include "core/device/cpus.h"

/* Some seconds of the fastest core; an answer takes as long as a hypercall that takes no lock. */
#define REMOTE_LOOKS (1u << 28)

/* What a pCPU is to do; how often it was asked, and up to which of these it has answered.  Who asks
 * stores what, then counts; who answers reads the count, then what. */
static struct remote {
    volatile uint32_t what;
    uint32_t asked;
    volatile uint32_t answered;
} remotes[ARCH_CPU_MAX] = {[0 ... ARCH_CPU_MAX - 1] = {.what = REMOTE_ALL, .asked = 1}};

static void perform(uint32_t what) {
    if (what & REMOTE_DCACHE) {
        here_dcache();
    }
    if (what & REMOTE_ICACHE) {
        here_icache();
    }
    if (what & REMOTE_TLB) {
        here_tlb();
    }
}

void remote_answer(void) {
    struct remote *r = &remotes[this_cpu_index()];
    uint32_t asked = *(volatile uint32_t *)&r->asked;

    if (asked == r->answered) {
        return;
    }
    arch_memory_barrier();
    uint32_t what = r->what;
    arch_atomic_clear(&r->what, what);
    arch_memory_barrier();
    perform(what);
    arch_memory_barrier();
    r->answered = asked;
}

/* Who is waited for may wait for this one, or have stopped it. */
static void await(unsigned int cpu, uint32_t asked) {
    for (uint32_t looks = 0; (int32_t)(remotes[cpu].answered - asked) < 0; looks++) {
        if (looks == REMOTE_LOOKS) {
            panic("CPU %u does not answer", cpu);
        }
        cpu_stop_if_asked();
        remote_answer();
        arch_cpu_relax();
    }
}

/* Returns the number of this request to @cpu. */
static uint32_t ask(unsigned int cpu, uint32_t what) {
    struct remote *r = &remotes[cpu];

    (void)arch_atomic_test_and_set(&r->what, what);
    arch_memory_barrier();
    return arch_atomic_add(&r->asked, 1);
}

static uint32_t others_up(uint32_t cpus) {
    uint32_t mask = 0;

    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if ((cpus & 1u << i) && i != this_cpu_index() && cpu_is_up(i)) {
            mask |= 1u << i;
        }
    }
    return mask;
}

void remote_do(uint32_t what, uint32_t cpus) {
    uint32_t asked[ARCH_CPU_MAX] = {0};

    cpus = others_up(cpus);
    if (cpus == 0) {
        return;
    }
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if (cpus & 1u << i) {
            asked[i] = ask(i, what);
        }
    }
    cpu_wake_waiting();
    cpus_kick(cpus);
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if (cpus & 1u << i) {
            await(i, asked[i]);
        }
    }
    arch_memory_barrier();
}
