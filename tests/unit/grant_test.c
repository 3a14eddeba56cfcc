/* SPDX-License-Identifier: GPL-2.0-only */
/* Grant tables: how they grow, who may map and copy what, and that nothing is lost, whatever a
 * granter or a mapper does. */
/* links: core/hypercall */
#include <arch/atomic.h>
#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <string.h>

#include "core/base/percpu.h"
#include "core/base/steps.h"
#include "core/grant/grant.h"
#include "core/grant/grant_window.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_grant.h"
#include "support_mm.h"

/* ---- The table's frames ---- */

static void a_table_grows_a_piece_a_call(void **state) {
    mfn_t m;

    (void)state;
    for (unsigned int i = 0; i < GRANT_FRAMES_DEFAULT; i++) {
        expect_again(domu, GRANT_FRAMES_DEFAULT - 1, PIECES - 1);
        assert_int_equal(domu->grant.frame_count, i);
        expect_again(domu, GRANT_FRAMES_DEFAULT - 1, 1);
        assert_int_equal(domu->grant.frame_count, i + 1);
    }
    assert_int_equal(grant_frame(&domu->grant, GRANT_FRAMES_DEFAULT - 1, &m), 0);
    assert_int_equal(page_of(m)->count, 2);
    assert_int_equal(page_of(m)->owner, DOMID_XEN);
    page_put(m);
    assert_int_equal(grant_frame(&domu->grant, GRANT_FRAMES_DEFAULT, &m), -XEN_EINVAL);
    assert_int_equal(grant_frame(&domu->grant, UINT32_MAX, &m), -XEN_EINVAL);
}

/* What it was before it is not left in a cache, whoever reads it next. */
static void a_new_frame_is_in_memory(void **state) {
    (void)state;
    grow(domu, 1);
    assert_int_equal(fake_forgotten[GRANT_SLOT_TABLE], PAGE_SIZE);
}

static void limits_are_these_unless_somebody_says_so(void **state) {
    (void)state;
    assert_int_equal(domu->grant.frame_max, 16);
    assert_int_equal(domu->grant.page_max, 16);
    grant_set_limits(&domu->grant, 64, 64);
    assert_int_equal(domu->grant.frame_max, 64);
    assert_int_equal(domu->grant.page_max, 64);
    grant_set_limits(&domu->grant, 65, 65);
    assert_int_equal(domu->grant.frame_max, 64);
    assert_int_equal(domu->grant.page_max, 64);
    grant_set_limits(&domu->grant, 1, 0);
    assert_int_equal(domu->grant.frame_max, 1);
    assert_int_equal(domu->grant.page_max, 0);
    grant_set_limits(&domu->grant, -1, -1);
}

static void a_new_frame_grants_nothing(void **state) {
    static const uint8_t zeroes[PAGE_SIZE];
    mfn_t m;

    (void)state;
    for (uint32_t i = 0; i < page_frames; i++) {
        if (page_table[i].state == PAGE_FREE) {
            memset(fake_frame(mfn(page_first + i)), 0xa5, PAGE_SIZE);
        }
    }
    expect_again(domu, 0, PIECES);
    assert_int_equal(grant_frame(&domu->grant, 0, &m), 0);
    assert_memory_equal(fake_frame(m), zeroes, PAGE_SIZE);
    page_put(m);
}

static void a_limit_holds(void **state) {
    mfn_t m;

    (void)state;
    grant_set_limits(&domu->grant, 2, 0);
    grow(domu, 2);
    assert_int_equal(grant_frame(&domu->grant, 2, &m), -XEN_EINVAL);
    grant_set_limits(&dom0->grant, INT32_MAX, INT32_MAX);
    grow(dom0, GRANT_FRAMES_MAX);
    assert_int_equal(grant_frame(&dom0->grant, GRANT_FRAMES_MAX, &m), -XEN_EINVAL);
    grant_frame_placed(&dom0->grant, GRANT_FRAMES_MAX, gfn(77)); /* beyond the array */
    assert_int_equal(dom0->grant.page_count, 0);
}

static void without_memory_it_does_not_grow(void **state) {
    mfn_t m, taken[FAKE_RAM_MIB * FRAMES_PER_MIB];
    unsigned int count = 0;

    (void)state;
    grow(domu, 1);
    while (!mfn_eq(taken[count] = page_alloc(DOMID_XEN), INVALID_MFN)) {
        count++;
    }
    assert_int_equal(grant_frame(&domu->grant, 1, &m), -XEN_ENOMEM);
    assert_int_equal(domu->grant.frame_count, 1);
    while (count > 0) {
        page_put(taken[--count]);
    }
    mm_scrub();
    assert_int_equal(grant_frame(&domu->grant, 1, &m), -XEN_EAGAIN);
}

/* power_off() finds the frame among those that are free. */
static void what_is_half_cleared_is_given_back(void **state) {
    (void)state;
    expect_again(domu, 0, 1);
}

