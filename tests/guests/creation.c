/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As dom0: all calls by which xl makes a domain, in its order, and those of the store's daemon.  It
 * is killed after its first call, its second, and so on, and in the middle of each: what it left is
 * seen, can be destroyed, and takes nothing with it.
 */
#include <setjmp.h>
#include <string.h>

#include "call.h"
#include "clock.h"
#include "core.h"
#include "event.h"
#include "hole.h"
#include "layout.h"
#include "pt.h"
#include "random.h"
#include "test.h"
#include "toolstack.h"

#define RAM       (PV_RAM_GPA >> 12) /* first frame of a domain that is made */
#define MAGIC     0x39000u           /* its console's page, and behind it its store's */
#define HOLES     4u                 /* places of dom0's for others' frames */
#define CALLS_MAX 100u
#define STORE_REF 1u
#define LOOP      0xeafffffeu /* b . */

/* ---- Calls that are counted ---- */

static jmp_buf killed;
static uint32_t left;     /* calls until it is killed */
static uint32_t calls;    /* made so far */
static uint32_t given_ns; /* the last one is given up after so long; 0: it is not */
static uint32_t given_up; /* how many were */

static int32_t issue(uint32_t number, uint32_t a, uint32_t b, uint32_t c) {
    static struct call call;

    if (left == 0) {
        longjmp(killed, 1);
    }
    left--;
    calls++;
    call = (struct call){.number = number, .args = {a, b, c}};
    if (left > 0 || !given_ns) {
        call_issue(&call);
    } else if (!call_issue_until(&call, given_ns)) {
        given_up++;
        longjmp(killed, 1);
    }
    return call.result;
}

/* ---- What is made, and what dom0 has of it ---- */

static struct {
    domid_t id;
    bool is_mapped[HOLES];
    struct gnttab_map_grant_ref map;     /* the store's mapping; its handle is ~0 without one */
    struct evtchn_bind_interdomain bind; /* its channel; the local port is 0 without one */
    uint32_t remote;                     /* the domain's end of it */
} made;

static volatile uint32_t *hole[HOLES];
#define OTHER 1u /* a domain that was there before */

static struct xen_domctl op;

static void domctl_now(void) {
    EXPECT_EQ(issue(__HYPERVISOR_domctl, (uint32_t)&op, 0, 0), 0);
}

static void simple(uint32_t cmd) {
    domctl_begin(&op, cmd, made.id);
    domctl_now();
}

static void set_param(uint32_t index, uint64_t value) {
    static struct xen_hvm_param param;

    param = (struct xen_hvm_param){.domid = made.id, .index = index, .value = value};
    EXPECT_EQ(issue(__HYPERVISOR_hvm_op, HVMOP_set_param, (uint32_t)&param, 0), 0);
}

static void populate(uint32_t first, uint32_t count, uint32_t order) {
    static struct xen_memory_reservation r;
    static xen_pfn_t list[8];

    for (uint32_t i = 0; i < count; i++) {
        list[i] = first + (i << order);
    }
    r = (struct xen_memory_reservation){
        .nr_extents = count, .extent_order = order, .domid = made.id};
    set_xen_guest_handle(r.extent_start, list);
    EXPECT_EQ(issue(__HYPERVISOR_memory_op, XENMEM_populate_physmap, (uint32_t)&r, 0),
              (int32_t)count);
}

/* @count frames from @first on, in the holes. */
static void map_frames(uint32_t first, uint32_t count) {
    static struct xen_add_to_physmap_batch b;
    static uint64_t from[HOLES], to[HOLES];
    static int errors[HOLES];

    for (uint32_t i = 0; i < count; i++) {
        from[i] = first + i;
        to[i] = frame_of(hole[i]);
        errors[i] = 1;
        made.is_mapped[i] = true; /* it may be */
    }
    b = (struct xen_add_to_physmap_batch){.domid = DOMID_SELF,
                                          .space = XENMAPSPACE_gmfn_foreign,
                                          .size = (uint16_t)count,
                                          .u.foreign_domid = made.id};
    set_xen_guest_handle(b.idxs, from);
    set_xen_guest_handle(b.gpfns, to);
    set_xen_guest_handle(b.errs, errors);
    EXPECT_EQ(issue(__HYPERVISOR_memory_op, XENMEM_add_to_physmap_batch, (uint32_t)&b, 0), 0);
    EXPECT_EQ(errors[count - 1], 0);
}

static void unmap_frame(uint32_t i) {
    static struct xen_remove_from_physmap r;

    r = (struct xen_remove_from_physmap){.domid = DOMID_SELF, .gpfn = frame_of(hole[i])};
    EXPECT_EQ(issue(__HYPERVISOR_memory_op, XENMEM_remove_from_physmap, (uint32_t)&r, 0), 0);
    made.is_mapped[i] = false;
}

