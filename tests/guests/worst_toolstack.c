/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The toolstack's calls at their worst arguments, by dom0, with another domain beside it: how long
 * interrupts are masked is measured from outside (test_stretches.py).
 */
#include "clock.h"
#include "core.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "row.h"
#include "test.h"
#include "toolstack.h"

#define VCPUS        8u
#define FOREIGN      32u
#define GRANT_FRAMES 16u
#define OTHER        1u

static struct xen_domctl op;
static struct xen_sysctl sys;

/* ---- The machine ---- */

static int32_t machine(uint32_t cmd) {
    sysctl_begin(&sys, cmd);
    return sysctl(&sys);
}

static int32_t keys(const char *text, uint32_t count) {
    sysctl_begin(&sys, XEN_SYSCTL_debug_keys);
    sys.u.debug_keys.keys.q = (uint32_t)text;
    sys.u.debug_keys.nr_keys = count;
    return sysctl(&sys);
}

static int32_t read_log(uint32_t count, bool clear) {
    static char text[20000];

    sysctl_begin(&sys, XEN_SYSCTL_readconsole);
    sys.u.readconsole.buffer.q = (uint32_t)text;
    sys.u.readconsole.count = count;
    sys.u.readconsole.clear = clear;
    return sysctl(&sys);
}

TEST(the_machine) {
    static struct xen_sysctl_cputopo cpu;
    static struct xen_sysctl_meminfo memory;
    static struct xen_sysctl_cpuinfo idle;
    static uint32_t distance;

    EXPECT_EQ(ROW("sysctl physinfo", machine(XEN_SYSCTL_physinfo)), 0);
    EXPECT_EQ(ROW("sysctl sched_id", machine(XEN_SYSCTL_sched_id)), 0);
    EXPECT_EQ(ROW("sysctl availheap", machine(XEN_SYSCTL_availheap)), 0);
    EXPECT_EQ(ROW("sysctl debug_keys", keys("hdihdi", 6)), 0);
    EXPECT_EQ(ROW("sysctl readconsole", read_log(20000, true)), 0);
    sysctl_begin(&sys, XEN_SYSCTL_getcpuinfo);
    sys.u.getcpuinfo.max_cpus = 1024;
    sys.u.getcpuinfo.info.q = (uint32_t)&idle;
    EXPECT_EQ(ROW("sysctl getcpuinfo", sysctl(&sys)), 0);
    sysctl_begin(&sys, XEN_SYSCTL_cputopoinfo);
    sys.u.cputopoinfo.num_cpus = 1024;
    sys.u.cputopoinfo.cputopo.q = (uint32_t)&cpu;
    EXPECT_EQ(ROW("sysctl cputopoinfo", sysctl(&sys)), 0);
    sysctl_begin(&sys, XEN_SYSCTL_numainfo);
    sys.u.numainfo.num_nodes = 1024;
    sys.u.numainfo.meminfo.q = (uint32_t)&memory;
    sys.u.numainfo.distance.q = (uint32_t)&distance;
    EXPECT_EQ(ROW("sysctl numainfo", sysctl(&sys)), 0);
}

TEST(pools) {
    static uint8_t cpus[128];

    sysctl_begin(&sys, XEN_SYSCTL_cpupool_op);
    sys.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_INFO;
    sys.u.cpupool_op.cpumap.nr_bits = 1024;
    sys.u.cpupool_op.cpumap.bitmap.q = (uint32_t)cpus;
    EXPECT_EQ(ROW("sysctl cpupool_op", sysctl(&sys)), 0);
    sysctl_begin(&sys, XEN_SYSCTL_scheduler_op);
    sys.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
    sys.u.scheduler_op.cmd = XEN_SYSCTL_SCHEDOP_getinfo;
    EXPECT_EQ(ROW("sysctl scheduler_op", sysctl(&sys)), 0);
}

/* ---- Domains ---- */