static void it_is_known_where_a_frame_is(void **state) {
    xen_pfn_t where[3];

    (void)state;
    grow(domu, 2);
    grant_frame_placed(&domu->grant, 1, gfn(0x38001));
    grant_frame_placed(&domu->grant, 2, gfn(0x38002)); /* there is none */
    grant_frame_gfns(&domu->grant, 3, where);
    assert_int_equal(where[0], UINT32_MAX);
    assert_int_equal(where[1], 0x38001);
    assert_int_equal(where[2], UINT32_MAX);
}

/* Who was given a frame keeps it when the domain is gone. */
static void a_frame_outlives_its_domain(void **state) {
    mfn_t m;

    (void)state;
    grow(domu, 1);
    assert_int_equal(grant_frame(&domu->grant, 0, &m), 0);
    while (grant_domain_destroy(&domu->grant)) {
    }
    assert_int_equal(page_of(m)->count, 1);
    page_put(m);
    assert_int_equal(grant_frame(&domu->grant, 0, &m), -XEN_EINVAL);
}

/* ---- Maps ---- */

#define GRANTED (MM_BASE_GFN + 7)   /* what domu grants */
#define HOLE    (MM_BASE_GFN + 300) /* where dom0 has nothing */
#define NONE    0xffffffffu

static struct gnttab_map_grant_ref wish(uint32_t place, grant_ref_t ref, uint32_t flags) {
    return (struct gnttab_map_grant_ref){.host_addr = (uint64_t)place << PAGE_SHIFT,
                                         .flags = flags,
                                         .ref = ref,
                                         .dom = domu->id,
                                         .status = 99,
                                         .handle = NONE};
}

static int map_as(struct domain *by, struct gnttab_map_grant_ref *m) {
    assert_int_equal(call(by, GNTTABOP_map_grant_ref, m, sizeof(*m), 1), 0);
    return m->status;
}

static int map(struct gnttab_map_grant_ref *m) {
    return map_as(dom0, m);
}

static int unmap_as(struct domain *by, uint64_t host, uint64_t bus, grant_handle_t handle) {
    struct gnttab_unmap_grant_ref u = {.host_addr = host, .dev_bus_addr = bus, .handle = handle};

    assert_int_equal(call(by, GNTTABOP_unmap_grant_ref, &u, sizeof(u), 1), 0);
    return u.status;
}

static int unmap(const struct gnttab_map_grant_ref *m) {
    return unmap_as(dom0, m->host_addr, 0, m->handle);
}

static void give_back(struct domain *d, uint32_t g) {
    assert_int_equal(mm_change(d, g, INVALID_MFN, P2M_RAM), 0);
}

/* domu has a table and grants @GRANTED to dom0 as ref 9; dom0 has places for it. */
static void offer(uint16_t flags) {
    grow(domu, 2);
    grant(domu, 9, 0, GRANTED, flags);
    for (uint32_t i = 0; i < 4; i++) {
        give_back(dom0, HOLE + i);
    }
    mm_scrub();
}

static uint16_t used(grant_ref_t ref) {
    return entry(domu, ref)->flags & (GTF_reading | GTF_writing);
}

static uint32_t references(void) {
    return page_of(mm_frame(domu, GRANTED))->count;
}

static void a_granted_frame_is_mapped_and_given_up(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);

    (void)state;
    offer(0);
    assert_int_equal(map(&m), GNTST_okay);
    assert_int_equal(m.dev_bus_addr, (uint64_t)mm_frame(domu, GRANTED).v << PAGE_SHIFT);
    assert_int_equal(mm_frame(dom0, HOLE).v, mm_frame(domu, GRANTED).v);
    assert_int_equal(p2m_entry_type(p2m_lookup(&dom0->space.p2m, gfn(HOLE))), P2M_FOREIGN);
    assert_int_equal(used(9), GTF_reading | GTF_writing);
    assert_int_equal(references(), 3);
    mm_check();
    assert_int_equal(unmap(&m), GNTST_okay);
    assert_int_equal(p2m_lookup(&dom0->space.p2m, gfn(HOLE)), P2M_NONE);
    assert_int_equal(used(9), 0);
    assert_int_equal(references(), 1);
    assert_int_equal(unmap(&m), GNTST_bad_handle);
}

static void a_read_only_grant_is_mapped_read_only(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);

    (void)state;
    offer(GTF_readonly);
    assert_int_equal(map(&m), GNTST_general_error);
    assert_int_equal(used(9), 0);
    m.flags |= GNTMAP_readonly;
    assert_int_equal(map(&m), GNTST_okay);
    assert_int_equal(p2m_entry_type(p2m_lookup(&dom0->space.p2m, gfn(HOLE))), P2M_FOREIGN_RO);
    assert_int_equal(used(9), GTF_reading);
    assert_int_equal(unmap(&m), GNTST_okay);
    assert_int_equal(used(9), 0);
}

