/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of a guest's tree that is copied from the board's.  A part of
 * guest_fdt_build(); what belongs to whom was decided by guest_hw_assign().
 */
#ifndef CORE_GUEST_FDT_COPY_H
#define CORE_GUEST_FDT_COPY_H

#include "core/boot/bootinfo.h"
#include "core/fdt/fdt_writer.h"

/**
 * guest_fdt_copy_tree() - copy @node and what is below it, as far as it is domain @owner's.
 * Interrupt controllers of core/device/intc.h become pirq controllers, children of phandle @intc.
 */
void guest_fdt_copy_tree(struct fdt_writer *w, const void *fdt, int node, int owner, uint32_t intc);

/** guest_fdt_copy_aliases() - those that name nodes of domain @owner. */
void guest_fdt_copy_aliases(struct fdt_writer *w, const void *fdt, int owner);

/**
 * guest_fdt_copy_devices() - copy the devices given to @domain, with index @owner, to the root
 * node, which has one address and one size cell; and the clocks, supplies and interrupt
 * controllers that they name.
 * Returns 0, or -EINVAL with a sentence in @error: a clock or supply is not a fixed one.
 */
int guest_fdt_copy_devices(struct fdt_writer *w, const void *fdt, const struct boot_domain *domain,
                           int owner, uint32_t intc, char *error);

#endif /* CORE_GUEST_FDT_COPY_H */
