/* SPDX-License-Identifier: GPL-2.0-only */
/* Drivers find their nodes in any order, and the tree of interrupt controllers is one space. */
/* links: core/device */
#include "core/device/driver.h"

#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/abi.h"
#include "core/base/arch.h"
#include "support_fdt.h"

/* With its table of chips, which a machine fills once and a test anew. */
#include "core/device/intc.c"

/* ---- Parts of the test machine ---- */

static uint32_t pending[2], enabled[2]; /* of the two controllers, a bit a line */
static unsigned int eoi_count[2];
static int probe_error;
static maddr_t mapped_at;
static size_t mapped_size;

void *arch_map_device(maddr_t base, size_t size) {
    static uint32_t registers[64];

    mapped_at = base;
    mapped_size = size;
    return registers;
}

static unsigned int lowest(uint32_t lines) {
    return lines ? (unsigned int)__builtin_ctz(lines) : IRQ_NONE;
}

static unsigned int second_ack(void) {
    return lowest(pending[1] & enabled[1]);
}

static bool second_pending(void) {
    return (pending[1] & enabled[1]) != 0;
}

/* The second controller's output is line 31 of the first. */
static uint32_t first_lines(void) {
    return (pending[0] | (second_pending() ? 1u << 31 : 0)) & enabled[0];
}

static unsigned int first_ack(void) {
    return lowest(first_lines());
}

static bool first_pending(void) {
    return first_lines() != 0;
}

static void first_eoi(unsigned int line) {
    assert_true(line < 32);
    eoi_count[0]++;
}

static void second_eoi(unsigned int line) {
    assert_true(line < 32);
    eoi_count[1]++;
}

static void first_mask(unsigned int line) {
    enabled[0] &= ~(1u << line);
}

static void second_mask(unsigned int line) {
    enabled[1] &= ~(1u << line);
}

static void first_unmask(unsigned int line) {
    enabled[0] |= 1u << line;
}

static void second_unmask(unsigned int line) {
    enabled[1] |= 1u << line;
}

static const struct intc_ops first_ops = {first_ack, first_pending, first_eoi, first_mask,
                                          first_unmask};
static const struct intc_ops second_ops = {second_ack, second_pending, second_eoi, second_mask,
                                           second_unmask};
static struct intc_chip first = {
    .line_count = 32, .cell_count = 1, .xlate = intc_xlate_one_cell, .ops = &first_ops};
static struct intc_chip second = {
    .line_count = 32, .cell_count = 1, .xlate = intc_xlate_one_cell, .ops = &second_ops};

static int probe_first(const void *fdt, int node) {
    return intc_add(&first, fdt, node);
}

static int probe_second(const void *fdt, int node) {
    return intc_add(&second, fdt, node);
}

static int probe_uart(const void *fdt, int node) {
    static const struct uart_ops ops;
    int irq = intc_irq(fdt, node, 0);

    if (!driver_is_console(fdt, node)) {
        return -XEN_ENODEV;
    }
    if (irq >= 0) {
        devices.uart = &ops;
        devices.uart_irq = (unsigned int)irq;
    }
    return irq < 0 ? irq : 0;
}

static int probe_timer(const void *fdt, int node) {
    static const struct oneshot_ops ops;

    if (probe_error) {
        return probe_error;
    }
    devices.oneshot = &ops;
    devices.counter.reg = driver_map(fdt, node, 0, &devices.counter.page);
    return 0;
}

static const struct driver table[] = {
    {"test,uart", probe_uart},
    {"test,second", probe_second},
    {"test,intc", probe_first},
    {"test,timer", probe_timer},
};
static unsigned int table_count;

const struct driver *driver_table(unsigned int *count) {
    *count = table_count;
    return table;
}

static void *machine;
static const char *what;

