/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/device/driver.h"

#include <libfdt.h>
#include <string.h>

#include "core/base/abi.h"
#include "core/base/arch.h"
#include "core/fdt/fdt_reg.h"

#define DRIVER_NODE_MAX 16

/* Nodes that drivers took; constant after boot. */
static int owned_nodes[DRIVER_NODE_MAX];
static unsigned int owned_count;

bool driver_owns(int node) {
    for (unsigned int i = 0; i < owned_count; i++) {
        if (owned_nodes[i] == node) {
            return true;
        }
    }
    return false;
}

/* The driver for @node; the table's order decides among several. */
static const struct driver *find_driver(const void *fdt, int node) {
    unsigned int count;
    const struct driver *table = driver_table(&count);

    for (unsigned int i = 0; i < count; i++) {
        if (fdt_node_check_compatible(fdt, node, table[i].compatible) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

/* 0 and the node is ours, or what the driver's probe() said. */
static int probe_node(const void *fdt, int node, const char **what) {
    const struct driver *driver = find_driver(fdt, node);

    if (!driver || driver_owns(node) || !fdt_reg_enabled(fdt, node)) {
        return -XEN_ENODEV;
    }
    *what = driver->compatible;
    if (owned_count == DRIVER_NODE_MAX) {
        return -XEN_ENOSPC;
    }
    int err = driver->probe(fdt, node);
    if (err == 0) {
        owned_nodes[owned_count++] = node;
    }
    return err;
}

/* One pass over the tree.  *@waiting = somebody's interrupt controller was not there yet. */
static int probe_pass(const void *fdt, const char **what, bool *progress, bool *waiting) {
    *progress = *waiting = false;
    for (int node = fdt_next_node(fdt, -1, NULL); node >= 0;
         node = fdt_next_node(fdt, node, NULL)) {
        int err = probe_node(fdt, node, what);

        if (err == 0) {
            *progress = true;
        } else if (err == -XEN_EAGAIN) {
            *waiting = true;
        } else if (err != -XEN_ENODEV) {
            return err;
        }
    }
    return 0;
}

static const char *what_is_missing(void) {
    if (!devices.intc) {
        return "interrupt controller";
    }
    if (devices.uart_irq == IRQ_NONE) {
        return "console UART"; /* devices.uart may be the early one */
    }
    if (!devices.oneshot) {
        return "one-shot timer";
    }
    return devices.counter.reg ? NULL : "counter";
}

int drivers_probe(const void *fdt, const char **what) {
    bool progress, waiting;

    *what = "";
    owned_count = 0;
    devices.uart_irq = IRQ_NONE;
    /* Each pass but the last takes at least one node, so this ends. */
    do {
        int err = probe_pass(fdt, what, &progress, &waiting);

        if (err) {
            return err;
        }
    } while (waiting && progress);
    const char *missing = what_is_missing();
    *what = missing ? missing : "";
    return missing ? -XEN_ENODEV : 0;
}

void *driver_map(const void *fdt, int node, unsigned int index, maddr_t *base) {
    struct maddr_range range;

    if (fdt_reg_get(fdt, node, index, &range)) {
        return NULL;
    }
    if (base) {
        *base = range.start;
    }
    return arch_map_device(range.start, range.size);
}

bool driver_is_console(const void *fdt, int node) {
    int size;
    int chosen = fdt_path_offset(fdt, "/chosen");
    const char *path = fdt_getprop(fdt, chosen, "stdout-path", &size);

    if (!path || size < 1) {
        return true;
    }
    const char *options = memchr(path, ':', (size_t)size);
    int length = options ? (int)(options - path) : (int)strnlen(path, (size_t)size);
    return fdt_path_offset_namelen(fdt, path, length) == node;
}

uint32_t driver_clock_hz(const void *fdt, int node, const char *name) {
    int size;
    const fdt32_t *clocks = fdt_getprop(fdt, node, "clocks", &size);
    int index = name ? fdt_stringlist_search(fdt, node, "clock-names", name) : 0;
    uint64_t hz;

    /* A fixed clock has no specifier cells: each entry is one phandle. */
    if (!clocks || index < 0 || index >= size / 4) {
        return 0;
    }
    int clock = fdt_node_offset_by_phandle(fdt, fdt32_to_cpu(clocks[index]));
    if (clock < 0 || fdt_node_check_compatible(fdt, clock, "fixed-clock") ||
        fdt_reg_number(fdt, clock, "clock-frequency", &hz) || hz > UINT32_MAX) {
        return 0;
    }
    return (uint32_t)hz;
}