static int32_t bitmap_op(uint32_t cmd, domid_t id, uint32_t kinds) {
    static uint8_t bits[128] = {1};

    domctl_begin(&op, cmd, id);
    if (cmd == XEN_DOMCTL_setnodeaffinity || cmd == XEN_DOMCTL_getnodeaffinity) {
        op.u.nodeaffinity.nodemap.nr_bits = 1024;
        op.u.nodeaffinity.nodemap.bitmap.q = (uint32_t)bits;
    } else {
        op.u.vcpuaffinity.flags = kinds;
        op.u.vcpuaffinity.cpumap_hard.nr_bits = 1024;
        op.u.vcpuaffinity.cpumap_hard.bitmap.q = (uint32_t)bits;
        op.u.vcpuaffinity.cpumap_soft = op.u.vcpuaffinity.cpumap_hard;
    }
    return domctl(&op);
}

static int32_t get_context(domid_t id) {
    static struct vcpu_guest_context context;

    domctl_begin(&op, XEN_DOMCTL_getvcpucontext, id);
    op.u.vcpucontext.ctxt.q = (uint32_t)&context;
    return domctl(&op);
}

static int32_t weights(domid_t id) {
    domctl_scheduler(&op, id, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_putinfo);
    op.u.scheduler_op.u.credit2.weight = 65535;
    op.u.scheduler_op.u.credit2.cap = 799;
    return domctl(&op);
}

static int32_t move(domid_t id, uint32_t pool) {
    sysctl_begin(&sys, XEN_SYSCTL_cpupool_op);
    sys.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN;
    sys.u.cpupool_op.domid = id;
    sys.u.cpupool_op.cpupool_id = pool;
    return sysctl(&sys);
}

static int32_t budgets(domid_t id, uint32_t cmd) {
    static xen_domctl_schedparam_vcpu_t list[VCPUS];

    domctl_scheduler(&op, id, XEN_SCHEDULER_RTDS, cmd);
    op.u.scheduler_op.u.v.nr_vcpus = VCPUS;
    op.u.scheduler_op.u.v.vcpus.q = (uint32_t)list;
    for (uint32_t i = 0; i < VCPUS; i++) {
        list[i].vcpuid = i;
    }
    return domctl(&op);
}

static void expect_realtime(domid_t id) {
    EXPECT_EQ(ROW("sysctl cpupool_op: eight vCPUs move", move(id, 1)), 0);
    EXPECT_EQ(ROW("domctl scheduler_op: eight vCPUs' budgets read",
                  budgets(id, XEN_DOMCTL_SCHEDOP_getvcpuinfo)),
              0);
    EXPECT_EQ(ROW("domctl scheduler_op: eight vCPUs' budgets",
                  budgets(id, XEN_DOMCTL_SCHEDOP_putvcpuinfo)),
              0);
    EXPECT_EQ(ROW("sysctl cpupool_op: eight vCPUs move back", move(id, 0)), 0);
}

static int32_t pool(domid_t id, uint64_t size) {
    domctl_begin(&op, XEN_DOMCTL_set_paging_mempool_size, id);
    op.u.paging_mempool.size = size;
    return domctl(&op);
}

static int32_t flush(domid_t id) {
    domctl_begin(&op, XEN_DOMCTL_cacheflush, id);
    op.u.cacheflush.nr_pfns = 1u << 18;
    return domctl(&op);
}

static int32_t width(domid_t id) {
    domctl_begin(&op, XEN_DOMCTL_set_address_size, id);
    op.u.address_size.size = 32;
    return domctl(&op);
}

static int32_t list(void) {
    static struct xen_domctl_getdomaininfo all[16];

    sysctl_begin(&sys, XEN_SYSCTL_getdomaininfolist);
    sys.u.getdomaininfolist.max_domains = 16;
    sys.u.getdomaininfolist.buffer.q = (uint32_t)all;
    return sysctl(&sys);
}

