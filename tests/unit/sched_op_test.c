/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls that wait, set timers, end domains, set the clock. */
/* links: core/hypercall */
#include <arch/atomic.h>
#include <arch/fake.h>

#include "core/base/percpu.h"
#include "core/base/steps.h"
#include "core/domain/domain_free.h"
#include "core/event/event.h"
#include "core/hypercall/hypercall.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "support_cmocka.h"
#include "support_domain.h"

#include <xen/platform.h> /* after xen.h */

#define MS 1000000ull

static struct domain *a, *b; /* 0, privileged; 1, two vCPUs */
static struct vcpu *v;       /* of b, running */

static void add_vcpus(struct domain *d) {
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        sched_unpause(&d->vcpu[i]->sched); /* its domain runs */
    }
}

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    clock_init();
    timer_queue_init();
    vcpu_idle_init();
    a = support_domain_add(0, 1);
    b = support_domain_add(1, 2);
    a->pool = 1;
    b->pool = 2;
    background_setup();
    domain_reap_init(true, NULL); /* nothing gets so far as to need a builder */
    add_vcpus(a);
    add_vcpus(b);
    v = b->vcpu[0];
    sched_start(&v->sched);
    assert_ptr_equal(sched_pick(), &v->sched);
    memset(fake_guest, 0, sizeof(fake_guest));
    return 0;
}

static int power_off(void **state) {
    (void)state;
    fake_on_barrier = NULL;
    while (event_domain_destroy(&a->event) || event_domain_destroy(&b->event)) {
    }
    support_domain_remove_all();
    return 0;
}

static void pass(uint64_t ns) {
    fake_advance(ns);
    if (fake_board.pending[FAKE_ONESHOT_IRQ]) {
        devices.oneshot->ack();
        timer_interrupt();
    }
}

static int32_t sched_op(uint32_t cmd, const void *arg, size_t size) {
    uint32_t args[HYPERCALL_ARGS] = {cmd, fake_put(64, arg, size).v};

    return do_sched_op(v, args);
}

static int32_t vcpu_op(uint32_t cmd, uint32_t id, void *arg, size_t size) {
    uint32_t args[HYPERCALL_ARGS] = {cmd, id, fake_put(64, arg, size).v};
    int32_t result = do_vcpu_op(v, args);

    memcpy(arg, &fake_guest[64], size);
    return result;
}

static bool is_blocked(void) {
    return v->sched.runstate.state == RUNSTATE_blocked;
}

/* ---- Block and yield ---- */

static void block_unmasks_and_waits_for_an_event(void **state) {
    evtchn_port_t port;

    (void)state;
    v->page->info.evtchn_upcall_mask = PV_MASK_EVENTS;
    assert_int_equal(sched_op(SCHEDOP_block, "", 0), 0);
    assert_int_equal(v->page->info.evtchn_upcall_mask, 0);
    assert_true(is_blocked());
    assert_true(sched_needed());
    assert_ptr_equal(sched_pick(), sched_idle());
    assert_int_equal(event_bind_ipi(&b->event, 0, &port), 0);
    assert_int_equal(event_send(&b->event, port), 0);
    assert_false(is_blocked());
    assert_ptr_equal(sched_pick(), &v->sched);
}

static void block_with_an_upcall_pending_returns_at_once(void **state) {
    (void)state;
    v->page->info.evtchn_upcall_mask = PV_MASK_EVENTS;
    v->page->info.evtchn_upcall_pending = 1;
    assert_int_equal(sched_op(SCHEDOP_block, "", 0), 0);
    assert_false(is_blocked());
    assert_int_equal(v->page->info.evtchn_upcall_mask, 0);
}

static void yield_keeps_it_runnable(void **state) {
    (void)state;
    assert_int_equal(sched_op(SCHEDOP_yield, "", 0), 0);
    assert_true(sched_needed());
    assert_ptr_equal(sched_pick(), &v->sched);
}

/* ---- Poll ---- */

#define PORTS_OFFSET 1024u

static int32_t poll(const evtchn_port_t *ports, unsigned int count, uint64_t timeout) {
    struct sched_poll poll_arg = {.nr_ports = count, .timeout = timeout};

    poll_arg.ports.q =
        fake_put(PORTS_OFFSET, ports, (count < 200 ? count : 200) * sizeof(ports[0])).v;
    return sched_op(SCHEDOP_poll, &poll_arg, sizeof(poll_arg));
}

