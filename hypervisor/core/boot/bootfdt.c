/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/boot/bootfdt.h"

#include <libfdt.h>
#include <stdarg.h>
#include <string.h>

#include "core/base/abi.h"
#include "core/base/printk.h"
#include "core/boot/boot_domain.h"
#include "core/fdt/fdt_reg.h"
#include "core/fdt/fdt_tree.h"
#include "lib/format.h"

/* Bytes of an option that is not understood, so that what is wrong with it stands on the same
 * line. */
#define OPTION_SHOWN 80

int bootfdt_fail(struct bootinfo *boot, const char *fmt, ...) {
    va_list args;

    va_start(args, fmt);
    format_args(boot->error, sizeof(boot->error), fmt, args);
    va_end(args);
    return -XEN_EINVAL;
}

int bootfdt_reserve(struct bootinfo *boot, struct maddr_range range) {
    if (boot->reserved_count == BOOT_RESERVED_MAX) {
        return bootfdt_fail(boot, "the device tree reserves more memory ranges than can be kept");
    }
    boot->reserved[boot->reserved_count++] = range;
    return 0;
}

const char *bootfdt_string(const void *fdt, int node, const char *name) {
    int size;
    const char *value = fdt_getprop(fdt, node, name, &size);

    return value && size > 0 && memchr(value, '\0', (size_t)size) ? value : NULL;
}

int bootfdt_check(const void *fdt) {
    if (((uintptr_t)fdt & 7) != 0 || fdt_check_header(fdt) != 0) {
        return -XEN_EINVAL;
    }
    uint32_t size = fdt_totalsize(fdt);
    return size > BOOT_FDT_MAX ? -XEN_EINVAL : (int)size;
}

/* libfdt reads both blocks by words where they lie (Devicetree Specification 0.3, 5.6). */
static bool blocks_are_aligned(const void *fdt) {
    return (fdt_off_dt_struct(fdt) & 3) == 0 && (fdt_off_mem_rsvmap(fdt) & 7) == 0;
}

/* Banks of RAM that the tree names and that are not used, by reason. */
struct unused_banks {
    unsigned int small, many;
};

/* One bank of RAM, cut to whole pages. */
static int add_memory(struct bootinfo *boot, struct maddr_range range,
                      struct unused_banks *unused) {
    uint32_t skip = -range.start.v & ~PAGE_MASK;

    if (range.size < skip + PAGE_SIZE) {
        unused->small++;
        return 0;
    }
    range.start.v += skip;
    range.size = (range.size - skip) & PAGE_MASK;
    for (unsigned int i = 0; i < boot->memory_count; i++) {
        if (fdt_reg_overlap(&boot->memory[i], &range)) {
            return bootfdt_fail(boot, "two memory nodes of the device tree overlap");
        }
    }
    if (boot->memory_count == BOOT_MEMORY_MAX) {
        unused->many++;
        return 0;
    }
    boot->memory[boot->memory_count++] = range;
    return 0;
}

static int fail_reg(struct bootinfo *boot, int node) {
    const char *name = fdt_get_name(boot->fdt, node, NULL);

    return bootfdt_fail(boot, "the reg property of %s is malformed (cells, size 0, or above 4 GiB)",
                        name ? name : "a node");
}

/* All entries of the reg property of @node, to @add. */
static int each_reg(struct bootinfo *boot, int node,
                    int (*add)(struct bootinfo *boot, struct maddr_range range)) {
    struct maddr_range range;
    int err = 0;

    for (unsigned int i = 0; !err; i++) {
        err = fdt_reg_get(boot->fdt, node, i, &range);
        if (err == -XEN_ENOENT) {
            return 0;
        }
        if (err) {
            return fail_reg(boot, node);
        }
        err = add(boot, range);
    }
    return err;
}

/* The banks of one memory node.  Boot loaders write one of size 0, or of a byte, for RAM that is
 * not fitted. */
static int parse_banks(struct bootinfo *boot, int node, struct unused_banks *unused) {
    uint64_t start, size;
    struct maddr_range range;
    int err = 0;

    for (unsigned int i = 0; !err; i++) {
        err = fdt_reg_entry(boot->fdt, node, i, &start, &size);
        if (err == -XEN_ENOENT) {
            return 0;
        }
        if (!err && size < PAGE_SIZE) {
            unused->small++;
        } else if (err || fdt_reg_make(start, size, &range)) {
            err = fail_reg(boot, node);
        } else {
            err = add_memory(boot, range, unused);
        }
    }
    return err;
}

static void report_unused(const struct unused_banks *unused) {
    if (unused->small) {
        printk("Memory: banks in the device tree smaller than a page, not used: %u\n",
               unused->small);
    }
    if (unused->many) {
        printk("Memory: banks in the device tree beyond the first %u, not used: %u\n",
               BOOT_MEMORY_MAX, unused->many);
    }
}

static int parse_memory(struct bootinfo *boot) {
    struct unused_banks unused = {0};
    int err = 0;
    int node = fdt_node_offset_by_prop_value(boot->fdt, -1, "device_type", "memory", 7);

    for (; node >= 0 && !err;
         node = fdt_node_offset_by_prop_value(boot->fdt, node, "device_type", "memory", 7)) {
        err = parse_banks(boot, node, &unused);
    }
    report_unused(&unused);
    if (!err && boot->memory_count == 0) {
        err = bootfdt_fail(boot, "the device tree has no memory node with a page of RAM");
    }
    return err;
}

