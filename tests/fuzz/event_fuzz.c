/* SPDX-License-Identifier: GPL-2.0-only */
/* Event channels among three domains that call, die step by step and are made again: both ends of
 * a channel name each other, and nothing of a dead domain is left anywhere. */
/* links: core/domain */
#include "core/event/event.h"

#include <arch/fake.h>
#include <stdlib.h>
#include <string.h>

#include "core/mm/heap.h"
#include "fuzz.h"
#include "support_domain.h"

#define DOMAINS     3u
#define VCPUS       2u
#define HEAP_BLOCKS 16u

static struct domain *domain[DOMAINS];
static evtchn_port_t held[DOMAINS];

static void start(unsigned int i) {
    domain[i] = support_domain_add((domid_t)i, VCPUS);
    FUZZ_CHECK(event_alloc_hypervisor_port(&domain[i]->event, NULL, &held[i]) == 0);
}

static void power_on(void *memory) {
    support_domain_remove_all();
    fake_board_init(0);
    heap_init(memory, maddr(0x100000), HEAP_BLOCKS * HEAP_BLOCK_SIZE);
    for (unsigned int i = 0; i < DOMAINS; i++) {
        start(i);
    }
}

/* ---- What must hold ---- */

static bool is_used(const struct event_domain *e, evtchn_port_t port) {
    return e->used[port / 32] >> port % 32 & 1;
}

static bool is_alive(const struct event_domain *e) {
    for (unsigned int i = 0; i < DOMAINS; i++) {
        if (e == &domain[i]->event) {
            return true;
        }
    }
    return false;
}

static void check_ends(struct event_domain *e, evtchn_port_t port, const struct event_port *p) {
    const struct event_port *other;

    FUZZ_CHECK(is_alive(p->remote) && event_is_port(p->remote, p->number));
    other = event_port(p->remote, p->number);
    FUZZ_CHECK(other->state == EVENT_INTERDOMAIN && other->remote == e && other->number == port);
}

static void check_port(struct event_domain *e, evtchn_port_t port) {
    const struct event_port *p = event_port(e, port);

    FUZZ_CHECK(is_used(e, port) == (p->state != EVENT_FREE));
    FUZZ_CHECK(p->state == EVENT_FREE || p->vcpu < e->vcpu_count);
    if (p->state == EVENT_FREE) {
        FUZZ_CHECK(!event_port_is_pending(e, port));
    } else if (p->state == EVENT_INTERDOMAIN) {
        check_ends(e, port, p);
    } else if (p->state == EVENT_VIRQ) {
        FUZZ_CHECK(p->number < NR_VIRQS && e->vcpu[p->vcpu]->virq_port[p->number] == port);
    }
}

static void check_virqs(struct event_domain *e) {
    for (unsigned int v = 0; v < e->vcpu_count; v++) {
        for (unsigned int virq = 0; virq < NR_VIRQS; virq++) {
            evtchn_port_t port = e->vcpu[v]->virq_port[virq];

            FUZZ_CHECK(port == 0 ||
                       (event_is_port(e, port) && event_port(e, port)->state == EVENT_VIRQ &&
                        event_port(e, port)->number == virq));
        }
    }
}

static void check(void) {
    for (unsigned int i = 0; i < DOMAINS; i++) {
        struct event_domain *e = &domain[i]->event;

        for (evtchn_port_t port = 1; port < e->port_count; port++) {
            check_port(e, port);
        }
        check_virqs(e);
        FUZZ_CHECK(e->is_closing || event_port(e, held[i])->state == EVENT_HYPERVISOR);
    }
}

/* ---- What happens ---- */

/* One step of its end; after the last it is made again. */
static void die(unsigned int i) {
    if (!event_domain_destroy(&domain[i]->event)) {
        support_domain_remove(domain[i]);
        start(i);
    }
}

/* As many as there may be, so that the pages of ports are used too. */
static void fill(struct event_domain *e, uint32_t count) {
    evtchn_port_t port;

    while (count-- > 0 && event_alloc_unbound(e, DOMID_SELF, &port) == 0) {
    }
}

static void reset(struct event_domain *e) {
    while (event_reset(e)) {
    }
}

static void call(struct fuzz_input *in) {
    uint32_t op = fuzz_take(in, 1), i = fuzz_take(in, 1), port = fuzz_take(in, 1) * (1 + i / 128);
    struct event_domain *e = &domain[i % DOMAINS]->event;
    struct event_domain *r = &domain[i / DOMAINS % DOMAINS]->event;
    struct evtchn_status status;
    evtchn_port_t got;

    switch (op % 14) {
    case 0: (void)event_alloc_unbound(e, r->id, &got); break;
    case 1: (void)event_bind_interdomain(e, r, port, &got); break;
    case 2: (void)event_bind_virq(e, port % 32, port / 32, &got); break;
    case 3: (void)event_bind_ipi(e, port, &got); break;
    case 4: (void)event_bind_pirq(e, port, &got); break;
    case 5: (void)event_close(e, port); break;
    case 6: (void)event_send(e, port); break;
    case 7: (void)event_unmask(e, port); break;
    case 8: (void)event_bind_vcpu(e, port, op / 14); break;
    case 9: (void)event_status(e, port, &status); break;
    case 10: reset(e); break;
    case 11: event_send_domain_virq(e, port % NR_VIRQS); break;
    case 12: fill(e, port); break;
    default: die(i % DOMAINS); break;
    }
}

static void end(void) {
    for (unsigned int i = 0; i < DOMAINS; i++) {
        while (event_domain_destroy(&domain[i]->event)) {
        }
    }
    support_domain_remove_all();
}

void fuzz_one(struct fuzz_input in) {
    void *memory = aligned_alloc(HEAP_BLOCK_SIZE, HEAP_BLOCKS * HEAP_BLOCK_SIZE);
    uint32_t before;

    power_on(memory);
    before = heap_free_pages();
    while (in.left) {
        call(&in);
        check();
    }
    end();
    FUZZ_CHECK(heap_free_pages() == before);
    free(memory);
}
