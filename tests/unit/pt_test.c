/* SPDX-License-Identifier: GPL-2.0-only */
/* Translation tables: what a guest may put in them, and attempts at what it may not. */
/* links: core/hypercall */
#include "core/space/pt.h"

#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/steps.h"
#include "core/device/device.h"
#include "core/hypercall/hypercall.h"
#include "core/hypercall/mmuext.h"
#include "core/mm/page.h"
#include "core/space/pt_table.h"
#include "core/space/pt_update.h"
#include "support_domain.h"
#include "support_mm.h"

#define MIBS         4u
#define L1_GFN       (MM_BASE_GFN + 4)
#define L1_GPA       (L1_GFN << 12)
#define L2_GFN       (MM_BASE_GFN + 8)
#define L2_GPA       (L2_GFN << 12)
#define KERNEL       0xc0000000u
#define KERNEL_INDEX (KERNEL >> 20)
#define DATA         (MM_BASE_GFN + 64)
#define RO_GFN       0x3900u
#define DEVICE_GFN   0x20000u
#define SHARED_GFN   0x39000u

static struct domain *d, *other;
static mfn_t magic;
static uint32_t free_at_start;
static unsigned int blocks_at_start;

/* Long calls give way to an interrupt alone; most tests are about what happens then. */
static void let_interrupt_wait(bool waits) {
    devices.intc->unmask(FAKE_ONESHOT_IRQ);
    fake_board.pending[FAKE_ONESHOT_IRQ] = waits;
}

/* A kernel that runs on a registered L1 with one second-level table for its first MiB. */
static int setup(void **state) {
    (void)state;
    mm_setup();
    let_interrupt_wait(true);
    assert_int_equal(pt_mem_setup(), 0);
    free_at_start = page_free_count();
    blocks_at_start = heap_free_blocks();
    d = mm_domain(1, MIBS);
    other = mm_domain(2, MIBS);
    magic = page_alloc(DOMID_XEN);
    assert_int_equal(p2m_add_range(&d->space, gfn(SHARED_GFN), magic, 1, P2M_SHARED), 0);
    assert_int_equal(p2m_add_range(&d->space, gfn(RO_GFN), mfn(0x123), 1, P2M_DEVICE_RO), 0);
    assert_int_equal(p2m_add_range(&d->space, gfn(DEVICE_GFN), mfn(DEVICE_GFN), 16, P2M_DEVICE), 0);
    mm_flat(d);
    assert_int_equal(pt_set_kernel_start(&d->space, gvaddr(KERNEL)), 0);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L1_GFN, 0), 0);
    assert_int_equal(mm_update(d, L1_GPA, MM_TABLE(L2_GPA, PV_DOMAIN_USER)), 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L1_GFN, 0), 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    mm_check();
    mm_destroy(d);
    if (other) {
        mm_destroy(other);
    }
    page_put(magic);
    mm_scrub();
    assert_int_equal(page_free_count(), free_at_start);
    assert_int_equal(heap_free_blocks(), blocks_at_start);
    assert_int_equal(heap_reserve(blocks_at_start), 0);
    return 0;
}

static uint32_t count_of(uint32_t g) {
    return page_of(mm_frame(d, g))->count;
}

/* ---- Small pages ---- */

static void own_ram_is_mapped_and_counted(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L2_GPA + 4, MM_RW(DATA)), 0);
    assert_int_equal(mm_l2(d, 0x1000), MM_RW(mm_frame(d, DATA).v));
    assert_int_equal(count_of(DATA), 2);
    assert_int_equal(mm_update(d, L2_GPA + 4, MM_RO(DATA)), 0);
    assert_int_equal(mm_l2(d, 0x1000), MM_RO(mm_frame(d, DATA).v));
    assert_int_equal(count_of(DATA), 2);
    assert_int_equal(mm_update(d, L2_GPA + 4, MM_RO(DATA + 1)), 0);
    assert_int_equal(count_of(DATA), 1);
    assert_int_equal(count_of(DATA + 1), 2);
    assert_int_equal(mm_update(d, L2_GPA + 4, 0xabcdeff0), 0);
    assert_int_equal(mm_l2(d, 0x1000), 0);
    assert_int_equal(count_of(DATA + 1), 1);
}

static void what_is_not_given_is_refused(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(MM_BASE_GFN + MIBS * 256)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(MM_BASE_GFN - 1)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(mm_frame(other, DATA).v)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(FAKE_HEAP_PA >> 12)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(DEVICE_GFN + 16)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(0xfffff)), -XEN_EPERM);
    assert_int_equal(mm_l2(d, 0), 0);
}

static void wrong_formats_are_refused(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 4096; bits++) {
        int rc = mm_update(d, L2_GPA, (DATA << 12) | bits);
        int expected = (bits & 3) == 0 || (bits & ~0x1cu) == 2 ? 0 : -XEN_EINVAL;

        assert_int_equal(rc, expected);
    }
}

static void shared_frames_are_never_cached(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(SHARED_GFN)), 0);
    assert_int_equal(mm_l2(d, 0), magic.v << 12 | 0x12u);
    assert_int_equal(page_of(magic)->count, 3);
    assert_int_equal(mm_update(d, L2_GPA, 0), 0);
    assert_int_equal(page_of(magic)->count, 2);
}

static void device_registers_are_never_cached(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(DEVICE_GFN + 3)), 0);
    assert_int_equal(mm_l2(d, 0), (DEVICE_GFN + 3) << 12 | 0x12u);
    /* Write-combining is a guest's choice: a frame buffer. */
    assert_int_equal(mm_update(d, L2_GPA, (DEVICE_GFN + 3) << 12 | 0x16u), 0);
    assert_int_equal(mm_l2(d, 0), (DEVICE_GFN + 3) << 12 | 0x16u);
    assert_int_equal(mm_update(d, L2_GPA, 0), 0);
}

static void read_only_is_read_only(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(RO_GFN)), -XEN_EPERM);
    assert_int_equal(mm_l2(d, 0), 0);
    assert_int_equal(mm_update(d, L2_GPA, MM_RO(RO_GFN)), 0);
    assert_int_equal(mm_l2(d, 0), 0x123002);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(RO_GFN)), -XEN_EPERM);
    assert_int_equal(mm_l2(d, 0), 0x123002);
}

static void ram_can_be_read_only(void **state) {
    mfn_t frame = page_alloc(DOMID_XEN);

    (void)state;
    assert_int_equal(p2m_add_range(&d->space, gfn(0x8000), frame, 1, P2M_RAM_RO), 0);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(0x8000)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L2_GPA, MM_RO(0x8000)), 0);
    assert_int_equal(mm_l2(d, 0), MM_RO(frame.v));
    page_put(frame);
}

/* By way of the short path, which must see that the old entry's frame has no count. */
static void ram_replaces_device_registers(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L2_GPA + 4, MM_RW(DATA)), 0);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(DEVICE_GFN)), 0);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(DATA)), 0);
    assert_int_equal(mm_l2(d, 0), MM_RW(mm_frame(d, DATA).v));
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(SHARED_GFN)), 0);
    assert_int_equal(page_of(magic)->count, 3);
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(DATA + 1)), 0);
    assert_int_equal(page_of(magic)->count, 2);
}

/* ---- Where an update goes ---- */

static void updates_elsewhere_change_nothing(void **state) {
    (void)state;
    /* In its memory but no registered table; the other three KiB of the frame. */
    assert_int_equal(mm_update(d, DATA << 12, MM_RW(DATA)), 0);
    assert_int_equal(mm_update(d, L2_GPA + 0x400, MM_RW(DATA)), 0);
    assert_int_equal(mm_update(d, L2_GPA + 0xffc, MM_RW(DATA)), 0);
    assert_int_equal(count_of(DATA), 1);
    /* Not its memory. */
    assert_int_equal(mm_update(d, mm_frame(other, DATA).v << 12, MM_RW(DATA)), -XEN_EPERM);
    assert_int_equal(mm_update(d, 0, MM_RW(DATA)), -XEN_EPERM);
    assert_int_equal(mm_update(d, 0xfffffffc, MM_RW(DATA)), -XEN_EPERM);
    assert_int_equal(mm_update(d, DEVICE_GFN << 12, MM_RW(DATA)), -XEN_EPERM);
    assert_int_equal(mm_update(d, SHARED_GFN << 12, MM_RW(DATA)), -XEN_EPERM);
    /* Not an entry. */
    for (uint32_t low = 1; low < 4; low++) {
        assert_int_equal(mm_update(d, L2_GPA + low, MM_RW(DATA)), -XEN_EINVAL);
    }
    assert_int_equal(count_of(DATA), 1);
}

static void another_domain_is_refused(void **state) {
    struct mmu_update u = {.ptr = L2_GPA, .val = MM_RW(DATA)};
    uint32_t args[5] = {fake_put(0, &u, sizeof(u)).v, 1, 0, 2};

    (void)state;
    assert_int_equal(do_mmu_update(d->vcpu[0], args), -XEN_EPERM);
    args[3] = DOMID_IO;
    assert_int_equal(do_mmuext_op(d->vcpu[0], args), -XEN_EPERM);
}

static void bad_pointers_fault(void **state) {
    uint32_t args[5] = {0, 1, 0, DOMID_SELF};
    struct mmu_update u = {.ptr = L2_GPA, .val = MM_RW(DATA)};

    (void)state;
    assert_int_equal(do_mmu_update(d->vcpu[0], args), -XEN_EFAULT);
    args[0] = FAKE_GUEST_VA + FAKE_GUEST_SIZE - 8;
    assert_int_equal(do_mmu_update(d->vcpu[0], args), -XEN_EFAULT);
    args[0] = ~0u - 7;
    assert_int_equal(do_mmu_update(d->vcpu[0], args), -XEN_EFAULT);
    args[0] = ~0u - 7;
    assert_int_equal(do_mmuext_op(d->vcpu[0], args), -XEN_EFAULT);
    args[0] = fake_put(0, &u, sizeof(u)).v;
    args[2] = 3;
    assert_int_equal(do_mmu_update(d->vcpu[0], args), -XEN_EFAULT);
}

static void nothing_to_do_is_done(void **state) {
    uint32_t done = 77;
    uint32_t args[5] = {0, 0, fake_put(0, &done, 4).v, DOMID_SELF};

    (void)state;
    assert_int_equal(do_mmu_update(d->vcpu[0], args), 0);
    memcpy(&done, fake_guest, 4);
    assert_int_equal(done, 0);
    args[2] = 0;
    assert_int_equal(do_mmuext_op(d->vcpu[0], args), 0);
}

/* ---- Batches ---- */

#define BATCH 500u

static int32_t batch(const struct mmu_update *u, uint32_t count, uint32_t *done,
                     unsigned int *again) {
    uint32_t args[5] = {FAKE_GUEST_VA + 0x1000, count, FAKE_GUEST_VA, DOMID_SELF};
    int32_t rc;

    fake_put(0x1000, u, count * sizeof(*u));
    rc = mm_run(do_mmu_update, d, args, again);
    memcpy(done, fake_guest, sizeof(*done));
    return rc;
}