/* The flags go with the last mapping of their kind. */
static void a_grant_may_be_mapped_several_times(void **state) {
    struct gnttab_map_grant_ref w = wish(HOLE, 9, GNTMAP_host_map);
    struct gnttab_map_grant_ref w2 = wish(HOLE + 1, 9, GNTMAP_host_map);
    struct gnttab_map_grant_ref r = wish(HOLE + 2, 9, GNTMAP_host_map | GNTMAP_readonly);

    (void)state;
    offer(0);
    assert_int_equal(map(&w), 0);
    assert_int_equal(map(&r), 0);
    assert_int_equal(map(&w2), 0);
    assert_int_not_equal(w.handle, w2.handle);
    assert_int_equal(references(), 7);
    assert_int_equal(unmap(&w), 0);
    assert_int_equal(used(9), GTF_reading | GTF_writing);
    assert_int_equal(unmap(&w2), 0);
    assert_int_equal(used(9), GTF_reading);
    assert_int_equal(unmap(&r), 0);
    assert_int_equal(used(9), 0);
    assert_int_equal(references(), 1);
}

static void what_grants_nothing_is_refused(void **state) {
    struct gnttab_map_grant_ref m;

    (void)state;
    offer(0);
    const grant_ref_t nothing[] = {10, 511, 512, 1023, 1024, 0x10009, UINT32_MAX};
    for (unsigned int i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        m = wish(HOLE, nothing[i], GNTMAP_host_map);
        assert_int_equal(map(&m), GNTST_bad_gntref);
    }
    const domid_t others[] = {1, 2, DOMID_SELF, DOMID_IO, DOMID_XEN, DOMID_INVALID, DOMID_COW};
    for (unsigned int i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        grant(domu, 10, others[i], GRANTED, 0);
        m = wish(HOLE, 10, GNTMAP_host_map);
        assert_int_equal(map(&m), GNTST_bad_gntref);
        assert_int_equal(used(10), 0);
    }
    for (uint16_t flags = 0; flags < 4; flags++) {
        entry(domu, 9)->flags = flags;
        m = wish(HOLE, 9, GNTMAP_host_map);
        assert_int_equal(map(&m), flags == GTF_permit_access ? 0 : GNTST_bad_gntref);
        if (flags == GTF_permit_access) {
            assert_int_equal(unmap(&m), 0);
        }
    }
    assert_int_equal(references(), 1);
}

/* Nobody's, its own, or one that is not there. */
static void a_domain_that_is_no_granter_is_refused(void **state) {
    const domid_t bad[] = {0, 2, 77, DOMID_SELF, DOMID_IO, DOMID_XEN, DOMID_INVALID, DOMID_IDLE};

    (void)state;
    offer(0);
    for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);

        m.dom = bad[i];
        assert_int_equal(map(&m), GNTST_bad_domain);
    }
    /* A domU is not told which there are: dom0 has no table, 77 is none. */
    struct gnttab_map_grant_ref there = wish(HOLE, 9, GNTMAP_host_map);
    struct gnttab_map_grant_ref absent = there;
    there.dom = 0;
    absent.dom = 77;
    assert_int_equal(map_as(domu, &there), GNTST_bad_gntref);
    assert_int_equal(map_as(domu, &absent), GNTST_bad_gntref);
}

static void only_plain_frames_of_its_own_are_granted(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);
    struct gnttab_map_grant_ref n = wish(HOLE + 1, 10, GNTMAP_host_map);
    mfn_t table;

    (void)state;
    offer(0);
    const uint32_t bad[] = {0, MM_BASE_GFN - 1, MM_BASE_GFN + 512, 0xfffff, 0x100000, UINT32_MAX};
    for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        grant(domu, 9, 0, bad[i], 0);
        assert_int_equal(map(&m), GNTST_bad_page);
        assert_int_equal(used(9), 0);
    }
    /* The table itself, which the hypervisor writes to. */
    assert_int_equal(grant_frame(&domu->grant, 0, &table), 0);
    assert_int_equal(mm_change(domu, 0x38000, table, P2M_SHARED), 0);
    grant(domu, 9, 0, 0x38000, 0);
    assert_int_equal(map(&m), GNTST_bad_page);
    /* What it has by a grant of another. */
    grow(dom0, 1);
    grant(dom0, 3, 1, MM_BASE_GFN, 0);
    give_back(domu, HOLE);
    mm_scrub();
    m = wish(HOLE, 3, GNTMAP_host_map);
    m.dom = 0;
    assert_int_equal(map_as(domu, &m), 0);
    grant(domu, 10, 0, HOLE, 0);
    assert_int_equal(map(&n), GNTST_bad_page);
    assert_int_equal(unmap_as(domu, m.host_addr, 0, m.handle), 0);
}

static void a_place_must_be_empty_and_a_frame(void **state) {
    struct gnttab_map_grant_ref m;

    (void)state;
    offer(0);
    const uint64_t bad[] = {(uint64_t)MM_BASE_GFN << 12, ((uint64_t)HOLE << 12) + 4,
                            (uint64_t)HOLE << 12 | 1ull << 32, ~0ull};
    for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        m = wish(HOLE, 9, GNTMAP_host_map);
        m.host_addr = bad[i];
        assert_int_equal(map(&m), GNTST_bad_virt_addr);
        assert_int_equal(used(9), 0);
        assert_int_equal(references(), 1);
    }
    m = wish(HOLE, 9, GNTMAP_host_map);
    assert_int_equal(map(&m), 0);
    struct gnttab_map_grant_ref twice = wish(HOLE, 9, GNTMAP_host_map);
    assert_int_equal(map(&twice), GNTST_bad_virt_addr);
    assert_int_equal(unmap(&m), 0);
}

