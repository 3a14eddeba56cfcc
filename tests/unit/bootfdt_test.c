/* SPDX-License-Identifier: GPL-2.0-only */
/* What the machine's tree says is read right, and each mistake in it is named. */
/* links: core/boot */
#include "core/boot/bootfdt.h"

#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/abi.h"
#include "core/boot/boot_domain.h"
#include "support_fdt.h"
#include "support_log.h"

#define FDT_START   0x01000000u
#define FUZZ_SEED   20210u
#define FUZZ_ROUNDS 2000u

#define GUEST1      "/chosen/guest1"
#define KERNEL0     "/chosen/module@4000000"
#define KERNEL1     "/chosen/guest1/module@4800000"
#define UART2_PATH  "/bus@10000000/serial@2000"

static const struct maddr_range image = {{0x00010000}, 0x00080000};
static struct bootinfo boot;

static int parse(const void *fdt) {
    support_log_start();
    return bootfdt_parse(fdt, maddr(FDT_START), image, &boot);
}

static void check_domain(const struct boot_domain *d, const char *name, uint32_t memory,
                         unsigned int vcpu_count, uint32_t kernel, const char *bootargs) {
    assert_string_equal(d->name, name);
    assert_int_equal(d->memory, memory);
    assert_int_equal(d->vcpu_count, vcpu_count);
    assert_int_equal(d->kernel.start.v, kernel);
    assert_int_equal(d->kernel.size, 0x00200000);
    assert_string_equal(d->bootargs, bootargs);
}

static void reads_domains(void **state) {
    void *fdt = support_fdt_load(SUPPORT_FDT_MACHINE);

    (void)state;
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain_count, 3);
    check_domain(&boot.domain[0], "dom0", 32 * MIB, 1, 0x04000000, "console=hvc0 zero");
    assert_true(boot.domain[0].is_dom0);
    assert_int_equal(boot.domain[0].ramdisk.start.v, 0x04400000);
    assert_int_equal(boot.domain[0].ramdisk.size, 0x12345);
    assert_int_equal(boot.domain[0].weight, 256);
    check_domain(&boot.domain[1], "guest1", 16 * MIB, 2, 0x04800000, "console=hvc0 one");
    assert_false(boot.domain[1].is_dom0);
    assert_int_equal(boot.domain[1].weight, 512);
    assert_int_equal(boot.domain[1].cap, 150);
    assert_int_equal(boot.domain[1].table_memory, MIB);
    assert_true(boot.domain[1].restart_on_crash);
    assert_true(boot.domain[1].is_realtime);
    assert_int_equal(boot.domain[1].rt.period_us, 1000);
    assert_int_equal(boot.domain[1].rt.budget_us, 600);
    assert_true(boot.domain[1].rt.has_extratime);
    assert_false(boot.domain[1].rt.defers_events);
    assert_int_equal(boot.domain[1].device_count, 2);
    assert_int_equal(boot.domain[1].device[0], support_fdt_node(fdt, UART2_PATH));
    check_domain(&boot.domain[2], "guest2", 8 * MIB, 1, 0x04800000, "");
    assert_int_equal(boot.domain[2].ramdisk.size, 0);
    assert_int_equal(boot.domain[2].table_memory, 0);
    assert_false(boot.domain[2].is_realtime);
    assert_false(boot.domain[2].restart_on_crash);
    assert_true(boot.options.noreboot);
    free(fdt);
}

static void reads_the_figures_of_the_board(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.figures.cost_ns, 3000);
    assert_int_equal(boot.figures.stretch_ns, 1500);
    assert_int_equal(boot.figures.reserve_percent, 5);
    support_fdt_string(fdt, "/chosen", "xen,xen-bootargs", "rt_reserve=10");
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.figures.reserve_percent, 10);
    assert_int_equal(fdt_delprop(fdt, support_fdt_node(fdt, "/cpus"), "dacre,rt-stretch-ns"), 0);
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.figures.cost_ns, 0); /* neither means anything without the other */
    assert_int_equal(fdt_del_node(fdt, support_fdt_node(fdt, "/cpus")), 0);
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.figures.reserve_percent, 10);
    free(fdt);
}