static void fill_batch(struct mmu_update *u) {
    for (uint32_t i = 0; i < BATCH; i++) {
        u[i].ptr = L2_GPA + i % 256 * 4;
        u[i].val = i < 256 ? MM_RW(DATA + i) : MM_RO(DATA + i % 256);
    }
}

static void a_batch_is_done_in_order(void **state) {
    struct mmu_update u[BATCH];
    unsigned int again;
    uint32_t done;

    (void)state;
    fill_batch(u);
    assert_int_equal(batch(u, BATCH, &done, &again), 0);
    assert_int_equal(done, BATCH);
    assert_in_range(again, BATCH / PT_WORK_MAX - 1, 2 * BATCH / PT_WORK_MAX);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t m = mm_frame(d, DATA + i).v;

        assert_int_equal(mm_l2(d, i << 12), i < BATCH - 256 ? MM_RO(m) : MM_RW(m));
    }
}

static void a_batch_stops_at_the_first_error(void **state) {
    struct mmu_update u[BATCH];
    unsigned int again;
    uint32_t done;

    (void)state;
    fill_batch(u);
    u[101].val = MM_RW(1);
    assert_int_equal(batch(u, BATCH, &done, &again), -XEN_EPERM);
    assert_int_equal(done, 101);
    assert_int_not_equal(mm_l2(d, 100 << 12), 0);
    assert_int_equal(mm_l2(d, 101 << 12), 0);
    assert_int_equal(mm_l2(d, 102 << 12), 0);
}

/* The count of what was done goes on from one piece to the next; a long one ends in an error. */
static void a_long_batch_is_done_in_pieces(void **state) {
    struct mmu_update u[BATCH];
    unsigned int again;
    uint32_t done;

    (void)state;
    fill_batch(u);
    u[450].val = 1;
    assert_int_equal(batch(u, BATCH, &done, &again), -XEN_EINVAL);
    assert_int_equal(done, 450);
    assert_in_range(again, BATCH / PT_WORK_MAX - 1, 2 * BATCH / PT_WORK_MAX);
}

static void no_interrupt_no_pieces(void **state) {
    struct mmu_update u[BATCH];
    unsigned int again;
    uint32_t done;

    (void)state;
    let_interrupt_wait(false);
    fill_batch(u);
    assert_int_equal(batch(u, BATCH, &done, &again), 0);
    assert_int_equal(done, BATCH);
    assert_int_equal(again, 0);
}

/* Dropping a full table is work for several pieces, and a batch of such drops is as many for
 * each. */
static void drops_of_full_tables_are_pieces(void **state) {
    struct mmu_update u[8], fill[256];
    unsigned int again;
    uint32_t done;

    (void)state;
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t table = ((DATA + 8 + i) << 12);

        assert_int_equal(mm_update(d, L1_GPA + (i + 8) * 4, MM_TABLE(table, 1)), 0);
        for (uint32_t j = 0; j < 256; j++) {
            fill[j] = (struct mmu_update){.ptr = table + j * 4, .val = MM_RW(DATA + j)};
        }
        assert_int_equal(batch(fill, 256, &done, &again), 0);
        u[i] = (struct mmu_update){.ptr = L1_GPA + (i + 8) * 4, .val = 0};
    }
    assert_int_equal(batch(u, 8, &done, &again), 0);
    assert_int_equal(done, 8);
    assert_in_range(again, 8 * 64 / STEP_DROP, 2 * 8 * 64 / STEP_DROP);
    for (uint32_t j = 0; j < 256; j++) {
        assert_int_equal(count_of(DATA + j), 1);
    }
}

static void upper_halves_are_not_cut_off(void **state) {
    struct mmu_update u[40];
    unsigned int again;
    uint32_t done;

    (void)state;
    for (uint32_t i = 0; i < 40; i++) {
        u[i] = (struct mmu_update){.ptr = L2_GPA + i * 4, .val = MM_RW(DATA)};
    }
    u[35].ptr |= 5ull << 32;
    assert_int_equal(batch(u, 40, &done, &again), -XEN_EINVAL);
    assert_int_equal(done, 35);
    assert_int_equal(mm_l2(d, 35 << 12), 0);
    u[0].val |= 1ull << 63;
    assert_int_equal(batch(u, 1, &done, &again), -XEN_EINVAL);
    assert_int_equal(done, 0);
}

/* A first-level change in the middle of a batch drops the table that it is in. */
static void a_table_dropped_in_a_batch_is_left_alone(void **state) {
    struct mmu_update u[] = {{.ptr = L2_GPA, .val = MM_RW(DATA)},
                             {.ptr = L1_GPA, .val = 0},
                             {.ptr = L2_GPA + 4, .val = MM_RW(DATA + 1)}};
    unsigned int again;
    uint32_t done;

    (void)state;
    assert_int_equal(batch(u, 3, &done, &again), 0);
    assert_int_equal(done, 3);
    assert_int_equal(count_of(DATA), 1);
    assert_int_equal(count_of(DATA + 1), 1);
    assert_int_equal(page_of(mm_frame(d, L2_GFN))->type, PAGE_NONE);
}

static void entries_are_set_by_address(void **state) {
    uint32_t args[5] = {0x5000, MM_RW(DATA), UVMF_INVLPG};
    unsigned int ops = fake_range_ops;

    (void)state;
    assert_int_equal(do_update_va_mapping(d->vcpu[0], args), 0);
    assert_int_equal(mm_l2(d, 0x5000), MM_RW(mm_frame(d, DATA).v));
    assert_int_equal(fake_range_ops, ops + 1);
    assert_int_equal(fake_last_va, 0x5000);
    unsigned int flushes = fake_tlb_flushes;
    args[2] = UVMF_NONE;
    assert_int_equal(do_update_va_mapping(d->vcpu[0], args), 0);
    assert_int_equal(fake_range_ops, ops + 1);
    assert_int_equal(fake_tlb_flushes, flushes);
    args[2] = UVMF_TLB_FLUSH | UVMF_ALL;
    assert_int_equal(do_update_va_mapping(d->vcpu[0], args), 0);
    assert_int_equal(fake_range_ops, ops + 1);
    assert_int_equal(fake_tlb_flushes, flushes + 1);
    args[2] = UVMF_INVLPG | UVMF_LOCAL;
    assert_int_equal(do_update_va_mapping(d->vcpu[0], args), 0);
    assert_int_equal(fake_range_ops, ops + 2);
    args[1] = MM_RW(2);
    assert_int_equal(do_update_va_mapping(d->vcpu[0], args), -XEN_EPERM);
    args[1] = MM_RW(DATA);
    args[0] = 0x105000;
    assert_int_equal(do_update_va_mapping(d->vcpu[0], args), -XEN_EINVAL);
    args[0] = PV_VIRT_START;
    assert_int_equal(do_update_va_mapping(d->vcpu[0], args), -XEN_EPERM);
    args[0] = PV_VECTORS_VA;
    assert_int_equal(do_update_va_mapping(d->vcpu[0], args), -XEN_EPERM);
}

/* A TLB may hold what was there, but no fault. */
static void what_was_replaced_is_told(void **state) {
    const struct mmu_update two[] = {{.ptr = L2_GPA, .val = 0}, {.ptr = L2_GPA + 4, .val = 0}};
    uint32_t by_va[5] = {0x1000, MM_RO(DATA)};
    unsigned int again = 0, told;
    uint32_t done;

    (void)state;
    fake_pte_changes = 0;
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(DATA)), 0);
    assert_int_equal(mm_update(d, L2_GPA + 4, MM_RW(DATA)), 0);
    assert_int_equal(mm_update(d, L2_GPA + 8, MM_RW(DEVICE_GFN)), 0);
    assert_int_equal(fake_pte_changes, 0);
    assert_int_equal(mm_update(d, L2_GPA, MM_RO(DATA)), 0);
    assert_int_equal(fake_pte_changes, 1);
    assert_int_equal(mm_update(d, L2_GPA, MM_RO(DATA + 1)), 0);
    assert_int_equal(fake_pte_changes, 2);
    assert_int_equal(do_update_va_mapping(d->vcpu[0], by_va), 0);
    assert_int_equal(fake_pte_changes, 3);
    assert_int_equal(mm_update(d, L2_GPA + 8, 0), 0);
    assert_int_equal(fake_pte_changes, 4);
    assert_int_equal(batch(two, 2, &done, &again), 0);
    assert_in_range(fake_pte_changes, 5, 6);
    told = fake_pte_changes;
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(DATA)), 0);
    assert_int_equal(fake_pte_changes, told);
    assert_int_equal(mm_update(d, L1_GPA, 0), 0);
    assert_int_equal(fake_pte_changes, told + 1); /* with all that the table held */
}

static void new_tables_are_published(void **state) {
    (void)state;
    fake_pte_published = 0;
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L1_GFN + 4 * 4, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L1_GFN + 4 * 4, 0), 0);
    assert_int_equal(fake_pte_published, HEAP_BLOCK_SIZE);
    for (unsigned int i = 1; i <= PT_UNITS_PER_BLOCK; i++) {
        assert_int_equal(mm_update(d, L1_GPA + 4 * i, MM_TABLE(L2_GPA + i * 1024, PV_DOMAIN_USER)),
                         0);
    }
    assert_int_equal(fake_pte_published, 2 * HEAP_BLOCK_SIZE);
}

/* ---- First-level entries ---- */

static void the_hole_is_not_for_guests(void **state) {
    (void)state;
    for (uint32_t i = PV_VIRT_START >> 20; i < 4096; i++) {
        assert_int_equal(mm_update(d, L1_GPA + i * 4, MM_SECTION(MM_BASE_GFN)), -XEN_EPERM);
        assert_int_equal(mm_update(d, L1_GPA + i * 4, MM_TABLE(L2_GPA, PV_DOMAIN_KERNEL)),
                         -XEN_EPERM);
        assert_int_equal(mm_update(d, L1_GPA + i * 4, 0), -XEN_EPERM);
    }
}

static void only_two_domains_can_be_had(void **state) {
    (void)state;
    for (uint32_t domain = 0; domain < 16; domain++) {
        int expected = domain == PV_DOMAIN_USER || domain == PV_DOMAIN_KERNEL ? 0 : -XEN_EPERM;
        uint32_t section = (MM_BASE_GFN << 12) | 0x40eu | domain << 5;

        assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE(L2_GPA, domain)), expected);
        assert_int_equal(mm_update(d, L1_GPA + 8, section), expected);
    }
}

static void a_section_of_nothing_is_a_fault(void **state) {
    static const uint32_t nothing[] = {MM_BASE_GFN - 256, MM_BASE_GFN + MIBS * 256, 0xfff00};

    (void)state;
    for (unsigned int i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        assert_int_equal(mm_update(d, L1_GPA + 4, MM_SECTION(MM_BASE_GFN)), 0);
        assert_int_equal(*page_section_count(mm_frame(d, MM_BASE_GFN)), 2);
        assert_int_equal(mm_update(d, L1_GPA + 4, MM_SECTION(nothing[i])), 0);
        assert_int_equal(pt_vcpu_l1(&d->space, 0)[1], 0);
        assert_int_equal(*page_section_count(mm_frame(d, MM_BASE_GFN)), 1);
        mm_check();
    }
}

