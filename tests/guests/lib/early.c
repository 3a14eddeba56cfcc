/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the flat view to our own first-level table.  Runs before the link address is
 * mapped, so it is compiled position-independent (guests.mk) and calls nothing: addresses
 * of symbols are flat ones here, which early_linked() turns into those to be used later.
 */
#pragma GCC visibility push(hidden) /* pc-relative, without a table of addresses */
#include "early.h"

#include "core.h"
#include "hypercall.h"
#include "layout.h"
#include "trap.h"

/*
 * Nothing can be printed yet: the hypervisor reports r0 (the error) and pc when an
 * undefined instruction finds no handler.
 */
static void early_check(int32_t error) {
    if (error < 0) {
        register int32_t r0 __asm__("r0") = error;

        __asm__ volatile("udf #0xe0" : : "r"(r0));
        shutdown(SHUTDOWN_crash);
    }
}

static uint32_t early_linked(const void *flat, uint32_t ram) {
    return (uint32_t)flat - ram + KERNEL_BASE;
}

/* Those that run on several vCPUs have another one. */
__attribute__((weak)) uint32_t early_kernel_start(void) {
    return KERNEL_BASE;
}

static void early_callbacks(uint32_t ram) {
    struct pv_callbacks callbacks = {
        .undef = early_linked(entry_undef, ram),
        .swi = early_linked(entry_swi, ram),
        .prefetch_abort = early_linked(entry_prefetch_abort, ram),
        .data_abort = early_linked(entry_data_abort, ram),
        .event = early_linked(entry_event, ram),
        .kernel_virt_start = early_kernel_start(),
        .restart_start = early_linked(__restart_start, ram),
        .restart_end = early_linked(__restart_end, ram),
        .helpers = 0,
    };

    early_check(set_callbacks(&callbacks));
}

static void early_entry(struct mmu_update *update, uint32_t l1, uint32_t va, uint32_t entry) {
    update->ptr = (l1 + (va >> 20) * 4) | MMU_NORMAL_PT_UPDATE;
    update->val = entry;
}

/*
 * Maps the first EARLY_MIB of RAM at KERNEL_BASE, and the MiB of this code where it is
 * (until pt_init() takes that away).
 */
void early_map(uint32_t ram) {
    uint32_t l1 = ram + L1_OFFSET;
    struct mmu_update updates[EARLY_MIB + 1];
    struct mmuext_op op = {.cmd = MMUEXT_PIN_L1_TABLE};

    early_callbacks(ram);
    op.arg1.mfn = l1 >> 12;
    early_check(mmuext_op(&op, 1, NULL));
    for (uint32_t i = 0; i < EARLY_MIB; i++) {
        early_entry(&updates[i], l1, KERNEL_BASE + (i << 20),
                    core_section(ram + (i << 20), PV_DOMAIN_KERNEL, CORE_READ_WRITE));
    }
    early_entry(&updates[EARLY_MIB], l1, ram, core_section(ram, PV_DOMAIN_KERNEL, CORE_READ_WRITE));
    early_check(mmu_update(updates, EARLY_MIB + 1, NULL));
    op.cmd = MMUEXT_NEW_BASEPTR;
    early_check(mmuext_op(&op, 1, NULL));
}