static void flags_that_mean_nothing_here_are_refused(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, 0);

    (void)state;
    offer(0);
    assert_int_equal(map(&m), GNTST_bad_gntref);
    m.flags = GNTMAP_readonly;
    assert_int_equal(map(&m), GNTST_bad_gntref);
    for (unsigned int bit = 3; bit < 32; bit++) {
        m.flags = GNTMAP_host_map | 1u << bit;
        assert_int_equal(map(&m), GNTST_general_error);
    }
    assert_int_equal(used(9), 0);
}

/* As Xen: it is held until the device's part is given up, too. */
static void a_device_has_a_part_of_its_own(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_device_map);

    (void)state;
    offer(0);
    assert_int_equal(map(&m), 0);
    assert_int_equal(p2m_lookup(&dom0->space.p2m, gfn(HOLE)), P2M_NONE);
    assert_int_equal(references(), 2);
    assert_int_equal(unmap_as(dom0, m.host_addr, 0, m.handle), 0); /* there is no host's part */
    assert_int_equal(references(), 2);
    assert_int_equal(unmap_as(dom0, 0, m.dev_bus_addr + PAGE_SIZE, m.handle), GNTST_bad_dev_addr);
    assert_int_equal(unmap_as(dom0, 0, m.dev_bus_addr, m.handle), 0);
    assert_int_equal(references(), 1);
    m.flags = GNTMAP_device_map | GNTMAP_host_map;
    assert_int_equal(map(&m), 0);
    assert_int_equal(unmap_as(dom0, m.host_addr, 0, m.handle), 0);
    assert_int_equal(p2m_lookup(&dom0->space.p2m, gfn(HOLE)), P2M_NONE);
    assert_int_equal(used(9), GTF_reading | GTF_writing);
    assert_int_equal(unmap_as(dom0, 0, m.dev_bus_addr, m.handle), 0);
    assert_int_equal(used(9), 0);
}

static void a_wrong_handle_address_or_domain_unmaps_nothing(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);

    (void)state;
    offer(0);
    assert_int_equal(map(&m), 0);
    assert_int_equal(unmap_as(dom0, m.host_addr, 0, m.handle + 1), GNTST_bad_handle);
    assert_int_equal(unmap_as(dom0, m.host_addr, 0, 0xffff), GNTST_bad_handle);
    assert_int_equal(unmap_as(dom0, m.host_addr, 0, UINT32_MAX), GNTST_bad_handle);
    assert_int_equal(unmap_as(domu, m.host_addr, 0, m.handle), GNTST_bad_handle);
    assert_int_equal(unmap_as(dom0, m.host_addr + PAGE_SIZE, 0, m.handle), GNTST_bad_virt_addr);
    assert_int_equal(unmap_as(dom0, m.host_addr + 1, 0, m.handle), GNTST_bad_virt_addr);
    assert_int_equal(unmap_as(dom0, m.host_addr | 1ull << 32, 0, m.handle), GNTST_bad_virt_addr);
    assert_int_equal(unmap_as(dom0, 0, 0, m.handle), 0); /* nothing is asked for */
    assert_int_equal(used(9), GTF_reading | GTF_writing);
    assert_int_equal(references(), 3);
    assert_int_equal(unmap(&m), 0);
}

/* ---- A granter that does not keep still ---- */

static domid_t forged;

static void forge(volatile uint32_t *word) {
    *word = GTF_permit_access | (uint32_t)forged << 16;
}

static void end_early(volatile uint32_t *word) {
    *word = 0;
    fake_on_replace = NULL;
}

static void become_read_only(volatile uint32_t *word) {
    *word |= GTF_readonly;
    fake_on_replace = NULL;
}

static void change_always(volatile uint32_t *word) {
    *word ^= 1u << 15;
}

static void an_entry_forged_between_check_and_use_is_checked_again(void **state) {
    static void (*const forgers[])(volatile uint32_t *) = {forge, end_early, become_read_only,
                                                           change_always};
    static const int status[] = {GNTST_bad_gntref, GNTST_bad_gntref, GNTST_general_error,
                                 GNTST_general_error};

    (void)state;
    offer(0);
    forged = 2;
    for (unsigned int i = 0; i < 4; i++) {
        struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);

        grant(domu, 9, 0, GRANTED, 0);
        fake_on_replace = forgers[i];
        assert_int_equal(map(&m), status[i]);
        fake_on_replace = NULL;
        assert_int_equal(used(9), 0);
        assert_int_equal(references(), 1);
    }
}

/* It writes to its entry, and gives the frame away, while that is mapped. */
static void a_mapped_frame_stays_whatever_its_granter_does(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);
    mfn_t frame;

    (void)state;
    offer(0);
    frame = mm_frame(domu, GRANTED);
    assert_int_equal(map(&m), 0);
    *entry(domu, 9) = (struct grant_entry_v1){.frame = GRANTED + 1};
    give_back(domu, GRANTED);
    mm_scrub();
    assert_int_equal(page_of(frame)->state, PAGE_USED);
    assert_int_equal(page_of(frame)->count, 2);
    mm_check();
    assert_int_equal(unmap(&m), 0);
    mm_scrub();
    assert_int_equal(page_of(frame)->state, PAGE_FREE);
    assert_int_equal(*(uint32_t *)entry(domu, 9), 0);
}