/* The largest and the smallest of everything that has a limit. */
static void what_is_just_allowed_is_read(void **state) {
    static const uint32_t memory[] = {0, 104 << 10};
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    support_fdt_cells(fdt, "/cpus", "dacre,rt-cost-ns", (const uint32_t[]){1000000}, 1);
    support_fdt_cells(fdt, "/cpus", "dacre,rt-stretch-ns", (const uint32_t[]){1000000}, 1);
    support_fdt_string(fdt, "/chosen", "xen,xen-bootargs", "dom0_mem=32M dom0_max_vcpus=8");
    assert_int_equal(fdt_del_node(fdt, support_fdt_node(fdt, "/chosen/guest2")), 0);
    support_fdt_cells(fdt, GUEST1, "memory", memory, 2); /* all that dom0 leaves */
    support_fdt_cells(fdt, GUEST1, "cpus", (const uint32_t[]){8}, 1);
    support_fdt_cells(fdt, GUEST1, "dacre,weight", (const uint32_t[]){65535}, 1);
    support_fdt_cells(fdt, GUEST1, "dacre,cap", (const uint32_t[]){800}, 1);
    support_fdt_cells(fdt, GUEST1, "dacre,table-memory", (const uint32_t[]){0x3fffff}, 1);
    support_fdt_cells(fdt, GUEST1, "dacre,rt-period-us", (const uint32_t[]){1000000}, 1);
    support_fdt_cells(fdt, GUEST1, "dacre,rt-budget-us", (const uint32_t[]){1000000}, 1);
    assert_int_equal(parse(fdt), 0);
    assert_string_equal(support_log(), "");
    assert_int_equal(boot.domain_count, 2);
    assert_int_equal(boot.figures.cost_ns, 1000000);
    assert_int_equal(boot.figures.stretch_ns, 1000000);
    assert_int_equal(boot.domain[0].vcpu_count, 8);
    assert_int_equal(boot.domain[1].memory, 104 * MIB);
    assert_int_equal(boot.domain[1].vcpu_count, 8);
    assert_int_equal(boot.domain[1].weight, 65535);
    assert_int_equal(boot.domain[1].cap, 800);
    assert_int_equal(boot.domain[1].table_memory, 0xfffffc00);
    assert_int_equal(boot.domain[1].rt.budget_us, 1000000);
    support_fdt_cells(fdt, GUEST1, "dacre,weight", (const uint32_t[]){1}, 1);
    support_fdt_cells(fdt, GUEST1, "dacre,rt-period-us", (const uint32_t[]){100}, 1);
    support_fdt_cells(fdt, GUEST1, "dacre,rt-budget-us", (const uint32_t[]){20}, 1);
    assert_int_equal(parse(fdt), 0);
    assert_string_equal(support_log(), "");
    assert_int_equal(boot.domain[1].weight, 1);
    assert_int_equal(boot.domain[1].rt.period_us, 100);
    assert_int_equal(boot.domain[1].rt.budget_us, 20);
    free(fdt);
}

/* Shares of dom0's are in /chosen. */
static void reads_dom0s_shares(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    support_fdt_cells(fdt, "/chosen", "dacre,weight", (const uint32_t[]){300}, 1);
    support_fdt_cells(fdt, "/chosen", "dacre,cap", (const uint32_t[]){100}, 1);
    support_fdt_cells(fdt, "/chosen", "dacre,rt-period-us", (const uint32_t[]){2000}, 1);
    support_fdt_cells(fdt, "/chosen", "dacre,rt-budget-us", (const uint32_t[]){500}, 1);
    fdt_setprop_empty(fdt, support_fdt_node(fdt, "/chosen"), "dacre,rt-defer-events");
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain[0].weight, 300);
    assert_int_equal(boot.domain[0].cap, 100);
    assert_int_equal(boot.domain[0].rt.period_us, 2000);
    assert_int_equal(boot.domain[0].rt.budget_us, 500);
    assert_true(boot.domain[0].rt.defers_events);
    assert_false(boot.domain[0].rt.has_extratime);
    free(fdt);
}

static void a_domain_that_is_disabled_is_none(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    support_fdt_string(fdt, GUEST1, "status", "disabled");
    fdt_add_subnode(fdt, support_fdt_node(fdt, GUEST1), "policy"); /* nobody looks for it there */
    assert_int_equal(parse(fdt), 0);
    assert_string_equal(support_log(), "");
    assert_int_equal(boot.domain_count, 2);
    assert_string_equal(boot.domain[1].name, "guest2");
    assert_int_equal(boot.domain[1].id, 1);
    free(fdt);
}

static void without_dom0_there_is_no_store(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    fdt_del_node(fdt, support_fdt_node(fdt, KERNEL0));
    fdt_del_node(fdt, support_fdt_node(fdt, "/chosen/module@4400000"));
    support_fdt_string(fdt, "/chosen/guest2", "xen,enhanced", "enabled");
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain_count, 1);
    assert_non_null(strstr(support_log(), "guest2: the store is dom0's, and there is no dom0"));
    free(fdt);
}

static void a_domain_has_so_many_devices(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);
    char list[256];
    int size = 0;

    (void)state;
    for (int i = 0; i < 9; i++) {
        char name[20];

        snprintf(name, sizeof(name), "device%d", i);
        int node = fdt_add_subnode(fdt, support_fdt_node(fdt, "/"), name);
        fdt_setprop_string(fdt, node, "compatible", "test,device");
        size += snprintf(list + size, sizeof(list) - (size_t)size, "/%s", name) + 1;
        fdt_setprop(fdt, support_fdt_node(fdt, "/chosen/guest2"), "dacre,devices", list, size);
        assert_int_equal(parse(fdt), 0);
        if (i < 8) {
            assert_int_equal(boot.domain[2].device_count, i + 1);
            assert_int_equal(boot.domain[2].device[i], support_fdt_node(fdt, list + size - 9));
        }
    }
    assert_int_equal(boot.domain_count, 2);
    assert_non_null(strstr(support_log(), "dacre,devices of guest2 names too many devices"));
    free(fdt);
}

/* As Xen 4.17 reads it. */
static void reads_whom_the_store_is_to_know(void **state) {
    static const struct {
        const char *value;
        bool is_enhanced;
    } values[] = {{"enabled", true}, {"disabled", false}, {"no-xenstore", false}};
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);
    const char *guest2 = "/chosen/guest2";

    (void)state;
    assert_int_equal(parse(fdt), 0);
    assert_false(boot.domain[2].is_enhanced);
    for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        support_fdt_string(fdt, guest2, "xen,enhanced", values[i].value);
        assert_int_equal(parse(fdt), 0);
        assert_int_equal(boot.domain[2].is_enhanced, values[i].is_enhanced);
        assert_false(boot.domain[1].is_enhanced);
    }
    assert_int_equal(fdt_setprop_empty(fdt, support_fdt_node(fdt, guest2), "xen,enhanced"), 0);
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain_count, 3);
    assert_true(boot.domain[2].is_enhanced);
    free(fdt);
}

