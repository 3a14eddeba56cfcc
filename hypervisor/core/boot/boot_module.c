/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/boot/boot_module.h"

#include <libfdt.h>
#include <stdbool.h>
#include <string.h>

static bool is_module_kind(const void *fdt, int node, const char *name, const char *old_name) {
    return fdt_node_check_compatible(fdt, node, name) == 0 ||
           fdt_node_check_compatible(fdt, node, old_name) == 0;
}

/* A module, and no word of which kind. */
static bool is_unnamed_module(const void *fdt, int node) {
    int count = fdt_stringlist_count(fdt, node, "compatible");

    for (int i = 0; i < count; i++) {
        const char *name = fdt_stringlist_get(fdt, node, "compatible", i, NULL);

        if (!name ||
            (strcmp(name, "multiboot,module") != 0 && strcmp(name, "xen,multiboot-module") != 0)) {
            return false;
        }
    }
    return count > 0;
}

/* Sets the kind of the node it is at. */
static void classify_node(struct boot_module_walk *walk) {
    static const enum boot_module_kind by_order[] = {BOOT_MODULE_KERNEL, BOOT_MODULE_RAMDISK};
    int node = walk->node;

    walk->kind = BOOT_MODULE_NONE;
    if (node < 0) {
        return;
    }
    if (is_module_kind(walk->fdt, node, "multiboot,kernel", "xen,linux-zimage")) {
        walk->kind = BOOT_MODULE_KERNEL;
    } else if (is_module_kind(walk->fdt, node, "multiboot,ramdisk", "xen,linux-initrd")) {
        walk->kind = BOOT_MODULE_RAMDISK;
    } else if (is_unnamed_module(walk->fdt, node) && walk->unnamed < 2) {
        walk->kind = by_order[walk->unnamed++];
    }
}

/* Into a group, if that is what the walk came to. */
static void enter_group(struct boot_module_walk *walk) {
    if (walk->node >= 0 && walk->group < 0 &&
        !fdt_getprop(walk->fdt, walk->node, "compatible", NULL)) {
        int child = fdt_first_subnode(walk->fdt, walk->node);

        if (child >= 0) {
            walk->group = walk->node;
            walk->node = child;
        }
    }
    classify_node(walk);
}

void boot_module_first(struct boot_module_walk *walk, const void *fdt, int parent) {
    *walk =
        (struct boot_module_walk){.fdt = fdt, .node = fdt_first_subnode(fdt, parent), .group = -1};
    enter_group(walk);
}

void boot_module_next(struct boot_module_walk *walk) {
    walk->node = fdt_next_subnode(walk->fdt, walk->node);
    if (walk->node < 0 && walk->group >= 0) {
        walk->node = fdt_next_subnode(walk->fdt, walk->group);
        walk->group = -1;
    }
    enter_group(walk);
}

int boot_module_kernel(const void *fdt, int parent) {
    struct boot_module_walk walk;

    boot_module_first(&walk, fdt, parent);
    while (walk.node >= 0 && walk.kind != BOOT_MODULE_KERNEL) {
        boot_module_next(&walk);
    }
    return walk.node;
}
