/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The board's tree of interrupt controllers as one flat space of lines.  Each controller's
 * driver registers a chip; chips get consecutive ranges in the order of registration, a parent
 * always before the chip cascaded on it.  devices.intc is the whole tree.
 */
#ifndef CORE_INTC_H
#define CORE_INTC_H

#include <stdint.h>

#include "core/device/device.h"

#define INTC_CHIP_MAX 4
#define INTC_CELL_MAX 3

struct intc_chip {
    /* Filled by the driver.  Lines count from 0 within the chip. */
    unsigned int line_count;
    unsigned int cell_count; /* #interrupt-cells, 1..INTC_CELL_MAX */
    /** The line that an interrupt specifier of cell_count cells means, or -EINVAL. */
    int (*xlate)(const uint32_t *cells);
    /** Set the line up as these valid cells say, edge or level; NULL: there is nothing to set. */
    void (*configure)(const uint32_t *cells);
    const struct intc_ops *ops; /* on lines of this chip */
    /* Filled by intc_add(). */
    int node;                /* device tree node */
    unsigned int base;       /* irq of line 0 */
    unsigned int parent_irq; /* line of the parent that it is cascaded on, or IRQ_NONE */
};

/**
 * intc_add() - register @chip, of @node.  One that is cascaded on no other is the root: the first,
 * and there is one.  For any other its line at its parent is unmasked.  Fills devices.intc.
 * Boot only.  0; -EAGAIN: its parent is not there yet; -EINVAL: malformed interrupt, a second root;
 * -ENOSPC.
 */
int intc_add(struct intc_chip *chip, const void *fdt, int node);

/**
 * intc_irq() - the @index-th interrupt of @node, through interrupts or interrupts-extended.
 * Returns the irq; -ENOENT (no such interrupt); -EAGAIN (its controller is none of ours, or not
 * yet); -EINVAL (malformed).
 */
int intc_irq(const void *fdt, int node, unsigned int index);

/**
 * intc_specifier() - the @index-th interrupt specifier of @node: *@controller = node that it goes
 * to, @cells = its up to INTC_CELL_MAX cells.
 * Returns the number of cells, -ENOENT or -EINVAL.
 */
int intc_specifier(const void *fdt, int node, unsigned int index, int *controller,
                   uint32_t cells[INTC_CELL_MAX]);

/** intc_chip_of() - the chip of device tree node @node, or NULL. */
const struct intc_chip *intc_chip_of(int node);

/**
 * intc_line() - the line of @chip that a specifier of @count cells means, which is set up as it
 * says.
 * Returns it, or -EINVAL.
 */
int intc_line(const struct intc_chip *chip, const uint32_t *cells, int count);

/** intc_xlate_one_cell() - for chips whose specifier is the line itself. */
int intc_xlate_one_cell(const uint32_t *cells);

#endif /* CORE_INTC_H */