static void sections_are_whole_ram_only(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_SECTION(DEVICE_GFN & ~255u)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_SECTION(MM_BASE_GFN) | 0x1000), -XEN_EINVAL);
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_SECTION(MM_BASE_GFN) | 0x10), -XEN_EINVAL);
    assert_int_equal(mm_update(d, L1_GPA + 4, 3), -XEN_EINVAL);
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_SECTION(MM_BASE_GFN)), 0);
    assert_int_equal(*page_section_count(mm_frame(d, MM_BASE_GFN)), 2);
    assert_int_equal(mm_update(d, L1_GPA + 4, 0), 0);
    assert_int_equal(*page_section_count(mm_frame(d, MM_BASE_GFN)), 1);
}

/* support_walker.c fails where the TLB may hold both sizes; and whatever the guest forgot to
 * flush. */
static void sections_and_tables_take_turns(void **state) {
    static const uint32_t entries[] = {
        MM_TABLE(L2_GPA + 0x400, PV_DOMAIN_KERNEL),
        MM_SECTION(MM_BASE_GFN),
        MM_SECTION(MM_BASE_GFN + 256),
        MM_TABLE(L2_GPA, PV_DOMAIN_USER),
        MM_TABLE(L2_GPA + 0x400, PV_DOMAIN_KERNEL),
        0,
        MM_SECTION(MM_BASE_GFN),
        0,
        MM_TABLE(L2_GPA, PV_DOMAIN_USER),
        0,
    };

    (void)state;
    for (uint32_t index = 4; index < 0xd00;
         index += KERNEL_INDEX - 4) { /* of the kernel part as well */
        for (unsigned int i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
            assert_int_equal(mm_update(d, L1_GPA + index * 4, entries[i]), 0);
        }
    }
}

/* As a process comes and goes, whose kernel flushes: nothing that costs a flush more. */
static void tables_alone_come_and_go_without_a_flush(void **state) {
    unsigned int flushes = fake_tlb_flushes;

    (void)state;
    for (unsigned int i = 0; i < 3; i++) {
        assert_int_equal(mm_update(d, L1_GPA + 16, MM_TABLE(L2_GPA + 0x400, PV_DOMAIN_USER)), 0);
        assert_int_equal(mm_update(d, L1_GPA + 16, 0), 0);
        assert_int_equal(mm_ext(d, MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0);
    }
    assert_int_equal(fake_tlb_flushes, flushes + 3);
}

static void sections_of_a_mib_are_limited(void **state) {
    unsigned int made = 1; /* the flat one */

    (void)state;
    while (mm_update(d, L1_GPA + (16 + made) * 4, MM_SECTION(MM_BASE_GFN)) == 0) {
        made++;
    }
    assert_int_equal(made, PT_SECTIONS_MAX);
    assert_int_equal(mm_update(d, L1_GPA + 8, MM_SECTION(MM_BASE_GFN)), -XEN_ENOMEM);
}

static void tables_are_in_own_ram(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE(0, 1)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE(DEVICE_GFN << 12, 1)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE(SHARED_GFN << 12, 1)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE(mm_frame(other, DATA).v << 12, 1)),
                     -XEN_EPERM);
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE(FAKE_HEAP_PA, 1)), -XEN_EPERM);
}

/* A first-level table is no second-level table, nor the other way round. */
static void a_table_has_one_level(void **state) {
    (void)state;
    for (uint32_t part = 0; part < 16; part++) {
        assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE(L1_GPA + part * 0x400, 1)), -XEN_EINVAL);
    }
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L2_GFN, 0), -XEN_EBUSY);
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE((L2_GFN + 7) << 12, 1)), 0);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L2_GFN + 4, 0), -XEN_EBUSY);
}

/* Its own contents, as it lies in memory, mean nothing: it may map it as it likes. */
static void a_table_that_maps_itself_is_a_page(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(L2_GFN)), 0);
    assert_int_equal(mm_l2(d, 0), MM_RW(mm_frame(d, L2_GFN).v));
    assert_int_equal(mm_update(d, L1_GPA, 0), 0);
    assert_int_equal(count_of(L2_GFN), 1);
}

static void a_frame_holds_four_tables(void **state) {
    (void)state;
    for (uint32_t i = 1; i < 4; i++) {
        assert_int_equal(mm_update(d, L1_GPA + i * 4, MM_TABLE(L2_GPA + i * 0x400, 1)), 0);
        assert_int_equal(mm_update(d, L2_GPA + i * 0x400, MM_RW(DATA + i)), 0);
        assert_int_equal(mm_l2(d, i * MIB), MM_RW(mm_frame(d, DATA + i).v));
    }
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(page_of(mm_frame(d, L2_GFN))->type, PAGE_L2);
        assert_int_equal(mm_update(d, L1_GPA + i * 4, 0), 0);
        assert_int_equal(count_of(DATA + i), 1);
    }
    assert_int_equal(page_of(mm_frame(d, L2_GFN))->type, PAGE_NONE);
}

static void a_table_lives_as_long_as_an_entry_points_to_it(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(DATA)), 0);
    assert_int_equal(mm_update(d, L1_GPA + 40, MM_TABLE(L2_GPA, PV_DOMAIN_KERNEL)), 0);
    assert_int_equal(mm_update(d, L1_GPA, 0), 0);
    assert_int_equal(mm_l2(d, 10 * MIB), MM_RW(mm_frame(d, DATA).v));
    /* The same entry again. */
    assert_int_equal(mm_update(d, L1_GPA + 40, MM_TABLE(L2_GPA, PV_DOMAIN_KERNEL)), 0);
    assert_int_equal(mm_l2(d, 10 * MIB), MM_RW(mm_frame(d, DATA).v));
    assert_int_equal(mm_update(d, L1_GPA + 40, 0), 0);
    assert_int_equal(count_of(DATA), 1);
    /* Registered anew it is empty. */
    assert_int_equal(mm_update(d, L1_GPA, MM_TABLE(L2_GPA, PV_DOMAIN_USER)), 0);
    assert_int_equal(mm_l2(d, 0), 0);
}

static void references_to_a_table_are_limited(void **state) {
    uint16_t unit = page_of(mm_frame(d, L2_GFN))->l2[0];

    (void)state;
    pt_units[unit].refs = UINT16_MAX;
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE(L2_GPA, 1)), -XEN_ENOMEM);
    pt_units[unit].refs = 1;
}

/* An old first-level entry, in a TLB or in the cache of a walker, must not lead into the table that
 * comes next. */
static void a_table_is_not_used_again_before_the_tlb_is_flushed(void **state) {
    unsigned int before;

    (void)state;
    assert_int_equal(mm_update(d, L1_GPA + 20, MM_TABLE(DATA << 12, PV_DOMAIN_KERNEL)), 0);
    assert_int_equal(mm_update(d, L1_GPA + 20, 0), 0);
    before = fake_tlb_flushes;
    assert_int_equal(mm_update(d, L1_GPA + 24, MM_TABLE((DATA + 1) << 12, PV_DOMAIN_KERNEL)), 0);
    assert_int_equal(fake_tlb_flushes, before + 1);
    assert_int_equal(mm_update(d, L1_GPA + 28, MM_TABLE((DATA + 2) << 12, PV_DOMAIN_KERNEL)),
                     0); /* nothing is old any more */
    assert_int_equal(fake_tlb_flushes, before + 1);
    assert_int_equal(mm_update(d, L1_GPA + 24, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0); /* the guest does it */
    assert_int_equal(mm_update(d, L1_GPA + 24, MM_TABLE((DATA + 1) << 12, PV_DOMAIN_KERNEL)), 0);
    assert_int_equal(fake_tlb_flushes, before + 2);
}

/* ---- Registered first-level tables ---- */

static void wrong_tables_are_not_registered(void **state) {
    (void)state;
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L1_GFN, 0), -XEN_EBUSY);
    for (uint32_t i = 1; i < 4; i++) {
        assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, DATA + i, 0), -XEN_EINVAL);
        assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L1_GFN + i, 0), -XEN_EINVAL);
        assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, L1_GFN + i, 0), -XEN_EINVAL);
    }
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, DEVICE_GFN, 0), -XEN_EPERM);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, MM_BASE_GFN + MIBS * 256, 0), -XEN_EPERM);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L1_GFN | 1ull << 20, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L1_GFN | 1ull << 32, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, mm_frame(other, DATA).v & ~3u, 0), -XEN_EPERM);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, DATA, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L2_GFN, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, DATA, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L2_TABLE, DATA, 0), -XEN_ENOSYS);
    assert_int_equal(mm_ext(d, 31, DATA, 0), -XEN_ENOSYS);
    assert_int_equal(mm_ext(d, 38, DATA, 0), -XEN_ENOSYS);
    assert_int_equal(mm_ext(d, ~0u, DATA, 0), -XEN_ENOSYS);
}

static void a_loaded_table_stays(void **state) {
    (void)state;
    assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, L1_GFN, 0), -XEN_EBUSY);
    assert_ptr_equal(d->vcpu[0]->arch.l1, pt_vcpu_l1(&d->space, 0));
}

static void kernel_entries_are_in_all_tables(void **state) {
    uint32_t second = DATA & ~3u;
    uint32_t index = KERNEL_INDEX + 5;
    uint32_t hw;

    (void)state;
    assert_int_equal(mm_update(d, L1_GPA + index * 4, MM_SECTION(MM_BASE_GFN)), 0);
    hw = pt_vcpu_l1(&d->space, 0)[index];
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, second, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, second, 0), 0);
    assert_int_equal(pt_vcpu_l1(&d->space, 0)[index], hw);
    assert_int_equal(pt_vcpu_l1(&d->space, 0)[0], 0);
    /* A change by way of either is in both; one reference. */
    assert_int_equal(mm_update(d, (second << 12) + (index + 1) * 4, MM_TABLE(L2_GPA, 2)), 0);
    assert_int_equal(mm_update(d, L1_GPA + index * 4, 0), 0);
    assert_int_equal(pt_vcpu_l1(&d->space, 0)[index], 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L1_GFN, 0), 0);
    assert_int_equal(pt_vcpu_l1(&d->space, 0)[index], 0);
    assert_int_not_equal(pt_vcpu_l1(&d->space, 0)[index + 1], 0);
    mm_check();
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, second, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, L1_GFN, 0), 0);
    assert_int_not_equal(pt_vcpu_l1(&d->space, 0)[index + 1], 0);
    /* A kept, unused table has it too when it comes back. */
    assert_int_equal(mm_update(d, (second << 12) + (index + 2) * 4, MM_TABLE(L2_GPA, 2)), 0);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L1_GFN, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L1_GFN, 0), 0);
    assert_int_not_equal(pt_vcpu_l1(&d->space, 0)[index + 2], 0);
}

