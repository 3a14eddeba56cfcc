/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls that are dom0's alone, at their worst arguments, with another domain beside it: how
 * long interrupts are masked is measured from outside (test_stretches.py).
 */
#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "row.h"
#include "test.h"

#include <xen/platform.h>

#define OTHER 1u

static int32_t set_time(uint32_t command) {
    struct xen_platform_op op = {.cmd = command, .interface_version = XENPF_INTERFACE_VERSION};

    if (command == XENPF_settime32) {
        op.u.settime32.secs = 1000;
        op.u.settime32.nsecs = 999999999;
        op.u.settime32.system_time = clock_ns();
    } else {
        op.u.settime64.secs = 1000;
        op.u.settime64.nsecs = 999999999;
        op.u.settime64.system_time = clock_ns();
    }
    return hypercall1(__HYPERVISOR_platform_op, (uint32_t)&op);
}

TEST(time_of_day) {
    EXPECT_EQ(ROW("platform_op settime32", set_time(XENPF_settime32)), 0);
    EXPECT_EQ(ROW("platform_op settime64", set_time(XENPF_settime64)), 0);
}

/* A line that is dom0's: as the board has it. */
static struct evtchn_bind_pirq own_line(void) {
    struct evtchn_bind_pirq bind = {.pirq = 0};

    while (event_op(EVTCHNOP_bind_pirq, &bind)) {
        REQUIRE_EQ(++bind.pirq < 256, 1);
    }
    return bind;
}

TEST(lines) {
    struct evtchn_bind_pirq bind = own_line();
    struct physdev_eoi eoi = {.irq = bind.pirq};
    struct physdev_irq_status_query query = {.irq = bind.pirq};

    EXPECT_EQ(event_close(bind.port), 0);
    EXPECT_EQ(ROW("event_channel_op bind_pirq", event_op(EVTCHNOP_bind_pirq, &bind)), 0);
    EXPECT_EQ(ROW("physdev_op irq_status_query",
                  hypercall_op(__HYPERVISOR_physdev_op, PHYSDEVOP_irq_status_query, &query)),
              0);
    EXPECT_EQ(ROW("physdev_op eoi", hypercall_op(__HYPERVISOR_physdev_op, PHYSDEVOP_eoi, &eoi)), 0);
    EXPECT_EQ(ROW("event_channel_op close: of a line", event_close(bind.port)), 0);
}

TEST(other_domains) {
    domid_t other = OTHER;
    struct xen_hvm_param param = {.domid = OTHER, .index = HVM_PARAM_CONSOLE_EVTCHN};

    EXPECT_TRUE(ROW("memory_op current_reservation: of another domain",
                    memory_op(XENMEM_current_reservation, &other)) > 0);
    EXPECT_EQ(ROW("hvm_op get_param: of another domain",
                  hypercall_op(__HYPERVISOR_hvm_op, HVMOP_get_param, &param)),
              0);
    EXPECT_EQ(ROW("hvm_op set_param: of another domain",
                  hypercall_op(__HYPERVISOR_hvm_op, HVMOP_set_param, &param)),
              0);
}

/* The other domain is torn down within the row, and built again: its memory, its tables. */
static int32_t wait_for_the_end(void) {
    struct sched_remote_shutdown end = {.domain_id = OTHER, .reason = SHUTDOWN_reboot};
    int32_t error = sched_op(SCHEDOP_remote_shutdown, &end);

    clock_sleep(option_number("ms", 100) * NS_PER_MS);
    return error;
}

TEST(remote_end) {
    EXPECT_EQ(ROW("sched_op remote_shutdown: until it stands again", wait_for_the_end()), 0);
}

/* The row goes on after the guest's last instruction: the domain is taken apart, and the board
 * ends. */
TEST(own_end) {
    row_begin("sched_op shutdown: of dom0");
}
