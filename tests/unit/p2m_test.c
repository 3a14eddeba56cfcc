/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest-physical maps: building, looking up, changing, taking down. */
/* links: core/hypercall */
#include "core/space/p2m.h"

#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/steps.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/space/pt_table.h"
#include "support_domain.h"
#include "support_mm.h"
#include "support_walker.h"

#define MIBS   8u
#define L1_GFN (MM_BASE_GFN + 4)
#define L1_GPA (L1_GFN << 12)
#define L2_GFN (MM_BASE_GFN + 8)
#define L2_GPA (L2_GFN << 12)
#define KERNEL 0xc0000000u
#define VICTIM (MM_BASE_GFN + 2 * FRAMES_PER_MIB + 77)
#define LINEAR (KERNEL + ((VICTIM - MM_BASE_GFN) << 12))

static struct domain *d;
static uint32_t free_at_start;

static int setup(void **state) {
    (void)state;
    mm_setup();
    walker_strict(true); /* no guest here changes what it has mapped */
    free_at_start = page_free_count();
    d = mm_domain(1, MIBS);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    mm_check();
    mm_destroy(d);
    assert_int_equal(page_free_count(), free_at_start);
    return 0;
}

/* A kernel with its linear mapping by sections, running on it; a user table at 0x8000. */
static void boot_kernel(void) {
    mm_flat(d);
    assert_int_equal(pt_set_kernel_start(&d->space, gvaddr(KERNEL)), 0);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L1_GFN, 0), 0);
    for (uint32_t i = 0; i < MIBS; i++) {
        assert_int_equal(mm_update(d, L1_GPA + ((KERNEL >> 20) + i) * 4,
                                   MM_SECTION(MM_BASE_GFN + i * FRAMES_PER_MIB)),
                         0);
    }
    assert_int_equal(mm_update(d, L1_GPA, MM_TABLE(L2_GPA, PV_DOMAIN_USER)), 0);
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L1_GFN, 0), 0);
}

static int change(uint32_t g, mfn_t to, enum p2m_type type, unsigned int *calls) {
    bool begun = false;
    int rc;

    *calls = 0;
    do {
        rc = p2m_change(&d->space, gfn(g), to, type, &begun);
        ++*calls;
        mm_check();
        walker_check_visible(); /* the guest may run now */
    } while (rc == -XEN_EAGAIN);
    return rc;
}

/* Who has to come again. */
struct turn {
    uint32_t g;
    mfn_t to;
    enum p2m_type type;
    bool begun;
};

static struct turn take_out(uint32_t g) {
    return (struct turn){.g = g, .to = INVALID_MFN};
}

static int step(struct turn *t) {
    int rc = p2m_change(&d->space, gfn(t->g), t->to, t->type, &t->begun);

    mm_check();
    walker_check_visible();
    return rc;
}

static void ram_is_looked_up(void **state) {
    (void)state;
    for (uint32_t i = 0; i < MIBS * FRAMES_PER_MIB; i++) {
        uint32_t entry = p2m_lookup(&d->space.p2m, gfn(MM_BASE_GFN + i));

        assert_int_equal(p2m_entry_type(entry), P2M_RAM);
        assert_int_equal(page_of(p2m_entry_mfn(entry))->owner, d->id);
    }
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(MM_BASE_GFN - 1)), P2M_NONE);
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(MM_BASE_GFN + MIBS * FRAMES_PER_MIB)), P2M_NONE);
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(0)), P2M_NONE);
    assert_int_equal(p2m_to_mfn(&d->space.p2m, INVALID_GFN).v, INVALID_MFN.v);
}

static void wrong_ram_is_refused(void **state) {
    struct domain *other = support_domain_add(2, 1);
    struct p2m_store store = {.entry = NULL};
    mfn_t mine = page_alloc_mib(2, 1, 1);

    (void)state;
    assert_int_equal(p2m_init(&other->space, gfn(MM_BASE_GFN + 1), 256, &store), -XEN_EINVAL);
    assert_int_equal(p2m_init(&other->space, gfn(MM_BASE_GFN), 255, &store), -XEN_EINVAL);
    assert_int_equal(p2m_init(&other->space, gfn(MM_BASE_GFN), 0, &store), -XEN_EINVAL);
    assert_int_equal(p2m_init(&other->space, gfn(0xfff00), 512, &store), -XEN_EINVAL);
    assert_int_equal(p2m_init(&other->space, gfn(MM_BASE_GFN), 256, &store), 0);
    assert_int_equal(p2m_add_ram(&other->space, gfn(MM_BASE_GFN), mm_frame(d, MM_BASE_GFN), 256),
                     -XEN_EINVAL);
    assert_int_equal(p2m_add_ram(&other->space, gfn(MM_BASE_GFN), mfn(0x10), 256), -XEN_EINVAL);
    assert_int_equal(p2m_add_ram(&other->space, gfn(MM_BASE_GFN + 256), mine, 256), -XEN_EINVAL);
    assert_int_equal(p2m_add_ram(&other->space, gfn(MM_BASE_GFN), mine, 512), -XEN_EINVAL);
    assert_int_equal(p2m_add_ram(&other->space, gfn(MM_BASE_GFN), mine, 256), 0);
    assert_int_equal(p2m_add_ram(&other->space, gfn(MM_BASE_GFN + 256), mine, 256), -XEN_EINVAL);
    mm_destroy(other);
}

/* One of a map's two tables is there and the other is not: neither is kept, or a second try would
 * take the first for both. */
static void without_memory_for_all_of_it_there_is_no_map(void **state) {
    struct domain *other = support_domain_add(2, 1);
    struct p2m_store store = {.entry = NULL};
    void *taken[FAKE_HEAP_SIZE / PAGE_SIZE];
    unsigned int count = 0;

    (void)state;
    while ((taken[count] = heap_alloc(0)) != NULL) {
        count++;
    }
    const uint32_t promised = heap_free_pages(); /* to others */
    for (unsigned int pages = 0; pages < 2; pages++) {
        assert_int_equal(p2m_init(&other->space, gfn(MM_BASE_GFN), 256, &store), -XEN_ENOMEM);
        assert_null(store.entry);
        assert_null(store.mib);
        assert_int_equal(heap_free_pages(), promised + pages);
        heap_free(taken[--count], 0);
    }
    assert_int_equal(p2m_init(&other->space, gfn(MM_BASE_GFN), 256, &store), 0);
    p2m_store_free(&store);
    assert_int_equal(heap_free_pages(), promised + 2);
    while (count > 0) {
        heap_free(taken[--count], 0);
    }
    mm_destroy(other);
}