/* ---- The calls, as libxl makes them ---- */

static void create_domain(void) {
    domctl_begin_create(&op, 1);
    domctl_now();
    made.id = op.domain;
    simple(XEN_DOMCTL_getdomaininfo);
    domctl_begin(&op, XEN_DOMCTL_max_vcpus, made.id);
    op.u.max_vcpus.max = 1;
    domctl_now();
    domctl_begin(&op, XEN_DOMCTL_max_mem, made.id);
    op.u.max_mem.max_memkb = 5 << 10;
    domctl_now();
}

static uint32_t alloc_unbound(void) {
    static struct evtchn_alloc_unbound alloc;

    alloc = (struct evtchn_alloc_unbound){.dom = made.id, .remote_dom = 0};
    EXPECT_EQ(issue(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, (uint32_t)&alloc, 0), 0);
    return alloc.port;
}

static void set_sizes(void) {
    domctl_begin(&op, XEN_DOMCTL_set_paging_mempool_size, made.id);
    op.u.paging_mempool.size = 1u << 20;
    domctl_now();
    set_param(HVM_PARAM_CALLBACK_IRQ, 0x020000000000021full);
    domctl_begin(&op, XEN_DOMCTL_set_address_size, made.id);
    op.u.address_size.size = 32;
    domctl_now();
}

static void flush(void) {
    domctl_begin(&op, XEN_DOMCTL_cacheflush, made.id);
    op.u.cacheflush.start_pfn = RAM;
    op.u.cacheflush.nr_pfns = 512;
    domctl_now();
}

static void bring_image(void) {
    map_frames(RAM + 8, HOLES);
    hole[0][0] = LOOP;
    for (uint32_t i = 0; i < HOLES; i++) {
        unmap_frame(i);
    }
}

static void clear_magic(void) {
    for (uint32_t i = 0; i < 4; i++) {
        map_frames(MAGIC + i, 1);
        memset((void *)hole[0], 0, PAGE_SIZE);
        unmap_frame(0);
        flush();
    }
}

static void set_context(void) {
    static struct vcpu_guest_context context;

    memset(&context, 0, sizeof(context));
    context.flags = VGCF_online;
    context.user_regs.pc32 = PV_RAM_GPA + 0x8000;
    context.user_regs.cpsr = 0x1d3; /* SVC, masked */
    domctl_begin(&op, XEN_DOMCTL_setvcpucontext, made.id);
    op.u.vcpucontext.ctxt.q = (uint32_t)&context;
    domctl_now();
}

/* The console's page and the store's are granted to dom0. */
static void seed_grants(void) {
    static struct xen_mem_acquire_resource r;
    static xen_pfn_t frame;

    frame = frame_of(hole[1]);
    r = (struct xen_mem_acquire_resource){
        .domid = made.id, .type = XENMEM_resource_grant_table, .nr_frames = 1};
    set_xen_guest_handle(r.frame_list, &frame);
    made.is_mapped[1] = true;
    EXPECT_EQ(issue(__HYPERVISOR_memory_op, XENMEM_acquire_resource, (uint32_t)&r, 0), 0);
    volatile struct grant_entry_v1 *table = (volatile struct grant_entry_v1 *)hole[1];
    for (uint32_t i = 0; i < 2; i++) {
        table[i].domid = 0;
        table[i].frame = MAGIC + i;
        table[i].flags = GTF_permit_access;
    }
    unmap_frame(1);
}

static void set_scheduler(void) {
    domctl_scheduler(&op, made.id, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_getinfo);
    domctl_now();
    op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_putinfo;
    domctl_now();
}

/* xenstored has the page and the channel.  A call that was done when it was given up has said here
 * what it made. */
static void introduce(void) {
    struct gnttab_map_grant_ref *map = &made.map;
    struct evtchn_bind_interdomain *bind = &made.bind;

    *map = (struct gnttab_map_grant_ref){.host_addr = page_gpa((const void *)hole[2]),
                                         .flags = GNTMAP_host_map,
                                         .ref = STORE_REF,
                                         .dom = made.id,
                                         .handle = ~0u};
    EXPECT_EQ(issue(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, (uint32_t)map, 1), 0);
    EXPECT_EQ(map->status, GNTST_okay);
    *bind = (struct evtchn_bind_interdomain){.remote_dom = made.id, .remote_port = made.remote};
    EXPECT_EQ(issue(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain, (uint32_t)bind, 0),
              0);
}

