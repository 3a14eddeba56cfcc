/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Core's cache, TLB and table-entry operations in terms of this level's.
 */
#include <string.h>

#include "arch/arm/level.h"
#include "arch/arm/mmu.h"
#include "core/arch.h"

void arch_cache_flush_aliases(void) {
    level_cache_flush_aliases();
}

bool arch_cache_flush_step(uint32_t *progress) {
    return level_cache_flush_step(progress);
}

bool arch_cache_faults(void) {
    return level_cache_faults;
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

void arch_guest_dcache_clean(gvaddr_t va, size_t size) {
    level_dcache_clean(va.v, size);
}

void arch_guest_dcache_flush(gvaddr_t va, size_t size) {
    level_dcache_flush(va.v, size);
}

void arch_guest_dcache_inval(gvaddr_t va, size_t size) {
    level_dcache_inval(va.v, size);
}

void arch_guest_icache_sync(gvaddr_t va, size_t size) {
    level_icache_sync(va.v, size);
}