static void what_has_a_place_of_its_own_is_taken(void **state) {
    struct p2m_store store = {.entry = NULL};
    struct domain *other = support_domain_add(2, 1);

    (void)state;
    assert_int_equal(mm_change(d, 0x20001, page_alloc(1), P2M_RAM), 0);
    assert_int_equal(p2m_add_range(&d->space, gfn(0x20001), mfn(1), 1, P2M_DEVICE), -XEN_EEXIST);
    assert_int_equal(p2m_add_range(&d->space, gfn(0x20000), mfn(1), 2, P2M_DEVICE), -XEN_EEXIST);
    assert_int_equal(p2m_add_range(&d->space, gfn(0x20000), mfn(1), 1, P2M_DEVICE), 0);
    assert_int_equal(p2m_add_range(&d->space, gfn(0x20002), mfn(1), 1, P2M_DEVICE), 0);
    assert_int_equal(pt_init(&other->space, MM_LIMIT), 0);
    assert_int_equal(mm_change(other, 0x20100, page_alloc(2), P2M_RAM), 0);
    assert_int_equal(p2m_init(&other->space, gfn(0x20100), 256, &store), -XEN_EEXIST);
    assert_int_equal(p2m_init(&other->space, gfn(0x20000), 512, &store), -XEN_EEXIST);
    assert_int_equal(p2m_init(&other->space, gfn(0x20000), 256, &store), 0);
    mm_destroy(other);
    p2m_store_free(&store);
}

static void ranges_do_not_overlap(void **state) {
    mfn_t magic = page_alloc(DOMID_XEN);

    (void)state;
    assert_int_equal(p2m_add_range(&d->space, gfn(0x10000), mfn(0x10000), 16, P2M_DEVICE), 0);
    assert_int_equal(p2m_add_range(&d->space, gfn(0x39000), magic, 1, P2M_SHARED), 0);
    assert_int_equal(p2m_add_range(&d->space, gfn(0x8000), mfn(0x100), 1, P2M_DEVICE_RO), 0);
    assert_int_equal(page_of(magic)->count, 2);
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(0x1000f)), 0x1000f000u | P2M_DEVICE);
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(0x10010)), P2M_NONE);
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(0xffff)), P2M_NONE);
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(0x39000)), magic.v << 12 | P2M_SHARED);
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(0x8000)), 0x100000u | P2M_DEVICE_RO);
    assert_int_equal(p2m_add_range(&d->space, gfn(0xfff8), mfn(0), 9, P2M_DEVICE), -XEN_EEXIST);
    assert_int_equal(p2m_add_range(&d->space, gfn(0x1000f), mfn(0), 1, P2M_DEVICE), -XEN_EEXIST);
    assert_int_equal(p2m_add_range(&d->space, gfn(MM_BASE_GFN - 1), mfn(0), 2, P2M_DEVICE),
                     -XEN_EEXIST);
    assert_int_equal(p2m_add_range(&d->space, gfn(0xfffff), mfn(0), 2, P2M_DEVICE), -XEN_EINVAL);
    assert_int_equal(p2m_add_range(&d->space, gfn(1), mfn(0xfffff), 2, P2M_DEVICE), -XEN_EINVAL);
    assert_int_equal(p2m_add_range(&d->space, gfn(1), mfn(1), 0, P2M_DEVICE), -XEN_EINVAL);
    assert_int_equal(p2m_add_range(&d->space, gfn(1), mfn(1), 1, P2M_INVALID), -XEN_EINVAL);
    page_put(magic);
}

static void the_list_of_ranges_ends(void **state) {
    (void)state;
    for (uint32_t i = 0; i < P2M_RANGES_MAX; i++) {
        assert_int_equal(p2m_add_range(&d->space, gfn(0x1000 - 2 * i), mfn(1), 1, P2M_DEVICE), 0);
    }
    assert_int_equal(p2m_add_range(&d->space, gfn(0x2000), mfn(1), 1, P2M_DEVICE), -XEN_ENOSPC);
    for (uint32_t i = 0; i < P2M_RANGES_MAX; i++) {
        assert_int_equal(p2m_lookup(&d->space.p2m, gfn(0x1000 - 2 * i)), 0x1000u | P2M_DEVICE);
        assert_int_equal(p2m_lookup(&d->space.p2m, gfn(0x1001 - 2 * i)), P2M_NONE);
    }
}

/* shared_info over a RAM page: the linear mapping shows it, uncached; the old frame is free. */
static void a_change_reaches_the_linear_mapping(void **state) {
    mfn_t shared = page_alloc(DOMID_XEN);
    mfn_t old = mm_frame(d, VICTIM);
    uint32_t next = MM_RW(mm_frame(d, VICTIM + 1).v);
    unsigned int calls, flushes;

    (void)state;
    boot_kernel();
    flushes = fake_cache_flushes;
    page_get(shared);
    assert_int_equal(change(VICTIM, shared, P2M_SHARED, &calls), 0);
    assert_in_range(calls, 1, 2 * (3 + 2 * PT_L2_ENTRIES / STEP_SPLIT));
    assert_int_equal(mm_l2(d, LINEAR), shared.v << 12 | 0x12u);
    assert_int_equal(mm_l2(d, LINEAR + 4096), next);
    assert_int_equal(pt_block_table(d->space.pt.flat)[VICTIM >> 8] & 3, 1);
    assert_int_equal(page_of(old)->state, PAGE_DIRTY);
    assert_true(fake_cache_flushes > flushes);
    assert_int_equal(page_of(shared)->count, 4);
    /* The MiB next to it is still a section. */
    assert_int_equal(mm_l2(d, LINEAR + MIB), 0);
    page_put(shared);
}

static void a_change_reaches_entries_of_user_tables(void **state) {
    mfn_t shared = page_alloc(DOMID_XEN);
    unsigned int calls;

    (void)state;
    boot_kernel();
    assert_int_equal(mm_update(d, L2_GPA + 8 * 4, MM_RO(VICTIM)), 0);
    assert_int_equal(mm_update(d, L2_GPA + 9 * 4, MM_RW(VICTIM)), 0);
    assert_int_equal(mm_update(d, L2_GPA + 10 * 4, MM_RW(VICTIM + 1)), 0);
    page_get(shared);
    assert_int_equal(change(VICTIM, shared, P2M_SHARED, &calls), 0);
    assert_int_equal(mm_l2(d, 0x8000), shared.v << 12 | 0x02u);
    assert_int_equal(mm_l2(d, 0x9000), shared.v << 12 | 0x12u);
    assert_int_equal(mm_l2(d, 0xa000), MM_RW(mm_frame(d, VICTIM + 1).v));
    /* New mappings are uncached whatever is asked for. */
    assert_int_equal(mm_update(d, L2_GPA + 11 * 4, MM_RW(VICTIM)), 0);
    assert_int_equal(mm_l2(d, 0xb000), shared.v << 12 | 0x12u);
    page_put(shared);
}

/* More entries of one table than are broken at a time. */
static void a_change_reaches_a_frame_that_is_mapped_often(void **state) {
    mfn_t to = page_alloc(DOMID_XEN);
    unsigned int calls;

    (void)state;
    boot_kernel();
    page_get(to);
    for (uint32_t i = 0; i < 40; i++) {
        assert_int_equal(mm_update(d, L2_GPA + 8 * i, MM_RW(VICTIM)), 0);
    }
    assert_int_equal(change(VICTIM, to, P2M_SHARED, &calls), 0);
    for (uint32_t i = 0; i < 40; i++) {
        assert_int_equal(mm_l2(d, 2 * i << 12), to.v << 12 | 0x12u);
    }
    assert_int_equal(page_of(to)->count,
                     2 + 40 + 2); /* and the kernel's linear map, and the flat one */
    page_put(to);
}

#define MIDDLE 0xc0500000u /* a kernel that starts in the middle of a part of the search */

/*
 * Three tables of an older version of the kernel part, one of which maps the MiB in its own part as
 * well: the copies of the kernel part in them are not split, whichever of them the search comes to
 * first.
 */