/* ---- Long calls that are given up, or that something comes in between ---- */

#define SECOND       (DATA & ~3u)
#define KERNEL_ENTRY (KERNEL_INDEX + 5)

/* A table that was out of date for so long that the version it has is the present one again. */
static void versions_that_come_round_deceive_nobody(void **state) {
    uint32_t entry = L1_GPA + KERNEL_ENTRY * 4;

    (void)state;
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, SECOND, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, SECOND, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L1_GFN, 0), 0);
    for (uint32_t i = 0; i < UINT16_MAX - 1; i++) {
        assert_int_equal(mm_update(d, entry + 4, 0), 0);
    }
    assert_int_equal(mm_update(d, entry, MM_SECTION(MM_BASE_GFN)), 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, SECOND, 0), 0);
    assert_int_not_equal(pt_vcpu_l1(&d->space, 0)[KERNEL_ENTRY], 0);
}

/* All of it is the kernel's part, so that it takes several steps to copy. */
static struct vcpu *all_kernel(void) {
    assert_int_equal(pt_set_kernel_start(&other->space, gvaddr(0)), 0);
    assert_int_equal(mm_ext(other, MMUEXT_PIN_L1_TABLE, L1_GFN, 0), 0);
    assert_int_equal(mm_ext(other, MMUEXT_NEW_BASEPTR, L1_GFN, 0), 0);
    assert_int_equal(mm_ext(other, MMUEXT_PIN_L1_TABLE, SECOND, 0), 0);
    return other->vcpu[0];
}

static void a_kernel_part_is_copied_in_steps(void **state) {
    struct vcpu *v = all_kernel();
    unsigned int again = 0;
    int rc;

    (void)state;
    assert_int_equal(mm_update(other, L1_GPA + 20, MM_SECTION(MM_BASE_GFN)), 0);
    assert_int_equal(mm_update(other, L1_GPA + (PT_HOLE_INDEX - 1) * 4, MM_SECTION(MM_BASE_GFN)),
                     0);
    while ((rc = mmuext_load_base(v, gfn(SECOND))) == -XEN_EAGAIN) {
        assert_ptr_equal(pt_vcpu_l1(&v->domain->space, v->id),
                         pt_block_table(pt_find_l1(&other->space, gfn(L1_GFN))));
        again++;
    }
    assert_int_equal(rc, 0);
    assert_int_equal(again, (PT_HOLE_INDEX - 1) / STEP_L1_ENTRIES);
    assert_ptr_equal(pt_vcpu_l1(&v->domain->space, v->id),
                     pt_block_table(pt_find_l1(&other->space, gfn(SECOND))));
    assert_int_not_equal(pt_vcpu_l1(&v->domain->space, v->id)[5], 0);
    assert_int_not_equal(pt_vcpu_l1(&v->domain->space, v->id)[PT_HOLE_INDEX - 1], 0);
}

/* It changes where it was copied already; another table is loaded instead; the table goes. */
static void a_kernel_part_that_changes_is_copied_anew(void **state) {
    struct vcpu *v = all_kernel();

    (void)state;
    assert_int_equal(mm_update(other, L1_GPA + 20, MM_SECTION(MM_BASE_GFN)), 0);
    assert_int_equal(mmuext_load_base(v, gfn(SECOND)), -XEN_EAGAIN);
    assert_int_equal(mm_update(other, L1_GPA + 20, 0), 0);
    mm_check();
    assert_int_equal(mm_ext(other, MMUEXT_NEW_BASEPTR, SECOND, 0), 0);
    assert_int_equal(pt_vcpu_l1(&v->domain->space, v->id)[5], 0);
    mm_check();
    assert_int_equal(mm_update(other, (SECOND << 12) + 24, MM_SECTION(MM_BASE_GFN)), 0);
    assert_int_equal(mmuext_load_base(v, gfn(L1_GFN)), -XEN_EAGAIN);
    assert_int_equal(mm_ext(other, MMUEXT_NEW_BASEPTR, SECOND, 0), 0);
    assert_int_equal(mm_ext(other, MMUEXT_UNPIN_TABLE, L1_GFN, 0), 0);
    assert_int_equal(mmuext_load_base(v, gfn(L1_GFN)), -XEN_EINVAL);
}

/* What was copied into a block means nothing once another table is made of it. */
static void a_new_table_is_copied_from_its_beginning(void **state) {
    struct vcpu *v = all_kernel();
    uint32_t limit = 64;

    (void)state;
    assert_int_equal(mm_update(other, L1_GPA + 20, MM_SECTION(MM_BASE_GFN)), 0);
    assert_int_equal(mmuext_load_base(v, gfn(SECOND)), -XEN_EAGAIN);
    uint16_t block = pt_find_l1(&other->space, gfn(SECOND));
    for (uint32_t i = 0; i < PT_CLEAN_MAX; i++) {
        assert_int_equal(mm_ext(other, MMUEXT_PIN_L1_TABLE, MM_BASE_GFN + 256 + i * 4, 0), 0);
    }
    for (uint32_t i = 0; i < PT_CLEAN_MAX; i++) {
        assert_int_equal(mm_ext(other, MMUEXT_UNPIN_TABLE, MM_BASE_GFN + 256 + i * 4, 0), 0);
    }
    assert_int_equal(mm_ext(other, MMUEXT_UNPIN_TABLE, SECOND, 0), 0);
    while (pt_find_l1(&other->space, gfn(SECOND)) != block && limit-- > 0) {
        assert_int_equal(mm_ext(other, MMUEXT_PIN_L1_TABLE, SECOND + limit * 4, 0), 0);
        if (pt_find_l1(&other->space, gfn(SECOND + limit * 4)) == block) {
            break;
        }
    }
    assert_int_equal(mm_ext(other, MMUEXT_NEW_BASEPTR, SECOND + limit * 4, 0), 0);
    assert_ptr_equal(pt_vcpu_l1(&v->domain->space, v->id), pt_block_table(block));
    for (unsigned int i = 0; i < PT_HOLE_INDEX; i++) {
        assert_int_equal(pt_vcpu_l1(&v->domain->space, v->id)[i] != 0, i == 5);
    }
}

/* Two vCPUs, of which only the first is there as more than a number. */
static void own_kernels(void) {
    assert_int_equal(pt_set_kernel_start(&other->space, gvaddr(PT_OWN_INDEX << MIB_SHIFT)), 0);
    pt_own_kernels(&other->space, 2);
    assert_true(pt_has_own_kernels(&other->space));
    assert_int_equal(mm_ext(other, MMUEXT_PIN_L1_TABLE, L1_GFN, 0), 0);
    assert_int_equal(mm_ext(other, MMUEXT_NEW_BASEPTR, L1_GFN, 0), 0);
    other->space.pt.vcpu_l1[1] = other->space.pt.vcpu_l1[0];
}

static void each_vcpu_has_its_kernel_part(void **state) {
    const struct space *s = &other->space;
    const unsigned int index = PT_OWN_INDEX + 5;

    (void)state;
    assert_ptr_equal(pt_vcpu_kernel(s, 0), pt_vcpu_l1(s, 0)); /* both flat */
    own_kernels();
    assert_ptr_equal(pt_vcpu_l1(s, 0), pt_vcpu_l1(s, 1));
    assert_ptr_not_equal(pt_vcpu_kernel(s, 0), pt_vcpu_kernel(s, 1));
    assert_ptr_not_equal(pt_vcpu_kernel(s, 0), pt_vcpu_l1(s, 0));
    assert_ptr_equal(other->vcpu[0]->arch.kernel, pt_vcpu_kernel(s, 0));
    assert_int_equal(pt_vcpu_kernel(s, 0)[PT_HOLE_INDEX], FAKE_HYP_ENTRY);
    assert_int_equal(pt_vcpu_kernel(s, 1)[PT_HOLE_INDEX], FAKE_HYP_ENTRY + 1);
    assert_int_equal(mm_update(other, L1_GPA + index * 4, MM_SECTION(MM_BASE_GFN)), 0);
    assert_int_not_equal(pt_vcpu_kernel(s, 0)[index], 0);
    assert_int_equal(pt_vcpu_kernel(s, 1)[index], pt_vcpu_kernel(s, 0)[index]);
    assert_int_equal(mm_update(other, L1_GPA + 5 * 4, MM_SECTION(MM_BASE_GFN)), 0);
    assert_int_equal(pt_vcpu_kernel(s, 1)[5], 0); /* the user part is the table's */
    assert_int_not_equal(pt_vcpu_l1(s, 1)[5], 0);
    assert_int_equal(mm_update(other, L1_GPA + index * 4, 0), 0);
    assert_int_equal(pt_vcpu_kernel(s, 1)[index], 0);
}

/* By address, an entry of the kernel part is looked for there. */
static void an_address_of_its_own_kernel_part_is_found(void **state) {
    const uint32_t va = (PT_OWN_INDEX + 1) << MIB_SHIFT;

    (void)state;
    own_kernels();
    assert_int_equal(
        mm_update(other, L1_GPA + (va >> MIB_SHIFT) * 4, MM_TABLE(L2_GPA, PV_DOMAIN_KERNEL)), 0);
    assert_int_equal(pt_update_va(&other->space, 0, gvaddr(va), MM_RW(DATA)), 0);
    assert_int_equal(page_of(mm_frame(other, DATA))->count, 2);
    assert_int_equal(pt_update_va(&other->space, 0, gvaddr(1 << MIB_SHIFT), MM_RW(DATA)),
                     -XEN_EINVAL);
}

/* One vCPU, or a kernel part that begins elsewhere: the registered tables have it. */
static void a_kernel_part_is_shared_unless_it_can_be_split(void **state) {
    (void)state;
    pt_own_kernels(&d->space, 2);
    assert_false(pt_has_own_kernels(&d->space));
    assert_int_equal(pt_set_kernel_start(&other->space, gvaddr(PT_OWN_INDEX << MIB_SHIFT)), 0);
    pt_own_kernels(&other->space, 1);
    assert_false(pt_has_own_kernels(&other->space));
    pt_own_kernels(&other->space, PT_KERNELS + 1);
    assert_false(pt_has_own_kernels(&other->space));
}

/* The first step of a pin, and never another one: the next pin goes on with it. */
static void a_new_table_is_made_in_steps(void **state) {
    uint16_t count = d->space.pt.block_count;

    (void)state;
    assert_int_equal(pt_pin_l1(&d->space, gfn(SECOND)), -XEN_EAGAIN);
    assert_int_equal(d->space.pt.block_count, count + 1);
    assert_int_equal(pt_find_l1(&d->space, gfn(SECOND)), 0);
    assert_int_equal(mmuext_load_base(d->vcpu[0], gfn(SECOND)), -XEN_EINVAL);
    mm_check();
    for (unsigned int i = 1; i < KERNEL_INDEX / STEP_L1_ENTRIES; i++) {
        assert_int_equal(pt_pin_l1(&d->space, gfn(SECOND + 4)), -XEN_EAGAIN);
    }
    assert_int_equal(pt_pin_l1(&d->space, gfn(SECOND + 4)), 0);
    assert_int_equal(d->space.pt.block_count, count + 1);
    assert_int_equal(pt_pin_l1(&d->space, gfn(SECOND)), -XEN_EAGAIN);
    /* As it is, the domain ends: teardown counts. */
}

