/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine with RAM and domains that have memory and tables, and a check of everything that must
 * hold between frames, tables and counts, recomputed from the tables alone.
 */
#ifndef SUPPORT_MM_H
#define SUPPORT_MM_H

#include "core/domain/domain.h"

#define MM_BASE_GFN           0x40000u
#define MM_LIMIT              (32u * 16384) /* table memory of a domain */

/* Table entries of the fake machine (arch/pte.h). */
#define MM_RW(g)              ((uint32_t)(g) << 12 | 0x1eu) /* small page, write-back */
#define MM_RO(g)              ((uint32_t)(g) << 12 | 0x0eu)
#define MM_SECTION(g)         ((uint32_t)(g) << 12 | 0x40eu | PV_DOMAIN_KERNEL << 5)
#define MM_TABLE(gpa, domain) ((uint32_t)(gpa) | (uint32_t)(domain) << 5 | 1u)

/** mm_setup() - power on: all RAM free, no domains. */
void mm_setup(void);
/** mm_domain() - a domain with @mib MiB of RAM from MM_BASE_GFN on, one vCPU. */
struct domain *mm_domain(domid_t id, uint32_t mib);
/** mm_flat() - make all of its flat table. */
void mm_flat(struct domain *d);
/** mm_destroy() - take it down in steps and scrub; the number of steps is returned. */
unsigned int mm_destroy(struct domain *d);
/** mm_scrub() - until nothing is dirty. */
void mm_scrub(void);
/** mm_check() - fail the test unless all counts of all domains are what the tables say. */
void mm_check(void);

/** mm_update() - one mmu_update by vCPU 0 of @d: its result. */
int mm_update(struct domain *d, uint32_t ptr, uint32_t val);
/** mm_ext() - one mmuext_op: its result. */
int mm_ext(struct domain *d, uint32_t cmd, uint64_t arg1, uint64_t arg2);
/** mm_l2() - the hardware's entry for @va in the table that vCPU 0 of @d runs on, 0 = fault. */
uint32_t mm_l2(const struct domain *d, uint32_t va);
/** mm_frame() - machine frame behind a guest frame. */
mfn_t mm_frame(const struct domain *d, uint32_t g);
/** mm_change() - p2m_change() to its end: its result. */
int mm_change(struct domain *d, uint32_t g, mfn_t to, enum p2m_type type);
/** mm_run() - a hypercall, again as long as it gives way; *@again counts how often. */
int32_t mm_run(int32_t (*fn)(struct vcpu *, uint32_t *), struct domain *d, uint32_t args[5],
               unsigned int *again);

#endif /* SUPPORT_MM_H */
