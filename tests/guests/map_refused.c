/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table updates that must be refused, with the error that the ABI names
 * (arch-arm-pv.h, "Page tables"), and leave nothing mapped.
 */
#include "core.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "trap.h"

#define WINDOW   KERNEL_WINDOW
#define FREE_MIB (KERNEL_WINDOW + 16 * SECTION_SIZE) /* no L1 entry here */

/* Guest-physical addresses at which this guest has nothing. */
static const uint32_t foreign[] = {
    0x00000000, 0x00010000, 0x00100000, 0x07f00000, 0x0ff00000, /* machine RAM, hypervisor */
    0x10000000, 0x101e2000, 0x101f1000, 0x10140000, 0x10003000, /* board's devices */
    0x39300000, 0x3ff00000, 0x7ff00000, 0x80000000, 0xbff00000, 0xfe000000, 0xfff00000,
};
#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define FOREIGN_COUNT COUNT(foreign)

static uint32_t own_gpa(void) {
    static void *page;

    if (!page) {
        page = page_alloc(1);
        *(uint32_t *)page = 0x600d;
    }
    return page_gpa(page);
}

/* A refused update of the window's first entry leaves what was there: nothing. */
static void refuse_small(uint32_t entry, int32_t error) {
    EXPECT_EQ(pt_map(WINDOW, entry), error);
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
}

/* In place of what was mapped there. */
static void expect_section_fault(uint32_t gpa) {
    uint32_t *entry = pt_l1_entry(pt_kernel_l1, FREE_MIB);

    uint32_t last = page_ram_base + page_ram_size - SECTION_SIZE;

    EXPECT_EQ(pt_set(entry, core_section(last, PV_DOMAIN_KERNEL, CORE_READ_WRITE)), 0);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(FREE_MIB, NULL), TRAP_NONE);
    EXPECT_EQ(
        pt_set(entry, core_section(gpa & ~(SECTION_SIZE - 1), PV_DOMAIN_KERNEL, CORE_READ_WRITE)),
        0);
    EXPECT_TRAP(try_read(FREE_MIB, NULL), TRAP_DATA_ABORT);
}

static void refuse_l1(uint32_t va, uint32_t entry, int32_t error) {
    EXPECT_EQ(pt_set(pt_l1_entry(pt_kernel_l1, va), entry), error);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(va, NULL), TRAP_DATA_ABORT);
}

TEST(own_frame_can_be_mapped) {
    uint32_t value = 0;

    EXPECT_EQ(pt_map(WINDOW, core_small(own_gpa(), CORE_READ_WRITE)), 0);
    EXPECT_TRAP(try_read(WINDOW, &value), TRAP_NONE);
    EXPECT_EQ(value, 0x600d);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
}

TEST(foreign_frame_is_refused_as_small_page) {
    for (unsigned int i = 0; i < FOREIGN_COUNT; i++) {
        refuse_small(core_small(foreign[i], CORE_READ_WRITE), -XEN_EPERM);
        refuse_small(core_small(foreign[i], CORE_READ_ONLY), -XEN_EPERM);
        refuse_small(core_small_uncached(foreign[i], CORE_READ_WRITE), -XEN_EPERM);
    }
    refuse_small(core_small(page_ram_base - PAGE_SIZE, CORE_READ_WRITE), -XEN_EPERM);
    refuse_small(core_small(page_ram_base + page_ram_size, CORE_READ_WRITE), -XEN_EPERM);
}

/* A kernel maps its device tree by two sections, of which the second may lie behind its RAM. */
TEST(section_of_nothing_is_a_fault) {
    for (unsigned int i = 0; i < FOREIGN_COUNT; i++) {
        expect_section_fault(foreign[i]);
    }
    expect_section_fault(page_ram_base + page_ram_size);
}

/* The console's page is there. */
TEST(section_of_some_frames_is_refused) {
    refuse_l1(FREE_MIB,
              core_section(PV_MAGIC_CONSOLE_GFN << 12 & ~(SECTION_SIZE - 1), PV_DOMAIN_KERNEL,
                           CORE_READ_WRITE),
              -XEN_EPERM);
}

