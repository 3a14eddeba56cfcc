/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device trees that guests boot with, made from the machine's tree.
 */
#ifndef CORE_GUEST_FDT_H
#define CORE_GUEST_FDT_H

#include <stddef.h>

#include "core/bootinfo.h"

#define GUEST_FDT_MAX  0x8000 /* largest guest tree in bytes */
#define GUEST_IO_MAX   32     /* ranges of device pages of one domain */
#define GUEST_PIRQ_MAX 64     /* interrupt lines of one domain */

/* What the hardware part of a domain's tree entitles it to. */
struct guest_resources {
    unsigned int io_count;
    struct boot_range io[GUEST_IO_MAX]; /* whole pages, mapped 1:1, sorted, no overlap */
    unsigned int pirq_count;
    uint16_t pirq[GUEST_PIRQ_MAX]; /* irq numbers as in core/intc.h */
};

/* Where things are in the guest-physical space of the domain. */
struct guest_layout {
    gpaddr_t ram_start;
    uint32_t ram_size; /* bytes */
    gpaddr_t ramdisk_start;
    uint32_t ramdisk_size; /* 0: none */
};

/**
 * guest_fdt_resources() - what domain @index of @boot gets of the board: dom0 all enabled devices
 * that neither the hypervisor's drivers nor another domain own, a domU those it was given.
 * Call after drivers_probe().  Returns 0, or -EINVAL / -ENOSPC with a sentence in @error
 * (BOOT_TEXT_MAX bytes): a page of a device is also a page of another owner's device, too many...
 */
int guest_fdt_resources(const struct bootinfo *boot, unsigned int index,
                        struct guest_resources *out, char *error);

/**
 * guest_fdt_build() - write the tree of domain @index of @boot to @buf.
 * @size: of @buf in bytes, GUEST_FDT_MAX is enough for any
 * Returns the tree's size in bytes, or -ENOSPC / -EINVAL with a sentence in @error.
 */
int guest_fdt_build(const struct bootinfo *boot, unsigned int index,
                    const struct guest_layout *layout, void *buf, size_t size, char *error);

#endif /* CORE_GUEST_FDT_H */
