/* SPDX-License-Identifier: GPL-2.0-only */
/* Event channels: Xen's semantics and errors, limits, and that nothing reaches the wrong domain. */
/* links: core/domain */
#include "core/event/event.h"

#include <arch/atomic.h>
#include <arch/fake.h>
#include <limits.h>
#include <stdlib.h>

#include "core/event/pirq.h"
#include "core/mm/heap.h"
#include "support_cmocka.h"
#include "support_domain.h"

static void *heap_memory;
static struct domain *a, *b; /* domains 0 and 1, two vCPUs each */

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    heap_memory = aligned_alloc(HEAP_BLOCK_SIZE, 16 * HEAP_BLOCK_SIZE);
    heap_init(heap_memory, maddr(0x100000), 16 * HEAP_BLOCK_SIZE);
    a = support_domain_add(0, 2);
    b = support_domain_add(1, 2);
    support_sleep(a);
    support_sleep(b);
    return 0;
}

static void destroy(struct domain *d) {
    while (event_domain_destroy(&d->event)) {
    }
}

static int power_off(void **state) {
    (void)state;
    destroy(a);
    destroy(b);
    support_domain_remove_all();
    free(heap_memory);
    return 0;
}

static uint64_t pending_word(const struct domain *d, evtchn_port_t port) {
    return d->shared_info->evtchn_pending[port / 64];
}

static bool is_pending(const struct domain *d, evtchn_port_t port) {
    return (pending_word(d, port) >> (port % 64) & 1) != 0;
}

static void set_mask(struct domain *d, evtchn_port_t port) {
    d->shared_info->evtchn_mask[port / 64] |= 1ull << (port % 64);
}

/* What a guest's upcall does: take everything that is pending and unmasked. */
static void consume(struct domain *d) {
    memset(d->shared_info->evtchn_pending, 0, sizeof(d->shared_info->evtchn_pending));
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        d->vcpu[i]->page->info.evtchn_pending_sel = 0;
        d->vcpu[i]->page->info.evtchn_upcall_pending = 0;
    }
    support_sleep(d);
}

static unsigned int status_of(struct domain *d, evtchn_port_t port) {
    struct evtchn_status status;

    assert_int_equal(event_status(&d->event, port, &status), 0);
    return status.status;
}

/* Connected ports of a and b. */
static void connect(evtchn_port_t *pa, evtchn_port_t *pb) {
    assert_int_equal(event_alloc_unbound(&a->event, b->id, pa), 0);
    assert_int_equal(event_bind_interdomain(&b->event, &a->event, *pa, pb), 0);
    consume(a);
    consume(b);
}

static void a_send_sets_pending_selector_and_upcall(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    connect(&pa, &pb);
    assert_int_equal(event_send(&a->event, pa), 0);
    assert_true(is_pending(b, pb));
    assert_int_equal(pending_word(a, pa), 0);
    assert_int_equal(b->vcpu[0]->page->info.evtchn_pending_sel, 1ull << (pb / 64));
    assert_int_equal(b->vcpu[0]->page->info.evtchn_upcall_pending, 1);
    assert_int_equal(support_woken(), 1);
    assert_true(support_is_woken(b->vcpu[0]));
    assert_int_equal(event_send(&b->event, pb), 0);
    assert_true(is_pending(a, pa));
}

static void a_second_send_before_the_first_is_seen_adds_nothing(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    connect(&pa, &pb);
    for (unsigned int i = 0; i < 1000; i++) {
        assert_int_equal(event_send(&a->event, pa), 0);
    }
    assert_int_equal(support_woken(), 1);
}

static void a_masked_port_becomes_pending_without_upcall(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    connect(&pa, &pb);
    set_mask(b, pb);
    assert_int_equal(event_send(&a->event, pa), 0);
    assert_true(is_pending(b, pb));
    assert_int_equal(b->vcpu[0]->page->info.evtchn_upcall_pending, 0);
    assert_int_equal(support_woken(), 0);
    assert_int_equal(event_unmask(&b->event, pb), 0);
    assert_int_equal(b->shared_info->evtchn_mask[pb / 64], 0);
    assert_int_equal(b->vcpu[0]->page->info.evtchn_upcall_pending, 1);
    assert_int_equal(support_woken(), 1);
}

static void unmask_of_a_quiet_port_is_quiet(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    connect(&pa, &pb);
    assert_int_equal(event_unmask(&b->event, pb), 0);
    assert_int_equal(support_woken(), 0);
    assert_int_equal(event_unmask(&b->event, 0), -XEN_EINVAL);
    assert_int_equal(event_unmask(&b->event, 0xffffffff), -XEN_EINVAL);
}

