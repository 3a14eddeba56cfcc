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
