/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader for the structure block of a flattened device tree (devicetree
 * specification, chapter 5).  The tree comes from the hypervisor and is trusted.
 */
#include "fdt.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define FDT_MAGIC      0xd00dfeedu
#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE   2u
#define FDT_PROP       3u
#define FDT_END        9u

enum fdt_header { MAGIC, TOTAL_SIZE, OFFSET_STRUCT, OFFSET_STRINGS };

static uint32_t fdt_word(const void *at) {
    return __builtin_bswap32(*(const uint32_t *)at);
}

uint32_t fdt_size(const void *fdt) {
    const uint32_t *header = fdt;

    return fdt_word(&header[MAGIC]) == FDT_MAGIC ? fdt_word(&header[TOTAL_SIZE]) : 0;
}

static bool fdt_is_node(const char *name, const char *wanted) {
    size_t length = strlen(wanted);

    return strncmp(name, wanted, length) == 0 && (name[length] == '\0' || name[length] == '@');
}

static const uint32_t *fdt_skip(const uint32_t *at, uint32_t bytes) {
    return at + (bytes + 3) / 4;
}

const void *fdt_find(const void *fdt, const char *node, const char *name, uint32_t *length) {
    const uint32_t *header = fdt;
    const char *strings = (const char *)fdt + fdt_word(&header[OFFSET_STRINGS]);
    const uint32_t *at = (const uint32_t *)((const char *)fdt + fdt_word(&header[OFFSET_STRUCT]));
    uint32_t wanted_depth = *node ? 2 : 1;
    uint32_t depth = 0;
    bool is_inside = false;

    for (uint32_t token = fdt_word(at); token != FDT_END; token = fdt_word(at)) {
        at++;
        if (token == FDT_BEGIN_NODE) {
            depth++;
            if (depth == wanted_depth) {
                is_inside = fdt_is_node((const char *)at, node);
            }
            at = fdt_skip(at, (uint32_t)strlen((const char *)at) + 1);
        } else if (token == FDT_END_NODE) {
            depth--;
        } else if (token == FDT_PROP) {
            if (is_inside && depth == wanted_depth && !strcmp(strings + fdt_word(at + 1), name)) {
                *length = fdt_word(at);
                return at + 2;
            }
            at = fdt_skip(at + 2, fdt_word(at));
        }
    }
    return NULL;
}

uint64_t fdt_cells(const uint32_t **data, uint32_t cells) {
    uint64_t value = 0;

    for (; cells; cells--, ++*data) {
        value = value << 32 | fdt_word(*data);
    }
    return value;
}
