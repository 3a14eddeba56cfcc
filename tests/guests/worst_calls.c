/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every call that has nothing to do with tables, at its worst arguments: how long interrupts are
 * masked is measured from outside (test_stretches.py).
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "pt.h"
#include "row.h"
#include "test.h"
#include "trap.h"
#include "user.h"

#define FRAMES 1024u

static xen_pfn_t frames[FRAMES];

/* ---- Versions, parameters, time ---- */

static int32_t version(uint32_t command, void *argument) {
    return hypercall_op(__HYPERVISOR_xen_version, command, argument);
}

TEST(versions) {
    static uint64_t buffer[256];
    struct xen_feature_info features = {.submap_idx = 0};

    EXPECT_TRUE(ROW("xen_version version", version(XENVER_version, NULL)) > 0);
    EXPECT_EQ(ROW("xen_version extraversion", version(XENVER_extraversion, buffer)), 0);
    EXPECT_EQ(ROW("xen_version compile_info", version(XENVER_compile_info, buffer)), 0);
    EXPECT_EQ(ROW("xen_version capabilities", version(XENVER_capabilities, buffer)), 0);
    EXPECT_EQ(ROW("xen_version changeset", version(XENVER_changeset, buffer)), 0);
    EXPECT_EQ(ROW("xen_version platform_parameters", version(XENVER_platform_parameters, buffer)),
              0);
    EXPECT_EQ(ROW("xen_version get_features", version(XENVER_get_features, &features)), 0);
    EXPECT_EQ(ROW("xen_version pagesize", version(XENVER_pagesize, NULL)), 4096);
    EXPECT_EQ(ROW("xen_version guest_handle", version(XENVER_guest_handle, buffer)), 0);
    EXPECT_EQ(ROW("xen_version commandline", version(XENVER_commandline, buffer)), 0);
    EXPECT_EQ(ROW("xen_version build_id", version(XENVER_build_id, buffer)), -XEN_EPERM);
}

TEST(parameters) {
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = HVM_PARAM_CONSOLE_PFN};

    EXPECT_EQ(ROW("hvm_op get_param", hypercall_op(__HYPERVISOR_hvm_op, HVMOP_get_param, &param)),
              0);
    param = (struct xen_hvm_param){.domid = DOMID_SELF, .index = HVM_PARAM_CALLBACK_IRQ};
    EXPECT_EQ(ROW("hvm_op set_param", hypercall_op(__HYPERVISOR_hvm_op, HVMOP_set_param, &param)),
              0);
}

TEST(grants) {
    static struct gnttab_map_grant_ref map[64];
    static struct gnttab_unmap_grant_ref unmap[64];
    static uint64_t list[64];
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 16};
    struct gnttab_query_size size = {.dom = DOMID_SELF};
    struct gnttab_set_version version = {.version = 1};
    struct gnttab_get_version get = {.dom = DOMID_SELF};

    EXPECT_EQ(ROW("grant_table_op query_size", grant_op(GNTTABOP_query_size, &size, 1)), 0);
    EXPECT_EQ(size.max_nr_frames, 16);
    set_xen_guest_handle(setup.frame_list, list);
    EXPECT_EQ(ROW("grant_table_op setup_table", grant_op(GNTTABOP_setup_table, &setup, 1)), 0);
    EXPECT_EQ(setup.status, GNTST_okay);
    EXPECT_EQ(ROW("grant_table_op set_version", grant_op(GNTTABOP_set_version, &version, 1)), 0);
    EXPECT_EQ(ROW("grant_table_op get_version", grant_op(GNTTABOP_get_version, &get, 1)), 0);
    for (unsigned int i = 0; i < 64; i++) {
        map[i] = (struct gnttab_map_grant_ref){.flags = GNTMAP_host_map, .dom = 7};
        unmap[i].handle = i;
    }
    EXPECT_EQ(
        ROW("grant_table_op map_grant_ref: of nobody", grant_op(GNTTABOP_map_grant_ref, map, 64)),
        0);
    EXPECT_EQ(map[63].status, GNTST_bad_gntref);
    EXPECT_EQ(ROW("grant_table_op unmap_grant_ref: of nothing",
                  grant_op(GNTTABOP_unmap_grant_ref, unmap, 64)),
              0);
    EXPECT_EQ(unmap[63].status, GNTST_bad_handle);
}