TEST(foreign_frame_is_refused_as_table) {
    for (unsigned int i = 0; i < FOREIGN_COUNT; i++) {
        refuse_l1(FREE_MIB, core_table(foreign[i], PV_DOMAIN_KERNEL), -XEN_EPERM);
    }
}

TEST(update_va_mapping_checks_the_same) {
    pt_window(WINDOW);
    for (unsigned int i = 0; i < FOREIGN_COUNT; i++) {
        EXPECT_EQ(hypercall3(__HYPERVISOR_update_va_mapping, WINDOW,
                             core_small(foreign[i], CORE_READ_WRITE), UVMF_INVLPG),
                  -XEN_EPERM);
    }
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(hypercall3(__HYPERVISOR_update_va_mapping, PV_VIRT_START,
                         core_small(own_gpa(), CORE_READ_WRITE), UVMF_INVLPG),
              -XEN_EPERM);
    EXPECT_EQ(hypercall3(__HYPERVISOR_update_va_mapping, PV_VECTORS_VA,
                         core_small(own_gpa(), CORE_READ_WRITE), UVMF_INVLPG),
              -XEN_EPERM);
}

TEST(l1_entry_into_the_hole_is_refused) {
    uint32_t *l1 = pt_kernel_l1;
    uint32_t *l2 = pt_new_l2();

    for (uint32_t index = PV_VIRT_START >> 20; index < 4096; index++) {
        EXPECT_EQ(pt_set(&l1[index], core_table(page_gpa(l2), PV_DOMAIN_KERNEL)), -XEN_EPERM);
        EXPECT_EQ(
            pt_set(&l1[index], core_section(page_ram_base, PV_DOMAIN_KERNEL, CORE_READ_WRITE)),
            -XEN_EPERM);
        EXPECT_EQ(pt_set(&l1[index], 0), -XEN_EPERM);
    }
    pt_flush_tlb();
    EXPECT_TRAP(try_read(PV_VIRT_START + SECTION_SIZE, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_write(PV_VECTORS_VA, 0), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_read(PV_VCPU_VA(0), NULL), TRAP_NONE);
}

/* Only USER and KERNEL may be asked for: HYP would read the hole, 3..15 are nobody's. */
TEST(dacr_domain_must_be_user_or_kernel) {
    uint32_t *l2 = pt_new_l2();

    for (uint32_t domain = 0; domain < 16; domain++) {
        if (domain != PV_DOMAIN_USER && domain != PV_DOMAIN_KERNEL) {
            refuse_l1(FREE_MIB, core_table(page_gpa(l2), domain), -XEN_EPERM);
            refuse_l1(FREE_MIB, core_section(page_ram_base, domain, CORE_READ_WRITE), -XEN_EPERM);
        }
    }
}

TEST(formats_outside_the_abi_are_refused) {
    static const uint32_t bad_table[] = CORE_BAD_TABLE;
    static const uint32_t bad_section[] = CORE_BAD_SECTION;
    static const uint32_t bad_small[] = CORE_BAD_SMALL;
    uint32_t table = core_table(page_gpa(pt_new_l2()), PV_DOMAIN_KERNEL);
    uint32_t section = core_section(page_ram_base, PV_DOMAIN_KERNEL, CORE_READ_WRITE);

    for (unsigned int i = 0; i < COUNT(bad_table); i++) {
        refuse_l1(FREE_MIB, table ^ bad_table[i], -XEN_EINVAL);
    }
    for (unsigned int i = 0; i < COUNT(bad_section); i++) {
        refuse_l1(FREE_MIB, section ^ bad_section[i], -XEN_EINVAL);
    }
    for (unsigned int i = 0; i < COUNT(bad_small); i++) {
        refuse_small(core_small(own_gpa(), CORE_READ_WRITE) ^ bad_small[i], -XEN_EINVAL);
    }
}

/* Rights for privileged modes alone are no rights for a guest, which has none of those. */
TEST(privileged_rights_give_no_access) {
    static const uint32_t rights[] = {CORE_NO_ACCESS, CORE_PRIVILEGED};

    for (unsigned int i = 0; i < 2; i++) {
        EXPECT_EQ(pt_map(WINDOW, core_small(own_gpa(), rights[i])), -XEN_EINVAL);
        EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
        EXPECT_TRAP(try_write(WINDOW, 1), TRAP_DATA_ABORT);
        EXPECT_EQ(pt_map(WINDOW, 0), 0);
    }
}

TEST(read_only_means_read_only_for_the_kernel_too) {
    uint32_t value = 0;

    EXPECT_EQ(pt_map(WINDOW, core_small(own_gpa(), CORE_READ_ONLY)), 0);
    EXPECT_TRAP(try_read(WINDOW, &value), TRAP_NONE);
    EXPECT_EQ(value, 0x600d);
    EXPECT_TRAP(try_write(WINDOW, 0xbad), TRAP_DATA_ABORT);
    EXPECT_EQ(trap_caught.fsr & CORE_FSR_MASK, CORE_FSR_PERMISSION_L2);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
    EXPECT_EQ(*(volatile uint32_t *)page_va(own_gpa()), 0x600d);
}

/* A first-level entry that points at the first-level table itself: no entry of it becomes one
 * that the MMU walks. */
TEST(table_that_points_at_itself_is_harmless) {
    uint32_t l1_gpa = page_gpa(pt_kernel_l1);
    uint32_t *entry = pt_l1_entry(pt_kernel_l1, FREE_MIB);
    int32_t error = pt_update(page_gpa(entry), core_table(l1_gpa, PV_DOMAIN_KERNEL));

    EXPECT_EQ(error, -XEN_EINVAL);
    pt_flush_tlb();
    for (uint32_t va = FREE_MIB; va < FREE_MIB + SECTION_SIZE; va += PAGE_SIZE) {
        EXPECT_TRAP(try_read(va, NULL), TRAP_DATA_ABORT);
    }
}

/* A second-level table that maps its own page: the guest's copy, which no MMU walks. */
TEST(table_that_maps_itself_gives_no_power) {
    uint32_t *l2 = pt_window(WINDOW);
    volatile uint32_t *mapped = (volatile uint32_t *)(WINDOW + ((uint32_t)l2 & 0xc00));

    REQUIRE_EQ(pt_map(WINDOW, core_small(page_gpa(l2) & ~0xfffu, CORE_READ_WRITE)), 0);
    mapped[1] = core_small(0x00010000, CORE_READ_WRITE);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(WINDOW + PAGE_SIZE, NULL), TRAP_DATA_ABORT);
    mapped[1] = 0;
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

TEST(misaligned_tables_are_refused) {
    uint32_t page = page_gpa(page_alloc(8));

    for (uint32_t offset = PAGE_SIZE; offset < 4 * PAGE_SIZE; offset += PAGE_SIZE) {
        EXPECT_EQ(pt_pin(page + offset), -XEN_EINVAL);
    }
    for (unsigned int i = 0; i < FOREIGN_COUNT; i++) {
        EXPECT_EQ(pt_pin(foreign[i] & ~0x3fffu), -XEN_EPERM);
    }
    EXPECT_EQ(pt_pin(page_ram_base + page_ram_size), -XEN_EPERM);
    EXPECT_EQ(pt_pin(page_ram_base + page_ram_size - 2 * PAGE_SIZE), -XEN_EINVAL);
}

TEST(base_must_be_a_registered_table) {
    uint32_t *never = page_alloc(4);

    EXPECT_EQ(pt_switch(never), -XEN_EINVAL);
    EXPECT_EQ(pt_ext(MMUEXT_NEW_BASEPTR, 0, 0), -XEN_EINVAL);
    EXPECT_EQ(pt_ext(MMUEXT_NEW_BASEPTR, 0xfffff, 0), -XEN_EINVAL);
    EXPECT_EQ(pt_ext(MMUEXT_NEW_BASEPTR, ~0u, 0), -XEN_EINVAL);
    EXPECT_EQ(pt_unpin(page_gpa(never)), -XEN_EINVAL);
    EXPECT_EQ(pt_pin(page_gpa(pt_kernel_l1)), -XEN_EBUSY);
}

/* The table in use cannot be taken away. */
TEST(table_in_use_cannot_be_unpinned) {
    EXPECT_EQ(pt_unpin(page_gpa(pt_kernel_l1)), -XEN_EBUSY);
    EXPECT_EQ(pt_map(WINDOW, core_small(own_gpa(), CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* Its result, and that it maps nothing at either place. */
static void expect_update(uint64_t ptr, uint64_t val, int32_t wanted) {
    struct mmu_update update = {.ptr = ptr, .val = val};

    EXPECT_EQ(mmu_update(&update, 1, NULL), wanted);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(FREE_MIB, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
}

/* ptr and val are 64 bits wide: high halves must not be cut off. */
TEST(wrapping_and_odd_update_addresses) {
    uint64_t l2_entry = page_gpa(pt_window(WINDOW));
    uint64_t l1_entry = page_gpa(pt_l1_entry(pt_kernel_l1, FREE_MIB));
    uint32_t small = core_small(own_gpa(), CORE_READ_WRITE);
    uint32_t section = core_section(page_ram_base, PV_DOMAIN_KERNEL, CORE_READ_WRITE);

    for (unsigned int bit = 32; bit < 64; bit++) {
        expect_update(l2_entry | 1ull << bit, small, -XEN_EINVAL);
        expect_update(l1_entry | 1ull << bit, section, -XEN_EINVAL);
        expect_update(l2_entry, small | 1ull << bit, -XEN_EINVAL);
    }
    expect_update(l2_entry | MMU_MACHPHYS_UPDATE, small, -XEN_EINVAL);
    expect_update(l2_entry | MMU_PT_UPDATE_PRESERVE_AD, small, -XEN_EINVAL);
    expect_update(l2_entry | 3, small, -XEN_EINVAL);
    for (unsigned int i = 0; i < FOREIGN_COUNT; i++) {
        expect_update(foreign[i], small, -XEN_EPERM); /* no table of ours */
    }
    expect_update(0xfffffffc, small, -XEN_EPERM);
}

/* A list that does not end where its memory does: what is there is done, and then it is -EFAULT. */
TEST(wrong_batch_sizes) {
    static const uint32_t counts[] = {2, 3, 64, 0x10000000, 0x7fffffff};
    struct mmu_update *last = (struct mmu_update *)(WINDOW + PAGE_SIZE) - 1;
    uint32_t done = 77;

    REQUIRE_EQ(pt_map(WINDOW, core_small(own_gpa(), CORE_READ_WRITE)), 0);
    *last = (struct mmu_update){.ptr = page_gpa(pt_window(WINDOW) + 8), .val = 0};
    EXPECT_EQ(mmu_update(last, 0, &done), 0);
    EXPECT_EQ(done, 0);
    for (unsigned int i = 0; i < COUNT(counts); i++) {
        done = 77;
        EXPECT_EQ(mmu_update(last, counts[i], &done), -XEN_EFAULT);
        EXPECT_EQ(done, 0); /* copied as one */
    }
    /* Bit 31 says that it goes on, and that *done holds what was done before. */
    done = 77;
    EXPECT_EQ(mmu_update(last, 0x80000001, &done), 0);
    EXPECT_EQ(done, 78);
    EXPECT_EQ(hypercall4(__HYPERVISOR_mmu_update, (uint32_t)last, 1, 0, 0x1234), -XEN_EPERM);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* Stops at the refused entry, and says how far it came. */
TEST(batch_stops_at_what_is_refused) {
    uint32_t l2 = page_gpa(pt_window(WINDOW));
    struct mmu_update batch[4];
    uint32_t done = 0;

    for (uint32_t i = 0; i < 4; i++) {
        batch[i].ptr = l2 + i * 4;
        batch[i].val = core_small(i == 2 ? 0x00010000 : own_gpa(), CORE_READ_WRITE);
    }
    EXPECT_EQ(mmu_update(batch, 4, &done), -XEN_EPERM);
    EXPECT_EQ(done, 2);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(WINDOW + PAGE_SIZE, NULL), TRAP_NONE);
    EXPECT_TRAP(try_read(WINDOW + 2 * PAGE_SIZE, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_read(WINDOW + 3 * PAGE_SIZE, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
    EXPECT_EQ(pt_map(WINDOW + PAGE_SIZE, 0), 0);
}
