/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each primitive costs, in instructions: run under -icount shift=0, where a
 * nanosecond of virtual time is an instruction.  The counter's step is 41.67 ns at
 * 24 MHz, so loops are long and what belongs to the loop is subtracted.
 *
 * Prints "bench <name> <instructions>", to a tenth.  A cost includes the instruction
 * that traps and ends with the first one after the return.
 *
 * Option peer= is the id of the domain that runs bench_peer; without it what needs two
 * domains is left out.
 */
#include <stdio.h>

#include "bench.h"
#include "bench_loops.h"
#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "user.h"

#define ROUNDS   24000u
#define TENTHS   10u
#define WINDOW   KERNEL_WINDOW
#define UNMAPPED 0x70000000u

static uint32_t null_cost, iret_cost, timer_cost; /* in tenths */

static void report(const char *name, uint32_t tenths) {
    printf("bench %s %lu.%lu\n", name, tenths / TENTHS, tenths % TENTHS);
}

/* Tenths of an instruction a round. */
static uint32_t per_round(uint32_t count, uint32_t rounds) {
    uint64_t tenths_of_ns = (uint64_t)count * NS_PER_S * TENTHS / pv_page()->counter_hz;

    return (uint32_t)((tenths_of_ns + rounds / 2) / rounds);
}

static uint32_t cost_of_hypercall(uint32_t number, uint32_t a0, uint32_t a1, uint32_t a2,
                                  uint32_t a3, uint32_t toggle, uint32_t rounds) {
    uint32_t args[4] = {a0, a1, a2, a3};
    uint32_t start = clock_count();

    bench_hypercall(rounds, number, args, toggle);
    return per_round(clock_count() - start, rounds) - OVERHEAD_HYPERCALL * TENTHS;
}

static void set_entries(void (*swi)(void), void (*abort)(void), void (*event)(void)) {
    struct pv_callbacks callbacks = {
        .undef = (uint32_t)entry_undef,
        .swi = (uint32_t)swi,
        .prefetch_abort = (uint32_t)entry_prefetch_abort,
        .data_abort = (uint32_t)abort,
        .event = (uint32_t)event,
        .kernel_virt_start = KERNEL_BASE,
        .restart_start = (uint32_t)__restart_start,
        .restart_end = (uint32_t)__restart_end,
    };

    REQUIRE_EQ(set_callbacks(&callbacks), 0);
}

static void set_entries_back(void) {
    set_entries(entry_swi, entry_data_abort, entry_event);
}

/* The least of some: the console may still be sending what was printed at the start. */
TEST(one_instruction_is_one_nanosecond) {
    uint32_t least = ~0u;

    for (unsigned int i = 0; i < 10; i++) {
        uint32_t start = clock_count();

        bench_empty(ROUNDS);
        uint32_t cost = per_round(clock_count() - start, ROUNDS);
        least = cost < least ? cost : least;
    }
    EXPECT_EQ(least, 2 * TENTHS);
}

TEST(hypercalls) {
    null_cost = cost_of_hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0, 0, ROUNDS);
    report("null_hypercall", null_cost);
    report("unknown_hypercall", cost_of_hypercall(63, 0, 0, 0, 0, 0, ROUNDS));
    report("set_tls",
           cost_of_hypercall(__HYPERVISOR_set_segment_base, PV_SEGBASE_TLS, 1, 0, 0, 0, ROUNDS));
}

TEST(iret) {
    uint32_t start = clock_count();

    bench_iret(ROUNDS);
    iret_cost = per_round(clock_count() - start, ROUNDS) - OVERHEAD_IRET * TENTHS;
    report("iret_to_kernel", iret_cost);
}

/*
 * User code's SWI or abort, up to the kernel's entry, and the kernel's iret back: no clock
 * can be read between the two, so they are reported together.
 */