static void binding_sets_the_local_end_pending(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    assert_int_equal(event_alloc_unbound(&a->event, b->id, &pa), 0);
    assert_int_equal(event_send(&a->event, pa), 0); /* nobody there: accepted, lost */
    assert_int_equal(event_bind_interdomain(&b->event, &a->event, pa, &pb), 0);
    assert_true(is_pending(b, pb));
    assert_false(is_pending(a, pa));
}

static void only_the_named_domain_may_bind(void **state) {
    struct domain *c = support_domain_add(2, 1);
    evtchn_port_t pa, pc;

    (void)state;
    assert_int_equal(event_alloc_unbound(&a->event, b->id, &pa), 0);
    assert_int_equal(event_bind_interdomain(&c->event, &a->event, pa, &pc), -XEN_EINVAL);
    assert_int_equal(status_of(a, pa), EVTCHNSTAT_unbound);
    destroy(c);
}

static void binding_refuses_what_is_no_unbound_port(void **state) {
    evtchn_port_t pa, pb, p;

    (void)state;
    connect(&pa, &pb);
    assert_int_equal(event_bind_interdomain(&b->event, &a->event, pa, &p), -XEN_EINVAL); /* taken */
    assert_int_equal(event_bind_interdomain(&b->event, &a->event, 0, &p), -XEN_EINVAL);
    assert_int_equal(event_bind_interdomain(&b->event, &a->event, 63, &p), -XEN_EINVAL); /* free */
    assert_int_equal(event_bind_interdomain(&b->event, &a->event, 64, &p),
                     -XEN_EINVAL); /* no place */
    assert_int_equal(event_bind_interdomain(&b->event, &a->event, 0xffffffff, &p), -XEN_EINVAL);
}

static void loopback_within_a_domain(void **state) {
    evtchn_port_t p1, p2;

    (void)state;
    assert_int_equal(event_alloc_unbound(&a->event, a->id, &p1), 0);
    assert_int_equal(event_bind_interdomain(&a->event, &a->event, p1, &p2), 0);
    assert_int_not_equal(p1, p2);
    consume(a);
    assert_int_equal(event_send(&a->event, p1), 0);
    assert_true(is_pending(a, p2));
    assert_int_equal(event_close(&a->event, p1), 0);
    assert_int_equal(status_of(a, p2), EVTCHNSTAT_unbound);
}

static void close_leaves_the_other_end_unbound_for_the_same_domain(void **state) {
    struct evtchn_status status;
    evtchn_port_t pa, pb, again;

    (void)state;
    connect(&pa, &pb);
    assert_int_equal(event_close(&b->event, pb), 0);
    assert_int_equal(event_status(&a->event, pa, &status), 0);
    assert_int_equal(status.status, EVTCHNSTAT_unbound);
    assert_int_equal(status.u.unbound.dom, b->id);
    assert_int_equal(status_of(b, pb), EVTCHNSTAT_closed);
    assert_int_equal(event_send(&a->event, pa), 0);
    assert_int_equal(event_bind_interdomain(&b->event, &a->event, pa, &again), 0);
    assert_int_equal(again, pb); /* lowest free port */
}

static void close_clears_a_pending_bit(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    connect(&pa, &pb);
    assert_int_equal(event_send(&a->event, pa), 0);
    assert_int_equal(event_close(&b->event, pb), 0);
    assert_false(is_pending(b, pb));
    assert_int_equal(event_close(&b->event, pb), -XEN_EINVAL);
    assert_int_equal(event_close(&b->event, 0), -XEN_EINVAL);
    assert_int_equal(event_close(&b->event, 5000), -XEN_EINVAL);
}

static void virqs_reach_the_vcpu_they_are_bound_to(void **state) {
    evtchn_port_t t0, t1;

    (void)state;
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 0, &t0), 0);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 1, &t1), 0);
    event_send_virq(&a->vcpu[1]->event, VIRQ_TIMER);
    assert_true(is_pending(a, t1));
    assert_false(is_pending(a, t0));
    assert_int_equal(a->vcpu[1]->page->info.evtchn_upcall_pending, 1);
    assert_int_equal(a->vcpu[0]->page->info.evtchn_upcall_pending, 0);
    event_send_virq(&b->vcpu[0]->event, VIRQ_TIMER); /* not bound: nothing */
    assert_int_equal(pending_word(b, 0), 0);
}

/* ---- What another CPU may do or see at each barrier ---- */

static evtchn_port_t watched; /* of b */
static unsigned int kicks_when_due;

static void note_kicks_when_due(void) {
    if (b->vcpu[0]->page->info.evtchn_upcall_pending && kicks_when_due == UINT_MAX) {
        kicks_when_due = support_is_woken(b->vcpu[0]);
    }
}

