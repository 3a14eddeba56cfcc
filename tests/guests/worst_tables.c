/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every call about tables, the TLB and caches, at its worst arguments: how long interrupts are
 * masked is measured from outside (test_stretches.py).
 */
#include <stdio.h>

#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "row.h"
#include "test.h"
#include "user.h"

#define ENTRIES    256u /* of a second-level table */
#define TABLES     4u
#define UPDATES    (TABLES * ENTRIES)
#define MANY       200u /* first-level tables are few: 16 KiB each of ours */
#define SECTIONS   7u   /* as many as a MiB may have */
#define KERNEL_MIB (KERNEL_WINDOW >> 20)
#define USER_MIB   0x500u

static struct mmu_update list[UPDATES];
static uint32_t *tables[TABLES]; /* attached at KERNEL_WINDOW */
static uint32_t data;            /* guest-physical: as many pages as updates */

static uint32_t entry_gpa(uint32_t i) {
    return page_gpa(tables[i / ENTRIES]) + i % ENTRIES * 4;
}

static void make_tables(void) {
    for (uint32_t i = 0; i < TABLES && !tables[i]; i++) {
        tables[i] = pt_new_l2();
        REQUIRE_EQ(
            pt_attach(pt_kernel_l1, KERNEL_WINDOW + i * SECTION_SIZE, tables[i], PV_DOMAIN_KERNEL),
            0);
    }
    if (!data) {
        data = page_gpa(page_alloc(UPDATES));
    }
}

/* A list that sets all entries of the tables; the frames in turn, from @first on. */
static void fill_list(uint32_t first, uint32_t (*make)(uint32_t gpa, uint32_t rights)) {
    make_tables();
    for (uint32_t i = 0; i < UPDATES; i++) {
        uint32_t gpa = data + (first + i) % UPDATES * PAGE_SIZE;

        list[i].ptr = entry_gpa(i) | MMU_NORMAL_PT_UPDATE;
        list[i].val = make ? make(gpa, CORE_READ_WRITE) : 0;
    }
}

static int32_t send_list(uint32_t count) {
    uint32_t done;

    return mmu_update(list, count, &done);
}

/* ---- Second-level tables ---- */

TEST(second_level_lists) {
    fill_list(0, core_small);
    EXPECT_EQ(ROW("mmu_update: 1024 new entries", send_list(UPDATES)), 0);
    fill_list(1, core_small);
    EXPECT_EQ(ROW("mmu_update: 1024 entries, another frame each", send_list(UPDATES)), 0);
    fill_list(1, core_small_uncached);
    EXPECT_EQ(ROW("mmu_update: 1024 entries, other attributes", send_list(UPDATES)), 0);
    for (uint32_t i = 0; i < UPDATES; i += 2) {
        list[i].val = core_small(data + i * PAGE_SIZE, CORE_READ_ONLY);
    }
    EXPECT_EQ(ROW("mmu_update: 1024 entries, attributes in turn", send_list(UPDATES)), 0);
    fill_list(0, NULL);
    EXPECT_EQ(ROW("mmu_update: 1024 entries go", send_list(UPDATES)), 0);
    for (uint32_t i = 0; i < UPDATES; i++) { /* another table each time */
        list[i].ptr = entry_gpa(i % TABLES * ENTRIES + i / TABLES) | MMU_NORMAL_PT_UPDATE;
        list[i].val = core_small_uncached(data + i * PAGE_SIZE, CORE_READ_WRITE);
    }
    EXPECT_EQ(ROW("mmu_update: 1024 entries, another table each", send_list(UPDATES)), 0);
    for (uint32_t i = 0; i < UPDATES; i++) {
        list[i].ptr = page_gpa(list) | MMU_NORMAL_PT_UPDATE;
    }
    EXPECT_EQ(ROW("mmu_update: 1024 entries in no table", send_list(UPDATES)), 0);
    fill_list(0, NULL);
    EXPECT_EQ(send_list(UPDATES), 0);
}

