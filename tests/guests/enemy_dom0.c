/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A dom0 that wants a control loop (rt.c) to be late by what only a toolstack may call: see
 * enemy.h.
 */
#include "core.h"
#include "enemy.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "toolstack.h"

#define RAM     (PV_RAM_GPA >> 12) /* first frame of a domain that is made */
#define RAM_END (PV_RAM_GPA + 0x200000)
#define FRAMES  32u /* of another domain, which are mapped at once */
#define ENTRIES 8u  /* of dom0's tables that name the first of them when it goes */

static void yield(void) {
    sched_op(SCHEDOP_yield, NULL);
}

/* A domain with 2 MiB, once there is room: what others had comes back in the background. */
static domid_t make(void) {
    int32_t made;

    while ((made = domctl_create(1)) == -XEN_ENOMEM) {
        yield();
    }
    REQUIRE_EQ(made > 0, 1);
    EXPECT_EQ(domctl_max_mem((domid_t)made, 4), 0);
    while (memory_extents((domid_t)made, XENMEM_populate_physmap, RAM, 1, 9) != 1) {
        yield();
    }
    return (domid_t)made;
}

/* ---- Frames of another domain ---- */

static domid_t other;
static uint32_t own;  /* the first of some of dom0's frames */
static uint32_t hole; /* the first of FRAMES of dom0's frames behind which there is nothing */

static void make_holes(void) {
    hole = page_gpa(page_alloc(FRAMES)) >> 12;
    REQUIRE_EQ(memory_extents(DOMID_SELF, XENMEM_decrease_reservation, hole, FRAMES, 0), FRAMES);
}

static void prepare_foreign(void) {
    other = make();
    make_holes();
}

static void map_all_foreign(void) {
    static uint64_t from[FRAMES], to[FRAMES];
    static int errors[FRAMES];
    struct xen_add_to_physmap_batch b = {.domid = DOMID_SELF,
                                         .space = XENMAPSPACE_gmfn_foreign,
                                         .size = FRAMES,
                                         .u.foreign_domid = other};

    for (uint32_t i = 0; i < FRAMES; i++) {
        from[i] = RAM + i;
        to[i] = hole + i;
    }
    b.idxs.q = (uint32_t)from;
    b.gpfns.q = (uint32_t)to;
    b.errs.q = (uint32_t)errors;
    EXPECT_EQ(memory_op(XENMEM_add_to_physmap_batch, &b), 0);
    EXPECT_EQ(errors[FRAMES - 1], 0);
}

/* Entries that have to be found when the frame goes. */
static void name_first(void) {
    for (uint32_t i = 0; i < ENTRIES; i++) {
        EXPECT_EQ(pt_map(KERNEL_WINDOW + i * PAGE_SIZE, core_small(hole << 12, CORE_READ_WRITE)),
                  0);
    }
}

static uint32_t foreign(void) {
    map_all_foreign();
    name_first();
    for (uint32_t i = 0; i < FRAMES; i++) {
        EXPECT_EQ(unmap_foreign(hole + i), 0);
    }
    return FRAMES;
}

/* ---- Domains that come and go ---- */

/* It has run off the end of its RAM, in which there is nothing, by the time that it is destroyed,
 * or has not run.  A frame of it stays mapped until its end. */
static uint32_t create(void) {
    domid_t id = make();

    EXPECT_EQ(domctl_vcpus(id, 1), 0);
    EXPECT_EQ(domctl_context(id, RAM_END - 64, 0), 0);
    EXPECT_EQ(map_foreign(id, RAM + 5, hole), 0);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_unpausedomain, id), 0);
    yield();
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, id), 0);
    EXPECT_EQ(unmap_foreign(hole), 0);
    return 1;
}

/* ---- Grants ---- */

static volatile struct grant_entry_v1 *table; /* the other's */

