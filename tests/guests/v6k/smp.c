/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest with several vCPUs, each with a page of its own at PV_VCPU_VA(0): they start, are told of
 * events, have timers, flush each other's TLB, go down and come up, and do at once what may not
 * meet. For a board of which several CPUs are used.
 */
#include <string.h>

#include "clock.h"
#include "early.h"
#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "trap.h"

#define VCPUS_MAX 4u
#define WAIT_NS   (2 * NS_PER_S)

/* Each vCPU has a kernel part of its own. */
uint32_t early_kernel_start(void) {
    return 0x80000000;
}

void smp_start(void);
void smp_main(uint32_t id);

typedef void job_fn(uint32_t id);

/* What a vCPU is to do next, and how far it is. */
static struct {
    job_fn *volatile job;
    volatile uint32_t done;    /* jobs */
    volatile uint32_t upcalls; /* of its event */
    volatile uint32_t seen_id; /* what its page says */
    volatile uint32_t mpidr;
    uint32_t port;
    uint8_t stack[8192] __attribute__((aligned(8)));
} vcpus[VCPUS_MAX];

static uint32_t count; /* of vCPUs */
static volatile bool is_over;

static void barrier(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c10, 5" : : "r"(0) : "memory"); /* DMB */
}

static uint32_t self(void) {
    return pv_page()->vcpu_id;
}

/* ---- Upcalls ---- */

#define PORTS 64u

static volatile uint8_t
    owner[PORTS]; /* the vCPU that takes a port's events; 0 where nothing is said */

/* The pending bits are all vCPUs': each takes its own. */
void event_upcall(void) {
    volatile uint32_t *select = (volatile uint32_t *)&pv_page()->info.evtchn_pending_sel;
    uint32_t id = self();

    while (pv_page()->info.evtchn_upcall_pending) {
        pv_page()->info.evtchn_upcall_pending = 0;
        barrier();
        core_exchange(&select[0], 0);
        barrier();
        for (uint32_t port = 1; port < PORTS; port++) {
            if (owner[port] == id && event_is_pending(port)) {
                event_dispatch(port);
            }
        }
    }
}

/* ---- Siblings ---- */

void smp_main(uint32_t id) {
    uint32_t mpidr;

    __asm__ volatile("mrc p15, 0, %0, c0, c0, 5" : "=r"(mpidr));
    vcpus[id].mpidr = mpidr;
    vcpus[id].seen_id = self();
    event_unmask_all();
    for (;;) {
        job_fn *job = vcpus[id].job;

        if (job) {
            barrier();
            job(id);
            vcpus[id].job = NULL;
            barrier();
            core_add(&vcpus[id].done, 1);
        } else {
            sched_op(SCHEDOP_yield, NULL);
        }
    }
}

static struct vcpu_guest_context begin(uint32_t id) {
    struct vcpu_guest_context context;

    memset(&context, 0, sizeof(context));
    context.user_regs.r0_usr = id;
    context.user_regs.sp_svc = (uint32_t)(vcpus[id].stack + sizeof(vcpus[id].stack));
    context.user_regs.pc32 = (uint32_t)smp_start;
    context.user_regs.cpsr = PSR_KERNEL | PSR_I;
    context.ttbr0 = page_gpa(pt_kernel_l1);
    return context;
}

static bool wait_for(const volatile uint32_t *word, uint32_t value) {
    uint64_t end = clock_ns() + WAIT_NS;

    while (*word != value && clock_ns() < end) {
        sched_op(SCHEDOP_yield, NULL);
    }
    return *word == value;
}

static void start_one(uint32_t id) {
    struct vcpu_guest_context context = begin(id);

    REQUIRE_EQ(vcpu_op(VCPUOP_initialise, id, &context), 0);
    EXPECT_EQ(vcpu_op(VCPUOP_is_up, id, NULL), 0);
    vcpus[id].seen_id = ~0u;
    REQUIRE_EQ(vcpu_op(VCPUOP_up, id, NULL), 0);
    EXPECT_TRUE(wait_for(&vcpus[id].seen_id, id));
    EXPECT_EQ(vcpu_op(VCPUOP_is_up, id, NULL), 1);
}

