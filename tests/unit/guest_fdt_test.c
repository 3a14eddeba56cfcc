/* SPDX-License-Identifier: GPL-2.0-only */
/* Who gets which device, and what the guests' trees say about it. */
/* links: core/build */
#include "core/build/guest_fdt.h"

#include <glob.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/boot/bootfdt.h"
#include "core/build/guest_hw.h"
#include "core/device/driver.h"
#include "support_fdt.h"
#include "support_log.h"

/* With its table of chips, which a machine fills once and a test anew. */
#include "core/device/intc.c"

#define DOM0   0
#define GUEST1 1
#define GUEST2 2

static void *machine;
static struct bootinfo boot;
static char error[BOOT_TEXT_MAX];
static uint64_t buffer[GUEST_FDT_MAX / 8];
static const void *const guest = buffer;

/* The hypervisor's: the console, the timer, the interrupt controllers. */
bool driver_owns(int node) {
    static const char *const ours[] = {"/bus@10000000/serial@0", "/bus@10000000/timer@4000",
                                       "/bus@10000000/interrupt-controller@3000",
                                       "/interrupt-controller@30000000"};

    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (fdt_path_offset(machine, ours[i]) == node) {
            return true;
        }
    }
    return false;
}

/* ---- Two interrupt controllers of 32 lines ---- */

static void no_line(unsigned int line) {
    assert_true(line < 32);
}

static const struct intc_ops no_ops = {.unmask = no_line};
static struct intc_chip first, second;

static void new_chips(void) {
    static const struct intc_chip chip = {
        .line_count = 32, .cell_count = 1, .xlate = intc_xlate_one_cell, .ops = &no_ops};

    first = second = chip;
    chip_count = 0;
}

/* ---- The machine, as it is after the drivers were probed ---- */

static void *open_machine(void) {
    machine = support_fdt_open(SUPPORT_FDT_MACHINE);
    return machine;
}

static int assign(void) {
    static const struct maddr_range image = {{0x00010000}, 0x00080000};

    error[0] = '\0';
    support_log_start();
    if (bootfdt_parse(machine, maddr(0x01000000), image, &boot)) {
        fail_msg("%s", boot.error);
    }
    new_chips();
    assert_int_equal(
        intc_add(&first, machine, support_fdt_node(machine, "/interrupt-controller@30000000")), 0);
    assert_int_equal(intc_add(&second, machine,
                              support_fdt_node(machine, "/bus@10000000/interrupt-controller@3000")),
                     0);
    return guest_hw_assign(&boot, error);
}

