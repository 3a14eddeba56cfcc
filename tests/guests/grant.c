/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As dom0: what a domain that it makes grants is mapped, written and given up, in every order of
 * the ends of granter, mapping and entries; what is not granted is refused.  As a domU (option
 * domu): nobody's grants are to be had.
 */
#include <string.h>

#include "clock.h"
#include "core.h"
#include "hole.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "toolstack.h"
#include "user.h"

#define RAM    (PV_RAM_GPA >> 12) /* first frame of a domain that is made */
#define WINDOW KERNEL_WINDOW
#define REF    9u

static bool is_domu(void) {
    return option_given("domu");
}

/* The first frame of a domain's table, at @page of the caller's. */
static int32_t acquire_table(domid_t id, const volatile void *page) {
    xen_pfn_t frame = frame_of(page);
    struct xen_mem_acquire_resource r = {
        .domid = id, .type = XENMEM_resource_grant_table, .nr_frames = 1};

    set_xen_guest_handle(r.frame_list, &frame);
    return memory_op(XENMEM_acquire_resource, &r);
}

/* A domain that grants its frame RAM + 5 to dom0. */
struct granter {
    uint64_t before; /* free frames */
    domid_t id;
    volatile uint32_t *hole;               /* a place of dom0's for what is granted */
    volatile struct grant_entry_v1 *table; /* of the domain's */
};

static struct granter make_granter(uint16_t flags) {
    struct granter g = {.before = sysctl_free_frames()};
    int32_t made = domctl_create(1);

    EXPECT_TRUE(made > 0);
    g.id = (domid_t)made;
    EXPECT_EQ(domctl_max_mem(g.id, 4), 0);
    EXPECT_EQ(memory_extents(g.id, XENMEM_populate_physmap, RAM, 1, 9), 1);
    g.hole = make_hole();
    g.table = (volatile struct grant_entry_v1 *)make_hole();
    EXPECT_EQ(acquire_table(g.id, g.table), 0);
    EXPECT_EQ(g.table[REF].flags, 0);
    g.table[REF].domid = 0;
    g.table[REF].frame = RAM + 5;
    g.table[REF].flags = GTF_permit_access | flags;
    return g;
}

static void end(const struct granter *g) {
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, g->id), 0);
}

static void expect_all_back(const struct granter *g) {
    EXPECT_EQ(unmap_foreign(frame_of(g->table)), 0);
    fill_hole((volatile uint32_t *)g->table);
    fill_hole(g->hole);
    expect_free(g->before);
}

static int map(const struct granter *g, volatile void *at, grant_ref_t ref, uint32_t flags,
               grant_handle_t *handle) {
    struct gnttab_map_grant_ref m = {
        .host_addr = page_gpa((const void *)at), .flags = flags, .ref = ref, .dom = g->id};

    EXPECT_EQ(grant_op(GNTTABOP_map_grant_ref, &m, 1), 0);
    *handle = m.handle;
    return m.status;
}

static int unmap(volatile void *at, grant_handle_t handle) {
    struct gnttab_unmap_grant_ref u = {.host_addr = page_gpa((const void *)at), .handle = handle};

    EXPECT_EQ(grant_op(GNTTABOP_unmap_grant_ref, &u, 1), 0);
    return u.status;
}

TEST(others_settle) {
    clock_sleep(50 * NS_PER_MS);
}

/* The second time with an entry of a table of its own left over. */
TEST(a_granted_frame_is_written_and_given_up) {
    grant_handle_t handle;

    if (is_domu()) {
        return;
    }
    struct granter g = make_granter(0);
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map, &handle), GNTST_okay);
    EXPECT_EQ(g.table[REF].flags, GTF_permit_access | GTF_reading | GTF_writing);
    EXPECT_EQ(g.hole[0], 0);
    g.hole[0] = 0x12345678;
    EXPECT_EQ(unmap(g.hole, handle), GNTST_okay);
    EXPECT_EQ(g.table[REF].flags, GTF_permit_access);
    EXPECT_TRAP(try_read((uint32_t)g.hole, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map, &handle), GNTST_okay);
    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa((const void *)g.hole), CORE_READ_WRITE)), 0);
    EXPECT_EQ(*(volatile uint32_t *)WINDOW, 0x12345678);
    EXPECT_EQ(unmap(g.hole, handle), GNTST_okay);
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_read((uint32_t)g.hole, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(unmap(g.hole, handle), GNTST_bad_handle);
    end(&g);
    expect_all_back(&g);
}

TEST(what_may_be_read_is_not_written) {
    grant_handle_t handle;

    if (is_domu()) {
        return;
    }
    struct granter g = make_granter(GTF_readonly);
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map, &handle), GNTST_general_error);
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map | GNTMAP_readonly, &handle), GNTST_okay);
    EXPECT_EQ(g.hole[0], 0);
    EXPECT_TRAP(try_write((uint32_t)g.hole, 1), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa((const void *)g.hole), CORE_READ_WRITE)) < 0, 1);
    EXPECT_EQ(unmap(g.hole, handle), GNTST_okay);
    end(&g);
    expect_all_back(&g);
}

