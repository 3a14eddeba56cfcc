/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/build/guest_fdt_copy.h"

#include <libfdt.h>
#include <string.h>

#include "core/base/abi.h"
#include "core/build/guest_hw.h"
#include "core/device/intc.h"
#include "core/fdt/fdt_reg.h"
#include "lib/format.h"

#define NEEDS_MAX 8 /* different clocks and supplies that the devices of one domU name */
#define REGS_MAX  8 /* reg entries of a device of a domU */

static const char *node_name(const void *fdt, int node) {
    const char *name = fdt_get_name(fdt, node, NULL);

    return name ? name : "?";
}

/* All properties of @node but the one called @without (NULL: all). */
static void copy_properties(struct fdt_writer *w, const void *fdt, int node, const char *without) {
    int property;

    fdt_for_each_property_offset(property, fdt, node) {
        const char *name;
        int size;
        const void *value = fdt_getprop_by_offset(fdt, property, &name, &size);

        if (value && (!without || strcmp(name, without) != 0)) {
            fdt_writer_bytes(w, name, value, size);
        }
    }
}

/* A controller that the hypervisor owns: line n of it is pirq base + n. */
static void copy_chip(struct fdt_writer *w, const void *fdt, int node, const struct intc_chip *chip,
                      uint32_t intc) {
    uint32_t phandle = fdt_get_phandle(fdt, node);

    fdt_writer_open(w, node_name(fdt, node));
    fdt_writer_string(w, "compatible", "dacre,pirq-intc");
    fdt_writer_empty(w, "interrupt-controller");
    fdt_writer_cell(w, "#address-cells", 0);
    fdt_writer_cell(w, "#interrupt-cells", chip->cell_count);
    fdt_writer_cell(w, "dacre,pirq-base", chip->base);
    fdt_writer_cell(w, "interrupt-parent", intc);
    if (phandle > 0) {
        fdt_writer_cell(w, "phandle", phandle);
    }
    fdt_writer_close(w);
}

/* Recursive; guest_hw_assign() refuses trees that are deep, and nodes it did not see have no
 * owner. */
void guest_fdt_copy_tree(struct fdt_writer *w, const void *fdt, int node, int owner,
                         uint32_t intc) {
    const struct intc_chip *chip = intc_chip_of(node);
    int child;

    if (chip) {
        copy_chip(w, fdt, node, chip, intc);
    } else if (guest_hw_owner(node) == owner) {
        fdt_writer_open(w, node_name(fdt, node));
        copy_properties(w, fdt, node, NULL);
        fdt_for_each_subnode(child, fdt, node) {
            guest_fdt_copy_tree(w, fdt, child, owner, intc);
        }
        fdt_writer_close(w);
    }
}

void guest_fdt_copy_aliases(struct fdt_writer *w, const void *fdt, int owner) {
    int property;
    int aliases = fdt_path_offset(fdt, "/aliases");

    fdt_writer_open(w, "aliases");
    fdt_for_each_property_offset(property, fdt, aliases) {
        const char *name;
        int size;
        const char *path = fdt_getprop_by_offset(fdt, property, &name, &size);

        if (path && size > 0 && path[size - 1] == '\0' &&
            guest_hw_owner(fdt_path_offset(fdt, path)) == owner) {
            fdt_writer_bytes(w, name, path, size);
        }
    }
    fdt_writer_close(w);
}

/* Phandle number @index of the clocks of @node: *@clock = its node.  Returns false at the end. */
static bool clock_of(const void *fdt, int node, unsigned int index, int *clock) {
    int size;
    const fdt32_t *list = fdt_getprop(fdt, node, "clocks", &size);

    for (int at = 0; list && at < size / 4; index--) {
        uint64_t cells = 0;

        *clock = fdt_node_offset_by_phandle(fdt, fdt32_to_cpu(list[at]));
        if (index == 0) {
            return true;
        }
        if (*clock >= 0) {
            (void)fdt_reg_number(fdt, *clock, "#clock-cells", &cells);
        }
        at += 1 + (int)(cells & 0xf);
    }
    return false;
}

/* A clock or a supply that is a mere description: no device stands behind it, so two may have
 * it. */
static bool is_mere_description(const void *fdt, int node) {
    if (fdt_node_check_compatible(fdt, node, "fixed-clock") == 0) {
        return true;
    }
    return fdt_node_check_compatible(fdt, node, "regulator-fixed") == 0 &&
           !fdt_getprop(fdt, node, "gpio", NULL) && !fdt_getprop(fdt, node, "gpios", NULL);
}

