/* SPDX-License-Identifier: GPL-2.0-only */
/* Which images are taken, where things go in guest memory, and that copies arrive. */
/* links: core/build */
#include "core/build/domain_load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arch/fake_mm.h>
#include <cmocka.h>

#include "core/base/abi.h"
#include "core/base/panic.h"
#include "core/base/steps.h"
#include "core/space/p2m.h"

#define MODULE_START (FAKE_RAM_PA + 0x00200ffcu) /* a word below the end of a page */
#define GUEST_BASE   0x40000000u
#define GUEST_FRAMES 256u

uint32_t p2m_lookup_range(const struct p2m *p2m, gfn_t g) {
    (void)p2m;
    (void)g;
    return P2M_NONE;
}

/* ---- Kernel images ---- */

static void put_word(uint32_t at, uint32_t word) {
    maddr_t a = maddr(MODULE_START + at);

    memcpy(fake_frame(maddr_to_mfn(a)) + (a.v & ~PAGE_MASK), &word, sizeof(word));
}

static uint32_t room_of(uint32_t size, const char **why) {
    struct boot_module module = {maddr(MODULE_START), size};

    *why = "";
    return domain_load_check_kernel(&module, why);
}

static void make_zimage(uint32_t start, uint32_t end) {
    for (uint32_t at = 0; at < 0x40; at += 4) {
        put_word(at, 0xe1a00000);
    }
    put_word(0x24, 0x016f2818);
    put_word(0x28, start);
    put_word(0x2c, end);
    put_word(0x30, 0x04030201);
}

static void check_refused(uint32_t size, const char *words) {
    const char *why;

    assert_int_equal(room_of(size, &why), 0);
    assert_non_null(strstr(why, words));
}

static void zimages_are_checked(void **state) {
    const char *why;

    (void)state;
    make_zimage(0, 0x100000);
    assert_true(room_of(0x100000, &why) >= 4 * 0x100000);
    assert_true(room_of(0x180000, &why) > 0); /* with a tree behind it */
    check_refused(0x0fffff, "cut off");
    make_zimage(0x40008000, 0x40108000); /* linked at an address */
    assert_true(room_of(0x100000, &why) > 0);
    make_zimage(0x100000, 0x1000);
    check_refused(0x100000, "cut off");
    make_zimage(0, 0x100000);
    put_word(0x30, 0x01020304);
    check_refused(0x100000, "big-endian");
}

static void what_cannot_be_entered_is_refused(void **state) {
    const char *why;

    (void)state;
    make_zimage(0, 0x1000);
    put_word(0x24, 0);
    assert_int_equal(room_of(0x123456, &why), 0x123456 + MIB); /* a raw image */
    assert_int_equal(room_of(0xffffff00, &why), UINT32_MAX);
    check_refused(0x20, "too small");
    put_word(0, 0x464c457f);
    check_refused(0x1000, "ELF");
    put_word(0, 0x56190527);
    check_refused(0x1000, "uImage");
    put_word(0, 0x08088b1f);
    check_refused(0x1000, "gzip");
}

/* ---- Places ---- */

static int place(uint32_t ram, uint32_t ramdisk, uint32_t kernel, struct guest_layout *layout,
                 gpaddr_t *tree) {
    *layout =
        (struct guest_layout){.ram_start = {GUEST_BASE}, .ram_size = ram, .ramdisk_size = ramdisk};
    return domain_load_place(layout, kernel, GUEST_FDT_MAX, tree);
}

static void large_memory_has_them_at_128_mib(void **state) {
    struct guest_layout layout;
    gpaddr_t tree;

    (void)state;
    assert_int_equal(place(512 * MIB, 0x12345, 4 * MIB, &layout, &tree), 0);
    assert_int_equal(tree.v, GUEST_BASE + 128 * MIB);
    assert_int_equal(layout.ramdisk_start.v, tree.v + GUEST_FDT_MAX);
}

static void small_memory_has_them_at_its_end(void **state) {
    struct guest_layout layout;
    gpaddr_t tree;

    (void)state;
    assert_int_equal(place(32 * MIB, 0x212345, 4 * MIB, &layout, &tree), 0);
    assert_int_equal(layout.ramdisk_start.v, GUEST_BASE + 32 * MIB - 0x213000);
    assert_int_equal(tree.v, layout.ramdisk_start.v - GUEST_FDT_MAX);
}

/* Linux maps the MiB that the tree begins in and the next one. */
static void both_sections_of_the_tree_are_ram(void **state) {
    struct guest_layout layout;
    gpaddr_t tree;

    (void)state;
    assert_int_equal(place(32 * MIB, 0x12345, 4 * MIB, &layout, &tree), 0);
    assert_int_equal(tree.v, GUEST_BASE + 30 * MIB);
    assert_int_equal(place(128 * MIB, 0, 4 * MIB, &layout, &tree), 0);
    assert_int_equal(tree.v, GUEST_BASE + 126 * MIB);
}

