/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own address space: the hole at the top, the same in every
 * first-level table but for two MiB that belong to the domain (shared, vectors).
 */
#ifndef ARCH_ARM_MMU_H
#define ARCH_ARM_MMU_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/addr.h"

#define L1_ENTRIES   4096u
#define L2_ENTRIES   256u
#define L1_INDEX(va) ((uint32_t)(uintptr_t)(va) >> MIB_SHIFT)
#define L2_INDEX(va) (((uint32_t)(uintptr_t)(va) >> PAGE_SHIFT) & (L2_ENTRIES - 1))

/* First-level table of the hypervisor alone: boot and idle. */
extern uint32_t boot_l1[L1_ENTRIES];

/**
 * mmu_init() - the final map of the hole: code read-only, data not executable where the
 * level can say so, the identity section of start.S gone.  @phys_offset = machine - virtual
 * address of the image.  Boot only, once.
 */
void mmu_init(uint32_t phys_offset);

/** mmu_map_fdt() - map the 2 MiB from that of machine address @fdt on read-only at HYP_FDT_VA.
 * Boot only.  Returns the tree's virtual address. */
const void *mmu_map_fdt(maddr_t fdt);

/** mmu_image_maddr() - machine address of something in the image. */
maddr_t mmu_image_maddr(const void *va);

/** mmu_fill_vectors() - the eight vectors into @page (4 KiB, the rest is left alone). */
void mmu_fill_vectors(void *page);

#endif /* ARCH_ARM_MMU_H */