static evtchn_port_t masked_ipi(void) {
    evtchn_port_t port;

    assert_int_equal(event_bind_ipi(&b->event, 0, &port), 0);
    b->shared_info->evtchn_mask[0] |= 1ull << port;
    return port;
}

static void poll_waits_for_a_masked_port(void **state) {
    evtchn_port_t ports[1] = {masked_ipi()};

    (void)state;
    v->page->info.evtchn_upcall_mask = PV_MASK_EVENTS;
    assert_int_equal(poll(ports, 1, 0), 0);
    assert_true(is_blocked());
    assert_int_equal(v->page->info.evtchn_upcall_mask, PV_MASK_EVENTS); /* untouched */
    assert_int_equal(event_send(&b->event, ports[0]), 0);
    assert_false(is_blocked());
}

/* As another CPU that sees that the vCPU polls, but not yet that it is blocked, and so does not
 * wake it. */
static void set_bits_when_blocked(void) {
    if (v->sched.runstate.state == RUNSTATE_blocked) {
        b->shared_info->evtchn_pending[0] = ~0ull;
        v->event.poll_hit = true;
    }
}

static void make_upcall_due_when_blocked(void) {
    v->page->info.evtchn_upcall_pending |= v->sched.runstate.state == RUNSTATE_blocked;
}

static void what_comes_while_a_vcpu_falls_asleep_wakes_it(void **state) {
    evtchn_port_t ports[1];

    (void)state;
    assert_int_equal(event_bind_ipi(&b->event, 0, ports), 0);
    fake_on_barrier = set_bits_when_blocked;
    assert_int_equal(poll(ports, 1, 0), 0);
    assert_false(is_blocked());
    assert_ptr_equal(sched_pick(), &v->sched);
    b->shared_info->evtchn_pending[0] = 0;
    fake_on_barrier = make_upcall_due_when_blocked;
    assert_int_equal(poll(ports, 1, 0), 0);
    assert_false(is_blocked());
    assert_ptr_equal(sched_pick(), &v->sched);
    v->page->info.evtchn_upcall_pending = 0;
    assert_int_equal(sched_op(SCHEDOP_block, ports, sizeof(ports)), 0);
    assert_false(is_blocked());
}

static void poll_of_a_pending_port_returns_at_once(void **state) {
    evtchn_port_t ports[2] = {masked_ipi(), masked_ipi()};

    (void)state;
    assert_int_equal(event_send(&b->event, ports[1]), 0);
    assert_int_equal(poll(ports, 2, 0), 0);
    assert_false(is_blocked());
    assert_int_equal(b->event.poller_count, 0);
}

static void poll_ends_with_its_timeout(void **state) {
    evtchn_port_t ports[1] = {masked_ipi()};

    (void)state;
    assert_int_equal(poll(ports, 1, 5 * MS), 0);
    pass(4 * MS);
    assert_true(is_blocked());
    pass(2 * MS);
    assert_false(is_blocked());
}

static void polls_that_ended_otherwise_leave_nothing_behind(void **state) {
    evtchn_port_t ports[1] = {masked_ipi()};

    (void)state;
    for (unsigned int i = 0; i < 100; i++) {
        assert_int_equal(poll(ports, 1, clock_now() + 50 * MS), 0);
        sched_wake(&v->sched); /* by something else */
        (void)sched_pick();
    }
    assert_int_equal(b->event.poller_count, 1);
    assert_int_equal(sched_op(SCHEDOP_block, "", 0), 0);
    assert_int_equal(b->event.poller_count, 0);
    assert_false(timer_is_set(&v->poll));
    assert_int_equal(event_send(&b->event, ports[0]), 0); /* masked: no reason to wake */
    pass(100 * MS);
    assert_true(is_blocked());
}

static void bad_polls_are_refused(void **state) {
    evtchn_port_t ports[200] = {0};
    struct sched_poll poll_arg = {.nr_ports = 1, .ports.q = 0};

    (void)state;
    assert_int_equal(poll(ports, 129, 0), -XEN_EINVAL);
    assert_int_equal(poll(ports, 0xffff, 0), -XEN_EINVAL);
    ports[0] = masked_ipi();
    ports[1] = 5000;
    assert_int_equal(poll(ports, 2, 0), -XEN_EINVAL);
    assert_int_equal(sched_op(SCHEDOP_poll, &poll_arg, sizeof(poll_arg)), -XEN_EFAULT);
    assert_false(is_blocked());
    assert_int_equal(b->event.poller_count, 0);
    assert_int_equal(poll(ports, 0, 5 * MS), 0); /* only the timeout */
    assert_true(is_blocked());
}