static void what_does_not_fit_is_refused(void **state) {
    struct guest_layout layout;
    gpaddr_t tree;
    uint32_t room = 6 * MIB - DOMAIN_LOAD_KERNEL_OFFSET;

    (void)state;
    assert_int_equal(place(8 * MIB, 1, room, &layout, &tree), 0);
    assert_int_equal(tree.v, GUEST_BASE + DOMAIN_LOAD_KERNEL_OFFSET + room);
    assert_int_equal(place(8 * MIB, 1, room + 1, &layout, &tree), -XEN_ENOSPC);
    assert_int_equal(place(8 * MIB, 9 * MIB, 0x1000, &layout, &tree), -XEN_ENOSPC);
    assert_int_equal(place(8 * MIB, UINT32_MAX, 0x1000, &layout, &tree), -XEN_ENOSPC);
    assert_int_equal(place(8 * MIB, 0, UINT32_MAX, &layout, &tree), -XEN_ENOSPC);
    assert_int_equal(place(1 * MIB, 0, MIB, &layout, &tree), -XEN_ENOSPC);
}

/* ---- Copies: guest frames lie in machine memory in the opposite order ---- */

static uint32_t entries[GUEST_FRAMES];
static const struct p2m p2m = {
    .base = {GUEST_BASE >> PAGE_SHIFT}, .count = GUEST_FRAMES, .entry = entries};

static void make_map(void) {
    for (uint32_t i = 0; i < GUEST_FRAMES; i++) {
        entries[i] = FAKE_RAM_PA + ((GUEST_FRAMES - 1 - i) << PAGE_SHIFT);
    }
    memset(fake_ram, 0, GUEST_FRAMES << PAGE_SHIFT);
}

static uint8_t guest_byte(uint32_t at) {
    return fake_frame(mfn(entries[at >> PAGE_SHIFT] >> PAGE_SHIFT))[at & ~PAGE_MASK];
}

static uint8_t pattern(uint32_t at) {
    return (uint8_t)(at * 7 + (at >> 8) + 1);
}

static void check_arrived(uint32_t to, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        if (guest_byte(to + i) != pattern(i)) {
            fail_msg("byte %u of %u at %x", i, size, to);
        }
    }
    assert_int_equal(guest_byte(to - 1), 0);
    assert_int_equal(guest_byte(to + size), 0);
}

static void copies_of_any_size_arrive_in_small_pieces(void **state) {
    static const uint32_t sizes[] = {1, 3, 4095, 4096, 4097, 20000};

    (void)state;
    for (unsigned int s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        for (uint32_t offset = 0; offset < 4096; offset += 1365) {
            struct boot_module module = {maddr(MODULE_START), sizes[s]};
            uint32_t to = 0x8000 + offset, done = 0, steps = 0, before;
            bool more;

            make_map();
            for (uint32_t i = 0; i < sizes[s]; i++) {
                maddr_t a = maddr(MODULE_START + i);
                fake_frame(maddr_to_mfn(a))[a.v & ~PAGE_MASK] = pattern(i);
            }
            do {
                before = done;
                more = domain_load_copy(&p2m, gpaddr(GUEST_BASE + to), &module, &done);
                assert_true(done - before <= STEP_COPY);
                steps++;
            } while (more && steps < 20000 / STEP_COPY + 10);
            assert_int_equal(done, sizes[s]);
            check_arrived(to, sizes[s]);
        }
    }
}

static void an_empty_module_needs_no_step(void **state) {
    struct boot_module none = {maddr(0), 0};
    uint32_t done = 0;

    (void)state;
    assert_false(domain_load_copy(&p2m, gpaddr(GUEST_BASE), &none, &done));
    assert_int_equal(done, 0);
}

static void own_bytes_arrive(void **state) {
    uint8_t bytes[9000];
    uint32_t done = 0, before;
    bool more;

    (void)state;
    make_map();
    for (uint32_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = pattern(i);
    }
    do {
        before = done;
        more = domain_load_bytes(&p2m, gpaddr(GUEST_BASE + 0x1ffe), bytes, sizeof(bytes), &done);
        assert_in_range(done - before, 1, STEP_COPY);
    } while (more);
    check_arrived(0x1ffe, sizeof(bytes));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zimages_are_checked),
        cmocka_unit_test(what_cannot_be_entered_is_refused),
        cmocka_unit_test(large_memory_has_them_at_128_mib),
        cmocka_unit_test(small_memory_has_them_at_its_end),
        cmocka_unit_test(both_sections_of_the_tree_are_ram),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(copies_of_any_size_arrive_in_small_pieces),
        cmocka_unit_test(an_empty_module_needs_no_step),
        cmocka_unit_test(own_bytes_arrive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
