/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own mappings: image, devices, windows onto frames.
 */
#include "arch/arm/mmu.h"

#include <string.h>

#include "arch/arm/layout.h"
#include "arch/arm/level.h"
#include "core/base/arch.h"
#include "core/base/panic.h"

#define MIB_PAGES 256u

static uint32_t l2_image[L2_ENTRIES] __attribute__((aligned(1024), section(".bss.tables")));
static uint32_t l2_device[L2_ENTRIES] __attribute__((aligned(1024), section(".bss.tables")));
static uint32_t l2_alias[L2_ENTRIES] __attribute__((aligned(1024), section(".bss.tables")));
static uint32_t l2_window[L2_ENTRIES] __attribute__((aligned(1024), section(".bss.tables")));
static uint32_t l2_vectors[L2_ENTRIES] __attribute__((aligned(1024), section(".bss.tables")));
static uint8_t boot_vectors[PAGE_SIZE] __attribute__((aligned(4096)));

static uint32_t image_offset; /* machine - virtual */
static uint32_t device_used;  /* pages handed out in the device window */

extern char image_start[], rw_start[], tables_start[], tables_end[], image_end[];
void entry_reset(void);
void entry_und(void);
void entry_swi(void);
void entry_pabt(void);
void entry_dabt(void);
void entry_irq(void);
void entry_fiq(void);

maddr_t mmu_image_maddr(const void *va) {
    return maddr((uint32_t)(uintptr_t)va + image_offset);
}

static uint32_t image_pa(const void *va) {
    return mmu_image_maddr(va).v;
}

/* Eight "ldr pc, [pc, #24]" and their eight targets. */
void mmu_fill_vectors(void *page) {
    static void (*const entries[8])(void) = {
        entry_reset, entry_und,   entry_swi, entry_pabt,
        entry_dabt,  entry_reset, entry_irq, entry_fiq,
    };
    uint32_t *word = page;

    for (unsigned int i = 0; i < 8; i++) {
        word[i] = 0xe59ff018u;
        word[8 + i] = (uint32_t)(uintptr_t)entries[i];
    }
}

static void map_table(uint32_t va, const uint32_t *l2, unsigned int dacr_domain) {
    arch_pte_write(&boot_l1[L1_INDEX(va)], level_l1_table(image_pa(l2), dacr_domain));
}

static void map_image(void) {
    for (const char *va = (const char *)((uintptr_t)image_start & PAGE_MASK); va < image_end;
         va += PAGE_SIZE) {
        bool is_table = va >= tables_start && va < tables_end;
        enum hyp_rights rights = va < rw_start ? HYP_READ_EXEC : HYP_READ_WRITE;

        arch_pte_write(
            &l2_image[L2_INDEX(va)],
            level_l2_page(image_pa(va), rights, is_table ? MEMORY_TABLES : MEMORY_CACHED));
    }
}

void mmu_init(uint32_t phys_offset) {
    image_offset = phys_offset;
    mmu_fill_vectors(boot_vectors);
    level_dcache_clean((uint32_t)(uintptr_t)boot_vectors, sizeof(boot_vectors));
    arch_pte_write(&l2_vectors[L2_INDEX(PV_VECTORS_VA)],
                   level_l2_page(image_pa(boot_vectors), HYP_READ_EXEC, MEMORY_CACHED));
    map_image();
    map_table(HYP_DEVICE_VA, l2_device, PV_DOMAIN_HYP);
    map_table(HYP_ALIAS_VA, l2_alias, PV_DOMAIN_HYP);
    map_table(HYP_WINDOW_VA, l2_window, PV_DOMAIN_HYP);
    map_table(HYP_VECTORS_MIB_VA, l2_vectors, PV_DOMAIN_HYP);
    /* Until the next line these tables are ordinary, written-back memory. */
    level_cache_flush_aliases();
    map_table(HYP_IMAGE_VA, l2_image, PV_DOMAIN_HYP);
    level_dcache_clean((uint32_t)(uintptr_t)boot_l1, sizeof(boot_l1));
    arch_pte_write(&boot_l1[L1_INDEX(image_pa(image_start))], 0);
    arch_pte_sync();
    level_cache_flush_aliases();
    level_tlb_flush_all();
}

