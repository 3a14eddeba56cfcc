/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/build/guest_fdt.h"

#include <libfdt.h>
#include <string.h>

#include "core/base/abi.h"
#include "core/build/guest_fdt_copy.h"
#include "core/build/guest_hw.h"
#include "core/device/intc.h"
#include "core/fdt/fdt_reg.h"
#include "core/fdt/fdt_writer.h"
#include "lib/format.h"

/* What the parts of one tree need. */
struct guest_fdt {
    struct fdt_writer writer;
    const struct bootinfo *boot;
    const struct boot_domain *domain;
    const struct guest_layout *layout;
    uint32_t intc_phandle; /* of the PV interrupt controller: none that the board uses */
    int address_cells;     /* of the root */
    int size_cells;
};

/* A reg property of one range with the root's cells. */
static void write_reg(struct guest_fdt *g, uint32_t start, uint32_t size) {
    uint32_t cells[4] = {0};

    cells[g->address_cells - 1] = start;
    cells[g->address_cells + g->size_cells - 1] = size;
    fdt_writer_cells(&g->writer, "reg", cells, g->address_cells + g->size_cells);
}

static void write_memory(struct guest_fdt *g) {
    char name[sizeof("memory@ffffffff")];

    format_text(name, sizeof(name), "memory@%x", g->layout->ram_start.v);
    fdt_writer_open(&g->writer, name);
    fdt_writer_string(&g->writer, "device_type", "memory");
    write_reg(g, g->layout->ram_start.v, g->layout->ram_size);
    fdt_writer_close(&g->writer);
}

static void write_chosen(struct guest_fdt *g) {
    uint32_t ramdisk = g->layout->ramdisk_start.v;

    fdt_writer_open(&g->writer, "chosen");
    fdt_writer_string(&g->writer, "bootargs", g->domain->bootargs);
    if (g->layout->ramdisk_size > 0) {
        fdt_writer_cell(&g->writer, "linux,initrd-start", ramdisk);
        fdt_writer_cell(&g->writer, "linux,initrd-end", ramdisk + g->layout->ramdisk_size);
    }
    fdt_writer_close(&g->writer);
}

/* As many CPUs as the domain has vCPUs, all of the kind that the board has. */
static void write_cpus(struct guest_fdt *g) {
    const void *fdt = g->boot->fdt;
    int size = 0;
    int cpu = fdt_node_offset_by_prop_value(fdt, -1, "device_type", "cpu", 4);
    const void *compatible = cpu >= 0 ? fdt_getprop(fdt, cpu, "compatible", &size) : NULL;

    fdt_writer_open(&g->writer, "cpus");
    fdt_writer_cell(&g->writer, "#address-cells", 1);
    fdt_writer_cell(&g->writer, "#size-cells", 0);
    for (unsigned int i = 0; i < g->domain->vcpu_count; i++) {
        char name[sizeof("cpu@ffffffff")];

        format_text(name, sizeof(name), "cpu@%x", i);
        fdt_writer_open(&g->writer, name);
        fdt_writer_string(&g->writer, "device_type", "cpu");
        if (compatible) {
            fdt_writer_bytes(&g->writer, "compatible", compatible, size);
        }
        fdt_writer_cell(&g->writer, "reg", i);
        fdt_writer_close(&g->writer);
    }
    fdt_writer_close(&g->writer);
}

/* Linux: Documentation/devicetree/bindings/arm/xen.txt. */
static void write_hypervisor(struct guest_fdt *g) {
    static const char compatible[] = "xen,xen-4.17\0xen,xen";

    fdt_writer_open(&g->writer, "hypervisor");
    fdt_writer_bytes(&g->writer, "compatible", compatible, sizeof(compatible));
    write_reg(g, PV_GRANT_GPA, PV_GRANT_SIZE);
    fdt_writer_cell(&g->writer, "interrupt-parent", g->intc_phandle);
    fdt_writer_cell(&g->writer, "interrupts", 0);
    fdt_writer_close(&g->writer);
}

/* Its own interrupt parent: the root of the guest's interrupt tree. */
static void write_intc(struct guest_fdt *g) {
    fdt_writer_open(&g->writer, "pv-interrupt-controller");
    fdt_writer_string(&g->writer, "compatible", "dacre,pv-intc");
    fdt_writer_empty(&g->writer, "interrupt-controller");
    fdt_writer_cell(&g->writer, "#interrupt-cells", 1);
    fdt_writer_cell(&g->writer, "interrupt-parent", g->intc_phandle);
    fdt_writer_cell(&g->writer, "phandle", g->intc_phandle);
    fdt_writer_close(&g->writer);
}

