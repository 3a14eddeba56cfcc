/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the boot puts the hypervisor's own memory, and what it says when there is no place. */
/* links: core/build */
#include "core/top/main.c"

#include <arch/fake.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/sched/sched.h"
#include "lib/format.h"
#include "support_cmocka.h"
#include "support_fdt.h"
#include "support_log.h"

#define BASE 0x40000000u

static maddr_t heap_at;
static uint32_t heap_bytes;
static void *heap;
static char said[160];
static jmp_buf after_panic;

void *arch_map_heap(maddr_t base, uint32_t size) {
    heap_at = base;
    heap_bytes = size;
    heap = aligned_alloc(MIB, size);
    return heap;
}

/* One driver has all that the fake board has. */
static unsigned int driver_count;

static int probe_board(const void *fdt, int node) {
    (void)fdt;
    (void)node;
    fake_board_init(0);
    return 0;
}

const struct driver *driver_table(unsigned int *count) {
    static const struct driver board = {.compatible = "test,intc", .probe = probe_board};

    *count = driver_count;
    return &board;
}

/* What of the boot's end is somewhere else. */
static const struct bootinfo *built;
static const char *build_error;
static unsigned int build_work;

const struct domain_builder domain_builder;

int domain_build_all(const struct bootinfo *info, const char **error) {
    built = info;
    build_work = this_cpu()->work;
    *error = build_error;
    return build_error ? -XEN_ENOMEM : 0;
}

void *arch_map_device(maddr_t base, size_t size) {
    (void)base;
    (void)size;
    return NULL;
}

void arch_guests_init(void) {}

void arch_run_guests(void) {
    longjmp(after_panic, 2);
}

void background_turn_init(void) {}

void panic(const char *fmt, ...) {
    va_list args;

    va_start(args, fmt);
    format_args(said, sizeof(said), fmt, args);
    va_end(args);
    longjmp(after_panic, 1);
}

static int setup(void **state) {
    (void)state;
    boot = (struct bootinfo){0};
    background_setup();
    heap_at = maddr(0xdead);
    said[0] = '\0';
    heap = NULL;
    driver_count = 0;
    built = NULL;
    build_error = NULL;
    fake_cpu_is_too_old = false;
    support_log_start();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    free(heap);
    return 0;
}

static void add_bank(uint32_t start, uint32_t mib) {
    boot.memory[boot.memory_count++] = (struct maddr_range){maddr(start), mib * MIB};
}

static void add_reserved(uint32_t start, uint32_t size) {
    boot.reserved[boot.reserved_count++] = (struct maddr_range){maddr(start), size};
}

static void boot_it(void) {
    if (setjmp(after_panic) == 0) {
        init_memory();
    }
}

static void expect_heap(uint32_t start, uint32_t mib) {
    boot_it();
    assert_string_equal(said, "");
    assert_int_equal(heap_at.v, start);
    assert_int_equal(heap_bytes, mib * MIB);
    assert_int_equal(boot.reserved[boot.reserved_count - 1].start.v, start);
    assert_int_equal(boot.reserved[boot.reserved_count - 1].size, mib * MIB);
}

static void expect_heap_of(uint32_t mib_of_ram, uint32_t mib) {
    setup(NULL);
    add_bank(BASE, mib_of_ram);
    expect_heap(BASE, mib);
    teardown(NULL);
    heap = NULL;
}

static void it_is_a_sixteenth_within_bounds(void **state) {
    (void)state;
    expect_heap_of(5, 4);
    expect_heap_of(79, 4);
    expect_heap_of(80, 5);
    expect_heap_of(127, 7);
    expect_heap_of(128, 8);
    expect_heap_of(352, 22);
    expect_heap_of(512, 22);
}

static void all_banks_count(void **state) {
    (void)state;
    add_bank(BASE, 64);
    add_bank(BASE + 128 * MIB, 128);
    expect_heap(BASE, 12);
    assert_int_equal(page_total_count(), 192 * FRAMES_PER_MIB);
    assert_int_equal(page_free_count(), 180 * FRAMES_PER_MIB);
    assert_string_equal(support_log(),
                        "memory: 192 MiB, 12 MiB of it the hypervisor's, 46080 frames free\n");
}

/* A byte anywhere in it is enough, and the search goes on behind it, whatever the order. */
static void what_is_reserved_is_left_alone(void **state) {
    (void)state;
    add_bank(BASE, 64);
    add_reserved(BASE + 8 * MIB - 1, 1);
    add_reserved(BASE, 1);
    add_reserved(BASE + 5 * MIB - 1, 2);
    expect_heap(BASE + 8 * MIB, 4);
}

static void it_fits_between_what_is_reserved(void **state) {
    (void)state;
    add_bank(BASE, 64);
    add_reserved(BASE, MIB);
    add_reserved(BASE + 5 * MIB, 59 * MIB);
    expect_heap(BASE + MIB, 4);
}

static void it_begins_at_a_whole_mib(void **state) {
    (void)state;
    add_bank(BASE + PAGE_SIZE, 5);
    expect_heap(BASE + MIB, 4);
}

static void it_may_be_in_any_bank(void **state) {
    (void)state;
    add_bank(BASE, 4);
    add_reserved(BASE + MIB, 1);
    add_bank(BASE + 16 * MIB, 4);
    expect_heap(BASE + 16 * MIB, 4);
}

