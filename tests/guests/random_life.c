/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that does what nobody thought of: random calls about its memory, its tables, its event
 * channels, its vCPU and its life, alone, in multicalls and given up half-way.  It keeps a model of
 * what it has; what each call returns, and what its memory and its channels are afterwards, must be
 * what the model says.  At last it ends itself, at times in the middle of all this.
 *
 * Options: seed=, sequences= (in this life), until= (ms; a life that ends later powers off, others
 * reboot), peer= (also binds to the ports of that domain).  A life that starts later has another
 * seed, made of the time: it is printed, and with "exact" it is taken as it is.
 */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "clock.h"
#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "random.h"
#include "test.h"
#include "trap.h"

#define FRAMES    48u          /* that it plays with, contiguous, within one MiB */
#define GROUPS    4u           /* of four frames, the first ones: first-level tables */
#define L2_FIRST  (GROUPS * 4) /* frames from here on may hold second-level tables */
#define L2_FRAMES 8u           /* so many of them, so that the same table is used again */
#define SLOTS     4u           /* second-level tables in a frame */
#define ENTRIES   4u           /* of each of them that are used */
#define MIBS      4u           /* of the address space, from USER_WINDOW on, that are mapped */
#define UPDATES   8u           /* of second-level entries in one call */
#define PORTS     48u
#define VIRQS     4u
#define PAST      12u  /* calls that are remembered */
#define AUDIT     16u  /* sequences between two looks at everything */
#define NO_TABLES (-1) /* loaded: the kernel's own table */

/* ---- The model ---- */

enum kind { PLAIN, GONE, L1, L2 };
enum port_state { CLOSED, UNBOUND, BOUND, BOUND_AWAY, VIRQ, IPI, HYPERVISOR };

/* An entry of a first-level table. */
enum l1_kind { NOTHING, TABLE, SECTION };
struct l1_entry {
    uint8_t kind, frame, slot;
};

static struct {
    uint8_t kind[FRAMES];
    bool is_fresh[FRAMES];            /* came back, not looked at yet */
    uint8_t unit_refs[FRAMES][SLOTS]; /* first-level entries that name the table; 0 = no table */
    uint8_t entry[FRAMES][SLOTS][ENTRIES]; /* frame that it maps + 1; 0 = fault */
    struct l1_entry l1[GROUPS][MIBS];
    int loaded;        /* group, or NO_TABLES */
    bool is_broken;    /* the MiB lost a frame once: no new sections of it */
    uint32_t held;     /* frames of the reservation */
    uint32_t sections; /* first-level entries that are sections */
    struct {
        uint8_t state, virq;
        uint32_t peer; /* the other end, of BOUND */
    } port[PORTS];
    uint32_t virq_port[VIRQS]; /* 0 = not bound */
} model;

static uint32_t seed;
static uint8_t *arena;

static uint32_t any(uint32_t below) {
    return random_next(&seed) % below;
}

static volatile uint32_t *word_of(uint32_t f) {
    return (volatile uint32_t *)(arena + f * PAGE_SIZE);
}

static uint32_t gpa_of(uint32_t f) {
    return page_gpa(arena) + f * PAGE_SIZE;
}

static uint32_t tag_of(uint32_t f) {
    return 0x7a600000 | f;
}

/* ---- Calls that may be issued in any way, with room for their arguments ---- */

struct op {
    struct call call;
    /* Compare the result with what the model says, and do in the model what the call did. */
    void (*settle)(struct op *op);
    uint32_t a, b, c, d; /* its random choices */
    union {
        xen_pfn_t frame;
        struct mmu_update update;
        struct mmuext_op ext;
        struct evtchn_alloc_unbound alloc;
        struct evtchn_bind_interdomain bind;
        struct evtchn_bind_virq virq;
        struct evtchn_bind_ipi ipi;
        struct evtchn_bind_vcpu bind_vcpu;
        struct evtchn_close close;
        struct evtchn_send send;
        struct evtchn_status status;
        struct evtchn_unmask unmask;
        struct vcpu_set_singleshot_timer timer;
        struct sched_shutdown shutdown;
        domid_t domid;
    };
    struct xen_memory_reservation reservation;
    struct mmu_update updates[UPDATES];
    uint8_t choice[UPDATES];
};

/* What was settled last, for whoever looks for the reason of a mismatch. */
static struct past {
    uint32_t number, command, choices[4];
    int32_t result, wanted;
} past[PAST];
static uint32_t past_count;

