/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Just enough of a flattened device tree: find a property of a node below the root.
 */
#ifndef GUEST_FDT_H
#define GUEST_FDT_H

#include <stdint.h>

/** fdt_size() - total size in bytes, 0 if @fdt is no tree. */
uint32_t fdt_size(const void *fdt);
/**
 * fdt_find() - property @name of node @node ("" = the root; a unit address is not compared).
 * Returns its value and *length, or NULL.
 */
const void *fdt_find(const void *fdt, const char *node, const char *name, uint32_t *length);
/** fdt_cells() - a number of @cells cells (1 or 2), moving *data on. */
uint64_t fdt_cells(const uint32_t **data, uint32_t cells);

#endif /* GUEST_FDT_H */