/* Arguments of a poll of @count ports. */
static void long_poll(uint32_t args[5], const evtchn_port_t *ports, uint32_t count) {
    struct sched_poll arg = {.nr_ports = count};

    arg.ports.q = fake_put(PORTS_OFFSET, ports, count * sizeof(ports[0])).v;
    args[0] = SCHEDOP_poll;
    args[1] = fake_put(0, &arg, sizeof(arg)).v;
}

#define LONG (3 * STEP_POLL_PORTS)

/* The first port, the last one, and one that is all the others. */
static void different_ends(evtchn_port_t ports[LONG]) {
    ports[0] = masked_ipi();
    ports[1] = masked_ipi();
    for (unsigned int i = 2; i < LONG - 1; i++) {
        ports[i] = ports[1];
    }
    ports[LONG - 1] = masked_ipi();
}

/* All of them are looked at, some at a time; then it blocks. */
static void a_long_poll_gives_way(void **state) {
    evtchn_port_t ports[LONG] = {0};
    unsigned int again = 0;
    uint32_t args[5];

    (void)state;
    different_ends(ports);
    long_poll(args, ports, LONG);
    while (do_sched_op(v, args) == HYPERCALL_AGAIN) {
        again++;
        assert_false(is_blocked());
    }
    assert_int_equal(again, 2);
    assert_true(is_blocked());
    assert_int_equal(event_send(&b->event, ports[LONG - 1]), 0);
    assert_false(is_blocked());
    long_poll(args, ports, LONG);
    while (do_sched_op(v, args) == HYPERCALL_AGAIN) {
    }
    assert_false(is_blocked());
    assert_int_equal(b->event.poller_count, 0);
}

/* For a port that it has looked at already. */
static void an_event_in_between_ends_a_long_poll(void **state) {
    evtchn_port_t ports[LONG] = {0};
    uint32_t args[5];

    (void)state;
    different_ends(ports);
    long_poll(args, ports, LONG);
    assert_int_equal(do_sched_op(v, args), HYPERCALL_AGAIN);
    assert_int_equal(event_send(&b->event, ports[0]), 0);
    assert_int_equal(do_sched_op(v, args), 0);
    assert_false(is_blocked());
    assert_int_equal(b->event.poller_count, 0);
}

/* A made-up place to go on, or that of a poll that another one came after, is the beginning. */
static void a_forged_poll_begins_anew(void **state) {
    evtchn_port_t ports[LONG] = {0};
    evtchn_port_t one;
    uint32_t args[5], forged;

    (void)state;
    different_ends(ports);
    one = masked_ipi();
    assert_int_equal(event_send(&b->event, ports[0]), 0);
    for (uint32_t next = 1; next < 2 * LONG; next++) {
        long_poll(args, ports, LONG);
        args[0] |= next << 8;
        assert_int_equal(do_sched_op(v, args), 0);
        assert_false(is_blocked());
    }
    event_close(&b->event, ports[0]);
    ports[0] = masked_ipi();
    long_poll(args, ports, LONG);
    assert_int_equal(do_sched_op(v, args), HYPERCALL_AGAIN);
    forged = args[0];
    assert_int_equal(poll(&one, 1, 0), 0);
    sched_wake(&v->sched);
    (void)sched_pick();
    assert_int_equal(event_send(&b->event, ports[0]), 0);
    long_poll(args, ports, LONG);
    args[0] = forged;
    assert_int_equal(do_sched_op(v, args), 0);
    assert_false(is_blocked());
}

/* ---- Shutdown ---- */

static void shutdown_tells_its_reason(void **state) {
    struct sched_shutdown arg = {.reason = SHUTDOWN_reboot};

    (void)state;
    assert_int_equal(sched_op(SCHEDOP_shutdown, &arg, sizeof(arg)), 0);
    assert_int_equal(b->state, DOMAIN_SHUTDOWN);
    assert_int_equal(b->shutdown_reason, SHUTDOWN_reboot);
}