static void copies_of_the_kernel_part_are_left_alone(void **state) {
    static const uint32_t tables[] = {MM_BASE_GFN + 16, MM_BASE_GFN + 20, MM_BASE_GFN + 24};
    uint32_t own = (MIDDLE >> 20) - 1; /* the last entry that is not the kernel's */
    unsigned int calls;

    (void)state;
    mm_flat(d);
    assert_int_equal(pt_set_kernel_start(&d->space, gvaddr(MIDDLE)), 0);
    assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, L1_GFN, 0), 0);
    for (uint32_t i = 0; i < MIBS; i++) {
        assert_int_equal(mm_update(d, L1_GPA + ((MIDDLE >> 20) + i) * 4,
                                   MM_SECTION(MM_BASE_GFN + i * FRAMES_PER_MIB)),
                         0);
    }
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(mm_ext(d, MMUEXT_PIN_L1_TABLE, tables[i], 0), 0);
        assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, tables[i], 0), 0); /* copies */
    }
    assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L1_GFN, 0), 0);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t mib = MM_BASE_GFN + (2 + i) * FRAMES_PER_MIB;
        uint32_t section = mib << 12 | 0x40eu | PV_DOMAIN_USER << 5;

        assert_int_equal(mm_update(d, (tables[i] << 12) + own * 4, section), 0);
        assert_int_equal(change(mib + 77, INVALID_MFN, P2M_RAM, &calls), 0);
        /* In the entry next to the copies the table that stands for it, and in the kernel's. */
        assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, tables[i], 0), 0);
        assert_int_equal(mm_l2(d, (own << 20) + (77 << 12)), 0);
        assert_int_not_equal(mm_l2(d, (own << 20) + (78 << 12)), 0);
        assert_int_equal(mm_l2(d, MIDDLE + (2 + i) * MIB + (77 << 12)), 0);
        assert_int_not_equal(mm_l2(d, MIDDLE + (2 + i) * MIB + (78 << 12)), 0);
        assert_int_equal(mm_ext(d, MMUEXT_NEW_BASEPTR, L1_GFN, 0), 0);
        mm_check();
    }
}

static void a_frame_given_back_cannot_be_reached(void **state) {
    mfn_t old = mm_frame(d, VICTIM);
    unsigned int calls;

    (void)state;
    boot_kernel();
    assert_int_equal(mm_update(d, L2_GPA + 8 * 4, MM_RW(VICTIM)), 0);
    assert_int_equal(change(VICTIM, INVALID_MFN, P2M_RAM, &calls), 0);
    assert_int_equal(mm_l2(d, 0x8000), 0);
    assert_int_equal(mm_l2(d, LINEAR), 0);
    assert_int_equal(page_of(old)->state, PAGE_DIRTY);
    assert_int_equal(mm_update(d, L2_GPA + 8 * 4, MM_RW(VICTIM)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L1_GPA + 0x900 * 4, MM_SECTION(VICTIM & ~255u)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L1_GPA + 0x900 * 4, MM_TABLE(VICTIM << 12, PV_DOMAIN_USER)),
                     -XEN_EPERM);
    assert_int_equal(d->space.p2m.held, MIBS * FRAMES_PER_MIB - 1);
    assert_int_equal(mm_change(d, VICTIM, INVALID_MFN, P2M_RAM), -XEN_EINVAL);
}

static void a_frame_that_comes_back_is_in_the_linear_mapping(void **state) {
    unsigned int calls;
    mfn_t new_frame;

    (void)state;
    boot_kernel();
    assert_int_equal(change(VICTIM, INVALID_MFN, P2M_RAM, &calls), 0);
    mm_scrub();
    new_frame = page_alloc(d->id);
    assert_int_equal(change(VICTIM, new_frame, P2M_RAM, &calls), 0);
    assert_int_equal(mm_l2(d, LINEAR), MM_RW(new_frame.v));
    assert_int_equal(page_of(new_frame)->count, 3);
    assert_int_equal(d->space.p2m.held, MIBS * FRAMES_PER_MIB);
    /* Out again: found without a search, in the two tables that stand for sections. */
    assert_int_equal(change(VICTIM, INVALID_MFN, P2M_RAM, &calls), 0);
    assert_int_equal(calls, 1);
}

static void the_second_change_of_a_mib_is_one_step(void **state) {
    unsigned int calls;

    (void)state;
    boot_kernel();
    assert_int_equal(change(VICTIM, INVALID_MFN, P2M_RAM, &calls), 0);
    assert_int_equal(change(VICTIM + 1, INVALID_MFN, P2M_RAM, &calls), 0);
    assert_int_equal(calls, 1);
}

static void while_a_change_is_under_way_nothing_new_maps_the_frame(void **state) {
    struct turn turn = take_out(VICTIM);
    int rc;

    (void)state;
    boot_kernel();
    assert_int_equal(step(&turn), -XEN_EAGAIN);
    assert_int_equal(mm_update(d, L2_GPA + 8 * 4, MM_RW(VICTIM)), -XEN_EPERM);
    assert_int_equal(mm_update(d, L2_GPA + 8 * 4, MM_RW(VICTIM + 1)), 0);
    assert_int_equal(mm_update(d, L1_GPA + 0x900 * 4, MM_SECTION(VICTIM & ~255u)), -XEN_EPERM);
    while ((rc = step(&turn)) == -XEN_EAGAIN) {
    }
    assert_int_equal(rc, 0);
}

/* The second finds the first under way, and ends it. */
static void who_comes_second_ends_what_is_under_way(void **state) {
    struct turn first = take_out(VICTIM), second = take_out(VICTIM + 300);

    (void)state;
    boot_kernel();
    assert_int_equal(step(&first), -XEN_EAGAIN);
    assert_true(first.begun);
    assert_int_equal(step(&second), -XEN_EAGAIN);
    assert_false(second.begun);
    while (!second.begun) {
        assert_int_equal(step(&second), -XEN_EAGAIN);
    }
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(VICTIM)), P2M_NONE);
    assert_int_equal(d->space.p2m.changing.v, VICTIM + 300);
    while (step(&first) == -XEN_EAGAIN) {
    }
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(VICTIM + 300)), P2M_NONE);
    assert_int_equal(step(&second), 0);
    assert_int_equal(step(&second), -XEN_EINVAL); /* told once */
    assert_int_equal(d->space.p2m.held, MIBS * FRAMES_PER_MIB - 2);
}

/* In any order of steps both are done, each once. */
static void two_changes_take_turns(void **state) {
    static const uint32_t places[][2] = {
        {VICTIM, VICTIM + 300}, {VICTIM, VICTIM + 1}, {VICTIM + 1, L1_GFN + 5}};

    (void)state;
    for (uint32_t order = 0; order < 192; order++) {
        struct turn t[2] = {take_out(places[order / 64][0]), take_out(places[order / 64][1])};
        int rc[2] = {-XEN_EAGAIN, -XEN_EAGAIN};

        boot_kernel();
        for (unsigned int i = 0; rc[0] == -XEN_EAGAIN || rc[1] == -XEN_EAGAIN; i++) {
            unsigned int who = i < 6 ? order >> i & 1 : i & 1;

            if (rc[who] == -XEN_EAGAIN) {
                rc[who] = step(&t[who]);
            }
        }
        assert_int_equal(rc[0], 0);
        assert_int_equal(rc[1], 0);
        assert_int_equal(d->space.p2m.held, MIBS * FRAMES_PER_MIB - 2);
        mm_destroy(d);
        assert_int_equal(page_free_count(), free_at_start);
        d = mm_domain(1, MIBS);
    }
}

