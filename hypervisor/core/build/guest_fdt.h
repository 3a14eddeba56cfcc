/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device trees that guests boot with, made from the machine's tree.
 *
 * dom0 gets the board's tree without what is not its own; a domU gets a small one
 * from scratch, with copies of the devices that it was given.  Both have /hypervisor
 * and the PV interrupt controller; a controller of the board that the hypervisor owns
 * keeps its place and phandle and becomes a "dacre,pirq-intc", whose line n is pirq
 * dacre,pirq-base + n.
 */
#ifndef CORE_GUEST_FDT_H
#define CORE_GUEST_FDT_H

#include <stddef.h>

#include "core/boot/bootinfo.h"

#define GUEST_FDT_MAX 0x8000 /* largest guest tree in bytes */

/* Where things are in the guest-physical space of the domain. */
struct guest_layout {
    gpaddr_t ram_start;
    uint32_t ram_size; /* bytes */
    gpaddr_t ramdisk_start;
    uint32_t ramdisk_size; /* 0: none */
};

/**
 * guest_fdt_build() - write the tree of domain @index of @boot to @buf (8-byte aligned).
 * @size: of @buf in bytes; GUEST_FDT_MAX is enough for the boards there are
 * Call after guest_hw_assign().
 * Returns the tree's size in bytes; -ENOSPC: does not fit; -EINVAL: a given device cannot be
 * described.  Then with a sentence in @error (BOOT_TEXT_MAX bytes).
 */
int guest_fdt_build(const struct bootinfo *boot, unsigned int index,
                    const struct guest_layout *layout, void *buf, size_t size, char *error);

#endif /* CORE_GUEST_FDT_H */