/* The first frame of its table is behind a place of its own. */
static void acquire_table(void) {
    struct xen_mem_acquire_resource r = {
        .domid = other, .type = XENMEM_resource_grant_table, .nr_frames = 1};

    table = page_alloc(1);
    uint32_t place = page_gpa(table) >> 12;
    xen_pfn_t frame = place;
    EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_decrease_reservation, place, 1, 0), 1);
    r.frame_list.q = (uint32_t)&frame;
    REQUIRE_EQ(memory_op(XENMEM_acquire_resource, &r), 0);
}

static void prepare_grants(void) {
    prepare_foreign();
    acquire_table();
    for (uint32_t i = 0; i < FRAMES; i++) {
        table[i].domid = 0;
        table[i].frame = RAM + i;
        table[i].flags = GTF_permit_access;
    }
}

static uint32_t grants(void) {
    static struct gnttab_map_grant_ref maps[FRAMES];
    static struct gnttab_unmap_grant_ref unmaps[FRAMES];

    for (uint32_t i = 0; i < FRAMES; i++) {
        maps[i] = (struct gnttab_map_grant_ref){
            .host_addr = (hole + i) << 12, .flags = GNTMAP_host_map, .ref = i, .dom = other};
    }
    EXPECT_EQ(grant_op(GNTTABOP_map_grant_ref, maps, FRAMES), 0);
    EXPECT_EQ(maps[FRAMES - 1].status, GNTST_okay);
    name_first();
    for (uint32_t i = 0; i < FRAMES; i++) {
        unmaps[i] = (struct gnttab_unmap_grant_ref){.host_addr = (hole + i) << 12,
                                                    .handle = maps[i].handle};
    }
    EXPECT_EQ(grant_op(GNTTABOP_unmap_grant_ref, unmaps, FRAMES), 0);
    EXPECT_EQ(unmaps[0].status, GNTST_okay);
    return FRAMES;
}

#define COPIES 16u
#define PACKET 1514u /* bytes that are copied, from where they do not agree with where they go */

static void prepare_copies(void) {
    prepare_grants();
    own = page_gpa(page_alloc(COPIES)) >> 12;
}

static uint32_t copies(void) {
    static struct gnttab_copy list[COPIES];

    for (uint32_t i = 0; i < COPIES; i++) {
        list[i] = (struct gnttab_copy){
            .source = {.u.ref = i, .domid = other, .offset = 1},
            .dest = {.u.gmfn = own + i, .domid = DOMID_SELF, .offset = 66},
            .len = PACKET,
            .flags = GNTCOPY_source_gref,
        };
    }
    EXPECT_EQ(grant_op(GNTTABOP_copy, list, COPIES), 0);
    EXPECT_EQ(list[COPIES - 1].status, GNTST_okay);
    return COPIES;
}

/* ---- Questions ---- */

static void prepare_nothing(void) {}

static uint32_t ask(void) {
    static struct xen_domctl_getdomaininfo list[16];
    static char text[16384];
    struct xen_sysctl op;

    sysctl_begin(&op, XEN_SYSCTL_getdomaininfolist);
    op.u.getdomaininfolist.max_domains = 16;
    op.u.getdomaininfolist.buffer.q = (uint32_t)list;
    EXPECT_EQ(sysctl(&op), 0);
    sysctl_begin(&op, XEN_SYSCTL_readconsole);
    op.u.readconsole.buffer.q = (uint32_t)text;
    op.u.readconsole.count = sizeof(text);
    EXPECT_EQ(sysctl(&op), 0);
    EXPECT_TRUE(sysctl_free_frames() > 0);
    return 3;
}

static const struct enemy enemies[] = {
    {"create", make_holes, create},     {"foreign", prepare_foreign, foreign},
    {"grants", prepare_grants, grants}, {"copies", prepare_copies, copies},
    {"ask", prepare_nothing, ask},
};

TEST(enemy_of_dom0) {
    enemy_run(enemies, sizeof(enemies) / sizeof(enemies[0]));
    EXPECT_TRUE(!"an option do= that is known");
}