static void a_granter_dies_with_mappings(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);
    struct gnttab_map_grant_ref n = wish(HOLE + 1, 9, GNTMAP_host_map);
    mfn_t frame;

    (void)state;
    offer(0);
    frame = mm_frame(domu, GRANTED);
    assert_int_equal(map(&m), 0);
    end(domu);
    assert_int_equal(page_of(frame)->count, 2);
    assert_int_equal(map(&n), GNTST_bad_domain);
    /* One with the same id takes its place, with a table of its own. */
    domu = mm_domain(1, 1);
    grow(domu, 1);
    grant(domu, 9, 0, GRANTED, GTF_reading | GTF_writing);
    assert_int_equal(unmap(&m), 0);
    assert_int_equal(used(9), GTF_reading | GTF_writing); /* nothing of the old one's */
    mm_scrub();
    assert_int_equal(page_of(frame)->state, PAGE_FREE);
}

static void a_mapper_that_never_unmaps_dies(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);
    struct gnttab_map_grant_ref n = wish(HOLE + 1, 9, GNTMAP_host_map | GNTMAP_readonly);
    struct gnttab_map_grant_ref o = wish(HOLE + 2, 9, GNTMAP_device_map);

    (void)state;
    offer(0);
    assert_int_equal(map(&m), 0);
    assert_int_equal(map(&n), 0);
    assert_int_equal(map(&o), 0);
    assert_int_equal(unmap(&n), 0); /* a hole among the records */
    end(dom0);
    assert_int_equal(used(9), 0);
    assert_int_equal(references(), 1);
    dom0 = mm_domain(0, 1);
}

/* The mapper puts something else there, or nothing, and unmaps then. */
static void a_mapper_that_took_the_frame_out_itself(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);
    struct gnttab_map_grant_ref n = wish(HOLE, 9, GNTMAP_host_map);

    (void)state;
    offer(0);
    assert_int_equal(map(&m), 0);
    give_back(dom0, HOLE);
    assert_int_equal(references(), 2);
    assert_int_equal(used(9), GTF_reading | GTF_writing);
    assert_int_equal(map(&n), 0);
    assert_int_equal(unmap(&m), 0);
    assert_int_equal(unmap(&n), 0);
    assert_int_equal(references(), 1);
    assert_int_equal(used(9), 0);
    assert_int_equal(p2m_lookup(&dom0->space.p2m, gfn(HOLE)), P2M_NONE);
}

static void what_the_mapper_put_there_instead_stays(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);
    mfn_t own;

    (void)state;
    offer(0);
    assert_int_equal(map(&m), 0);
    give_back(dom0, HOLE);
    own = page_alloc(dom0->space.owner);
    assert_int_equal(mm_change(dom0, HOLE, own, P2M_RAM), 0);
    assert_int_equal(unmap(&m), 0);
    assert_int_equal(mm_frame(dom0, HOLE).v, own.v);
    assert_int_equal(page_of(own)->count, 1);
    assert_int_equal(references(), 1);
    assert_int_equal(used(9), 0);
}

/* A granter that is gone takes no other with it, be it listed before that or after it. */
static void the_other_granters_are_still_found(void **state) {
    struct domain *other = mm_domain(2, 1);

    (void)state;
    for (unsigned int i = 0; i < 2; i++) {
        struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_device_map);
        struct gnttab_map_grant_ref n = wish(HOLE, 5, GNTMAP_device_map);

        grow(domu, 1);
        grant(domu, 9, 0, GRANTED, 0);
        if (i == 0) {
            grow(other, 1);
        }
        grant(other, 5, 0, MM_BASE_GFN + 3, 0);
        n.dom = other->id;
        assert_int_equal(map(&m), 0);
        assert_int_equal(map(&n), 0);
        end(domu);
        domu = mm_domain(1, 2);
        assert_int_equal(unmap_as(dom0, 0, m.dev_bus_addr, m.handle), 0);
        assert_int_equal(unmap_as(dom0, 0, n.dev_bus_addr, n.handle), 0);
        assert_int_equal(entry(other, 5)->flags, GTF_permit_access);
    }
    end(other);
}

static unsigned int seen_used; /* barriers before which entry 9 was marked */

static void look_at_the_entry(void) {
    seen_used += used(9) != 0;
}

/* What the mapper stored to the frame is seen before the granter sees that it is free; and the
 * entry is looked at by the granter at another address. */