static void print_past(void) {
    for (uint32_t i = past_count > PAST ? past_count - PAST : 0; i < past_count; i++) {
        const struct past *p = &past[i % PAST];

        printf("%lu: call %lu(%lx) of %lu %lu %lu %lu: %ld, not %ld\n", i, p->number, p->command,
               p->choices[0], p->choices[1], p->choices[2], p->choices[3], p->result, p->wanted);
    }
}

static void expect(struct op *op, int32_t wanted) {
    past[past_count++ % PAST] = (struct past){
        op->call.number, op->call.args[0], {op->a, op->b, op->c, op->d}, op->call.result, wanted};
    if (!EXPECT_EQ(op->call.result, wanted)) {
        print_past();
    }
}

static void set_call(struct op *op, uint32_t number, uint32_t command, void *argument) {
    op->call = (struct call){.number = number, .args = {command, (uint32_t)argument}};
}

/* ---- Frames ---- */

static void settle_decrease(struct op *op) {
    uint32_t f = op->a;

    expect(op, model.kind[f] == PLAIN);
    if (model.kind[f] != PLAIN) {
        return;
    }
    model.kind[f] = GONE;
    model.is_broken = true;
    model.held--;
    for (uint32_t i = 0; i < FRAMES * SLOTS * ENTRIES; i++) {
        uint8_t *entry = &model.entry[0][0][0] + i;

        *entry = *entry == f + 1 ? 0 : *entry;
    }
}

/* What came back holds nothing; from now on it has its tag again. */
static void look_at_fresh(uint32_t f) {
    volatile uint32_t *word = word_of(f);
    uint32_t sum = 0;

    for (uint32_t i = 0; i < PAGE_SIZE / 4; i += 31) {
        sum |= word[i];
    }
    EXPECT_EQ(sum, 0);
    *word = tag_of(f);
}

/* After all that was issued together: a frame may have come and gone again. */
static void look_at_all_fresh(void) {
    for (uint32_t f = 0; f < FRAMES; f++) {
        if (model.is_fresh[f] && model.kind[f] != GONE) {
            look_at_fresh(f);
        }
        model.is_fresh[f] = false;
    }
}

static void settle_populate(struct op *op) {
    bool was_gone = model.kind[op->a] == GONE;

    expect(op, was_gone);
    if (was_gone && op->call.result == 1) {
        model.kind[op->a] = PLAIN;
        model.is_fresh[op->a] = true;
        model.held++;
    }
}

static void make_reservation(struct op *op, uint32_t command) {
    op->a = any(FRAMES);
    op->frame = gpa_of(op->a) >> 12;
    op->reservation = (struct xen_memory_reservation){.nr_extents = 1, .domid = DOMID_SELF};
    set_xen_guest_handle(op->reservation.extent_start, &op->frame);
    set_call(op, __HYPERVISOR_memory_op, command, &op->reservation);
}

static void make_decrease(struct op *op) {
    make_reservation(op, XENMEM_decrease_reservation);
    op->settle = settle_decrease;
}

static void make_populate(struct op *op) {
    make_reservation(op, XENMEM_populate_physmap);
    op->settle = settle_populate;
}

static void settle_held(struct op *op) {
    expect(op, (int32_t)model.held);
}

static void make_held(struct op *op) {
    op->domid = DOMID_SELF;
    set_call(op, __HYPERVISOR_memory_op, XENMEM_current_reservation, &op->domid);
    op->settle = settle_held;
}

/* ---- Tables ---- */

/* The frame's record says so when its last table goes. */
static void drop_unit(uint32_t f, uint32_t slot) {
    if (--model.unit_refs[f][slot] > 0) {
        return;
    }
    memset(model.entry[f][slot], 0, ENTRIES);
    if (!(model.unit_refs[f][0] | model.unit_refs[f][1] | model.unit_refs[f][2] |
          model.unit_refs[f][3])) {
        model.kind[f] = PLAIN;
    }
}

static void drop_l1_entry(struct l1_entry *e) {
    struct l1_entry old = *e;

    e->kind = NOTHING;
    model.sections -= old.kind == SECTION;
    if (old.kind == TABLE) {
        drop_unit(old.frame, old.slot);
    }
}

/* The first of the four frames that cannot be a part of a new table decides. */
static int32_t pin_result(uint32_t group) {
    for (uint32_t f = group * 4; f < group * 4 + 4; f++) {
        if (model.kind[f] != PLAIN) {
            return model.kind[f] == GONE ? -XEN_EPERM : -XEN_EBUSY;
        }
    }
    return 0;
}

static void settle_pin(struct op *op) {
    int32_t wanted = op->b ? -XEN_EINVAL : pin_result(op->a);

    expect(op, wanted);
    if (wanted == 0) {
        memset(&model.kind[op->a * 4], L1, 4);
    }
}

