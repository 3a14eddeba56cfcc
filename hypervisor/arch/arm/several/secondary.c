/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a pCPU that does not boot the machine comes here: secondary_start.S turns its MMU on with a
 * table of its own, which maps the code that does so at its machine address too, and which stays:
 * who comes late comes all the same.
 */
#include "arch/arm/several/secondary.h"

#include "arch/arm/layout.h"
#include "arch/arm/level.h"
#include "arch/arm/mmu.h"
#include "arch/arm/vcpu_state.h"
#include "core/base/arch.h"
#include "core/top/cpu_start.h"
#include "cpus/self.h"

extern char image_start[];
void secondary_start(void);
_Noreturn void arch_secondary_start(void);

uint32_t secondary_l1[L1_ENTRIES] __attribute__((aligned(16384), section(".bss.tables")));

maddr_t arch_cpus_entry(void) {
    uint32_t image = mmu_image_maddr(image_start).v;

    secondary_l1[L1_INDEX(HYP_IMAGE_VA)] = boot_l1[L1_INDEX(HYP_IMAGE_VA)];
    secondary_l1[L1_INDEX(image)] =
        level_l1_section(image & ~(MIB - 1), HYP_READ_EXEC, MEMORY_CACHED);
    level_dcache_clean((uint32_t)(uintptr_t)secondary_l1, sizeof(secondary_l1));
    return mmu_image_maddr((const void *)(uintptr_t)secondary_start);
}

/* The TLB may hold what the table that was left says of the image's machine address. */
void arch_secondary_start(void) {
    uint32_t ttbr = level_ttbr(mmu_image_maddr(boot_l1).v);

    self_init_secondary();
    level_switch_space(ttbr, ttbr);
    level_tlb_flush_here();
    vcpu_state_early_init();
    cpu_main();
}

void arch_cpu_relax(void) {
    __asm__ volatile("yield" : : : "memory");
}