static void create(void) {
    create_domain();
    made.remote = alloc_unbound();
    (void)alloc_unbound();
    set_sizes();
    populate(RAM, 2, 9);
    bring_image();
    populate(MAGIC, 4, 0);
    clear_magic();
    set_param(HVM_PARAM_CONSOLE_PFN, MAGIC);
    set_param(HVM_PARAM_STORE_PFN, MAGIC + 1);
    set_param(HVM_PARAM_STORE_EVTCHN, made.remote);
    set_context();
    flush();
    seed_grants();
    set_scheduler();
    introduce();
    simple(XEN_DOMCTL_unpausedomain);
}

/* ---- The end ---- */

static struct xen_domctl_getdomaininfo listed[8];

static uint32_t list(void) {
    struct xen_sysctl s;

    sysctl_begin(&s, XEN_SYSCTL_getdomaininfolist);
    s.u.getdomaininfolist.max_domains = 8;
    s.u.getdomaininfolist.buffer.q = (uint32_t)listed;
    EXPECT_EQ(sysctl(&s), 0);
    return s.u.getdomaininfolist.num_domains;
}

/* What the kernel does with the mappings of a process that is gone, and a daemon with those of a
 * domain that is.  A call that was given up may or may not have mapped something. */
static void let_go(void) {
    for (uint32_t i = 0; i < HOLES; i++) {
        if (made.is_mapped[i]) {
            int32_t err = unmap_foreign(frame_of(hole[i]));

            EXPECT_TRUE(err == 0 || err == -XEN_ENOENT);
        }
    }
    if (made.map.handle != ~0u) {
        struct gnttab_unmap_grant_ref unmap = {.host_addr = page_gpa((const void *)hole[2]),
                                               .handle = made.map.handle};

        EXPECT_EQ(grant_op(GNTTABOP_unmap_grant_ref, &unmap, 1), 0);
        EXPECT_EQ(unmap.status, GNTST_okay);
    }
    if (made.bind.local_port) {
        EXPECT_EQ(event_close(made.bind.local_port), 0);
    }
}

/* Destroyed by who finds it in the list; at most one. */
static void destroy_what_is_left(uint32_t others) {
    uint32_t count = list();

    EXPECT_TRUE(count <= others + 1);
    for (uint32_t i = others; i < count; i++) {
        EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, listed[i].domain), 0);
    }
    EXPECT_EQ(list(), others);
}

/* A domain that was made and not even listed goes when the next is asked for, here one that is
 * refused since there is such a domain. */
static void forget_what_is_not_listed(void) {
    struct xen_domctl create;

    domctl_begin_create(&create, 1);
    create.domain = OTHER;
    EXPECT_EQ(domctl(&create), -XEN_EEXIST);
}

/* The whole of it, killed after @count calls, or in the middle of the last of them. */
static bool run(uint32_t count, uint32_t ns) {
    volatile bool is_whole = false;

    memset(&made, 0, sizeof(made));
    made.map.handle = ~0u;
    left = count;
    calls = 0;
    given_ns = ns;
    if (setjmp(killed) == 0) {
        create();
        is_whole = true;
    }
    return is_whole;
}

static void prepare(void) {
    for (uint32_t i = 0; i < HOLES; i++) {
        hole[i] = make_hole();
    }
}

TEST(others_settle) {
    clock_sleep(50 * NS_PER_MS);
    prepare();
}

/* The mappings go before the domain and after it, in turn. */
TEST(killed_after_each_call) {
    uint64_t before = sysctl_free_frames();
    uint32_t others = list();
    bool is_whole = false;

    for (uint32_t n = 0; !is_whole && n < CALLS_MAX; n++) {
        is_whole = run(n, 0);
        if (n % 2) {
            let_go();
        }
        destroy_what_is_left(others);
        if (n % 2 == 0) {
            let_go();
        }
        expect_free(before);
    }
    EXPECT_TRUE(is_whole);
    EXPECT_TRUE(calls >= 40);
}

/* A call that gave way is not gone on with: nobody ever comes back to it. */
TEST(killed_within_each_call) {
    uint64_t before = sysctl_free_frames();
    uint32_t others = list();
    uint32_t seed = 1;
    uint32_t whole;

    EXPECT_TRUE(run(CALLS_MAX, 0));
    whole = calls;
    destroy_what_is_left(others);
    let_go();
    expect_free(before);
    for (uint32_t n = 1; n <= whole; n++) {
        (void)run(n, 300 + random_next(&seed) % 4000);
        let_go();
        destroy_what_is_left(others);
        forget_what_is_not_listed();
        expect_free(before);
    }
    EXPECT_TRUE(given_up >= 5);
    EXPECT_TRUE(run(CALLS_MAX, 0));
    destroy_what_is_left(others);
    let_go();
    expect_free(before);
}