static void a_latched_code_is_what_is_reported(void **state) {
    struct sched_shutdown arg = {.reason = SHUTDOWN_crash};

    (void)state;
    assert_int_equal(sched_op(SCHEDOP_shutdown_code, &arg, sizeof(arg)), 0);
    assert_int_equal(b->state, DOMAIN_RUNNING);
    arg.reason = SHUTDOWN_poweroff;
    assert_int_equal(sched_op(SCHEDOP_shutdown, &arg, sizeof(arg)), 0);
    assert_int_equal(b->shutdown_reason, SHUTDOWN_crash);
}

static void only_dom0_shuts_others_down(void **state) {
    struct sched_remote_shutdown arg = {.domain_id = 0, .reason = SHUTDOWN_crash};

    (void)state;
    assert_int_equal(sched_op(SCHEDOP_remote_shutdown, &arg, sizeof(arg)), -XEN_EPERM);
    arg.domain_id = 1;
    assert_int_equal(sched_op(SCHEDOP_remote_shutdown, &arg, sizeof(arg)), -XEN_EPERM);
    arg.domain_id = 9; /* there is none, and it does not learn that */
    assert_int_equal(sched_op(SCHEDOP_remote_shutdown, &arg, sizeof(arg)), -XEN_EPERM);
    arg.domain_id = 1;
    v = a->vcpu[0];
    assert_int_equal(sched_op(SCHEDOP_remote_shutdown, &arg, sizeof(arg)), 0);
    assert_int_equal(b->state, DOMAIN_SHUTDOWN);
    assert_int_equal(b->shutdown_reason, SHUTDOWN_crash);
    arg.domain_id = 9;
    assert_int_equal(sched_op(SCHEDOP_remote_shutdown, &arg, sizeof(arg)), -XEN_ESRCH);
}

static void bad_sched_ops(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {SCHEDOP_shutdown, 0};
    static const uint32_t with_pointer[] = {SCHEDOP_shutdown, SCHEDOP_poll, SCHEDOP_remote_shutdown,
                                            SCHEDOP_shutdown_code};

    (void)state;
    for (unsigned int i = 0; i < 4; i++) {
        args[0] = with_pointer[i];
        assert_int_equal(do_sched_op(v, args), -XEN_EFAULT);
    }
    args[0] = SCHEDOP_watchdog;
    assert_int_equal(do_sched_op(v, args), -XEN_ENOSYS);
    args[0] = 0xffffffff;
    assert_int_equal(do_sched_op(v, args), -XEN_ENOSYS);
    assert_int_equal(b->state, DOMAIN_RUNNING);
}

/* ---- vcpu_op ---- */

static void a_singleshot_timer_sends_virq_timer(void **state) {
    struct vcpu_set_singleshot_timer set = {.timeout_abs_ns = 5 * MS};
    evtchn_port_t port;

    (void)state;
    assert_int_equal(event_bind_virq(&b->event, VIRQ_TIMER, 0, &port), 0);
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &set, sizeof(set)), 0);
    pass(4 * MS);
    assert_false(event_port_is_pending(&b->event, port));
    pass(2 * MS);
    assert_true(event_port_is_pending(&b->event, port));
}

static void a_timer_can_be_stopped(void **state) {
    struct vcpu_set_singleshot_timer set = {.timeout_abs_ns = 5 * MS};
    evtchn_port_t port;

    (void)state;
    assert_int_equal(event_bind_virq(&b->event, VIRQ_TIMER, 0, &port), 0);
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &set, sizeof(set)), 0);
    assert_int_equal(vcpu_op(VCPUOP_stop_singleshot_timer, 0, &set, 0), 0);
    assert_int_equal(vcpu_op(VCPUOP_stop_periodic_timer, 0, &set, 0), 0);
    pass(20 * MS);
    assert_false(event_port_is_pending(&b->event, port));
}

static void the_past_is_refused_only_if_asked(void **state) {
    struct vcpu_set_singleshot_timer set = {.timeout_abs_ns = 1, .flags = VCPU_SSHOTTMR_future};

    (void)state;
    pass(MS);
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &set, sizeof(set)), -XEN_ETIME);
    assert_false(timer_is_set(&v->singleshot));
    set.flags = 0;
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &set, sizeof(set)), 0);
    assert_true(timer_is_set(&v->singleshot));
}