/* What is not whole yet gives way to what is needed now. */
static void a_table_being_made_takes_no_memory_from_others(void **state) {
    (void)state;
    assert_int_equal(pt_pin_l1(&d->space, gfn(MM_BASE_GFN + 256)), -XEN_EAGAIN);
    d->space.pt.block_limit = d->space.pt.block_count;
    for (uint32_t i = 1; i <= PT_UNITS_PER_BLOCK; i++) {
        assert_int_equal(mm_update(d, L1_GPA + i * 4, MM_TABLE((DATA + i) << 12, 1)), 0);
    }
    assert_int_equal(d->space.pt.building, 0);
    assert_int_equal(pt_pin_l1(&d->space, gfn(MM_BASE_GFN + 256)), -XEN_ENOMEM);
    d->space.pt.block_limit = MM_LIMIT / HEAP_BLOCK_SIZE;
}

static void take_units(uint16_t *units, unsigned int count) {
    for (unsigned int i = 0; i < count; i++) {
        units[i] = pt_unit_take(&d->space);
        assert_int_not_equal(units[i], 0);
    }
}

static void give_units(const uint16_t *units, unsigned int count) {
    for (unsigned int i = 0; i < count; i++) {
        pt_unit_give(&d->space, units[i]);
    }
}

/* One empty block of second-level tables is kept, a second one is not. */
static void one_spare_block_is_kept(void **state) {
    uint16_t rest[PT_UNITS_PER_BLOCK], first[PT_UNITS_PER_BLOCK], second[PT_UNITS_PER_BLOCK];
    unsigned int rest_count = d->space.pt.free_units, free_blocks;
    uint16_t count;

    (void)state;
    take_units(rest, rest_count);
    count = d->space.pt.block_count;
    free_blocks = heap_free_blocks();
    take_units(first, PT_UNITS_PER_BLOCK);
    take_units(second, PT_UNITS_PER_BLOCK);
    assert_int_equal(d->space.pt.block_count, count + 2);
    give_units(first, PT_UNITS_PER_BLOCK);
    assert_int_equal(d->space.pt.block_count, count + 2);
    assert_int_equal(d->space.pt.free_units, PT_UNITS_PER_BLOCK);
    give_units(second, PT_UNITS_PER_BLOCK);
    assert_int_equal(d->space.pt.block_count, count + 1);
    assert_int_equal(d->space.pt.free_units, PT_UNITS_PER_BLOCK);
    assert_int_equal(d->space.pt.spare, second[0] / PT_UNITS_PER_BLOCK);
    /* Used again, it is spare no more. */
    take_units(first, 1);
    assert_int_equal(d->space.pt.spare, 0);
    assert_int_equal(first[0] / PT_UNITS_PER_BLOCK, second[0] / PT_UNITS_PER_BLOCK);
    give_units(first, 1);
    /* At its limit the domain gives it up for a block of another kind. */
    d->space.pt.block_limit = d->space.pt.block_count;
    uint16_t block = pt_block_take(&d->space, PT_BLOCK_NONE);
    assert_int_not_equal(block, 0);
    assert_int_equal(d->space.pt.spare, 0);
    assert_int_equal(d->space.pt.free_units, 0);
    assert_int_equal(pt_block_take(&d->space, PT_BLOCK_NONE), 0);
    assert_int_equal(pt_unit_take(&d->space), 0);
    pt_block_give(&d->space, block);
    d->space.pt.block_limit = MM_LIMIT / HEAP_BLOCK_SIZE;
    give_units(rest, rest_count);
    assert_true(heap_free_blocks() + 1 >= free_blocks);
}

/* The same of a first-level table that was unpinned, and is clean for the next one. */
static void a_clean_table_is_given_up(void **state) {
    (void)state;
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, SECOND, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, SECOND, 0), 0);
    for (unsigned int i = 0; i < PT_L1_ENTRIES / STEP_EMPTY && !d->space.pt.clean_count; i++) {
        assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, SECOND, 0), 0);
        assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, SECOND, 0), 0);
    }
    assert_int_equal(d->space.pt.clean_count, 1);
    uint16_t count = d->space.pt.block_limit = d->space.pt.block_count, clean = d->space.pt.clean;
    uint16_t block = pt_block_take(&d->space, PT_BLOCK_NONE);
    assert_int_equal(block, clean); /* the block that came free last */
    assert_int_equal(d->space.pt.clean_count, 0);
    assert_int_equal(d->space.pt.clean, 0);
    assert_int_equal(d->space.pt.block_count, count);
    pt_block_give(&d->space, block);
    d->space.pt.block_limit = MM_LIMIT / HEAP_BLOCK_SIZE;
}

/* Beyond what was promised to it when it was made, a domain has what the heap has left. */
static void a_promise_grows_while_the_heap_lasts(void **state) {
    struct pt_space *pt = &d->space.pt;
    uint16_t at_first = pt->block_kept, block;
    unsigned int taken = 0;

    (void)state;
    pt->block_kept = pt->block_promised = pt->block_count;
    while (heap_reserve(1) == 0) {
        taken++;
    }
    assert_int_equal(pt_block_take(&d->space, PT_BLOCK_NONE), 0);
    assert_int_equal(pt->block_promised, pt->block_count);
    heap_unreserve(1);
    block = pt_block_take(&d->space, PT_BLOCK_NONE);
    assert_int_not_equal(block, 0);
    assert_int_equal(pt->block_promised, pt->block_kept + 1);
    assert_int_equal(heap_reserve(1), -XEN_ENOMEM);
    pt_block_give(&d->space, block);
    assert_int_equal(pt->block_promised, pt->block_kept);
    assert_int_equal(heap_reserve(1), 0); /* it is the heap's again */
    heap_unreserve(taken);
    pt->block_kept = pt->block_promised = at_first;
}

/* A table with all entries in use, the first step of whose end is done: nothing points to it. */
static void begin_drop(void) {
    struct mmu_update u = {.ptr = L1_GPA, .val = 0};
    uint32_t args[5] = {0, 1, 0, DOMID_SELF};

    for (uint32_t i = 0; i < 256; i++) {
        assert_int_equal(mm_update(d, L2_GPA + i * 4, MM_RW(DATA + i)), 0);
    }
    args[0] = fake_put(0, &u, sizeof(u)).v;
    assert_int_equal(do_mmu_update(d->vcpu[0], args), HYPERCALL_AGAIN);
    assert_int_not_equal(d->space.pt.dropping, 0);
    assert_int_equal(mm_l2(d, 0), 0);
    assert_int_equal(count_of(DATA), 2);
    assert_int_equal(do_mmu_update(d->vcpu[0], args), HYPERCALL_AGAIN);
    assert_int_equal(count_of(DATA), 1);
    assert_int_equal(count_of(DATA + 255), 2);
    assert_int_equal(pt_vcpu_l1(&d->space, 0)[0], 0);
    mm_check();
}

/* The guest gives up, and makes a table of the same frame: it is another one, and empty. */
static void a_half_dropped_table_is_not_used_again(void **state) {
    (void)state;
    begin_drop();
    /* It takes no updates, by whatever way. */
    assert_int_equal(mm_update(d, L2_GPA, MM_RW(DATA)), 0);
    assert_int_equal(count_of(DATA), 1);
    assert_int_equal(mm_update(d, L1_GPA, MM_TABLE(L2_GPA, PV_DOMAIN_USER)), 0);
    assert_int_equal(d->space.pt.dropping, 0);
    for (uint32_t i = 0; i < 256; i++) {
        assert_int_equal(mm_l2(d, i << 12), 0);
        assert_int_equal(count_of(DATA + i), 1);
    }
}

static void a_half_dropped_table_goes_before_its_frames(void **state) {
    unsigned int steps = 0;
    bool begun = false;

    (void)state;
    begin_drop();
    while (p2m_change(&d->space, gfn(DATA + 255), INVALID_MFN, P2M_RAM, &begun) == -XEN_EAGAIN) {
        steps++;
    }
    assert_true(steps > 1);
    assert_int_equal(d->space.pt.dropping, 0);
}

/* One is emptied after the other. */
static void a_table_is_dropped_while_another_one_is(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L1_GPA + 4, MM_TABLE(L2_GPA + 0x400, PV_DOMAIN_USER)), 0);
    assert_int_equal(mm_update(d, L2_GPA + 0x400, MM_RW(DATA + 300)), 0);
    begin_drop();
    assert_int_equal(mm_update(d, L1_GPA + 4, 0), 0);
    assert_int_equal(d->space.pt.dropping, 0);
    assert_int_equal(count_of(DATA + 255), 1);
    assert_int_equal(count_of(DATA + 300), 1);
}

static void without_an_interrupt_a_list_drops_at_once(void **state) {
    struct mmu_update u[2] = {{.ptr = L1_GPA, .val = 0}, {.ptr = L1_GPA, .val = 0}};
    unsigned int again;
    uint32_t done;

    (void)state;
    for (uint32_t i = 0; i < 256; i++) {
        assert_int_equal(mm_update(d, L2_GPA + i * 4, MM_RW(DATA + i)), 0);
    }
    let_interrupt_wait(false);
    assert_int_equal(batch(u, 2, &done, &again), 0);
    assert_int_equal(again, 0);
    assert_int_equal(done, 2);
    assert_int_equal(d->space.pt.dropping, 0);
    assert_int_equal(count_of(DATA + 255), 1);
}

static void without_an_interrupt_it_is_dropped_at_once(void **state) {
    struct mmu_update u = {.ptr = L1_GPA, .val = 0};
    uint32_t args[5] = {0, 1 | 0x80000000u, 0, DOMID_SELF};

    (void)state;
    begin_drop();
    let_interrupt_wait(false);
    args[0] = fake_put(0, &u, sizeof(u)).v;
    assert_int_equal(do_mmu_update(d->vcpu[0], args), 0);
    assert_int_equal(d->space.pt.dropping, 0);
    assert_int_equal(count_of(DATA + 255), 1);
}

static void a_domain_ends_with_a_half_dropped_table(void **state) {
    (void)state;
    begin_drop();
}

/* By the end of a list, and with a place to go on that is made up. */
static void a_list_ends_when_what_it_dropped_is_gone(void **state) {
    struct mmu_update u = {.ptr = L1_GPA, .val = 0};
    unsigned int again;
    uint32_t done;
    uint32_t args[5] = {0, 0x80000000u, 0, DOMID_SELF};

    (void)state;
    for (uint32_t i = 0; i < 256; i++) {
        assert_int_equal(mm_update(d, L2_GPA + i * 4, MM_RW(DATA + i)), 0);
    }
    assert_int_equal(batch(&u, 1, &done, &again), 0);
    assert_int_equal(done, 1);
    assert_in_range(again, 64 / STEP_DROP, 2 * 64 / STEP_DROP);
    assert_int_equal(d->space.pt.dropping, 0);
    assert_int_equal(mm_run(do_mmu_update, d, args, &again), 0);
    assert_int_equal(again, 0);
}