TEST(bounces) {
    uint32_t start, round;

    set_entries(bench_entry_swi, bench_entry_abort, entry_event);
    start = clock_count();
    EXPECT_TRAP(user_run(bench_user_swi, ROUNDS, 0), TRAP_UNDEF);
    round = per_round(clock_count() - start, ROUNDS);
    report("syscall_bounce_and_iret", round - (OVERHEAD_USER + HANDLER_SWI) * TENTHS);

    start = clock_count();
    EXPECT_TRAP(user_run(bench_user_abort, ROUNDS, UNMAPPED), TRAP_UNDEF);
    round = per_round(clock_count() - start, ROUNDS);
    report("abort_bounce_and_iret", round - (OVERHEAD_USER + HANDLER_ABORT) * TENTHS);
    set_entries_back();
}

TEST(emulated_cp15_read) {
    uint32_t start = clock_count();

    bench_cp15(ROUNDS);
    report("cp15_read", per_round(clock_count() - start, ROUNDS) - OVERHEAD_CP15 * TENTHS);
}

static void report_updates(const char *kind, const struct mmu_update *updates) {
    static const uint32_t batches[] = {1, 32, 256};

    for (unsigned int i = 0; i < 3; i++) {
        uint32_t cost = cost_of_hypercall(__HYPERVISOR_mmu_update, (uint32_t)updates, batches[i], 0,
                                          DOMID_SELF, PAGE_SIZE, ROUNDS / batches[i]);
        char name[48];

        snprintf(name, sizeof(name), "mmu_update_%s%lu", kind, batches[i]);
        report(name, cost);
        snprintf(name, sizeof(name), "mmu_update_%s%lu_each", kind, batches[i]);
        report(name, cost / batches[i]);
    }
}

/*
 * Two sets of 256 entries, used in turn: pages appear and go, as in a process that maps and
 * unmaps; then one frame takes the other's place.
 */
TEST(table_updates) {
    struct mmu_update *updates = page_alloc(2);
    uint32_t start;
    uint32_t l2 = page_gpa(pt_window(WINDOW));
    uint32_t frames = page_gpa(page_alloc(512));

    for (uint32_t i = 0; i < 512; i++) {
        updates[i].ptr = l2 + i % 256 * 4;
        updates[i].val = i < 256 ? core_small(frames + i * PAGE_SIZE, CORE_READ_WRITE) : 0;
    }
    report_updates("", updates);
    start = clock_count();
    bench_pv_update(ROUNDS, l2, (uint32_t)updates[0].val);
    report("pv_update", per_round(clock_count() - start, ROUNDS) - OVERHEAD_UPDATE * TENTHS);
    for (uint32_t i = 256; i < 512; i++) {
        updates[i].val = core_small(frames + i * PAGE_SIZE, CORE_READ_WRITE);
    }
    report_updates("replace_", updates);
    report("update_va_mapping",
           cost_of_hypercall(__HYPERVISOR_update_va_mapping, WINDOW,
                             core_small(frames, CORE_READ_WRITE), UVMF_INVLPG, 0, 0, ROUNDS));
}

/* Aligned so that one bit tells the two apart (bench_hypercall()'s toggle). */
static struct {
    struct mmuext_op op __attribute__((aligned(64)));
} bases[2] __attribute__((aligned(128)));
static struct multicall_entry switches[2][8] __attribute__((aligned(1024)));

static void prepare_switch(uint32_t i, uint32_t *l1) {
    bases[i].op.cmd = MMUEXT_NEW_BASEPTR;
    bases[i].op.arg1.mfn = page_gpa(l1) >> 12;
    switches[i][0] = (struct multicall_entry){.op = __HYPERVISOR_mmuext_op,
                                              .args = {(uint32_t)&bases[i], 1, 0, DOMID_SELF}};
    switches[i][1] =
        (struct multicall_entry){.op = __HYPERVISOR_set_segment_base, .args = {PV_SEGBASE_TLS, i}};
    switches[i][2] = (struct multicall_entry){.op = __HYPERVISOR_fpu_taskswitch, .args = {1}};
}

TEST(address_space_switch) {
    uint32_t *second = pt_new_l1();

    prepare_switch(0, pt_kernel_l1);
    prepare_switch(1, second);
    report("address_space_switch", cost_of_hypercall(__HYPERVISOR_mmuext_op, (uint32_t)&bases[0], 1,
                                                     0, DOMID_SELF, sizeof(bases[0]), ROUNDS));
    report("context_switch_multicall",
           cost_of_hypercall(__HYPERVISOR_multicall, (uint32_t)switches[0], 3, 0, 0,
                             sizeof(switches[0]), ROUNDS));
    EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
    EXPECT_EQ(pt_unpin(page_gpa(second)), 0);
}

