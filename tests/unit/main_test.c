/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the boot puts the hypervisor's own memory, and what it says when there is no place. */
/* links: core/build */
#include "core/top/main.c"

#include <stdlib.h>

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

const struct driver *driver_table(unsigned int *count) {
    *count = 0;
    return NULL;
}

void *arch_map_device(maddr_t base, size_t size) {
    (void)base;
    (void)size;
    return NULL;
}

void arch_guests_init(void) {}

void arch_run_guests(void) {
    abort();
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