static void the_kernel_part_is_set_once(void **state) {
    (void)state;
    assert_int_equal(pt_set_kernel_start(&d->space, gvaddr(KERNEL)), -XEN_EBUSY);
    assert_int_equal(pt_set_kernel_start(&other->space, gvaddr(KERNEL + 4)), -XEN_EINVAL);
    assert_int_equal(pt_set_kernel_start(&other->space, gvaddr(PV_VIRT_START)), -XEN_EINVAL);
    assert_int_equal(mm_ext(other, MMUEXT_PIN_L1_TABLE, L1_GFN, 0), 0);
    assert_int_equal(pt_set_kernel_start(&other->space, gvaddr(KERNEL)), -XEN_EBUSY);
}

static void unpinning_takes_steps_and_leaves_nothing(void **state) {
    uint32_t second = DATA & ~3u;
    unsigned int again;
    struct mmuext_op op = {.cmd = MMUEXT_UNPIN_TABLE};
    uint32_t args[5] = {0, 1, 0, DOMID_SELF};

    (void)state;
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, second, 0), 0);
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t table = ((DATA + 8 + i) << 12);

        assert_int_equal(mm_update(d, (second << 12) + (i * 300) * 4, MM_TABLE(table, 1)), 0);
        assert_int_equal(mm_update(d, table + 100, MM_RW(DATA + 32 + i)), 0);
    }
    mm_check();
    op.arg1.mfn = second;
    args[0] = fake_put(0, &op, sizeof(op)).v;
    assert_int_equal(mm_run(do_mmuext_op, d, args, &again), 0);
    assert_in_range(again, 8, 8 + 2 * KERNEL_INDEX / STEP_EMPTY);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(count_of(DATA + 32 + i), 1);
        assert_int_equal(page_of(mm_frame(d, DATA + 8 + i))->type, PAGE_NONE);
    }
    assert_int_equal(page_of(mm_frame(d, second + 3))->type, PAGE_NONE);
}

static void a_table_being_dropped_is_dead(void **state) {
    uint32_t second = DATA & ~3u;

    (void)state;
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, second, 0), 0);
    assert_int_equal(mm_update(d, second << 12, MM_TABLE(L2_GPA, 1)), 0);
    assert_int_equal(mm_update(d, (second << 12) + 8000, MM_TABLE(L2_GPA, 1)), 0);
    assert_int_equal(pt_unpin(&d->space, gfn(second)), -XEN_EAGAIN);
    assert_int_equal(mm_update(d, second << 12, MM_TABLE(L2_GPA, 1)), 0);
    assert_int_equal(pt_block_table(pt_find_l1(&d->space, gfn(second)))[0], 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, second, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, second, 0), 0);
}

/* ---- Table memory ---- */

static void table_memory_ends_at_the_limit(void **state) {
    uint32_t made = 0;
    int rc;

    (void)state;
    do {
        rc = mm_ext(d, MMUEXT_PIN_L1_TABLE, MM_BASE_GFN + 256 + made * 4, 0);
        made += rc == 0;
    } while (rc == 0);
    assert_int_equal(rc, -XEN_ENOMEM);
    assert_int_equal(d->space.pt.block_count, MM_LIMIT / HEAP_BLOCK_SIZE);
    mm_check();
    /* The other domain has its own. */
    assert_int_equal(mm_ext(other, MMUEXT_PIN_L1_TABLE, L1_GFN, 0), 0);
    for (uint32_t i = 1; i < 16; i++) {
        assert_int_equal(mm_update(d, L1_GPA + i * 4, MM_TABLE(((DATA + i) << 12), 1)), 0);
    }
    assert_int_equal(mm_update(d, L1_GPA + 16 * 4, MM_TABLE((DATA + 16) << 12, 1)), -XEN_ENOMEM);
    assert_int_equal(page_of(mm_frame(d, DATA + 16))->type, PAGE_NONE);
    for (uint32_t i = 0; i < made; i++) {
        assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, MM_BASE_GFN + 256 + i * 4, 0), 0);
    }
    /* Kept, clean tables give way to other uses. */
    assert_int_equal(mm_update(d, L1_GPA + 16 * 4, MM_TABLE((DATA + 16) << 12, 1)), 0);
    assert_in_range(d->space.pt.block_count, 1, 9);
}

/* A walker may have cached what was in a table: not beyond the domain's use of its memory. */
static void table_memory_is_given_back_after_a_flush(void **state) {
    unsigned int flushes;

    (void)state;
    for (uint32_t i = 0; i <= PT_CLEAN_MAX; i++) {
        assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, MM_BASE_GFN + 256 + i * 4, 0), 0);
    }
    flushes = fake_tlb_flushes;
    for (uint32_t i = 0; i < PT_CLEAN_MAX; i++) {
        assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, MM_BASE_GFN + 256 + i * 4, 0), 0);
    }
    assert_int_equal(fake_tlb_flushes, flushes);
    assert_int_equal(mm_ext(d, MMUEXT_UNPIN_TABLE, MM_BASE_GFN + 256 + PT_CLEAN_MAX * 4, 0), 0);
    assert_int_equal(fake_tlb_flushes, flushes + 1);
}

/* One entry in registers; the TLB forgets the page if it is asked to. */
static void one_entry_is_updated_in_registers(void **state) {
    uint32_t args[5] = {L2_GPA + 20, MM_RW(DATA), 0x5000};
    unsigned int ops = fake_range_ops;

    (void)state;
    assert_int_equal(do_pv_update(d->vcpu[0], args), 0);
    assert_int_equal(mm_l2(d, 0x5000), MM_RW(mm_frame(d, DATA).v));
    assert_int_equal(fake_range_ops, ops + 1);
    assert_int_equal(fake_last_va, 0x5000);
    args[1] = MM_RO(DATA);
    args[2] = PV_UPDATE_NO_FLUSH;
    assert_int_equal(do_pv_update(d->vcpu[0], args), 0);
    assert_int_equal(mm_l2(d, 0x5000), MM_RO(mm_frame(d, DATA).v));
    args[2] = PV_VIRT_START;
    assert_int_equal(do_pv_update(d->vcpu[0], args), 0);
    assert_int_equal(fake_range_ops, ops + 1);
    args[1] = MM_RW(1);
    assert_int_equal(do_pv_update(d->vcpu[0], args), -XEN_EPERM);
    args[0] = L2_GPA + 21;
    assert_int_equal(do_pv_update(d->vcpu[0], args), -XEN_EINVAL);
    args[0] = L1_GPA + 4;
    args[1] = MM_TABLE(L2_GPA, PV_DOMAIN_USER);
    assert_int_equal(do_pv_update(d->vcpu[0], args), 0);
    assert_int_equal(mm_l2(d, MIB + 0x5000), MM_RO(mm_frame(d, DATA).v));
}

static void more_than_the_heap_has_is_not_promised(void **state) {
    struct domain *third = support_domain_add(3, 1);

    (void)state;
    assert_int_equal(pt_init(&third->space, FAKE_HEAP_SIZE), -XEN_ENOMEM);
    assert_int_equal(pt_init(&third->space, PT_LIMIT_MIN - 1), -XEN_EINVAL);
    assert_false(pt_destroy_step(&third->space));
    support_domain_remove(third);
}

/* ---- Whole-table load, pages, caches, TLB ---- */

static void a_whole_table_is_loaded(void **state) {
    uint32_t raw[256];
    gvaddr_t va;

    (void)state;
    for (uint32_t i = 0; i < 256; i++) {
        raw[i] = MM_RW(DATA + i % 7);
    }
    va = fake_put(0x1000, raw, sizeof(raw));
    assert_int_equal(mm_ext(d, PV_MMUEXT_LOAD_TABLE, L2_GPA, va.v), 0);
    assert_int_equal(mm_l2(d, 255 << 12), MM_RW(mm_frame(d, DATA + 3).v));
    assert_int_equal(count_of(DATA + 6), 1 + 36);
    raw[200] = MM_RW(1);
    raw[199] = raw[201] = 0;
    fake_put(0x1000, raw, sizeof(raw));
    assert_int_equal(mm_ext(d, PV_MMUEXT_LOAD_TABLE, L2_GPA, va.v), -XEN_EPERM);
    assert_int_equal(mm_l2(d, 199 << 12), 0);
    assert_int_not_equal(mm_l2(d, 201 << 12), 0);
    assert_int_equal(mm_ext(d, PV_MMUEXT_LOAD_TABLE, L2_GPA + 0x400, va.v), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, PV_MMUEXT_LOAD_TABLE, L2_GPA + 4, va.v), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, PV_MMUEXT_LOAD_TABLE, L1_GPA, va.v), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, PV_MMUEXT_LOAD_TABLE, L2_GPA | 1ull << 32, va.v), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, PV_MMUEXT_LOAD_TABLE, L2_GPA, 4), -XEN_EFAULT);
}

/* Before any table was updated, and with the low bits by which "no table" is marked. */
static void an_address_like_no_table_is_in_no_table(void **state) {
    (void)state;
    assert_int_equal(d->space.pt.last_base, PT_NO_TABLE);
    for (uint32_t ptr = 0; ptr < 0x400; ptr++) {
        uint32_t args[5] = {ptr, 0, PV_VIRT_START};
        int expected = ptr % 4 ? -XEN_EINVAL : -XEN_EPERM;

        assert_int_equal(do_pv_update(d->vcpu[0], args), expected);
        assert_int_equal(mm_update(d, ptr, 0), expected);
    }
}

static void a_forged_continuation_is_harmless(void **state) {
    struct mmuext_op op = {.cmd = PV_MMUEXT_LOAD_TABLE};
    uint32_t args[5] = {0, 1 | 0x80000000u, 0, 0xfffffff0u};
    unsigned int again;

    (void)state;
    op.arg1.mfn = L2_GPA;
    op.arg2.src_mfn = FAKE_GUEST_VA + 0x1000;
    args[0] = fake_put(0, &op, sizeof(op)).v;
    assert_int_equal(mm_run(do_mmuext_op, d, args, &again), -XEN_EINVAL);
    op.cmd = PV_MMUEXT_FLUSH_DCACHE;
    op.arg1.linear_addr = 0x1000;
    op.arg2.src_mfn = 0x100;
    fake_put(0, &op, sizeof(op));
    args[1] = 1 | 0x80000000u;
    args[3] = 0x101;
    assert_int_equal(mm_run(do_mmuext_op, d, args, &again), -XEN_EINVAL);
}