static int setup(void **state) {
    (void)state;
    open_machine();
    assert_int_equal(assign(), 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    free(machine);
    return 0;
}

static int owner(const char *path) {
    return guest_hw_owner(support_fdt_node(machine, path));
}

/* ---- Ownership ---- */

static void every_node_has_its_owner(void **state) {
    (void)state;
    assert_int_equal(owner("/bus@10000000/serial@0"), GUEST_HW_HYPERVISOR);
    assert_int_equal(owner("/bus@10000000/timer@4000"), GUEST_HW_HYPERVISOR);
    assert_int_equal(owner("/bus@10000000/serial@1000"), DOM0);
    assert_int_equal(owner("/bus@10000000/ethernet@5000"), DOM0);
    assert_int_equal(owner("/bus@10000000/serial@2000"), GUEST1);
    assert_int_equal(owner("/bus@10000000/sensor@6000/part"), GUEST1);
    assert_int_equal(owner("/bus@10000000/broken@8000"), GUEST_HW_NOBODY);
    assert_int_equal(owner("/memory@0"), GUEST_HW_NOBODY);
    assert_int_equal(owner("/cpus/cpu@0"), GUEST_HW_NOBODY);
    assert_int_equal(owner("/chosen/guest1"), GUEST_HW_NOBODY);
    assert_int_equal(owner("/clock-pclk"), DOM0);
    assert_null(strstr(support_log(), "memory@0")); /* no device that is withheld */
}

static void the_first_node_has_one_too(void **state) {
    (void)state;
    open_machine();
    assert_true(fdt_add_subnode(machine, 0, "first") > 0);
    assert_int_equal(assign(), 0);
    assert_int_equal(owner("/first"), DOM0);
    free(machine);
}

static void a_page_of_the_hypervisors_is_withheld(void **state) {
    (void)state;
    assert_int_equal(owner("/bus@10000000/neighbour@4800"), GUEST_HW_NOBODY);
    assert_non_null(strstr(support_log(), "neighbour@4800 is withheld"));
}

/* That domain cannot be built, for that reason; dom0 can. */
static void expect_refused(const char *sentence) {
    struct guest_hw hw;

    assert_int_equal(guest_hw_collect(&boot, DOM0, &hw, error), 0);
    assert_true(guest_hw_collect(&boot, GUEST1, &hw, error) < 0);
    if (!strstr(error, sentence)) {
        fail_msg("'%s', not '%s'", error, sentence);
    }
}

static void check_refused(const char *given, const char *sentence) {
    open_machine();
    support_fdt_string(machine, "/chosen/guest1", "dacre,devices", given);
    assert_int_equal(assign(), 0);
    expect_refused(sentence);
    free(machine);
}

static void what_the_hypervisor_needs_is_not_given(void **state) {
    (void)state;
    check_refused("/bus@10000000/serial@0", "serial@0 cannot be given to guest1");
    check_refused("/interrupt-controller@30000000", "cannot be given to guest1");
}

static void a_page_has_one_owner(void **state) {
    (void)state;
    check_refused("/bus@10000000/neighbour@4800", "neighbour@4800 cannot be given to guest1");
    assert_non_null(strstr(support_log(), "neighbour@4800 is withheld"));
    open_machine();
    support_fdt_cells(machine, "/bus@10000000/serial@1000", "reg", (const uint32_t[]){0x2ff0, 0x20},
                      2);
    assert_int_equal(assign(), 0);
    assert_int_equal(owner("/bus@10000000/serial@1000"), GUEST_HW_NOBODY); /* dom0's gives way */
    assert_int_equal(owner("/bus@10000000/serial@2000"), GUEST1);
    assert_non_null(strstr(support_log(), "serial@1000 is withheld"));
    free(machine);
}

static void registers_in_ram_are_not_given(void **state) {
    (void)state;
    open_machine();
    support_fdt_cells(machine, "/pci@31000000", "reg", (const uint32_t[]){0x07ffff00, 0x200}, 2);
    assert_int_equal(assign(), 0);
    assert_int_equal(owner("/pci@31000000"), GUEST_HW_NOBODY);
    assert_non_null(strstr(support_log(), "share a page with RAM"));
    support_fdt_cells(machine, "/bus@10000000/serial@2000", "reg",
                      (const uint32_t[]){0x10000fff, 1}, 2);
    support_fdt_cells(machine, "/bus@10000000", "ranges",
                      (const uint32_t[]){0, 0x10000000, 0x100000, 0x10000000, 0x20000000, 0x2000},
                      6);
    assert_int_equal(assign(), 0);
    assert_non_null(
        strstr(support_log(), "serial@2000 is withheld: its registers share a page with RAM"));
    expect_refused("serial@2000 cannot be given to guest1");
    free(machine);
}

/* ---- Pages and lines ---- */

static void check_io(const struct guest_hw *hw, unsigned int i, uint32_t start, uint32_t size) {
    assert_true(i < hw->io_count);
    assert_int_equal(hw->io[i].start.v, start);
    assert_int_equal(hw->io[i].size, size);
}

static void check_pirqs(const struct guest_hw *hw, unsigned int count, const uint16_t *want) {
    assert_int_equal(hw->pirq_count, count);
    for (unsigned int i = 0; i < count; i++) {
        bool found = false;

        for (unsigned int k = 0; k < count; k++) {
            found = found || hw->pirq[k] == want[i];
        }
        assert_true(found);
    }
}

static void collects_pages_and_lines(void **state) {
    struct guest_hw hw;

    (void)state;
    assert_int_equal(guest_hw_collect(&boot, DOM0, &hw, error), 0);
    assert_int_equal(hw.io_count, 6);
    check_io(&hw, 0, 0x10001000, 0x1000);
    check_io(&hw, 1, 0x10005000, 0x1000);
    check_io(&hw, 2, 0x10007000, 0x1000);
    check_io(&hw, 3, 0x31000000, 0x1000);
    check_io(&hw, 4, 0x32000000, 0x10000);
    check_io(&hw, 5, 0x50000000, 0x10000000);
    check_pirqs(&hw, 6, (const uint16_t[]){13, 32 + 25, 7, 6, 32 + 29, 32 + 30});
    assert_int_equal(guest_hw_collect(&boot, GUEST1, &hw, error), 0);
    assert_int_equal(hw.io_count, 2);
    check_io(&hw, 0, 0x10002000, 0x1000);
    check_io(&hw, 1, 0x10006000, 0x1000); /* 0x100 bytes, widened to the page */
    check_pirqs(&hw, 2, (const uint16_t[]){14, 32 + 1});
    assert_int_equal(guest_hw_collect(&boot, GUEST2, &hw, error), 0);
    assert_int_equal(hw.io_count, 0);
    assert_int_equal(hw.pirq_count, 0);
}

/* What is behind the list of its devices is none of them. */
static void a_list_of_devices_has_an_end(void **state) {
    struct boot_domain *guest1 = &boot.domain[GUEST1];
    int node = support_fdt_node(machine, "/bus@10000000/serial@1000");

    (void)state;
    guest1->device[guest1->device_count] = node;
    new_chips();
    assert_int_equal(
        intc_add(&first, machine, support_fdt_node(machine, "/interrupt-controller@30000000")), 0);
    assert_int_equal(guest_hw_assign(&boot, error), 0);
    assert_int_equal(guest_hw_owner(node), DOM0);
}

/* A PCI bridge on a bus of its own, with a window. */
static void add_bridge(uint32_t address_cells, uint32_t size_cells, const uint32_t *window,
                       int count) {
    open_machine();
    int bus = fdt_add_subnode(machine, 0, "other-bus");
    assert_true(bus > 0 && fdt_setprop_u32(machine, bus, "#address-cells", address_cells) == 0 &&
                fdt_setprop_u32(machine, bus, "#size-cells", size_cells) == 0);
    assert_true(fdt_add_subnode(machine, bus, "pci") > 0);
    support_fdt_string(machine, "/other-bus/pci", "device_type", "pci");
    support_fdt_cells(machine, "/other-bus/pci", "ranges", window, count);
}

static void windows_have_their_buses_cells(void **state) {
    struct guest_hw hw;

    (void)state;
    add_bridge(2, 1, (const uint32_t[]){0x01000000, 0, 0, 0, 0x33000000, 0, 0x20000}, 7);
    assert_int_equal(assign(), 0);
    assert_int_equal(guest_hw_collect(&boot, DOM0, &hw, error), 0);
    assert_int_equal(hw.io_count, 7);
    check_io(&hw, 5, 0x33000000, 0x20000);
    free(machine);
}

static void windows_that_make_no_sense_are_refused(void **state) {
    static const struct {
        uint32_t address_cells, size_cells;
        uint32_t window[8];
        int count;
        const char *error;
    } bad[] = {
        {3, 0, {0, 0, 0, 0, 0, 0x33000000, 0, 1}, 8, "pci is on a bus with bad cells"},
        {0, 0, {0, 0, 0, 0, 0x33000000, 0, 1}, 7, "pci is on a bus with bad cells"},
        {2, 1, {0, 0, 0, 1, 0, 0, 0x20000}, 7, "pci has a window that is not below 4 GiB"},
        {1, 1, {0, 0, 0, 0x33000000, 1, 0}, 6, "pci has a window that is not below 4 GiB"},
    };

    (void)state;
    for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        add_bridge(bad[i].address_cells, bad[i].size_cells, bad[i].window, bad[i].count);
        assert_int_equal(assign(), -XEN_EINVAL);
        assert_string_equal(error, bad[i].error);
        free(machine);
    }
}