static void check_range(const struct maddr_range *range, uint32_t start, uint32_t size) {
    assert_int_equal(range->start.v, start);
    assert_int_equal(range->size, size);
}

static bool is_reserved(uint32_t start, uint32_t size) {
    for (unsigned int i = 0; i < boot.reserved_count; i++) {
        if (boot.reserved[i].start.v == start && boot.reserved[i].size == size) {
            return true;
        }
    }
    return false;
}

static void reads_memory(void **state) {
    void *fdt = support_fdt_load(SUPPORT_FDT_MACHINE);

    (void)state;
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.memory_count, 2);
    check_range(&boot.memory[0], 0, 0x08000000);
    check_range(&boot.memory[1], 0x20000000, 0x00800000); /* cut to whole pages */
    check_range(&boot.reserved[0], image.start.v, image.size);
    check_range(&boot.reserved[1], FDT_START, fdt_totalsize(fdt));
    assert_true(is_reserved(0x00300000, 0x1000));
    assert_true(is_reserved(0x07f00000, 0x00100000));
    assert_true(is_reserved(0x02000000, 0x00100000));
    assert_true(is_reserved(0x04000000, 0x00200000));
    assert_true(is_reserved(0x04400000, 0x12345));
    assert_true(is_reserved(0x04c00000, 0x00010000));
    free(fdt);
}

/* A module may be in any bank, and be what another is, or what the tree reserves for it. */
static void modules_may_be_in_any_bank(void **state) {
    static const uint32_t places[][2] = {
        {0x20000000, 0x00200000}, {0x00300000, 0x1000}, {0x04000000, 0x00200000}};

    (void)state;
    for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

        support_fdt_cells(fdt, KERNEL1, "reg", places[i], 2);
        assert_int_equal(parse(fdt), 0);
        check_range(&boot.reserved[2], 0x00300000, 0x1000);
        assert_null(strstr(support_log(), "module of guest1"));
        free(fdt);
    }
}

/* Parses the machine with these banks, address and size each. */
static void parse_banks(const uint32_t *cells, int count) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    support_fdt_cells(fdt, "/memory@0", "reg", cells, count);
    assert_int_equal(parse(fdt), 0);
    check_range(&boot.memory[0], 0, 0x08000000);
    free(fdt);
}

static void skips_banks_that_are_not_there(void **state) {
    static const uint32_t empty[] = {0, 0x08000000, 0x80000000, 0};
    static const uint32_t tiny[] = {0x20000000, 1, 0, 0x08000000, 0x30000000, 0xfff};
    static const uint32_t across[] = {0, 0x08000000, 0x20000800, 0x17ff}; /* no whole page in it */
    static const uint32_t whole[] = {0, 0x08000000, 0x20000800, 0x1800};  /* one */
    static const uint32_t more[] = {0, 0x08000000, 0x20000800, 0x2000};   /* and no second one */

    (void)state;
    parse_banks(empty, 4);
    assert_int_equal(boot.memory_count, 1);
    assert_non_null(strstr(support_log(), "smaller than a page, not used: 1"));
    parse_banks(tiny, 6);
    assert_int_equal(boot.memory_count, 1);
    assert_non_null(strstr(support_log(), "smaller than a page, not used: 2"));
    parse_banks(across, 4);
    assert_int_equal(boot.memory_count, 1);
    assert_non_null(strstr(support_log(), "smaller than a page, not used: 1"));
    parse_banks(whole, 4);
    assert_int_equal(boot.memory_count, 2);
    check_range(&boot.memory[1], 0x20001000, 0x1000);
    parse_banks(more, 4);
    check_range(&boot.memory[1], 0x20001000, 0x1000);
}

static void memory_may_have_holes(void **state) {
    static const uint32_t holes[] = {0,          0x08000000, 0x10000000, 0x1000,
                                     0xfffff000, 0x1000,     0x20000000, 0x800000};

    (void)state;
    parse_banks(holes, 8);
    assert_int_equal(boot.memory_count, 4);
    check_range(&boot.memory[1], 0x10000000, 0x1000);
    check_range(&boot.memory[2], 0xfffff000, 0x1000);
    assert_string_equal(support_log(), "");
}

static void uses_as_many_banks_as_it_can_keep(void **state) {
    static const uint32_t five[] = {0,      0x08000000, 0x10000000, 0x1000,     0x20000000,
                                    0x1000, 0x30000000, 0x1000,     0x40000000, 0x1000};

    (void)state;
    parse_banks(five, 10);
    assert_int_equal(boot.memory_count, 4);
    check_range(&boot.memory[3], 0x30000000, 0x1000);
    assert_non_null(strstr(support_log(), "beyond the first 4, not used: 1"));
}

/* What follows in the structure is no bank. */
static void a_bank_too_many_overlaps_nothing(void **state) {
    static const uint32_t five[] = {0x02000000, 0x06000000, 0x10000000, 0x1000, 0x20000000,
                                    0x1000,     0x30000000, 0x1000,     0,      0x1000};
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    support_fdt_cells(fdt, "/memory@0", "reg", five, 10);
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.memory_count, 4);
    free(fdt);
}

static void starts_without_dom0(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    fdt_del_node(fdt, support_fdt_node(fdt, KERNEL0));
    fdt_del_node(fdt, support_fdt_node(fdt, "/chosen/module@4400000"));
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain_count, 2);
    assert_false(boot.domain[0].is_dom0);
    free(fdt);
}

