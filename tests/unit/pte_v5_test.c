/* SPDX-License-Identifier: GPL-2.0-only */
/* ARMv5 table entries, against the figures of the Arm ARM (DDI 0100, B3.3) and the ARM926 TRM. */
#define ARCH_PTE_H /* the level's format stands in for the fake machine's */
#include <stdint.h>

#include "arch/arm/v5/arch/pte_format.h"

static inline __attribute__((unused)) void arch_pte_write(uint32_t *entry, uint32_t hw) {
    *entry = hw;
}

#include "arch/arm/v5/pte.c"
#define NEVER_GLOBAL 0u
#include "pte_check.h"

static void small_pages_have_one_right_for_all_subpages(void **state) {
    (void)state;
    assert_int_equal(arch_l2_attr(0x12345ffe), 0xffe);
    assert_int_equal(arch_l2_attr(0x12345aa2), 0xaa2);
    assert_int_equal(arch_l2_foreign(0xffe), 0xff2);
    for (uint32_t ap = 0; ap < 256; ap++) {
        uint32_t expected = ap == 0xff || ap == 0xaa ? ap << 4 | 0xe : 0;

        assert_int_equal(arch_l2_attr(ap << 4 | 0xe), expected);
    }
}

static void other_kinds_of_page_are_refused(void **state) {
    (void)state;
    assert_int_equal(arch_pte_decode_l2(0x12340ffd).kind, PTE_BAD); /* large */
    assert_int_equal(arch_pte_decode_l2(0x12340fff).kind, PTE_BAD); /* tiny */
    assert_int_equal(arch_pte_decode_l2(0x12340ffc).kind, PTE_FAULT);
    assert_int_equal(arch_pte_decode_l1(0x12345013).kind, PTE_BAD); /* fine table */
    assert_int_equal(arch_pte_decode_l1(0x12345ff0).kind, PTE_FAULT);
}

static void sections_decode(void **state) {
    struct pte pte = arch_pte_decode_l1(0x12300c5e);

    (void)state;
    assert_int_equal(pte.kind, PTE_SECTION);
    assert_int_equal(pte.addr, 0x12300000);
    assert_int_equal(pte.dacr_domain, 2);
    assert_true(pte.writable);
    assert_true(pte.executable);
    assert_int_equal(pte.memory, PTE_WRITEBACK);
    assert_int_equal(arch_pte_encode_l1(&pte), 0x12300c5e);
    pte = arch_pte_decode_l1(0x12300826);
    assert_false(pte.writable);
    assert_int_equal(pte.dacr_domain, 1);
    assert_int_equal(pte.memory, PTE_WRITECOMBINE);
}

/* Bit 4 must be 1 on the ARM926, whatever the guest wrote. */
static void bit_4_is_set(void **state) {
    struct pte section = arch_pte_decode_l1(0x12300c4e);
    struct pte table = arch_pte_decode_l1(0x12345421);

    (void)state;
    assert_int_equal(arch_pte_encode_l1(&section), 0x12300c5e);
    assert_int_equal(table.kind, PTE_TABLE);
    assert_int_equal(table.addr, 0x12345400);
    assert_int_equal(arch_pte_encode_l1(&table), 0x12345431);
}

static void bits_that_should_be_zero_are(void **state) {
    static const uint32_t section_bits[] = {9, 12, 13, 14, 15, 16, 17, 18, 19};
    static const uint32_t table_bits[] = {2, 3, 9};

    (void)state;
    for (unsigned int i = 0; i < 9; i++) {
        assert_int_equal(arch_pte_decode_l1(0x12300c5e | 1u << section_bits[i]).kind, PTE_BAD);
    }
    for (unsigned int i = 0; i < 3; i++) {
        assert_int_equal(arch_pte_decode_l1(0x12345431 | 1u << table_bits[i]).kind, PTE_BAD);
    }
}

static void privileged_only_rights_are_refused(void **state) {
    (void)state;
    assert_int_equal(arch_pte_decode_l1(0x1230045e).kind, PTE_BAD);
    assert_int_equal(arch_pte_decode_l1(0x1230005e).kind, PTE_BAD);
    assert_int_equal(arch_pte_decode_l2(0x1234555e).kind, PTE_BAD);
    assert_int_equal(arch_pte_decode_l2(0x1234500e).kind, PTE_BAD);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_pages_have_one_right_for_all_subpages),
        cmocka_unit_test(other_kinds_of_page_are_refused),
        cmocka_unit_test(sections_decode),
        cmocka_unit_test(bit_4_is_set),
        cmocka_unit_test(bits_that_should_be_zero_are),
        cmocka_unit_test(privileged_only_rights_are_refused),
        cmocka_unit_test(taken_entries_keep_their_meaning),
        cmocka_unit_test(attributes_can_be_restricted),
        cmocka_unit_test(tables_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