static void give(uint32_t id, job_fn *job) {
    barrier();
    vcpus[id].job = job;
}

static bool wait_job(uint32_t id) {
    uint64_t end = clock_ns() + WAIT_NS;

    while (vcpus[id].job && clock_ns() < end) {
        sched_op(SCHEDOP_yield, NULL);
    }
    return !vcpus[id].job;
}

/* ---- Start ---- */

static void count_vcpus(void) {
    while (count < VCPUS_MAX && vcpu_op(VCPUOP_is_up, count, NULL) >= 0) {
        count++;
    }
}

TEST(what_cannot_be_started) {
    struct vcpu_guest_context context;

    count_vcpus();
    REQUIRE_EQ(count > 1, 1);
    context = begin(1);
    EXPECT_EQ(vcpu_op(VCPUOP_up, 1, NULL), -XEN_EINVAL);
    EXPECT_EQ(vcpu_op(VCPUOP_initialise, count, &context), -XEN_ENOENT);
    EXPECT_EQ(vcpu_op(VCPUOP_initialise, 0, &context), -XEN_EEXIST);
    EXPECT_EQ(vcpu_op(VCPUOP_initialise, 1, (void *)0x70000000), -XEN_EFAULT);
    context.user_regs.cpsr = PSR_USER;
    EXPECT_EQ(vcpu_op(VCPUOP_initialise, 1, &context), -XEN_EINVAL);
    context = begin(1);
    context.ttbr0 += 0x4000; /* the image: no table */
    EXPECT_EQ(vcpu_op(VCPUOP_initialise, 1, &context), -XEN_EINVAL);
    context.ttbr0 = page_gpa(pt_kernel_l1) + 4;
    EXPECT_EQ(vcpu_op(VCPUOP_initialise, 1, &context), -XEN_EINVAL);
    context.ttbr0 = 1ull << 32 | page_gpa(pt_kernel_l1);
    EXPECT_EQ(vcpu_op(VCPUOP_initialise, 1, &context), -XEN_EINVAL);
    EXPECT_EQ(vcpu_op(VCPUOP_up, 1, NULL), -XEN_EINVAL);
}

TEST(all_start) {
    for (uint32_t id = 1; id < count; id++) {
        struct vcpu_guest_context context = begin(id);

        start_one(id);
        /* The ARM11 MPCore's has no format bit. */
        EXPECT_EQ(vcpus[id].mpidr, (pv_page()->arch_level == 7 ? 0x80000000u : 0) | id);
        EXPECT_EQ(vcpu_op(VCPUOP_initialise, id, &context), -XEN_EEXIST);
        EXPECT_EQ(vcpu_op(VCPUOP_up, id, NULL), 0); /* it is */
    }
    EXPECT_EQ(self(), 0);
}

/* ---- A page of its own ---- */

/* Words of the page that the hypervisor leaves to the guest. */
#define OWN ((volatile uint32_t *)(PV_VCPU_VA(0) + 0x80))

static void write_own(uint32_t id) {
    for (uint32_t i = 0; i < 1000; i++) {
        OWN[0] = id;
        sched_op(SCHEDOP_yield, NULL); /* it may come to another CPU */
        if (OWN[0] != id) {
            OWN[1]++;
        }
    }
    OWN[2] = OWN[1] == 0;
}

static void check_own(uint32_t id) {
    vcpus[id].seen_id = OWN[2];
}

TEST(each_has_its_page) {
    for (uint32_t id = 1; id < count; id++) {
        give(id, write_own);
    }
    write_own(0);
    EXPECT_EQ(OWN[2], 1);
    for (uint32_t id = 1; id < count; id++) {
        EXPECT_TRUE(wait_job(id));
        give(id, check_own);
        EXPECT_TRUE(wait_job(id));
        EXPECT_EQ(vcpus[id].seen_id, 1);
    }
}

/* ---- Events ---- */

static void note(uint32_t port) {
    for (uint32_t id = 0; id < count; id++) {
        if (vcpus[id].port == port) {
            core_add(&vcpus[id].upcalls, self() == id ? 1 : 1000000);
        }
    }
}

