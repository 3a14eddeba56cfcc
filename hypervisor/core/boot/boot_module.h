/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which nodes are images for a domain and of what kind: Xen's
 * docs/misc/arm/device-tree/booting.txt, with the names that Xen 4.4 had.
 */
#ifndef CORE_BOOT_MODULE_H
#define CORE_BOOT_MODULE_H

enum boot_module_kind {
    BOOT_MODULE_NONE, /* no module, or of a kind that is not known */
    BOOT_MODULE_KERNEL,
    BOOT_MODULE_RAMDISK
};

/* A walk over what may be a module, in the order of the tree. */
struct boot_module_walk {
    const void *fdt;
    int node;                   /* where it is; negative at the end */
    int group;                  /* the node without compatible that node is in, or -1 */
    unsigned int unnamed;       /* modules so far of which the tree does not say the kind */
    enum boot_module_kind kind; /* of node */
};

/**
 * boot_module_first() - begin with the first child of @parent, a domain's node or /chosen.
 * A child that is no device and has children, as /chosen/modules, is stepped into, once.
 * Of modules with no more than "multiboot,module" the first is the kernel, the second the ramdisk.
 */
void boot_module_first(struct boot_module_walk *walk, const void *fdt, int parent);

/** boot_module_next() - on to the next; @walk->node is negative when there is none. */
void boot_module_next(struct boot_module_walk *walk);

/** boot_module_kernel() - the node of the kernel of the domain @parent, or a negative number. */
int boot_module_kernel(const void *fdt, int parent);

#endif /* CORE_BOOT_MODULE_H */