static void warns_of_unknown_option(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    support_fdt_string(fdt, "/chosen", "xen,xen-bootargs", "noreboot nonsense=1");
    assert_int_equal(parse(fdt), 0);
    assert_non_null(strstr(support_log(), "nonsense=1 is not known"));
    free(fdt);
}

static void shows_the_beginning_of_a_long_option(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);
    char option[82], line[160];

    (void)state;
    for (int size = 79; size <= 81; size++) {
        memset(option, 'n', (size_t)size);
        option[size] = '\0';
        support_fdt_string(fdt, "/chosen", "xen,xen-bootargs", option);
        option[size < 80 ? size : 80] = '\0';
        snprintf(line, sizeof(line), "Command line: %s is not known\n", option);
        assert_int_equal(parse(fdt), 0);
        assert_non_null(strstr(support_log(), line));
    }
    free(fdt);
}

/* ---- dom0 as users of Xen write it. ---- */

#define RAMDISK0 "/chosen/module@4400000"

static void set_compatible(void *fdt, const char *path, const char *list, size_t size) {
    assert_int_equal(fdt_setprop(fdt, support_fdt_node(fdt, path), "compatible", list, (int)size),
                     0);
}

static void check_dom0(const char *bootargs) {
    assert_true(boot.domain[0].is_dom0);
    check_domain(&boot.domain[0], "dom0", 32 * MIB, 1, 0x04000000, bootargs);
    assert_int_equal(boot.domain[0].ramdisk.start.v, 0x04400000);
    assert_int_equal(boot.domain[0].ramdisk.size, 0x12345);
    assert_string_equal(support_log(), "");
}

static void knows_the_names_of_old_modules(void **state) {
    static const char kernel[] = "xen,linux-zimage\0xen,multiboot-module";
    static const char ramdisk[] = "xen,linux-initrd\0xen,multiboot-module\0multiboot,module";
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    set_compatible(fdt, KERNEL0, kernel, sizeof(kernel));
    set_compatible(fdt, RAMDISK0, ramdisk, sizeof(ramdisk));
    assert_int_equal(parse(fdt), 0);
    check_dom0("console=hvc0 zero");
    free(fdt);
}

static void modules_of_no_kind_are_kernel_then_ramdisk(void **state) {
    static const char both[] = "xen,multiboot-module\0multiboot,module";
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    support_fdt_string(fdt, KERNEL0, "compatible", "multiboot,module");
    set_compatible(fdt, RAMDISK0, both, sizeof(both));
    assert_int_equal(parse(fdt), 0);
    check_dom0("console=hvc0 zero");
    /* libfdt puts a new node first. */
    int first = fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen"), "first");
    fdt_setprop_string(fdt, first, "compatible", "multiboot,module");
    fdt_setprop_u64(fdt, first, "reg", 0x0460000000200000ull);
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain[0].kernel.start.v, 0x04600000);
    assert_int_equal(boot.domain[0].ramdisk.start.v, 0x04000000);
    assert_string_equal(support_log(),
                        "Device tree: module@4400000 of /chosen is not understood and not used\n");
    free(fdt);
}

/* Moves dom0's modules to /chosen/modules, which does not say how many cells their reg has. */
static void move_to_group(void *fdt) {
    static const char kernel[] = "xen,linux-zimage\0xen,multiboot-module";
    uint32_t reg[2] = {0x04400000, 0x12345};

    fdt_del_node(fdt, support_fdt_node(fdt, KERNEL0));
    fdt_del_node(fdt, support_fdt_node(fdt, RAMDISK0));
    fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen"), "modules");
    fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen/modules"), "module@1");
    fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen/modules"), "module@0");
    support_fdt_string(fdt, "/chosen/modules/module@1", "compatible", "multiboot,ramdisk");
    support_fdt_cells(fdt, "/chosen/modules/module@1", "reg", reg, 2);
    set_compatible(fdt, "/chosen/modules/module@0", kernel, sizeof(kernel));
    reg[0] = 0x04000000;
    reg[1] = 0x00200000;
    support_fdt_cells(fdt, "/chosen/modules/module@0", "reg", reg, 2);
}

static void modules_may_be_in_a_group(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    move_to_group(fdt);
    assert_int_equal(parse(fdt), 0);
    check_dom0("");
    /* Neither does /chosen: as the root says. */
    fdt_delprop(fdt, support_fdt_node(fdt, "/chosen"), "#address-cells");
    fdt_delprop(fdt, support_fdt_node(fdt, "/chosen"), "#size-cells");
    assert_int_equal(parse(fdt), 0);
    check_dom0("");
    free(fdt);
}

/* What comes after a group is looked at as what comes before it is. */
static void modules_may_be_in_two_groups_and_beside_them(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);
    uint32_t reg[2] = {0x04400000, 0x12345};

    (void)state;
    move_to_group(fdt);
    fdt_del_node(fdt, support_fdt_node(fdt, "/chosen/modules/module@1"));
    fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen"), "others"); /* it is the first */
    fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen/others"), "module@1");
    support_fdt_string(fdt, "/chosen/others/module@1", "compatible", "multiboot,ramdisk");
    support_fdt_cells(fdt, "/chosen/others/module@1", "reg", reg, 2);
    assert_int_equal(parse(fdt), 0);
    check_dom0("");
    free(fdt);
    fdt = support_fdt_open(SUPPORT_FDT_MACHINE);
    fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen"), "others");
    fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen/others"), "part");
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain[0].kernel.start.v, 0x04000000);
    assert_int_equal(boot.domain[0].ramdisk.start.v, 0x04400000);
    assert_string_equal(support_log(),
                        "Device tree: part of /chosen is not understood and not used\n");
    free(fdt);
}