/* GUEST_IO_MAX, said once more: it is not to change unnoticed. */
#define RANGES_MAX 32

/* guest1's UART, with @count pages of registers that do not touch. */
static void give_pages(unsigned int count) {
    fdt32_t reg[2 * (RANGES_MAX + 1)];

    open_machine();
    for (unsigned int i = 0; i < count; i++) {
        reg[2 * i] = cpu_to_fdt32(0x20000 + i * 0x2000);
        reg[2 * i + 1] = cpu_to_fdt32(0x1000);
    }
    assert_int_equal(fdt_setprop(machine, support_fdt_node(machine, "/bus@10000000/serial@2000"),
                                 "reg", reg, (int)(count * 8)),
                     0);
    assert_int_equal(assign(), 0);
}

static void ranges_are_limited(void **state) {
    struct guest_hw hw;

    (void)state;
    give_pages(1);
    assert_int_equal(guest_hw_collect(&boot, GUEST1, &hw, error), 0);
    unsigned int others = hw.io_count - 1;
    free(machine);
    give_pages(RANGES_MAX - others);
    assert_int_equal(guest_hw_collect(&boot, GUEST1, &hw, error), 0);
    assert_int_equal(hw.io_count, RANGES_MAX);
    free(machine);
    give_pages(RANGES_MAX - others + 1);
    expect_refused("guest1 has too many ranges of device registers");
    free(machine);
}