static void listen(uint32_t id, uint32_t port) {
    REQUIRE_EQ(port < PORTS, 1);
    vcpus[id].port = port;
    vcpus[id].upcalls = 0;
    owner[port] = (uint8_t)id;
    event_handle(port, note);
}

static uint32_t bind_ipi(uint32_t id) {
    struct evtchn_bind_ipi bind = {.vcpu = id};

    REQUIRE_EQ(event_op(EVTCHNOP_bind_ipi, &bind), 0);
    listen(id, bind.port);
    return bind.port;
}

TEST(each_takes_its_interrupts) {
    struct evtchn_bind_ipi bind = {.vcpu = count};

    EXPECT_EQ(event_op(EVTCHNOP_bind_ipi, &bind), -XEN_ENOENT);
    for (uint32_t id = 0; id < count; id++) {
        bind_ipi(id);
    }
    for (uint32_t round = 1; round <= 100; round++) {
        for (uint32_t id = 0; id < count; id++) {
            EXPECT_EQ(event_send(vcpus[id].port), 0);
            REQUIRE_EQ(wait_for(&vcpus[id].upcalls, round), 1);
        }
    }
}

static void send_round(uint32_t id) {
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t before = vcpus[id - 1].upcalls;

        event_send(vcpus[id - 1].port);
        while (vcpus[id - 1].upcalls == before) {
            sched_op(SCHEDOP_yield, NULL);
        }
    }
}

TEST(they_interrupt_each_other) {
    for (uint32_t id = 0; id < count; id++) {
        vcpus[id].upcalls = 0;
    }
    for (uint32_t id = 1; id < count; id++) {
        give(id, send_round);
    }
    for (uint32_t id = 1; id < count; id++) {
        EXPECT_TRUE(wait_job(id));
    }
    for (uint32_t id = 0; id + 1 < count; id++) {
        EXPECT_EQ(vcpus[id].upcalls, 200);
    }
}

TEST(an_event_follows_its_vcpu) {
    uint32_t receiver;
    int32_t sender = event_loopback(&receiver);
    struct evtchn_bind_vcpu bind = {.port = receiver, .vcpu = 1};

    REQUIRE_EQ(sender > 0, 1);
    event_close(vcpus[1].port);
    listen(1, receiver);
    EXPECT_EQ(event_op(EVTCHNOP_bind_vcpu, &bind), 0);
    EXPECT_EQ(event_send((uint32_t)sender), 0);
    EXPECT_TRUE(wait_for(&vcpus[1].upcalls, 1));
    bind.vcpu = count;
    EXPECT_EQ(event_op(EVTCHNOP_bind_vcpu, &bind), -XEN_ENOENT);
    event_close((uint32_t)sender);
    event_close(receiver);
}

/* ---- Timers ---- */

static void set_timer(uint32_t id) {
    struct evtchn_bind_virq bind = {.virq = VIRQ_TIMER, .vcpu = id};
    struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = clock_ns() + NS_PER_MS};

    event_op(EVTCHNOP_bind_virq, &bind);
    listen(id, bind.port);
    vcpus[id].seen_id = (uint32_t)vcpu_op(VCPUOP_set_singleshot_timer, id == 1 ? 0 : 1, &timer);
    vcpu_op(VCPUOP_set_singleshot_timer, id, &timer);
}

TEST(each_has_its_timer) {
    for (uint32_t id = 1; id < count; id++) {
        give(id, set_timer);
        EXPECT_TRUE(wait_job(id));
        EXPECT_TRUE(wait_for(&vcpus[id].upcalls, 1));
        if (id == 1) {
            EXPECT_EQ((int32_t)vcpus[id].seen_id, -XEN_EINVAL); /* another's */
        }
        event_close(vcpus[id].port);
    }
}

/* ---- Translations ---- */

#define WINDOW    KERNEL_WINDOW
#define TLB_TURNS 300u

static volatile uint32_t tlb_turn, tlb_wrong;

static void read_window(uint32_t id) {
    (void)id;
    while (!is_over) {
        uint32_t turn = tlb_turn;

        barrier();
        uint32_t value = *(volatile uint32_t *)WINDOW;
        barrier();
        /* Nothing older than what was mapped before the turn began. */
        if (value == ~0u || value < turn) {
            core_add(&tlb_wrong, 1);
        }
    }
}

