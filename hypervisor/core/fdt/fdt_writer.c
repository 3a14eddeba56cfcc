/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/fdt/fdt_writer.h"

#include <libfdt.h>
#include <string.h>

#define CELLS_MAX 8

static void note_error(struct fdt_writer *w, int err) {
    if (!w->err && err) {
        w->err = err;
    }
}

void fdt_writer_start(struct fdt_writer *w, void *buf, size_t size) {
    w->fdt = buf;
    w->err = fdt_create(buf, (int)size);
    note_error(w, w->err ? w->err : fdt_finish_reservemap(buf));
    fdt_writer_open(w, "");
}

int fdt_writer_finish(struct fdt_writer *w) {
    fdt_writer_close(w);
    note_error(w, w->err ? w->err : fdt_finish(w->fdt));
    return w->err ? w->err : (int)fdt_totalsize(w->fdt);
}

void fdt_writer_open(struct fdt_writer *w, const char *name) {
    note_error(w, w->err ? w->err : fdt_begin_node(w->fdt, name));
}

void fdt_writer_close(struct fdt_writer *w) {
    note_error(w, w->err ? w->err : fdt_end_node(w->fdt));
}

void fdt_writer_bytes(struct fdt_writer *w, const char *name, const void *value, int size) {
    note_error(w, w->err ? w->err : fdt_property(w->fdt, name, value, size));
}

void fdt_writer_string(struct fdt_writer *w, const char *name, const char *value) {
    fdt_writer_bytes(w, name, value, (int)strlen(value) + 1);
}

void fdt_writer_cells(struct fdt_writer *w, const char *name, const uint32_t *cells, int count) {
    fdt32_t raw[CELLS_MAX];

    if (count > CELLS_MAX) {
        note_error(w, -FDT_ERR_NOSPACE);
        return;
    }
    for (int i = 0; i < count; i++) {
        raw[i] = cpu_to_fdt32(cells[i]);
    }
    fdt_writer_bytes(w, name, raw, count * 4);
}

void fdt_writer_cell(struct fdt_writer *w, const char *name, uint32_t cell) {
    fdt_writer_cells(w, name, &cell, 1);
}

void fdt_writer_empty(struct fdt_writer *w, const char *name) {
    fdt_writer_bytes(w, name, "", 0);
}