/* Who asks for what another one has begun gets nothing for it: there was one frame. */
static void one_of_two_who_give_the_same_back_succeeds(void **state) {
    struct turn first = take_out(VICTIM), second = take_out(VICTIM);

    (void)state;
    boot_kernel();
    assert_int_equal(step(&first), -XEN_EAGAIN);
    while (d->space.p2m.changing.v != INVALID_GFN.v) {
        assert_int_equal(step(&second), -XEN_EAGAIN);
    }
    assert_int_equal(step(&second), -XEN_EINVAL);
    assert_int_equal(step(&first), 0);
    assert_int_equal(page_dirty_count(), 1);
}

/* The frame that is to come is held once, whoever brings it to its place. */
static void another_frame_comes_by_others_hands(void **state) {
    struct turn first = {.g = VICTIM, .to = page_alloc(DOMID_XEN), .type = P2M_SHARED};
    struct turn second = take_out(VICTIM + 300);

    (void)state;
    boot_kernel();
    assert_int_equal(step(&first), -XEN_EAGAIN);
    while (!second.begun) {
        assert_int_equal(step(&second), -XEN_EAGAIN);
    }
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(VICTIM)), first.to.v << 12 | P2M_SHARED);
    while (step(&second) == -XEN_EAGAIN) {
    }
    assert_int_equal(page_of(first.to)->count, 4); /* map, two splits, caller */
    assert_int_equal(step(&first), 0);
    assert_int_equal(page_of(first.to)->count, 3);
}

/* It begins anew if its place has changed since. */
static void what_others_undid_is_done_again(void **state) {
    struct turn first = take_out(VICTIM);
    unsigned int calls;
    mfn_t other;

    (void)state;
    boot_kernel();
    assert_int_equal(step(&first), -XEN_EAGAIN);
    assert_int_equal(change(VICTIM + 1, INVALID_MFN, P2M_RAM, &calls), 0);
    other = page_alloc(d->id);
    assert_int_equal(mm_change(d, VICTIM, other, P2M_RAM), 0);
    assert_int_equal(step(&first), 0);
    assert_int_equal(page_of(other)->state, PAGE_DIRTY);
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(VICTIM)), P2M_NONE);
}

/* A frame comes where nothing is as soon as nothing is under way. */
static void a_map_settles(void **state) {
    struct turn first = take_out(VICTIM);

    (void)state;
    boot_kernel();
    assert_int_equal(p2m_settle(&d->space), 0);
    assert_int_equal(step(&first), -XEN_EAGAIN);
    while (p2m_settle(&d->space) == -XEN_EAGAIN) {
        mm_check();
    }
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(VICTIM)), P2M_NONE);
    mm_scrub();
    assert_int_equal(p2m_change(&d->space, gfn(VICTIM), page_alloc(d->id), P2M_RAM, &first.begun),
                     0);
}

static void a_domain_that_dies_in_a_change_leaves_nothing(void **state) {
    struct turn turn = {.g = VICTIM, .to = page_alloc(DOMID_XEN), .type = P2M_SHARED};

    (void)state;
    boot_kernel();
    assert_int_equal(step(&turn), -XEN_EAGAIN);
    page_put(turn.to); /* what is to come is held until then by the change alone */
    assert_int_equal(page_of(turn.to)->count, 1);
}

/* As a toolstack sees it meanwhile. */
static void a_map_that_is_gone_has_nothing(void **state) {
    struct domain *other = mm_domain(2, 1);
    const struct p2m *p2m = &other->space.p2m;

    (void)state;
    assert_int_equal(p2m_add_range(&other->space, gfn(0x1000), mfn(1), 1, P2M_DEVICE), 0);
    assert_int_equal(mm_change(other, 0x20001, page_alloc(2), P2M_RAM), 0);
    assert_int_equal(p2m->held, FRAMES_PER_MIB + 1);
    while (pt_destroy_step(&other->space) || p2m_destroy_step(&other->space)) {
    }
    assert_int_equal(p2m->held, 0);
    assert_int_equal(p2m_end(p2m).v, 0);
    assert_int_equal(p2m_lookup(p2m, gfn(MM_BASE_GFN)), P2M_NONE);
    assert_int_equal(p2m_lookup(p2m, gfn(0x1000)), P2M_NONE);
    assert_int_equal(p2m_lookup(p2m, gfn(0x20001)), P2M_NONE);
    mm_destroy(other);
}

static void tables_of_the_guest_cannot_be_changed(void **state) {
    (void)state;
    boot_kernel();
    assert_int_equal(mm_change(d, L1_GFN + 3, INVALID_MFN, P2M_RAM), -XEN_EBUSY);
    assert_int_equal(mm_change(d, L2_GFN, INVALID_MFN, P2M_RAM), -XEN_EBUSY);
    assert_int_equal(mm_change(d, MM_BASE_GFN - 1, INVALID_MFN, P2M_RAM), -XEN_EINVAL);
    assert_int_equal(mm_change(d, VICTIM, mfn(1), P2M_DEVICE), -XEN_EINVAL);
}

/* The guest takes its section mapping away: the table that stands for it goes too. */
static void a_split_section_can_be_unmapped(void **state) {
    uint32_t entry = L1_GPA + (LINEAR >> 20) * 4;
    unsigned int calls;

    (void)state;
    boot_kernel();
    assert_int_equal(change(VICTIM, INVALID_MFN, P2M_RAM, &calls), 0);
    assert_int_equal(d->space.p2m.mib[2].split_count, 2);
    assert_int_equal(mm_update(d, entry, 0), 0);
    assert_int_equal(d->space.p2m.mib[2].split_count, 1);
    mm_check();
    assert_int_equal(mm_update(d, entry, MM_SECTION(VICTIM & ~255u)), -XEN_EPERM);
}

/* A frame given back before there are tables: "MMU off" maps nothing of its MiB by a section. */
static void a_broken_mib_is_no_section_of_the_flat_table(void **state) {
    uint32_t index = (MM_BASE_GFN >> 8) + 2;
    unsigned int calls;

    (void)state;
    assert_int_equal(change(VICTIM, INVALID_MFN, P2M_RAM, &calls), 0);
    mm_flat(d);
    assert_int_equal(pt_vcpu_l1(&d->space, 0)[index], 0);
    assert_int_not_equal(pt_vcpu_l1(&d->space, 0)[index - 1], 0);
    assert_int_not_equal(pt_vcpu_l1(&d->space, 0)[index + 1], 0);
}

static void a_split_section_is_not_the_guests_table(void **state) {
    uint32_t args[5] = {LINEAR, MM_RW(VICTIM + 1), 0};
    unsigned int calls;

    (void)state;
    boot_kernel();
    assert_int_equal(change(VICTIM, INVALID_MFN, P2M_RAM, &calls), 0);
    assert_int_equal(mm_run(do_update_va_mapping, d, args, &calls), -XEN_EINVAL);
}