TEST(a_flush_is_for_all) {
    uint32_t *page[2] = {page_alloc(1), page_alloc(1)};

    page[0][0] = tlb_turn = 0;
    REQUIRE_EQ(pt_map(WINDOW, core_small(page_gpa(page[0]), CORE_READ_ONLY)), 0);
    is_over = false;
    for (uint32_t id = 1; id < count; id++) {
        give(id, read_window);
    }
    for (uint32_t turn = 1; turn <= TLB_TURNS; turn++) {
        page[turn % 2][0] = turn;
        barrier();
        if (pt_map(WINDOW, core_small(page_gpa(page[turn % 2]), CORE_READ_ONLY)) != 0) {
            core_add(&tlb_wrong, 1);
        }
        barrier();
        tlb_turn = turn;
        page[(turn + 1) % 2][0] = ~0u; /* who still reads that one has not been told */
        sched_op(SCHEDOP_yield, NULL);
    }
    is_over = true;
    for (uint32_t id = 1; id < count; id++) {
        EXPECT_TRUE(wait_job(id));
    }
    EXPECT_EQ(tlb_wrong, 0);
}

/* ---- Down and up ---- */

static void go_down(uint32_t id) {
    vcpu_op(VCPUOP_down, id, NULL);
}

TEST(down_and_up) {
    struct vcpu_runstate_info info;

    for (uint32_t round = 0; round < 50; round++) {
        for (uint32_t id = 1; id < count; id++) {
            uint32_t done = vcpus[id].done;
            uint64_t end = clock_ns() + WAIT_NS;

            give(id, go_down);
            while (vcpu_op(VCPUOP_is_up, id, NULL) == 1 && clock_ns() < end) {
                sched_op(SCHEDOP_yield, NULL);
            }
            REQUIRE_EQ(vcpu_op(VCPUOP_is_up, id, NULL), 0);
            EXPECT_EQ(vcpu_op(VCPUOP_get_runstate_info, id, &info), 0);
            EXPECT_EQ(info.state, RUNSTATE_offline);
            EXPECT_EQ(vcpu_op(VCPUOP_up, id, NULL), 0);
            REQUIRE_EQ(wait_for(&vcpus[id].done, done + 1), 1);
        }
    }
}

/* ---- What may not meet ---- */

#define FIGHTS 400u

static volatile uint32_t fight_errors;
static uint32_t *fight_l1, *fight_l2;
static uint8_t *fight_page;

static void expect_one_of(int32_t result, int32_t other) {
    if (result != 0 && result != other) {
        core_add(&fight_errors, 1);
    }
}

static void pin_and_drop(uint32_t id) {
    (void)id;
    for (uint32_t i = 0; i < FIGHTS; i++) {
        expect_one_of(pt_pin(page_gpa(fight_l1)), -XEN_EBUSY);
        int32_t result = pt_unpin(page_gpa(fight_l1));

        if (result != -XEN_EINVAL) { /* another was faster */
            expect_one_of(result, -XEN_EBUSY);
        }
    }
}

static void attach_and_run(uint32_t id) {
    for (uint32_t i = 0; i < FIGHTS; i++) {
        uint32_t ptr = page_gpa(fight_l1 + 16 + id);
        int32_t result = pt_update(ptr, core_table(page_gpa(fight_l2), PV_DOMAIN_USER));

        expect_one_of(result, 0);
        expect_one_of(pt_update(page_gpa(fight_l2 + i % 256),
                                core_small(page_gpa(fight_page), CORE_READ_WRITE)),
                      0);
        if (pt_switch(fight_l1) == 0) {
            pt_switch(pt_kernel_l1);
        }
        expect_one_of(pt_update(ptr, 0), 0);
    }
}

static void fight(job_fn *own, job_fn *others) {
    fight_errors = 0;
    for (uint32_t id = 1; id < count; id++) {
        give(id, id % 2 ? others : own);
    }
    own(0);
    for (uint32_t id = 1; id < count; id++) {
        EXPECT_TRUE(wait_job(id));
    }
    EXPECT_EQ(fight_errors, 0);
}

