/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A core: what it is, sleep and end.  A part of arch.h.
 */
#ifndef CORE_ARCH_CPU_H
#define CORE_ARCH_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/addr.h"

/** arch_cpu_id() - this pCPU's number, 0..ARCH_CPU_MAX - 1. */
unsigned int arch_cpu_id(void);
/** arch_hypervisor_enter() - wait until no other pCPU runs in the hypervisor; from now on none
 * does. arch does so before it calls core, but for cpu_main().  Nothing where there is one pCPU. */
void arch_hypervisor_enter(void);
/** arch_hypervisor_leave() - others may go on, and change whatever they like.  No lock held. */
void arch_hypervisor_leave(void);
/** arch_cpu_idle() - leave the hypervisor, sleep (WFI) until an interrupt is pending, and enter it
 * again; interrupts stay masked. */
void arch_cpu_idle(void);
/** arch_cpu_usable() - is this core, as far as it is known, a revision that has all that is
 * needed? */
bool arch_cpu_usable(void);
/** arch_cpu_name() - e.g. "ARM926EJ-S (ARMv5TEJ)". */
const char *arch_cpu_name(void);
/** arch_halt() - stop this pCPU for good, interrupts masked. */
_Noreturn void arch_halt(void);
/** arch_cpu_stop_others() - stop all other pCPUs for good, as far as they can be reached; of two
 * that ask for it, one is stopped itself.  Bounded.  Any context, any lock held. */
void arch_cpu_stop_others(void);
/** arch_cpu_kicked() - another pCPU has this one look at what is wanted of it (cpus_kick()). */
void arch_cpu_kicked(void);
/** arch_cpu_relax() - called over and over while waiting for another pCPU. */
void arch_cpu_relax(void);
/** arch_cpus_entry() - where other pCPUs are to come in, MMU off; they get to cpu_main() from
 * there. Boot. */
maddr_t arch_cpus_entry(void);
/** arch_fiq_count() - how often an FIQ came, which no driver ever asks for. */
uint32_t arch_fiq_count(void);
/** arch_async_abort_count() - how many aborts of earlier accesses of guests reached the
 * hypervisor. */
uint32_t arch_async_abort_count(void);
/** arch_cpu_machine() - as uname -m names it: "armv7l". */
const char *arch_cpu_machine(void);
/** arch_cpu_level() - architecture level, 5, 6 or 7. */
uint32_t arch_cpu_level(void);
/** arch_backtrace() - print return addresses from here up; bounded. */
void arch_backtrace(void);

#endif /* CORE_ARCH_CPU_H */
