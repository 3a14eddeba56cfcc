/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Translation tables, whose formats differ by architecture level.  A part of arch.h.
 */
#ifndef CORE_ARCH_PTE_H
#define CORE_ARCH_PTE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/addr.h"

struct space;

/* A guest's table entry, decoded. */
enum pte_kind { PTE_FAULT, PTE_SMALL, PTE_SECTION, PTE_TABLE, PTE_BAD };
struct pte {
    enum pte_kind kind;
    uint32_t addr;        /* gpaddr of frame, section or table; machine address to encode */
    uint32_t dacr_domain; /* L1 entries: the domain field asked for */
    bool writable;        /* in USR mode; every mapping is readable there */
    bool executable;      /* always, on levels without XN */
    enum pte_memory {
        PTE_UNCACHED,
        PTE_DEVICE,
        PTE_WRITECOMBINE,
        PTE_WRITETHROUGH,
        PTE_WRITEBACK
    } memory;
    bool shareable; /* coherent with other pCPUs; on levels that say so for each entry */
};

/** arch_pte_decode_l1() / _l2() - decode what a guest wrote; PTE_BAD for what this level
 * refuses. */
struct pte arch_pte_decode_l1(uint32_t raw);
struct pte arch_pte_decode_l2(uint32_t raw);
/** arch_pte_encode_l1() / _l2() - hardware entry with machine address @pte->addr, USR rights;
 * kinds PTE_SECTION and PTE_TABLE, or PTE_SMALL. */
uint32_t arch_pte_encode_l1(const struct pte *pte);
uint32_t arch_pte_encode_l2(const struct pte *pte);
/** arch_pte_decode_hw_l1() - what a hardware entry made by arch_pte_encode_l1() says. */
struct pte arch_pte_decode_hw_l1(uint32_t hw);

/*
 * Inline in <arch/pte.h>, for the path of a single update.  At every level a small page has its
 * frame in bits 31:12, and 0 is a fault entry.
 *
 * uint32_t arch_l1_table(uint32_t hw) - machine address of the table in a hardware L1 entry, or 0.
 * bool arch_l1_is_section(uint32_t hw) - of a hardware L1 entry.
 * uint32_t arch_l2_attr(uint32_t raw) - bits 11:0 of the hardware's entry if those of @raw are a
 *   small page's that may map plain RAM: the same with those of ARCH_L2_ALWAYS, so that it is
 *   never global; 0 if refused.
 * bool arch_l2_is_fault(uint32_t raw) - a fault entry, whatever the other bits.
 * bool arch_l2_is_writable(uint32_t hw) - in USR mode; of a hardware small page.
 * bool arch_l2_is_cached(uint32_t hw) - false for 0; true only if the core lets it map RAM of the
 *   space's owner alone.
 * uint32_t arch_l2_shared(uint32_t attr) - the same rights, as arch_map_shared() maps the frame.
 * uint32_t arch_l2_foreign(uint32_t attr) - the same rights for RAM of another domain, coherent
 *   with the owner's cached mapping of it; never what arch_l2_is_cached() says yes to.
 * uint32_t arch_l2_device(uint32_t attr) - the same rights but execution, not cached.
 * uint32_t arch_l2_readonly(uint32_t attr) - the same, not writable.
 * void arch_pte_write(uint32_t *entry, uint32_t hw) - store to a table; visible to the table walker
 *   after arch_pte_sync().
 * void arch_pte_changed(uint32_t old) - such a store, to a table that a TLB may know, took the
 *   place of @old, or those of several entries ORed: what is held of them elsewhere than in the
 *   loaded space goes before that is loaded.  Nothing to do for 0.
 * void arch_pte_publish(const void *table, size_t size) - what plain stores made of @size bytes of
 *   tables, as memset() does, is visible to the table walker after arch_pte_sync().
 * void arch_pte_sync(void) - after a series of them: drain, order before a TLB operation.
 */
#include <arch/pte.h>

/** arch_l1_init() - fill the hypervisor's part (PV_VIRT_START and up) of a new 16 KiB L1 of @s. */
void arch_l1_init(struct space *s, uint32_t *l1);
/** arch_l1_own() - @l1, from arch_l1_init(), whose entries below 2 GiB are faults, becomes a table
 * for the kernel part of vCPU @vcpu: at PV_VCPU_VA(0) that has its own page.  Where
 * ARCH_OWN_KERNELS is more than 1. */
void arch_l1_own(const struct space *s, uint32_t *l1, unsigned int vcpu);

#endif /* CORE_ARCH_PTE_H */