/* Nodes that every guest has. */
static void write_common(struct guest_fdt *g) {
    write_chosen(g);
    write_memory(g);
    write_cpus(g);
    write_hypervisor(g);
    write_intc(g);
}

/* The board's compatible strings after "dacre,dom0", as much as fits. */
static void write_dom0_compatible(struct guest_fdt *g) {
    char list[256] = "dacre,dom0";
    size_t used = sizeof("dacre,dom0");
    int size;
    const char *board = fdt_getprop(g->boot->fdt, 0, "compatible", &size);

    if (board && (size_t)size <= sizeof(list) - used) {
        memcpy(list + used, board, (size_t)size);
        used += (size_t)size;
    }
    fdt_writer_bytes(&g->writer, "compatible", list, (int)used);
}

static int write_dom0(struct guest_fdt *g) {
    const void *fdt = g->boot->fdt;
    int size, node;
    const void *parent = fdt_getprop(fdt, 0, "interrupt-parent", &size);
    const char *model = fdt_getprop(fdt, 0, "model", NULL);

    g->address_cells = fdt_address_cells(fdt, 0);
    g->size_cells = fdt_size_cells(fdt, 0);
    if (g->address_cells < 1 || g->address_cells > 2 || g->size_cells < 1 || g->size_cells > 2) {
        return -XEN_EINVAL;
    }
    write_dom0_compatible(g);
    fdt_writer_string(&g->writer, "model", model ? model : "unknown");
    fdt_writer_cell(&g->writer, "#address-cells", (uint32_t)g->address_cells);
    fdt_writer_cell(&g->writer, "#size-cells", (uint32_t)g->size_cells);
    if (parent) {
        fdt_writer_bytes(&g->writer, "interrupt-parent", parent, size);
    }
    write_common(g);
    guest_fdt_copy_aliases(&g->writer, fdt, 0);
    fdt_for_each_subnode(node, fdt, 0) {
        guest_fdt_copy_tree(&g->writer, fdt, node, 0, g->intc_phandle);
    }
    return 0;
}

static int write_domu(struct guest_fdt *g, int owner, char *error) {
    static const char compatible[] = "dacre,domu\0xen,xenvm-4.17\0xen,xenvm";

    g->address_cells = g->size_cells = 1;
    fdt_writer_bytes(&g->writer, "compatible", compatible, sizeof(compatible));
    fdt_writer_string(&g->writer, "model", g->domain->name);
    fdt_writer_cell(&g->writer, "#address-cells", 1);
    fdt_writer_cell(&g->writer, "#size-cells", 1);
    fdt_writer_cell(&g->writer, "interrupt-parent", g->intc_phandle);
    write_common(g);
    return guest_fdt_copy_devices(&g->writer, g->boot->fdt, g->domain, owner, g->intc_phandle,
                                  error);
}

int guest_fdt_build(const struct bootinfo *boot, unsigned int index,
                    const struct guest_layout *layout, void *buf, size_t size, char *error) {
    struct guest_fdt g = {.boot = boot, .domain = &boot->domain[index], .layout = layout};
    int err;

    format_text(error, BOOT_TEXT_MAX, "the device tree of the board has no usable cells");
    if (fdt_find_max_phandle(boot->fdt, &g.intc_phandle) || ++g.intc_phandle == FDT_MAX_PHANDLE) {
        format_text(error, BOOT_TEXT_MAX, "the device tree has no phandle left");
        return -XEN_EINVAL;
    }
    fdt_writer_start(&g.writer, buf, size);
    err = g.domain->is_dom0 ? write_dom0(&g) : write_domu(&g, (int)index, error);
    if (err) {
        return err;
    }
    int used = fdt_writer_finish(&g.writer);
    if (used < 0) {
        format_text(error, BOOT_TEXT_MAX, "the device tree of %s cannot be written: %s",
                    g.domain->name, fdt_strerror(used));
        return used == -FDT_ERR_NOSPACE ? -XEN_ENOSPC : -XEN_EINVAL;
    }
    return used;
}
