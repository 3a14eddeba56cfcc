/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * XN: what a guest maps as data alone is not executed, by its kernel or by its user code.
 */
#include <string.h>

#include "core.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "user.h"

#define PAGE_AT    KERNEL_WINDOW
#define SECTION_AT (KERNEL_WINDOW + 16 * SECTION_SIZE)
#define USER_AT    USER_WINDOW

/* mov r0, #0x42; bx lr */
static const uint32_t routine[] = {0xe3a00042, 0xe12fff1e};
/* mov r0, #0x42; swi 0 */
static const uint32_t user_routine[] = {0xe3a00042, 0xef000000};

/* A page with @code in it, ready to be executed wherever it is mapped. */
static uint32_t page_with(const uint32_t code[2]) {
    static uint32_t *page;

    if (!page) {
        page = page_alloc(1);
    }
    memcpy(page, code, sizeof(routine));
    EXPECT_EQ(pt_ext(PV_MMUEXT_SYNC_ICACHE, (uint32_t)page, sizeof(routine)), 0);
    return page_gpa(page);
}

static void expect_runs(uint32_t va) {
    uint32_t result = 0;

    EXPECT_TRAP(try_call((void (*)(void))va, 0, &result), TRAP_NONE);
    EXPECT_EQ(result, 0x42);
}

static void expect_never(uint32_t va, uint32_t status) {
    EXPECT_TRAP(try_call((void (*)(void))va, 0, NULL), TRAP_PREFETCH_ABORT);
    EXPECT_EQ(trap_caught.far, va);
    EXPECT_EQ(trap_caught.fsr & CORE_FSR_MASK, status);
    EXPECT_TRAP(try_read(va, NULL), TRAP_NONE);
}

TEST(page_is_executed_unless_it_says_never) {
    uint32_t gpa = page_with(routine);

    EXPECT_EQ(pt_map(PAGE_AT, core_small(gpa, CORE_READ_WRITE)), 0);
    expect_runs(PAGE_AT);
    EXPECT_EQ(pt_map(PAGE_AT, core_small(gpa, CORE_READ_WRITE) | CORE_SMALL_XN), 0);
    expect_never(PAGE_AT, CORE_FSR_PERMISSION_L2);
    EXPECT_EQ(pt_map(PAGE_AT, core_small(gpa, CORE_READ_ONLY) | CORE_SMALL_XN), 0);
    expect_never(PAGE_AT, CORE_FSR_PERMISSION_L2);
    EXPECT_EQ(pt_map(PAGE_AT, core_small(gpa, CORE_READ_ONLY)), 0);
    expect_runs(PAGE_AT);
    EXPECT_EQ(pt_map(PAGE_AT, 0), 0);
}

/* A MiB of RAM that is whole: the library puts no other frame into it. */
TEST(section_is_executed_unless_it_says_never) {
    uint32_t gpa = page_ram_base + 8 * SECTION_SIZE;
    uint32_t section = core_section(gpa, PV_DOMAIN_KERNEL, CORE_READ_WRITE);
    uint32_t *entry = pt_l1_entry(pt_kernel_l1, SECTION_AT);

    memcpy(page_va(gpa), routine, sizeof(routine));
    EXPECT_EQ(pt_ext(PV_MMUEXT_SYNC_ICACHE, (uint32_t)page_va(gpa), sizeof(routine)), 0);
    EXPECT_EQ(pt_set(entry, section), 0);
    pt_flush_tlb();
    expect_runs(SECTION_AT);
    EXPECT_EQ(pt_set(entry, section | CORE_SECTION_XN), 0);
    pt_flush_tlb();
    expect_never(SECTION_AT, CORE_FSR_PERMISSION_L1);
    EXPECT_EQ(pt_set(entry, 0), 0);
    pt_flush_tlb();
}

TEST(user_page_is_executed_unless_it_says_never) {
    uint32_t gpa = page_with(user_routine);

    EXPECT_EQ(pt_map(USER_AT, core_small(gpa, CORE_READ_WRITE)), 0);
    EXPECT_TRAP(user_run((void (*)(void))USER_AT, 0, 0), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 0x42);
    EXPECT_EQ(pt_map(USER_AT, core_small(gpa, CORE_READ_WRITE) | CORE_SMALL_XN), 0);
    EXPECT_TRAP(user_run((void (*)(void))USER_AT, 0, 0), TRAP_PREFETCH_ABORT);
    EXPECT_EQ(user_state.far, USER_AT);
    EXPECT_EQ(user_state.fsr & CORE_FSR_MASK, CORE_FSR_PERMISSION_L2);
    EXPECT_TRAP(user_run(user_read, USER_AT, 0), TRAP_SWI);
    EXPECT_EQ(pt_map(USER_AT, 0), 0);
}

/* By the other ways of making an entry, too. */
TEST(never_survives_each_way_of_update) {
    static uint32_t entries[256];
    uint32_t entry = core_small(page_with(routine), CORE_READ_WRITE) | CORE_SMALL_XN;
    uint32_t l2 = page_gpa(pt_window(PAGE_AT));

    EXPECT_EQ(hypercall3(__HYPERVISOR_update_va_mapping, PAGE_AT, entry, UVMF_INVLPG), 0);
    expect_never(PAGE_AT, CORE_FSR_PERMISSION_L2);
    EXPECT_EQ(pt_map(PAGE_AT, 0), 0);
    EXPECT_EQ(hypercall3(__HYPERVISOR_pv_update, l2, entry, PAGE_AT), 0);
    expect_never(PAGE_AT, CORE_FSR_PERMISSION_L2);
    entries[1] = entry;
    EXPECT_EQ(pt_ext(PV_MMUEXT_LOAD_TABLE, l2, (uint32_t)entries), 0);
    pt_flush_tlb();
    expect_never(PAGE_AT + PAGE_SIZE, CORE_FSR_PERMISSION_L2);
    EXPECT_EQ(pt_map(PAGE_AT + PAGE_SIZE, 0), 0);
}