static void a_hold_ends_after_a_barrier(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_device_map);

    (void)state;
    offer(0);
    assert_int_equal(map(&m), 0);
    uint32_t forgotten = fake_forgotten[GRANT_SLOT_TABLE];
    unsigned int flushes = fake_dcache_flushes;
    seen_used = 0;
    fake_on_barrier = look_at_the_entry;
    assert_int_equal(unmap_as(dom0, 0, m.dev_bus_addr, m.handle), 0);
    fake_on_barrier = NULL;
    assert_true(seen_used > 0);
    assert_int_equal(used(9), 0);
    assert_int_equal(fake_forgotten[GRANT_SLOT_TABLE], forgotten + sizeof(struct grant_entry_v1));
    assert_int_equal(map(&m), 0);
    assert_int_equal(fake_forgotten[GRANT_SLOT_TABLE],
                     forgotten + 2 * sizeof(struct grant_entry_v1));
    assert_int_equal(fake_dcache_flushes, flushes); /* that is for what is copied */
    assert_int_equal(unmap_as(dom0, 0, m.dev_bus_addr, m.handle), 0);
}

/* The last that was given back is the first that is taken again. */
static void handles_are_used_again(void **state) {
    struct gnttab_map_grant_ref m[6];

    (void)state;
    offer(0);
    for (unsigned int i = 0; i < 6; i++) {
        static const grant_handle_t want[] = {0, 1, 2, 1, 0, 3};

        if (i == 3) {
            assert_int_equal(unmap_as(dom0, 0, m[0].dev_bus_addr, 0), 0);
            assert_int_equal(unmap_as(dom0, 0, m[0].dev_bus_addr, 1), 0);
        }
        m[i] = wish(HOLE, 9, GNTMAP_device_map);
        assert_int_equal(map(&m[i]), 0);
        assert_int_equal(m[i].handle, want[i]);
    }
    assert_int_equal(references(), 1 + 4);
}

/* Between the two there may be an interrupt: together they would be too long. */
static void an_unmap_gives_way_before_it_gives_up_its_holds(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);

    (void)state;
    offer(0);
    assert_int_equal(map(&m), 0);
    struct gnttab_unmap_grant_ref u = {.host_addr = m.host_addr, .handle = m.handle};
    uint32_t args[5] = {GNTTABOP_unmap_grant_ref, fake_put(AT, &u, sizeof(u)).v, 1};
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
    support_run(dom0->vcpu[0]);
    assert_int_equal(do_grant_table_op(dom0->vcpu[0], args), HYPERCALL_AGAIN);
    assert_int_equal(p2m_lookup(&dom0->space.p2m, gfn(HOLE)), P2M_NONE);
    assert_int_equal(used(9), GTF_reading | GTF_writing);
    assert_int_equal(references(), 2);
    assert_int_equal(do_grant_table_op(dom0->vcpu[0], args), 0);
    fake_board.pending[FAKE_UART_IRQ] = false;
    assert_int_equal(used(9), 0);
    assert_int_equal(references(), 1);
}

/* All 4 GiB are a domain's to map at. */
static void a_place_may_be_at_any_address(void **state) {
    static const uint32_t places[] = {1, 0x7ffff, 0x80000, 0xfffff};

    (void)state;
    offer(0);
    for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct gnttab_map_grant_ref m = wish(places[i], 9, GNTMAP_host_map);

        assert_int_equal(map(&m), 0);
        assert_int_equal(mm_frame(dom0, places[i]).v, mm_frame(domu, GRANTED).v);
        assert_int_equal(unmap(&m), 0);
        assert_int_equal(p2m_lookup(&dom0->space.p2m, gfn(places[i])), P2M_NONE);
    }
    assert_int_equal(references(), 1);
}

/* Entries of the mapper's own tables are left over when it unmaps. */
static void leftover_entries_go_with_the_mapping(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);
    const uint32_t l1 = (MM_BASE_GFN + 4) << PAGE_SHIFT, l2 = (MM_BASE_GFN + 9) << PAGE_SHIFT;

    (void)state;
    offer(0);
    assert_int_equal(mm_ext(dom0, MMUEXT_PIN_L1_TABLE, MM_BASE_GFN + 4, 0), 0);
    assert_int_equal(mm_ext(dom0, MMUEXT_NEW_BASEPTR, MM_BASE_GFN + 4, 0), 0);
    assert_int_equal(mm_update(dom0, l1 + 4, MM_TABLE(l2, PV_DOMAIN_USER)), 0);
    assert_int_equal(map(&m), 0);
    assert_int_equal(mm_update(dom0, l2 + 4, MM_RW(HOLE)), 0);
    assert_int_equal(references(), 4);
    assert_int_equal(unmap(&m), 0);
    assert_int_equal(mm_l2(dom0, 0x101000), 0);
    assert_int_equal(references(), 1);
}

/* As Linux maps all of its memory: those sections are none of the mapper's. */
static void a_granter_maps_its_memory_by_sections(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);
    const uint32_t table = MM_BASE_GFN + 4;

    (void)state;
    offer(0);
    assert_int_equal(mm_ext(domu, MMUEXT_PIN_L1_TABLE, table, 0), 0);
    assert_int_equal(mm_update(domu, (table << PAGE_SHIFT) + 4, MM_SECTION(MM_BASE_GFN)), 0);
    assert_int_equal(map(&m), 0);
    assert_int_equal(unmap(&m), 0);
    assert_int_equal(p2m_lookup(&dom0->space.p2m, gfn(HOLE)), P2M_NONE);
    assert_int_equal(references(), 1);
}

/* ---- Limits ---- */

