/* SPDX-License-Identifier: GPL-2.0-only */
#include "support_fdt.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TREE_MAX 0x20000

static void fail(const char *what, const char *name) {
    fprintf(stderr, "support_fdt: %s %s\n", what, name);
    abort();
}

/* Reads what dtc writes; *size = its bytes. */
static void *compile(const char *dts, size_t room, size_t *size) {
    char command[256];
    uint8_t *tree = malloc(room);
    FILE *dtc;

    snprintf(command, sizeof(command), "dtc -q -I dts -O dtb %s", dts);
    dtc = popen(command, "r");
    *size = tree && dtc ? fread(tree, 1, room, dtc) : 0;
    if (!dtc || pclose(dtc) != 0 || *size == 0) {
        fail("dtc cannot compile", dts);
    }
    return tree;
}

void *support_fdt_load(const char *dts) {
    size_t size;
    void *tree = compile(dts, TREE_MAX, &size);

    return realloc(tree, size);
}

void *support_fdt_open(const char *dts) {
    size_t size;
    void *tree = compile(dts, TREE_MAX, &size);

    if (fdt_open_into(tree, tree, TREE_MAX) != 0) {
        fail("cannot open", dts);
    }
    return tree;
}

int support_fdt_node(const void *fdt, const char *path) {
    int node = fdt_path_offset(fdt, path);

    if (node < 0) {
        fail("no node", path);
    }
    return node;
}

void support_fdt_cells(void *fdt, const char *path, const char *name, const uint32_t *cells,
                       int count) {
    fdt32_t raw[16];

    for (int i = 0; i < count; i++) {
        raw[i] = cpu_to_fdt32(cells[i]);
    }
    if (fdt_setprop(fdt, support_fdt_node(fdt, path), name, raw, count * 4) != 0) {
        fail("cannot set", name);
    }
}

void support_fdt_string(void *fdt, const char *path, const char *name, const char *text) {
    if (fdt_setprop(fdt, support_fdt_node(fdt, path), name, text, (int)strlen(text) + 1) != 0) {
        fail("cannot set", name);
    }
}

bool support_fdt_is_whole(const void *fdt) {
    int depth = 0, at, next = 0;
    uint32_t tag;

    if (fdt_check_header(fdt) != 0 || fdt_num_mem_rsv(fdt) < 0) {
        return false;
    }
    do {
        at = next;
        tag = fdt_next_tag(fdt, at, &next);
        depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
        if (next < 0 || depth < 0 || (depth == 0 && tag == FDT_PROP) ||
            (tag == FDT_PROP && !fdt_getprop_by_offset(fdt, at, &(const char *){NULL}, NULL))) {
            return false;
        }
    } while (tag != FDT_END);
    return depth == 0 && next == (int)fdt_size_dt_struct(fdt);
}
