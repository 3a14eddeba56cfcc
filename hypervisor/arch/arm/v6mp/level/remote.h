/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maintenance of other CPUs' caches and TLBs.  On the ARM11 MPCore an operation of CP15 is one of
 * this CPU alone (TRM DDI 0360; ID_MMFR3, 15:12, is 0), so another one is asked by an interrupt to
 * do it itself, and waited for.
 *
 * Who is asked answers wherever it is: in a guest, or asleep, it takes the interrupt; while it
 * waits for a lock, with interrupts masked, it looks there (arch_lock_wait()), or it would wait for
 * a lock whose holder waits for it.  One that has not been in the hypervisor yet does everything
 * when it comes in.
 */
#ifndef LEVEL_REMOTE_H
#define LEVEL_REMOTE_H

#include <stdint.h>

#define REMOTE_TLB    1u /* all entries are gone */
#define REMOTE_ICACHE 2u /* instructions are fetched anew */
#define REMOTE_DCACHE 4u /* what the data cache held is in memory, and it is empty */
#define REMOTE_ALL    7u

/**
 * remote_do() - have the other pCPUs of the mask @cpus that are up do @what, bits of REMOTE_ALL;
 * done when it returns.  What they are not to find any more was changed before, with a barrier.
 * One that does not answer at all is a panic.  Any context, any lock held.
 */
void remote_do(uint32_t what, uint32_t cpus);

/** remote_answer() - do what others ask of this pCPU.  Any context. */
void remote_answer(void);

/* What is done for it, here, to the end: tlb.c, cache.c. */
void here_tlb(void);
void here_icache(void);
void here_dcache(void);

/** here_icache_catch_up() - this pCPU loads a guest's space: whatever instructions changed while it
 * had none, and was not asked, it fetches anew.  cache.c. */
void here_icache_catch_up(void);

#endif /* LEVEL_REMOTE_H */