static void unmask_when_pending(void) {
    if (is_pending(b, watched)) {
        memset(b->shared_info->evtchn_mask, 0, sizeof(b->shared_info->evtchn_mask));
    }
}

static void send_when_unmasked(void) {
    fake_on_barrier = NULL;
    assert_int_equal(b->shared_info->evtchn_mask[watched / 64], 0);
    b->shared_info->evtchn_pending[watched / 64] |= 1ull << (watched % 64);
}

/* The vCPU's state is looked at only after the others can see that an upcall is due. */
static void an_upcall_is_seen_to_be_due_before_the_kick(void **state) {
    evtchn_port_t pa;

    (void)state;
    connect(&pa, &watched);
    kicks_when_due = UINT_MAX;
    fake_on_barrier = note_kicks_when_due;
    assert_int_equal(event_send(&a->event, pa), 0);
    fake_on_barrier = NULL;
    assert_int_equal(support_woken(), 1);
    assert_int_equal(kicks_when_due, 0);
}

static void an_unmask_during_a_send_loses_nothing(void **state) {
    evtchn_port_t pa;

    (void)state;
    connect(&pa, &watched);
    set_mask(b, watched);
    fake_on_barrier = unmask_when_pending;
    assert_int_equal(event_send(&a->event, pa), 0);
    fake_on_barrier = NULL;
    assert_int_equal(support_woken(), 1);
}

static void a_send_during_an_unmask_loses_nothing(void **state) {
    evtchn_port_t pa;

    (void)state;
    connect(&pa, &watched);
    set_mask(b, watched);
    fake_on_barrier = send_when_unmasked;
    assert_int_equal(event_unmask(&b->event, watched), 0);
    assert_null(fake_on_barrier);
    assert_int_equal(support_woken(), 1);
}

static void virq_errors_are_xens(void **state) {
    evtchn_port_t p;

    (void)state;
    assert_int_equal(event_bind_virq(&a->event, NR_VIRQS, 0, &p), -XEN_EINVAL);
    assert_int_equal(event_bind_virq(&a->event, 0xffffffff, 0, &p), -XEN_EINVAL);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_CONSOLE, 1, &p), -XEN_EINVAL); /* global */
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 2, &p), -XEN_ENOENT);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 0, &p), 0);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 0, &p), -XEN_EEXIST);
    assert_int_equal(event_close(&a->event, p), 0);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 0, &p), 0);
    assert_int_equal(event_send(&a->event, p), -XEN_EINVAL); /* a guest cannot raise its VIRQ */
}

static void global_virqs_can_be_moved(void **state) {
    evtchn_port_t p, q;

    (void)state;
    event_send_domain_virq(&a->event, VIRQ_DOM_EXC); /* nobody listens */
    assert_int_equal(event_bind_virq(&a->event, VIRQ_DOM_EXC, 0, &p), 0);
    assert_int_equal(event_bind_virq(&b->event, VIRQ_DOM_EXC, 0, &q), 0);
    assert_int_equal(event_bind_vcpu(&a->event, p, 1), 0);
    event_send_domain_virq(&a->event, VIRQ_DOM_EXC);
    assert_true(is_pending(a, p));
    assert_false(is_pending(b, q));
    assert_true(support_is_woken(a->vcpu[1]));
}

static void ipis_are_sent_to_oneself(void **state) {
    evtchn_port_t p;

    (void)state;
    assert_int_equal(event_bind_ipi(&a->event, 2, &p), -XEN_ENOENT);
    assert_int_equal(event_bind_ipi(&a->event, 1, &p), 0);
    assert_int_equal(event_send(&a->event, p), 0);
    assert_true(is_pending(a, p));
    assert_true(support_is_woken(a->vcpu[1]));
    assert_int_equal(event_bind_vcpu(&a->event, p, 0), -XEN_EINVAL);
}

static void bind_vcpu_moves_what_may_move(void **state) {
    evtchn_port_t pa, pb, t;

    (void)state;
    connect(&pa, &pb);
    assert_int_equal(event_bind_vcpu(&b->event, pb, 1), 0);
    assert_int_equal(event_send(&a->event, pa), 0);
    assert_true(support_is_woken(b->vcpu[1]));
    assert_int_equal(event_bind_vcpu(&b->event, pb, 2), -XEN_ENOENT);
    assert_int_equal(event_bind_vcpu(&b->event, 0, 0), -XEN_EINVAL);
    assert_int_equal(event_bind_vcpu(&b->event, 50, 0), -XEN_EINVAL); /* closed */
    assert_int_equal(event_bind_virq(&b->event, VIRQ_TIMER, 0, &t), 0);
    assert_int_equal(event_bind_vcpu(&b->event, t, 1), -XEN_EINVAL); /* per-vCPU VIRQ */
}

