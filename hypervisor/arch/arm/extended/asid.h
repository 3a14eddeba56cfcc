/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose translations are which in the TLB of ARMv6 and of ARMv7, for their tlb.c.
 *
 * Every entry of a guest's is non-global, so the TLB keeps it under the ASID that was current when
 * it was walked.  The ASID follows from the address of the first-level table: two tables that get
 * the same one take turns, and whoever takes it drops what the other left.  ASID 0 is nobody's: it
 * is current while the table changes, so that no walk of one table ends under the other's ASID (ARM
 * ARM DDI 0406, B3.10.4).
 *
 * An entry that takes a fault's place needs nothing, since faults are not kept (B3.10).  Any other
 * change is counted by arch_pte_changed(); at the next switch of the space whatever is held of the
 * other tables goes.  What is held of the loaded one is the business of its guest, which asks for a
 * flush, and of page_scrub.c before a frame changes hands.
 */
#ifndef ARCH_ARM_EXTENDED_ASID_H
#define ARCH_ARM_EXTENDED_ASID_H

#include <stdint.h>

#include "core/base/arch.h"

#define ASID_COUNT    256u
#define ASID_NOBODY   0u
#define ASID_L1_SHIFT 14 /* first-level tables are aligned to 16 KiB */

enum asid_flush { ASID_FLUSH_NONE, ASID_FLUSH_ONE, ASID_FLUSH_ALL };

/* What one pCPU's TLB holds. */
struct asid_cpu {
    uint32_t changes;           /* tlb_changes when it last lost all */
    uint32_t owner[ASID_COUNT]; /* TTBR of the table; 0: none */
};

static struct asid_cpu asid_cpus[ARCH_CPU_MAX];

/** asid_of() - the ASID of the table of @ttbr: its number's low bits, but never ASID_NOBODY. */
static inline uint32_t asid_of(uint32_t ttbr) {
    uint32_t asid = ttbr >> ASID_L1_SHIFT & (ASID_COUNT - 1);

    return asid ? asid : ASID_COUNT / 2;
}

/** asid_flushed() - this pCPU's TLB was emptied, after the changes counted so far were visible. */
static inline void asid_flushed(void) {
    asid_cpus[arch_cpu_id()].changes = tlb_changes;
}

/** asid_take() - this pCPU goes to the table of @ttbr: what must be flushed while ASID 0 is
 * current? */
static inline enum asid_flush asid_take(uint32_t ttbr) {
    struct asid_cpu *cpu = &asid_cpus[arch_cpu_id()];
    uint32_t *owner = &cpu->owner[asid_of(ttbr)];
    enum asid_flush flush = *owner == ttbr ? ASID_FLUSH_NONE : ASID_FLUSH_ONE;

    *owner = ttbr;
    if (cpu->changes == tlb_changes) {
        return flush;
    }
    cpu->changes = tlb_changes;
    return ASID_FLUSH_ALL;
}

/** asid_forget() - @ttbr names another table than before, which is loaded on no pCPU. */
static inline void asid_forget(uint32_t ttbr) {
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        uint32_t *owner = &asid_cpus[i].owner[asid_of(ttbr)];

        if (*owner == ttbr) {
            *owner = 0;
        }
    }
}

#endif /* ARCH_ARM_EXTENDED_ASID_H */
