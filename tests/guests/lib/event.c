/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels; see event.h.  The bits in shared_info are shared with the
 * hypervisor, so they are changed by restartable sequences only.
 */
#include "event.h"

#include <stddef.h>

#include "clock.h"
#include "core.h"
#include "hypercall.h"
#include "page.h"
#include "test.h"

#define FIRST_PORTS 16u

static event_fn *handlers[EVENT_PORTS];
static volatile struct shared_info *shared;

static volatile uint32_t *event_word(volatile void *array, uint32_t port) {
    return (volatile uint32_t *)array + port / 32;
}

void event_init(void) {
    void *page = page_alloc(1);
    struct xen_add_to_physmap place = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_shared_info,
        .gpfn = page_gpa(page) >> 12,
    };

    REQUIRE_EQ(memory_op(XENMEM_add_to_physmap, &place), 0);
    shared = page;
    event_unmask_all();
}

void event_handle(uint32_t port, event_fn *handler) {
    REQUIRE_EQ(port < EVENT_PORTS, 1);
    handlers[port] = handler;
}

void event_dispatch(uint32_t port) {
    core_clear_bits(event_word(shared->evtchn_pending, port), 1u << (port % 32));
    if (port < EVENT_PORTS && handlers[port]) {
        handlers[port](port);
    }
}

/* One half of a 64-bit selector word: each bit of it stands for 64 ports. */
static void event_scan(uint32_t selected, uint32_t first) {
    for (; selected; selected &= selected - 1) {
        uint32_t group = first + (uint32_t)__builtin_ctz(selected);

        for (uint32_t half = group * 2; half < group * 2 + 2; half++) {
            uint32_t ready = ((volatile uint32_t *)shared->evtchn_pending)[half] &
                             ~((volatile uint32_t *)shared->evtchn_mask)[half];

            for (; ready; ready &= ready - 1) {
                event_dispatch(half * 32 + (uint32_t)__builtin_ctz(ready));
            }
        }
    }
}

__attribute__((weak)) void event_upcall(void) {
    volatile uint32_t *select = (volatile uint32_t *)&pv_page()->info.evtchn_pending_sel;

    while (pv_page()->info.evtchn_upcall_pending) {
        pv_page()->info.evtchn_upcall_pending = 0;
        event_scan(core_exchange(&select[0], 0), 0);
        event_scan(core_exchange(&select[1], 0), 32);
    }
}

uint8_t event_mask_all(void) {
    uint8_t old = *pv_mask();

    *pv_mask() = PV_MASK_EVENTS;
    return old;
}

void event_unmask_all(void) {
    *pv_mask() = 0;
    if (pv_page()->info.evtchn_upcall_pending) {
        hypercall2(__HYPERVISOR_xen_version, XENVER_version, 0);
    }
}

void event_restore(uint8_t mask) {
    if (mask) {
        *pv_mask() = mask;
    } else {
        event_unmask_all();
    }
}

void event_set_masked(uint32_t port, bool is_masked) {
    if (is_masked) {
        core_set_bits(event_word(shared->evtchn_mask, port), 1u << (port % 32));
    } else {
        struct evtchn_unmask unmask = {.port = port};

        EXPECT_EQ(event_op(EVTCHNOP_unmask, &unmask), 0);
    }
}

volatile uint32_t *event_pending_word(uint32_t port) {
    return event_word(shared->evtchn_pending, port);
}

bool event_is_pending(uint32_t port) {
    return *event_pending_word(port) >> (port % 32) & 1;
}

int32_t event_bind_virq(uint32_t virq) {
    struct evtchn_bind_virq bind = {.virq = virq, .vcpu = 0};
    int32_t error = event_op(EVTCHNOP_bind_virq, &bind);

    return error ? error : (int32_t)bind.port;
}

int32_t event_alloc_unbound(uint32_t remote) {
    struct evtchn_alloc_unbound alloc = {.dom = DOMID_SELF, .remote_dom = (domid_t)remote};
    int32_t error = event_op(EVTCHNOP_alloc_unbound, &alloc);

    return error ? error : (int32_t)alloc.port;
}

int32_t event_bind_interdomain(uint32_t remote, uint32_t remote_port) {
    struct evtchn_bind_interdomain bind = {
        .remote_dom = (domid_t)remote,
        .remote_port = remote_port,
    };
    int32_t error = event_op(EVTCHNOP_bind_interdomain, &bind);

    return error ? error : (int32_t)bind.local_port;
}

int32_t event_bind_first(uint32_t remote) {
    for (;;) {
        for (uint32_t port = 1; port < FIRST_PORTS; port++) {
            int32_t bound = event_bind_interdomain(remote, port);

            if (bound > 0) {
                return bound;
            }
        }
        clock_sleep(NS_PER_MS);
    }
}

int32_t event_send(uint32_t port) {
    struct evtchn_send send = {.port = port};

    return event_op(EVTCHNOP_send, &send);
}

int32_t event_close(uint32_t port) {
    struct evtchn_close close = {.port = port};

    return event_op(EVTCHNOP_close, &close);
}

int32_t event_loopback(uint32_t *receiver) {
    int32_t port = event_alloc_unbound(DOMID_SELF);

    if (port < 0) {
        return port;
    }
    *receiver = (uint32_t)port;
    return event_bind_interdomain(DOMID_SELF, (uint32_t)port);
}

/* SCHEDOP_block unmasks and blocks in one step, so that no event falls between. */
void event_wait(volatile uint32_t *flag) {
    for (;;) {
        event_mask_all();
        if (*flag) {
            break;
        }
        sched_op(SCHEDOP_block, NULL);
    }
    event_unmask_all();
}