/* A page whose bytes have to be shifted: by frame, within the caller's memory. */
TEST(copies) {
    static struct gnttab_copy copy[64];
    static struct gnttab_cache_flush flush[64];
    uint32_t frame = page_gpa(page_alloc(2)) >> 12;

    for (unsigned int i = 0; i < 64; i++) {
        copy[i] =
            (struct gnttab_copy){.source = {.u.gmfn = frame, .domid = DOMID_SELF, .offset = 1},
                                 .dest = {.u.gmfn = frame + 1, .domid = DOMID_SELF, .offset = 2},
                                 .len = PAGE_SIZE - 2};
        flush[i] = (struct gnttab_cache_flush){.length = PAGE_SIZE,
                                               .op = GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL};
    }
    EXPECT_EQ(ROW("grant_table_op copy: of its own", grant_op(GNTTABOP_copy, copy, 64)), 0);
    EXPECT_EQ(copy[63].status, GNTST_okay);
    EXPECT_EQ(
        ROW("grant_table_op cache_flush: of no RAM", grant_op(GNTTABOP_cache_flush, flush, 64)),
        -XEN_EINVAL);
}

TEST(timers) {
    struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = clock_ns() + 10 * NS_PER_S};
    uint64_t at = clock_ns() + 20 * NS_PER_S;

    EXPECT_EQ(ROW("vcpu_op set_singleshot_timer: the earliest of all",
                  vcpu_op(VCPUOP_set_singleshot_timer, 0, &timer)),
              0);
    EXPECT_EQ(ROW("vcpu_op stop_singleshot_timer", vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL)),
              0);
    EXPECT_EQ(ROW("vcpu_op stop_periodic_timer", vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL)), 0);
    EXPECT_EQ(ROW("set_timer_op",
                  hypercall2(__HYPERVISOR_set_timer_op, (uint32_t)at, (uint32_t)(at >> 32))),
              0);
    EXPECT_EQ(hypercall2(__HYPERVISOR_set_timer_op, 0, 0), 0);
}

/* The timer's interrupt up to the upcall, out of user code with a VFP that somebody else has. */
TEST(interrupts) {
    clock_expired = 0;
    EXPECT_EQ(clock_timer(clock_ns() + 200 * NS_PER_US, 0), 0);
    row_begin("interrupt: the timer's, in user code");
    EXPECT_TRAP(user_run(user_count, 0, 1000000), TRAP_SWI);
    row_end();
    EXPECT_EQ(clock_expired, 1);
}

/* ---- vCPUs ---- */

TEST(vcpus) {
    static struct vcpu_runstate_info runstate;
    struct vcpu_register_runstate_memory_area area;
    struct vcpu_register_vcpu_info info = {.mfn = PV_MAGIC_VCPU_GFN(0)};
    static uint8_t context[4096];

    memset(&area, 0, sizeof(area));
    set_xen_guest_handle(area.addr.h, &runstate);
    EXPECT_TRUE(ROW("vcpu_op initialise", vcpu_op(VCPUOP_initialise, 0, context)) < 0);
    EXPECT_EQ(ROW("vcpu_op up", vcpu_op(VCPUOP_up, 0, NULL)), 0);
    EXPECT_EQ(ROW("vcpu_op is_up", vcpu_op(VCPUOP_is_up, 0, NULL)), 1);
    EXPECT_EQ(ROW("vcpu_op get_runstate_info", vcpu_op(VCPUOP_get_runstate_info, 0, &runstate)), 0);
    EXPECT_EQ(ROW("vcpu_op register_runstate_memory_area",
                  vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area)),
              0);
    (void)ROW("vcpu_op register_vcpu_info", vcpu_op(VCPUOP_register_vcpu_info, 0, &info));
}

/* ---- The scheduler ---- */

static evtchn_port_t ports[128];

TEST(scheduling) {
    uint32_t receiver, sender = (uint32_t)event_loopback(&receiver);
    struct sched_poll poll = {.nr_ports = 128, .timeout = clock_ns() + NS_PER_MS};
    uint8_t mask;

    for (uint32_t i = 0; i < 128; i++) {
        ports[i] = receiver;
    }
    set_xen_guest_handle(poll.ports, ports);
    EXPECT_EQ(ROW("sched_op yield", sched_op(SCHEDOP_yield, NULL)), 0);
    mask = event_mask_all();
    EXPECT_EQ(ROW("sched_op poll: 128 ports, none pending", sched_op(SCHEDOP_poll, &poll)), 0);
    event_restore(mask);
    EXPECT_EQ(clock_timer(clock_ns() + NS_PER_MS, 0), 0);
    EXPECT_EQ(ROW("sched_op block", sched_op(SCHEDOP_block, NULL)), 0);
    EXPECT_EQ(ROW("sched_op shutdown_code",
                  sched_op(SCHEDOP_shutdown_code, &(struct sched_shutdown){.reason = 1})),
              0);
    EXPECT_EQ(event_close(sender), 0);
    EXPECT_EQ(event_close(receiver), 0);
}