static void pages_are_the_guests_own(void **state) {
    (void)state;
    assert_int_equal(mm_ext(d, MMUEXT_CLEAR_PAGE, 0x1000, 0), 0);
    assert_int_equal(mm_ext(d, MMUEXT_COPY_PAGE, PV_VIRT_START - 0x1000, 0x2000), 0);
    assert_int_equal(fake_page_ops, 2);
    assert_int_equal(mm_ext(d, MMUEXT_CLEAR_PAGE, 0x1004, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_CLEAR_PAGE, PV_VIRT_START, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_CLEAR_PAGE, 0x1000 | 1ull << 32, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_COPY_PAGE, 0x1000, 0x2004), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_COPY_PAGE, 0x1000, PV_VECTORS_VA), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_COPY_PAGE, 0x1000, 0x2000 | 1ull << 32), -XEN_EINVAL);
    assert_int_equal(fake_page_ops, 2);
    fake_unmapped = 0x3000;
    assert_int_equal(mm_ext(d, MMUEXT_CLEAR_PAGE, 0x3000, 0), -XEN_EFAULT);
    assert_int_equal(mm_ext(d, MMUEXT_COPY_PAGE, 0x3000, 0x1000), -XEN_EFAULT);
    assert_int_equal(mm_ext(d, MMUEXT_COPY_PAGE, 0x1000, 0x3000), -XEN_EFAULT);
    assert_int_equal(fake_page_ops, 2);
}

static void ranges_stay_below_the_hole(void **state) {
    (void)state;
    for (uint32_t cmd = PV_MMUEXT_CLEAN_DCACHE; cmd <= PV_MMUEXT_TLB_FLUSH_RANGE; cmd++) {
        assert_int_equal(mm_ext(d, cmd, PV_VIRT_START, 1), -XEN_EINVAL);
        assert_int_equal(mm_ext(d, cmd, PV_VIRT_START - 4, 5), -XEN_EINVAL);
        assert_int_equal(mm_ext(d, cmd, 0x1000, ~0u), -XEN_EINVAL);
        assert_int_equal(mm_ext(d, cmd, 0x1000, 0), 0);
        assert_int_equal(mm_ext(d, cmd, 0xfffff123, 0), 0);
        assert_int_equal(fake_range_ops, 0);
        assert_int_equal(mm_ext(d, cmd, PV_VIRT_START - 4, 4), 0);
        assert_int_equal(fake_range_ops, 1);
        fake_range_ops = 0;
    }
    assert_int_equal(mm_ext(d, MMUEXT_INVLPG_LOCAL, PV_VIRT_START, 0), -XEN_EINVAL);
    assert_int_equal(mm_ext(d, MMUEXT_INVLPG_LOCAL, 0x7000, 0), 0);
    assert_int_equal(fake_last_va, 0x7000);
}

/* Sixteen pages one by one; a byte more, and the whole TLB is the shorter way. */
static void a_long_range_empties_the_whole_tlb(void **state) {
    unsigned int flushes = fake_tlb_flushes;

    (void)state;
    assert_int_equal(mm_ext(d, PV_MMUEXT_TLB_FLUSH_RANGE, 0x1000, 16 * PAGE_SIZE), 0);
    assert_int_equal(fake_range_ops, 16);
    assert_int_equal(fake_last_va, 0x10000);
    assert_int_equal(fake_tlb_flushes, flushes);
    assert_int_equal(mm_ext(d, PV_MMUEXT_TLB_FLUSH_RANGE, 0x1000, 16 * PAGE_SIZE + 1), 0);
    assert_int_equal(fake_range_ops, 16);
    assert_int_equal(fake_tlb_flushes, flushes + 1);
}

/* Whatever was there before. */
static void a_new_space_has_nothing_of_an_old_one(void **state) {
    struct space *s = malloc(sizeof(*s)), *zero = calloc(1, sizeof(*zero));

    (void)state;
    memset(s, 0xa5, sizeof(*s));
    assert_int_equal(pt_init(s, PT_LIMIT_MIN), 0);
    zero->pt.kernel_index = PT_HOLE_INDEX;
    zero->pt.attr_raw = PT_ATTR_NONE;
    zero->pt.last_base = PT_NO_TABLE;
    zero->pt.version = 1;
    zero->pt.kernels = 1;
    zero->pt.block_limit = zero->pt.block_kept = zero->pt.block_promised =
        PT_LIMIT_MIN / HEAP_BLOCK_SIZE;
    assert_memory_equal(&s->pt, &zero->pt, sizeof(s->pt));
    heap_unreserve(PT_LIMIT_MIN / HEAP_BLOCK_SIZE);
    free(s);
    free(zero);
}

/* Parts are shorter where there is an outer cache. */
static const struct outer_cache_ops some_outer_cache;

static void ranges_go_part_by_part(uint32_t step) {
    unsigned int flushes = fake_cache_flushes;

    assert_int_equal(mm_ext(d, PV_MMUEXT_TLB_FLUSH_RANGE, 0x1fff, 2), 0);
    assert_int_equal(fake_range_ops, 2);
    assert_int_equal(fake_last_va, 0x2000);
    fake_range_ops = 0;
    assert_int_equal(mm_ext(d, PV_MMUEXT_CLEAN_DCACHE, 0x1f00, 0x1200), 0);
    assert_int_equal(fake_range_ops, 2 + PAGE_SIZE / step);
    assert_int_equal(fake_last_va, 0x3000);
    assert_int_equal(fake_last_size, 0x100);
    assert_int_equal(mm_ext(d, PV_MMUEXT_CLEAN_DCACHE, 0x1000, 0x100000), 0);
    assert_int_equal(fake_range_ops, 2 + PAGE_SIZE / step);
    assert_int_equal(fake_cache_flushes, flushes + 1);
    assert_int_equal(mm_ext(d, PV_MMUEXT_INVAL_DCACHE, 0x1000, 0x100000), 0);
    assert_int_equal(fake_range_ops, 2 + PAGE_SIZE / step + MIB / step);
    assert_int_equal(mm_ext(d, MMUEXT_FLUSH_CACHE, 0, 0), 0);
    assert_int_equal(fake_cache_flushes, flushes + 2);
}

static void ranges_go_page_by_page(void **state) {
    (void)state;
    ranges_go_part_by_part(STEP_CACHE);
}

static void ranges_go_in_shorter_parts_with_an_outer_cache(void **state) {
    (void)state;
    devices.outer_cache = &some_outer_cache;
    ranges_go_part_by_part(STEP_CACHE_OUTER);
    devices.outer_cache = NULL;
}

/* The pages after one that faults are not. */
static void ranges_leave_out_what_is_not_mapped(void **state) {
    (void)state;
    fake_unmapped = 0x2000;
    for (uint32_t cmd = PV_MMUEXT_CLEAN_DCACHE; cmd <= PV_MMUEXT_SYNC_ICACHE; cmd++) {
        fake_range_ops = 0;
        assert_int_equal(mm_ext(d, cmd, 0x1800, 0x2000), 0);
        assert_int_equal(fake_range_ops, 2);
        assert_int_equal(fake_last_va, 0x3000);
        assert_int_equal(fake_last_size, 0x800);
        assert_int_equal(fake_last_op, FAKE_CLEAN + (cmd - PV_MMUEXT_CLEAN_DCACHE));
    }
}

/* ---- The end of a domain, and long random use ---- */

static void destroying_is_many_short_steps(void **state) {
    unsigned int steps;

    (void)state;
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t table = ((DATA + i / 4) << 12) + i % 4 * 0x400;

        assert_int_equal(mm_update(d, L1_GPA + (i + 8) * 4, MM_TABLE(table, 1)), 0);
    }
    for (uint32_t i = 0; i < 256; i++) {
        assert_int_equal(mm_update(other, 4, 0), -XEN_EPERM);
        assert_int_equal(mm_update(d, L2_GPA + i * 4, MM_RW(DATA + i)), 0);
    }
    steps = mm_destroy(other);
    other = NULL;
    assert_in_range(steps, MIBS * 4 - 1, MIBS * FRAMES_PER_MIB / STEP_FRAMES + 40);
    mm_check();
}

/* What the tables should hold, kept apart from the code under test. */
struct model {
    uint32_t table_of[16];    /* L1 entry: 1 + table number, 0 = none */
    uint32_t page_of[8][256]; /* table: what was last written while registered */
    unsigned int refs[8];
};

static uint32_t random_raw(void) {
    uint32_t g = DATA + (uint32_t)rand() % 300;
    uint32_t kind = (uint32_t)rand() % 10;

    return kind == 0 ? 0 : kind == 1 ? MM_RW(1) : kind < 5 ? MM_RO(g) : MM_RW(g);
}

static void model_l1(struct model *m, uint32_t index, uint32_t table) {
    uint32_t old = m->table_of[index];

    if (table && m->refs[table - 1]++ == 0) {
        memset(m->page_of[table - 1], 0, sizeof(m->page_of[0]));
    }
    m->table_of[index] = table;
    if (old) {
        m->refs[old - 1]--;
    }
}

static void model_l2(struct model *m, uint32_t table, uint32_t entry, uint32_t raw) {
    if (m->refs[table] && raw >> 12 != 1) {
        m->page_of[table][entry] = raw;
    }
}

static void compare(const struct model *m) {
    for (uint32_t i = 0; i < 16; i++) {
        for (uint32_t j = 0; j < 256; j++) {
            uint32_t raw = m->table_of[i] ? m->page_of[m->table_of[i] - 1][j] : 0;
            uint32_t hw = mm_l2(d, (i + 32) * MIB + (j << 12));

            assert_int_equal(hw, raw ? (mm_frame(d, raw >> 12).v << 12 | (raw & 0xfff)) : 0);
        }
    }
}

static void random_updates_do_what_a_model_does(void **state) {
    static struct model m;
    struct mmu_update u[64];

    (void)state;
    memset(&m, 0, sizeof(m));
    srand(20261121);
    for (unsigned int round = 0; round < 600; round++) {
        uint32_t table = (uint32_t)rand() % 8;
        uint32_t gpa = ((DATA + 400 + table / 4) << 12) + table % 4 * 0x400;
        uint32_t n = 1 + (uint32_t)rand() % 64;
        unsigned int again;
        uint32_t done;

        if (rand() % 4 == 0) {
            uint32_t index = (uint32_t)rand() % 16;
            bool drop = rand() % 3 == 0;

            assert_int_equal(
                mm_update(d, L1_GPA + (index + 32) * 4, drop ? 0 : MM_TABLE(gpa, PV_DOMAIN_USER)),
                0);
            model_l1(&m, index, drop ? 0 : table + 1);
        }
        for (uint32_t i = 0; i < n; i++) {
            u[i] =
                (struct mmu_update){.ptr = gpa + (uint32_t)rand() % 256 * 4, .val = random_raw()};
        }
        assert_in_range(-batch(u, n, &done, &again), 0, XEN_EPERM);
        for (uint32_t i = 0; i < done; i++) {
            model_l2(&m, table, (uint32_t)(u[i].ptr - gpa) / 4, (uint32_t)u[i].val);
        }
        if (round % 20 == 0) {
            compare(&m);
            mm_check();
        }
    }
    compare(&m);
}