static int setup(void **state) {
    (void)state;
    machine = support_fdt_open(SUPPORT_FDT_MACHINE);
    table_count = sizeof(table) / sizeof(table[0]);
    chip_count = 0;
    probe_error = 0;
    devices = (struct devices){0};
    memset(pending, 0, sizeof(pending));
    memset(enabled, 0, sizeof(enabled));
    memset(eoi_count, 0, sizeof(eoi_count));
    return 0;
}

static int teardown(void **state) {
    (void)state;
    free(machine);
    return 0;
}

static bool owns(const char *path) {
    return driver_owns(support_fdt_node(machine, path));
}

/* In this machine every part comes before the interrupt controller that it needs. */
static void order_does_not_matter(void **state) {
    (void)state;
    assert_int_equal(drivers_probe(machine, &what), 0);
    assert_true(owns("/bus@10000000/serial@0"));
    assert_true(owns("/bus@10000000/interrupt-controller@3000"));
    assert_true(owns("/interrupt-controller@30000000"));
    assert_true(owns("/bus@10000000/timer@4000"));
    assert_int_equal(devices.uart_irq, 12);
    assert_int_equal(first.base, 0);
    assert_int_equal(second.base, 32);
    assert_int_equal(second.parent_irq, 31);
}

static void only_the_console_is_taken(void **state) {
    (void)state;
    support_fdt_string(machine, "/chosen", "stdout-path", "/bus@10000000/serial@1000");
    assert_int_equal(drivers_probe(machine, &what), 0);
    assert_false(owns("/bus@10000000/serial@0"));
    assert_true(owns("/bus@10000000/serial@1000"));
    assert_int_equal(devices.uart_irq, 13);
}

static void disabled_nodes_are_left_alone(void **state) {
    (void)state;
    support_fdt_string(machine, "/bus@10000000/timer@4000", "status", "disabled");
    assert_int_equal(drivers_probe(machine, &what), -XEN_ENODEV);
    assert_string_equal(what, "one-shot timer");
}

static void says_what_is_missing(void **state) {
    static const char *const missing[] = {"interrupt controller", "interrupt controller",
                                          "interrupt controller", "one-shot timer"};

    (void)state;
    for (table_count = 0; table_count < 4; table_count++) {
        chip_count = 0;
        devices = (struct devices){0};
        assert_int_equal(drivers_probe(machine, &what), -XEN_ENODEV);
        assert_string_equal(what, missing[table_count]);
    }
}

static void an_early_uart_is_no_console(void **state) {
    static const struct uart_ops early;

    (void)state;
    devices.uart = &early;
    devices.uart_irq = 0;
    support_fdt_string(machine, "/chosen", "stdout-path", "/bus@10000000/ethernet@5000");
    assert_int_equal(drivers_probe(machine, &what), -XEN_ENODEV);
    assert_string_equal(what, "console UART");
}

static void an_error_of_a_driver_ends_the_boot(void **state) {
    (void)state;
    probe_error = -XEN_EIO;
    assert_int_equal(drivers_probe(machine, &what), -XEN_EIO);
    assert_string_equal(what, "test,timer");
}

static void maps_what_the_cpu_sees(void **state) {
    maddr_t base;

    (void)state;
    assert_non_null(
        driver_map(machine, support_fdt_node(machine, "/bus@10000000/timer@4000"), 0, &base));
    assert_int_equal(mapped_at.v, 0x10004000);
    assert_int_equal(mapped_size, 0x800);
    assert_int_equal(base.v, 0x10004000);
    assert_null(
        driver_map(machine, support_fdt_node(machine, "/bus@10000000/timer@4000"), 1, NULL));
    assert_null(driver_map(machine, support_fdt_node(machine, "/clock-pclk"), 0, NULL));
}