/* After any number of steps the guest may take away the section that a table is being made for. */
static void a_section_may_go_while_it_is_split(void **state) {
    uint32_t entry = L1_GPA + (LINEAR >> 20) * 4;
    int rc = -XEN_EAGAIN;

    (void)state;
    boot_kernel();
    for (unsigned int steps = 1; rc == -XEN_EAGAIN; steps++) {
        struct turn turn = take_out(VICTIM + steps);

        for (unsigned int i = 0; i < steps && (i == 0 || rc == -XEN_EAGAIN); i++) {
            rc = step(&turn);
        }
        mm_check();
        if (rc == -XEN_EAGAIN) {
            assert_int_equal(mm_update(d, entry, 0), 0);
            while ((rc = step(&turn)) == -XEN_EAGAIN) {
            }
            assert_int_equal(rc, 0);
            rc = -XEN_EAGAIN;
        }
        /* A new domain, in which all is sections again. */
        mm_destroy(d);
        assert_int_equal(page_free_count(), free_at_start);
        d = mm_domain(1, MIBS);
        boot_kernel();
    }
    assert_int_equal(rc, 0);
}

static void a_domain_may_end_while_a_section_is_split(void **state) {
    int rc = -XEN_EAGAIN;

    (void)state;
    for (unsigned int steps = 1; rc == -XEN_EAGAIN; steps++) {
        struct turn turn = take_out(VICTIM);

        boot_kernel();
        for (unsigned int i = 0; i < steps && (i == 0 || rc == -XEN_EAGAIN); i++) {
            rc = step(&turn);
        }
        mm_destroy(d);
        assert_int_equal(page_free_count(), free_at_start);
        d = mm_domain(1, MIBS);
    }
    assert_int_equal(rc, 0);
}

/* All that there is of a domain's table memory, and back. */
static uint16_t taken_unit[4096];
static unsigned int taken_count;

static void take_units(void) {
    taken_count = 0;
    while ((taken_unit[taken_count] = pt_unit_take(&d->space)) != 0) {
        taken_count++;
    }
}

static void give_units(void) {
    while (taken_count > 0) {
        pt_unit_give(&d->space, taken_unit[--taken_count]);
    }
}

static void without_table_memory_a_change_does_nothing(void **state) {
    uint32_t linear;

    (void)state;
    boot_kernel();
    take_units();
    linear = pt_vcpu_l1(&d->space, 0)[LINEAR >> 20];
    assert_int_equal(mm_change(d, VICTIM, INVALID_MFN, P2M_RAM), -XEN_ENOMEM);
    assert_int_equal(pt_vcpu_l1(&d->space, 0)[LINEAR >> 20], linear);
    assert_int_equal(p2m_entry_type(p2m_lookup(&d->space.p2m, gfn(VICTIM))), P2M_RAM);
    give_units();
}

/* What was enough when it began is somebody else's by now.  What of the new frame is mapped already
 * stays so, and is held by that alone, which the books tell. */
static void without_table_memory_for_its_end_a_change_is_taken_back(void **state) {
    struct turn turn = {.g = VICTIM, .to = page_alloc(d->id), .type = P2M_RAM};
    uint32_t before = p2m_lookup(&d->space.p2m, gfn(VICTIM));
    int err;

    (void)state;
    boot_kernel();
    err = p2m_change(&d->space, gfn(VICTIM), turn.to, turn.type, &turn.begun);
    assert_int_equal(err, -XEN_EAGAIN);
    take_units();
    while (err == -XEN_EAGAIN) {
        err = p2m_change(&d->space, gfn(VICTIM), turn.to, turn.type, &turn.begun);
    }
    give_units();
    assert_int_equal(err, -XEN_ENOMEM);
    assert_int_equal(p2m_lookup(&d->space.p2m, gfn(VICTIM)), before);
    assert_int_equal(d->space.p2m.changing.v, INVALID_GFN.v);
    page_put(turn.to);
    mm_check();
}

/* ---- memory_op ---- */

static void shared_info_is_placed_by_the_guest(void **state) {
    struct xen_add_to_physmap add = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = VICTIM};
    uint32_t args[5] = {XENMEM_add_to_physmap};
    unsigned int again;

    (void)state;
    boot_kernel();
    d->shared_info_mfn = page_alloc(DOMID_XEN);
    args[1] = fake_put(0, &add, sizeof(add)).v;
    assert_int_equal(mm_run(do_memory_op, d, args, &again), 0);
    assert_int_equal(mm_l2(d, LINEAR), d->shared_info_mfn.v << 12 | 0x12u);
    assert_int_equal(page_of(d->shared_info_mfn)->count, 4);
    add.idx = 1;
    fake_put(0, &add, sizeof(add));
    assert_int_equal(do_memory_op(d->vcpu[0], args), -XEN_EINVAL);
    add.idx = 0;
    add.gpfn = (uint64_t)VICTIM | 1ull << 32;
    fake_put(0, &add, sizeof(add));
    assert_int_equal(do_memory_op(d->vcpu[0], args), -XEN_EINVAL);
    add.gpfn = VICTIM;
    add.domid = 0;
    fake_put(0, &add, sizeof(add));
    assert_int_equal(do_memory_op(d->vcpu[0], args), -XEN_EPERM);
    add.domid = DOMID_SELF;
    add.space = XENMAPSPACE_gmfn;
    fake_put(0, &add, sizeof(add));
    assert_int_equal(do_memory_op(d->vcpu[0], args), -XEN_ENOSYS);
    args[1] = 4;
    assert_int_equal(do_memory_op(d->vcpu[0], args), -XEN_EFAULT);
    page_put(d->shared_info_mfn);
}

static int32_t balloon(uint32_t command, uint32_t first, uint32_t count, unsigned int *again) {
    struct xen_memory_reservation r = {.nr_extents = count, .domid = DOMID_SELF};
    uint32_t args[5] = {command};
    xen_pfn_t list[256];

    for (uint32_t i = 0; i < count; i++) {
        list[i] = first + i;
    }
    r.extent_start.q = fake_put(0x1000, list, count * sizeof(list[0])).v;
    args[1] = fake_put(0, &r, sizeof(r)).v;
    return mm_run(do_memory_op, d, args, again);
}

static void a_balloon_goes_up_and_down(void **state) {
    uint32_t before = page_free_count();
    unsigned int again;

    (void)state;
    boot_kernel();
    assert_int_equal(balloon(XENMEM_decrease_reservation, VICTIM, 100, &again), 100);
    mm_check();
    mm_scrub();
    assert_int_equal(page_free_count(), before + 100);
    assert_int_equal(balloon(XENMEM_decrease_reservation, VICTIM + 90, 20, &again), 0);
    assert_int_equal(balloon(XENMEM_populate_physmap, VICTIM, 110, &again), 100);
    assert_int_equal(page_free_count(), before);
    mm_check();
    assert_int_not_equal(mm_l2(d, LINEAR + 99 * PAGE_SIZE), 0);
}

static void a_long_balloon_is_done_in_pieces(void **state) {
    unsigned int again;

    (void)state;
    boot_kernel();
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
    assert_int_equal(balloon(XENMEM_decrease_reservation, VICTIM, 10, &again), 10);
    fake_board.pending[FAKE_UART_IRQ] = false;
    assert_in_range(again, 9, 60);
    mm_check();
}