/* Each deadline is earlier than the one before, so that the hardware timer is set, as for a
 * tick. */
TEST(one_shot_timer) {
    static struct vcpu_set_singleshot_timer timer;
    uint32_t start;

    timer.timeout_abs_ns = clock_ns() + NS_PER_S / 2;
    start = clock_count();
    bench_set_timer(ROUNDS, &timer);
    timer_cost = per_round(clock_count() - start, ROUNDS) - OVERHEAD_TIMER * TENTHS;
    report("timer_set", timer_cost);
    EXPECT_EQ(clock_timer_stop(), 0);
}

static uint32_t cost_of_sends(const struct evtchn_send *sends) {
    uint32_t start = clock_count();

    bench_send(BENCH_PORTS, sends);
    return per_round(clock_count() - start, BENCH_PORTS) - OVERHEAD_SEND * TENTHS;
}

/* Each send finds its port not pending; upcalls are masked meanwhile. */
TEST(event_to_itself) {
    static struct evtchn_send sends[BENCH_PORTS];
    uint32_t receiver;

    for (uint32_t i = 0; i < BENCH_PORTS; i++) {
        int32_t port = event_loopback(&receiver);

        REQUIRE_EQ(port > 0, 1);
        sends[i].port = (uint32_t)port;
    }
    event_mask_all();
    report("event_send_self", cost_of_sends(sends));
    event_unmask_all();
}

/*
 * A timer interrupt in kernel code up to the event entry: the time that interrupted spins
 * take longer, less the handler, what sets the timer again, and the return.
 */
TEST(interrupt_to_handler) {
    static struct vcpu_set_singleshot_timer timer;
    static volatile uint32_t pending;
    uint32_t start, quiet, busy, interrupts;
    const uint32_t spins = 4000000;

    start = clock_count();
    bench_spin(spins, &timer, &pending, 0);
    quiet = clock_count() - start;

    event_mask_all();
    set_entries(entry_swi, entry_data_abort, bench_entry_event);
    timer.timeout_abs_ns = clock_ns() + 50 * NS_PER_US;
    EXPECT_EQ(vcpu_op(VCPUOP_set_singleshot_timer, 0, &timer), 0);
    start = clock_count();
    *pv_mask() = 0;
    interrupts = bench_spin(spins, &timer, event_pending_word(clock_port), 20000);
    *pv_mask() = PV_MASK_EVENTS;
    busy = clock_count() - start;
    EXPECT_EQ(clock_timer_stop(), 0);
    set_entries_back();
    event_unmask_all();
    REQUIRE_EQ(interrupts > 100, 1);
    report("interrupt_to_handler",
           per_round(busy - quiet, interrupts) - HANDLER_EVENT * TENTHS - timer_cost - iret_cost);
}

/* The peer's port for pings: the first one that can be bound. */
static uint32_t find_peer(uint32_t *remote) {
    for (int tries = 0; tries < 1000; tries++) {
        for (*remote = 1; *remote < 16; ++*remote) {
            int32_t port = event_bind_interdomain(option_number("peer", 0), *remote);

            if (port > 0) {
                return (uint32_t)port;
            }
        }
        clock_sleep(NS_PER_MS);
    }
    test_give_up();
}

static volatile uint32_t pongs;

static void count_pong(uint32_t port) {
    (void)port;
    pongs++;
}

static void ping_pong(uint32_t port) {
    uint32_t start = clock_count();

    for (uint32_t i = 0; i < BENCH_PINGS; i++) {
        pongs = 0;
        event_send(port);
        event_wait(&pongs);
    }
    report("event_round_trip", per_round(clock_count() - start, BENCH_PINGS));
}

/* Both domains do nothing but yield: a round is two switches and two calls. */
static void yield_in_turn(void) {
    uint32_t round = cost_of_hypercall(__HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0, 0, 0, 4000);

    report("yield_round_trip", round);
    report("world_switch", round / 2 - null_cost);
}