static int32_t unpin_result(uint32_t group) {
    if (model.kind[group * 4] != L1) {
        return -XEN_EINVAL;
    }
    return model.loaded == (int)group ? -XEN_EBUSY : 0;
}

static void settle_unpin(struct op *op) {
    int32_t wanted = op->b ? -XEN_EINVAL : unpin_result(op->a);

    expect(op, wanted);
    if (wanted == 0) {
        for (uint32_t i = 0; i < MIBS; i++) {
            drop_l1_entry(&model.l1[op->a][i]);
        }
        memset(&model.kind[op->a * 4], PLAIN, 4);
    }
}

static void settle_load(struct op *op) {
    bool is_table = !op->b && model.kind[op->a * 4] == L1;

    expect(op, is_table ? 0 : -XEN_EINVAL);
    model.loaded = is_table ? (int)op->a : model.loaded;
}

static void settle_load_kernel(struct op *op) {
    expect(op, 0);
    model.loaded = NO_TABLES;
}

static void set_ext(struct op *op, uint32_t command, uint32_t argument) {
    op->ext = (struct mmuext_op){.cmd = command, .arg1.mfn = argument};
    op->call = (struct call){.number = __HYPERVISOR_mmuext_op,
                             .args = {(uint32_t)&op->ext, 1, 0, DOMID_SELF}};
}

/* A group, now and then a frame that begins none. */
static void make_group(struct op *op, uint32_t command, void (*settle)(struct op *op)) {
    op->a = any(GROUPS);
    op->b = any(16) == 0 ? 1 + any(3) : 0;
    set_ext(op, command, (gpa_of(op->a * 4) >> 12) + op->b);
    op->settle = settle;
}

static void make_pin(struct op *op) {
    make_group(op, MMUEXT_PIN_L1_TABLE, settle_pin);
}

static void make_unpin(struct op *op) {
    make_group(op, MMUEXT_UNPIN_TABLE, settle_unpin);
}

static void make_load(struct op *op) {
    make_group(op, MMUEXT_NEW_BASEPTR, settle_load);
}

static void make_load_kernel(struct op *op) {
    set_ext(op, MMUEXT_NEW_BASEPTR, page_gpa(pt_kernel_l1) >> 12);
    op->settle = settle_load_kernel;
}

/* What an entry that names the table in @f is refused with, 0: it is not. */
static int32_t table_result(uint32_t f) {
    return model.kind[f] == GONE ? -XEN_EPERM : model.kind[f] == L1 ? -XEN_EINVAL : 0;
}

/* What the call for a first-level entry returns for what is asked of it. */
static int32_t l1_result(const struct l1_entry *wanted) {
    switch (wanted->kind) {
    case TABLE: return table_result(wanted->frame);
    case SECTION: return model.is_broken ? -XEN_EPERM : 0;
    default: return 0;
    }
}

static void change_l1(uint32_t group, uint32_t mib, struct l1_entry wanted) {
    if (wanted.kind == TABLE) {
        model.unit_refs[wanted.frame][wanted.slot]++;
        model.kind[wanted.frame] = L2;
    }
    model.sections += wanted.kind == SECTION;
    drop_l1_entry(&model.l1[group][mib]);
    model.l1[group][mib] = wanted;
}

/* a: group, b: MiB, c: kind, d: frame and slot of a table. */
static void settle_l1(struct op *op) {
    struct l1_entry wanted = {(uint8_t)op->c, (uint8_t)(op->d / SLOTS), (uint8_t)(op->d % SLOTS)};
    int32_t result;

    if (model.kind[op->a * 4] != L1) { /* no table: its memory may be written to, if it has any */
        expect(op, model.kind[op->a * 4] == GONE ? -XEN_EPERM : 0);
        return;
    }
    result = l1_result(&wanted);
    if (wanted.kind == SECTION && result == 0 && op->call.result == -XEN_ENOMEM) {
        EXPECT_TRUE(model.sections > 8); /* of one MiB there may be sixteen, others' included */
        return;
    }
    expect(op, result);
    if (result == 0) {
        change_l1(op->a, op->b, wanted);
    }
}

static uint32_t l1_value(const struct op *op) {
    switch (op->c) {
    case TABLE: return core_table(gpa_of(op->d / SLOTS) + op->d % SLOTS * 1024, PV_DOMAIN_USER);
    case SECTION:
        return core_section(page_gpa(arena) & ~(SECTION_SIZE - 1), PV_DOMAIN_USER, CORE_READ_WRITE);
    default: return 0;
    }
}

