/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the machine's device tree at boot.
 *
 * Bindings: Devicetree Specification 0.3 (memory, chosen, reserved-memory) and Xen's
 * docs/misc/arm/device-tree/booting.txt (xen,xen-bootargs, multiboot,module, Xen 4.4's names,
 * xen,domain), with our dacre,devices, dacre,weight, dacre,cap, dacre,table-memory,
 * dacre,restart-on-crash and dacre,rt-* in a xen,domain node, and dacre,rt-cost-ns and
 * dacre,rt-stretch-ns in /cpus.
 */
#ifndef CORE_BOOTFDT_H
#define CORE_BOOTFDT_H

#include "core/boot/bootinfo.h"

/**
 * bootfdt_check() - is there a tree at @fdt that may be looked at?
 * Reads the header alone.
 * Returns its size in bytes (at most BOOT_FDT_MAX), or -EINVAL.  For early code, that has to know
 * how much to map.
 */
int bootfdt_check(const void *fdt);

/**
 * bootfdt_parse() - fill *@out from the tree at @fdt.
 * @fdt_start: its machine address
 * @image: RAM that the hypervisor itself occupies; becomes the first of @out->reserved
 * A tree with an error in it never does harm: one in a domain's part leaves that domain out, with a
 * line, and any other ends the parse. Boot only.
 * Returns 0, or -EINVAL with one sentence in @out->error.
 */
int bootfdt_parse(const void *fdt, maddr_t fdt_start, struct maddr_range image,
                  struct bootinfo *out);

#endif /* CORE_BOOTFDT_H */
