/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels of one domain: delivery, masking, states, and what is refused.
 */
#include "event.h"

#include "clock.h"
#include "hypercall.h"
#include "test.h"
#include "user.h"

static volatile uint32_t received;
static volatile uint32_t received_port;

static void count(uint32_t port) {
    received++;
    received_port = port;
}

static uint32_t open_loopback(uint32_t *receiver) {
    int32_t port = event_loopback(receiver);

    REQUIRE_EQ(port > 0, 1);
    event_handle(*receiver, count);
    received = 0;
    return (uint32_t)port;
}

static void close_loopback(uint32_t sender, uint32_t receiver) {
    event_handle(receiver, NULL);
    EXPECT_EQ(event_close(sender), 0);
    EXPECT_EQ(event_close(receiver), 0);
}

static struct evtchn_status all_of(uint32_t port) {
    struct evtchn_status status = {.dom = DOMID_SELF, .port = port};

    EXPECT_EQ(event_op(EVTCHNOP_status, &status), 0);
    return status;
}

static uint32_t status_of(uint32_t port) {
    return all_of(port).status;
}

TEST(event_arrives_within_the_send) {
    uint32_t receiver, sender = open_loopback(&receiver);

    EXPECT_EQ(event_send(sender), 0);
    EXPECT_EQ(received, 1);
    EXPECT_EQ(received_port, receiver);
    close_loopback(sender, receiver);
}

TEST(event_waits_while_upcalls_are_masked) {
    uint32_t receiver, sender = open_loopback(&receiver);

    event_mask_all();
    EXPECT_EQ(event_send(sender), 0);
    EXPECT_EQ(event_send(sender), 0);
    EXPECT_EQ(received, 0);
    EXPECT_EQ(pv_page()->info.evtchn_upcall_pending, 1);
    event_unmask_all();
    EXPECT_EQ(received, 1);
    close_loopback(sender, receiver);
}

TEST(event_waits_while_its_port_is_masked) {
    uint32_t receiver, sender = open_loopback(&receiver);

    event_set_masked(receiver, true);
    EXPECT_EQ(event_send(sender), 0);
    EXPECT_EQ(received, 0);
    EXPECT_TRUE(event_is_pending(receiver));
    event_set_masked(receiver, false);
    EXPECT_EQ(received, 1);
    close_loopback(sender, receiver);
}

/* An upcall comes in the middle of user code, which goes on afterwards. */
TEST(event_interrupts_user_code) {
    clock_expired = 0;
    EXPECT_EQ(clock_timer(clock_ns() + 2 * NS_PER_MS, 0), 0);
    EXPECT_TRAP(user_run(user_count, 0, 10000000), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 10000000);
    EXPECT_EQ(clock_expired, 1);
}

TEST(block_ends_with_an_event) {
    uint64_t start = clock_ns();

    clock_sleep(5 * NS_PER_MS);
    EXPECT_TRUE(clock_ns() - start >= 5 * NS_PER_MS);
    EXPECT_TRUE(clock_ns() - start < 50 * NS_PER_MS);
}

TEST(poll_ends_with_its_event_or_its_time) {
    uint32_t receiver, sender = open_loopback(&receiver);
    evtchn_port_t port = receiver;
    struct sched_poll poll = {.nr_ports = 1};
    uint64_t start;

    set_xen_guest_handle(poll.ports, &port);
    event_mask_all();
    EXPECT_EQ(event_send(sender), 0);
    poll.timeout = 0;
    EXPECT_EQ(sched_op(SCHEDOP_poll, &poll), 0); /* pending already: at once */
    event_unmask_all();
    start = clock_ns();
    poll.timeout = start + 3 * NS_PER_MS;
    EXPECT_EQ(sched_op(SCHEDOP_poll, &poll), 0);
    EXPECT_TRUE(clock_ns() - start >= 3 * NS_PER_MS);
    EXPECT_TRUE(clock_ns() - start < 30 * NS_PER_MS);
    close_loopback(sender, receiver);
}