static void status_tells_each_kind(void **state) {
    struct evtchn_status status = {0};
    evtchn_port_t pa, pb, v, i, h;

    (void)state;
    connect(&pa, &pb);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 1, &v), 0);
    assert_int_equal(event_bind_ipi(&a->event, 1, &i), 0);
    assert_int_equal(event_alloc_hypervisor_port(&a->event, NULL, &h), 0);
    assert_int_equal(event_status(&a->event, pa, &status), 0);
    assert_int_equal(status.status, EVTCHNSTAT_interdomain);
    assert_int_equal(status.u.interdomain.dom, b->id);
    assert_int_equal(status.u.interdomain.port, pb);
    assert_int_equal(event_status(&a->event, v, &status), 0);
    assert_int_equal(status.status, EVTCHNSTAT_virq);
    assert_int_equal(status.u.virq, VIRQ_TIMER);
    assert_int_equal(status.vcpu, 1);
    assert_int_equal(status_of(a, i), EVTCHNSTAT_ipi);
    assert_int_equal(status_of(a, h), EVTCHNSTAT_interdomain);
    assert_int_equal(event_status(&a->event, 0, &status), -XEN_EINVAL);
    assert_int_equal(event_status(&a->event, EVENT_PORT_MAX, &status), -XEN_EINVAL);
}

static unsigned int callback_count;

static void sent(struct event_sink *sink, evtchn_port_t port) {
    (void)sink;
    callback_count++;
    event_notify(&a->event, port); /* from within: allowed */
}

static struct event_sink sink = {.sent = sent};

static void hypervisor_ports_call_back_and_cannot_be_closed(void **state) {
    evtchn_port_t p;

    (void)state;
    callback_count = 0;
    assert_int_equal(event_alloc_hypervisor_port(&a->event, &sink, &p), 0);
    assert_int_equal(event_send(&a->event, p), 0);
    assert_int_equal(callback_count, 1);
    assert_true(is_pending(a, p));
    assert_int_equal(event_close(&a->event, p), -XEN_EINVAL);
    assert_int_equal(event_bind_vcpu(&a->event, p, 1), -XEN_EINVAL);
    while (event_reset(&a->event)) {
    }
    assert_int_equal(status_of(a, p), EVTCHNSTAT_interdomain);
}

static void notify_ignores_ports_that_are_not_the_hypervisors(void **state) {
    evtchn_port_t p;

    (void)state;
    assert_int_equal(event_bind_ipi(&a->event, 0, &p), 0);
    event_notify(&a->event, p);
    event_notify(&a->event, 0);
    event_notify(&a->event, 0xffffffff);
    assert_int_equal(pending_word(a, 0), 0);
}

static void ports_are_bounded_and_reused(void **state) {
    evtchn_port_t p, last = 0;

    (void)state;
    for (unsigned int i = 1; i < EVENT_PORT_MAX; i++) {
        assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), 0);
        assert_int_equal(p, last + 1);
        last = p;
    }
    assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), -XEN_ENOSPC);
    assert_int_equal(event_bind_ipi(&a->event, 0, &p), -XEN_ENOSPC);
    assert_int_equal(event_close(&a->event, 700), 0);
    assert_int_equal(event_bind_ipi(&a->event, 0, &p), 0);
    assert_int_equal(p, 700);
    assert_int_equal(event_send(&a->event, 700), 0);
    assert_true(is_pending(a, 700));
    assert_int_equal(a->vcpu[0]->page->info.evtchn_pending_sel, 1ull << (700 / 64));
}

/* One bit of one word, and the vCPU that it is bound to, at every edge there is. */
static void a_send_sets_exactly_one_bit(void **state) {
    static const evtchn_port_t edges[] = {1, 31, 32, 63, 64, 65, EVENT_PORT_MAX - 1};
    evtchn_port_t p;

    (void)state;
    for (unsigned int i = 1; i < EVENT_PORT_MAX; i++) {
        assert_int_equal(event_bind_ipi(&a->event, i % 2, &p), 0);
        assert_int_equal(p, i);
    }
    for (unsigned int i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        evtchn_port_t edge = edges[i];
        const struct vcpu *other = a->vcpu[1 - edge % 2];
        xen_ulong_t wanted[sizeof(a->shared_info->evtchn_pending) / sizeof(xen_ulong_t)] = {0};

        consume(a);
        assert_int_equal(event_send(&a->event, edge), 0);
        wanted[edge / 64] = 1ull << edge % 64;
        assert_memory_equal(a->shared_info->evtchn_pending, wanted, sizeof(wanted));
        assert_int_equal(a->vcpu[edge % 2]->page->info.evtchn_pending_sel, 1ull << edge / 64);
        assert_int_equal(a->vcpu[edge % 2]->page->info.evtchn_upcall_pending, 1);
        assert_true(support_is_woken(a->vcpu[edge % 2]));
        assert_int_equal(other->page->info.evtchn_pending_sel, 0);
        assert_int_equal(other->page->info.evtchn_upcall_pending, 0);
        assert_false(support_is_woken(other));
    }
}