static void a_maptrack_has_a_limit(void **state) {
    struct gnttab_map_grant_ref m[256], one;

    (void)state;
    grant_set_limits(&dom0->grant, -1, 2);
    offer(0);
    for (unsigned int page = 0; page < 2; page++) {
        for (unsigned int i = 0; i < 256; i++) {
            m[i] = wish(HOLE, 9, GNTMAP_device_map);
        }
        assert_int_equal(call(dom0, GNTTABOP_map_grant_ref, m, sizeof(m[0]), 64), 0);
        assert_int_equal(call(dom0, GNTTABOP_map_grant_ref, m + 64, sizeof(m[0]), 64), 0);
        assert_int_equal(call(dom0, GNTTABOP_map_grant_ref, m + 128, sizeof(m[0]), 64), 0);
        assert_int_equal(call(dom0, GNTTABOP_map_grant_ref, m + 192, sizeof(m[0]), 64), 0);
        assert_int_equal(m[255].status, 0);
        assert_int_equal(m[255].handle, page * 256 + 255);
    }
    one = wish(HOLE, 9, GNTMAP_device_map);
    assert_int_equal(map(&one), GNTST_no_device_space);
    assert_int_equal(unmap_as(dom0, 0, m[77].dev_bus_addr, m[77].handle), 0);
    assert_int_equal(map(&one), 0);
    assert_int_equal(one.handle, m[77].handle);
    assert_int_equal(references(), 1 + 512);
}

static void without_memory_nothing_is_mapped(void **state) {
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);
    void *taken[4096];
    unsigned int count = 0;

    (void)state;
    offer(0);
    while ((taken[count] = heap_alloc(0)) != NULL) {
        count++;
    }
    assert_int_equal(map(&m), GNTST_no_device_space);
    heap_free(taken[--count], 0); /* for a record, and none for the entry's pins */
    assert_int_equal(map(&m), GNTST_no_device_space);
    assert_int_equal(used(9), 0);
    while (count > 0) {
        heap_free(taken[--count], 0);
    }
    assert_int_equal(map(&m), 0);
}

/* ---- The call ---- */

static void a_list_gives_way_and_goes_on(void **state) {
    struct gnttab_map_grant_ref m[4];

    (void)state;
    offer(0);
    for (unsigned int i = 0; i < 4; i++) {
        m[i] = wish(HOLE + i, i == 2 ? 10 : 9, GNTMAP_host_map);
    }
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
    assert_int_equal(call(dom0, GNTTABOP_map_grant_ref, m, sizeof(m[0]), 4), 0);
    fake_board.pending[FAKE_UART_IRQ] = false;
    assert_true(again >= 3);
    assert_int_equal(m[1].status, 0);
    assert_int_equal(m[2].status, GNTST_bad_gntref);
    assert_int_equal(m[3].status, 0);
    assert_int_equal(references(), 7);
    assert_int_equal(m[3].handle, 2);
}

static void a_call_that_is_none(void **state) {
    static const uint32_t absent[] = {3, 4, 7, 9, 11, 13, 100, UINT32_MAX};
    struct gnttab_map_grant_ref m = wish(HOLE, 9, GNTMAP_host_map);

    (void)state;
    offer(0);
    for (unsigned int i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        assert_int_equal(call(dom0, absent[i], &m, sizeof(m), 1), -XEN_ENOSYS);
    }
    uint32_t args[5] = {GNTTABOP_map_grant_ref, 0xfffff000u, 1};
    assert_int_equal(mm_run(do_grant_table_op, dom0, args, &again), -XEN_EFAULT);
    uint32_t many[5] = {GNTTABOP_map_grant_ref, fake_put(AT, &m, sizeof(m)).v, 0x80000000u};
    assert_int_equal(mm_run(do_grant_table_op, dom0, many, &again), -XEN_EINVAL);
    uint32_t none[5] = {GNTTABOP_map_grant_ref, 0xfffff000u, 0};
    assert_int_equal(mm_run(do_grant_table_op, dom0, none, &again), 0);
    uint32_t two[5] = {GNTTABOP_query_size, fake_put(AT, &m, sizeof(m)).v, 2};
    assert_int_equal(mm_run(do_grant_table_op, dom0, two, &again), -XEN_EINVAL);
}

static int query(struct domain *by, domid_t id, struct gnttab_query_size *q) {
    *q = (struct gnttab_query_size){.dom = id, .nr_frames = 77, .max_nr_frames = 77, .status = 99};
    assert_int_equal(call(by, GNTTABOP_query_size, q, sizeof(*q), 1), 0);
    return q->status;
}

static void sizes_are_told_to_who_may_know(void **state) {
    struct gnttab_query_size q;

    (void)state;
    grant_set_limits(&domu->grant, 5, -1);
    grow(domu, 2);
    assert_int_equal(query(domu, DOMID_SELF, &q), 0);
    assert_int_equal(q.nr_frames, 2);
    assert_int_equal(q.max_nr_frames, 5);
    assert_int_equal(query(dom0, 1, &q), 0);
    assert_int_equal(q.max_nr_frames, 5);
    assert_int_equal(query(dom0, 77, &q), GNTST_bad_domain);
    assert_int_equal(query(domu, 0, &q), GNTST_permission_denied);
    assert_int_equal(query(domu, 77, &q), GNTST_permission_denied);
    assert_int_equal(q.nr_frames, 77);
}

