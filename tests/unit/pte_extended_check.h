/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What holds for table entries of ARMv6 and ARMv7; for pte_v6_test.c and pte_v7_test.c, which
 * include the level's format and its pte.c before this.
 */
#ifndef PTE_EXTENDED_CHECK_H
#define PTE_EXTENDED_CHECK_H

#define NEVER_GLOBAL 0x800u
#include "pte_check.h"

static void small_pages_decode(void **state) {
    /* nG, S, APX = 0, TEX = 1, AP = 3, C, B, XN. */
    struct pte pte = arch_pte_decode_l2(0x12345c7f);

    (void)state;
    assert_int_equal(pte.kind, PTE_SMALL);
    assert_int_equal(pte.addr, 0x12345000);
    assert_true(pte.writable);
    assert_false(pte.executable);
    assert_true(pte.shareable);
    assert_int_equal(pte.memory, PTE_WRITEBACK);
    assert_int_equal(arch_pte_encode_l2(&pte), 0x12345c7f);
    pte = arch_pte_decode_l2(0x12345026);
    assert_false(pte.writable);
    assert_true(pte.executable);
    assert_int_equal(pte.memory, PTE_DEVICE);
}

static void only_rights_of_usr_mode_are_taken(void **state) {
    (void)state;
    for (uint32_t rights = 0; rights < 8; rights++) {
        uint32_t apx = rights >> 2, ap = rights & 3;
        bool ok = rights == 2 || rights == 3;

        assert_int_equal(arch_pte_decode_l2(0x1234500e | apx << 9 | ap << 4).kind,
                         ok ? PTE_SMALL : PTE_BAD);
        assert_int_equal(arch_pte_decode_l1(0x1230004e | apx << 15 | ap << 10).kind,
                         ok ? PTE_SECTION : PTE_BAD);
    }
}

/* TEX, C, B: strongly ordered, device, write-through, write-back; normal uncached, write-back and
 * write-allocate; device not shared. */
static void only_known_memory_types_are_taken(void **state) {
    static const uint32_t known[] = {0, 1, 2, 3, 4, 7, 8};

    (void)state;
    for (uint32_t type = 0; type < 32; type++) {
        bool ok = false;

        for (unsigned int i = 0; i < 7; i++) {
            ok = ok || known[i] == type;
        }
        assert_int_equal(arch_pte_decode_l2(0x12345032 | (type >> 2) << 6 | (type & 3) << 2).kind,
                         ok ? PTE_SMALL : PTE_BAD);
        assert_int_equal(arch_pte_decode_l1(0x12300c42 | (type >> 2) << 12 | (type & 3) << 2).kind,
                         ok ? PTE_SECTION : PTE_BAD);
    }
}

static void other_kinds_are_refused(void **state) {
    (void)state;
    assert_int_equal(arch_pte_decode_l2(0x12340031).kind, PTE_BAD); /* large page */
    assert_int_equal(arch_pte_decode_l2(0x12345ffc).kind, PTE_FAULT);
    assert_int_equal(arch_pte_decode_l1(0x12340c4e | 1u << 18).kind, PTE_BAD); /* supersection */
    assert_int_equal(arch_pte_decode_l1(0x12300c4e | 1u << 19).kind, PTE_BAD); /* NS */
    assert_int_equal(arch_pte_decode_l1(0x12300c4e | 1u << 9).kind, PTE_BAD);
    assert_int_equal(arch_pte_decode_l1(0x12300c4f).kind, PTE_BAD);           /* reserved, or PXN */
    assert_int_equal(arch_pte_decode_l1(0x12345421 | 1u << 2).kind, PTE_BAD); /* PXN */
    assert_int_equal(arch_pte_decode_l1(0x12345421 | 1u << 3).kind, PTE_BAD); /* NS */
    assert_int_equal(arch_pte_decode_l1(0x12345421 | 1u << 4).kind, PTE_BAD);
    assert_int_equal(arch_pte_decode_l1(0x12345421 | 1u << 9).kind, PTE_BAD);
}

static void sections_and_tables_encode(void **state) {
    struct pte section = {.kind = PTE_SECTION,
                          .addr = 0x12300000,
                          .dacr_domain = 2,
                          .writable = true,
                          .memory = PTE_WRITEBACK,
                          .shareable = true};
    struct pte table = {.kind = PTE_TABLE, .addr = 0x12345400, .dacr_domain = 1};

    (void)state;
    /* nG, S, TEX = 1, AP = 3, domain 2, XN, C, B. */
    assert_int_equal(arch_pte_encode_l1(&section), 0x12331c5e);
    section.executable = true;
    section.writable = section.shareable = false;
    assert_int_equal(arch_pte_encode_l1(&section), 0x1232184e);
    assert_int_equal(arch_pte_encode_l1(&table), 0x12345421);
}

static void device_memory_is_never_executable(void **state) {
    (void)state;
    assert_int_equal(arch_l2_device(0x07e), 0x037);
    assert_int_equal(arch_l2_device(0x036), 0x037);
}

static int pte_extended_run(const struct CMUnitTest *of_level) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_pages_decode),
        cmocka_unit_test(only_rights_of_usr_mode_are_taken),
        cmocka_unit_test(only_known_memory_types_are_taken),
        cmocka_unit_test(other_kinds_are_refused),
        cmocka_unit_test(sections_and_tables_encode),
        cmocka_unit_test(device_memory_is_never_executable),
        cmocka_unit_test(taken_entries_keep_their_meaning),
        cmocka_unit_test(attributes_can_be_restricted),
        cmocka_unit_test(tables_are_found),
        *of_level,
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif /* PTE_EXTENDED_CHECK_H */