/* The memory reservation block, and the nodes of /reserved-memory that say where. */
static int parse_reserved(struct bootinfo *boot) {
    int err = 0;
    int count = fdt_num_mem_rsv(boot->fdt);

    if (count < 0) {
        return bootfdt_fail(boot, "the memory reservation block of the device tree has no end");
    }
    for (int i = 0; i < count && !err; i++) {
        uint64_t start, size;
        struct maddr_range range;

        if (fdt_get_mem_rsv(boot->fdt, i, &start, &size) || fdt_reg_make(start, size, &range)) {
            return bootfdt_fail(
                boot, "an entry of the memory reservation block is empty or not below 4 GiB");
        }
        err = bootfdt_reserve(boot, range);
    }
    int parent = fdt_path_offset(boot->fdt, "/reserved-memory");
    for (int node = fdt_first_subnode(boot->fdt, parent); node >= 0 && !err;
         node = fdt_next_subnode(boot->fdt, node)) {
        err = each_reg(boot, node, bootfdt_reserve);
    }
    return err;
}

/* The initrd that a loader passed the Linux way. It belongs to no domain, but QEMU may put one. */
static int parse_initrd(struct bootinfo *boot, int chosen) {
    uint64_t start, end;
    struct maddr_range range;
    int start_err = fdt_reg_number(boot->fdt, chosen, "linux,initrd-start", &start);
    int end_err = fdt_reg_number(boot->fdt, chosen, "linux,initrd-end", &end);

    if (start_err == -XEN_ENOENT && end_err == -XEN_ENOENT) {
        return 0;
    }
    if (start_err || end_err || end <= start || fdt_reg_make(start, end - start, &range)) {
        return bootfdt_fail(
            boot,
            "linux,initrd-start and linux,initrd-end in /chosen do not make a range below 4 GiB");
    }
    return bootfdt_reserve(boot, range);
}

/* A figure of the board, in ns; 0 if it is not there. */
static int parse_figure(struct bootinfo *boot, int cpus, const char *name, uint32_t *out) {
    uint64_t number = 0;
    int err = fdt_reg_number(boot->fdt, cpus, name, &number);

    if (err && err != -XEN_ENOENT) {
        return bootfdt_fail(boot, "%s in /cpus is malformed", name);
    }
    if (number > SCHED_FIGURES_MAX) {
        return bootfdt_fail(boot, "%s in /cpus is more than %u ns", name, SCHED_FIGURES_MAX);
    }
    *out = (uint32_t)number;
    return 0;
}

/* What real time needs to know of the board; without both of them nothing can be promised. */
static int parse_figures(struct bootinfo *boot) {
    struct sched_figures *figures = &boot->figures;
    int cpus = fdt_path_offset(boot->fdt, "/cpus");
    int err;

    *figures = (struct sched_figures){.reserve_percent = boot->options.rt_reserve};
    if (cpus < 0) {
        return 0;
    }
    err = parse_figure(boot, cpus, "dacre,rt-cost-ns", &figures->cost_ns);
    err = err ? err : parse_figure(boot, cpus, "dacre,rt-stretch-ns", &figures->stretch_ns);
    if (figures->stretch_ns == 0) {
        figures->cost_ns = 0;
    }
    return err;
}

static void warn_of_option(const char *option, size_t size, const char *why) {
    printk("Command line: %.*s %s\n", size < OPTION_SHOWN ? (int)size : OPTION_SHOWN, option, why);
}

static const char *own_cmdline(const void *fdt, int chosen) {
    return bootfdt_string(
        fdt, chosen, boot_domain_bootargs_are_ours(fdt, chosen) ? "bootargs" : "xen,xen-bootargs");
}

int bootfdt_parse(const void *fdt, maddr_t fdt_start, struct maddr_range image,
                  struct bootinfo *out) {
    int size = bootfdt_check(fdt);

    *out = (struct bootinfo){.fdt = fdt};
    if (size < 0) {
        return bootfdt_fail(
            out, "there is no device tree at the address in r2, or it is malformed or too large");
    }
    if (!blocks_are_aligned(fdt)) {
        return bootfdt_fail(
            out, "the structure or the reservation block of the device tree is not aligned");
    }
    fdt_tree_learn(fdt);
    int chosen = fdt_path_offset(fdt, "/chosen");
    if (chosen < 0) {
        return bootfdt_fail(out, "the device tree has no /chosen node, or is malformed");
    }
    cmdline_parse(own_cmdline(fdt, chosen), &out->options, warn_of_option);
    struct maddr_range tree = {fdt_start, (uint32_t)size};
    int err = bootfdt_reserve(out, image);
    err = err ? err : bootfdt_reserve(out, tree);
    err = err ? err : parse_memory(out);
    err = err ? err : parse_reserved(out);
    err = err ? err : parse_initrd(out, chosen);
    err = err ? err : parse_figures(out);
    return err ? err : boot_domain_parse_all(out);
}