static void bad_interrupts_are_errors(void **state) {
    static const uint32_t wrong[][2] = {{32, 0}, {0xffffffff, 0}};
    struct guest_hw hw;

    (void)state;
    for (int i = 0; i < 2; i++) {
        open_machine();
        support_fdt_cells(machine, "/bus@10000000/serial@2000", "interrupts", wrong[i], 1);
        assert_int_equal(assign(), 0);
        assert_true(guest_hw_collect(&boot, GUEST1, &hw, error) < 0);
        assert_non_null(strstr(error, "the interrupts of serial@2000 for guest1"));
        free(machine);
    }
    open_machine();
    support_fdt_cells(machine, "/pci@31000000", "interrupt-map",
                      (const uint32_t[]){0, 0, 0, 1, 0x7777, 29}, 6);
    assert_int_equal(assign(), 0);
    assert_true(guest_hw_collect(&boot, DOM0, &hw, error) < 0);
    free(machine);
}

/* ---- The trees ---- */

static const struct guest_layout layout = {
    .ram_start = {0x00400000},
    .ram_size = 32 * MIB,
    .ramdisk_start = {0x02000000},
    .ramdisk_size = 0x12345,
};

static void build(unsigned int index) {
    int size = guest_fdt_build(&boot, index, &layout, buffer, sizeof(buffer), error);

    if (size < 0) {
        fail_msg("%s", error);
    }
    assert_int_equal(size, fdt_totalsize(guest));
    assert_true(support_fdt_is_whole(guest));
}

static uint32_t cell_of(const char *path, const char *name, int index) {
    int size;
    const fdt32_t *cells = fdt_getprop(guest, support_fdt_node(guest, path), name, &size);

    assert_non_null(cells);
    assert_true(size >= 4 * (index + 1));
    return fdt32_to_cpu(cells[index]);
}

/* These cells and no more. */
static void expect_pair(const char *path, const char *name, uint32_t start, uint32_t length) {
    int size;

    assert_int_equal(cell_of(path, name, 0), start);
    assert_int_equal(cell_of(path, name, 1), length);
    assert_non_null(fdt_getprop(guest, support_fdt_node(guest, path), name, &size));
    assert_int_equal(size, 8);
}