/* The first ports lie in the domain's structure, the next in a page that comes with the first of
 * them. */
static void places_do_not_overlap(void **state) {
    struct event_domain *e = &a->event;
    evtchn_port_t p = 0;

    (void)state;
    while (p < EVENT_PORT_MAX - 1) {
        assert_int_equal(event_alloc_unbound(e, b->id, &p), 0);
    }
    assert_ptr_equal(event_port(e, 63), &e->first[63]);
    assert_ptr_equal(event_port(e, 64), &e->page[0][0]);
    assert_ptr_equal(event_port(e, 64 + EVENT_PAGE_PORTS - 1), &e->page[0][EVENT_PAGE_PORTS - 1]);
    assert_ptr_equal(event_port(e, 64 + EVENT_PAGE_PORTS), &e->page[1][0]);
    assert_int_equal(event_alloc_unbound(e, b->id, &p), -XEN_ENOSPC);
}

static void a_port_has_a_place_from_its_page_on(void **state) {
    const evtchn_port_t first = EVENT_PORTS_FIRST;
    struct evtchn_status status;
    evtchn_port_t p;

    (void)state;
    for (unsigned int i = 1; i < first; i++) {
        assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), 0);
    }
    assert_int_equal(p, first - 1);
    assert_false(event_is_port(&a->event, 0));
    assert_true(event_is_port(&a->event, first - 1));
    assert_false(event_is_port(&a->event, first));
    assert_int_equal(event_status(&a->event, first, &status), -XEN_EINVAL);
    assert_int_equal(event_send(&a->event, first), -XEN_EINVAL);
    assert_int_equal(event_unmask(&a->event, first), -XEN_EINVAL);
    assert_int_equal(event_close(&a->event, first), -XEN_EINVAL);
    assert_int_equal(event_bind_vcpu(&a->event, first, 0), -XEN_EINVAL);
    assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), 0);
    assert_int_equal(p, first);
    assert_true(event_is_port(&a->event, first));
    assert_int_equal(status_of(a, first + 1), EVTCHNSTAT_closed);
    assert_int_equal(event_close(&a->event, first), 0);
    assert_int_equal(status_of(a, first), EVTCHNSTAT_closed);
}

/* Whatever it was, closed it has neither vCPU nor peer, and is told from no other. */
static void a_closed_port_is_as_new(void **state) {
    struct evtchn_status fresh = {0};
    evtchn_port_t p, peer, again;

    (void)state;
    assert_int_equal(event_alloc_unbound(&b->event, a->id, &peer), 0);
    assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), 0);
    assert_int_equal(event_status(&a->event, p, &fresh), 0);
    for (unsigned int kind = 0; kind < 4; kind++) {
        struct evtchn_status status = {0};

        assert_int_equal(event_close(&a->event, p), 0);
        assert_int_equal(event_status(&a->event, p, &status), 0);
        assert_int_equal(status.status, EVTCHNSTAT_closed);
        assert_int_equal(status.vcpu, 0);
        switch (kind) {
        case 0: assert_int_equal(event_bind_ipi(&a->event, 1, &again), 0); break;
        case 1: assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 1, &again), 0); break;
        case 2:
            assert_int_equal(event_bind_interdomain(&a->event, &b->event, peer, &again), 0);
            assert_int_equal(event_bind_vcpu(&a->event, again, 1), 0);
            break;
        default:
            assert_int_equal(event_alloc_unbound(&a->event, b->id, &again), 0);
            assert_int_equal(event_bind_vcpu(&a->event, again, 1), 0);
        }
        assert_int_equal(again, p);
        assert_int_equal(event_status(&a->event, p, &status), 0);
        assert_int_equal(status.vcpu, 1);
        assert_int_equal(event_close(&a->event, p), 0);
        assert_int_equal(event_alloc_unbound(&a->event, b->id, &again), 0);
        assert_int_equal(again, p);
        assert_int_equal(event_status(&a->event, p, &status), 0);
        assert_int_equal(status.status, fresh.status);
        assert_int_equal(status.vcpu, fresh.vcpu);
        assert_int_equal(status.u.unbound.dom, b->id);
        assert_false(is_pending(a, p));
    }
    /* And the VIRQ that was closed is free. */
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 1, &again), 0);
}