static void set_update(struct op *op, uint32_t ptr, uint32_t value) {
    op->update = (struct mmu_update){.ptr = ptr, .val = value};
    op->call = (struct call){.number = __HYPERVISOR_mmu_update,
                             .args = {(uint32_t)&op->update, 1, 0, DOMID_SELF}};
}

static void make_l1(struct op *op) {
    static const uint8_t kinds[] = {NOTHING, TABLE, TABLE, TABLE, SECTION};

    op->a = any(GROUPS);
    op->b = any(MIBS);
    op->c = kinds[any(sizeof(kinds))];
    op->d = (any(8) ? L2_FIRST + any(L2_FRAMES) : L2_FIRST + any(FRAMES - L2_FIRST)) * SLOTS +
            any(SLOTS);
    set_update(op, gpa_of(op->a * 4) + (USER_WINDOW / SECTION_SIZE + op->b) * 4, l1_value(op));
    op->settle = settle_l1;
}

/* What one update of entry @i of table @slot in frame @f returns, and what it does, if it is to map
 * frame @wanted - 1, or nothing for 0. */
static int32_t update_l2(uint32_t f, uint32_t slot, uint32_t i, uint32_t wanted) {
    if (model.kind[f] == GONE) {
        return -XEN_EPERM;
    }
    if (model.unit_refs[f][slot] == 0) {
        return 0; /* no table */
    }
    if (wanted && model.kind[wanted - 1] == GONE) {
        return -XEN_EPERM;
    }
    model.entry[f][slot][i] = (uint8_t)wanted;
    return 0;
}

/* a: frame, b: slot, c: how many, choice: entry and frame of each. */
static void settle_l2(struct op *op) {
    int32_t result = 0;

    for (uint32_t i = 0; i < op->c && result == 0; i++) {
        result = update_l2(op->a, op->b, op->choice[i] % ENTRIES, op->choice[i] / ENTRIES);
    }
    expect(op, result);
}

static void make_l2(struct op *op) {
    op->a = L2_FIRST + any(L2_FRAMES);
    op->b = any(SLOTS);
    op->c = any(2) ? 1 : 1 + any(UPDATES);
    for (uint32_t i = 0; i < op->c; i++) {
        uint32_t wanted = any(4) ? any(FRAMES + 1) : 0;

        op->choice[i] = (uint8_t)(wanted * ENTRIES + any(ENTRIES));
        op->updates[i] = (struct mmu_update){
            .ptr = gpa_of(op->a) + op->b * 1024 + op->choice[i] % ENTRIES * 4,
            .val = wanted ? core_small(gpa_of(wanted - 1), CORE_READ_WRITE) : 0,
        };
    }
    op->call = (struct call){.number = __HYPERVISOR_mmu_update,
                             .args = {(uint32_t)op->updates, op->c, 0, DOMID_SELF}};
    op->settle = settle_l2;
}

/* ---- Event channels ---- */

static uint32_t lowest_closed(void) {
    uint32_t p = 1;

    while (p < PORTS - 1 && model.port[p].state != CLOSED) {
        p++;
    }
    return p;
}

/* A port was given: the lowest there was. */
static void open_port(struct op *op, uint32_t port, uint8_t state) {
    uint32_t wanted = lowest_closed();

    if (!EXPECT_EQ(port, wanted)) {
        expect(op, INT32_MIN);
    }
    model.port[wanted].state = state;
}

static void close_port(uint32_t p) {
    if (model.port[p].state == BOUND) {
        model.port[model.port[p].peer].state = UNBOUND;
    }
    if (model.port[p].state == VIRQ) {
        model.virq_port[model.port[p].virq] = 0;
    }
    model.port[p].state = CLOSED;
}

/* So few are closed that a list could want more: an operation that would open one closes one. */
static bool is_crowded(void) {
    uint32_t closed = 0;

    for (uint32_t p = 1; p < PORTS; p++) {
        closed += model.port[p].state == CLOSED;
    }
    return closed <= CALL_LIST_MAX;
}

static void settle_close(struct op *op) {
    bool can = model.port[op->a].state != CLOSED && model.port[op->a].state != HYPERVISOR;

    expect(op, can ? 0 : -XEN_EINVAL);
    if (can) {
        close_port(op->a);
    }
}

/* Any but the timer's, on which giving up depends. */
static uint32_t any_port(void) {
    uint32_t p = any(PORTS);

    return p == clock_port ? 0 : p;
}

static void make_close(struct op *op) {
    op->a = any_port();
    op->close.port = op->a;
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_close, &op->close);
    op->settle = settle_close;
}

