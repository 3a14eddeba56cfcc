/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/build/guest_hw.h"

#include <libfdt.h>
#include <stdarg.h>
#include <string.h>

#include "core/base/abi.h"
#include "core/base/printk.h"
#include "core/device/driver.h"
#include "core/device/intc.h"
#include "core/fdt/fdt_reg.h"
#include "core/fdt/fdt_tree.h"
#include "lib/format.h"

#define GUEST_HW_NODE_MAX   256
#define GUEST_HW_REGION_MAX 160
#define GUEST_HW_DEPTH_MAX  8

/* All of it is constant after guest_hw_assign().  Nodes in the order of the tree. */
static struct {
    int node;
    int owner;
} nodes[GUEST_HW_NODE_MAX];
static unsigned int node_count;

/* Pages with registers of a node. */
static struct guest_hw_region {
    unsigned int index; /* in nodes */
    struct maddr_range pages;
} regions[GUEST_HW_REGION_MAX];
static unsigned int region_count;

static int fail_with(char *error, int err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int fail_with(char *error, int err, const char *fmt, ...) {
    va_list args;

    va_start(args, fmt);
    format_args(error, BOOT_TEXT_MAX, fmt, args);
    va_end(args);
    return err;
}

static const char *device_name(const void *fdt, int node) {
    const char *name = fdt_get_name(fdt, node, NULL);

    return name ? name : "?";
}

int guest_hw_owner(int node) {
    for (unsigned int i = 0; i < node_count; i++) {
        if (nodes[i].node == node) {
            return nodes[i].owner;
        }
    }
    return GUEST_HW_NOBODY;
}

/* Nodes that describe the machine, not a device of it; guests get their own. */
static bool describes_machine(const void *fdt, int node, int depth) {
    static const char *const names[] = {"chosen", "aliases", "cpus", "reserved-memory",
                                        "hypervisor"};
    const char *name = device_name(fdt, node);
    int size;
    const char *type = fdt_getprop(fdt, node, "device_type", &size);

    for (size_t i = 0; depth == 1 && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return type && size == 7 && memcmp(type, "memory", 7) == 0;
}

/* The owner of @node whose parent's owner is @parent. */
static int decide_owner(const struct bootinfo *boot, int node, int depth, int parent) {
    bool has_dom0 = boot->domain_count > 0 && boot->domain[0].is_dom0;
    int nobody = has_dom0 ? 0 : GUEST_HW_NOBODY;

    if (driver_owns(node) || parent == GUEST_HW_HYPERVISOR) {
        return GUEST_HW_HYPERVISOR;
    }
    if (depth > 1 && parent == GUEST_HW_NOBODY && has_dom0) {
        return GUEST_HW_NOBODY;
    }
    if (describes_machine(boot->fdt, node, depth) || !fdt_reg_enabled(boot->fdt, node)) {
        return GUEST_HW_NOBODY;
    }
    if (parent > nobody) {
        return parent;
    }
    for (unsigned int d = 0; d < boot->domain_count; d++) {
        for (unsigned int i = 0; i < boot->domain[d].device_count; i++) {
            if (boot->domain[d].device[i] == node) {
                return (int)d;
            }
        }
    }
    return nobody;
}

static int add_region(const struct maddr_range *range, char *error) {
    if (region_count == GUEST_HW_REGION_MAX) {
        return fail_with(error, -XEN_ENOSPC, "the board has too many register ranges");
    }
    regions[region_count++] =
        (struct guest_hw_region){.index = node_count - 1, .pages = fdt_reg_pages(range)};
    return 0;
}

/* The windows through which the CPU sees a PCI bus: IEEE 1275 PCI binding, 3 address cells. */
static int add_windows(const void *fdt, int node, char *error) {
    int size, err = 0;
    const uint8_t *ranges = fdt_getprop(fdt, node, "ranges", &size);
    const char *type = fdt_getprop(fdt, node, "device_type", NULL);
    int cells = fdt_address_cells(fdt, fdt_tree_parent(fdt, node));

    if (!ranges || !type || strcmp(type, "pci") != 0) {
        return 0;
    }
    if (cells < 1 || cells > 2) {
        return fail_with(error, -XEN_EINVAL, "%s is on a bus with bad cells",
                         device_name(fdt, node));
    }
    int entry = (3 + cells + 2) * 4;
    for (int at = 0; at + entry <= size && !err; at += entry) {
        struct maddr_range range;
        uint64_t start = fdt_reg_cells(ranges + at + 3 * 4, cells);
        uint64_t span = fdt_reg_cells(ranges + at + (3 + cells) * 4, 2);

        if (fdt_reg_make(start, span, &range)) {
            return fail_with(error, -XEN_EINVAL, "%s has a window that is not below 4 GiB",
                             device_name(fdt, node));
        }
        err = add_region(&range, error);
    }
    return err;
}

static int add_regions(const void *fdt, int node, char *error) {
    struct maddr_range range;
    int err = 0;

    for (unsigned int i = 0; !err; i++) {
        err = fdt_reg_get(fdt, node, i, &range);
        err = err ? err : add_region(&range, error);
    }
    if (err == -XEN_ENOENT) {
        return add_windows(fdt, node, error);
    }
    return err == -XEN_EINVAL ? fail_with(error, err, "the reg property of %s is malformed",
                                          device_name(fdt, node))
                              : err;
}

/* Fill nodes[] and regions[]. */
static int walk_tree(const struct bootinfo *boot, char *error) {
    int owner[GUEST_HW_DEPTH_MAX + 1];
    int depth = 0, err = 0;

    node_count = region_count = 0;
    owner[0] = GUEST_HW_NOBODY;
    for (int node = fdt_next_node(boot->fdt, 0, &depth); node >= 0 && depth > 0 && !err;
         node = fdt_next_node(boot->fdt, node, &depth)) {
        if (node_count == GUEST_HW_NODE_MAX || depth > GUEST_HW_DEPTH_MAX) {
            return fail_with(error, -XEN_ENOSPC, "the device tree has too many nodes");
        }
        owner[depth] = decide_owner(boot, node, depth, owner[depth - 1]);
        nodes[node_count].node = node;
        nodes[node_count++].owner = owner[depth];
        if (owner[depth] != GUEST_HW_NOBODY) {
            err = add_regions(boot->fdt, node, error);
        }
    }
    return err;
}

/* Take the device nodes[@index] away from its domain, with what hangs on it. */
static void withhold_device(const struct bootinfo *boot, unsigned int index, const char *why) {
    int depth = 0;
    unsigned int i = index;

    printk("Device %s is withheld: its registers share a page with %s\n",
           device_name(boot->fdt, nodes[index].node), why);
    do {
        if (nodes[i].owner >= 0) {
            nodes[i].owner = GUEST_HW_NOBODY;
        }
    } while (fdt_next_node(boot->fdt, nodes[i++].node, &depth) >= 0 && depth > 0 && i < node_count);
}

static bool is_dom0s(const struct bootinfo *boot, unsigned int index) {
    return nodes[index].owner >= 0 && boot->domain[nodes[index].owner].is_dom0;
}

/* Devices @a, which is a domain's, and @b, of another owner, are on one page: one of them goes to
 * nobody. dom0 can do without what it was not given by name. */
static void part_devices(const struct bootinfo *boot, unsigned int a, unsigned int b) {
    if (is_dom0s(boot, b) && !is_dom0s(boot, a)) {
        withhold_device(boot, b, device_name(boot->fdt, nodes[a].node));
    } else {
        withhold_device(boot, a, device_name(boot->fdt, nodes[b].node));
    }
}

static void check_region(const struct bootinfo *boot, const struct guest_hw_region *a) {
    for (unsigned int i = 0; i < boot->memory_count && nodes[a->index].owner >= 0; i++) {
        if (fdt_reg_overlap(&a->pages, &boot->memory[i])) {
            withhold_device(boot, a->index, "RAM");
        }
    }
    for (unsigned int i = 0; i < region_count && nodes[a->index].owner >= 0; i++) {
        const struct guest_hw_region *b = &regions[i];
        int other = nodes[b->index].owner;

        if (other != nodes[a->index].owner && other != GUEST_HW_NOBODY &&
            fdt_reg_overlap(&a->pages, &b->pages)) {
            part_devices(boot, a->index, b->index);
        }
    }
}

int guest_hw_assign(const struct bootinfo *boot, char *error) {
    int err = walk_tree(boot, error);

    for (unsigned int i = 0; i < region_count && !err; i++) {
        check_region(boot, &regions[i]);
    }
    return err;
}

/* Has domain @index all that its dacre,devices names? */
static int check_given(const struct bootinfo *boot, unsigned int index, char *error) {
    const struct boot_domain *domain = &boot->domain[index];

    for (unsigned int i = 0; i < domain->device_count; i++) {
        if (guest_hw_owner(domain->device[i]) != (int)index) {
            return fail_with(error, -XEN_EINVAL,
                             "%s cannot be given to %s: the hypervisor or another domain has "
                             "it or its page, or it is no device",
                             device_name(boot->fdt, domain->device[i]), domain->name);
        }
    }
    return 0;
}

/* Insert @range into the ascending list; neighbours that touch become one. */
static int add_io(struct guest_hw *hw, struct maddr_range range) {
    unsigned int first = 0;
    uint64_t start = range.start.v, end = start + range.size;

    while (first < hw->io_count && (uint64_t)hw->io[first].start.v + hw->io[first].size < start) {
        first++;
    }
    unsigned int last = first;
    while (last < hw->io_count && hw->io[last].start.v <= end) {
        uint64_t last_end = (uint64_t)hw->io[last].start.v + hw->io[last].size;

        start = hw->io[last].start.v < start ? hw->io[last].start.v : start;
        end = last_end > end ? last_end : end;
        last++;
    }
    if (last == first && hw->io_count == GUEST_IO_MAX) {
        return -XEN_ENOSPC;
    }
    memmove(&hw->io[first + 1], &hw->io[last], (hw->io_count - last) * sizeof(hw->io[0]));
    hw->io_count += 1 - (last - first);
    hw->io[first] = (struct maddr_range){maddr((uint32_t)start), (uint32_t)(end - start)};
    return 0;
}

static int add_pirq(struct guest_hw *hw, const struct intc_chip *chip, const uint32_t *cells,
                    int count) {
    int line = intc_line(chip, cells, count);

    if (line < 0) {
        return line;
    }
    uint16_t pirq = (uint16_t)(chip->base + (unsigned int)line);
    for (unsigned int i = 0; i < hw->pirq_count; i++) {
        if (hw->pirq[i] == pirq) {
            return 0;
        }
    }
    if (hw->pirq_count == GUEST_PIRQ_MAX) {
        return -XEN_ENOSPC;
    }
    hw->pirq[hw->pirq_count++] = pirq;
    return 0;
}

/* Lines in the interrupts property of @node; those of other devices (GPIO) are not pirqs. */
static int add_interrupts(const void *fdt, int node, struct guest_hw *hw) {
    for (unsigned int i = 0;; i++) {
        int controller;
        uint32_t cells[INTC_CELL_MAX];
        int count = intc_specifier(fdt, node, i, &controller, cells);

        if (count < 0) {
            return count == -XEN_ENOENT ? 0 : count;
        }
        const struct intc_chip *chip = intc_chip_of(controller);
        int err = chip ? add_pirq(hw, chip, cells, count) : 0;
        if (err) {
            return err;
        }
    }
}

/* Lines in an interrupt-map (Devicetree Specification 0.3, 2.4.3.1). */
static int add_map(const void *fdt, int node, struct guest_hw *hw) {
    int size;
    uint64_t own_cells;
    const fdt32_t *map = fdt_getprop(fdt, node, "interrupt-map", &size);
    int own_address = fdt_address_cells(fdt, node);

    if (!map || own_address < 0 || fdt_reg_number(fdt, node, "#interrupt-cells", &own_cells) ||
        own_cells > INTC_CELL_MAX) {
        return map ? -XEN_EINVAL : 0;
    }
    int skip = own_address + (int)own_cells;
    for (int left = size / 4, used; left > skip; left -= used, map += used) {
        int parent = fdt_node_offset_by_phandle(fdt, fdt32_to_cpu(map[skip]));
        const struct intc_chip *chip = intc_chip_of(parent);
        uint64_t address = 0; /* the map's default, unlike reg's */
        uint32_t cells[INTC_CELL_MAX];

        if (!chip || fdt_reg_number(fdt, parent, "#address-cells", &address) == -XEN_EINVAL ||
            address > 2) {
            return -XEN_EINVAL;
        }
        used = skip + 1 + (int)address + (int)chip->cell_count;
        if (used > left) {
            return -XEN_EINVAL;
        }
        for (unsigned int i = 0; i < chip->cell_count; i++) {
            cells[i] = fdt32_to_cpu(map[skip + 1 + (int)address + (int)i]);
        }
        int err = add_pirq(hw, chip, cells, (int)chip->cell_count);
        if (err) {
            return err;
        }
    }
    return 0;
}

int guest_hw_collect(const struct bootinfo *boot, unsigned int index, struct guest_hw *out,
                     char *error) {
    const char *name = boot->domain[index].name;
    int err = check_given(boot, index, error);

    if (err) {
        return err;
    }
    *out = (struct guest_hw){0};
    for (unsigned int i = 0; i < region_count && !err; i++) {
        if (nodes[regions[i].index].owner == (int)index) {
            err = add_io(out, regions[i].pages);
        }
    }
    if (err) {
        return fail_with(error, err, "%s has too many ranges of device registers", name);
    }
    for (unsigned int i = 0; i < node_count; i++) {
        if (nodes[i].owner != (int)index) {
            continue;
        }
        err = add_interrupts(boot->fdt, nodes[i].node, out);
        err = err ? err : add_map(boot->fdt, nodes[i].node, out);
        if (err) {
            return fail_with(error, err, "the interrupts of %s for %s are malformed or too many",
                             device_name(boot->fdt, nodes[i].node), name);
        }
    }
    return 0;
}