static const char *string_of(const char *path, const char *name) {
    const char *text = fdt_getprop(guest, support_fdt_node(guest, path), name, NULL);

    assert_non_null(text);
    return text;
}

static bool has(const char *path) {
    return fdt_path_offset(guest, path) >= 0;
}

static bool is_compatible(const char *path, const char *compatible) {
    return fdt_node_check_compatible(guest, support_fdt_node(guest, path), compatible) == 0;
}

/* The node that property @name of @path refers to. */
static int referred(const char *path, const char *name) {
    return fdt_node_offset_by_phandle(guest, cell_of(path, name, 0));
}

static void check_common(const char *memory, unsigned int vcpu_count) {
    assert_string_equal(string_of(memory, "device_type"), "memory");
    expect_pair(memory, "reg", layout.ram_start.v, layout.ram_size);
    assert_int_equal(cell_of("/chosen", "linux,initrd-start", 0), 0x02000000);
    assert_int_equal(cell_of("/chosen", "linux,initrd-end", 0), 0x02012345);
    assert_true(is_compatible("/hypervisor", "xen,xen-4.17"));
    assert_true(is_compatible("/hypervisor", "xen,xen"));
    expect_pair("/hypervisor", "reg", PV_GRANT_GPA, PV_GRANT_SIZE);
    assert_int_equal(cell_of("/hypervisor", "interrupts", 0), 0);
    assert_true(is_compatible("/pv-interrupt-controller", "dacre,pv-intc"));
    assert_int_equal(referred("/hypervisor", "interrupt-parent"),
                     support_fdt_node(guest, "/pv-interrupt-controller"));
    assert_string_equal(string_of("/cpus/cpu@0", "compatible"), "test,cpu");
    assert_int_equal(has("/cpus/cpu@1"), vcpu_count > 1);
    assert_false(has("/cpus/cpu@2"));
}

static void dom0_gets_the_board_without_what_is_not_its_own(void **state) {
    (void)state;
    build(DOM0);
    assert_true(is_compatible("/", "dacre,dom0"));
    assert_true(is_compatible("/", "test,family"));
    check_common("/memory@400000", 1);
    assert_false(has("/memory@0"));
    assert_string_equal(string_of("/chosen", "bootargs"), "console=hvc0 zero");
    assert_null(fdt_getprop(guest, support_fdt_node(guest, "/chosen"), "stdout-path", NULL));
    assert_false(has("/chosen/guest1"));
    assert_false(has("/chosen/module@4000000"));
    assert_false(has("/reserved-memory"));
    assert_true(has("/bus@10000000/serial@1000"));
    assert_true(has("/bus@10000000/gpio@7000"));
    assert_true(has("/pci@31000000"));
    assert_true(has("/clock-pclk"));
    assert_false(has("/bus@10000000/serial@0"));
    assert_false(has("/bus@10000000/serial@2000"));
    assert_false(has("/bus@10000000/sensor@6000"));
    assert_false(has("/bus@10000000/timer@4000"));
    assert_false(has("/bus@10000000/neighbour@4800"));
    assert_false(has("/bus@10000000/broken@8000"));
    assert_string_equal(string_of("/aliases", "serial1"), "/bus@10000000/serial@1000");
    assert_null(fdt_getprop(guest, support_fdt_node(guest, "/aliases"), "serial0", NULL));
}

static void controllers_become_pirq_controllers(void **state) {
    static const char chip2[] = "/bus@10000000/interrupt-controller@3000";

    (void)state;
    build(DOM0);
    assert_true(is_compatible(chip2, "dacre,pirq-intc"));
    assert_false(is_compatible(chip2, "test,second"));
    assert_int_equal(cell_of(chip2, "dacre,pirq-base", 0), 32);
    assert_int_equal(cell_of("/interrupt-controller@30000000", "dacre,pirq-base", 0), 0);
    assert_int_equal(cell_of(chip2, "#interrupt-cells", 0), 1);
    assert_null(fdt_getprop(guest, support_fdt_node(guest, chip2), "reg", NULL));
    assert_int_equal(referred(chip2, "interrupt-parent"),
                     support_fdt_node(guest, "/pv-interrupt-controller"));
    assert_int_equal(referred("/bus@10000000/ethernet@5000", "interrupts-extended"),
                     support_fdt_node(guest, chip2));
    assert_int_equal(referred("/", "interrupt-parent"),
                     support_fdt_node(guest, "/interrupt-controller@30000000"));
}

