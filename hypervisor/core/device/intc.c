/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupt specifiers: Devicetree Specification 0.3, 2.4.
 */
#include "core/device/intc.h"

#include <libfdt.h>
#include <stddef.h>

#include "core/base/abi.h"
#include "core/fdt/fdt_reg.h"
#include "core/fdt/fdt_tree.h"

/* In order of registration, a parent before its children; constant after boot. */
static struct intc_chip *chips[INTC_CHIP_MAX];
static unsigned int chip_count;

/* Of each irq, so that an interrupt searches nothing. */
static struct {
    const struct intc_chip *chip;     /* whose line it is, or NULL */
    const struct intc_chip *cascaded; /* the one behind it, or NULL */
} intc_lines[IRQ_MAX];

static const struct intc_chip *chip_for(unsigned int irq) {
    return irq < IRQ_MAX ? intc_lines[irq].chip : NULL;
}

static unsigned int tree_ack(void) {
    unsigned int irq = chips[0]->ops->ack();

    while (irq != IRQ_NONE && intc_lines[irq].cascaded) {
        const struct intc_chip *chip = intc_lines[irq].cascaded;
        unsigned int line = chip->ops->ack();

        irq = line == IRQ_NONE ? IRQ_NONE : chip->base + line;
    }
    return irq;
}

static void tree_eoi(unsigned int irq) {
    for (const struct intc_chip *chip = chip_for(irq); chip; chip = chip_for(irq)) {
        chip->ops->eoi(irq - chip->base);
        irq = chip->parent_irq;
    }
}

static void tree_mask(unsigned int irq) {
    const struct intc_chip *chip = chip_for(irq);

    if (chip) {
        chip->ops->mask(irq - chip->base);
    }
}

static void tree_unmask(unsigned int irq) {
    const struct intc_chip *chip = chip_for(irq);

    if (chip) {
        chip->ops->unmask(irq - chip->base);
    }
}

/* Constant after boot.  pending is the root's own: every look asks it. */
static struct intc_ops intc_tree_ops = {
    .ack = tree_ack,
    .eoi = tree_eoi,
    .mask = tree_mask,
    .unmask = tree_unmask,
};

const struct intc_chip *intc_chip_of(int node) {
    for (unsigned int i = 0; i < chip_count; i++) {
        if (chips[i]->node == node) {
            return chips[i];
        }
    }
    return NULL;
}

int intc_xlate_one_cell(const uint32_t *cells) {
    return cells[0] < IRQ_MAX ? (int)cells[0] : -XEN_EINVAL;
}

/* The controller that plain "interrupts" of @node go to, or < 0. */
static int parent_of(const void *fdt, int node) {
    while (node >= 0) {
        uint64_t phandle;

        if (fdt_reg_number(fdt, node, "interrupt-parent", &phandle) == 0) {
            return fdt_node_offset_by_phandle(fdt, (uint32_t)phandle);
        }
        node = fdt_tree_parent(fdt, node);
    }
    return node;
}

/* #interrupt-cells of @controller, or -EINVAL. */
static int interrupt_cells(const void *fdt, int controller) {
    uint64_t count;

    if (controller < 0 || fdt_reg_number(fdt, controller, "#interrupt-cells", &count) ||
        count < 1 || count > INTC_CELL_MAX) {
        return -XEN_EINVAL;
    }
    return (int)count;
}

int intc_specifier(const void *fdt, int node, unsigned int index, int *controller,
                   uint32_t cells[INTC_CELL_MAX]) {
    int size;
    const fdt32_t *list = fdt_getprop(fdt, node, "interrupts-extended", &size);
    bool extended = list != NULL;

    if (!extended) {
        list = fdt_getprop(fdt, node, "interrupts", &size);
        *controller = list ? parent_of(fdt, node) : -1;
    }
    for (int left = list ? size / 4 : 0; left > 0; index--) {
        if (extended) {
            *controller = fdt_node_offset_by_phandle(fdt, fdt32_to_cpu(*list++));
            left--;
        }
        int count = interrupt_cells(fdt, *controller);
        if (count < 0 || count > left) {
            return -XEN_EINVAL;
        }
        for (int i = 0; i < count; i++) {
            cells[i] = fdt32_to_cpu(list[i]);
        }
        if (index == 0) {
            return count;
        }
        list += count;
        left -= count;
    }
    return -XEN_ENOENT;
}

int intc_line(const struct intc_chip *chip, const uint32_t *cells, int count) {
    int line = (unsigned int)count == chip->cell_count ? chip->xlate(cells) : -XEN_EINVAL;

    if (line < 0 || (unsigned int)line >= chip->line_count) {
        return -XEN_EINVAL;
    }
    if (chip->configure) {
        chip->configure(cells);
    }
    return line;
}

int intc_irq(const void *fdt, int node, unsigned int index) {
    int controller;
    uint32_t cells[INTC_CELL_MAX];
    int count = intc_specifier(fdt, node, index, &controller, cells);

    if (count < 0) {
        return count;
    }
    const struct intc_chip *chip = intc_chip_of(controller);
    if (!chip) {
        return -XEN_EAGAIN;
    }
    int line = intc_line(chip, cells, count);
    return line < 0 ? line : (int)chip->base + line;
}

/* The irq of the parent that @node is cascaded on, IRQ_NONE for the root, or an error. */
static int cascade_of(const void *fdt, int node) {
    int controller;
    uint32_t cells[INTC_CELL_MAX];
    int count = intc_specifier(fdt, node, 0, &controller, cells);

    /* The root has no interrupt, or one that it raises itself (a GIC's maintenance interrupt). */
    if (count == -XEN_ENOENT || (count > 0 && controller == node)) {
        return chip_count == 0 ? (int)IRQ_NONE : -XEN_EINVAL;
    }
    return count < 0 ? count : intc_irq(fdt, node, 0);
}

static void note_lines(const struct intc_chip *chip) {
    for (unsigned int i = 0; i < chip->line_count; i++) {
        intc_lines[chip->base + i].chip = chip;
    }
    if (chip->parent_irq != IRQ_NONE) {
        intc_lines[chip->parent_irq].cascaded = chip;
    }
}

int intc_add(struct intc_chip *chip, const void *fdt, int node) {
    int parent = cascade_of(fdt, node);
    const struct intc_chip *last = chip_count > 0 ? chips[chip_count - 1] : NULL;
    unsigned int base = last ? last->base + last->line_count : 0;

    if (parent < 0) {
        return parent;
    }
    if (chip_count == INTC_CHIP_MAX || base + chip->line_count > IRQ_MAX) {
        return -XEN_ENOSPC;
    }
    chip->node = node;
    chip->base = base;
    chip->parent_irq = (unsigned int)parent;
    if (chip_count == 0) {
        intc_tree_ops.pending = chip->ops->pending;
    }
    chips[chip_count++] = chip;
    note_lines(chip);
    devices.intc = &intc_tree_ops;
    tree_unmask(chip->parent_irq); /* nothing for the root */
    return 0;
}