static void command_lines_are_whose_xen_says(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    support_fdt_string(fdt, "/chosen", "bootargs", "noreboot dom0_mem=32M");
    fdt_delprop(fdt, support_fdt_node(fdt, KERNEL0), "bootargs");
    assert_int_equal(parse(fdt), 0); /* the hypervisor has its own */
    check_dom0("noreboot dom0_mem=32M");
    support_fdt_string(fdt, "/chosen", "xen,dom0-bootargs", "for dom0");
    fdt_delprop(fdt, support_fdt_node(fdt, "/chosen"), "xen,xen-bootargs");
    assert_int_equal(parse(fdt), 0); /* dom0 has its own */
    check_dom0("for dom0");
    fdt_delprop(fdt, support_fdt_node(fdt, "/chosen"), "xen,dom0-bootargs");
    support_fdt_string(fdt, KERNEL0, "bootargs", "of the module");
    assert_int_equal(parse(fdt), 0);
    check_dom0("of the module");
    support_fdt_string(fdt, KERNEL0, "bootargs", "");
    assert_int_equal(parse(fdt), 0); /* nobody has: a loader that knows Linux only */
    assert_false(boot.options.noreboot);
    assert_string_equal(boot.domain[0].bootargs, "noreboot dom0_mem=32M");
    free(fdt);
}

static void names_what_it_does_not_understand(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    for (unsigned int i = 0; i < 20; i++) {
        char name[16];

        snprintf(name, sizeof(name), "policy%u", i);
        fdt_add_subnode(fdt, support_fdt_node(fdt, i == 19 ? GUEST1 : "/chosen"), name);
    }
    support_fdt_string(fdt, "/chosen/policy18", "compatible", "xen,xsm-policy");
    assert_int_equal(parse(fdt), 0);
    assert_non_null(strstr(support_log(), "policy18 of /chosen is not understood"));
    assert_non_null(strstr(support_log(), "policy11 of /chosen is not understood"));
    assert_null(strstr(support_log(), "policy10 "));
    assert_non_null(strstr(support_log(), "12 more are not understood"));
    for (unsigned int i = 0; i < 19; i++) {
        fdt_del_node(fdt, fdt_first_subnode(fdt, support_fdt_node(fdt, "/chosen")));
    }
    assert_int_equal(parse(fdt), 0);
    assert_string_equal(support_log(),
                        "Device tree: policy19 of guest1 is not understood and not used\n");
    free(fdt);
}

/* ---- One mistake each, and the words that must be in the sentence about it. ---- */

struct mistake {
    const char *path;
    const char *property; /* NULL: the node is deleted */
    int count;            /* cells; -1: the property is deleted; -2: set to text */
    uint32_t cells[4];
    const char *text;
    const char *sentence;
};