static void finds_clock_rates(void **state) {
    int uart;

    (void)state;
    uart = support_fdt_node(machine, "/bus@10000000/serial@0");
    assert_int_equal(driver_clock_hz(machine, uart, "uartclk"), 24000000);
    assert_int_equal(driver_clock_hz(machine, uart, "apb_pclk"), 12000000);
    assert_int_equal(driver_clock_hz(machine, uart, "other"), 0);
    assert_int_equal(driver_clock_hz(machine, support_fdt_node(machine, "/"), "uartclk"), 0);
    int size;
    const fdt32_t *clocks = fdt_getprop(machine, uart, "clocks", &size);
    fdt32_t one = clocks[0];
    assert_int_equal(fdt_setprop(machine, uart, "clocks", &one, 4), 0); /* fewer than names */
    assert_int_equal(driver_clock_hz(machine, uart, "uartclk"), 24000000);
    assert_int_equal(driver_clock_hz(machine, uart, "apb_pclk"), 0);
    support_fdt_string(machine, "/clock-24000000", "compatible", "test,other");
    uart = support_fdt_node(machine, "/bus@10000000/serial@0");
    assert_int_equal(driver_clock_hz(machine, uart, "uartclk"), 0);
}

static void lines_of_both_controllers_are_one_space(void **state) {
    (void)state;
    assert_int_equal(drivers_probe(machine, &what), 0);
    assert_int_equal(enabled[0], 1u << 31); /* the cascade, and nothing else */
    assert_int_equal(devices.intc->ack(), IRQ_NONE);
    devices.intc->unmask(7);
    devices.intc->unmask(32 + 25);
    assert_int_equal(enabled[0], 1u << 31 | 1u << 7);
    assert_int_equal(enabled[1], 1u << 25);
    pending[1] = 1u << 25;
    assert_true(devices.intc->pending());
    assert_int_equal(devices.intc->ack(), 32 + 25);
    devices.intc->eoi(32 + 25);
    assert_int_equal(eoi_count[0], 1);
    assert_int_equal(eoi_count[1], 1);
    pending[0] = 1u << 7;
    assert_int_equal(devices.intc->ack(), 7);
    devices.intc->eoi(7);
    assert_int_equal(eoi_count[0], 2);
    assert_int_equal(eoi_count[1], 1);
    devices.intc->mask(32 + 25);
    devices.intc->mask(7);
    assert_false(devices.intc->pending());
    devices.intc->unmask(64); /* no chip has it */
    devices.intc->mask(IRQ_NONE);
    assert_int_equal(enabled[0], 1u << 31);
    assert_int_equal(enabled[1], 0);
    for (unsigned int irq = 0; irq < 64; irq++) { /* each, from the first to the last */
        devices.intc->unmask(irq);
    }
    assert_int_equal(enabled[0], UINT32_MAX);
    assert_int_equal(enabled[1], UINT32_MAX);
}

/* Its line went away between the two reads. */
static bool vanishing;

static unsigned int vanishing_ack(void) {
    return vanishing ? IRQ_NONE : second_ack();
}

static void a_line_that_went_away_is_none(void **state) {
    static const struct intc_ops ops = {vanishing_ack, second_pending, second_eoi, second_mask,
                                        second_unmask};

    (void)state;
    assert_int_equal(drivers_probe(machine, &what), 0);
    second.ops = &ops;
    vanishing = true;
    devices.intc->unmask(33);
    pending[1] = 2;
    assert_int_equal(devices.intc->ack(), IRQ_NONE);
    vanishing = false;
    assert_int_equal(devices.intc->ack(), 33);
    second.ops = &second_ops;
}

static void interrupts_of_a_node_are_found(void **state) {
    int ethernet = support_fdt_node(machine, "/bus@10000000/ethernet@5000");

    (void)state;
    assert_int_equal(drivers_probe(machine, &what), 0);
    assert_int_equal(intc_irq(machine, ethernet, 0), 32 + 25);
    assert_int_equal(intc_irq(machine, ethernet, 1), -XEN_EAGAIN); /* a GPIO, none of ours */
    assert_int_equal(intc_irq(machine, ethernet, 2), 7);
    assert_int_equal(intc_irq(machine, ethernet, 3), -XEN_ENOENT);
    assert_int_equal(intc_irq(machine, support_fdt_node(machine, "/clock-pclk"), 0), -XEN_ENOENT);
    support_fdt_cells(machine, "/bus@10000000/ethernet@5000", "interrupts-extended",
                      (const uint32_t[]){0x7777, 1}, 2);
    assert_int_equal(intc_irq(machine, ethernet, 0), -XEN_EINVAL);
}