/* A call of its own, with its structures at @at of guest memory. */
struct call {
    uint32_t args[HYPERCALL_ARGS];
    int32_t result;
};

static struct call make_call(uint32_t at, uint32_t command, uint32_t g) {
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = DOMID_SELF};
    struct xen_remove_from_physmap out = {.domid = DOMID_SELF, .gpfn = g};
    struct xen_add_to_physmap in = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = g};
    struct call c = {.args = {command}, .result = HYPERCALL_AGAIN};
    xen_pfn_t frame = g;

    r.extent_start.q = fake_put(at + 0x100, &frame, sizeof(frame)).v;
    switch (command) {
    case XENMEM_add_to_physmap: c.args[1] = fake_put(at, &in, sizeof(in)).v; break;
    case XENMEM_remove_from_physmap: c.args[1] = fake_put(at, &out, sizeof(out)).v; break;
    default: c.args[1] = fake_put(at, &r, sizeof(r)).v;
    }
    return c;
}

static void issue(struct call *c) {
    if (c->result == HYPERCALL_AGAIN) {
        c->result = do_memory_op(d->vcpu[0], c->args);
        mm_check();
    }
}

/* An interrupt's handler has one of its own while the other is not done; each is told of its own
 * success, whoever took the last step. */
static void two_calls_take_turns(void **state) {
    static const uint32_t commands[] = {XENMEM_decrease_reservation, XENMEM_remove_from_physmap,
                                        XENMEM_add_to_physmap, XENMEM_populate_physmap};

    (void)state;
    for (unsigned int i = 0; i < 16; i++) {
        uint32_t first = commands[i % 4], second = commands[i / 4];

        boot_kernel();
        struct call a = make_call(0, first, VICTIM), b = make_call(0x800, second, VICTIM + 300);
        d->shared_info_mfn = page_alloc(DOMID_XEN);
        fake_board.pending[FAKE_UART_IRQ] = true;
        fake_board.masked[FAKE_UART_IRQ] = false;
        issue(&a);
        while (b.result == HYPERCALL_AGAIN) {
            issue(&b);
        }
        while (a.result == HYPERCALL_AGAIN) {
            issue(&a);
        }
        fake_board.pending[FAKE_UART_IRQ] = false;
        assert_int_equal(a.result, first == XENMEM_decrease_reservation);
        assert_int_equal(b.result, second == XENMEM_decrease_reservation);
        page_put(d->shared_info_mfn);
        mm_destroy(d);
        assert_int_equal(page_free_count(), free_at_start);
        d = mm_domain(1, MIBS);
    }
}

/* The machine is never idle: nobody else scrubs. */
static void frames_that_wait_are_scrubbed_for_who_asks(void **state) {
    uint32_t count = page_free_count();
    mfn_t *taken = calloc(count, sizeof(*taken));
    unsigned int again;

    (void)state;
    assert_non_null(taken);
    boot_kernel();
    for (uint32_t i = 0; i < count; i++) {
        taken[i] = page_alloc(DOMID_XEN);
    }
    assert_int_equal(balloon(XENMEM_populate_physmap, VICTIM, 1, &again), 0);
    assert_int_equal(balloon(XENMEM_decrease_reservation, VICTIM, 20, &again), 20);
    assert_int_equal(page_free_count(), 0);
    assert_int_equal(balloon(XENMEM_populate_physmap, VICTIM, 20, &again), 20);
    assert_int_equal(page_free_count() + page_dirty_count(), 0);
    mm_check();
    for (uint32_t i = 0; i < count; i++) {
        page_put(taken[i]);
    }
    free(taken);
}

static void outside_of_ram_nothing_is_taken(void **state) {
    uint32_t before = page_free_count();
    unsigned int again;

    (void)state;
    assert_int_equal(
        balloon(XENMEM_populate_physmap, MM_BASE_GFN + MIBS * FRAMES_PER_MIB, 1, &again), 0);
    assert_int_equal(balloon(XENMEM_populate_physmap, MM_BASE_GFN - 1, 1, &again), 0);
    assert_int_equal(page_free_count(), before);
}

static void a_direct_mapped_domain_gets_its_own_frame_back(void **state) {
    mfn_t first = page_alloc_mib(0, 1, 1);
    struct domain *dom0 = support_domain_add(0, 1);
    struct p2m_store store = {.entry = NULL};
    struct domain *domu = d;
    unsigned int again;

    (void)state;
    dom0->is_direct_mapped = true;
    dom0->max_frames = 256;
    assert_int_equal(p2m_init(&dom0->space, gfn(first.v), 256, &store), 0);
    assert_int_equal(p2m_add_ram(&dom0->space, gfn(first.v), first, 256), 0);
    assert_int_equal(pt_init(&dom0->space, MM_LIMIT), 0);
    d = dom0;
    assert_int_equal(balloon(XENMEM_decrease_reservation, first.v + 5, 3, &again), 3);
    assert_int_equal(balloon(XENMEM_populate_physmap, first.v + 5, 3, &again), 3);
    assert_int_equal(mm_frame(dom0, first.v + 6).v, first.v + 6);
    mm_check();
    mm_destroy(dom0);
    d = domu;
}

static void reservations_are_told(void **state) {
    domid_t self = DOMID_SELF;
    uint32_t args[5] = {XENMEM_current_reservation, fake_put(0, &self, sizeof(self)).v};

    (void)state;
    assert_int_equal(do_memory_op(d->vcpu[0], args), MIBS * FRAMES_PER_MIB);
    args[0] = XENMEM_maximum_reservation;
    assert_int_equal(do_memory_op(d->vcpu[0], args), MIBS * FRAMES_PER_MIB);
    args[0] = XENMEM_memory_map;
    assert_int_equal(do_memory_op(d->vcpu[0], args), -XEN_ENOSYS);
}

/* ---- What is known of which frame, at the edges ---- */

static void the_bank_may_end_where_addresses_do(void **state) {
    struct domain *other = support_domain_add(2, 1);
    struct p2m_store store = {.entry = NULL};

    (void)state;
    assert_int_equal(p2m_init(&other->space, gfn(0xfff00), 512, &store), -XEN_EINVAL);
    assert_int_equal(p2m_init(&other->space, gfn(0xffe00), 512, &store), 0);
    assert_int_equal(other->space.p2m.capacity, 512);
    assert_int_equal(p2m_add_range(&other->space, gfn(0xfffff), mfn(1), 1, P2M_DEVICE),
                     -XEN_EEXIST); /* room of the bank, though nothing is there */
    assert_int_equal(p2m_add_range(&other->space, gfn(0xffdff), mfn(0xfffff), 1, P2M_DEVICE), 0);
    assert_int_equal(p2m_lookup(&other->space.p2m, gfn(0xffdff)), 0xfffff000u | P2M_DEVICE);
    assert_int_equal(p2m_add_range(&d->space, gfn(0xfffff), mfn(1), 1, P2M_DEVICE), 0);
    assert_int_equal(p2m_add_range(&d->space, gfn(0xffffe), mfn(1), 1, P2M_CHANGING), -XEN_EINVAL);
    assert_int_equal(p2m_end(&d->space.p2m).v, 0x100000);
    mm_destroy(other);
    p2m_store_free(&store);
}

