/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Core's cache, TLB and table-entry operations in terms of this level's.
 */
#include <string.h>

#include "arch/arm/level.h"
#include "arch/arm/mmu.h"
#include "core/base/arch.h"

void arch_cache_flush_aliases(void) {
    level_cache_flush_aliases();
}

void arch_dcache_flush_aliases(void) {
    level_dcache_flush_aliases();
}

bool arch_cache_flush_step(uint32_t *progress) {
    return level_cache_flush_step(progress);
}

void arch_tlb_flush_all(void) {
    level_tlb_flush_all();
}

void arch_tlb_flush_local(void) {
    level_tlb_flush_all();
}

void arch_tlb_flush_page(gvaddr_t va) {
    level_tlb_flush_page(va.v);
}

int arch_guest_dcache_clean(gvaddr_t va, size_t size) {
    return level_guest_dcache_clean(va.v, size);
}

int arch_guest_dcache_flush(gvaddr_t va, size_t size) {
    return level_guest_dcache_flush(va.v, size);
}

int arch_guest_dcache_inval(gvaddr_t va, size_t size) {
    return level_guest_dcache_inval(va.v, size);
}

int arch_guest_icache_sync(gvaddr_t va, size_t size) {
    return level_guest_icache_sync(va.v, size);
}

/*
 * An entry of read-only memory gives the hypervisor's own stores what it does not give the guest's
 * (AP = 0b10: Arm ARM DDI 0100, B3.4; DDI 0406, B3.7.1).  The TLB may hold an older entry than the
 * table's, and lose it between two stores; so it loses it before the first.
 */
int arch_guest_clear_page(gvaddr_t va) {
    level_tlb_flush_own(va.v);
    return level_clear_page(va.v);
}

int arch_guest_copy_page(gvaddr_t to, gvaddr_t from) {
    level_tlb_flush_own(to.v);
    return level_copy_page(to.v, from.v);
}