static const struct mistake mistakes[] = {
    {"/chosen", NULL, 0, {0}, NULL, "no /chosen"},
    {"/memory@0", NULL, 0, {0}, NULL, "no memory node"},
    {"/memory@0", "reg", 4, {0, 0x08000000, 0x07fff000, 0x2000}, NULL, "overlap"},
    {"/memory@0", "reg", 3, {0, 0x08000000, 0}, NULL, "malformed"},
    {"/memory@0", "reg", 2, {0, 0}, NULL, "no memory node with a page"},
    {"/memory@0", "reg", 2, {0xfffff000, 0x2000}, NULL, "malformed"},
    {"/memory@0", "reg", 2, {0x1000, 0x800}, NULL, "no memory node with a page"},
    {"/", "#address-cells", 1, {3}, NULL, "malformed"},
    {"/", "#size-cells", 1, {0}, NULL, "no memory node"},
    {"/chosen", "linux,initrd-end", -1, {0}, NULL, "initrd"},
    {"/chosen", "linux,initrd-end", 1, {0x01ffffff}, NULL, "initrd"},
    {KERNEL0, NULL, 0, {0}, NULL, "dom0 has no kernel"},
    {KERNEL1, NULL, 0, {0}, NULL, "guest1 has no kernel"},
    {KERNEL0, "reg", 2, {0x08000000, 0x1000}, NULL, "outside RAM"},
    {KERNEL0, "reg", 2, {0x07fff000, 0x2000}, NULL, "outside RAM"},
    {KERNEL0, "reg", 2, {0x04000000, 0}, NULL, "no valid reg"},
    {KERNEL0, "reg", 1, {0x04000000}, NULL, "no valid reg"},
    {KERNEL0, "reg", -1, {0}, NULL, "no valid reg"},
    {"/chosen", "#size-cells", 1, {3}, NULL, "no valid reg"},
    {KERNEL0, "reg", 2, {0x00080000, 0x00020000}, NULL, "overlaps the hypervisor itself"},
    {KERNEL0, "reg", 2, {0x00010000, 0x00080000}, NULL, "overlaps the hypervisor itself"},
    {KERNEL0, "reg", 2, {FDT_START + 8, 0x1000}, NULL, "overlaps the device tree"},
    {KERNEL0, "reg", 2, {0x02080000, 0x00200000}, NULL, "overlaps another"},
    {KERNEL1, "reg", 2, {0x041ff000, 0x00200000}, NULL, "overlaps another"},
    {KERNEL1, "bootargs", 1, {0x41414141}, NULL, "bootargs of guest1"},
    {"/chosen/module@4400000", "compatible", -2, {0}, "multiboot,kernel", "more than one kernel"},
    {GUEST1, "memory", -1, {0}, NULL, "memory property"},
    {GUEST1, "memory", 2, {0, 0}, NULL, "memory property"},
    {GUEST1, "memory", 2, {1, 0}, NULL, "memory property"},
    {GUEST1, "memory", 3, {0, 0x4000, 0}, NULL, "memory property"},
    {GUEST1, "memory", 2, {0, 0x200001}, NULL, "memory property"},
    {GUEST1, "memory", 2, {0, 0x200000}, NULL, "guest1 asks for 2048 MiB of memory"},
    {GUEST1,
     "memory",
     2,
     {0, 105 << 10},
     NULL,
     "guest1 asks for 105 MiB of memory, but there are only 104 left"},
    {GUEST1,
     "memory",
     2,
     {0, 0x20000},
     NULL,
     "guest1 asks for 128 MiB of memory, but there are only 104 left"},
    {GUEST1, "cpus", 1, {0}, NULL, "cpus of guest1"},
    {GUEST1, "cpus", 1, {9}, NULL, "cpus of guest1"},
    {GUEST1, "cpus", -2, {0}, "two", "cpus of guest1"},
    {GUEST1, "dacre,weight", 1, {0}, NULL, "dacre,weight of guest1"},
    {GUEST1, "dacre,weight", 1, {65536}, NULL, "dacre,weight of guest1"},
    {GUEST1, "dacre,cap", 1, {201}, NULL, "dacre,cap of guest1"},
    {GUEST1, "dacre,rt-period-us", 1, {99}, NULL, "dacre,rt-period-us of guest1 is not 100 to"},
    {GUEST1, "dacre,rt-period-us", 1, {1000001}, NULL, "dacre,rt-period-us of guest1"},
    {GUEST1, "dacre,rt-period-us", -1, {0}, NULL, "dacre,rt-period-us of guest1"},
    {GUEST1, "dacre,rt-budget-us", 1, {19}, NULL, "dacre,rt-budget-us of guest1 is not 20 to"},
    {GUEST1, "dacre,rt-budget-us", 1, {1001}, NULL, "dacre,rt-budget-us of guest1"},
    {GUEST1, "dacre,rt-budget-us", -1, {0}, NULL, "dacre,rt-budget-us of guest1"},
    {"/chosen/guest2", "dacre,rt-extratime", -2, {0}, "", "dacre,rt-period-us of guest2"},
    {"/chosen/guest2", "dacre,rt-defer-events", -2, {0}, "", "dacre,rt-period-us of guest2"},
    {"/chosen/guest2", "dacre,rt-period-us", 1, {1000}, NULL, "dacre,rt-budget-us of guest2"},
    {"/chosen/guest2", "dacre,rt-budget-us", 1, {1000}, NULL, "dacre,rt-period-us of guest2"},
    {GUEST1, "dacre,weight", -2, {0}, "a", "dacre,weight of guest1"},
    {GUEST1, "dacre,cap", -2, {0}, "a", "dacre,cap of guest1"},
    {GUEST1, "dacre,rt-period-us", -2, {0}, "a", "dacre,rt-period-us of guest1"},
    {"/cpus", "dacre,rt-cost-ns", 1, {1000001}, NULL, "dacre,rt-cost-ns in /cpus is more than"},
    {"/cpus", "dacre,rt-cost-ns", -2, {0}, "a", "dacre,rt-cost-ns in /cpus is malformed"},
    {"/cpus", "dacre,rt-stretch-ns", 1, {1000001}, NULL, "dacre,rt-stretch-ns in /cpus"},
    {GUEST1, "dacre,table-memory", 1, {0x400000}, NULL, "dacre,table-memory"},
    {GUEST1, "xen,enhanced", -2, {0}, "yes", "xen,enhanced of guest1 is not enabled, no-"},
    {GUEST1, "xen,enhanced", 1, {0x41414141}, NULL, "xen,enhanced of guest1 is not enabled"},
    {GUEST1, "xen,enhanced", -2, {0}, "enabled", "guest1 has xen,enhanced and dacre,restart-on"},
    {GUEST1, "dacre,devices", -2, {0}, "/bus@10000000/none", "no device /bus@10000000/none"},
    {GUEST1, "dacre,devices", -2, {0}, "/bus@10000000/broken@8000", "disabled"},
    {GUEST1, "dacre,devices", -2, {0}, "/", "is no device"},
    {GUEST1, "dacre,devices", 1, {0x2f627573}, NULL, "not a list of strings"},
    {"/chosen/guest2", "dacre,devices", -2, {0}, UART2_PATH, "given to guest1 already"},
    {"/chosen/guest2", "dacre,devices", -2, {0}, "/bus@10000000", "given to guest1 already"},
    {"/chosen/guest2",
     "dacre,devices",
     -2,
     {0},
     "/bus@10000000/sensor@6000/part",
     "given to guest1 already"},
    {"/chosen", "xen,xen-bootargs", -2, {0}, "dom0_mem=4294967295B", "dom0 asks for 4 GiB"},
    {"/chosen", "xen,xen-bootargs", -2, {0}, "dom0_max_vcpus=9", "dom0_max_vcpus"},
};

static void make(void *fdt, const struct mistake *m) {
    int node = support_fdt_node(fdt, m->path);

    if (!m->property) {
        assert_int_equal(fdt_del_node(fdt, node), 0);
    } else if (m->count == -1) {
        assert_int_equal(fdt_delprop(fdt, node, m->property), 0);
    } else if (m->count == -2) {
        support_fdt_string(fdt, m->path, m->property, m->text);
    } else {
        support_fdt_cells(fdt, m->path, m->property, m->cells, m->count);
    }
}