static void running_out_of_memory_is_an_error_of_that_call(void **state) {
    evtchn_port_t p;

    (void)state;
    while (heap_alloc(0) != NULL) {
    }
    for (unsigned int i = 1; i < EVENT_PORTS_FIRST; i++) {
        assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), 0);
    }
    assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), -XEN_ENOMEM);
    assert_int_equal(event_send(&a->event, 1), 0);
}

static void destroying_disconnects_and_gives_memory_back(void **state) {
    unsigned int pages = heap_free_pages();
    evtchn_port_t pa, pb, p;
    unsigned int steps = 0;

    (void)state;
    for (unsigned int i = 0; i < 300; i++) {
        connect(&pa, &pb);
    }
    assert_true(heap_free_pages() < pages);
    while (event_domain_destroy(&b->event)) {
        assert_int_equal(event_alloc_unbound(&b->event, a->id, &p), -XEN_EINVAL);
        steps++;
    }
    assert_true(steps > 1);
    for (unsigned int i = 1; i <= 300; i++) {
        assert_int_equal(status_of(a, i), EVTCHNSTAT_unbound);
        assert_int_equal(event_send(&a->event, i), 0);
    }
    destroy(a);
    assert_int_equal(heap_free_pages(), pages);
    assert_false(event_domain_destroy(&b->event)); /* done is done */
    assert_int_equal(event_send(&b->event, 1), -XEN_EINVAL);
}

static void reset_closes_all_of_the_guests_ports(void **state) {
    evtchn_port_t pa, pb, v;

    (void)state;
    connect(&pa, &pb);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 0, &v), 0);
    while (event_reset(&a->event)) {
    }
    assert_int_equal(status_of(a, pa), EVTCHNSTAT_closed);
    assert_int_equal(status_of(a, v), EVTCHNSTAT_closed);
    assert_int_equal(status_of(b, pb), EVTCHNSTAT_unbound);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 0, &v), 0);
}

static void pollers_are_woken_for_their_port_alone(void **state) {
    struct vcpu *v = b->vcpu[1];
    evtchn_port_t pa, pb, qa, qb;

    (void)state;
    connect(&pa, &pb);
    connect(&qa, &qb);
    set_mask(b, pb);
    set_mask(b, qb);
    v->event.polling = true;
    v->event.poll_port = pb;
    b->event.poller_count = 1;
    assert_int_equal(event_send(&a->event, qa), 0);
    assert_int_equal(support_woken(), 0);
    assert_int_equal(event_send(&a->event, pa), 0);
    assert_true(support_is_woken(v));
    consume(b);
    v->event.poll_port = 0; /* several ports */
    assert_int_equal(event_send(&a->event, qa), 0);
    assert_true(support_is_woken(v));
}

static void sending_to_a_domain_without_vcpus_is_harmless(void **state) {
    struct domain *c = support_domain_add(2, 0);
    evtchn_port_t pc, pa;

    (void)state;
    assert_int_equal(event_alloc_unbound(&c->event, a->id, &pc), 0);
    assert_int_equal(event_bind_interdomain(&a->event, &c->event, pc, &pa), 0);
    assert_int_equal(event_send(&a->event, pa), 0);
    assert_true(is_pending(c, pc));
    event_send_domain_virq(&c->event, VIRQ_CONSOLE);
    destroy(c);
}

/* A guest writes what it likes into its own shared pages: only it suffers. */
static void garbage_in_shared_info_stays_there(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    connect(&pa, &pb);
    memset(b->shared_info, 0xff, PAGE_SIZE);
    memset(b->vcpu[0]->page, 0xff, PAGE_SIZE);
    for (evtchn_port_t p = 0; p < 2 * EVENT_PORT_MAX; p++) {
        (void)event_send(&b->event, p);
        (void)event_unmask(&b->event, p);
    }
    assert_true(is_pending(a, pa));
    assert_int_equal(pending_word(a, 0), 1ull << pa);
    assert_int_equal(event_send(&a->event, pa), 0);
}

/* The first vCPU as well as the last, and no port is taken for another one. */
static void a_poller_is_found_whichever_vcpu_it_is(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    for (unsigned int i = 0; i < 3; i++) {
        connect(&pa, &pb);
    }
    set_mask(b, pb);
    for (unsigned int i = 0; i < 2; i++) {
        struct event_vcpu *v = &b->vcpu[i]->event;

        v->polling = true;
        v->poll_port = pb;
        b->event.poller_count = 1;
        assert_int_equal(event_send(&a->event, pa), 0);
        assert_true(v->poll_hit);
        assert_true(support_is_woken(b->vcpu[i]));
        assert_int_equal(support_woken(), 1);
        v->polling = v->poll_hit = false;
        b->event.poller_count = 0;
        consume(b);
    }
    /* Nobody polls. */
    b->event.poller_count = 1;
    assert_int_equal(event_send(&a->event, pa), 0);
    assert_false(b->vcpu[0]->event.poll_hit || b->vcpu[1]->event.poll_hit);
    assert_int_equal(support_woken(), 0);
    b->event.poller_count = 0;
}