static void settle_alloc(struct op *op) {
    expect(op, 0);
    open_port(op, op->alloc.port, UNBOUND);
}

static void make_alloc(struct op *op) {
    if (is_crowded()) {
        make_close(op);
        return;
    }
    op->alloc = (struct evtchn_alloc_unbound){.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &op->alloc);
    op->settle = settle_alloc;
}

static void settle_bind(struct op *op) {
    uint32_t p = lowest_closed();

    if (model.port[op->a].state != UNBOUND) {
        expect(op, -XEN_EINVAL);
        return;
    }
    expect(op, 0);
    open_port(op, op->bind.local_port, BOUND);
    model.port[p].peer = op->a;
    model.port[op->a].state = BOUND;
    model.port[op->a].peer = p;
}

static void make_bind(struct op *op) {
    if (is_crowded()) {
        make_close(op);
        return;
    }
    op->a = any_port();
    op->bind = (struct evtchn_bind_interdomain){.remote_dom = DOMID_SELF, .remote_port = op->a};
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain, &op->bind);
    op->settle = settle_bind;
}

/* What the peer has is not known. */
static void settle_bind_away(struct op *op) {
    if (op->call.result == 0) {
        open_port(op, op->bind.local_port, BOUND_AWAY);
    } else {
        expect(op, -XEN_EINVAL);
    }
}

static void make_bind_away(struct op *op) {
    if (is_crowded() || !option_given("peer")) {
        make_close(op);
        return;
    }
    op->a = any(PORTS);
    op->bind = (struct evtchn_bind_interdomain){.remote_dom = (domid_t)option_number("peer", 0),
                                                .remote_port = op->a};
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain, &op->bind);
    op->settle = settle_bind_away;
}

static void settle_alloc_away(struct op *op) {
    expect(op, 0);
    open_port(op, op->alloc.port, BOUND_AWAY);
}

static void make_alloc_away(struct op *op) {
    if (is_crowded() || !option_given("peer")) {
        make_close(op);
        return;
    }
    op->alloc = (struct evtchn_alloc_unbound){.dom = DOMID_SELF,
                                              .remote_dom = (domid_t)option_number("peer", 0)};
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &op->alloc);
    op->settle = settle_alloc_away;
}

static void settle_virq(struct op *op) {
    if (model.virq_port[op->a]) {
        expect(op, -XEN_EEXIST);
        return;
    }
    expect(op, 0);
    model.virq_port[op->a] = lowest_closed();
    model.port[lowest_closed()].virq = (uint8_t)op->a;
    open_port(op, op->virq.port, VIRQ);
}

static void make_virq(struct op *op) {
    if (is_crowded()) {
        make_close(op);
        return;
    }
    op->a = any(VIRQS);
    op->virq = (struct evtchn_bind_virq){.virq = op->a};
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, &op->virq);
    op->settle = settle_virq;
}

static void settle_ipi(struct op *op) {
    expect(op, 0);
    open_port(op, op->ipi.port, IPI);
}

static void make_ipi(struct op *op) {
    if (is_crowded()) {
        make_close(op);
        return;
    }
    op->ipi = (struct evtchn_bind_ipi){.vcpu = 0};
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, &op->ipi);
    op->settle = settle_ipi;
}

static void settle_send(struct op *op) {
    uint8_t state = model.port[op->a].state;

    expect(op, state == CLOSED || state == VIRQ ? -XEN_EINVAL : 0);
}

static void make_send(struct op *op) {
    op->a = any_port();
    op->send.port = op->a;
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_send, &op->send);
    op->settle = settle_send;
}

static void settle_bind_vcpu(struct op *op) {
    uint8_t state = model.port[op->a].state;
    bool can = state == UNBOUND || state == BOUND || state == BOUND_AWAY ||
               (state == VIRQ && model.port[op->a].virq > VIRQ_DEBUG);

    expect(op, op->b ? -XEN_ENOENT : can ? 0 : -XEN_EINVAL);
}

static void make_bind_vcpu(struct op *op) {
    op->a = any_port();
    op->b = any(4) == 0;
    op->bind_vcpu = (struct evtchn_bind_vcpu){.port = op->a, .vcpu = op->b};
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_bind_vcpu, &op->bind_vcpu);
    op->settle = settle_bind_vcpu;
}