static void domu_gets_its_devices_and_what_they_need(void **state) {
    (void)state;
    build(GUEST1);
    assert_true(is_compatible("/", "dacre,domu"));
    assert_true(is_compatible("/", "xen,xenvm-4.17"));
    check_common("/memory@400000", 2);
    assert_string_equal(string_of("/chosen", "bootargs"), "console=hvc0 one");
    expect_pair("/serial@2000", "reg", 0x10002000, 0x1000); /* on the root's bus now */
    assert_int_equal(cell_of("/serial@2000", "interrupts", 0), 14);
    assert_int_equal(referred("/serial@2000", "interrupt-parent"),
                     support_fdt_node(guest, "/interrupt-controller@30000000"));
    assert_int_equal(referred("/serial@2000", "clocks"),
                     support_fdt_node(guest, "/clock-24000000"));
    assert_int_equal(fdt_node_offset_by_phandle(guest, cell_of("/serial@2000", "clocks", 1)),
                     support_fdt_node(guest, "/clock-pclk"));
    assert_int_equal(referred("/serial@2000", "test-supply"),
                     support_fdt_node(guest, "/regulator"));
    assert_true(has("/sensor@6000/part"));
    assert_int_equal(referred("/sensor@6000", "interrupt-parent"),
                     support_fdt_node(guest, "/interrupt-controller@3000"));
    assert_false(has("/serial@1000"));
}

static void domu_without_devices_has_none(void **state) {
    (void)state;
    build(GUEST2);
    assert_false(has("/interrupt-controller@3000"));
    assert_false(has("/clock-pclk"));
    assert_int_equal(referred("/", "interrupt-parent"),
                     support_fdt_node(guest, "/pv-interrupt-controller"));
}

static void check_need_refused(const char *path, const char *name, const char *value) {
    open_machine();
    support_fdt_string(machine, path, name, value);
    assert_int_equal(assign(), 0);
    assert_true(guest_fdt_build(&boot, GUEST1, &layout, buffer, sizeof(buffer), error) < 0);
    assert_non_null(strstr(error, "a clock or supply it needs"));
    free(machine);
}

static void clocks_and_supplies_that_are_devices_are_refused(void **state) {
    (void)state;
    check_need_refused("/clock-pclk", "compatible", "test,clock-controller");
    check_need_refused("/regulator", "compatible", "test,regulator");
    check_need_refused("/regulator", "gpio", "");
    check_need_refused("/bus@10000000/serial@2000", "test-supply", "777");
}

/* The board's cells are dom0's, one or two of either. */
static void dom0_has_the_cells_of_the_board(void **state) {
    (void)state;
    for (uint32_t cells = 0; cells < 4; cells++) {
        int a = cells & 1 ? 2 : 1, s = cells & 2 ? 2 : 1, size;

        fdt_setprop_inplace_u32(machine, 0, "#address-cells", (uint32_t)a);
        fdt_setprop_inplace_u32(machine, 0, "#size-cells", (uint32_t)s);
        build(DOM0);
        assert_int_equal(cell_of("/", "#address-cells", 0), a);
        assert_int_equal(cell_of("/", "#size-cells", 0), s);
        assert_non_null(fdt_getprop(guest, support_fdt_node(guest, "/hypervisor"), "reg", &size));
        assert_int_equal(size, (a + s) * 4);
        for (int i = 0; i < a + s; i++) {
            assert_int_equal(cell_of("/hypervisor", "reg", i), i == a - 1       ? PV_GRANT_GPA
                                                               : i == a + s - 1 ? PV_GRANT_SIZE
                                                                                : 0);
        }
    }
}