static void timers_of_another_vcpu_are_not_ones_own(void **state) {
    struct vcpu_set_singleshot_timer set = {.timeout_abs_ns = 5 * MS};

    (void)state;
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 1, &set, sizeof(set)), -XEN_EINVAL);
    assert_int_equal(vcpu_op(VCPUOP_stop_singleshot_timer, 1, &set, 0), -XEN_EINVAL);
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 2, &set, sizeof(set)), -XEN_ENOENT);
}

static void set_timer_op_takes_64_bits(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {0x10, 0x2};

    (void)state;
    assert_int_equal(do_set_timer_op(v, args), 0);
    assert_int_equal(v->singleshot.deadline, 0x200000010ull);
    args[0] = args[1] = 0;
    assert_int_equal(do_set_timer_op(v, args), 0);
    assert_false(timer_is_set(&v->singleshot));
}

static void vcpu_info_has_one_place(void **state) {
    struct vcpu_register_vcpu_info info = {.mfn = PV_MAGIC_VCPU_GFN(0)};

    (void)state;
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &info, sizeof(info)), 0);
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_info, 1, &info, sizeof(info)), -XEN_EINVAL);
    info.offset = 64;
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &info, sizeof(info)), -XEN_EINVAL);
    info.offset = 0;
    info.mfn += 1ull << 32;
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &info, sizeof(info)), -XEN_EINVAL);
}

static void runstate_is_told(void **state) {
    struct vcpu_runstate_info info;
    struct vcpu_register_runstate_memory_area area = {.addr.p = FAKE_GUEST_VA + 2048};

    (void)state;
    pass(3 * MS);
    assert_int_equal(vcpu_op(VCPUOP_get_runstate_info, 0, &info, sizeof(info)), 0);
    assert_int_equal(info.state, RUNSTATE_running);
    assert_in_range(info.time[RUNSTATE_running], 2 * MS, 4 * MS);
    assert_int_equal(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area, sizeof(area)), 0);
    memcpy(&info, &fake_guest[2048], sizeof(info));
    assert_int_equal(info.state, RUNSTATE_running);
    area.addr.p = 0xfe000000;
    assert_int_equal(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area, sizeof(area)),
                     -XEN_EFAULT);
    area.addr.p = (1ull << 32) + FAKE_GUEST_VA;
    assert_int_equal(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area, sizeof(area)),
                     -XEN_EFAULT);
    assert_int_equal(v->runstate_area.v, FAKE_GUEST_VA + 2048);
}

static int initialise(uint64_t table, uint32_t flags) {
    struct vcpu_guest_context context = {.ttbr0 = table, .flags = flags};

    return vcpu_op(VCPUOP_initialise, 1, &context, sizeof(context));
}

/* A table is a frame's address, of one that is registered; it is not until all is right. */
static void a_vcpu_is_initialised_once(void **state) {
    uint32_t none = 0;

    (void)state;
    assert_int_equal(initialise(4, 0), -XEN_EINVAL);
    assert_int_equal(initialise(1ull << 32, 0), -XEN_EINVAL);
    assert_int_equal(initialise(PAGE_SIZE, 0), -XEN_EINVAL);
    assert_false(b->vcpu[1]->is_initialised);
    assert_int_equal(initialise(0, VGCF_online), 0);
    assert_int_equal(vcpu_op(VCPUOP_is_up, 1, &none, 4), 1);
    assert_int_equal(initialise(0, VGCF_online), -XEN_EEXIST);
}

static void vcpus_go_up_and_down(void **state) {
    uint32_t none = 0;

    (void)state;
    assert_int_equal(vcpu_op(VCPUOP_up, 1, &none, 4), -XEN_EINVAL);
    assert_int_equal(vcpu_op(VCPUOP_is_up, 0, &none, 4), 1);
    assert_int_equal(initialise(0, 0), 0);
    assert_int_equal(vcpu_op(VCPUOP_is_up, 1, &none, 4), 0);
    assert_int_equal(vcpu_op(VCPUOP_up, 1, &none, 4), 0);
    assert_int_equal(vcpu_op(VCPUOP_is_up, 1, &none, 4), 1);
    assert_int_equal(vcpu_op(VCPUOP_down, 1, &none, 4), 0);
    assert_int_equal(vcpu_op(VCPUOP_is_up, 1, &none, 4), 0);
    assert_int_equal(b->state, DOMAIN_RUNNING);
    assert_int_equal(vcpu_op(VCPUOP_down, 0, &none, 4), 0); /* the last one */
    assert_int_equal(b->state, DOMAIN_SHUTDOWN);
    assert_int_equal(b->shutdown_reason, SHUTDOWN_poweroff);
}

