/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest kernel may do with its tables, and that its own copies in memory mean
 * nothing to the MMU.
 */
#include <string.h>

#include "core.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "user.h"

#define WINDOW  KERNEL_WINDOW
#define USER_VA USER_WINDOW

static uint32_t marked_page(uint32_t mark) {
    uint32_t *page = page_alloc(1);

    *page = mark;
    return page_gpa(page);
}

static void expect_word(uint32_t va, uint32_t wanted) {
    uint32_t value = 0;

    EXPECT_TRAP(try_read(va, &value), TRAP_NONE);
    EXPECT_EQ(value, wanted);
}

TEST(mapping_moves_at_a_hypercall) {
    uint32_t a = marked_page(0xaaaa), b = marked_page(0xbbbb);

    EXPECT_EQ(pt_map(WINDOW, core_small(a, CORE_READ_WRITE)), 0);
    expect_word(WINDOW, 0xaaaa);
    EXPECT_EQ(pt_map(WINDOW, core_small(b, CORE_READ_WRITE)), 0);
    expect_word(WINDOW, 0xbbbb);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

TEST(writes_to_own_tables_change_nothing) {
    uint32_t a = marked_page(0xaaaa), b = marked_page(0xbbbb);
    uint32_t *l2 = pt_window(WINDOW);
    uint32_t l1_entry = *pt_l1_entry(pt_kernel_l1, WINDOW);

    EXPECT_EQ(pt_map(WINDOW, core_small(a, CORE_READ_WRITE)), 0);
    l2[0] = core_small(b, CORE_READ_WRITE);
    l2[1] = core_small(0x00010000, CORE_READ_WRITE);
    *pt_l1_entry(pt_kernel_l1, WINDOW) = core_section(0, PV_DOMAIN_HYP, CORE_READ_WRITE);
    *pt_l1_entry(pt_kernel_l1, PV_VECTORS_VA) = core_section(0, PV_DOMAIN_KERNEL, CORE_READ_WRITE);
    for (uint32_t va = WINDOW + 2 * SECTION_SIZE; va < PV_VIRT_START; va += SECTION_SIZE) {
        *pt_l1_entry(pt_kernel_l1, va) = core_section(va, PV_DOMAIN_KERNEL, CORE_READ_WRITE);
    }
    EXPECT_EQ(pt_ext(PV_MMUEXT_CLEAN_DCACHE, (uint32_t)pt_kernel_l1, 16384), 0);
    EXPECT_EQ(pt_ext(PV_MMUEXT_CLEAN_DCACHE, (uint32_t)l2, 1024), 0);
    pt_flush_tlb();
    expect_word(WINDOW, 0xaaaa);
    EXPECT_TRAP(try_read(WINDOW + PAGE_SIZE, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_read(WINDOW + 2 * SECTION_SIZE, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_write(PV_VECTORS_VA, 0), TRAP_DATA_ABORT);
    /* Loading the table again must not read the guest's copy either. */
    EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
    expect_word(WINDOW, 0xaaaa);
    EXPECT_TRAP(try_read(WINDOW + 2 * SECTION_SIZE, NULL), TRAP_DATA_ABORT);
    *pt_l1_entry(pt_kernel_l1, WINDOW) = l1_entry;
    l2[1] = 0;
    for (uint32_t va = WINDOW + 2 * SECTION_SIZE; va >= WINDOW; va += SECTION_SIZE) {
        *pt_l1_entry(pt_kernel_l1, va) = 0;
    }
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

TEST(update_of_an_unregistered_table_is_ignored) {
    uint32_t *l2 = pt_new_l2();
    uint32_t va = WINDOW + SECTION_SIZE;

    EXPECT_EQ(pt_update(page_gpa(l2), core_small(marked_page(1), CORE_READ_WRITE)), 0);
    /* "Filled after it was attached": what came before attaching is not there. */
    EXPECT_EQ(pt_attach(pt_kernel_l1, va, l2, PV_DOMAIN_KERNEL), 0);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(va, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_set(l2, core_small(marked_page(0x1234), CORE_READ_WRITE)), 0);
    pt_flush_tlb();
    expect_word(va, 0x1234);
    EXPECT_EQ(pt_set(pt_l1_entry(pt_kernel_l1, va), 0), 0);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(va, NULL), TRAP_DATA_ABORT);
    /* Dropped with its last entry: attached again it is empty. */
    EXPECT_EQ(pt_attach(pt_kernel_l1, va, l2, PV_DOMAIN_KERNEL), 0);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(va, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_set(pt_l1_entry(pt_kernel_l1, va), 0), 0);
}

/*
 * The hypervisor remembers the table of the last update: not beyond the table's life, when
 * its memory serves another.
 */
TEST(update_after_a_table_is_gone_touches_no_other) {
    uint32_t *first = pt_new_l2(), *second = pt_new_l2();
    uint32_t va = WINDOW + SECTION_SIZE;
    uint32_t entry = core_small(marked_page(0x4444), CORE_READ_WRITE);

    for (int i = 0; i < 32; i++) {
        EXPECT_EQ(pt_attach(pt_kernel_l1, va, first, PV_DOMAIN_KERNEL), 0);
        EXPECT_EQ(pt_update(page_gpa(first), entry), 0);
        EXPECT_EQ(pt_set(pt_l1_entry(pt_kernel_l1, va), 0), 0);
        EXPECT_EQ(pt_attach(pt_kernel_l1, va, second, PV_DOMAIN_KERNEL), 0);
        EXPECT_EQ(pt_update(page_gpa(first + 1), entry), 0);
        EXPECT_EQ(pt_update(page_gpa(first), entry), 0);
        pt_flush_tlb();
        EXPECT_TRAP(try_read(va, NULL), TRAP_DATA_ABORT);
        EXPECT_TRAP(try_read(va + PAGE_SIZE, NULL), TRAP_DATA_ABORT);
        EXPECT_EQ(pt_set(pt_l1_entry(pt_kernel_l1, va), 0), 0);
    }
}

TEST(user_domain_is_open_to_user_code_and_kernel) {
    uint32_t gpa = marked_page(0x7777);

    EXPECT_EQ(pt_map(USER_VA, core_small(gpa, CORE_READ_WRITE)), 0);
    EXPECT_TRAP(user_run(user_read, USER_VA, 0), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 0x7777);
    EXPECT_TRAP(user_run(user_write, USER_VA, 0x8888), TRAP_SWI);
    expect_word(USER_VA, 0x8888);
    EXPECT_EQ(pt_map(USER_VA, core_small(gpa, CORE_READ_ONLY)), 0);
    EXPECT_TRAP(user_run(user_write, USER_VA, 0x9999), TRAP_DATA_ABORT);
    EXPECT_EQ(user_state.fsr & CORE_FSR_MASK, CORE_FSR_PERMISSION_L2);
    EXPECT_EQ(user_state.far, USER_VA);
    EXPECT_TRAP(user_run(user_read, USER_VA, 0), TRAP_SWI);
    EXPECT_EQ(pt_map(USER_VA, 0), 0);
    EXPECT_TRAP(user_run(user_read, USER_VA, 0), TRAP_DATA_ABORT);
    EXPECT_EQ(user_state.fsr & CORE_FSR_MASK, CORE_FSR_TRANSLATION_L2);
}

/* A page of KERNEL at a user address (kernel mappings may lie anywhere) stays closed. */
TEST(kernel_domain_below_the_kernel_is_closed_to_user_code) {
    uint32_t va = USER_VA + SECTION_SIZE;
    uint32_t *l2 = pt_new_l2();

    EXPECT_EQ(pt_attach(pt_kernel_l1, va, l2, PV_DOMAIN_KERNEL), 0);
    EXPECT_EQ(pt_set(l2, core_small(marked_page(0x5555), CORE_READ_WRITE)), 0);
    pt_flush_tlb();
    expect_word(va, 0x5555);
    EXPECT_TRAP(user_run(user_read, va, 0), TRAP_DATA_ABORT);
    EXPECT_TRAP(user_run(user_write, va, 0), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_set(pt_l1_entry(pt_kernel_l1, va), 0), 0);
}

TEST(kernel_part_is_common_to_all_tables) {
    uint32_t *second = pt_new_l1();
    uint32_t va = WINDOW + 3 * SECTION_SIZE;
    uint32_t *l2 = pt_new_l2();

    /* A change in the one, made while it is loaded, is seen in the other, and back. */
    EXPECT_EQ(pt_attach(pt_kernel_l1, va, l2, PV_DOMAIN_KERNEL), 0);
    EXPECT_EQ(pt_set(l2, core_small(marked_page(0x3333), CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_switch(second), 0);
    expect_word(va, 0x3333);
    EXPECT_EQ(pt_set(pt_l1_entry(second, va), 0), 0);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(va, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
    EXPECT_TRAP(try_read(va, NULL), TRAP_DATA_ABORT);
    *pt_l1_entry(pt_kernel_l1, va) = 0;
    EXPECT_EQ(pt_unpin(page_gpa(second)), 0);
}

TEST(user_parts_are_separate) {
    uint32_t *second = pt_new_l1();
    uint32_t *l2 = pt_new_l2();
    uint32_t first_gpa = marked_page(0x1111), second_gpa = marked_page(0x2222);

    EXPECT_EQ(pt_map(USER_VA, core_small(first_gpa, CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_attach(second, USER_VA, l2, PV_DOMAIN_USER), 0);
    EXPECT_EQ(pt_set(l2, core_small(second_gpa, CORE_READ_WRITE)), 0);
    expect_word(USER_VA, 0x1111);
    for (int i = 0; i < 4; i++) {
        EXPECT_EQ(pt_switch(second), 0);
        expect_word(USER_VA, 0x2222);
        EXPECT_TRAP(try_read(USER_BASE, NULL), TRAP_DATA_ABORT);
        EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
        expect_word(USER_VA, 0x1111);
    }
    EXPECT_EQ(pt_unpin(page_gpa(second)), 0);
    EXPECT_EQ(pt_map(USER_VA, 0), 0);
}

/* Registered tables that were unpinned give their memory back: more rounds than would fit. */
TEST(tables_can_be_made_and_dropped_for_ever) {
    uint32_t *l1 = page_alloc(4);

    for (int round = 0; round < 200; round++) {
        REQUIRE_EQ(pt_pin(page_gpa(l1)), 0);
        for (uint32_t i = 0; i < 4; i++) {
            REQUIRE_EQ(pt_update(page_gpa(l1) + (16 + i) * 4,
                                 core_table(page_gpa(l1) + 0x40000 + i * 1024, PV_DOMAIN_USER)),
                       0);
        }
        REQUIRE_EQ(pt_unpin(page_gpa(l1)), 0);
    }
}

TEST(clear_page_and_copy_page) {
    uint32_t *from = page_alloc(1), *to = page_alloc(1);

    memset(from, 0x5a, PAGE_SIZE);
    EXPECT_EQ(pt_ext(MMUEXT_COPY_PAGE, (uint32_t)to, (uint32_t)from), 0);
    EXPECT_EQ(memcmp(from, to, PAGE_SIZE), 0);
    EXPECT_EQ(pt_ext(MMUEXT_CLEAR_PAGE, (uint32_t)to, 0), 0);
    for (uint32_t i = 0; i < PAGE_SIZE / 4; i++) {
        EXPECT_EQ(to[i], 0);
    }
    EXPECT_EQ(pt_ext(MMUEXT_CLEAR_PAGE, (uint32_t)to + 4, 0), -XEN_EINVAL);
    EXPECT_EQ(pt_ext(MMUEXT_CLEAR_PAGE, 0xff000000, 0), -XEN_EINVAL);
    EXPECT_EQ(pt_ext(MMUEXT_CLEAR_PAGE, PV_VECTORS_VA, 0), -XEN_EINVAL);
    EXPECT_EQ(pt_ext(MMUEXT_COPY_PAGE, (uint32_t)to, 0xff000000), -XEN_EINVAL);
    EXPECT_EQ(pt_ext(MMUEXT_COPY_PAGE, 0xff000000, (uint32_t)from), -XEN_EINVAL);
}

TEST(page_operations_have_the_guests_rights) {
    uint32_t *page = page_alloc(1), *other = page_alloc(1);

    memset(page, 0x5a, PAGE_SIZE);
    memset(other, 0xa5, PAGE_SIZE);
    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa(page), CORE_READ_ONLY)), 0);
    EXPECT_EQ(pt_map(WINDOW + PAGE_SIZE, 0), 0);
    EXPECT_EQ(pt_ext(MMUEXT_CLEAR_PAGE, WINDOW, 0), -XEN_EFAULT);
    EXPECT_EQ(pt_ext(MMUEXT_COPY_PAGE, WINDOW, (uint32_t)other), -XEN_EFAULT);
    EXPECT_EQ(page[0], 0x5a5a5a5a);
    EXPECT_EQ(pt_ext(MMUEXT_CLEAR_PAGE, WINDOW + PAGE_SIZE, 0), -XEN_EFAULT);
    EXPECT_EQ(pt_ext(MMUEXT_COPY_PAGE, WINDOW + PAGE_SIZE, (uint32_t)other), -XEN_EFAULT);
    EXPECT_EQ(pt_ext(MMUEXT_COPY_PAGE, (uint32_t)other, WINDOW + PAGE_SIZE), -XEN_EFAULT);
    EXPECT_EQ(pt_ext(MMUEXT_COPY_PAGE, (uint32_t)other, WINDOW), 0);
    EXPECT_EQ(memcmp(page, other, PAGE_SIZE), 0);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* The TLB holds what the last operation left there, which the guest did not flush. */
TEST(page_operations_go_where_the_table_says) {
    uint32_t *old = page_alloc(1), *new = page_alloc(1);
    uint32_t *entry = &pt_window(WINDOW)[WINDOW / PAGE_SIZE % 256];

    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa(old), CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_ext(MMUEXT_CLEAR_PAGE, WINDOW, 0), 0);
    old[1] = new[1] = 0x1234;
    EXPECT_EQ(pt_set(entry, core_small(page_gpa(new), CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_ext(MMUEXT_CLEAR_PAGE, WINDOW, 0), 0);
    EXPECT_EQ(old[1], 0x1234);
    EXPECT_EQ(new[1], 0);
    new[1] = 0x5678;
    EXPECT_EQ(pt_set(entry, core_small(page_gpa(new), CORE_READ_ONLY)), 0);
    EXPECT_EQ(pt_ext(MMUEXT_CLEAR_PAGE, WINDOW, 0), -XEN_EFAULT);
    EXPECT_EQ(pt_ext(MMUEXT_COPY_PAGE, WINDOW, (uint32_t)old), -XEN_EFAULT);
    EXPECT_EQ(old[1], 0x1234);
    EXPECT_EQ(new[1], 0x5678);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

TEST(whole_table_load) {
    static uint32_t entries[256];
    uint32_t *l2 = pt_window(WINDOW);
    uint32_t gpa = marked_page(0xcafe);

    for (uint32_t i = 0; i < 256; i++) {
        entries[i] = i % 2 ? 0 : core_small(gpa, CORE_READ_WRITE);
    }
    EXPECT_EQ(pt_ext(PV_MMUEXT_LOAD_TABLE, page_gpa(l2), (uint32_t)entries), 0);
    pt_flush_tlb();
    expect_word(WINDOW, 0xcafe);
    expect_word(WINDOW + 254 * PAGE_SIZE, 0xcafe);
    EXPECT_TRAP(try_read(WINDOW + 255 * PAGE_SIZE, NULL), TRAP_DATA_ABORT);
    entries[1] = core_small(0x00010000, CORE_READ_WRITE);
    EXPECT_EQ(pt_ext(PV_MMUEXT_LOAD_TABLE, page_gpa(l2), (uint32_t)entries), -XEN_EPERM);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(WINDOW + PAGE_SIZE, NULL), TRAP_DATA_ABORT);
    memset(entries, 0, sizeof(entries));
    EXPECT_EQ(pt_ext(PV_MMUEXT_LOAD_TABLE, page_gpa(l2), (uint32_t)entries), 0);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
}

TEST(multicall_runs_each_and_keeps_each_result) {
    uint32_t gpa = marked_page(0xd00d);
    struct multicall_entry calls[4] = {
        {.op = __HYPERVISOR_update_va_mapping,
         .args = {WINDOW, core_small(gpa, CORE_READ_WRITE), UVMF_INVLPG}},
        {.op = 63},
        {.op = __HYPERVISOR_update_va_mapping,
         .args = {WINDOW + PAGE_SIZE, core_small(0x00010000, CORE_READ_WRITE), UVMF_INVLPG}},
        {.op = __HYPERVISOR_xen_version, .args = {XENVER_version}},
    };

    pt_window(WINDOW);
    EXPECT_EQ(hypercall2(__HYPERVISOR_multicall, (uint32_t)calls, 4), 0);
    EXPECT_EQ(calls[0].result, 0);
    EXPECT_EQ((int32_t)calls[1].result, -XEN_ENOSYS);
    EXPECT_EQ((int32_t)calls[2].result, -XEN_EPERM);
    EXPECT_EQ(calls[3].result, 4 << 16 | 17);
    expect_word(WINDOW, 0xd00d);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

TEST(thread_word_follows_set_segment_base) {
    EXPECT_EQ(hypercall2(__HYPERVISOR_set_segment_base, PV_SEGBASE_TLS, 0x12345678), 0);
    EXPECT_EQ(*(volatile uint32_t *)PV_TLS_VA, 0x12345678);
    EXPECT_TRAP(user_run(user_read, PV_TLS_VA, 0), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 0x12345678);
}