/* Who does not count as a poller is not looked at. */
static void without_pollers_nobody_is_looked_at(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    connect(&pa, &pb);
    set_mask(b, pb);
    b->vcpu[1]->event.polling = true;
    assert_int_equal(event_send(&a->event, pa), 0);
    assert_false(b->vcpu[1]->event.poll_hit);
    assert_int_equal(support_woken(), 0);
}

static void unmasking_one_port_leaves_the_others_masked(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    connect(&pa, &pb);
    memset(b->shared_info->evtchn_mask, 0xff, sizeof(b->shared_info->evtchn_mask));
    assert_int_equal(event_unmask(&b->event, pb), 0);
    assert_int_equal(b->shared_info->evtchn_mask[0], ~(1ull << pb));
    assert_int_equal(b->shared_info->evtchn_mask[1], ~0ull);
}

/* Those of <xen/xen.h> that are marked "V." are any vCPU's, the others are the first's. */
static void virqs_are_of_a_vcpu_or_of_the_domain(void **state) {
    (void)state;
    for (uint32_t virq = 0; virq < NR_VIRQS; virq++) {
        bool is_per_vcpu = virq == 0 || virq == 1 || virq == 7 || virq == 13;
        evtchn_port_t p;

        assert_int_equal(event_bind_virq(&a->event, virq, 1, &p), is_per_vcpu ? 0 : -XEN_EINVAL);
        assert_int_equal(event_bind_virq(&a->event, virq, 0, &p), 0);
        assert_int_equal(event_bind_vcpu(&a->event, p, 1), is_per_vcpu ? -XEN_EINVAL : 0);
    }
}

/* A VIRQ for which there was no port can be bound when there is one. */
static void a_virq_that_found_no_port_is_not_bound(void **state) {
    evtchn_port_t p;

    (void)state;
    while (event_alloc_unbound(&a->event, b->id, &p) == 0) {
    }
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 1, &p), -XEN_ENOSPC);
    assert_int_equal(a->vcpu[1]->event.virq_port[VIRQ_TIMER], 0);
    assert_int_equal(event_close(&a->event, 900), 0);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 1, &p), 0);
    assert_int_equal(p, 900);
    event_send_virq(&a->vcpu[1]->event, VIRQ_TIMER);
    assert_true(is_pending(a, 900));
    assert_int_equal(a->vcpu[1]->event.virq_port[VIRQ_TIMER], 900);
}

/* Closing one vCPU's leaves the same VIRQ of the other, and other VIRQs of its own. */
static void a_closed_virq_is_one_vcpus(void **state) {
    evtchn_port_t t0, t1, debug;

    (void)state;
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 0, &t0), 0);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_TIMER, 1, &t1), 0);
    assert_int_equal(event_bind_virq(&a->event, VIRQ_DEBUG, 0, &debug), 0);
    assert_int_equal(event_close(&a->event, t0), 0);
    assert_int_equal(a->vcpu[0]->event.virq_port[VIRQ_TIMER], 0);
    assert_int_equal(a->vcpu[0]->event.virq_port[VIRQ_DEBUG], debug);
    assert_int_equal(a->vcpu[1]->event.virq_port[VIRQ_TIMER], t1);
}

static void a_vcpu_that_is_gone_has_no_ports(void **state) {
    struct domain *c = support_domain_add(2, 2);
    evtchn_port_t p;

    (void)state;
    event_vcpu_destroy(&c->vcpu[1]->event);
    assert_int_equal(c->event.vcpu_count, 1);
    assert_null(c->event.vcpu[1]);
    assert_ptr_equal(c->event.vcpu[0], &c->vcpu[0]->event);
    assert_int_equal(event_bind_ipi(&c->event, 1, &p), -XEN_ENOENT);
    assert_int_equal(event_bind_ipi(&c->event, 0, &p), 0);
    destroy(c);
}

/* ---- From the first port to the last, three in a step ---- */