static void names_each_mistake(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

        make(fdt, &mistakes[i]);
        int err = parse(fdt);
        /* Of one domain: it is left out. */
        bool is_told = err == 0 && boot.domain_count == 2 && boot.error[0] == '\0';
        const char *told = err == -XEN_EINVAL ? boot.error : is_told ? support_log() : "";
        if (!strstr(told, mistakes[i].sentence)) {
            fail_msg("mistake %zu (%s %s): error %d, '%s', '%s', not '%s'", i, mistakes[i].path,
                     mistakes[i].property, err, boot.error, support_log(), mistakes[i].sentence);
        }
        free(fdt);
    }
}

static void rounds_memory_up(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    support_fdt_cells(fdt, GUEST1, "memory", (const uint32_t[]){0, 0x4001}, 2);
    support_fdt_string(fdt, "/chosen", "xen,xen-bootargs", "dom0_mem=33000K");
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain_count, 3);
    assert_int_equal(boot.domain[0].memory, 33 * MIB);
    assert_int_equal(boot.domain[1].memory, 17 * MIB);
    assert_non_null(
        strstr(support_log(), "Domain dom0: memory of 33000 KiB, rounded up to 33 MiB"));
    assert_non_null(
        strstr(support_log(), "Domain guest1: memory of 16385 KiB, rounded up to 17 MiB"));
    free(fdt);
}

/* Of a domain that is left out nothing is kept; the others have the ids that they would have
 * had. */
static void leaves_out_one_domain_alone(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);
    char text[1025];

    (void)state;
    memset(text, 'x', 1024);
    text[1024] = '\0';
    support_fdt_string(fdt, KERNEL1, "bootargs", text);
    support_fdt_string(fdt, "/chosen/guest2", "dacre,devices", UART2_PATH);
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain_count, 2);
    assert_string_equal(support_log(),
                        "Domain guest1 cannot be started: the bootargs of guest1 are too long or "
                        "not a string\n");
    assert_string_equal(boot.domain[1].name, "guest2");
    assert_int_equal(boot.domain[1].id, 2);
    assert_int_equal(boot.domain[1].device_count, 1);
    assert_false(is_reserved(0x04c00000, 0x00010000)); /* guest1's ramdisk */
    text[1023] = '\0';
    support_fdt_string(fdt, KERNEL1, "bootargs", text);
    support_fdt_string(fdt, KERNEL0, "compatible", "xen,nothing");
    assert_int_equal(parse(fdt), 0);
    assert_non_null(strstr(support_log(), "Domain dom0 cannot be started: dom0 has no kernel"));
    assert_int_equal(boot.domain_count, 1);
    assert_int_equal(boot.domain[0].id, 1);
    assert_false(boot.domain[0].is_dom0);
    free(fdt);
}

static void refuses_domains_none_of_which_can_start(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    support_fdt_string(fdt, KERNEL0, "compatible", "xen,nothing");
    fdt_delprop(fdt, support_fdt_node(fdt, GUEST1), "memory");
    fdt_delprop(fdt, support_fdt_node(fdt, "/chosen/guest2"), "memory");
    assert_int_equal(parse(fdt), -XEN_EINVAL);
    assert_string_equal(boot.error, "no domain can be started, see above");
    free(fdt);
}

static void refuses_nothing_to_start(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);
    int node;

    (void)state;
    while ((node = fdt_first_subnode(fdt, support_fdt_node(fdt, "/chosen"))) >= 0) {
        fdt_del_node(fdt, node);
    }
    assert_int_equal(parse(fdt), -XEN_EINVAL);
    assert_non_null(strstr(boot.error, "nothing to start"));
    free(fdt);
}

static void counts_are_bounded(void **state) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    for (unsigned int i = 0; i < BOOT_DOMAIN_MAX; i++) {
        char name[16];

        snprintf(name, sizeof(name), "extra%u", i);
        int node = fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen"), name);
        fdt_setprop(fdt, node, "compatible", "xen,domain", sizeof("xen,domain"));
        fdt_setprop_u64(fdt, node, "memory", 1024);
        fdt_setprop_u32(fdt, node, "#address-cells", 1);
        fdt_setprop_u32(fdt, node, "#size-cells", 1);
        int module = fdt_add_subnode(fdt, node, "module");
        fdt_setprop(fdt, module, "compatible", "multiboot,kernel", sizeof("multiboot,kernel"));
        fdt_setprop_u64(fdt, module, "reg", 0x0480000000200000ull);
    }
    assert_int_equal(parse(fdt), 0);
    assert_int_equal(boot.domain_count, BOOT_DOMAIN_MAX);
    assert_non_null(strstr(
        support_log(), "Domain guest2 cannot be started: 16 domains, dom0 included, are the most"));
    for (unsigned int i = 0; i <= BOOT_RESERVED_MAX; i++) {
        fdt_add_mem_rsv(fdt, 0x10000000 + i * 0x1000, 0x1000);
    }
    assert_int_equal(parse(fdt), -XEN_EINVAL);
    assert_non_null(strstr(boot.error, "reserves more"));
    free(fdt);
}

/* Parses the machine with its structure or reservation block moved to so many bytes from the tree's
 * start. */
static int parse_moved(int structure, int reservations) {
    void *fdt = support_fdt_open(SUPPORT_FDT_MACHINE);
    uint8_t *bytes = fdt;
    int err;

    memcpy(bytes + structure, bytes + fdt_off_dt_struct(fdt), fdt_size_dt_struct(fdt));
    memcpy(bytes + reservations, bytes + fdt_off_mem_rsvmap(fdt),
           (size_t)(fdt_num_mem_rsv(fdt) + 1) * sizeof(struct fdt_reserve_entry));
    fdt_set_off_dt_struct(fdt, (uint32_t)structure);
    fdt_set_off_mem_rsvmap(fdt, (uint32_t)reservations);
    err = parse(fdt);
    free(fdt);
    return err;
}

