/* SPDX-License-Identifier: GPL-2.0-only */
/* The fake machine's memory: see arch/fake_mm.h. */
#include <arch/fake_mm.h>
#include <arch/heap.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/mm/heap.h"

#define L1_ENTRIES 4096u

uint8_t fake_ram[FAKE_RAM_MIB * MIB];
unsigned int fake_tlb_flushes;
unsigned int fake_cache_flushes, fake_dcache_flushes;
uint32_t fake_forgotten[ARCH_MAP_SLOTS];
unsigned int fake_range_ops;
uint32_t fake_unmapped;
uint32_t fake_last_va;
enum fake_op fake_last_op;
uint32_t fake_last_size;
unsigned int fake_page_ops;
unsigned int fake_shared_maps;
unsigned int fake_pte_syncs, fake_pte_changes, fake_pte_published;
const struct fake_mmu *fake_mmu;

static uint8_t heap[FAKE_HEAP_SIZE] __attribute__((aligned(HEAP_BLOCK_SIZE)));
static bool slot_used[ARCH_MAP_SLOTS];

void fake_mm_init(void) {
    arch_heap_taken(heap, sizeof(heap));
    heap_init(heap, maddr(FAKE_HEAP_PA), sizeof(heap));
    memset(slot_used, 0, sizeof(slot_used));
    memset(fake_forgotten, 0, sizeof(fake_forgotten));
    fake_tlb_flushes = fake_cache_flushes = fake_range_ops = fake_page_ops = fake_pte_syncs = 0;
    fake_pte_changes = fake_pte_published = fake_shared_maps = fake_dcache_flushes = 0;
    fake_mmu = NULL;
    fake_unmapped = ~0u;
}

uint8_t *fake_frame(mfn_t m) {
    uint32_t offset = mfn_to_maddr(m).v - FAKE_RAM_PA;

    if (offset >= sizeof(fake_ram)) {
        abort();
    }
    return &fake_ram[offset];
}

void *arch_map_frame(unsigned int slot, mfn_t frame) {
    if (slot >= ARCH_MAP_SLOTS || slot_used[slot]) {
        abort();
    }
    slot_used[slot] = true;
    return fake_frame(frame);
}

void arch_unmap_frame(unsigned int slot, uint32_t offset, uint32_t size) {
    if (slot >= ARCH_MAP_SLOTS || !slot_used[slot] || offset > PAGE_SIZE ||
        size > PAGE_SIZE - offset) {
        abort();
    }
    fake_forgotten[slot] += size;
    slot_used[slot] = false;
}

void arch_forget_ram(unsigned int slot, uint32_t offset, uint32_t size) {
    if (slot >= ARCH_MAP_SLOTS || !slot_used[slot] || offset > PAGE_SIZE ||
        size > PAGE_SIZE - offset) {
        abort();
    }
    fake_forgotten[slot] += size;
}

void arch_forget_shared(unsigned int slot, uint32_t offset, uint32_t size) {
    arch_forget_ram(slot, offset, size);
}

void arch_close_frame(unsigned int slot) {
    arch_unmap_frame(slot, 0, 0);
}

void *arch_map_shared(mfn_t frame) {
    fake_shared_maps++;
    return fake_frame(frame);
}

void arch_unmap_shared(void *va) {
    if (!va || fake_shared_maps-- == 0) {
        abort();
    }
}

/* ---- Caches and TLB ---- */

void arch_cache_flush_aliases(void) {
    fake_cache_flushes++;
}

void arch_dcache_flush_aliases(void) {
    fake_dcache_flushes++;
}

/* As long as the caller keeps the progress, what was done is not done again. */
bool arch_cache_flush_step(uint32_t *progress) {
    if (++*progress < FAKE_FLUSH_STEPS) {
        return true;
    }
    fake_cache_flushes++;
    return false;
}

const uint32_t arch_cache_range_max = 32 * 1024;

void arch_tlb_flush_all(void) {
    fake_tlb_flushes++;
    if (fake_mmu) {
        fake_mmu->flush();
    }
}

void arch_tlb_flush_local(void) {
    arch_tlb_flush_all();
}

static void by_address(enum fake_op op, gvaddr_t va, size_t size) {
    fake_range_ops++;
    fake_last_op = op;
    fake_last_va = va.v;
    fake_last_size = (uint32_t)size;
}

void arch_tlb_flush_page(gvaddr_t va) {
    by_address(FAKE_TLB, va, PAGE_SIZE);
}

static int by_guest_address(enum fake_op op, gvaddr_t va, size_t size) {
    if ((va.v & PAGE_MASK) == fake_unmapped) {
        return -XEN_EFAULT;
    }
    by_address(op, va, size);
    return 0;
}