/* ---- Event channels ---- */

/* All ports taken, those that have a partner by loopbacks.  Returns how many it took. */
static uint32_t take_all_ports(void) {
    uint32_t count = 0;
    uint32_t receiver;

    while (event_loopback(&receiver) > 0) {
        count++;
    }
    while (event_alloc_unbound(DOMID_SELF) > 0) {
        count++;
    }
    return count;
}

TEST(event_channels) {
    uint32_t receiver, sender = (uint32_t)event_loopback(&receiver);
    struct evtchn_bind_ipi ipi = {.vcpu = 0};
    struct evtchn_bind_pirq pirq = {.pirq = 0};
    struct evtchn_status status = {.dom = DOMID_SELF, .port = sender};
    struct evtchn_bind_vcpu bind = {.port = sender, .vcpu = 0};
    struct evtchn_unmask unmask = {.port = receiver};

    EXPECT_TRUE(take_all_ports() > 500);
    EXPECT_EQ(
        ROW("event_channel_op alloc_unbound: all ports in use", event_alloc_unbound(DOMID_SELF)),
        -XEN_ENOSPC);
    EXPECT_TRUE(ROW("event_channel_op bind_interdomain: all ports in use",
                    event_bind_interdomain(DOMID_SELF, sender)) < 0);
    EXPECT_TRUE(ROW("event_channel_op bind_virq: all ports in use", event_bind_virq(VIRQ_CONSOLE)) <
                0);
    EXPECT_TRUE(
        ROW("event_channel_op bind_ipi: all ports in use", event_op(EVTCHNOP_bind_ipi, &ipi)) < 0);
    EXPECT_TRUE(ROW("event_channel_op bind_pirq: all ports in use",
                    event_op(EVTCHNOP_bind_pirq, &pirq)) < 0);
    EXPECT_EQ(ROW("event_channel_op send", event_send(sender)), 0);
    EXPECT_EQ(ROW("event_channel_op status", event_op(EVTCHNOP_status, &status)), 0);
    (void)ROW("event_channel_op bind_vcpu", event_op(EVTCHNOP_bind_vcpu, &bind));
    event_set_masked(receiver, true);
    EXPECT_EQ(event_send(sender), 0);
    EXPECT_EQ(ROW("event_channel_op unmask: pending", event_op(EVTCHNOP_unmask, &unmask)), 0);
    EXPECT_EQ(ROW("event_channel_op close", event_close(sender)), 0);
    EXPECT_EQ(event_close(receiver), 0);
}

/* ---- Memory ---- */

static int32_t balloon(uint32_t command, uint32_t count) {
    struct xen_memory_reservation reservation = {.nr_extents = count, .domid = DOMID_SELF};

    set_xen_guest_handle(reservation.extent_start, frames);
    return memory_op(command, &reservation);
}

TEST(memory) {
    domid_t self = DOMID_SELF;
    struct xen_add_to_physmap map = {.domid = DOMID_SELF, .space = XENMAPSPACE_shared_info};
    uint8_t *area = page_alloc(FRAMES);

    /* Every other frame first: none of them is alone in its section then. */
    for (uint32_t i = 0; i < FRAMES; i++) {
        frames[i] = (page_gpa(area) >> 12) + (i * 2) % FRAMES + i * 2 / FRAMES;
    }
    EXPECT_TRUE(ROW("memory_op current_reservation", memory_op(XENMEM_current_reservation, &self)) >
                0);
    EXPECT_TRUE(ROW("memory_op maximum_reservation", memory_op(XENMEM_maximum_reservation, &self)) >
                0);
    EXPECT_EQ(ROW("memory_op decrease_reservation: 1024 frames of mapped sections",
                  balloon(XENMEM_decrease_reservation, FRAMES)),
              FRAMES);
    EXPECT_EQ(
        ROW("memory_op populate_physmap: 1024 frames", balloon(XENMEM_populate_physmap, FRAMES)),
        FRAMES);
    map.gpfn = frames[0];
    EXPECT_EQ(ROW("memory_op add_to_physmap: a frame of a section",
                  memory_op(XENMEM_add_to_physmap, &map)),
              0);
}