static void ports_are_closed_three_at_a_time(void **state) {
    evtchn_port_t p;

    (void)state;
    for (unsigned int i = 1; i <= 10; i++) {
        assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), 0);
    }
    for (unsigned int closed = 3; closed <= 9; closed += 3) {
        assert_true(event_reset(&a->event));
        assert_int_equal(status_of(a, closed), EVTCHNSTAT_closed);
        assert_int_equal(status_of(a, closed + 1), EVTCHNSTAT_unbound);
    }
}

static void a_second_reset_begins_at_the_first_port(void **state) {
    unsigned int steps[2] = {0};
    evtchn_port_t p, h;

    (void)state;
    assert_int_equal(event_alloc_hypervisor_port(&a->event, NULL, &h), 0);
    assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), 0);
    for (unsigned int i = 0; i < 2; i++) {
        while (event_reset(&a->event)) {
            steps[i]++;
        }
        assert_int_equal(status_of(a, p), EVTCHNSTAT_closed);
        assert_int_equal(status_of(a, h), EVTCHNSTAT_interdomain); /* not the guest's to close */
        assert_int_equal(event_alloc_unbound(&a->event, b->id, &p), 0);
        assert_int_equal(p, h + 1);
    }
    assert_int_equal(steps[0], (EVENT_PORTS_FIRST - 1) / 3);
    assert_int_equal(steps[1], steps[0]);
}

/* The guest died in the middle of a reset, with a port that it bound behind the reset's back. */
static void destroying_begins_at_the_first_port(void **state) {
    evtchn_port_t pa, pb;

    (void)state;
    assert_true(event_reset(&a->event));
    connect(&pa, &pb);
    assert_int_equal(pa, 1);
    destroy(a);
    assert_int_equal(status_of(b, pb), EVTCHNSTAT_unbound);
    assert_int_equal(event_send(&b->event, pb), 0);
}

/* Nor is what a dead one had found again. */
static void the_hypervisors_ports_end_with_the_domain(void **state) {
    evtchn_port_t h;

    (void)state;
    assert_int_equal(event_alloc_hypervisor_port(&a->event, NULL, &h), 0);
    assert_int_equal(event_send(&a->event, h), 0); /* nobody hears it */
    assert_false(is_pending(a, h));
    event_notify(&a->event, h);
    assert_true(is_pending(a, h));
    destroy(a);
    assert_false(is_pending(a, h));
    assert_false(event_is_port(&a->event, h));
    event_notify(&a->event, h);
    assert_false(is_pending(a, h));
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(a_send_sets_pending_selector_and_upcall),
        test(a_second_send_before_the_first_is_seen_adds_nothing),
        test(a_masked_port_becomes_pending_without_upcall),
        test(unmask_of_a_quiet_port_is_quiet),
        test(binding_sets_the_local_end_pending),
        test(an_upcall_is_seen_to_be_due_before_the_kick),
        test(an_unmask_during_a_send_loses_nothing),
        test(a_send_during_an_unmask_loses_nothing),
        test(only_the_named_domain_may_bind),
        test(binding_refuses_what_is_no_unbound_port),
        test(loopback_within_a_domain),
        test(close_leaves_the_other_end_unbound_for_the_same_domain),
        test(close_clears_a_pending_bit),
        test(virqs_reach_the_vcpu_they_are_bound_to),
        test(virq_errors_are_xens),
        test(global_virqs_can_be_moved),
        test(ipis_are_sent_to_oneself),
        test(bind_vcpu_moves_what_may_move),
        test(status_tells_each_kind),
        test(hypervisor_ports_call_back_and_cannot_be_closed),
        test(notify_ignores_ports_that_are_not_the_hypervisors),
        test(ports_are_bounded_and_reused),
        test(a_send_sets_exactly_one_bit),
        test(places_do_not_overlap),
        test(a_port_has_a_place_from_its_page_on),
        test(a_closed_port_is_as_new),
        test(running_out_of_memory_is_an_error_of_that_call),
        test(destroying_disconnects_and_gives_memory_back),
        test(reset_closes_all_of_the_guests_ports),
        test(pollers_are_woken_for_their_port_alone),
        test(sending_to_a_domain_without_vcpus_is_harmless),
        test(a_poller_is_found_whichever_vcpu_it_is),
        test(without_pollers_nobody_is_looked_at),
        test(unmasking_one_port_leaves_the_others_masked),
        test(virqs_are_of_a_vcpu_or_of_the_domain),
        test(a_virq_that_found_no_port_is_not_bound),
        test(a_closed_virq_is_one_vcpus),
        test(a_vcpu_that_is_gone_has_no_ports),
        test(ports_are_closed_three_at_a_time),
        test(a_second_reset_begins_at_the_first_port),
        test(destroying_begins_at_the_first_port),
        test(the_hypervisors_ports_end_with_the_domain),
        test(garbage_in_shared_info_stays_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
