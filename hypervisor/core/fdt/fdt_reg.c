/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/fdt/fdt_reg.h"

#include <libfdt.h>
#include <string.h>

#include "core/base/abi.h"
#include "core/fdt/fdt_tree.h"

#define FOUR_GIB 0x100000000ull

uint64_t fdt_reg_cells(const void *cells, int count) {
    uint64_t value = 0;

    for (int i = 0; i < count; i++) {
        uint32_t cell;

        memcpy(&cell, (const uint8_t *)cells + i * 4, sizeof(cell));
        value = (value << 32) | fdt32_to_cpu(cell);
    }
    return value;
}

int fdt_reg_make(uint64_t start, uint64_t size, struct maddr_range *out) {
    /* The largest size still fits in 32 bits when widened to whole pages. */
    if (size == 0 || size > FOUR_GIB - 2 * PAGE_SIZE || start >= FOUR_GIB ||
        start + size > FOUR_GIB) {
        return -XEN_EINVAL;
    }
    *out = (struct maddr_range){maddr((uint32_t)start), (uint32_t)size};
    return 0;
}

int fdt_reg_number(const void *fdt, int node, const char *name, uint64_t *out) {
    int size;
    const void *value = fdt_getprop(fdt, node, name, &size);

    if (!value) {
        return -XEN_ENOENT;
    }
    if (size != 4 && size != 8) {
        return -XEN_EINVAL;
    }
    *out = fdt_reg_cells(value, size / 4);
    return 0;
}

bool fdt_reg_enabled(const void *fdt, int node) {
    int size;
    const char *status = fdt_getprop(fdt, node, "status", &size);

    return !status || (size == 5 && memcmp(status, "okay", 5) == 0) ||
           (size == 3 && memcmp(status, "ok", 3) == 0);
}

/* #address-cells and #size-cells that apply to the children of @node. */
static int cell_widths(const void *fdt, int node, int *address, int *size) {
    *address = fdt_address_cells(fdt, node);
    *size = fdt_size_cells(fdt, node);
    if (*size == 0 || *address == 0) {
        return -XEN_ENOENT; /* numbers, not memory addresses */
    }
    return *address < 0 || *address > 2 || *size < 0 || *size > 2 ? -XEN_EINVAL : 0;
}

/* From an address on the bus @bus to one on the bus that it is on, @parent. */
static int translate_once(const void *fdt, int bus, int parent, uint64_t *start) {
    int size, child_cells, size_cells, parent_cells, unused;
    const uint8_t *ranges = fdt_getprop(fdt, bus, "ranges", &size);
    int err = cell_widths(fdt, bus, &child_cells, &size_cells);
    int parent_err = cell_widths(fdt, parent, &parent_cells, &unused);

    if (err || parent_err) {
        return err ? err : parent_err;
    }
    if (!ranges) {
        return -XEN_ENOENT; /* the bus is not memory mapped */
    }
    int entry = (child_cells + parent_cells + size_cells) * 4;
    for (int at = 0; at + entry <= size; at += entry) {
        const uint8_t *range = ranges + at;
        uint64_t from = fdt_reg_cells(range, child_cells);
        uint64_t to = fdt_reg_cells(range + child_cells * 4, parent_cells);
        uint64_t span = fdt_reg_cells(range + (child_cells + parent_cells) * 4, size_cells);

        if (*start >= from && *start - from < span) {
            *start = to + (*start - from);
            return 0;
        }
    }
    return size == 0 ? 0 : -XEN_ENOENT; /* empty ranges: the same addresses */
}

/* Entry @index of reg, with so many cells for address and size. */
static int pick_entry(const void *fdt, int node, unsigned int index, int address_cells,
                      int size_cells, uint64_t *start, uint64_t *length) {
    int size;
    const uint8_t *reg = fdt_getprop(fdt, node, "reg", &size);
    int entry = (address_cells + size_cells) * 4;

    if (!reg) {
        return -XEN_ENOENT;
    }
    if (size % entry) {
        return -XEN_EINVAL;
    }
    if (index >= (unsigned int)(size / entry)) {
        return -XEN_ENOENT;
    }
    reg += (int)index * entry;
    *start = fdt_reg_cells(reg, address_cells);
    *length = fdt_reg_cells(reg + address_cells * 4, size_cells);
    return 0;
}

int fdt_reg_entry(const void *fdt, int node, unsigned int index, uint64_t *start,
                  uint64_t *length) {
    int address_cells, size_cells;
    int bus = fdt_tree_parent(fdt, node);
    int err = bus < 0 ? -XEN_ENOENT : cell_widths(fdt, bus, &address_cells, &size_cells);

    return err ? err : pick_entry(fdt, node, index, address_cells, size_cells, start, length);
}

int fdt_reg_get(const void *fdt, int node, unsigned int index, struct maddr_range *out) {
    int bus = fdt_tree_parent(fdt, node);
    uint64_t start, length;
    int err = fdt_reg_entry(fdt, node, index, &start, &length);

    while (err == 0 && bus > 0) {
        int parent = fdt_tree_parent(fdt, bus);

        err = parent < 0 ? -XEN_EINVAL : translate_once(fdt, bus, parent, &start);
        bus = parent;
    }
    return err ? err : fdt_reg_make(start, length, out);
}

/* The number of cells that holds for the children of @node: its own, or that of what it is in. */
static int inherited_cells(const void *fdt, int node, const char *name, int missing) {
    for (; node >= 0; node = node > 0 ? fdt_tree_parent(fdt, node) : -1) {
        int size;
        const void *value = fdt_getprop(fdt, node, name, &size);

        if (value) {
            uint64_t count = size == 4 ? fdt_reg_cells(value, 1) : 0;

            return count <= 2 ? (int)count : 0;
        }
    }
    return missing;
}

int fdt_reg_module(const void *fdt, int node, struct maddr_range *out) {
    int parent = fdt_tree_parent(fdt, node);
    int address_cells = inherited_cells(fdt, parent, "#address-cells", 2);
    int size_cells = inherited_cells(fdt, parent, "#size-cells", 1);
    uint64_t start, length;

    if (address_cells == 0 || size_cells == 0) {
        return -XEN_EINVAL;
    }
    int err = pick_entry(fdt, node, 0, address_cells, size_cells, &start, &length);
    return err ? err : fdt_reg_make(start, length, out);
}

bool fdt_reg_overlap(const struct maddr_range *a, const struct maddr_range *b) {
    return a->start.v <= b->start.v ? b->start.v - a->start.v < a->size
                                    : a->start.v - b->start.v < b->size;
}

bool fdt_reg_contains(const struct maddr_range *outer, const struct maddr_range *inner) {
    return inner->start.v >= outer->start.v && inner->size <= outer->size &&
           inner->start.v - outer->start.v <= outer->size - inner->size;
}

struct maddr_range fdt_reg_pages(const struct maddr_range *range) {
    uint32_t first = range->start.v & PAGE_MASK;
    uint32_t last = (range->start.v + (range->size - 1)) | ~PAGE_MASK;

    return (struct maddr_range){maddr(first), last - first + 1};
}