static void expect_answers(domid_t id) {
    EXPECT_EQ(ROW("domctl getvcpuinfo", domctl_simple(XEN_DOMCTL_getvcpuinfo, id)), 0);
    EXPECT_EQ(ROW("domctl setvcpuaffinity", bitmap_op(XEN_DOMCTL_setvcpuaffinity, id, 3)), 0);
    EXPECT_EQ(ROW("domctl getvcpuaffinity", bitmap_op(XEN_DOMCTL_getvcpuaffinity, id, 3)), 0);
    EXPECT_EQ(ROW("domctl setnodeaffinity", bitmap_op(XEN_DOMCTL_setnodeaffinity, id, 0)), 0);
    EXPECT_EQ(ROW("domctl getnodeaffinity", bitmap_op(XEN_DOMCTL_getnodeaffinity, id, 0)), 0);
    EXPECT_EQ(ROW("domctl scheduler_op: eight vCPUs", weights(id)), 0);
    EXPECT_EQ(ROW("domctl max_mem", domctl_simple(XEN_DOMCTL_max_mem, id)), 0);
    EXPECT_EQ(ROW("domctl set_paging_mempool_size", pool(id, 1u << 21)), 0);
    EXPECT_EQ(ROW("domctl get_paging_mempool_size",
                  domctl_simple(XEN_DOMCTL_get_paging_mempool_size, id)),
              0);
    EXPECT_EQ(ROW("domctl cacheflush", flush(id)), 0);
    EXPECT_EQ(ROW("domctl set_address_size", width(id)), 0);
    EXPECT_EQ(ROW("domctl setdomainhandle", domctl_simple(XEN_DOMCTL_setdomainhandle, id)), 0);
    EXPECT_EQ(ROW("domctl getdomaininfo: eight vCPUs", domctl_simple(XEN_DOMCTL_getdomaininfo, id)),
              0);
    EXPECT_EQ(ROW("sysctl getdomaininfolist", list()), 0);
}

/* The first @count frames of its grant table. */
static int32_t acquire_table(domid_t id, uint32_t count, uint32_t place) {
    static xen_pfn_t list[GRANT_FRAMES];
    struct xen_mem_acquire_resource r = {
        .domid = id, .type = XENMEM_resource_grant_table, .nr_frames = count};

    for (uint32_t i = 0; i < count; i++) {
        list[i] = place + i;
    }
    r.frame_list.q = (uint32_t)list;
    return memory_op(XENMEM_acquire_resource, &r);
}

/* As many frames as a call names, in the place of its own, with a table entry for each that is left
 * when they go. */
static void expect_foreign(domid_t id) {
    static uint64_t from[FOREIGN], to[FOREIGN];
    static int errors[FOREIGN];
    struct xen_add_to_physmap_batch b = {.domid = DOMID_SELF,
                                         .space = XENMAPSPACE_gmfn_foreign,
                                         .size = FOREIGN,
                                         .u.foreign_domid = id};
    uint32_t hole = page_gpa(page_alloc(FOREIGN)) >> 12;

    for (uint32_t i = 0; i < FOREIGN; i++) {
        from[i] = (PV_RAM_GPA >> 12) + i;
        to[i] = hole + i;
    }
    b.idxs.q = (uint32_t)from;
    b.gpfns.q = (uint32_t)to;
    b.errs.q = (uint32_t)errors;
    EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_decrease_reservation, hole, FOREIGN, 0), FOREIGN);
    EXPECT_EQ(ROW("memory_op add_to_physmap_batch", memory_op(XENMEM_add_to_physmap_batch, &b)), 0);
    EXPECT_EQ(errors[FOREIGN - 1], 0);
    for (uint32_t i = 0; i < 8; i++) {
        EXPECT_EQ(pt_map(KERNEL_WINDOW + i * PAGE_SIZE, core_small(hole << 12, CORE_READ_WRITE)),
                  0);
    }
    EXPECT_EQ(ROW("memory_op acquire_resource", acquire_table(id, GRANT_FRAMES, hole + 1)), 0);
    EXPECT_EQ(ROW("memory_op remove_from_physmap: mapped", unmap_foreign(hole)), 0);
    EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_populate_physmap, hole, 1, 0), 1);
}

#define GRANTS 63u

static uint64_t granted[GRANTS]; /* machine addresses */

/* @id's first frames, granted to the caller by entries 8 and on of its table, which is at @table.
 */
static void offer(volatile struct grant_entry_v1 *table) {
    for (uint32_t i = 0; i < GRANTS; i++) {
        table[8 + i].domid = 0;
        table[8 + i].frame = (PV_RAM_GPA >> 12) + i;
        table[8 + i].flags = GTF_permit_access;
    }
}