TEST(what_is_not_granted_is_refused) {
    grant_handle_t handle;
    volatile uint32_t *mine = page_alloc(1);

    if (is_domu()) {
        return;
    }
    struct granter g = make_granter(0);
    mine[0] = 77;
    EXPECT_EQ(map(&g, g.hole, REF + 1, GNTMAP_host_map, &handle), GNTST_bad_gntref);
    EXPECT_EQ(map(&g, g.hole, 512, GNTMAP_host_map, &handle), GNTST_bad_gntref);
    EXPECT_EQ(map(&g, g.hole, ~0u, GNTMAP_host_map, &handle), GNTST_bad_gntref);
    EXPECT_EQ(map(&g, mine, REF, GNTMAP_host_map, &handle), GNTST_bad_virt_addr);
    EXPECT_EQ(mine[0], 77);
    g.table[REF].domid = 1;
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map, &handle), GNTST_bad_gntref);
    g.table[REF].domid = DOMID_SELF;
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map, &handle), GNTST_bad_gntref);
    g.table[REF].domid = 0;
    g.table[REF].frame = 0xfffff;
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map, &handle), GNTST_bad_page);
    EXPECT_EQ(g.table[REF].flags, GTF_permit_access);
    EXPECT_TRAP(try_read((uint32_t)g.hole, NULL), TRAP_DATA_ABORT);
    end(&g);
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map, &handle), GNTST_bad_domain);
    expect_all_back(&g);
}

/* The frame stays as long as it is mapped, whatever its owner does. */
TEST(a_granter_dies_with_a_mapping) {
    grant_handle_t handle;

    if (is_domu()) {
        return;
    }
    struct granter g = make_granter(0);
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map, &handle), GNTST_okay);
    g.hole[7] = 0xabcd;
    g.table[REF].flags = 0; /* ended early */
    EXPECT_EQ(memory_extents(g.id, XENMEM_decrease_reservation, RAM + 5, 1, 0), 1);
    EXPECT_EQ(g.hole[7], 0xabcd);
    end(&g);
    EXPECT_EQ(g.hole[7], 0xabcd);
    EXPECT_EQ(unmap(g.hole, handle), GNTST_okay);
    EXPECT_TRAP(try_read((uint32_t)g.hole, NULL), TRAP_DATA_ABORT);
    expect_all_back(&g);
}

/* ---- Copies ---- */

#define LENGTHS 14u

static const uint16_t lengths[LENGTHS] = {0, 1, 3, 7, 16, 31, 32, 33, 35, 47, 48, 63, 128, 1514};

static uint8_t pattern(uint32_t i) {
    return (uint8_t)(i * 7 + (i >> 8) + 1);
}

static void fill(volatile uint8_t *page, uint8_t more) {
    for (uint32_t i = 0; i < PAGE_SIZE; i++) {
        page[i] = (uint8_t)(pattern(i) + more);
    }
}

/* @page is as fill() left it, but for what came from where fill(.., 0) was. */
static bool is_copied(const volatile uint8_t *page, uint8_t more, uint32_t from, uint32_t to,
                      uint32_t size) {
    for (uint32_t i = 0; i < PAGE_SIZE; i++) {
        bool inside = i >= to && i < to + size;

        if (page[i] != (uint8_t)(inside ? pattern(i - to + from) : pattern(i) + more)) {
            return false;
        }
    }
    return true;
}

static int copy(struct gnttab_copy *c) {
    EXPECT_EQ(grant_op(GNTTABOP_copy, c, 1), 0);
    return c->status;
}

/* What the caller has in its cache is copied, and what it reads afterwards is what came, wherever
 * in a word either begins. */
TEST(bytes_are_copied_wherever_they_begin) {
    volatile uint8_t *from = page_alloc(1), *to = page_alloc(1);

    fill(from, 0);
    for (uint32_t i = 0; i < 16 * LENGTHS; i++) {
        struct gnttab_copy c = {
            .source = {.u.gmfn = frame_of(from), .domid = DOMID_SELF, .offset = 64 + i % 4},
            .dest = {.u.gmfn = frame_of(to), .domid = DOMID_SELF, .offset = 96 + i / 4 % 4},
            .len = lengths[i / 16]};

        fill(to, 100);
        EXPECT_EQ(copy(&c), GNTST_okay);
        EXPECT_TRUE(is_copied(to, 100, c.source.offset, c.dest.offset, c.len));
    }
}

