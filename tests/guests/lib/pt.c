/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Translation tables; see pt.h.
 */
#include "pt.h"

#include <string.h>

#include "layout.h"
#include "page.h"
#include "test.h"

#define L2_SIZE 1024u

extern char __user_load[], __user_start[], __user_end[];

uint32_t *pt_kernel_l1;
static uint32_t *windows[4096];

int32_t pt_update(uint32_t ptr, uint32_t entry) {
    struct mmu_update update = {.ptr = ptr | MMU_NORMAL_PT_UPDATE, .val = entry};

    return mmu_update(&update, 1, NULL);
}

int32_t pt_set(uint32_t *entry, uint32_t value) {
    int32_t error = pt_update(page_gpa(entry), value);

    if (error == 0) {
        *entry = value;
    }
    return error;
}

uint32_t *pt_l1_entry(uint32_t *l1, uint32_t va) {
    return l1 + (va >> 20);
}

uint32_t *pt_new_l2(void) {
    static uint32_t *page;
    static uint32_t used = PAGE_SIZE;

    if (used == PAGE_SIZE) {
        page = page_alloc(1);
        used = 0;
    }
    used += L2_SIZE;
    return page + (used - L2_SIZE) / sizeof(*page);
}

int32_t pt_attach(uint32_t *l1, uint32_t va, uint32_t *l2, uint32_t dacr_domain) {
    return pt_set(pt_l1_entry(l1, va), core_table(page_gpa(l2), dacr_domain));
}

uint32_t *pt_window(uint32_t va) {
    uint32_t **window = &windows[va >> 20];

    if (!*window) {
        *window = pt_new_l2();
        REQUIRE_EQ(pt_attach(pt_kernel_l1, va, *window,
                             va >= KERNEL_BASE ? PV_DOMAIN_KERNEL : PV_DOMAIN_USER),
                   0);
    }
    return *window;
}

int32_t pt_map(uint32_t va, uint32_t entry) {
    int32_t error = pt_set(pt_window(va) + (va >> 12 & 0xff), entry);

    pt_flush_tlb();
    return error;
}

int32_t pt_ext(uint32_t command, uint32_t arg1, uint32_t arg2) {
    struct mmuext_op op = {.cmd = command};

    op.arg1.mfn = arg1;
    op.arg2.nr_ents = arg2;
    return mmuext_op(&op, 1, NULL);
}

void pt_flush_tlb(void) {
    EXPECT_EQ(pt_ext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0);
}

int32_t pt_pin(uint32_t gpa) {
    return pt_ext(MMUEXT_PIN_L1_TABLE, gpa >> 12, 0);
}

int32_t pt_unpin(uint32_t gpa) {
    return pt_ext(MMUEXT_UNPIN_TABLE, gpa >> 12, 0);
}

int32_t pt_switch(uint32_t *l1) {
    return pt_ext(MMUEXT_NEW_BASEPTR, page_gpa(l1) >> 12, 0);
}

/* The hypervisor fills in the kernel part of its table; our copy follows. */
uint32_t *pt_new_l1(void) {
    uint32_t *l1 = page_alloc(4);
    uint32_t first = KERNEL_BASE >> 20;

    REQUIRE_EQ(pt_pin(page_gpa(l1)), 0);
    memcpy(l1 + first, pt_kernel_l1 + first, (4096 - first) * sizeof(*l1));
    return l1;
}

void pt_map_section(uint32_t ram, uint32_t gpa) {
    uint32_t va = (gpa - ram) / SECTION_SIZE * SECTION_SIZE + KERNEL_BASE;

    REQUIRE_EQ(
        pt_update(ram + L1_OFFSET + (va >> 20) * 4,
                  core_section(gpa & ~(SECTION_SIZE - 1), PV_DOMAIN_KERNEL, CORE_READ_WRITE)),
        0);
}

static void pt_map_user_image(void) {
    uint32_t pages = (uint32_t)(__user_end - __user_start) / PAGE_SIZE;

    for (uint32_t i = 0; i < pages; i++) {
        uint32_t gpa = page_gpa(__user_load + i * PAGE_SIZE);

        REQUIRE_EQ(pt_map(USER_BASE + i * PAGE_SIZE, core_small(gpa, CORE_READ_WRITE)), 0);
    }
}

/* Our copy of the first L1 table was never written: make it say what has been mapped. */
static void pt_copy_linear_map(uint32_t ram, uint32_t size) {
    memset(pt_kernel_l1, 0, 4096 * sizeof(*pt_kernel_l1));
    for (uint32_t offset = 0; offset < size; offset += SECTION_SIZE) {
        *pt_l1_entry(pt_kernel_l1, KERNEL_BASE + offset) =
            core_section(ram + offset, PV_DOMAIN_KERNEL, CORE_READ_WRITE);
    }
}

void pt_init(uint32_t ram, uint32_t size) {
    for (uint32_t offset = EARLY_MIB * SECTION_SIZE; offset < size; offset += SECTION_SIZE) {
        pt_map_section(ram, ram + offset);
    }
    page_init(ram, size);
    pt_kernel_l1 = page_va(ram + L1_OFFSET);
    pt_copy_linear_map(ram, size);
    REQUIRE_EQ(pt_set(pt_l1_entry(pt_kernel_l1, ram), 0), 0);
    pt_flush_tlb();
    pt_map_user_image();
}
