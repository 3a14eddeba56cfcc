/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What holds for table entries at every architecture level; for pte_v5_test.c and its like, which
 * include the level's format and its pte.c before this, and say in NEVER_GLOBAL which bit is always
 * set.
 */
#ifndef PTE_CHECK_H
#define PTE_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void same(const struct pte *a, const struct pte *b) {
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->addr, b->addr);
    assert_int_equal(a->dacr_domain, b->dacr_domain);
    assert_int_equal(a->writable, b->writable);
    assert_int_equal(a->executable, b->executable);
    assert_int_equal(a->memory, b->memory);
    assert_int_equal(a->shareable, b->shareable);
}

/* What is taken says the same after it was encoded for the hardware; nothing else is added. */
static void taken_entries_keep_their_meaning(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 1u << 20; bits++) {
        struct pte pte = arch_pte_decode_l1(bits | 0x12300000u);
        struct pte again;

        if (pte.kind != PTE_SECTION && pte.kind != PTE_TABLE) {
            continue;
        }
        assert_int_equal(arch_l1_is_section(arch_pte_encode_l1(&pte)), pte.kind == PTE_SECTION);
        again = arch_pte_decode_hw_l1(arch_pte_encode_l1(&pte));
        same(&pte, &again);
    }
    for (uint32_t bits = 0; bits < 4096; bits++) {
        uint32_t raw = bits | 0x12345000u;
        struct pte pte = arch_pte_decode_l2(raw);
        struct pte again;

        assert_int_equal(pte.kind == PTE_SMALL, arch_l2_attr(raw) != 0);
        assert_int_equal(pte.kind == PTE_FAULT, arch_l2_is_fault(raw));
        if (pte.kind == PTE_SMALL) {
            assert_int_equal(arch_l2_attr(raw), bits | NEVER_GLOBAL);
            assert_int_equal(arch_l2_is_writable(raw), pte.writable);
            again = arch_pte_decode_l2(arch_pte_encode_l2(&pte));
            same(&pte, &again);
        }
    }
}

static bool is_cacheable(enum pte_memory memory) {
    return memory == PTE_WRITETHROUGH || memory == PTE_WRITEBACK;
}

/* Whatever was asked for, the changed attributes are taken too and say what they should. */
static void attributes_can_be_restricted(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 4096; bits++) {
        uint32_t attr = arch_l2_attr(bits);
        struct pte pte, device, readonly;
        uint32_t shared, foreign;

        if (!attr) {
            continue;
        }
        pte = arch_pte_decode_l2(attr);
        shared = arch_l2_shared(attr);
        device = arch_pte_decode_l2(arch_l2_device(attr));
        readonly = arch_pte_decode_l2(arch_l2_readonly(attr));
        foreign = arch_l2_foreign(attr);
        assert_true(!arch_l2_is_cached(attr) || is_cacheable(pte.memory));
        assert_true(arch_l2_is_cached(attr) || pte.memory != PTE_WRITEBACK);
        assert_false(arch_l2_is_fault(foreign));
        assert_false(arch_l2_is_cached(foreign));
        assert_int_equal(arch_l2_is_writable(foreign), pte.writable);
        assert_false(arch_l2_is_fault(shared));
        assert_false(arch_l2_is_cached(shared));
        assert_int_equal(arch_l2_is_writable(shared), pte.writable);
        assert_int_equal(device.kind, PTE_SMALL);
        assert_false(is_cacheable(device.memory));
        assert_int_equal(device.writable, pte.writable);
        assert_int_equal(readonly.kind, PTE_SMALL);
        assert_false(readonly.writable);
        assert_int_equal(readonly.memory, pte.memory);
    }
}

static void tables_are_found(void **state) {
    struct pte table = {.kind = PTE_TABLE, .addr = 0x07654400, .dacr_domain = 1};
    struct pte section = {.kind = PTE_SECTION, .addr = 0x07600000, .dacr_domain = 2};

    (void)state;
    assert_int_equal(arch_l1_table(arch_pte_encode_l1(&table)), 0x07654400);
    assert_int_equal(arch_l1_table(arch_pte_encode_l1(&section)), 0);
    assert_int_equal(arch_l1_table(0), 0);
}

#endif /* PTE_CHECK_H */
