/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who gets which device of the board: the hypervisor what its drivers took, a domU what
 * its dacre,devices names, dom0 the rest.  A page of registers has one owner.
 */
#ifndef CORE_GUEST_HW_H
#define CORE_GUEST_HW_H

#include "core/boot/bootinfo.h"

#define GUEST_IO_MAX        32 /* ranges of device pages of one domain */
#define GUEST_PIRQ_MAX      64 /* interrupt lines of one domain */

/* Owners of a node that are not an index in bootinfo.domain. */
#define GUEST_HW_HYPERVISOR (-1)
#define GUEST_HW_NOBODY     (-2) /* disabled, or not a device: memory, cpus, chosen... */

/* What its devices entitle a domain to. */
struct guest_hw {
    unsigned int io_count;
    struct maddr_range io[GUEST_IO_MAX]; /* whole pages, mapped 1:1; ascending, with gaps */
    unsigned int pirq_count;
    uint16_t pirq[GUEST_PIRQ_MAX]; /* irq numbers of core/device/intc.h */
};

/**
 * guest_hw_assign() - decide the owner of every node of @boot->fdt.
 * Once, after drivers_probe().  A device that shares a page with RAM, with one of the hypervisor's
 * or with another domain's is withheld from its domain, with a line on the console: from dom0 if it
 * is one of the two.
 * Returns 0, or -ENOSPC / -EINVAL (no tree that can be walked) with a sentence in @error
 * (BOOT_TEXT_MAX bytes).
 */
int guest_hw_assign(const struct bootinfo *boot, char *error);

/** guest_hw_owner() - index of the domain that owns @node, or GUEST_HW_*. */
int guest_hw_owner(int node);

/**
 * guest_hw_collect() - the pages and interrupt lines of domain @index of @boot.
 * Returns 0, or -EINVAL / -ENOSPC with a sentence in @error: it was given something that is not its
 * own, or too much.
 */
int guest_hw_collect(const struct bootinfo *boot, unsigned int index, struct guest_hw *out,
                     char *error);

#endif /* CORE_GUEST_HW_H */