static void refuses_blocks_that_are_not_aligned(void **state) {
    static const int by[][2] = {{1, 0}, {2, 0}, {3, 0}, {0, 1}, {0, 2}, {0, 4}, {4, 4}};

    (void)state;
    assert_int_equal(parse_moved(0x10004, 0x18008), 0);
    assert_int_equal(boot.domain_count, 3);
    for (unsigned int i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
        assert_int_equal(parse_moved(0x10000 + by[i][0], 0x18000 + by[i][1]), -XEN_EINVAL);
        assert_string_equal(boot.error, "the structure or the reservation block of the device "
                                        "tree is not aligned");
    }
}

/* A sentence that is too long is cut. */
static void an_error_has_160_bytes(void **state) {
    char text[200];

    (void)state;
    memset(text, 'e', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(bootfdt_fail(&boot, "%s", text), -XEN_EINVAL);
    assert_int_equal(strlen(boot.error), 159);
}

static void refuses_what_is_no_tree(void **state) {
    uint64_t nothing[8] = {0};
    uint8_t *fdt = support_fdt_load(SUPPORT_FDT_MACHINE), *moved;
    uint32_t size = fdt_totalsize(fdt);

    (void)state;
    assert_int_equal(bootfdt_check(fdt), size);
    moved = malloc(size + 8);
    memcpy(moved + 8, fdt, size); /* it need be aligned to 8 bytes only */
    assert_int_equal(bootfdt_check(moved + 8), size);
    free(moved);
    assert_true(bootfdt_check(nothing) < 0);
    assert_true(bootfdt_check((uint8_t *)nothing + 1) < 0);
    fdt_set_totalsize(fdt, 0x40000);
    assert_int_equal(bootfdt_check(fdt), 0x40000);
    fdt_set_totalsize(fdt, 0x40001);
    assert_int_equal(bootfdt_check(fdt), -XEN_EINVAL);
    assert_int_equal(parse(nothing), -XEN_EINVAL);
    assert_non_null(strstr(boot.error, "no device tree"));
    free(fdt);
}

/* Trees with random bytes changed: whatever comes out, memory errors end the test under ASan. */
static void survives_mutated_trees(void **state) {
    uint8_t *good = support_fdt_load(SUPPORT_FDT_MACHINE);
    size_t size = fdt_totalsize(good);
    uint8_t *fdt = malloc(size);
    unsigned int refused = 0;

    (void)state;
    for (unsigned int round = 0; round < FUZZ_ROUNDS; round++) {
        if (round % (FUZZ_ROUNDS / 2) == 0) {
            support_seed(FUZZ_SEED, round);
        }
        memcpy(fdt, good, size);
        for (long i = random() % 8; i >= 0; i--) {
            /* Not the total size: the loader's word for how much is there to read. */
            size_t at = 8 + (size_t)random() % (size - 8);

            fdt[at] = (uint8_t)(random() % 4 ? random() : 0xff);
        }
        refused += parse(fdt) != 0;
        assert_true(strlen(boot.error) < sizeof(boot.error));
    }
    assert_in_range(refused, FUZZ_ROUNDS / 10, FUZZ_ROUNDS - 1);
    free(fdt);
    free(good);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_domains),
        cmocka_unit_test(reads_the_figures_of_the_board),
        cmocka_unit_test(what_is_just_allowed_is_read),
        cmocka_unit_test(reads_dom0s_shares),
        cmocka_unit_test(a_domain_that_is_disabled_is_none),
        cmocka_unit_test(without_dom0_there_is_no_store),
        cmocka_unit_test(a_domain_has_so_many_devices),
        cmocka_unit_test(shows_the_beginning_of_a_long_option),
        cmocka_unit_test(modules_may_be_in_two_groups_and_beside_them),
        cmocka_unit_test(an_error_has_160_bytes),
        cmocka_unit_test(reads_whom_the_store_is_to_know),
        cmocka_unit_test(reads_memory),
        cmocka_unit_test(modules_may_be_in_any_bank),
        cmocka_unit_test(starts_without_dom0),
        cmocka_unit_test(warns_of_unknown_option),
        cmocka_unit_test(names_each_mistake),
        cmocka_unit_test(refuses_nothing_to_start),
        cmocka_unit_test(counts_are_bounded),
        cmocka_unit_test(refuses_what_is_no_tree),
        cmocka_unit_test(refuses_blocks_that_are_not_aligned),
        cmocka_unit_test(survives_mutated_trees),
        cmocka_unit_test(knows_the_names_of_old_modules),
        cmocka_unit_test(modules_of_no_kind_are_kernel_then_ramdisk),
        cmocka_unit_test(modules_may_be_in_a_group),
        cmocka_unit_test(command_lines_are_whose_xen_says),
        cmocka_unit_test(names_what_it_does_not_understand),
        cmocka_unit_test(rounds_memory_up),
        cmocka_unit_test(leaves_out_one_domain_alone),
        cmocka_unit_test(refuses_domains_none_of_which_can_start),
        cmocka_unit_test(skips_banks_that_are_not_there),
        cmocka_unit_test(memory_may_have_holes),
        cmocka_unit_test(uses_as_many_banks_as_it_can_keep),
        cmocka_unit_test(a_bank_too_many_overlaps_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
