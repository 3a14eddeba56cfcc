/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv7-A TLB and address-space switch; extended/asid.h says what the TLB holds and when it goes.
 * Branch predictors may keep what they learned only where they are not visible; BPIALL is always
 * right (DDI 0406, B2.2.5).
 */
#include <level/broadcast.h>
#include <level/control.h>

#include "arch/arm/cp15.h"
#include "arch/arm/extended/asid.h"
#include "arch/arm/level.h"
#include <level/kernel_table.h>

#define ASID_MASK 0xffu /* of CONTEXTIDR, whose PROCID is 0 */

uint32_t tlb_changes;

static inline void tlb_sync(void) {
    all_predictors_invalidate();
    __asm__ volatile("dsb\n"
                     "isb\n"
                     :
                     :
                     : "memory");
}

/* Of this pCPU. */
static inline void tlb_flush_all(void) {
    __asm__ volatile("mcr p15, 0, %0, c8, c7, 0" : : "r"(0) : "memory"); /* TLBIALL */
}

static inline void tlb_flush_asid(uint32_t asid) {
    __asm__ volatile("mcr p15, 0, %0, c8, c7, 2" : : "r"(asid) : "memory"); /* TLBIASID */
}

void level_tlb_flush_all(void) {
    level_drain();
    all_tlbs_invalidate();
    tlb_sync();
    asid_flushed();
}

void level_tlb_flush_here(void) {
    level_drain();
    tlb_flush_all();
    tlb_sync();
    asid_flushed();
}

/* Of the current ASID; global entries match any. */
void level_tlb_flush_page(uint32_t va) {
    uint32_t asid = CP15_GET(13, 0, 0, 1) & ASID_MASK;

    level_drain();
    all_tlbs_invalidate_page(va, asid);
    tlb_sync();
}

void level_tlb_flush_own(uint32_t va) {
    level_tlb_flush_page(va);
}

/* After a DSB, which Cortex-A9 needs (erratum 754322). */
static inline void set_asid(uint32_t asid) {
    CP15_SET(13, 0, 0, 1, asid);
    __asm__ volatile("isb" : : : "memory");
}

/*
 * By way of a reserved ASID (B3.10.4, "Synchronization of changes of ASID and TTBR").  The barriers
 * of the last step also end the maintenance before it: until its ISB only the hypervisor's own code
 * is fetched, which is global.
 *
 * An asynchronous abort that the old space's accesses caused comes at the start, not in the next
 * guest: the barrier waits for them, and then such aborts are unmasked.
 */
void level_switch_space(uint32_t ttbr, uint32_t kernel) {
    enum asid_flush flush = asid_take(ttbr);

    flush = kernel_table_take(asid_of(ttbr), kernel, flush);

    level_drain();
    __asm__ volatile("cpsie a" : : : "memory");
    set_asid(ASID_NOBODY);
    CP15_SET(2, 0, 0, 0, ttbr);
    kernel_table_load(kernel);
    __asm__ volatile("isb" : : : "memory");
    if (flush == ASID_FLUSH_ALL) {
        tlb_flush_all();
    } else if (flush == ASID_FLUSH_ONE) {
        tlb_flush_asid(asid_of(ttbr));
    }
    CP15_SET(7, 0, 5, 6, 0); /* BPIALL */
    level_drain();
    set_asid(asid_of(ttbr));
}

uint32_t level_ttbr(uint32_t l1_pa) {
    return l1_pa | LEVEL_TTBR_WALK;
}

void level_space_new(uint32_t l1_pa) {
    asid_forget(level_ttbr(l1_pa));
}