/* ---- Malformed interrupts, and as many controllers as there may be ---- */

#define ETHERNET "/bus@10000000/ethernet@5000"

static void cells_of_a_controller_are_counted(void **state) {
    static const uint32_t counts[] = {0, 1, INTC_CELL_MAX, INTC_CELL_MAX + 1};
    const char *gpio = "/bus@10000000/gpio@7000";
    const uint32_t phandle = fdt_get_phandle(machine, support_fdt_node(machine, gpio));
    uint32_t list[2 + INTC_CELL_MAX] = {phandle, 1, 2, 3, 4};
    uint32_t cells[INTC_CELL_MAX];
    int controller;

    (void)state;
    for (unsigned int i = 0; i < 4; i++) {
        bool is_good = counts[i] >= 1 && counts[i] <= INTC_CELL_MAX;

        support_fdt_cells(machine, gpio, "#interrupt-cells", &counts[i], 1);
        support_fdt_cells(machine, ETHERNET, "interrupts-extended", list, 1 + (int)counts[i]);
        assert_int_equal(
            intc_specifier(machine, support_fdt_node(machine, ETHERNET), 0, &controller, cells),
            is_good ? (int)counts[i] : -XEN_EINVAL);
        if (is_good) {
            assert_int_equal(controller, support_fdt_node(machine, gpio));
            assert_memory_equal(cells, &list[1], counts[i] * 4);
            /* One too few. */
            support_fdt_cells(machine, ETHERNET, "interrupts-extended", list, (int)counts[i]);
            assert_int_equal(
                intc_specifier(machine, support_fdt_node(machine, ETHERNET), 0, &controller, cells),
                -XEN_EINVAL);
        }
    }
    support_fdt_cells(machine, gpio, "#interrupt-cells", (const uint32_t[]){0, 0, 1}, 3);
    assert_int_equal(
        intc_specifier(machine, support_fdt_node(machine, ETHERNET), 0, &controller, cells),
        -XEN_EINVAL);
}

static unsigned int configured;

static void note_configured(const uint32_t *cells) {
    configured = cells[0];
}

static void a_line_is_one_of_its_controller(void **state) {
    const struct intc_chip chip = {.line_count = 32,
                                   .cell_count = 1,
                                   .xlate = intc_xlate_one_cell,
                                   .configure = note_configured};
    uint32_t cells[2] = {31, 0};

    (void)state;
    configured = 99;
    assert_int_equal(intc_line(&chip, cells, 2), -XEN_EINVAL);
    assert_int_equal(intc_line(&chip, cells, 0), -XEN_EINVAL);
    assert_int_equal(configured, 99);
    assert_int_equal(intc_line(&chip, cells, 1), 31);
    assert_int_equal(configured, 31);
    cells[0] = 32;
    assert_int_equal(intc_line(&chip, cells, 1), -XEN_EINVAL);
    assert_int_equal(configured, 31);
    cells[0] = IRQ_MAX - 1;
    assert_int_equal(intc_xlate_one_cell(cells), IRQ_MAX - 1);
    cells[0] = IRQ_MAX;
    assert_int_equal(intc_xlate_one_cell(cells), -XEN_EINVAL);
    cells[0] = UINT32_MAX;
    assert_int_equal(intc_xlate_one_cell(cells), -XEN_EINVAL);
}