/* Of RAM, a range and a single frame each in turn is the highest. */
static void the_end_is_behind_the_highest_frame(void **state) {
    struct domain *other = support_domain_add(2, 1);
    struct p2m_store store = {.entry = NULL};
    const struct p2m *p2m = &other->space.p2m;

    (void)state;
    assert_int_equal(p2m_end(p2m).v, 0);
    assert_int_equal(p2m_init(&other->space, gfn(0x10000), 512, &store), 0);
    assert_int_equal(p2m_end(p2m).v, 0); /* there is room, and nothing in it */
    assert_int_equal(p2m_add_range(&other->space, gfn(0x100), mfn(1), 3, P2M_DEVICE), 0);
    assert_int_equal(p2m_end(p2m).v, 0x103);
    assert_int_equal(mm_change(other, 0x102 + 1, page_alloc(2), P2M_RAM), 0);
    assert_int_equal(p2m_end(p2m).v, 0x104);
    assert_int_equal(p2m_add_range(&other->space, gfn(0x104), mfn(1), 1, P2M_DEVICE), 0);
    assert_int_equal(p2m_end(p2m).v, 0x105);
    assert_int_equal(p2m_grow(&other->space, gfn(0x10000)), -XEN_EAGAIN);
    assert_int_equal(p2m_end(p2m).v, 0x10100);
    assert_int_equal(mm_change(other, 0x20000, page_alloc(2), P2M_RAM), 0);
    assert_int_equal(p2m_end(p2m).v, 0x20001);
    assert_int_equal(p2m_add_range(&other->space, gfn(0x20001), mfn(1), 16, P2M_DEVICE), 0);
    assert_int_equal(p2m_end(p2m).v, 0x20011);
    assert_int_equal(mm_change(other, 0x20000, INVALID_MFN, P2M_RAM), 0);
    assert_int_equal(p2m_end(p2m).v, 0x20011);
    mm_destroy(other);
    p2m_store_free(&store);
}

static void a_bank_grows_by_empty_mibs(void **state) {
    struct domain *other = support_domain_add(2, 1);
    struct p2m_store store = {.entry = NULL};
    struct p2m *p2m = &other->space.p2m;

    (void)state;
    assert_int_equal(p2m_init(&other->space, gfn(0x10000), 1024, &store), 0);
    assert_int_equal(p2m_grow(&other->space, gfn(0x10400)), -XEN_EINVAL);
    assert_int_equal(p2m_grow(&other->space, gfn(0xffff)), -XEN_EINVAL);
    assert_int_equal(p2m->count, 0);
    assert_int_equal(p2m_grow(&other->space, gfn(0x101ff)), -XEN_EAGAIN);
    assert_int_equal(p2m->count, 256);
    assert_int_equal(p2m_grow(&other->space, gfn(0x100ff)), 0);
    assert_int_equal(p2m->count, 256);
    assert_int_equal(p2m_grow(&other->space, gfn(0x10100)), -XEN_EAGAIN);
    assert_int_equal(p2m->count, 512);
    assert_int_equal(p2m_grow(&other->space, gfn(0x101ff)), 0);
    for (uint32_t i = 0; i < 512; i++) {
        assert_int_equal(p2m_lookup(p2m, gfn(0x10000 + i)), P2M_NONE);
    }
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(p2m->mib[i].broken);
        assert_int_equal(p2m->mib[i].run, 0);
        assert_int_equal(p2m->mib[i].splits, 0);
        assert_int_equal(p2m->mib[i].split_count, 0);
    }
    assert_int_equal(p2m->held, 0);
    assert_int_equal(p2m_grow(&other->space, gfn(0x103ff)), -XEN_EAGAIN);
    assert_int_equal(p2m_grow(&other->space, gfn(0x103ff)), -XEN_EAGAIN);
    assert_int_equal(p2m_grow(&other->space, gfn(0x103ff)), 0); /* the last there is room for */
    mm_destroy(other);
    p2m_store_free(&store);
}

/* In order, by frames of one MiB of the machine from its first on: sections can map it. */
static void a_mib_that_is_filled_in_order_is_whole(void **state) {
    struct domain *other = support_domain_add(2, 1);
    struct p2m_store store = {.entry = NULL};
    const struct p2m *p2m = &other->space.p2m;
    mfn_t first = page_alloc_mib(2, 3, 1);

    (void)state;
    assert_int_equal(p2m_init(&other->space, gfn(0x10000), 768, &store), 0);
    assert_int_equal(pt_init(&other->space, MM_LIMIT), 0);
    while (p2m_grow(&other->space, gfn(0x102ff)) == -XEN_EAGAIN) {
    }
    for (uint32_t i = 0; i < 256; i++) {
        assert_true(p2m->mib[0].broken);
        assert_int_equal(p2m->mib[0].run, i);
        assert_int_equal(mm_change(other, 0x10000 + i, mfn(first.v + i), P2M_RAM), 0);
    }
    assert_false(p2m->mib[0].broken);
    assert_int_equal(p2m->mib[0].run, P2M_RUN_ENDED);
    assert_int_equal(p2m->held, 256);
    /* One that is not the next, one that is not writable, one of another place: never. */
    for (uint32_t i = 0; i < 256; i++) {
        enum p2m_type type = i == 3 ? P2M_RAM_RO : P2M_RAM;

        assert_int_equal(mm_change(other, 0x10100 + i, mfn(first.v + 256 + i), type), 0);
    }
    assert_true(p2m->mib[1].broken);
    assert_int_equal(p2m->mib[1].run, 3);
    assert_int_equal(p2m->held, 512);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t other_way = i == 7 ? 8 : i == 8 ? 7 : i;

        assert_int_equal(mm_change(other, 0x10200 + i, mfn(first.v + 512 + other_way), P2M_RAM), 0);
    }
    assert_true(p2m->mib[2].broken);
    assert_int_equal(p2m->mib[2].run, 7);
    mm_destroy(other);
    p2m_store_free(&store);
}

/* The last frame of the MiB before, its own first and last, and the first of the next. */
static void a_mib_is_empty_if_nothing_reaches_into_it(void **state) {
    const struct p2m *p2m = &d->space.p2m;

    (void)state;
    assert_false(p2m_mib_is_empty(p2m, gfn(MM_BASE_GFN)));
    assert_false(p2m_mib_is_empty(p2m, gfn(MM_BASE_GFN + (MIBS - 1) * FRAMES_PER_MIB)));
    assert_true(p2m_mib_is_empty(p2m, gfn(MM_BASE_GFN + MIBS * FRAMES_PER_MIB)));
    assert_true(p2m_mib_is_empty(p2m, gfn(MM_BASE_GFN - FRAMES_PER_MIB)));
    assert_int_equal(p2m_add_range(&d->space, gfn(0x10ff), mfn(1), 1, P2M_DEVICE), 0);
    assert_int_equal(p2m_add_range(&d->space, gfn(0x1200), mfn(1), 1, P2M_DEVICE), 0);
    assert_false(p2m_mib_is_empty(p2m, gfn(0x1000)));
    assert_true(p2m_mib_is_empty(p2m, gfn(0x1100)));
    assert_false(p2m_mib_is_empty(p2m, gfn(0x1200)));
    assert_true(p2m_mib_is_empty(p2m, gfn(0x1300)));
    assert_int_equal(p2m_add_range(&d->space, gfn(0x14ff), mfn(1), 0x202, P2M_DEVICE), 0);
    assert_true(p2m_mib_is_empty(p2m, gfn(0x1300)));
    for (uint32_t first = 0x1400; first <= 0x1700; first += FRAMES_PER_MIB) {
        assert_false(p2m_mib_is_empty(p2m, gfn(first)));
    }
    assert_true(p2m_mib_is_empty(p2m, gfn(0x1800)));
    assert_int_equal(mm_change(d, 0x2100, page_alloc(1), P2M_RAM), 0);
    assert_int_equal(mm_change(d, 0x22ff, page_alloc(1), P2M_RAM), 0);
    assert_true(p2m_mib_is_empty(p2m, gfn(0x2000)));
    assert_false(p2m_mib_is_empty(p2m, gfn(0x2100)));
    assert_false(p2m_mib_is_empty(p2m, gfn(0x2200)));
    assert_true(p2m_mib_is_empty(p2m, gfn(0x2300)));
}