static void bad_vcpu_ops(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {0, 0, 0};
    static const uint32_t with_pointer[] = {VCPUOP_get_runstate_info,
                                            VCPUOP_register_runstate_memory_area,
                                            VCPUOP_set_singleshot_timer, VCPUOP_register_vcpu_info};
    static const uint32_t missing[] = {VCPUOP_set_periodic_timer, VCPUOP_send_nmi, 14, ~0u};

    (void)state;
    for (unsigned int i = 0; i < 4; i++) {
        args[0] = with_pointer[i];
        assert_int_equal(do_vcpu_op(v, args), -XEN_EFAULT);
        args[0] = missing[i];
        assert_int_equal(do_vcpu_op(v, args), -XEN_ENOSYS);
    }
    args[1] = 0xffffffff;
    assert_int_equal(do_vcpu_op(v, args), -XEN_ENOENT);
}

/* ---- platform_op ---- */

static int32_t platform_op(struct vcpu *caller, const struct xen_platform_op *op) {
    uint32_t args[HYPERCALL_ARGS] = {fake_put(64, op, sizeof(*op)).v};

    return do_platform_op(caller, args);
}

static void dom0_sets_the_wall_clock(void **state) {
    struct xen_platform_op op = {.cmd = XENPF_settime64,
                                 .interface_version = XENPF_INTERFACE_VERSION,
                                 .u.settime64 = {.secs = 1000, .nsecs = 7}};

    (void)state;
    assert_int_equal(platform_op(v, &op), -XEN_EPERM);
    assert_int_equal(platform_op(a->vcpu[0], &op), 0);
    assert_int_equal(b->shared_info->wc_sec, 1000);
    assert_int_equal(b->shared_info->wc_nsec, 7);
    op.u.settime64.nsecs = 1000000000;
    assert_int_equal(platform_op(a->vcpu[0], &op), -XEN_EINVAL);
    op.u.settime64.nsecs = 0;
    op.u.settime64.mbz = 1;
    assert_int_equal(platform_op(a->vcpu[0], &op), -XEN_EINVAL);
    op.interface_version++;
    assert_int_equal(platform_op(a->vcpu[0], &op), -XEN_EACCES);
    op.interface_version--;
    op.cmd = 1;
    assert_int_equal(platform_op(a->vcpu[0], &op), -XEN_ENOSYS);
    uint32_t args[HYPERCALL_ARGS] = {0};
    assert_int_equal(do_platform_op(a->vcpu[0], args), -XEN_EFAULT);
}

static void the_old_settime_works_too(void **state) {
    struct xen_platform_op op = {.cmd = XENPF_settime32,
                                 .interface_version = XENPF_INTERFACE_VERSION,
                                 .u.settime32 = {.secs = 50, .nsecs = 5, .system_time = 0}};

    (void)state;
    assert_int_equal(platform_op(a->vcpu[0], &op), 0);
    assert_int_equal(a->shared_info->wc_sec, 50);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(block_unmasks_and_waits_for_an_event),
        test(block_with_an_upcall_pending_returns_at_once),
        test(yield_keeps_it_runnable),
        test(poll_waits_for_a_masked_port),
        test(what_comes_while_a_vcpu_falls_asleep_wakes_it),
        test(poll_of_a_pending_port_returns_at_once),
        test(poll_ends_with_its_timeout),
        test(polls_that_ended_otherwise_leave_nothing_behind),
        test(bad_polls_are_refused),
        test(a_long_poll_gives_way),
        test(an_event_in_between_ends_a_long_poll),
        test(a_forged_poll_begins_anew),
        test(shutdown_tells_its_reason),
        test(a_latched_code_is_what_is_reported),
        test(only_dom0_shuts_others_down),
        test(bad_sched_ops),
        test(a_singleshot_timer_sends_virq_timer),
        test(a_timer_can_be_stopped),
        test(the_past_is_refused_only_if_asked),
        test(timers_of_another_vcpu_are_not_ones_own),
        test(set_timer_op_takes_64_bits),
        test(vcpu_info_has_one_place),
        test(runstate_is_told),
        test(a_vcpu_is_initialised_once),
        test(vcpus_go_up_and_down),
        test(bad_vcpu_ops),
        test(dom0_sets_the_wall_clock),
        test(the_old_settime_works_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