/* ---- The console ---- */

TEST(console) {
    static char text[1024];

    memset(text, '.', sizeof(text));
    for (uint32_t i = 0; i < sizeof(text); i += 2) {
        text[i] = '\n';
    }
    (void)ROW("console_io write: 1024 bytes, every other one ends a line",
              console_write(text, sizeof(text)));
    (void)ROW("console_io read: 1024 bytes",
              hypercall3(__HYPERVISOR_console_io, CONSOLEIO_read, sizeof(text), (uint32_t)text));
}

/* ---- What is not a call of Xen's ---- */

TEST(own_calls) {
    struct pv_callbacks callbacks = {
        .undef = (uint32_t)entry_undef,
        .swi = (uint32_t)entry_swi,
        .prefetch_abort = (uint32_t)entry_prefetch_abort,
        .data_abort = (uint32_t)entry_data_abort,
        .event = (uint32_t)entry_event,
        .kernel_virt_start = KERNEL_BASE,
        .restart_start = (uint32_t)__restart_start,
        .restart_end = (uint32_t)__restart_end,
        .helpers = (uint32_t)page_alloc(1),
    };

    EXPECT_EQ(ROW("set_callbacks: with helpers",
                  hypercall2(__HYPERVISOR_set_callbacks, (uint32_t)&callbacks,
                             PV_ABI_MAGIC + PV_ABI_VERSION)),
              0);
    EXPECT_TRUE(ROW("set_callbacks: of another version",
                    hypercall2(__HYPERVISOR_set_callbacks, (uint32_t)&callbacks,
                               PV_ABI_MAGIC + 65535)) < 0);
    EXPECT_TRUE(ROW("set_callbacks: without a version",
                    hypercall2(__HYPERVISOR_set_callbacks, (uint32_t)&callbacks, 0)) < 0);
    EXPECT_EQ(ROW("fpu_taskswitch", hypercall1(__HYPERVISOR_fpu_taskswitch, 1)), 0);
    EXPECT_EQ(hypercall1(__HYPERVISOR_fpu_taskswitch, 0), 0);
    EXPECT_EQ(ROW("set_segment_base",
                  hypercall2(__HYPERVISOR_set_segment_base, PV_SEGBASE_TLS, 0x12345678)),
              0);
    row_begin("iret: into user code, which calls");
    EXPECT_TRAP(user_run(user_syscall, 1, 2), TRAP_SWI);
    row_end();
    EXPECT_TRUE(ROW("unknown", hypercall1(63, 0)) < 0);
}

static void access_nothing(void) {
    __asm__ volatile("mcr p15, 7, r0, c15, c15, 7");
}

/* What the hypervisor says of it is a line for each, until there were too many. */
TEST(undefined_accesses) {
    uint32_t kind = TRAP_NONE;

    row_begin("undefined: a coprocessor access that is logged");
    for (unsigned int i = 0; i < 20; i++) {
        kind = try_call(access_nothing, 0, NULL);
    }
    row_end();
    EXPECT_TRAP(kind, TRAP_UNDEF);
}

TEST(lists) {
    static struct multicall_entry list[512];

    for (uint32_t i = 0; i < 512; i++) {
        list[i] = (struct multicall_entry){.op = __HYPERVISOR_event_channel_op,
                                           .args = {EVTCHNOP_status, 1}};
    }
    EXPECT_EQ(
        ROW("multicall: 512 that fault", hypercall2(__HYPERVISOR_multicall, (uint32_t)list, 512)),
        0);
}

/* From here on the domain has no ports. */
TEST(reset) {
    struct evtchn_reset reset = {.dom = DOMID_SELF};

    take_all_ports();
    EXPECT_EQ(ROW("event_channel_op reset: all ports in use", event_op(EVTCHNOP_reset, &reset)), 0);
}

/*
 * Nothing returns from it, so what the library would print comes first.  The row goes on while the
 * domain's registers are printed, and while it is taken apart and built again.
 */
TEST(own_end) {
    take_all_ports();
    printf("PASS own_end\nDONE own_end\n");
    *pv_mask() = PV_MASK_EVENTS | PV_MASK_FRAME;
    row_begin("crash: with all ports in use");
    __asm__ volatile("udf #0");
}