static uint32_t status_of(uint8_t state) {
    static const uint8_t status[] = {
        [CLOSED] = EVTCHNSTAT_closed,
        [UNBOUND] = EVTCHNSTAT_unbound,
        [BOUND] = EVTCHNSTAT_interdomain,
        [BOUND_AWAY] = EVTCHNSTAT_unbound,
        [VIRQ] = EVTCHNSTAT_virq,
        [IPI] = EVTCHNSTAT_ipi,
        [HYPERVISOR] = EVTCHNSTAT_interdomain,
    };

    return status[state];
}

/* A channel to the peer is open or waits for it: that is the peer's doing. */
static void settle_status(struct op *op) {
    uint8_t state = model.port[op->a].state;

    expect(op, op->a == 0 ? -XEN_EINVAL : 0);
    if (op->a == 0) {
        return;
    }
    if (state == BOUND_AWAY && op->status.status == EVTCHNSTAT_interdomain) {
        EXPECT_EQ(op->status.u.interdomain.dom, option_number("peer", 0));
        return;
    }
    if (!EXPECT_EQ(op->status.status, status_of(state))) {
        expect(op, INT32_MIN);
    }
    if (state == BOUND) {
        EXPECT_EQ(op->status.u.interdomain.port, model.port[op->a].peer);
    }
}

static void make_status(struct op *op) {
    op->a = any_port();
    op->status = (struct evtchn_status){.dom = DOMID_SELF, .port = op->a};
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_status, &op->status);
    op->settle = settle_status;
}

/* ---- The vCPU ---- */

static void settle_constant(struct op *op) {
    expect(op, (int32_t)op->b);
}

static void set_vcpu(struct op *op, uint32_t command, uint32_t vcpu, void *argument,
                     int32_t result) {
    op->call =
        (struct call){.number = __HYPERVISOR_vcpu_op, .args = {command, vcpu, (uint32_t)argument}};
    op->b = (uint32_t)result;
    op->settle = settle_constant;
}

static void make_up(struct op *op) {
    op->a = any(3);
    set_vcpu(op, VCPUOP_up, op->a, NULL, op->a ? -XEN_ENOENT : 0);
}

static void make_is_up(struct op *op) {
    set_vcpu(op, VCPUOP_is_up, 0, NULL, 1);
}

/* It is read before that is found; the arena may not be there. */
static void make_initialise(struct op *op) {
    static struct vcpu_guest_context context;

    set_vcpu(op, VCPUOP_initialise, 0, &context, -XEN_EEXIST);
}

static void make_timer(struct op *op) {
    bool is_late = any(2);

    op->timer = (struct vcpu_set_singleshot_timer){
        .timeout_abs_ns = is_late ? 1 : clock_ns() + any(1000000),
        .flags = is_late ? VCPU_SSHOTTMR_future : 0,
    };
    set_vcpu(op, VCPUOP_set_singleshot_timer, 0, &op->timer, is_late ? -XEN_ETIME : 0);
}

static void make_stop_timer(struct op *op) {
    set_vcpu(op, VCPUOP_stop_singleshot_timer, 0, NULL, 0);
}