TEST(granted_bytes_are_copied_both_ways) {
    volatile uint8_t *mine = page_alloc(1);
    grant_handle_t handle;

    if (is_domu()) {
        return;
    }
    struct granter g = make_granter(0);
    struct gnttab_copy out = {.source = {.u.gmfn = frame_of(mine), .domid = DOMID_SELF},
                              .dest = {.u.ref = REF, .domid = g.id},
                              .len = PAGE_SIZE,
                              .flags = GNTCOPY_dest_gref};
    struct gnttab_copy in = {.source = {.u.ref = REF, .domid = g.id, .offset = 5},
                             .dest = {.u.gmfn = frame_of(mine), .domid = DOMID_SELF, .offset = 6},
                             .len = 1514,
                             .flags = GNTCOPY_source_gref};
    fill(mine, 0);
    EXPECT_EQ(copy(&out), GNTST_okay);
    fill(mine, 50);
    EXPECT_EQ(copy(&in), GNTST_okay);
    EXPECT_TRUE(is_copied(mine, 50, 5, 6, 1514));
    EXPECT_EQ(map(&g, g.hole, REF, GNTMAP_host_map, &handle), GNTST_okay);
    EXPECT_TRUE(is_copied((volatile uint8_t *)g.hole, 0, 0, 0, PAGE_SIZE));
    g.hole[0] = 0x01020304; /* in the mapper's cache, if it has one of it */
    in.source.offset = in.dest.offset = 0;
    EXPECT_EQ(copy(&in), GNTST_okay);
    EXPECT_EQ(*(volatile uint32_t *)mine, 0x01020304);
    EXPECT_EQ(unmap(g.hole, handle), GNTST_okay);
    EXPECT_EQ(g.table[REF].flags, GTF_permit_access);
    g.table[REF].flags = GTF_permit_access | GTF_readonly;
    EXPECT_EQ(copy(&out), GNTST_general_error);
    EXPECT_EQ(copy(&in), GNTST_okay);
    end(&g);
    EXPECT_EQ(copy(&in), GNTST_bad_domain);
    expect_all_back(&g);
}

/* Nothing of another's memory is to be had or harmed by naming its frames. */
TEST(copies_of_what_is_not_ones_own_are_refused) {
    volatile uint8_t *mine = page_alloc(1);

    fill(mine, 0);
    for (domid_t id = 0; id < 8; id++) {
        struct gnttab_copy c = {.source = {.u.gmfn = RAM, .domid = id},
                                .dest = {.u.gmfn = frame_of(mine), .domid = DOMID_SELF},
                                .len = 64};

        EXPECT_EQ(copy(&c), GNTST_permission_denied);
        c.flags = GNTCOPY_source_gref;
        c.source.u.ref = 0;
        int status = copy(&c);
        EXPECT_TRUE(status == GNTST_bad_gntref || status == GNTST_bad_domain);
    }
    for (uint32_t frame = 0; frame < 0x100000; frame += 0x1001) {
        struct gnttab_copy c = {.source = {.u.gmfn = frame, .domid = DOMID_SELF},
                                .dest = {.u.gmfn = frame, .domid = DOMID_SELF},
                                .len = 64};
        int status = copy(&c);

        EXPECT_TRUE(status == GNTST_bad_page || status == GNTST_okay);
    }
    EXPECT_TRUE(is_copied(mine, 0, 0, 0, 0));
}

/* By machine address: the hypervisor's memory and others' are not to be flushed. */
TEST(caches_are_flushed_of_frames_within_reach) {
    struct gnttab_cache_flush f = {.length = PAGE_SIZE,
                                   .op = GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL};
    grant_handle_t handle;

    for (uint64_t address = 0; address < 1ull << 33; address += 0x1fff000) {
        f.a.dev_bus_addr = address;
        int32_t result = grant_op(GNTTABOP_cache_flush, &f, 1);
        EXPECT_TRUE(result == -XEN_EINVAL || result == -XEN_EPERM || result == 0);
    }
    if (is_domu()) {
        return;
    }
    struct granter g = make_granter(0);
    struct gnttab_map_grant_ref m = {.host_addr = page_gpa((const void *)g.hole),
                                     .flags = GNTMAP_host_map,
                                     .ref = REF,
                                     .dom = g.id};
    EXPECT_EQ(grant_op(GNTTABOP_map_grant_ref, &m, 1), 0);
    EXPECT_EQ(m.status, GNTST_okay);
    handle = m.handle;
    f.a.dev_bus_addr = m.dev_bus_addr;
    g.hole[1] = 0x55aa;
    EXPECT_EQ(grant_op(GNTTABOP_cache_flush, &f, 1), 0);
    EXPECT_EQ(g.hole[1], 0x55aa);
    EXPECT_EQ(unmap(g.hole, handle), GNTST_okay);
    EXPECT_EQ(grant_op(GNTTABOP_cache_flush, &f, 1), -XEN_EPERM);
    end(&g);
    expect_all_back(&g);
}

TEST(nobody_grants_a_domu_anything) {
    struct gnttab_query_size size = {.dom = 0};
    grant_handle_t handle;

    if (!is_domu()) {
        return;
    }
    volatile uint32_t *hole = make_hole();
    for (domid_t id = 0; id < 8; id++) {
        struct granter g = {.id = id};
        int status = map(&g, hole, 0, GNTMAP_host_map, &handle);

        EXPECT_TRUE(status == GNTST_bad_gntref || status == GNTST_bad_domain); /* itself */
    }
    EXPECT_EQ(grant_op(GNTTABOP_query_size, &size, 1), 0);
    EXPECT_EQ(size.status, GNTST_permission_denied);
    fill_hole(hole);
}
