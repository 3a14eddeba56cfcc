/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a device tree from its root on, in one go.  The first error sticks and makes the
 * rest do nothing, so that only the end needs a check.
 */
#ifndef CORE_FDT_WRITER_H
#define CORE_FDT_WRITER_H

#include <stddef.h>
#include <stdint.h>

struct fdt_writer {
    void *fdt;
    int err; /* libfdt's, 0 = none */
};

/** fdt_writer_start() - a tree in @buf of @size bytes; its root node is open. */
void fdt_writer_start(struct fdt_writer *w, void *buf, size_t size);
/** fdt_writer_finish() - close the root.  The tree's size in bytes, or libfdt's error (< 0). */
int fdt_writer_finish(struct fdt_writer *w);

/** fdt_writer_open() - begin node @name; its properties come before its subnodes. */
void fdt_writer_open(struct fdt_writer *w, const char *name);
/** fdt_writer_close() - end the node opened last. */
void fdt_writer_close(struct fdt_writer *w);

void fdt_writer_bytes(struct fdt_writer *w, const char *name, const void *value, int size);
void fdt_writer_string(struct fdt_writer *w, const char *name, const char *value);
/** fdt_writer_cells() - a property of @count (at most 8) cells. */
void fdt_writer_cells(struct fdt_writer *w, const char *name, const uint32_t *cells, int count);
void fdt_writer_cell(struct fdt_writer *w, const char *name, uint32_t cell);
void fdt_writer_empty(struct fdt_writer *w, const char *name);

#endif /* CORE_FDT_WRITER_H */