TEST(single_updates) {
    make_tables();
    EXPECT_EQ(ROW("update_va_mapping",
                  hypercall3(__HYPERVISOR_update_va_mapping, KERNEL_WINDOW,
                             core_small_uncached(data, CORE_READ_WRITE), UVMF_TLB_FLUSH)),
              0);
    EXPECT_EQ(ROW("pv_update: another frame",
                  hypercall3(__HYPERVISOR_pv_update, entry_gpa(0),
                             core_small(data + PAGE_SIZE, CORE_READ_WRITE), KERNEL_WINDOW)),
              0);
    EXPECT_EQ(pt_update(entry_gpa(0), 0), 0);
}

/* ---- First-level tables ---- */

static int32_t set_l1(uint32_t mib, uint32_t value) {
    return hypercall3(__HYPERVISOR_pv_update, page_gpa(pt_kernel_l1 + mib), value,
                      PV_UPDATE_NO_FLUSH);
}

/* A MiB without a table of ours. */
static uint32_t plain_mib(void) {
    static uint32_t gpa;

    if (!gpa) {
        gpa = page_gpa(page_alloc(256));
    }
    return gpa;
}

/* A table of uncached entries: each has to be looked at when it is dropped. */
static void fill_uncached(uint32_t first) {
    fill_list(0, core_small_uncached);
    REQUIRE_EQ(mmu_update(list + first, ENTRIES, NULL), 0);
}

TEST(first_level_entries) {
    uint32_t *l2 = pt_new_l2();

    make_tables();
    EXPECT_EQ(
        ROW("pv_update: a new table", set_l1(USER_MIB, core_table(page_gpa(l2), PV_DOMAIN_USER))),
        0);
    EXPECT_EQ(ROW("pv_update: an empty table goes", set_l1(USER_MIB, 0)), 0);
    fill_uncached(0);
    EXPECT_EQ(ROW("pv_update: a table of 256 uncached entries goes", set_l1(KERNEL_MIB, 0)), 0);
    EXPECT_EQ(set_l1(KERNEL_MIB, core_table(page_gpa(tables[0]), PV_DOMAIN_KERNEL)), 0);
    fill_uncached(0);
    list[0].ptr = page_gpa(pt_kernel_l1 + KERNEL_MIB) | MMU_NORMAL_PT_UPDATE;
    list[0].val = 0;
    EXPECT_EQ(ROW("mmu_update: a table of 256 uncached entries goes", send_list(1)), 0);
    EXPECT_EQ(set_l1(KERNEL_MIB, core_table(page_gpa(tables[0]), PV_DOMAIN_KERNEL)), 0);
    for (uint32_t i = 0; i < SECTIONS; i++) {
        list[i].ptr = page_gpa(pt_kernel_l1 + USER_MIB + i) | MMU_NORMAL_PT_UPDATE;
        list[i].val = core_section(plain_mib(), PV_DOMAIN_USER, CORE_READ_WRITE);
    }
    EXPECT_EQ(ROW("mmu_update: 7 sections", send_list(SECTIONS)), 0);
    for (uint32_t i = 0; i < SECTIONS; i++) {
        list[i].val = 0;
    }
    EXPECT_EQ(ROW("mmu_update: 7 sections go", send_list(SECTIONS)), 0);
}

