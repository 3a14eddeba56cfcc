/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only way from a guest virtual address to bytes.  Accesses are made with the
 * guest's rights (LDRT/STRT), in the current vCPU's address space; an address the
 * guest itself could not use is -EFAULT, never a fault of the hypervisor.
 * Copy each value once, into a local, and check the local.
 */
#ifndef CORE_GUEST_ACCESS_H
#define CORE_GUEST_ACCESS_H

#include <stddef.h>

#include "core/base/addr.h"

/* Longest single copy, so that no copy is long with interrupts masked. */
#define GUEST_COPY_MAX 4096u

/**
 * copy_from_guest() - @size bytes (<= GUEST_COPY_MAX) at @from to @to.
 * Returns 0, -EFAULT (nothing may be assumed about *@to), -E2BIG.
 */
int copy_from_guest(void *to, gvaddr_t from, size_t size);

/** copy_to_guest() - the other way round; some bytes may have been written on -EFAULT. */
int copy_to_guest(gvaddr_t to, const void *from, size_t size);

/* One struct mmu_update, whose upper halves are zero. */
struct guest_update {
    uint32_t ptr;
    uint32_t val;
} __attribute__((aligned(8)));

/**
 * copy_updates_from_guest() - @count (<= GUEST_UPDATES_MAX) of struct mmu_update at @from.
 * Returns how many of them, from the first on, have upper halves that are zero; or -EFAULT (also:
 * @from is not word-aligned, or is not wholly below PV_VIRT_START).
 */
int copy_updates_from_guest(struct guest_update *to, gvaddr_t from, uint32_t count);
#define GUEST_UPDATES_MAX 256u

/**
 * copy_update_from_guest() - one struct mmu_update, quickly.
 * Returns 0, or not 0: read it with copy_updates_from_guest(), which says what is wrong.
 */
int copy_update_from_guest(struct guest_update *to, gvaddr_t from);

#endif /* CORE_GUEST_ACCESS_H */
