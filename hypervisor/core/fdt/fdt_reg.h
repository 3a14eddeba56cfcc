/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses in a device tree (Devicetree Specification 0.3, 2.3.5 - 2.3.8): reg
 * and ranges, checked.  For boot only.
 */
#ifndef CORE_FDT_REG_H
#define CORE_FDT_REG_H

#include "core/base/addr.h"

/**
 * fdt_reg_get() - entry @index of the reg property of @node, as the CPU sees it.
 * Returns 0 and *@out; -ENOENT: no such entry, or not reachable by memory access (an I2C device);
 * -EINVAL: malformed cells or size, an empty range, or one that is not below 4 GiB.
 */
int fdt_reg_get(const void *fdt, int node, unsigned int index, struct maddr_range *out);

/**
 * fdt_reg_entry() - entry @index of the reg property of @node as it stands there, on its bus.
 * Returns 0, *@start and *@length; -ENOENT, -EINVAL (cells) as fdt_reg_get().
 */
int fdt_reg_entry(const void *fdt, int node, unsigned int index, uint64_t *start, uint64_t *length);

/**
 * fdt_reg_module() - the reg of a module or another node below /chosen.  Those are no devices on a
 * bus: as for Xen the addresses are the CPU's, whether or not there is a ranges property, and where
 * the parent does not say how many cells they have, its own parent does.
 * Returns as fdt_reg_get().
 */
int fdt_reg_module(const void *fdt, int node, struct maddr_range *out);

/** fdt_reg_overlap() - have @a and @b a byte in common? */
bool fdt_reg_overlap(const struct maddr_range *a, const struct maddr_range *b);

/** fdt_reg_contains() - does @inner lie within @outer? */
bool fdt_reg_contains(const struct maddr_range *outer, const struct maddr_range *inner);

/** fdt_reg_pages() - @range widened to whole pages. */
struct maddr_range fdt_reg_pages(const struct maddr_range *range);

/** fdt_reg_make() - 0 and *@out, -EINVAL unless @size > 0 and @start + @size <= 4 GiB. */
int fdt_reg_make(uint64_t start, uint64_t size, struct maddr_range *out);

/** fdt_reg_cells() - the number in @count (1 or 2) cells at @cells. */
uint64_t fdt_reg_cells(const void *cells, int count);

/** fdt_reg_number() - the number in property @name of one or two cells; -ENOENT, -EINVAL. */
int fdt_reg_number(const void *fdt, int node, const char *name, uint64_t *out);

/** fdt_reg_enabled() - is the status of @node itself absent, "okay" or "ok"? */
bool fdt_reg_enabled(const void *fdt, int node);

#endif /* CORE_FDT_REG_H */
