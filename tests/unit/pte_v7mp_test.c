/* SPDX-License-Identifier: GPL-2.0-only */
/* Table entries of ARMv7 where several CPUs are used: S is set on all normal memory, the guests'
 * and the hypervisor's, against the figures of the Arm ARM (DDI 0406, B3.5.1, B3.8.2). */
#define ARCH_PTE_H /* the level's format stands in for the fake machine's */
#define ARCH_SHAREABLE_H
#define ARCH_ALL_SHAREABLE 1
#include <stdint.h>

#include "arch/arm/v7/arch/pte_format.h"

static inline __attribute__((unused)) void arch_pte_write(uint32_t *entry, uint32_t hw) {
    *entry = hw;
}

#include "arch/arm/extended/pte.c"
#include "arch/arm/several/hyp_pte.c"
#include "support_cmocka.h"

#define PAGE_S    0x00000400u
#define SECTION_S 0x00010000u

static const enum pte_memory types[] = {PTE_UNCACHED, PTE_DEVICE, PTE_WRITECOMBINE,
                                        PTE_WRITETHROUGH, PTE_WRITEBACK};

static void sections_are_shareable_whatever_is_asked(void **state) {
    (void)state;
    for (unsigned int i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct pte pte = {
            .kind = PTE_SECTION, .addr = 0x12300000, .writable = true, .memory = types[i]};
        uint32_t hw = arch_pte_encode_l1(&pte);

        assert_int_equal(hw & SECTION_S, SECTION_S);
        pte.shareable = true;
        assert_int_equal(arch_pte_encode_l1(&pte), hw);
        assert_true(arch_pte_decode_hw_l1(hw).shareable);
    }
}

static void tables_have_no_such_bit(void **state) {
    struct pte pte = {.kind = PTE_TABLE, .addr = 0x12345400, .dacr_domain = 1};

    (void)state;
    assert_int_equal(arch_pte_encode_l1(&pte), 0x12345421);
}

static void pages_are_shareable_whatever_is_asked(void **state) {
    (void)state;
    for (unsigned int i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct pte pte = {.kind = PTE_SMALL, .addr = 0x12345000, .memory = types[i]};

        assert_int_equal(arch_pte_encode_l2(&pte) & PAGE_S, PAGE_S);
    }
    /* Write-back, write-allocate, AP = 3, as a guest writes it. */
    uint32_t attr = arch_l2_attr(0x1234507e);
    assert_int_equal(attr & (PAGE_S | 0x800), PAGE_S | 0x800);
    assert_int_equal(ARCH_L2_ALWAYS, PAGE_S | 0x800);
}

/* However core restricts an entry, it stays what it is. */
static void restricted_pages_stay_shareable(void **state) {
    uint32_t attr = arch_l2_attr(0x1234507e);

    (void)state;
    assert_int_equal(arch_l2_shared(attr) & PAGE_S, PAGE_S);
    assert_int_equal(arch_l2_foreign(attr) & PAGE_S, PAGE_S);
    assert_int_equal(arch_l2_readonly(attr) & PAGE_S, PAGE_S);
}

/* S of strongly ordered memory is ignored, and should be zero. */
static void own_entries_are_shareable_unless_a_device_s(void **state) {
    (void)state;
    for (enum hyp_rights rights = HYP_READ_ONLY; rights <= USR_READ_EXEC; rights++) {
        for (enum hyp_memory memory = MEMORY_DEVICE; memory <= MEMORY_TABLES; memory++) {
            uint32_t page = level_l2_page(0x12345000, rights, memory);
            uint32_t section = level_l1_section(0x12300000, rights, memory);

            /* TEX, C, B: 0b001, 1, 1, or all 0. */
            assert_int_equal(page & 0x1cc, memory == MEMORY_DEVICE ? 0 : 0x04c);
            assert_int_equal(page & PAGE_S, memory == MEMORY_DEVICE ? 0 : PAGE_S);
            assert_int_equal(section & 0x700c, memory == MEMORY_DEVICE ? 0 : 0x100c);
            assert_int_equal(section & SECTION_S, memory == MEMORY_DEVICE ? 0 : SECTION_S);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_are_shareable_whatever_is_asked),
        cmocka_unit_test(tables_have_no_such_bit),
        cmocka_unit_test(pages_are_shareable_whatever_is_asked),
        cmocka_unit_test(restricted_pages_stay_shareable),
        cmocka_unit_test(own_entries_are_shareable_unless_a_device_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