/* Anything, anywhere: whatever is refused or done, the books stay right. */
static void garbage_leaves_the_books_right(void **state) {
    (void)state;
    srand(99);
    for (unsigned int i = 0; i < 4000; i++) {
        uint32_t where = (uint32_t)rand() % 3 ? (uint32_t)rand() % (32 << 12) : (uint32_t)rand();
        uint32_t value = (uint32_t)rand() ^ (uint32_t)rand() << 16;

        if (rand() % 2) {
            value = (value & 0x7fffu) | (MM_BASE_GFN << 12) | (value & 0x3f0000u);
        }
        if (rand() % 8 == 0) {
            mm_ext(d, (uint32_t)rand() % 40, MM_BASE_GFN + (uint32_t)rand() % 64,
                   (uint32_t)rand() % 65536);
        }
        mm_update(d, (MM_BASE_GFN << 12) + where, value);
        if (i % 100 == 0) {
            mm_check();
        }
    }
}

/* After the table that was updated last is gone, there is no last one: no address is taken for one
 * in it, least of all those that look like the mark of none. */
static void no_address_is_in_a_table_that_is_gone(void **state) {
    (void)state;
    assert_int_equal(mm_update(d, L2_GPA + 4, MM_RW(DATA)), 0);
    assert_int_equal(mm_update(d, L1_GPA, 0), 0);
    assert_int_equal(d->space.pt.last_base, PT_NO_TABLE);
    for (uint32_t ptr = 0; ptr < 0x400; ptr += 4) {
        uint32_t args[5] = {ptr, MM_RW(DATA), PV_VIRT_START};

        assert_int_equal(do_pv_update(d->vcpu[0], args), -XEN_EPERM);
        assert_int_equal(mm_update(d, ptr, MM_RW(DATA)), -XEN_EPERM);
    }
    assert_int_equal(count_of(DATA), 1);
    assert_int_equal(mm_update(d, L2_GPA + 4, MM_RW(DATA)), 0); /* no table: nothing to do */
    assert_int_equal(count_of(DATA), 1);
}

static void limits_of_table_memory_are_kept(void **state) {
    struct pt_space *pt = &d->space.pt;
    const uint16_t kept = pt->block_kept, promised = pt->block_promised;

    (void)state;
    assert_int_equal(pt_set_limit(&d->space, PT_LIMIT_MAX), -XEN_EINVAL);
    assert_int_equal(pt_set_limit(&d->space, 1ull << 32), -XEN_EINVAL);
    assert_int_equal(pt->block_limit, MM_LIMIT / 16384);
    assert_int_equal(pt_set_limit(&d->space, 0), 0);
    assert_int_equal(pt->block_limit, 8);
    assert_int_equal(pt_set_limit(&d->space, 8 * 16384 + 1), 0);
    assert_int_equal(pt->block_limit, 8);
    assert_int_equal(pt_set_limit(&d->space, 9 * 16384), 0);
    assert_int_equal(pt->block_limit, 9);
    assert_int_equal(pt_set_limit(&d->space, PT_LIMIT_MAX - 1), 0);
    assert_int_equal(pt->block_limit, 65535);
    assert_int_equal(pt->block_kept, kept);
    assert_int_equal(pt->block_promised, promised);
    assert_int_equal(pt_set_limit(&d->space, MM_LIMIT), 0);
}

/* More blocks than can be counted, and as many as can, which the heap does not have. */
static void a_promise_has_its_bounds(void **state) {
    struct space s;

    (void)state;
    memset(&s, 0, sizeof(s));
    assert_int_equal(pt_init(&s, 65536u * 16384u), -XEN_EINVAL);
    assert_int_equal(pt_init(&s, 65535u * 16384u), -XEN_ENOMEM);
    assert_int_equal(s.pt.block_promised, 0);
    assert_int_equal(pt_init(&s, PT_LIMIT_MIN + 16383), 0);
    assert_int_equal(s.pt.block_promised, 8);
    assert_false(pt_destroy_step(&s));
    assert_int_equal(s.pt.block_promised, 0);
    assert_int_equal(s.pt.block_limit, 0);
    assert_int_equal(s.pt.block_kept, 0);
}

static void the_table_that_a_vcpu_runs_on_is_told(void **state) {
    (void)state;
    assert_int_equal(pt_vcpu_base(&d->space, 0).v, L1_GFN);
    assert_int_equal(pt_vcpu_base(&d->space, 1).v, 0);
    assert_int_equal(pt_vcpu_base(&other->space, 0).v, 0);
}

static void a_kernel_part_may_be_one_mib(void **state) {
    (void)state;
    assert_int_equal(pt_set_kernel_start(&other->space, gvaddr(PV_VIRT_START - MIB)), 0);
    assert_int_equal(other->space.pt.kernel_index, PT_HOLE_INDEX - 1);
    assert_int_equal(pt_set_kernel_start(&other->space, gvaddr(KERNEL)), -XEN_EBUSY);
}

/* A flush that the guest asks for makes all units that were given back as new. */
static void a_flush_makes_old_tables_new(void **state) {
    unsigned int flushes = fake_tlb_flushes;

    (void)state;
    d->space.pt.has_stale = true;
    pt_flush_tlb(&d->space);
    assert_int_equal(fake_tlb_flushes, flushes + 1);
    assert_false(d->space.pt.has_stale);
    pt_flush_tlb(&d->space);
    assert_int_equal(fake_tlb_flushes, flushes + 2);
}

/* What can be had yet: units of blocks that are there, and of those that may come. */
static void units_are_available_up_to_the_limit(void **state) {
    struct pt_space *pt = &d->space.pt;
    const unsigned int here = pt->free_units;

    (void)state;
    pt->block_limit = pt->block_count;
    assert_true(pt_units_available(&d->space, here));
    assert_false(pt_units_available(&d->space, here + 1));
    pt->block_limit = pt->block_count + 2;
    assert_true(pt_units_available(&d->space, here + 32));
    assert_false(pt_units_available(&d->space, here + 33));
    pt->block_limit = pt->block_count - 1; /* it was lowered */
    assert_true(pt_units_available(&d->space, here));
    assert_false(pt_units_available(&d->space, here + 1));
    pt->block_limit = pt->block_count + 1;
    assert_int_equal(pt_pin_l1(&d->space, gfn(SECOND)), -XEN_EAGAIN); /* it can be given up */
    assert_true(pt_units_available(&d->space, here + 16));
    assert_false(pt_units_available(&d->space, here + 17));
    pt->block_limit = MM_LIMIT / HEAP_BLOCK_SIZE;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(own_ram_is_mapped_and_counted),
        TEST(what_is_not_given_is_refused),
        TEST(wrong_formats_are_refused),
        TEST(shared_frames_are_never_cached),
        TEST(device_registers_are_never_cached),
        TEST(read_only_is_read_only),
        TEST(ram_can_be_read_only),
        TEST(ram_replaces_device_registers),
        TEST(updates_elsewhere_change_nothing),
        TEST(another_domain_is_refused),
        TEST(bad_pointers_fault),
        TEST(nothing_to_do_is_done),
        TEST(a_batch_is_done_in_order),
        TEST(a_batch_stops_at_the_first_error),
        TEST(a_long_batch_is_done_in_pieces),
        TEST(no_interrupt_no_pieces),
        TEST(drops_of_full_tables_are_pieces),
        TEST(upper_halves_are_not_cut_off),
        TEST(a_table_dropped_in_a_batch_is_left_alone),
        TEST(entries_are_set_by_address),
        TEST(what_was_replaced_is_told),
        TEST(new_tables_are_published),
        TEST(the_hole_is_not_for_guests),
        TEST(only_two_domains_can_be_had),
        TEST(a_section_of_nothing_is_a_fault),
        TEST(sections_are_whole_ram_only),
        TEST(sections_and_tables_take_turns),
        TEST(tables_alone_come_and_go_without_a_flush),
        TEST(sections_of_a_mib_are_limited),
        TEST(tables_are_in_own_ram),
        TEST(a_table_has_one_level),
        TEST(a_table_that_maps_itself_is_a_page),
        TEST(a_frame_holds_four_tables),
        TEST(a_table_lives_as_long_as_an_entry_points_to_it),
        TEST(references_to_a_table_are_limited),
        TEST(a_table_is_not_used_again_before_the_tlb_is_flushed),
        TEST(wrong_tables_are_not_registered),
        TEST(a_loaded_table_stays),
        TEST(kernel_entries_are_in_all_tables),
        TEST(versions_that_come_round_deceive_nobody),
        TEST(a_kernel_part_is_copied_in_steps),
        TEST(a_kernel_part_that_changes_is_copied_anew),
        TEST(a_new_table_is_copied_from_its_beginning),
        TEST(each_vcpu_has_its_kernel_part),
        TEST(an_address_of_its_own_kernel_part_is_found),
        TEST(a_kernel_part_is_shared_unless_it_can_be_split),
        TEST(a_new_table_is_made_in_steps),
        TEST(a_table_being_made_takes_no_memory_from_others),
        TEST(one_spare_block_is_kept),
        TEST(a_clean_table_is_given_up),
        TEST(a_promise_grows_while_the_heap_lasts),
        TEST(a_half_dropped_table_is_not_used_again),
        TEST(a_half_dropped_table_goes_before_its_frames),
        TEST(a_table_is_dropped_while_another_one_is),
        TEST(without_an_interrupt_a_list_drops_at_once),
        TEST(without_an_interrupt_it_is_dropped_at_once),
        TEST(a_domain_ends_with_a_half_dropped_table),
        TEST(a_list_ends_when_what_it_dropped_is_gone),
        TEST(the_kernel_part_is_set_once),
        TEST(unpinning_takes_steps_and_leaves_nothing),
        TEST(a_table_being_dropped_is_dead),
        TEST(table_memory_ends_at_the_limit),
        TEST(table_memory_is_given_back_after_a_flush),
        TEST(one_entry_is_updated_in_registers),
        TEST(more_than_the_heap_has_is_not_promised),
        TEST(a_whole_table_is_loaded),
        TEST(an_address_like_no_table_is_in_no_table),
        TEST(a_forged_continuation_is_harmless),
        TEST(pages_are_the_guests_own),
        TEST(ranges_stay_below_the_hole),
        TEST(no_address_is_in_a_table_that_is_gone),
        TEST(limits_of_table_memory_are_kept),
        TEST(a_promise_has_its_bounds),
        TEST(the_table_that_a_vcpu_runs_on_is_told),
        TEST(a_kernel_part_may_be_one_mib),
        TEST(a_flush_makes_old_tables_new),
        TEST(units_are_available_up_to_the_limit),
        TEST(a_long_range_empties_the_whole_tlb),
        TEST(a_new_space_has_nothing_of_an_old_one),
        TEST(ranges_go_page_by_page),
        TEST(ranges_go_in_shorter_parts_with_an_outer_cache),
        TEST(ranges_leave_out_what_is_not_mapped),
        TEST(destroying_is_many_short_steps),
        TEST(random_updates_do_what_a_model_does),
        TEST(garbage_leaves_the_books_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