/* On a Versatile RAM begins there, and nothing need be loaded at its start. */
static void it_may_begin_at_address_0(void **state) {
    (void)state;
    add_bank(0, 64);
    add_reserved(8 * MIB, MIB);
    expect_heap(0, 4);
}

static void it_may_end_where_addresses_do(void **state) {
    (void)state;
    add_bank(0xff000000u, 16);
    add_reserved(0xff000000u, 12 * MIB);
    expect_heap(0xffc00000u, 4);
}

static void what_is_reserved_up_to_there_is_left_alone(void **state) {
    (void)state;
    add_bank(0xff000000u, 16);
    add_reserved(0xff300000u, 13 * MIB);
    boot_it();
    assert_string_equal(said, "no 4 MiB of free memory in one piece for the hypervisor");
}

static void without_a_place_it_says_what_is_missing(void **state) {
    (void)state;
    add_bank(BASE + PAGE_SIZE, 4);
    add_bank(0xffc00000u + MIB, 3);
    boot_it();
    assert_string_equal(said, "no 4 MiB of free memory in one piece for the hypervisor");
    assert_int_equal(heap_at.v, 0xdead);
}

static void there_is_a_limit_of_reserved_ranges(void **state) {
    (void)state;
    add_bank(BASE, 64);
    for (unsigned int i = 0; i < BOOT_RESERVED_MAX - 1; i++) {
        add_reserved(BASE + 60 * MIB, 1);
    }
    expect_heap(BASE, 4);
    teardown(state);
    boot_it();
    assert_string_equal(said, "too many reserved ranges of memory (at most 48)");
}

/* Records of more than a GiB do not fit into one piece of the heap. */
static void banks_far_apart_are_refused(void **state) {
    (void)state;
    add_bank(BASE, 64);
    add_bank(BASE + 1024 * MIB, 64);
    boot_it();
    assert_string_equal(said, "no memory for the frame table");
}

static void without_its_devices_it_says_which(void **state) {
    void *machine = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    boot.fdt = machine;
    if (setjmp(after_panic) == 0) {
        init_devices();
    }
    assert_string_equal(said, "device tree: no usable interrupt controller (error -19)");
    free(machine);
}

/* ---- All of it ---- */

/* 1: it panicked, 2: the guests were to run. */
static int boot_all(void *machine) {
    static int result;

    result = setjmp(after_panic);
    if (result == 0) {
        hypervisor_early_init();
        hypervisor_main(machine, maddr(0x01000000), maddr(0x00010000), 0x00080000);
    }
    return result;
}

static void expect_panic(void *machine, const char *sentence) {
    assert_int_equal(boot_all(machine), 1);
    assert_string_equal(said, sentence);
}

static void the_boot_comes_to_its_end(void **state) {
    struct sched_rt_params params = {.period_us = 1000, .budget_us = 100};
    void *machine = support_fdt_open(SUPPORT_FDT_MACHINE);
    struct sched_vcpu v;
    char text[100];

    (void)state;
    driver_count = 1;
    assert_int_equal(boot_all(machine), 2);
    snprintf(text, sizeof(text), "Dacre %s (%s) on build host\n", version_release,
             version_changeset);
    assert_non_null(strstr(support_log(), text));
    assert_non_null(strstr(support_log(), "memory: 136 MiB, 8 MiB of it"));
    assert_ptr_equal(built, &boot);
    assert_int_equal(build_work & PERCPU_WORK_SCHED, 0);
    assert_true(this_cpu()->work & PERCPU_WORK_SCHED);
    /* Interrupts are heard, and the figures of the board known. */
    assert_false(fake_board.masked[FAKE_ONESHOT_IRQ]);
    assert_false(fake_board.masked[FAKE_UART_IRQ]);
    assert_true(fake_board.rx_irq);
    assert_non_null(timer_queues[0].first);
    sched_vcpu_init(&v);
    assert_int_equal(sched_set_realtime(&v, &params), 0);
    sched_vcpu_destroy(&v);
    free(machine);
}

static void what_is_wrong_with_the_board_ends_it(void **state) {
    void *machine = support_fdt_open(SUPPORT_FDT_MACHINE);

    (void)state;
    driver_count = 1;
    fake_cpu_is_too_old = true;
    expect_panic(machine, "this revision of the core is too old");
    assert_null(built);
    setup(state);
    driver_count = 1;
    build_error = "nothing fits";
    expect_panic(machine, "nothing fits");
    assert_non_null(built);
    teardown(state);
    setup(state);
    assert_int_equal(fdt_delprop(machine, support_fdt_node(machine, "/memory@0"), "reg"), 0);
    expect_panic(machine, "device tree: the device tree has no memory node with a page of RAM");
    free(machine);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_sixteenth_within_bounds),
        test(all_banks_count),
        test(what_is_reserved_is_left_alone),
        test(it_fits_between_what_is_reserved),
        test(it_begins_at_a_whole_mib),
        test(it_may_be_in_any_bank),
        test(it_may_begin_at_address_0),
        test(it_may_end_where_addresses_do),
        test(what_is_reserved_up_to_there_is_left_alone),
        test(without_a_place_it_says_what_is_missing),
        test(there_is_a_limit_of_reserved_ranges),
        test(banks_far_apart_are_refused),
        test(without_its_devices_it_says_which),
        test(the_boot_comes_to_its_end),
        test(what_is_wrong_with_the_board_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