static void cells_that_no_board_has_are_an_error(void **state) {
    static const uint32_t bad[][2] = {{3, 1}, {1, 3}, {1, 0}};

    (void)state;
    for (unsigned int i = 0; i < 3; i++) {
        fdt_setprop_inplace_u32(machine, 0, "#address-cells", bad[i][0]);
        fdt_setprop_inplace_u32(machine, 0, "#size-cells", bad[i][1]);
        assert_int_equal(guest_fdt_build(&boot, DOM0, &layout, buffer, sizeof(buffer), error),
                         -XEN_EINVAL);
        assert_string_equal(error, "the device tree of the board has no usable cells");
    }
}

static void too_little_room_is_an_error(void **state) {
    (void)state;
    for (size_t size = 0; size < 1024; size += 64) {
        uint64_t *small = malloc(size); /* of exactly this size, for ASan */

        assert_true(guest_fdt_build(&boot, DOM0, &layout, small, size, error) < 0);
        assert_non_null(strstr(error, "cannot be written"));
        free(small);
    }
}

/* ---- Trees with random bytes changed: ASan watches ---- */

#define FUZZ_SEED   4711u
#define FUZZ_ROUNDS 300u

/* Returns whether a tree was built in the end. */
static bool go_through(void) {
    struct maddr_range image = {{0x00010000}, 0x00080000};
    struct guest_hw hw;
    bool built = false;
    int node;

    if (bootfdt_parse(machine, maddr(0x01000000), image, &boot)) {
        return false;
    }
    node = fdt_path_offset(machine, "/interrupt-controller@30000000");
    new_chips();
    if (node < 0 || intc_add(&first, machine, node) || guest_hw_assign(&boot, error)) {
        return false;
    }
    for (unsigned int d = 0; d < boot.domain_count; d++) {
        (void)guest_hw_collect(&boot, d, &hw, error);
        built |= guest_fdt_build(&boot, d, &layout, buffer, sizeof(buffer), error) > 0;
    }
    return built;
}

static void survives_mutated_trees(void **state) {
    uint8_t *good = support_fdt_load(SUPPORT_FDT_MACHINE);
    size_t size = fdt_totalsize(good);
    uint8_t *fdt = malloc(size);
    unsigned int built = 0;

    (void)state;
    machine = fdt;
    for (unsigned int round = 0; round < FUZZ_ROUNDS; round++) {
        if (round % (FUZZ_ROUNDS / 2) == 0) {
            support_seed(FUZZ_SEED, round);
        }
        memcpy(fdt, good, size);
        for (long i = random() % 3; i >= 0; i--) {
            fdt[8 + (size_t)random() % (size - 8)] = (uint8_t)random();
        }
        built += go_through();
    }
    assert_in_range(built, FUZZ_ROUNDS / 20, FUZZ_ROUNDS);
    free(fdt);
    free(good);
}

/* ---- The boards there are: every tree must give a dom0 its devices ---- */

static void add_kernel(void *fdt) {
    static const char compatible[] = "multiboot,kernel";
    int chosen = support_fdt_node(fdt, "/chosen");

    fdt_setprop_u32(fdt, chosen, "#address-cells", 1);
    fdt_setprop_u32(fdt, chosen, "#size-cells", 1);
    int module = fdt_add_subnode(fdt, support_fdt_node(fdt, "/chosen"), "module");
    fdt_setprop(fdt, module, "compatible", compatible, sizeof(compatible));
    /* In the first bank, wherever that is. */
    int memory = fdt_node_offset_by_prop_value(fdt, -1, "device_type", "memory", 7);
    struct maddr_range bank;

    assert_int_equal(fdt_reg_get(fdt, memory, 0, &bank), 0);
    module = fdt_path_offset(fdt, "/chosen/module");
    fdt_setprop_u64(fdt, module, "reg", (uint64_t)(bank.start.v + 0x04000000) << 32 | 0x1000);
}