/* Each copy goes to what the next one comes from, and has to be shifted. */
static void expect_copies(domid_t id) {
    static struct gnttab_copy copy[GRANTS];
    static struct gnttab_cache_flush flush[GRANTS];

    for (uint32_t i = 0; i < GRANTS; i++) {
        copy[i] =
            (struct gnttab_copy){.source = {.u.ref = 8 + i, .domid = id, .offset = 1},
                                 .dest = {.u.ref = 8 + (i + 1) % GRANTS, .domid = id, .offset = 2},
                                 .len = PAGE_SIZE - 2,
                                 .flags = GNTCOPY_source_gref | GNTCOPY_dest_gref};
    }
    EXPECT_EQ(ROW("grant_table_op copy: of another", grant_op(GNTTABOP_copy, copy, GRANTS)), 0);
    EXPECT_EQ(copy[GRANTS - 1].status, GNTST_okay);
    for (uint32_t i = 0; i < GRANTS; i++) {
        flush[i] = (struct gnttab_cache_flush){.a.dev_bus_addr = granted[i],
                                               .length = PAGE_SIZE,
                                               .op = GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL};
    }
    EXPECT_EQ(ROW("grant_table_op cache_flush: of another",
                  grant_op(GNTTABOP_cache_flush, flush, GRANTS)),
              0);
}

/* In places of the caller's own, each with an entry of its tables that is left when they go. */
static void expect_grants(domid_t id) {
    static struct gnttab_map_grant_ref map[GRANTS];
    static struct gnttab_unmap_grant_ref unmap[GRANTS];
    volatile struct grant_entry_v1 *table = page_alloc(1 + GRANTS);
    uint32_t first = page_gpa((const void *)table);

    EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_decrease_reservation, first >> 12, 1 + GRANTS, 0),
              1 + GRANTS);
    EXPECT_EQ(acquire_table(id, 1, first >> 12), 0);
    offer(table);
    for (uint32_t i = 0; i < GRANTS; i++) {
        map[i] = (struct gnttab_map_grant_ref){.host_addr = first + (1 + i) * PAGE_SIZE,
                                               .flags = GNTMAP_host_map,
                                               .ref = 8 + i,
                                               .dom = id};
    }
    EXPECT_EQ(ROW("grant_table_op map_grant_ref: of another",
                  grant_op(GNTTABOP_map_grant_ref, map, GRANTS)),
              0);
    for (uint32_t i = 0; i < GRANTS; i++) {
        EXPECT_EQ(map[i].status, GNTST_okay);
        granted[i] = map[i].dev_bus_addr;
        unmap[i] =
            (struct gnttab_unmap_grant_ref){.host_addr = map[i].host_addr, .handle = map[i].handle};
        EXPECT_EQ(pt_map(KERNEL_WINDOW + i * PAGE_SIZE,
                         core_small((uint32_t)map[i].host_addr, CORE_READ_WRITE)),
                  0);
    }
    expect_copies(id);
    EXPECT_EQ(ROW("grant_table_op unmap_grant_ref: in use",
                  grant_op(GNTTABOP_unmap_grant_ref, unmap, GRANTS)),
              0);
    EXPECT_EQ(unmap[GRANTS - 1].status, GNTST_okay);
    EXPECT_EQ(unmap_foreign(first >> 12), 0);
    EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_populate_physmap, first >> 12, 1 + GRANTS, 0),
              1 + GRANTS);
}