/* A second one that is cascaded on nothing, and more lines than there are numbers. */
static void controllers_have_their_limits(void **state) {
    int root = support_fdt_node(machine, "/interrupt-controller@30000000");
    int behind = support_fdt_node(machine, "/bus@10000000/interrupt-controller@3000");
    static struct intc_chip chips_of[INTC_CHIP_MAX + 2];

    (void)state;
    for (unsigned int i = 0; i < INTC_CHIP_MAX + 2; i++) {
        chips_of[i] = first;
        chips_of[i].line_count = i == 0 ? 32 : 1;
    }
    assert_int_equal(intc_add(&chips_of[1], machine, behind), -XEN_EAGAIN);
    chips_of[0].line_count = IRQ_MAX + 1;
    assert_int_equal(intc_add(&chips_of[0], machine, root), -XEN_ENOSPC);
    chips_of[0].line_count = IRQ_MAX;
    assert_int_equal(intc_add(&chips_of[0], machine, root), 0);
    assert_int_equal(intc_add(&chips_of[1], machine, behind), -XEN_ENOSPC);
    chip_count = 0;
    chips_of[0].line_count = 32;
    assert_int_equal(intc_add(&chips_of[0], machine, root), 0);
    assert_int_equal(chips_of[0].parent_irq, IRQ_NONE);
    assert_int_equal(intc_add(&chips_of[1], machine, root), -XEN_EINVAL);
    for (unsigned int i = 1; i < INTC_CHIP_MAX; i++) {
        assert_int_equal(intc_add(&chips_of[i], machine, behind), 0);
        assert_int_equal(chips_of[i].base, 31 + i);
        assert_ptr_equal(intc_chip_of(behind), &chips_of[1]);
    }
    assert_int_equal(intc_add(&chips_of[INTC_CHIP_MAX], machine, behind), -XEN_ENOSPC);
    assert_null(intc_chip_of(-1));
    memset(intc_lines, 0, sizeof(intc_lines));
}

/* Nothing says which, or what is said has no end or options behind it. */
static void the_console_is_what_the_tree_says(void **state) {
    int uart = support_fdt_node(machine, "/bus@10000000/serial@0");
    int chosen = support_fdt_node(machine, "/chosen");

    (void)state;
    assert_true(driver_is_console(machine, uart));
    assert_int_equal(fdt_setprop(machine, chosen, "stdout-path", "serial0", 7), 0); /* no NUL */
    assert_true(driver_is_console(machine, support_fdt_node(machine, "/bus@10000000/serial@0")));
    assert_false(
        driver_is_console(machine, support_fdt_node(machine, "/bus@10000000/serial@1000")));
    assert_int_equal(fdt_setprop(machine, chosen, "stdout-path", "", 0), 0);
    assert_true(driver_is_console(machine, support_fdt_node(machine, "/bus@10000000/serial@1000")));
    assert_int_equal(fdt_delprop(machine, chosen, "stdout-path"), 0);
    assert_true(driver_is_console(machine, support_fdt_node(machine, "/bus@10000000/serial@1000")));
}

static void a_clock_rate_fits_a_word(void **state) {
    static const uint32_t rates[][2] = {{0, UINT32_MAX}, {1, 0}};

    (void)state;
    for (unsigned int i = 0; i < 2; i++) {
        support_fdt_cells(machine, "/clock-24000000", "clock-frequency", rates[i], 2);
        assert_int_equal(
            driver_clock_hz(machine, support_fdt_node(machine, "/bus@10000000/serial@0"), NULL),
            i == 0 ? UINT32_MAX : 0);
    }
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(order_does_not_matter),
        test(only_the_console_is_taken),
        test(disabled_nodes_are_left_alone),
        test(says_what_is_missing),
        test(an_early_uart_is_no_console),
        test(an_error_of_a_driver_ends_the_boot),
        test(maps_what_the_cpu_sees),
        test(finds_clock_rates),
        test(lines_of_both_controllers_are_one_space),
        test(a_line_that_went_away_is_none),
        test(cells_of_a_controller_are_counted),
        test(a_line_is_one_of_its_controller),
        test(controllers_have_their_limits),
        test(the_console_is_what_the_tree_says),
        test(a_clock_rate_fits_a_word),
        test(interrupts_of_a_node_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
