/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domains to start at boot: the modules under /chosen for dom0, and the
 * xen,domain nodes.  A part of bootfdt_parse().
 */
#ifndef CORE_BOOT_DOMAIN_H
#define CORE_BOOT_DOMAIN_H

#include "core/boot/bootinfo.h"

/**
 * boot_domain_parse_all() - fill @boot->domain[] from @boot->fdt, and reserve the modules.
 * @boot: memory, reserved and options are filled already
 * A domain that is not described as it must be is left out, with a line.
 * Returns 0, or -EINVAL with a sentence in @boot->error when no domain is left.
 */
int boot_domain_parse_all(struct bootinfo *boot);

/**
 * boot_domain_bootargs_are_ours() - is "bootargs" of @chosen the hypervisor's command line, not
 * dom0's?  As for Xen: it is what a boot loader that knows no Xen sets, so it is dom0's where the
 * hypervisor has its own or dom0 has no other.
 */
bool boot_domain_bootargs_are_ours(const void *fdt, int chosen);

/** bootfdt_fail() - a sentence (lib/format.h) for @boot->error; returns -EINVAL. */
int bootfdt_fail(struct bootinfo *boot, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** bootfdt_reserve() - add to @boot->reserved; -EINVAL with an error when there are too many. */
int bootfdt_reserve(struct bootinfo *boot, struct maddr_range range);

/** bootfdt_string() - the string property @name of @node; NULL when absent or not terminated. */
const char *bootfdt_string(const void *fdt, int node, const char *name);

#endif /* CORE_BOOT_DOMAIN_H */