static void expect_memory(domid_t id) {
    struct xen_memory_reservation claim = {.domid = id};
    struct xen_pod_target pod = {.domid = id};

    EXPECT_EQ(domctl_max_mem(id, 9), 0);
    EXPECT_EQ(ROW("memory_op populate_physmap: 8 MiB for another",
                  memory_extents(id, XENMEM_populate_physmap, PV_RAM_GPA >> 12, 4, 9)),
              4);
    EXPECT_EQ(ROW("memory_op populate_physmap: outside its bank",
                  memory_extents(id, XENMEM_populate_physmap, 0x39000, 64, 0)),
              64);
    EXPECT_EQ(ROW("memory_op decrease_reservation: of another",
                  memory_extents(id, XENMEM_decrease_reservation, (PV_RAM_GPA >> 12) + 1792, 1, 8)),
              1);
    EXPECT_EQ(ROW("memory_op decrease_reservation: outside its bank",
                  memory_extents(id, XENMEM_decrease_reservation, 0x39000, 64, 0)),
              64);
    expect_foreign(id);
    expect_grants(id);
    EXPECT_TRUE(ROW("memory_op maximum_gpfn", memory_op(XENMEM_maximum_gpfn, &id)) > 0);
    EXPECT_EQ(ROW("memory_op claim_pages", memory_op(XENMEM_claim_pages, &claim)), 0);
    EXPECT_EQ(ROW("memory_op get_pod_target", memory_op(XENMEM_get_pod_target, &pod)), 0);
    EXPECT_EQ(ROW("memory_op set_pod_target", memory_op(XENMEM_set_pod_target, &pod)), 0);
    EXPECT_EQ(
        ROW("memory_op get_sharing_freed_pages", memory_op(XENMEM_get_sharing_freed_pages, NULL)),
        0);
    EXPECT_EQ(
        ROW("memory_op get_sharing_shared_pages", memory_op(XENMEM_get_sharing_shared_pages, NULL)),
        0);
}

#define HOARDERS 10u
#define HOARD    64u /* MiB */

/* A domain of HOARD MiB, or of what there is; true: it got all that. */
static bool hoard(domid_t *id) {
    *id = (domid_t)domctl_create(1);
    EXPECT_EQ(domctl_max_mem(*id, HOARD), 0);
    return memory_extents(*id, XENMEM_populate_physmap, PV_RAM_GPA >> 12, HOARD / 2, 9) ==
           HOARD / 2;
}

/* All that there is: domains have had it, and it is not overwritten yet. */
TEST(memory_that_others_had) {
    domid_t id[HOARDERS];
    uint32_t count = 0;

    while (count < HOARDERS && hoard(&id[count])) {
        count++;
    }
    EXPECT_TRUE(count < HOARDERS);
    for (uint32_t i = 0; i <= count; i++) {
        EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, id[i]), 0);
    }
    id[0] = (domid_t)domctl_create(1);
    EXPECT_EQ(domctl_max_mem(id[0], 8), 0);
    EXPECT_EQ(ROW("memory_op populate_physmap: that others had",
                  memory_extents(id[0], XENMEM_populate_physmap, PV_RAM_GPA >> 12, 4, 9)),
              4);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, id[0]), 0);
}

TEST(a_domain) {
    domctl_begin_create(&op, VCPUS);
    EXPECT_EQ(ROW("domctl createdomain", domctl(&op)), 0);
    domid_t id = op.domain;
    EXPECT_EQ(ROW("domctl max_vcpus: eight", domctl_vcpus(id, VCPUS)), 0);
    EXPECT_EQ(ROW("domctl setvcpucontext", domctl_context(id, 0x40008000, 0)), 0);
    EXPECT_EQ(ROW("domctl getvcpucontext", get_context(id)), 0);
    expect_answers(id);
    expect_realtime(id);
    expect_memory(id);
    EXPECT_EQ(ROW("domctl pausedomain", domctl_simple(XEN_DOMCTL_pausedomain, id)), 0);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_unpausedomain, id), 0);
    EXPECT_EQ(ROW("domctl unpausedomain: the first", domctl_simple(XEN_DOMCTL_unpausedomain, id)),
              0);
    /* It has run to the end of its RAM; what it does is not the call's. */
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_pausedomain, id), 0);
    EXPECT_EQ(ROW("domctl resumedomain", domctl_simple(XEN_DOMCTL_resumedomain, id)), 0);
    EXPECT_EQ(ROW("domctl destroydomain", domctl_simple(XEN_DOMCTL_destroydomain, id)), 0);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_pausedomain, OTHER), 0);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_unpausedomain, OTHER), 0);
}

/* The row goes on after the guest's last instruction: the board ends. */
TEST(own_end) {
    row_begin("sched_op shutdown: of a toolstack");
}