const void *mmu_map_fdt(maddr_t fdt) {
    uint32_t base = fdt.v & ~(MIB - 1);

    for (unsigned int i = 0; i < 2; i++) {
        arch_pte_write(&boot_l1[L1_INDEX(HYP_FDT_VA) + i],
                       level_l1_section(base + i * MIB, HYP_READ_ONLY, MEMORY_CACHED));
    }
    arch_pte_sync();
    level_tlb_flush_all();
    return (const void *)(uintptr_t)(HYP_FDT_VA + (fdt.v - base));
}

void *arch_map_heap(maddr_t base, uint32_t size) {
    CHECK(size <= HYP_HEAP_MAX && (base.v & (MIB - 1)) == 0);
    for (uint32_t offset = 0; offset < size; offset += MIB) {
        arch_pte_write(&boot_l1[L1_INDEX(HYP_HEAP_VA + offset)],
                       level_l1_section(base.v + offset, HYP_READ_WRITE, MEMORY_TABLES));
    }
    arch_pte_sync();
    level_tlb_flush_all();
    return (void *)(uintptr_t)HYP_HEAP_VA;
}

void *arch_map_device(maddr_t base, size_t size) {
    uint32_t offset = base.v & (PAGE_SIZE - 1);
    uint32_t pages = (uint32_t)((offset + size + PAGE_SIZE - 1) >> PAGE_SHIFT);
    uint32_t first = device_used;

    if (pages > MIB_PAGES - device_used) {
        return NULL;
    }
    for (uint32_t i = 0; i < pages; i++) {
        arch_pte_write(&l2_device[first + i], level_l2_page((base.v & PAGE_MASK) + i * PAGE_SIZE,
                                                            HYP_READ_WRITE, MEMORY_DEVICE));
    }
    arch_pte_sync();
    device_used += pages;
    return (void *)(uintptr_t)(HYP_DEVICE_VA + first * PAGE_SIZE + offset);
}

void *arch_map_shared(mfn_t frame) {
    for (uint32_t i = 0; i < MIB_PAGES; i++) {
        if (l2_alias[i] == 0) {
            arch_pte_write(&l2_alias[i],
                           level_l2_page(mfn_to_maddr(frame).v, HYP_READ_WRITE, MEMORY_SHARED));
            arch_pte_sync();
            return (void *)(uintptr_t)(HYP_ALIAS_VA + i * PAGE_SIZE);
        }
    }
    return NULL;
}

void arch_unmap_shared(void *va) {
    arch_pte_write(&l2_alias[L2_INDEX((uintptr_t)va)], 0);
    arch_pte_sync();
    level_tlb_flush_page((uint32_t)(uintptr_t)va);
}

static uint32_t window_va(unsigned int slot) {
    return HYP_WINDOW_VA + (arch_cpu_id() * ARCH_MAP_SLOTS + slot) * PAGE_SIZE;
}

void *arch_map_frame(unsigned int slot, mfn_t frame) {
    uint32_t va = window_va(slot);

    CHECK(l2_window[L2_INDEX(va)] == 0);
    arch_pte_write(&l2_window[L2_INDEX(va)],
                   level_l2_page(mfn_to_maddr(frame).v, HYP_READ_WRITE, MEMORY_CACHED));
    arch_pte_sync();
    return (void *)(uintptr_t)va;
}

void arch_unmap_frame(unsigned int slot, uint32_t offset, uint32_t size) {
    level_dcache_flush(window_va(slot) + offset, size);
    arch_close_frame(slot);
}

void arch_forget_ram(unsigned int slot, uint32_t offset, uint32_t size) {
    level_dcache_forget(window_va(slot) + offset, size);
}

void arch_forget_shared(unsigned int slot, uint32_t offset, uint32_t size) {
    level_shared_forget(window_va(slot) + offset, size);
}

void arch_close_frame(unsigned int slot) {
    uint32_t va = window_va(slot);

    arch_pte_write(&l2_window[L2_INDEX(va)], 0);
    arch_pte_sync();
    level_tlb_flush_own(va);
}