TEST(another_domain) {
    static struct evtchn_send sends[BENCH_PORTS];
    uint32_t remote, ping;

    if (!option_given("peer")) {
        return;
    }
    ping = find_peer(&remote);
    event_handle(ping, count_pong);
    clock_sleep(20 * NS_PER_MS); /* the peer opens the rest and blocks */
    for (uint32_t i = 0; i < BENCH_PORTS; i++) {
        int32_t port = event_bind_interdomain(option_number("peer", 0), remote + 1 + i);

        REQUIRE_EQ(port > 0, 1);
        sends[i].port = (uint32_t)port;
    }
    report("event_send_other", cost_of_sends(sends));
    ping_pong(ping);
    yield_in_turn();
}

/* A call for each, one after the other: tenths of an instruction, the loop's own included. */
static uint32_t cost_of_grants(uint32_t command, void *list, uint32_t size) {
    uint32_t start = clock_count();

    for (uint32_t i = 0; i < BENCH_GRANTS; i++) {
        grant_op(command, (char *)list + i * size, 1);
    }
    return per_round(clock_count() - start, BENCH_GRANTS);
}

static struct gnttab_map_grant_ref maps[BENCH_GRANTS];
static struct gnttab_unmap_grant_ref unmaps[BENCH_GRANTS];
static struct gnttab_copy copies[BENCH_GRANTS];

static void prepare_grants(uint32_t gpa, uint32_t own) {
    domid_t peer = (domid_t)option_number("peer", 0);

    for (uint32_t i = 0; i < BENCH_GRANTS; i++) {
        maps[i] = (struct gnttab_map_grant_ref){.host_addr = gpa + i * PAGE_SIZE,
                                                .flags = GNTMAP_host_map,
                                                .ref = BENCH_REF + i,
                                                .dom = peer};
        copies[i] = (struct gnttab_copy){.source = {.u.ref = BENCH_REF + i, .domid = peer},
                                         .dest = {.u.gmfn = own >> 12, .domid = DOMID_SELF},
                                         .len = PAGE_SIZE,
                                         .flags = GNTCOPY_source_gref};
    }
}

static uint32_t map_all(void) {
    uint32_t cost = cost_of_grants(GNTTABOP_map_grant_ref, maps, sizeof(maps[0]));

    for (uint32_t i = 0; i < BENCH_GRANTS; i++) {
        EXPECT_EQ(maps[i].status, GNTST_okay);
        unmaps[i] = (struct gnttab_unmap_grant_ref){.host_addr = maps[i].host_addr,
                                                    .handle = maps[i].handle};
    }
    return cost;
}

static uint32_t unmap_all(void) {
    uint32_t cost = cost_of_grants(GNTTABOP_unmap_grant_ref, unmaps, sizeof(unmaps[0]));

    EXPECT_EQ(unmaps[BENCH_GRANTS - 1].status, GNTST_okay);
    return cost;
}

/* The second time, when all memory that it takes is there. */
TEST(grants) {
    static xen_pfn_t frames[BENCH_GRANTS];
    struct xen_memory_reservation give = {.nr_extents = BENCH_GRANTS, .domid = DOMID_SELF};
    uint32_t holes = page_gpa(page_alloc(BENCH_GRANTS));

    if (!option_given("peer")) {
        return;
    }
    for (uint32_t i = 0; i < BENCH_GRANTS; i++) {
        frames[i] = (holes >> 12) + i;
    }
    set_xen_guest_handle(give.extent_start, frames);
    REQUIRE_EQ(memory_op(XENMEM_decrease_reservation, &give), BENCH_GRANTS);
    prepare_grants(holes, page_gpa(page_alloc(1)));
    map_all();
    unmap_all();
    report("grant_map", map_all());
    report("grant_unmap", unmap_all());
    report("grant_copy_page", cost_of_grants(GNTTABOP_copy, copies, sizeof(copies[0])));
    EXPECT_EQ(copies[BENCH_GRANTS - 1].status, GNTST_okay);
}