/* Entries of the kernel's part stand in all first-level tables. */
TEST(kernel_part_with_many_tables) {
    static uint32_t *made[MANY];
    uint32_t count = 0;
    struct mmuext_op ops[4];

    for (uint32_t i = 0; i < 4; i++) {
        ops[i] = (struct mmuext_op){.cmd = MMUEXT_PIN_L1_TABLE};
        made[count] = page_alloc(4);
        ops[i].arg1.mfn = page_gpa(made[count++]) >> 12;
    }
    EXPECT_EQ(ROW("mmuext_op PIN_L1_TABLE: four in a list", mmuext_op(ops, 4, NULL)), 0);
    while (count < MANY && page_free_count() > 64 && (made[count] = page_alloc(4)) &&
           pt_pin(page_gpa(made[count])) == 0) {
        count++;
    }
    EXPECT_TRUE(count > 40);
    make_tables();
    EXPECT_EQ(ROW("pv_update: an entry of the kernel's part goes", set_l1(KERNEL_MIB + 1, 0)), 0);
    EXPECT_EQ(ROW("pv_update: a new table in the kernel's part",
                  set_l1(KERNEL_MIB + 1, core_table(page_gpa(tables[1]), PV_DOMAIN_KERNEL))),
              0);
    for (uint32_t i = 0; i < 5; i++) {
        list[i].ptr = page_gpa(pt_kernel_l1 + KERNEL_MIB + 8 + i) | MMU_NORMAL_PT_UPDATE;
        list[i].val = core_section(plain_mib(), PV_DOMAIN_KERNEL, CORE_READ_WRITE);
    }
    EXPECT_EQ(ROW("mmu_update: five sections in the kernel's part", send_list(5)), 0);
    for (uint32_t i = 0; i < 5; i++) {
        list[i].val = 0;
    }
    EXPECT_EQ(send_list(5), 0);
    fill_uncached(ENTRIES);
    EXPECT_EQ(ROW("pv_update: a table of 256 uncached entries of the kernel's part goes",
                  set_l1(KERNEL_MIB + 1, 0)),
              0);
    EXPECT_EQ(set_l1(KERNEL_MIB + 1, core_table(page_gpa(tables[1]), PV_DOMAIN_KERNEL)), 0);
    while (--count) {
        EXPECT_EQ(pt_unpin(page_gpa(made[count])), 0);
    }
    EXPECT_EQ(ROW("mmuext_op UNPIN_TABLE", pt_unpin(page_gpa(made[0]))), 0);
}

/* ---- mmuext_op ---- */

TEST(bases) {
    uint32_t *l1 = pt_new_l1();

    EXPECT_EQ(ROW("mmuext_op NEW_BASEPTR", pt_switch(l1)), 0);
    EXPECT_EQ(ROW("pv_task_switch", hypercall3(__HYPERVISOR_pv_task_switch,
                                               page_gpa(pt_kernel_l1) >> 12, 0, PV_SWITCH_FPU_OFF)),
              0);
    EXPECT_EQ(hypercall1(__HYPERVISOR_fpu_taskswitch, 0), 0);
    EXPECT_EQ(ROW("pv_mmuext",
                  hypercall4(__HYPERVISOR_pv_mmuext, MMUEXT_INVLPG_LOCAL, KERNEL_WINDOW, 0, 0)),
              0);
    EXPECT_EQ(pt_unpin(page_gpa(l1)), 0);
}

TEST(loading) {
    static uint32_t entries[ENTRIES];

    make_tables();
    for (uint32_t i = 0; i < ENTRIES; i++) {
        entries[i] = core_small_uncached(data + i * PAGE_SIZE, CORE_READ_WRITE);
    }
    EXPECT_EQ(ROW("mmuext_op PV_MMUEXT_LOAD_TABLE: 256 uncached entries",
                  pt_ext(PV_MMUEXT_LOAD_TABLE, page_gpa(tables[0]), (uint32_t)entries)),
              0);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        entries[i] = core_small(data + (i + 1) * PAGE_SIZE, CORE_READ_ONLY);
    }
    EXPECT_EQ(ROW("mmuext_op PV_MMUEXT_LOAD_TABLE: 256 entries, another frame each",
                  pt_ext(PV_MMUEXT_LOAD_TABLE, page_gpa(tables[0]), (uint32_t)entries)),
              0);
}