/* Every interrupt controller that is not a GPIO block, parents first. */
static void add_controllers(const void *fdt) {
    struct intc_chip *const spare[] = {&first, &second};

    chip_count = 0;
    for (unsigned int pass = 0; pass < 2; pass++) {
        for (int node = fdt_next_node(fdt, -1, NULL); node >= 0;
             node = fdt_next_node(fdt, node, NULL)) {
            uint64_t cells;

            if (!fdt_getprop(fdt, node, "interrupt-controller", NULL) || intc_chip_of(node) ||
                fdt_getprop(fdt, node, "gpio-controller", NULL) || chip_count == 2) {
                continue;
            }
            assert_int_equal(fdt_reg_number(fdt, node, "#interrupt-cells", &cells), 0);
            *spare[chip_count] = (struct intc_chip){.line_count = 32,
                                                    .cell_count = (unsigned int)cells,
                                                    .xlate = intc_xlate_one_cell,
                                                    .ops = &no_ops};
            (void)intc_add(spare[chip_count], fdt, node);
        }
    }
    assert_true(chip_count > 0);
}

static void trees_of_all_boards_are_understood(void **state) {
    glob_t boards;

    (void)state;
    assert_int_equal(glob("platforms/*/board.dts", 0, NULL, &boards), 0);
    for (size_t i = 0; i < boards.gl_pathc; i++) {
        struct guest_hw hw;

        machine = support_fdt_open(boards.gl_pathv[i]);
        add_kernel(machine);
        add_controllers(machine);
        if (bootfdt_parse(machine, maddr(0xfff00000), (struct maddr_range){{0xffe00000}, 4},
                          &boot)) {
            fail_msg("%s: %s", boards.gl_pathv[i], boot.error);
        }
        assert_int_equal(guest_hw_assign(&boot, error), 0);
        assert_int_equal(guest_hw_collect(&boot, DOM0, &hw, error), 0);
        assert_true(hw.io_count > 1);
        build(DOM0);
        free(machine);
    }
    globfree(&boards);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_node_has_its_owner, setup, teardown),
        cmocka_unit_test(the_first_node_has_one_too),
        cmocka_unit_test_setup_teardown(a_page_of_the_hypervisors_is_withheld, setup, teardown),
        cmocka_unit_test(what_the_hypervisor_needs_is_not_given),
        cmocka_unit_test(a_page_has_one_owner),
        cmocka_unit_test(registers_in_ram_are_not_given),
        cmocka_unit_test_setup_teardown(collects_pages_and_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(a_list_of_devices_has_an_end, setup, teardown),
        cmocka_unit_test(windows_have_their_buses_cells),
        cmocka_unit_test(windows_that_make_no_sense_are_refused),
        cmocka_unit_test(ranges_are_limited),
        cmocka_unit_test(bad_interrupts_are_errors),
        cmocka_unit_test_setup_teardown(dom0_gets_the_board_without_what_is_not_its_own, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(controllers_become_pirq_controllers, setup, teardown),
        cmocka_unit_test_setup_teardown(domu_gets_its_devices_and_what_they_need, setup, teardown),
        cmocka_unit_test_setup_teardown(domu_without_devices_has_none, setup, teardown),
        cmocka_unit_test(clocks_and_supplies_that_are_devices_are_refused),
        cmocka_unit_test_setup_teardown(dom0_has_the_cells_of_the_board, setup, teardown),
        cmocka_unit_test_setup_teardown(cells_that_no_board_has_are_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(too_little_room_is_an_error, setup, teardown),
        cmocka_unit_test(survives_mutated_trees),
        cmocka_unit_test(trees_of_all_boards_are_understood),
    };

    /* And the other way round: none may need what one before it left. */
    struct CMUnitTest reversed[sizeof(tests) / sizeof(tests[0])];
    const size_t count = sizeof(tests) / sizeof(tests[0]);

    for (size_t i = 0; i < count; i++) {
        reversed[i] = tests[count - 1 - i];
    }
    return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(reversed, NULL, NULL);
}