int arch_guest_dcache_clean(gvaddr_t va, size_t size) {
    return by_guest_address(FAKE_CLEAN, va, size);
}

int arch_guest_dcache_flush(gvaddr_t va, size_t size) {
    return by_guest_address(FAKE_FLUSH, va, size);
}

int arch_guest_dcache_inval(gvaddr_t va, size_t size) {
    return by_guest_address(FAKE_INVAL, va, size);
}

int arch_guest_icache_sync(gvaddr_t va, size_t size) {
    return by_guest_address(FAKE_SYNC, va, size);
}

int arch_guest_clear_page(gvaddr_t va) {
    if (va.v == fake_unmapped) {
        return -XEN_EFAULT;
    }
    fake_page_ops++;
    fake_last_va = va.v;
    return 0;
}

int arch_guest_copy_page(gvaddr_t to, gvaddr_t from) {
    return from.v == fake_unmapped ? -XEN_EFAULT : arch_guest_clear_page(to);
}

int copy_updates_from_guest(struct guest_update *to, gvaddr_t from, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct mmu_update update;

        if (copy_from_guest(&update, gvaddr(from.v + i * (uint32_t)sizeof(update)),
                            sizeof(update))) {
            return -XEN_EFAULT;
        }
        if ((update.ptr | update.val) >> 32) {
            return (int)i;
        }
        to[i].ptr = (uint32_t)update.ptr;
        to[i].val = (uint32_t)update.val;
    }
    return (int)count;
}

int copy_update_from_guest(struct guest_update *to, gvaddr_t from) {
    return copy_updates_from_guest(to, from, 1) != 1;
}

/* ---- Table entries ---- */

static const enum pte_memory memory_of[] = {PTE_UNCACHED, PTE_WRITECOMBINE, PTE_WRITETHROUGH,
                                            PTE_WRITEBACK};

static uint32_t bits_of(enum pte_memory memory) {
    return memory == PTE_WRITECOMBINE   ? 4u
           : memory == PTE_WRITETHROUGH ? 8u
           : memory == PTE_WRITEBACK    ? 12u
                                        : 0u;
}

struct pte arch_pte_decode_l1(uint32_t raw) {
    struct pte pte = {.dacr_domain = raw >> FAKE_DOMAIN_SHIFT & 15u, .executable = true};

    if ((raw & 3u) == 0) {
        pte.kind = PTE_FAULT;
    } else if ((raw & 3u) == FAKE_TABLE) {
        pte.kind = raw & 0x21cu ? PTE_BAD : PTE_TABLE;
        pte.addr = raw & ~0x3ffu;
    } else {
        pte.kind = (raw & 3u) == FAKE_SECTION && !(raw & 0xffa10u) ? PTE_SECTION : PTE_BAD;
        pte.addr = raw & ~(MIB - 1);
        pte.writable = (raw & FAKE_L1_WRITE) != 0;
        pte.memory = memory_of[raw >> 2 & 3u];
    }
    return pte;
}

struct pte arch_pte_decode_hw_l1(uint32_t hw) {
    return arch_pte_decode_l1(hw);
}

uint32_t arch_pte_encode_l1(const struct pte *pte) {
    uint32_t domain = pte->dacr_domain << FAKE_DOMAIN_SHIFT;

    if (pte->kind == PTE_TABLE) {
        return pte->addr | domain | FAKE_TABLE;
    }
    return pte->addr | domain | bits_of(pte->memory) | (pte->writable ? FAKE_L1_WRITE : 0) |
           FAKE_SECTION;
}

struct pte arch_pte_decode_l2(uint32_t raw) {
    uint32_t attr = arch_l2_attr(raw);

    return (struct pte){.kind = arch_l2_is_fault(raw) ? PTE_FAULT
                                : attr                ? PTE_SMALL
                                                      : PTE_BAD,
                        .addr = raw & PAGE_MASK,
                        .writable = arch_l2_is_writable(raw),
                        .executable = true,
                        .memory = memory_of[raw >> 2 & 3u]};
}

uint32_t arch_pte_encode_l2(const struct pte *pte) {
    return pte->addr | bits_of(pte->memory) | (pte->writable ? FAKE_L2_WRITE : 0) | FAKE_SMALL;
}

void arch_l1_own(const struct space *s, uint32_t *l1, unsigned int vcpu) {
    (void)s;
    l1[PV_VIRT_START >> MIB_SHIFT] = FAKE_HYP_ENTRY + vcpu;
}

void arch_l1_init(struct space *s, uint32_t *l1) {
    (void)s;
    for (uint32_t i = PV_VIRT_START >> MIB_SHIFT; i < L1_ENTRIES; i++) {
        l1[i] = FAKE_HYP_ENTRY;
    }
}