TEST(ports_change_state_as_xen_says) {
    int32_t receiver = event_alloc_unbound(DOMID_SELF);
    domid_t own = all_of((uint32_t)receiver).u.unbound.dom;
    int32_t sender;

    REQUIRE_EQ(receiver > 0, 1);
    EXPECT_EQ(status_of((uint32_t)receiver), EVTCHNSTAT_unbound);
    sender = event_bind_interdomain(DOMID_SELF, (uint32_t)receiver);
    REQUIRE_EQ(sender > 0, 1);
    EXPECT_EQ(status_of((uint32_t)receiver), EVTCHNSTAT_interdomain);
    EXPECT_EQ(status_of((uint32_t)sender), EVTCHNSTAT_interdomain);
    EXPECT_EQ(all_of((uint32_t)receiver).u.interdomain.port, sender);
    EXPECT_EQ(all_of((uint32_t)sender).u.interdomain.port, receiver);
    EXPECT_EQ(event_close((uint32_t)sender), 0);
    EXPECT_EQ(status_of((uint32_t)sender), EVTCHNSTAT_closed);
    /* The other end waits for whom it was connected to, not for a port's number. */
    EXPECT_EQ(status_of((uint32_t)receiver), EVTCHNSTAT_unbound);
    EXPECT_EQ(all_of((uint32_t)receiver).u.unbound.dom, own);
    EXPECT_EQ(event_bind_interdomain(DOMID_SELF, (uint32_t)receiver), sender);
    EXPECT_EQ(event_close((uint32_t)sender), 0);
    EXPECT_EQ(event_close((uint32_t)receiver), 0);
    EXPECT_EQ(status_of((uint32_t)receiver), EVTCHNSTAT_closed);
}

TEST(bad_ports_are_refused) {
    static const uint32_t ports[] = {0, 100, 1023, 1024, 4095, 4096, 0x10000, 0x7fffffff, ~0u};

    for (unsigned int i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        struct evtchn_unmask unmask = {.port = ports[i]};

        EXPECT_EQ(event_send(ports[i]), -XEN_EINVAL);
        EXPECT_EQ(event_close(ports[i]), -XEN_EINVAL);
        EXPECT_EQ(event_bind_interdomain(DOMID_SELF, ports[i]), -XEN_EINVAL);
        EXPECT_EQ(event_op(EVTCHNOP_unmask, &unmask), -XEN_EINVAL);
    }
}

TEST(virq_is_bound_once) {
    EXPECT_EQ(event_bind_virq(VIRQ_TIMER), -XEN_EEXIST);
    EXPECT_EQ(event_bind_virq(NR_VIRQS), -XEN_EINVAL);
    EXPECT_EQ(event_bind_virq(~0u), -XEN_EINVAL);
}

TEST(lines_of_others_cannot_be_bound) {
    for (uint32_t pirq = 0; pirq < 200; pirq++) {
        struct evtchn_bind_pirq bind = {.pirq = pirq};
        struct physdev_eoi eoi = {.irq = pirq};

        EXPECT_EQ(event_op(EVTCHNOP_bind_pirq, &bind) < 0, 1);
        EXPECT_EQ(hypercall_op(__HYPERVISOR_physdev_op, PHYSDEVOP_eoi, &eoi) < 0, 1);
    }
}

TEST(channels_to_nobody_are_refused) {
    /* A port may wait for a domain that is not there yet, as in Xen; sends are dropped. */
    int32_t port = event_alloc_unbound(12345);

    EXPECT_TRUE(port > 0);
    EXPECT_EQ(event_send((uint32_t)port), 0);
    EXPECT_EQ(event_close((uint32_t)port), 0);
    EXPECT_EQ(event_bind_interdomain(12345, 1), -XEN_EINVAL);
    EXPECT_EQ(event_bind_interdomain(DOMID_XEN, 1), -XEN_EINVAL);
    for (uint32_t remote = 1; remote < 32; remote++) {
        EXPECT_EQ(event_bind_interdomain(0, remote), -XEN_EINVAL);
    }
}

/* Ports run out with an error, and all come back. */
TEST(ports_run_out_and_come_back) {
    static uint16_t opened[4200];

    for (int round = 0; round < 2; round++) {
        uint32_t n = 0;
        int32_t port = 0;

        while (n < 4200 && (port = event_alloc_unbound(DOMID_SELF)) > 0) {
            opened[n++] = (uint16_t)port;
        }
        EXPECT_EQ(port, -XEN_ENOSPC);
        EXPECT_TRUE(n >= 500);
        while (n) {
            EXPECT_EQ(event_close(opened[--n]), 0);
        }
    }
}
