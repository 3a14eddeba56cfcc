/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Binds the hypervisor's drivers to nodes of the machine's device tree.  A driver is
 * a file that ends in DRIVER(name, compatible, probe); the board's board.toml says
 * which files are linked, the linker gathers the table.
 */
#ifndef CORE_DRIVER_H
#define CORE_DRIVER_H

#include <stdbool.h>

#include "core/device/device.h"

struct driver {
    const char *compatible;
    /**
     * Take the device of @node: map it, set it up, fill its part of `devices`.
     * Returns 0: the node is the hypervisor's, no guest gets it.
     * -ENODEV: not wanted (e.g. a second UART); it is left to the guests.
     * -EAGAIN: its interrupt controller has not been probed yet; called again later.
     * Other errors stop the boot.
     */
    int (*probe)(const void *fdt, int node);
};

/* The linker script gathers the section between drivers_start and drivers_end. */
#define DRIVER(name, compat, probe_fn)                                                         \
    static const struct driver name __attribute__((used, section(".drivers"), aligned(4))) = { \
        .compatible = (compat),                                                                \
        .probe = (probe_fn),                                                                   \
    }

/** driver_table() - the drivers that are linked in; *@count of them. */
const struct driver *driver_table(unsigned int *count);

/**
 * drivers_probe() - bind drivers to all enabled nodes of @fdt.  Boot only, once.
 * Returns 0, a driver's error, or -ENODEV when the board has then no UART, interrupt controller,
 * one-shot timer or counter.  *@what says in a few words what is missing or which driver failed.
 */
int drivers_probe(const void *fdt, const char **what);

/** driver_owns() - is the device of @node the hypervisor's? */
bool driver_owns(int node);

/**
 * driver_map() - map register range @index of @node with arch_map_device().
 * *@base (may be NULL) receives its machine address.  NULL if there is no such range, or no room.
 */
void *driver_map(const void *fdt, int node, unsigned int index, maddr_t *base);

/** driver_is_console() - is @node what /chosen stdout-path names (any node if it names none)? */
bool driver_is_console(const void *fdt, int node);

/**
 * driver_clock_hz() - rate in Hz of the fixed clock @name (clock-names) of @node, NULL: of the
 * first. 0 if there is none or it is no "fixed-clock".
 */
uint32_t driver_clock_hz(const void *fdt, int node, const char *name);

#endif /* CORE_DRIVER_H */