static int setup(struct domain *by, domid_t id, uint32_t frames, uint64_t list) {
    struct gnttab_setup_table s = {.dom = id, .nr_frames = frames, .status = 99};

    s.frame_list.q = list;
    assert_int_equal(call(by, GNTTABOP_setup_table, &s, sizeof(s), 1), 0);
    return s.status;
}

static void a_table_is_set_up(void **state) {
    const uint64_t list = FAKE_GUEST_VA + 0x1000;
    const xen_pfn_t *told = (const xen_pfn_t *)&fake_guest[0x1000];

    (void)state;
    assert_int_equal(setup(domu, DOMID_SELF, 3, list), 0);
    assert_int_equal(domu->grant.frame_count, 3);
    assert_int_equal(told[2], UINT32_MAX);
    grant_frame_placed(&domu->grant, 2, gfn(0x38002));
    assert_int_equal(setup(dom0, 1, 3, list), 0);
    assert_int_equal(told[2], 0x38002);
    assert_int_equal(setup(domu, DOMID_SELF, GRANT_FRAMES_DEFAULT + 1, list), GNTST_general_error);
    assert_int_equal(setup(domu, DOMID_SELF, UINT32_MAX, list), GNTST_general_error);
    assert_int_equal(setup(domu, DOMID_SELF, 3, list | 1ull << 32), GNTST_bad_virt_addr);
    assert_int_equal(setup(domu, DOMID_SELF, 3, 0xfffff000u), GNTST_bad_virt_addr);
    assert_int_equal(setup(domu, 0, 1, list), GNTST_permission_denied);
    assert_int_equal(setup(dom0, 77, 1, list), GNTST_bad_domain);
    assert_int_equal(setup(domu, DOMID_SELF, 0, 0), 0);
    assert_int_equal(domu->grant.frame_count, 3);
}

static void there_is_one_version(void **state) {
    struct gnttab_set_version v = {.version = 1};
    struct gnttab_get_version g = {.dom = DOMID_SELF};

    (void)state;
    assert_int_equal(call(domu, GNTTABOP_set_version, &v, sizeof(v), 1), 0);
    v.version = 2;
    assert_int_equal(call(domu, GNTTABOP_set_version, &v, sizeof(v), 1), -XEN_ENOSYS);
    v.version = 3;
    assert_int_equal(call(domu, GNTTABOP_set_version, &v, sizeof(v), 1), -XEN_EINVAL);
    assert_int_equal(call(domu, GNTTABOP_get_version, &g, sizeof(g), 1), 0);
    assert_int_equal(g.version, 1);
    g.dom = 77;
    assert_int_equal(call(dom0, GNTTABOP_get_version, &g, sizeof(g), 1), -XEN_ESRCH);
    assert_int_equal(call(domu, GNTTABOP_get_version, &g, sizeof(g), 1), -XEN_EPERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_table_grows_a_piece_a_call),
        TEST(a_new_frame_grants_nothing),
        TEST(a_new_frame_is_in_memory),
        TEST(limits_are_these_unless_somebody_says_so),
        TEST(the_other_granters_are_still_found),
        TEST(a_hold_ends_after_a_barrier),
        TEST(handles_are_used_again),
        TEST(a_limit_holds),
        TEST(without_memory_it_does_not_grow),
        TEST(what_is_half_cleared_is_given_back),
        TEST(it_is_known_where_a_frame_is),
        TEST(a_frame_outlives_its_domain),
        TEST(a_granted_frame_is_mapped_and_given_up),
        TEST(a_read_only_grant_is_mapped_read_only),
        TEST(a_grant_may_be_mapped_several_times),
        TEST(what_grants_nothing_is_refused),
        TEST(a_domain_that_is_no_granter_is_refused),
        TEST(only_plain_frames_of_its_own_are_granted),
        TEST(a_place_must_be_empty_and_a_frame),
        TEST(flags_that_mean_nothing_here_are_refused),
        TEST(a_device_has_a_part_of_its_own),
        TEST(a_wrong_handle_address_or_domain_unmaps_nothing),
        TEST(an_entry_forged_between_check_and_use_is_checked_again),
        TEST(a_mapped_frame_stays_whatever_its_granter_does),
        TEST(a_granter_dies_with_mappings),
        TEST(a_mapper_that_never_unmaps_dies),
        TEST(a_mapper_that_took_the_frame_out_itself),
        TEST(what_the_mapper_put_there_instead_stays),
        TEST(an_unmap_gives_way_before_it_gives_up_its_holds),
        TEST(a_place_may_be_at_any_address),
        TEST(leftover_entries_go_with_the_mapping),
        TEST(a_granter_maps_its_memory_by_sections),
        TEST(a_maptrack_has_a_limit),
        TEST(without_memory_nothing_is_mapped),
        TEST(a_list_gives_way_and_goes_on),
        TEST(a_call_that_is_none),
        TEST(sizes_are_told_to_who_may_know),
        TEST(a_table_is_set_up),
        TEST(there_is_one_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