/* What a refused unpin left half done is finished. */
static void drop_for_good(void) {
    for (uint32_t i = 0; i < 10 && pt_unpin(page_gpa(fight_l1)) != -XEN_EINVAL; i++) {
    }
}

TEST(tables_come_and_go_while_they_are_used) {
    fight_l1 = page_alloc(4);
    fight_l2 = pt_new_l2();
    fight_page = page_alloc(1);
    fight(pin_and_drop, attach_and_run);
    drop_for_good();
    REQUIRE_EQ(pt_pin(page_gpa(fight_l1)), 0);
    EXPECT_EQ(pt_unpin(page_gpa(fight_l1)), 0);
}

static void give_and_take(uint32_t id) {
    (void)id;
    for (uint32_t i = 0; i < FIGHTS; i++) {
        xen_pfn_t frame = page_gpa(fight_page) >> 12;
        struct xen_memory_reservation of = {.nr_extents = 1, .domid = DOMID_SELF};

        set_xen_guest_handle(of.extent_start, &frame);
        memory_op(XENMEM_decrease_reservation, &of);
        memory_op(XENMEM_populate_physmap, &of);
    }
}

static void map_and_touch(uint32_t id) {
    uint32_t *entry = fight_l2 + id;

    for (uint32_t i = 0; i < FIGHTS; i++) {
        expect_one_of(pt_update(page_gpa(entry), core_small(page_gpa(fight_page), CORE_READ_WRITE)),
                      -XEN_EPERM);
        pt_ext(PV_MMUEXT_FLUSH_DCACHE, (uint32_t)fight_page, PAGE_SIZE);
        expect_one_of(pt_update(page_gpa(entry), 0), 0);
    }
}

TEST(a_frame_is_given_back_while_it_is_mapped) {
    struct xen_memory_reservation of = {.nr_extents = 1, .domid = DOMID_SELF};
    xen_pfn_t frame = page_gpa(fight_page) >> 12;

    REQUIRE_EQ(pt_attach(pt_kernel_l1, WINDOW + 0x100000, fight_l2, PV_DOMAIN_KERNEL), 0);
    fight(give_and_take, map_and_touch);
    set_xen_guest_handle(of.extent_start, &frame);
    memory_op(XENMEM_populate_physmap, &of);
    memset(fight_page, 1, PAGE_SIZE);
    EXPECT_EQ(fight_page[PAGE_SIZE - 1], 1);
}

static void reset_ports(uint32_t id) {
    (void)id;
    for (uint32_t i = 0; i < FIGHTS / 10; i++) {
        struct evtchn_reset reset = {.dom = DOMID_SELF};

        expect_one_of(event_op(EVTCHNOP_reset, &reset), 0);
    }
}

static void open_and_send(uint32_t id) {
    for (uint32_t i = 0; i < FIGHTS; i++) {
        struct evtchn_bind_ipi bind = {.vcpu = (id + i) % count};

        if (event_op(EVTCHNOP_bind_ipi, &bind) == 0) {
            event_send(bind.port);
            event_close(bind.port);
        }
    }
}

TEST(events_are_sent_while_all_are_closed) {
    uint8_t mask = event_mask_all();

    fight(reset_ports, open_and_send);
    event_restore(mask);
    clock_init();
    REQUIRE_EQ(clock_port < PORTS, 1);
    owner[clock_port] = 0;
    for (uint32_t id = 1; id < count; id++) {
        uint32_t port = bind_ipi(id);

        EXPECT_EQ(event_send(port), 0);
        EXPECT_TRUE(wait_for(&vcpus[id].upcalls, 1));
    }
}

/* ---- The end ---- */

static void rush_down(uint32_t id) {
    for (;;) {
        vcpu_op(VCPUOP_down, id, NULL);
    }
}

/* One of them is the last, and the domain has then powered off. */
TEST(all_go_down_at_once) {
    if (!option_given("down")) {
        return;
    }
    for (uint32_t id = 1; id < count; id++) {
        give(id, rush_down);
    }
    rush_down(0);
}