static int32_t on_page(uint32_t command, uint32_t to, uint32_t from) {
    struct mmuext_op op = {.cmd = command};

    op.arg1.linear_addr = to;
    op.arg2.src_mfn = from;
    return mmuext_op(&op, 1, NULL);
}

TEST(pages_and_tlb) {
    uint32_t to = (uint32_t)page_alloc(1), from = (uint32_t)page_alloc(1);

    EXPECT_EQ(ROW("mmuext_op TLB_FLUSH_LOCAL", pt_ext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0)), 0);
    EXPECT_EQ(ROW("mmuext_op TLB_FLUSH_MULTI", pt_ext(MMUEXT_TLB_FLUSH_MULTI, 0, 0)), 0);
    EXPECT_EQ(ROW("mmuext_op TLB_FLUSH_ALL", pt_ext(MMUEXT_TLB_FLUSH_ALL, 0, 0)), 0);
    EXPECT_EQ(ROW("mmuext_op INVLPG_LOCAL", pt_ext(MMUEXT_INVLPG_LOCAL, to, 0)), 0);
    EXPECT_EQ(ROW("mmuext_op INVLPG_MULTI", pt_ext(MMUEXT_INVLPG_MULTI, to, 0)), 0);
    EXPECT_EQ(ROW("mmuext_op INVLPG_ALL", pt_ext(MMUEXT_INVLPG_ALL, to, 0)), 0);
    EXPECT_EQ(ROW("mmuext_op PV_MMUEXT_TLB_FLUSH_RANGE: 16 pages",
                  pt_ext(PV_MMUEXT_TLB_FLUSH_RANGE, KERNEL_BASE, 16 * PAGE_SIZE)),
              0);
    EXPECT_EQ(ROW("mmuext_op CLEAR_PAGE", on_page(MMUEXT_CLEAR_PAGE, to, 0)), 0);
    EXPECT_EQ(ROW("mmuext_op COPY_PAGE", on_page(MMUEXT_COPY_PAGE, to, from)), 0);
}

/* Ranges up to where the whole cache is shorter, and longer. */
TEST(caches) {
    uint32_t va = (uint32_t)page_alloc(64);

    EXPECT_EQ(ROW("mmuext_op FLUSH_CACHE", pt_ext(MMUEXT_FLUSH_CACHE, 0, 0)), 0);
    EXPECT_EQ(ROW("mmuext_op FLUSH_CACHE_GLOBAL", pt_ext(MMUEXT_FLUSH_CACHE_GLOBAL, 0, 0)), 0);
    EXPECT_EQ(
        ROW("mmuext_op PV_MMUEXT_CLEAN_DCACHE: 16 KiB", pt_ext(PV_MMUEXT_CLEAN_DCACHE, va, 0x4000)),
        0);
    EXPECT_EQ(
        ROW("mmuext_op PV_MMUEXT_FLUSH_DCACHE: 16 KiB", pt_ext(PV_MMUEXT_FLUSH_DCACHE, va, 0x4000)),
        0);
    EXPECT_EQ(ROW("mmuext_op PV_MMUEXT_INVAL_DCACHE: 256 KiB, a part of a line",
                  pt_ext(PV_MMUEXT_INVAL_DCACHE, va + 4, 0x3fff0)),
              0);
    EXPECT_EQ(
        ROW("mmuext_op PV_MMUEXT_SYNC_ICACHE: 16 KiB", pt_ext(PV_MMUEXT_SYNC_ICACHE, va, 0x4000)),
        0);
    EXPECT_EQ(ROW("mmuext_op PV_MMUEXT_CLEAN_DCACHE: 256 KiB",
                  pt_ext(PV_MMUEXT_CLEAN_DCACHE, va, 0x40000)),
              0);
}

/* Nothing returns from it, so what the library would print comes first. */
TEST(own_end) {
    printf("PASS own_end\nDONE own_end\n");
    row_begin("vcpu_op down: of the only vCPU, with many tables");
    (void)vcpu_op(VCPUOP_down, 0, NULL);
}