static void make_yield(struct op *op) {
    set_call(op, __HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
    op->b = 0;
    op->settle = settle_constant;
}

/* The reason that is reported in the end is the one that was latched last: this one restarts. */
static void make_latch(struct op *op) {
    op->shutdown.reason = SHUTDOWN_reboot;
    set_call(op, __HYPERVISOR_sched_op, SCHEDOP_shutdown_code, &op->shutdown);
    op->b = 0;
    op->settle = settle_constant;
}

static void (*const makers[])(struct op *op) = {
    make_decrease, make_decrease,   make_populate,  make_populate,   make_held,
    make_pin,      make_unpin,      make_load,      make_load,       make_load_kernel,
    make_l1,       make_l1,         make_l1,        make_l1,         make_l2,
    make_l2,       make_l2,         make_l2,        make_close,      make_alloc,
    make_bind,     make_bind,       make_bind_away, make_alloc_away, make_virq,
    make_ipi,      make_send,       make_bind_vcpu, make_status,     make_up,
    make_is_up,    make_initialise, make_timer,     make_stop_timer, make_yield,
    make_latch,
};
#define MAKERS (sizeof(makers) / sizeof(makers[0]))

/* ---- Looking at everything ---- */

static void expect_word(uint32_t va, uint32_t f, bool is_there) {
    uint32_t value = 0;
    uint32_t trap = try_read(va, &value);

    if (!EXPECT_TRAP(trap, is_there ? TRAP_NONE : TRAP_DATA_ABORT) ||
        (is_there && !EXPECT_EQ(value, tag_of(f)))) {
        printf("at %08lx, frame %lu, seed %lu\n", va, f, seed);
    }
}

static void audit_table(uint32_t va, const struct l1_entry *e) {
    for (uint32_t i = 0; i < ENTRIES; i++) {
        uint8_t mapped = model.entry[e->frame][e->slot][i];

        expect_word(va + i * PAGE_SIZE, mapped - 1u, mapped != 0);
    }
}

static void audit_mib(uint32_t va, const struct l1_entry *e) {
    uint32_t f = any(FRAMES);

    switch (e->kind) {
    case TABLE: audit_table(va, e); break;
    case SECTION:
        expect_word(va + ((uint32_t)arena + f * PAGE_SIZE) % SECTION_SIZE, f,
                    model.kind[f] != GONE);
        break;
    default: EXPECT_TRAP(try_read(va, NULL), TRAP_DATA_ABORT);
    }
}

/* What the tables in force map, and what of the frames is left; the caches have one view of
 * each. */
static void audit(void) {
    (void)pt_ext(MMUEXT_FLUSH_CACHE, 0, 0);
    pt_flush_tlb();
    for (uint32_t i = 0; model.loaded != NO_TABLES && i < MIBS; i++) {
        audit_mib(USER_WINDOW + i * SECTION_SIZE, &model.l1[model.loaded][i]);
    }
    (void)pt_ext(MMUEXT_FLUSH_CACHE, 0, 0);
    for (uint32_t f = 0; f < FRAMES; f++) {
        expect_word((uint32_t)word_of(f), f, model.kind[f] != GONE);
    }
}

/* ---- Given up half-way ---- */

/* All channels but the hypervisor's are closed; the timer is needed. */
static void settle_reset(struct op *op) {
    expect(op, 0);
    for (uint32_t p = 1; p < PORTS; p++) {
        if (model.port[p].state != HYPERVISOR) {
            close_port(p);
            model.port[p].state = CLOSED;
        }
    }
    memset(model.virq_port, 0, sizeof(model.virq_port));
    clock_port = (uint32_t)event_bind_virq(VIRQ_TIMER);
    EXPECT_EQ(clock_port, lowest_closed());
    model.virq_port[VIRQ_TIMER] = clock_port;
    model.port[clock_port].state = VIRQ;
    model.port[clock_port].virq = VIRQ_TIMER;
}

static void make_reset(struct op *op) {
    op->domid = DOMID_SELF;
    set_call(op, __HYPERVISOR_event_channel_op, EVTCHNOP_reset, &op->domid);
    op->settle = settle_reset;
}

/* Those that take several steps. */
static void (*const long_makers[])(struct op *op) = {
    make_decrease, make_decrease, make_populate, make_pin, make_unpin, make_load, make_reset,
};
#define LONG_MAKERS (sizeof(long_makers) / sizeof(long_makers[0]))

/* It may have been done all the same: the second time, it then gets what one gets who is too
 * late. */
static bool is_done_already(const struct op *op) {
    if (op->settle == settle_decrease) {
        return op->call.result == 0 && model.kind[op->a] == PLAIN;
    }
    if (op->settle == settle_populate) {
        return op->call.result == 0 && model.kind[op->a] == GONE;
    }
    if (op->settle == settle_pin) {
        return op->call.result == -XEN_EBUSY && op->b == 0 && pin_result(op->a) == 0;
    }
    return op->settle == settle_unpin && op->call.result == -XEN_EINVAL && op->b == 0 &&
           unpin_result(op->a) == 0;
}

static void settle_as_done(struct op *op) {
    if (is_done_already(op)) {
        op->call.result = op->settle == settle_decrease || op->settle == settle_populate;
    }
    op->settle(op);
}

/* Another frame meanwhile: it goes, and so does the one that is on its way; or one comes. */
static void interfere_with_change(const struct op *given_up) {
    static struct op op;

    (any(2) ? make_decrease : make_populate)(&op);
    if (op.a == given_up->a) {
        return;
    }
    call_issue(&op.call);
    op.settle(&op);
}

/* The section that it was about to split goes. */
static void interfere_with_split(const struct op *given_up) {
    static struct op op;

    make_l1(&op);
    op.c = NOTHING;
    op.update.val = 0;
    if (op.a * 4 != given_up->a) {
        call_issue(&op.call);
        settle_l1(&op);
    }
}

/* A table that is on its way out, or not yet. */
static void interfere_with_unpin(const struct op *given_up) {
    static struct op op;

    make_load(&op);
    if (op.a != given_up->a || op.b) {
        return;
    }
    call_issue(&op.call);
    if (op.call.result == 0) {
        settle_load(&op);
    } else {
        expect(&op, -XEN_EINVAL);
    }
}

static void interfere(const struct op *given_up) {
    if (given_up->settle == settle_decrease) {
        (any(2) ? interfere_with_change : interfere_with_split)(given_up);
    } else if (given_up->settle == settle_unpin) {
        interfere_with_unpin(given_up);
    }
}

static void give_up_one(void) {
    static struct op op;
    struct call again;

    long_makers[any(LONG_MAKERS)](&op);
    again = op.call;
    if (call_issue_until(&op.call, any(12000))) {
        op.settle(&op);
        return;
    }
    interfere(&op);
    op.call = again;
    if (op.settle == settle_reset) {
        clock_timer_stop();
    }
    call_issue(&op.call);
    settle_as_done(&op);
}

/* ---- A life ---- */

static void sequence(void) {
    static struct op ops[CALL_LIST_MAX];
    struct call *calls[CALL_LIST_MAX];
    uint32_t count = 1 + any(CALL_LIST_MAX);
    bool is_list = any(2);

    if (any(8) == 0) {
        give_up_one();
        look_at_all_fresh();
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        memset(&ops[i], 0, sizeof(ops[i]));
        makers[any(MAKERS)](&ops[i]);
        calls[i] = &ops[i].call;
        if (!is_list) {
            call_issue(calls[i]);
            ops[i].settle(&ops[i]);
            look_at_all_fresh();
        }
    }
    if (is_list) {
        EXPECT_EQ(call_issue_list(calls, count), 0);
        for (uint32_t i = 0; i < count; i++) {
            ops[i].settle(&ops[i]);
        }
        look_at_all_fresh();
    }
}

static void look_at_ports(void) {
    for (uint32_t p = 1; p < PORTS; p++) {
        struct evtchn_status status = {.dom = DOMID_SELF, .port = p};

        EXPECT_EQ(event_op(EVTCHNOP_status, &status), 0);
        model.port[p].state = status.status == EVTCHNSTAT_closed ? CLOSED
                              : status.status == EVTCHNSTAT_virq ? VIRQ
                                                                 : HYPERVISOR;
        if (status.status == EVTCHNSTAT_virq) {
            model.port[p].virq = (uint8_t)status.u.virq;
            model.virq_port[status.u.virq] = p;
        }
    }
}

static void be_born(void) {
    domid_t self = DOMID_SELF;

    arena = page_alloc(SECTION_SIZE /
                       PAGE_SIZE); /* a MiB of its own: that of shared_info takes no sections */
    for (uint32_t f = 0; f < FRAMES; f++) {
        *word_of(f) = tag_of(f);
    }
    model.loaded = NO_TABLES;
    model.held = (uint32_t)memory_op(XENMEM_current_reservation, &self);
    look_at_ports();
}

/* In the middle of a list, whose other entries must not be of any use any more. */
static void die(bool is_last) {
    static struct op op;
    static struct op ops[CALL_LIST_MAX];
    struct call *calls[CALL_LIST_MAX];
    uint32_t at = any(CALL_LIST_MAX);

    for (uint32_t i = 0; i < CALL_LIST_MAX; i++) {
        makers[any(MAKERS)](&ops[i]);
        calls[i] = &ops[i].call;
    }
    if (is_last) {
        set_vcpu(&op, VCPUOP_down, 0, NULL, 0);
    } else {
        op.shutdown.reason = any(2) ? SHUTDOWN_reboot : SHUTDOWN_crash;
        set_call(&op, __HYPERVISOR_sched_op, SCHEDOP_shutdown, &op.shutdown);
    }
    calls[at] = &op.call;
    (void)call_issue_list(calls, CALL_LIST_MAX);
    EXPECT_TRUE(!"a guest that has ended goes on");
}

/* In the middle of a change. */
static void die_half_way(void) {
    static struct op op;

    long_makers[any(LONG_MAKERS)](&op);
    (void)call_issue_until(&op.call, any(12000));
}

TEST(random_life) {
    uint32_t sequences = option_number("sequences", 500);
    uint32_t now = (uint32_t)(clock_ns() / NS_PER_MS);

    seed = option_number("seed", 1) + (option_given("exact") ? 0 : now * 2654435761u);
    printf("life at %lu ms, seed %lu\n", now, seed);
    be_born();
    for (uint32_t i = 1; i <= sequences; i++) {
        sequence();
        if (i % AUDIT == 0) {
            audit();
        }
    }
    audit();
    printf("lived %lu sequences\n", sequences);
}

TEST(random_end) {
    bool is_last = clock_ns() / NS_PER_MS >= option_number("until", 0);

    if (any(2)) {
        die_half_way();
    }
    die(is_last);
}