/* Single frames, put there in any order, are found, and go in any order. */
static void frames_outside_the_bank_come_and_go(void **state) {
    const uint32_t held = d->space.p2m.held;
    uint32_t g[P2M_SPARSE_MAX];
    mfn_t m[P2M_SPARSE_MAX];

    (void)state;
    for (uint32_t i = 0; i < P2M_SPARSE_MAX; i++) {
        g[i] = 0x20000 + i * 37 % P2M_SPARSE_MAX * 2;
        m[i] = page_alloc(1);
        assert_int_equal(mm_change(d, g[i], m[i], P2M_RAM), 0);
        assert_int_equal(d->space.p2m.held, held + i + 1);
    }
    mfn_t more = page_alloc(1);
    assert_int_equal(mm_change(d, 0x1ffff, more, P2M_RAM), -XEN_ENOMEM);
    page_put(more);
    assert_int_equal(d->space.p2m.held, held + P2M_SPARSE_MAX);
    for (uint32_t i = 0; i < P2M_SPARSE_MAX; i++) {
        assert_int_equal(p2m_lookup(&d->space.p2m, gfn(g[i])), m[i].v << 12);
        assert_int_equal(p2m_lookup(&d->space.p2m, gfn(g[i] + 1)), P2M_NONE);
    }
    assert_int_equal(mm_change(d, g[5] + 1, INVALID_MFN, P2M_RAM), -XEN_EINVAL);
    for (uint32_t i = 0; i < P2M_SPARSE_MAX; i++) {
        assert_int_equal(mm_change(d, g[i], INVALID_MFN, P2M_RAM), 0);
        assert_int_equal(page_of(m[i])->state, PAGE_DIRTY);
        for (uint32_t j = 0; j < P2M_SPARSE_MAX; j++) {
            assert_int_equal(p2m_lookup(&d->space.p2m, gfn(g[j])),
                             j <= i ? P2M_NONE : m[j].v << 12);
        }
    }
    assert_int_equal(d->space.p2m.sparse_count, 0);
    assert_int_equal(d->space.p2m.held, held);
    /* Where the bank has room, or a range is, none can be. */
    more = page_alloc(1);
    assert_int_equal(p2m_add_range(&d->space, gfn(0x30000), mfn(1), 1, P2M_DEVICE), 0);
    assert_int_equal(mm_change(d, 0x30000, more, P2M_RAM), -XEN_EINVAL);
    assert_int_equal(mm_change(d, 0x30001, more, P2M_RAM), 0);
}

/* Four frames of each kind in a step. */
static void a_map_goes_four_frames_at_a_time(void **state) {
    struct domain *other = mm_domain(2, 1);
    mfn_t magic = page_alloc_mib(DOMID_XEN, 1, 1);
    unsigned int steps = 0;

    (void)state;
    assert_int_equal(p2m_add_range(&other->space, gfn(0x1000), magic, 7, P2M_SHARED), 0);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(mm_change(other, 0x20000 + i, page_alloc(2), P2M_RAM), 0);
    }
    while (pt_destroy_step(&other->space)) {
    }
    assert_true(p2m_destroy_step(&other->space));
    assert_int_equal(other->space.p2m.count, 252);
    while (other->space.p2m.count > 0) {
        (void)p2m_destroy_step(&other->space);
        steps++;
    }
    assert_int_equal(steps, 63);
    while (other->space.p2m.sparse_count > 1) {
        assert_true(p2m_destroy_step(&other->space));
    }
    assert_int_equal(other->space.p2m.sparse_count, 1);
    while (p2m_destroy_step(&other->space)) {
    }
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(page_of(mfn(magic.v + i))->count, 1);
    }
    for (uint32_t i = 0; i < FRAMES_PER_MIB; i++) {
        page_put(mfn(magic.v + i));
    }
    mm_destroy(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(ram_is_looked_up),
        TEST(wrong_ram_is_refused),
        TEST(without_memory_for_all_of_it_there_is_no_map),
        TEST(what_has_a_place_of_its_own_is_taken),
        TEST(ranges_do_not_overlap),
        TEST(the_list_of_ranges_ends),
        TEST(a_change_reaches_the_linear_mapping),
        TEST(a_change_reaches_entries_of_user_tables),
        TEST(a_change_reaches_a_frame_that_is_mapped_often),
        TEST(copies_of_the_kernel_part_are_left_alone),
        TEST(a_frame_given_back_cannot_be_reached),
        TEST(a_frame_that_comes_back_is_in_the_linear_mapping),
        TEST(the_second_change_of_a_mib_is_one_step),
        TEST(while_a_change_is_under_way_nothing_new_maps_the_frame),
        TEST(who_comes_second_ends_what_is_under_way),
        TEST(two_changes_take_turns),
        TEST(one_of_two_who_give_the_same_back_succeeds),
        TEST(another_frame_comes_by_others_hands),
        TEST(what_others_undid_is_done_again),
        TEST(a_map_settles),
        TEST(a_domain_that_dies_in_a_change_leaves_nothing),
        TEST(a_map_that_is_gone_has_nothing),
        TEST(tables_of_the_guest_cannot_be_changed),
        TEST(the_bank_may_end_where_addresses_do),
        TEST(the_end_is_behind_the_highest_frame),
        TEST(a_bank_grows_by_empty_mibs),
        TEST(a_mib_that_is_filled_in_order_is_whole),
        TEST(a_mib_is_empty_if_nothing_reaches_into_it),
        TEST(frames_outside_the_bank_come_and_go),
        TEST(a_map_goes_four_frames_at_a_time),
        TEST(a_split_section_can_be_unmapped),
        TEST(a_broken_mib_is_no_section_of_the_flat_table),
        TEST(a_split_section_is_not_the_guests_table),
        TEST(without_table_memory_a_change_does_nothing),
        TEST(without_table_memory_for_its_end_a_change_is_taken_back),
        TEST(shared_info_is_placed_by_the_guest),
        TEST(a_balloon_goes_up_and_down),
        TEST(a_long_balloon_is_done_in_pieces),
        TEST(two_calls_take_turns),
        TEST(a_section_may_go_while_it_is_split),
        TEST(a_domain_may_end_while_a_section_is_split),
        TEST(frames_that_wait_are_scrubbed_for_who_asks),
        TEST(outside_of_ram_nothing_is_taken),
        TEST(a_direct_mapped_domain_gets_its_own_frame_back),
        TEST(reservations_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
