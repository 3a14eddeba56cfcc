/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM11 TLB and address-space switch (ARM1176JZF-S TRM DDI 0301: c8, TLB Operations Register);
 * extended/asid.h says what the TLB holds and when it goes.  Physically tagged caches stay; branch
 * targets are by virtual address and go (ARM ARM DDI 0100, B2.7.5).
 */
#include "arch/arm/cp15.h"
#include "arch/arm/extended/asid.h"
#include "arch/arm/level.h"

#define ASID_MASK 0xffu /* of the context ID, whose process ID is 0 */

uint32_t tlb_changes;

static inline void prefetch_flush(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c5, 4" : : "r"(0) : "memory");
}

static inline void tlb_sync(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c5, 6" : : "r"(0) : "memory"); /* branch targets */
    level_drain();
    prefetch_flush();
}

static inline void tlb_flush_all(void) {
    __asm__ volatile("mcr p15, 0, %0, c8, c7, 0" : : "r"(0) : "memory");
}

static inline void tlb_flush_asid(uint32_t asid) {
    __asm__ volatile("mcr p15, 0, %0, c8, c7, 2" : : "r"(asid) : "memory");
}

void level_tlb_flush_all(void) {
    level_drain();
    tlb_flush_all();
    tlb_sync();
    asid_flushed();
}

/* Of the current ASID; global entries match any. */
void level_tlb_flush_page(uint32_t va) {
    uint32_t asid = CP15_GET(13, 0, 0, 1) & ASID_MASK;

    level_drain();
    __asm__ volatile("mcr p15, 0, %0, c8, c7, 1" : : "r"((va & ~0xfffu) | asid) : "memory");
    tlb_sync();
}

void level_tlb_flush_own(uint32_t va) {
    level_tlb_flush_page(va);
}

/* After a data synchronization barrier; a prefetch flush follows (DDI 0301: c13, Context ID
 * Register). */
static inline void set_asid(uint32_t asid) {
    CP15_SET(13, 0, 0, 1, asid);
    prefetch_flush();
}

/*
 * By way of a reserved ASID, as on ARMv7.  The barriers of the last step also end the maintenance
 * before it: until then only the hypervisor's own code is fetched, which is global.
 *
 * An asynchronous abort that the old space's accesses caused comes at the start, not in the next
 * guest: the barrier waits for them, and then such aborts are unmasked.
 */
void level_switch_space(uint32_t ttbr, uint32_t kernel) {
    (void)kernel;
    enum asid_flush flush = asid_take(ttbr);

    level_drain();
    __asm__ volatile("cpsie a" : : : "memory");
    set_asid(ASID_NOBODY);
    CP15_SET(2, 0, 0, 0, ttbr);
    prefetch_flush();
    if (flush == ASID_FLUSH_ALL) {
        tlb_flush_all();
    } else if (flush == ASID_FLUSH_ONE) {
        tlb_flush_asid(asid_of(ttbr));
    }
    CP15_SET(7, 0, 5, 6, 0); /* branch targets */
    level_drain();
    set_asid(asid_of(ttbr));
}

/* Walks are not cached: the tables are written through. */
uint32_t level_ttbr(uint32_t l1_pa) {
    return l1_pa;
}

void level_space_new(uint32_t l1_pa) {
    asid_forget(level_ttbr(l1_pa));
}