/* Nodes outside a domU's devices that its devices name, each copied once. */
struct needs {
    int node[NEEDS_MAX];
    unsigned int count;
};

static int copy_need(struct fdt_writer *w, const void *fdt, int node, struct needs *needs) {
    for (unsigned int i = 0; i < needs->count; i++) {
        if (needs->node[i] == node) {
            return 0;
        }
    }
    if (node < 0 || needs->count == NEEDS_MAX || !is_mere_description(fdt, node)) {
        return -XEN_EINVAL;
    }
    needs->node[needs->count++] = node;
    fdt_writer_open(w, node_name(fdt, node));
    copy_properties(w, fdt, node, NULL);
    fdt_writer_close(w);
    return 0;
}

static int copy_clocks(struct fdt_writer *w, const void *fdt, int node, struct needs *needs) {
    int clock, err = 0;

    for (unsigned int i = 0; !err && clock_of(fdt, node, i, &clock); i++) {
        err = copy_need(w, fdt, clock, needs);
    }
    return err;
}

/* Properties called <something>-supply are one phandle of a regulator each. */
static int copy_supplies(struct fdt_writer *w, const void *fdt, int node, struct needs *needs) {
    static const char suffix[] = "-supply";
    int property, err = 0;

    fdt_for_each_property_offset(property, fdt, node) {
        const char *name;
        int size;
        const void *value = fdt_getprop_by_offset(fdt, property, &name, &size);
        size_t length = value ? strlen(name) : 0;

        if (length < sizeof(suffix) || size != 4 ||
            strcmp(name + length - (sizeof(suffix) - 1), suffix) != 0) {
            continue;
        }
        uint32_t phandle = (uint32_t)fdt_reg_cells(value, 1);
        err = err ? err : copy_need(w, fdt, fdt_node_offset_by_phandle(fdt, phandle), needs);
    }
    return err;
}

/* The reg of @node as the CPU sees it, since the copy is on the root's bus. */
static void copy_reg(struct fdt_writer *w, const void *fdt, int node) {
    fdt32_t cells[2 * REGS_MAX];
    struct maddr_range range;
    int count = 0;

    while (count < REGS_MAX && fdt_reg_get(fdt, node, (unsigned int)count, &range) == 0) {
        cells[2 * count] = cpu_to_fdt32(range.start.v);
        cells[2 * count + 1] = cpu_to_fdt32(range.size);
        count++;
    }
    if (count > 0) {
        fdt_writer_bytes(w, "reg", cells, count * 8);
    }
}

/* A device and what is inside it, on the root's bus. */
static void copy_device(struct fdt_writer *w, const void *fdt, int node, int owner, uint32_t intc) {
    int controller, child;
    uint32_t cells[INTC_CELL_MAX];

    fdt_writer_open(w, node_name(fdt, node));
    copy_properties(w, fdt, node, "reg");
    copy_reg(w, fdt, node);
    /* It may have had its interrupt parent from the bus that it was on. */
    if (!fdt_getprop(fdt, node, "interrupt-parent", NULL) &&
        intc_specifier(fdt, node, 0, &controller, cells) > 0) {
        fdt_writer_cell(w, "interrupt-parent", fdt_get_phandle(fdt, controller));
    }
    fdt_for_each_subnode(child, fdt, node) {
        guest_fdt_copy_tree(w, fdt, child, owner, intc);
    }
    fdt_writer_close(w);
}

/* The controllers of core/device/intc.h: all, they are few and say nothing secret. */
static void copy_chips(struct fdt_writer *w, const void *fdt, uint32_t intc) {
    for (int node = fdt_next_node(fdt, -1, NULL); node >= 0;
         node = fdt_next_node(fdt, node, NULL)) {
        const struct intc_chip *chip = intc_chip_of(node);

        if (chip) {
            copy_chip(w, fdt, node, chip, intc);
        }
    }
}

int guest_fdt_copy_devices(struct fdt_writer *w, const void *fdt, const struct boot_domain *domain,
                           int owner, uint32_t intc, char *error) {
    struct needs needs = {.count = 0};

    if (domain->device_count > 0) {
        copy_chips(w, fdt, intc);
    }
    for (unsigned int i = 0; i < domain->device_count; i++) {
        int node = domain->device[i];

        if (copy_clocks(w, fdt, node, &needs) || copy_supplies(w, fdt, node, &needs)) {
            format_text(error, BOOT_TEXT_MAX,
                        "%s cannot be given to %s: a clock or supply it needs is not a fixed one",
                        node_name(fdt, node), domain->name);
            return -XEN_EINVAL;
        }
        copy_device(w, fdt, node, owner, intc);
    }
    return 0;
}
