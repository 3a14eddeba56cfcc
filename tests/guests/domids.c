/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks every call that takes a domain's number for every number, while other domains run, end and
 * start again: the answers are those for a domain that never was, so that a domU cannot learn which
 * others there are.  Options: self= (this domain's number), ms= (how long).
 */
#include <stdio.h>

#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "page.h"
#include "test.h"

#define NOBODY 60u /* no test has that many domains */

static const uint32_t reserved[] = {
    DOMID_FIRST_RESERVED,
    DOMID_FIRST_RESERVED + 1,
    DOMID_IO,
    DOMID_XEN,
    DOMID_COW,
    DOMID_INVALID,
    DOMID_IDLE,
    0x7fffu,
    0x8000u,
    0xffffu,
    DOMID_FIRST_RESERVED - 1,
};
#define RESERVED_COUNT (sizeof(reserved) / sizeof(reserved[0]))
#define LOW_COUNT      65u
#define ID_COUNT       (LOW_COUNT + RESERVED_COUNT)

static uint32_t id_of(uint32_t i) {
    return i < LOW_COUNT ? i : reserved[i - LOW_COUNT];
}

/* ---- The calls ---- */

static int32_t ask_alloc_unbound(uint32_t id, uint32_t i) {
    struct evtchn_alloc_unbound op = {.dom = (domid_t)id, .remote_dom = (domid_t)i};

    return event_op(EVTCHNOP_alloc_unbound, &op);
}

/* A port for that domain can be opened, whoever it is, and the port's number says nothing. */
static int32_t ask_alloc_remote(uint32_t id, uint32_t i) {
    int32_t port = event_alloc_unbound(id);

    (void)i;
    event_close((uint32_t)port);
    return port;
}

static int32_t ask_send_unbound(uint32_t id, uint32_t i) {
    int32_t port = event_alloc_unbound(id);
    int32_t result = event_send((uint32_t)port);
    struct evtchn_status status = {.dom = DOMID_SELF, .port = (evtchn_port_t)port};

    (void)i;
    EXPECT_EQ(event_op(EVTCHNOP_status, &status), 0);
    event_close((uint32_t)port);
    return result << 8 | (int32_t)status.status;
}

static int32_t ask_bind(uint32_t id, uint32_t i) {
    static const uint32_t ports[] = {0, 1,  2,  3,    4,    5,    6,        7,
                                     8, 63, 64, 1023, 1024, 4095, 1u << 31, ~0u};

    return event_bind_interdomain(id, ports[i % (sizeof(ports) / sizeof(ports[0]))]);
}

static int32_t ask_status(uint32_t id, uint32_t i) {
    struct evtchn_status op = {.dom = (domid_t)id, .port = i};

    return event_op(EVTCHNOP_status, &op);
}

static int32_t ask_reset(uint32_t id, uint32_t i) {
    struct evtchn_reset op = {.dom = (domid_t)id};

    (void)i;
    return event_op(EVTCHNOP_reset, &op);
}

static int32_t ask_hvm(uint32_t id, uint32_t i) {
    struct xen_hvm_param op = {.domid = (domid_t)id, .index = i / 2 * 10};

    return hypercall_op(__HYPERVISOR_hvm_op, i % 2 ? HVMOP_get_param : HVMOP_set_param, &op);
}

static int32_t ask_shutdown(uint32_t id, uint32_t i) {
    struct sched_remote_shutdown op = {.domain_id = (domid_t)id, .reason = i};

    return sched_op(SCHEDOP_remote_shutdown, &op);
}

static int32_t ask_add(uint32_t id, uint32_t i) {
    struct xen_add_to_physmap op = {.domid = (domid_t)id, .space = i, .gpfn = page_ram_base >> 12};

    return memory_op(XENMEM_add_to_physmap, &op);
}

static int32_t ask_reservation(uint32_t id, uint32_t i) {
    domid_t op = (domid_t)id;

    return memory_op(i % 2 ? XENMEM_current_reservation : XENMEM_maximum_reservation, &op);
}

static int32_t ask_balloon(uint32_t id, uint32_t i) {
    xen_pfn_t frame = page_ram_base >> 12;
    struct xen_memory_reservation op = {
        .domid = (domid_t)id, .nr_extents = i / 2 % 2, .extent_order = i / 4 % 2};

    set_xen_guest_handle(op.extent_start, &frame);
    return memory_op(i % 2 ? XENMEM_decrease_reservation : XENMEM_populate_physmap, &op);
}

static int32_t ask_update(uint32_t id, uint32_t i) {
    static struct mmu_update update = {.ptr = ~0u};
    static struct mmuext_op ext = {.cmd = MMUEXT_TLB_FLUSH_LOCAL};

    return i % 2 ? hypercall4(__HYPERVISOR_mmu_update, (uint32_t)&update, 1, 0, id)
                 : hypercall4(__HYPERVISOR_mmuext_op, (uint32_t)&ext, 1, 0, id);
}

#define CALL(name) \
    { #name, ask_##name }
static const struct {
    const char *name;
    int32_t (*ask)(uint32_t id, uint32_t variant);
} calls[] = {
    CALL(alloc_unbound), CALL(alloc_remote), CALL(send_unbound), CALL(bind),
    CALL(status),        CALL(reset),        CALL(hvm),          CALL(shutdown),
    CALL(add),           CALL(reservation),  CALL(balloon),      CALL(update),
};
#define CALL_COUNT (sizeof(calls) / sizeof(calls[0]))
#define VARIANTS   16u

static bool is_self(uint32_t id) {
    return id == DOMID_SELF || id == option_number("self", 1);
}

/* How many answers differ from those for nobody; the first few are printed. */
static uint32_t differences(uint32_t id) {
    uint32_t count = 0;

    for (uint32_t i = 0; i < CALL_COUNT * VARIANTS; i++) {
        int32_t nobody = calls[i / VARIANTS].ask(NOBODY, i % VARIANTS);
        int32_t answer = calls[i / VARIANTS].ask(id, i % VARIANTS);

        if (answer != nobody && count++ < 3) {
            printf("%s %lu of domain %lu: %ld, not %ld\n", calls[i / VARIANTS].name, i % VARIANTS,
                   id, answer, nobody);
        }
    }
    return count;
}

TEST(answers_do_not_tell_which_domains_there_are) {
    uint64_t end = clock_ns() + option_number("ms", 2000) * NS_PER_MS;
    uint32_t differ = 0, rounds = 0;

    do {
        for (uint32_t i = 0; i < ID_COUNT && differ < 10; i++) {
            differ += is_self(id_of(i)) ? 0 : differences(id_of(i));
        }
        rounds++;
        clock_sleep(NS_PER_MS);
    } while (clock_ns() < end && differ == 0);
    EXPECT_EQ(differ, 0);
    printf("%lu rounds\n", rounds);
}

/* The calls can succeed: what the answers have in common is not that all are refused. */
TEST(a_domain_may_name_itself_by_number) {
    uint32_t self = option_number("self", 1);
    struct evtchn_alloc_unbound alloc = {.dom = (domid_t)self, .remote_dom = DOMID_SELF};
    struct xen_hvm_param param = {.domid = (domid_t)self, .index = HVM_PARAM_CALLBACK_IRQ};
    domid_t id = (domid_t)self;
    struct evtchn_status status = {.dom = (domid_t)self};

    EXPECT_EQ(event_op(EVTCHNOP_alloc_unbound, &alloc), 0);
    status.port = alloc.port;
    EXPECT_EQ(event_op(EVTCHNOP_status, &status), 0);
    EXPECT_TRUE(event_bind_interdomain(self, alloc.port) > 0);
    EXPECT_EQ(hypercall_op(__HYPERVISOR_hvm_op, HVMOP_get_param, &param), 0);
    EXPECT_TRUE(memory_op(XENMEM_current_reservation, &id) > 0);
}
