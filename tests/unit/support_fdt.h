/* SPDX-License-Identifier: GPL-2.0-only */
/* Device trees for tests, compiled from source when the test runs. */
#ifndef SUPPORT_FDT_H
#define SUPPORT_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUPPORT_FDT_MACHINE "tests/unit/data/machine.dts"

/** support_fdt_load() - the tree of source file @dts, in a heap block of exactly its size. */
void *support_fdt_load(const char *dts);

/** support_fdt_open() - the same with room to be edited with libfdt. */
void *support_fdt_open(const char *dts);

/** support_fdt_node() - offset of @path, which exists. */
int support_fdt_node(const void *fdt, const char *path);

/** support_fdt_cells() - set property @name of @path to @count cells. */
void support_fdt_cells(void *fdt, const char *path, const char *name, const uint32_t *cells,
                       int count);

/** support_fdt_string() - set property @name of @path to @text. */
void support_fdt_string(void *fdt, const char *path, const char *name, const char *text);

/** support_fdt_is_whole() - is all of @fdt in order, each node closed and each property's name
 * there? */
bool support_fdt_is_whole(const void *fdt);

#endif /* SUPPORT_FDT_H */
