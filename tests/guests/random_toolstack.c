/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As dom0: a toolstack that does what nobody thought of.  Domains are made and destroyed, frames
 * come to them and go, are mapped by their number or by a grant, are copied to and written, in any
 * order, and calls are given up half-way.  A model says what each call returns, what each mapping
 * holds, and how many frames each domain has; at the end all of the machine's are back.
 *
 * Options: seed=, sequences=.
 */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "clock.h"
#include "core.h"
#include "hole.h"
#include "layout.h"
#include "option.h"
#include "pt.h"
#include "random.h"
#include "test.h"
#include "toolstack.h"
#include "user.h"

#define RAM     (PV_RAM_GPA >> 12) /* first frame of a domain that is made */
#define DOMAINS 3u
#define FRAMES  12u /* of a domain that are played with, from RAM on */
#define REFS    6u  /* of its grant entries, from REF on */
#define REF     8u
#define HOLES   6u
#define OBJECTS (DOMAINS * FRAMES + HOLES)
#define NOBODY  0u
#define AUDIT   8u

/* ---- The model ---- */

/* A frame of the machine, as long as anybody holds it. */
struct object {
    uint32_t holders;
    uint32_t word; /* the first one that is in it */
};

enum hole_state { EMPTY, FOREIGN, GRANTED };

static struct {
    struct object object[OBJECTS + 1]; /* 0 is none */
    struct {
        domid_t id; /* NOBODY */
        uint8_t frame[FRAMES];
        volatile struct grant_entry_v1 *table; /* of its grants, in a hole of dom0's */
        struct {
            uint8_t frame; /* that it names */
            bool is_offered, is_readonly, is_forged;
            uint32_t pins; /* mappings */
        } entry[REFS];
    } domain[DOMAINS];
    struct {
        volatile uint32_t *page;
        uint8_t state, object;
        bool is_readonly;
        uint8_t domain, ref; /* of a grant */
        domid_t id;          /* that the domain had */
        grant_handle_t handle;
    } hole[HOLES];
    domid_t dead; /* the last one that was destroyed */
} model;

static uint32_t seed;

static uint32_t any(uint32_t below) {
    return random_next(&seed) % below;
}

static uint8_t object_new(void) {
    uint8_t i = 1;

    while (model.object[i].holders) {
        i++;
    }
    model.object[i] = (struct object){.holders = 1};
    return i;
}

static void object_put(uint8_t i) {
    model.object[i].holders--;
}

/* A domain that is there, or one that is not. */
static domid_t id_of(uint32_t d) {
    return model.domain[d].id != NOBODY ? model.domain[d].id : model.dead;
}

/* ---- Calls that may be given up, and are then made again ---- */

static int32_t issue(struct call *call, bool *was_given_up) {
    struct call again = *call;

    bool may_end_early = any(8) == 0;

    *was_given_up = may_end_early && !call_issue_until(call, any(12000));
    if (*was_given_up) {
        *call = again;
    }
    if (*was_given_up || !may_end_early) {
        call_issue(call);
    }
    return call->result;
}

/* ---- Domains ---- */

static void acquire_table(uint32_t d) {
    xen_pfn_t frame = frame_of(model.domain[d].table);
    struct xen_mem_acquire_resource r = {
        .domid = model.domain[d].id, .type = XENMEM_resource_grant_table, .nr_frames = 1};

    set_xen_guest_handle(r.frame_list, &frame);
    EXPECT_EQ(memory_op(XENMEM_acquire_resource, &r), 0);
}

static void create(uint32_t d) {
    int32_t id = domctl_create(1);

    EXPECT_TRUE(id > 0 && id != model.dead);
    model.domain[d].id = (domid_t)id;
    EXPECT_EQ(domctl_max_mem((domid_t)id, 4), 0);
    acquire_table(d);
}

/* What is mapped of it stays; its entries are nobody's any more. */
static void destroy(uint32_t d) {
    struct xen_domctl op;
    struct call call = {.number = __HYPERVISOR_domctl, .args = {(uint32_t)&op}};
    bool again;

    domctl_begin(&op, XEN_DOMCTL_destroydomain, model.domain[d].id);
    int32_t result = issue(&call, &again);
    EXPECT_TRUE(result == 0 || (again && result == -XEN_ESRCH));
    for (uint32_t f = 0; f < FRAMES; f++) {
        if (model.domain[d].frame[f]) {
            object_put(model.domain[d].frame[f]);
        }
    }
    EXPECT_EQ(unmap_foreign(frame_of(model.domain[d].table)), 0);
    memset(model.domain[d].frame, 0, sizeof(model.domain[d].frame));
    memset(model.domain[d].entry, 0, sizeof(model.domain[d].entry));
    model.dead = model.domain[d].id;
    model.domain[d].id = NOBODY;
}

static void create_or_destroy(void) {
    uint32_t d = any(DOMAINS);

    if (model.domain[d].id == NOBODY) {
        create(d);
    } else if (any(4) == 0) {
        destroy(d);
    }
}

/* ---- Its frames ---- */

static int32_t reserve(uint32_t command, uint32_t d, uint32_t f, bool *again) {
    xen_pfn_t frame = RAM + f;
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = id_of(d)};
    struct call call = {.number = __HYPERVISOR_memory_op, .args = {command, (uint32_t)&r}};

    set_xen_guest_handle(r.extent_start, &frame);
    return issue(&call, again);
}

/* Where there is a frame already it stays, and the call says that all is well, as Xen's. */
static void populate(void) {
    uint32_t d = any(DOMAINS), f = any(FRAMES);
    bool again;
    int32_t result = reserve(XENMEM_populate_physmap, d, f, &again);

    if (model.domain[d].id == NOBODY) {
        EXPECT_TRUE(result == -XEN_ESRCH || result == -XEN_EINVAL);
        return;
    }
    EXPECT_EQ(result, 1);
    if (!model.domain[d].frame[f]) {
        model.domain[d].frame[f] = object_new();
    }
}

static void decrease(void) {
    uint32_t d = any(DOMAINS), f = any(FRAMES);
    bool again;
    int32_t result = reserve(XENMEM_decrease_reservation, d, f, &again);

    if (model.domain[d].id == NOBODY) {
        EXPECT_TRUE(result == -XEN_ESRCH || result == -XEN_EINVAL);
        return;
    }
    if (!model.domain[d].frame[f]) {
        EXPECT_EQ(result, 0);
        return;
    }
    EXPECT_TRUE(result == 1 || (again && result == 0));
    object_put(model.domain[d].frame[f]);
    model.domain[d].frame[f] = 0;
}

/* ---- Mappings by number ---- */

/* A hole's second address, in a table of its own: who takes the frame out sees to it. */
static uint32_t window_of(uint32_t h) {
    return KERNEL_WINDOW + h * PAGE_SIZE;
}

static void put_in_hole(uint32_t h, uint8_t state, uint8_t object) {
    uint32_t gpa = page_gpa((const void *)model.hole[h].page);

    model.hole[h].state = state;
    model.hole[h].object = object;
    model.object[object].holders++;
    EXPECT_EQ(pt_map(window_of(h),
                     core_small(gpa, model.hole[h].is_readonly ? CORE_READ_ONLY : CORE_READ_WRITE)),
              0);
}

static void empty_hole(uint32_t h) {
    object_put(model.hole[h].object);
    model.hole[h].state = EMPTY;
}

static void map_by_number(void) {
    uint32_t d = any(DOMAINS), f = any(FRAMES), h = any(HOLES);
    uint8_t object = model.domain[d].frame[f];

    if (model.hole[h].state == GRANTED) {
        return;
    }
    int32_t result = map_foreign(id_of(d), RAM + f, frame_of(model.hole[h].page));
    if (!object) {
        EXPECT_TRUE(result == -XEN_EINVAL || result == -XEN_ESRCH);
        return;
    }
    if (!EXPECT_EQ(result, 0)) {
        return;
    }
    if (model.hole[h].state == FOREIGN) {
        empty_hole(h);
    }
    model.hole[h].is_readonly = false;
    put_in_hole(h, FOREIGN, object);
}

static void unmap_by_number(void) {
    struct xen_remove_from_physmap r = {.domid = DOMID_SELF};
    struct call call = {.number = __HYPERVISOR_memory_op,
                        .args = {XENMEM_remove_from_physmap, (uint32_t)&r}};
    uint32_t h = any(HOLES);
    bool again;

    if (model.hole[h].state == GRANTED) {
        return;
    }
    r.gpfn = frame_of(model.hole[h].page);
    int32_t result = issue(&call, &again);
    if (model.hole[h].state == EMPTY) {
        EXPECT_EQ(result, -XEN_ENOENT);
        return;
    }
    EXPECT_TRUE(result == 0 || (again && result == -XEN_ENOENT));
    empty_hole(h);
}

/* ---- Grants ---- */

/* An entry that is in use is only ended, which a granter should not do. */
static void offer(void) {
    uint32_t d = any(DOMAINS), i = any(REFS);
    volatile struct grant_entry_v1 *entry = &model.domain[d].table[REF + i];

    if (model.domain[d].id == NOBODY) {
        return;
    }
    if (model.domain[d].entry[i].pins != 0) {
        entry->flags = 0;
        model.domain[d].entry[i].is_forged = true;
        return;
    }
    model.domain[d].entry[i].frame = (uint8_t)any(FRAMES);
    model.domain[d].entry[i].is_offered = any(4) != 0;
    model.domain[d].entry[i].is_readonly = any(3) == 0;
    model.domain[d].entry[i].is_forged = false;
    entry->domid = 0;
    entry->frame = RAM + model.domain[d].entry[i].frame;
    entry->flags = (uint16_t)((model.domain[d].entry[i].is_offered ? GTF_permit_access : 0) |
                              (model.domain[d].entry[i].is_readonly ? GTF_readonly : 0));
}

/* The frame that is to be had by it, or none. */
static uint8_t granted_object(uint32_t d, uint32_t i, bool for_writing) {
    if (model.domain[d].id == NOBODY || !model.domain[d].entry[i].is_offered ||
        (for_writing && model.domain[d].entry[i].is_readonly)) {
        return 0;
    }
    return model.domain[d].frame[model.domain[d].entry[i].frame];
}

static void map_by_grant(void) {
    uint32_t d = any(DOMAINS), i = any(REFS), h = any(HOLES);
    bool readonly = any(3) == 0;
    struct gnttab_map_grant_ref m = {.host_addr = page_gpa((const void *)model.hole[h].page),
                                     .flags = GNTMAP_host_map | (readonly ? GNTMAP_readonly : 0),
                                     .ref = REF + i,
                                     .dom = id_of(d)};
    uint8_t object = granted_object(d, i, !readonly);

    if (model.domain[d].entry[i].is_forged) {
        return;
    }
    EXPECT_EQ(grant_op(GNTTABOP_map_grant_ref, &m, 1), 0);
    if (!object || model.hole[h].state != EMPTY) {
        EXPECT_TRUE(m.status < 0);
        return;
    }
    if (!EXPECT_EQ(m.status, GNTST_okay)) {
        return;
    }
    model.hole[h].is_readonly = readonly;
    model.hole[h].domain = (uint8_t)d;
    model.hole[h].ref = (uint8_t)i;
    model.hole[h].id = model.domain[d].id;
    model.hole[h].handle = m.handle;
    model.domain[d].entry[i].pins++;
    put_in_hole(h, GRANTED, object);
}

static void unmap_grant(uint32_t h) {
    struct gnttab_unmap_grant_ref u = {.host_addr = page_gpa((const void *)model.hole[h].page),
                                       .handle = model.hole[h].handle};
    uint32_t d = model.hole[h].domain;

    EXPECT_EQ(grant_op(GNTTABOP_unmap_grant_ref, &u, 1), 0);
    if (model.hole[h].state != GRANTED) {
        EXPECT_TRUE(u.status < 0);
        return;
    }
    EXPECT_EQ(u.status, GNTST_okay);
    if (model.domain[d].id == model.hole[h].id) {
        model.domain[d].entry[model.hole[h].ref].pins--;
    }
    empty_hole(h);
}

/* Also with a handle that was given up already, and may be another mapping's. */
static void unmap_by_grant(void) {
    uint32_t h = any(HOLES);

    for (uint32_t other = 0; other < HOLES; other++) {
        if (model.hole[h].state != GRANTED && model.hole[other].state == GRANTED &&
            model.hole[other].handle == model.hole[h].handle) {
            return;
        }
    }
    unmap_grant(h);
}

/* A word of dom0's to a granted frame, or from there. */
static void copy(void) {
    static uint32_t mine[16] __attribute__((aligned(64)));
    uint32_t d = any(DOMAINS), i = any(REFS);
    bool to = any(2);
    struct gnttab_copy c = {.len = sizeof(mine)};
    uint8_t object = granted_object(d, i, to);

    if (model.domain[d].entry[i].is_forged) {
        return;
    }
    c.source.domid = c.dest.domid = DOMID_SELF;
    c.source.u.gmfn = c.dest.u.gmfn = frame_of(mine);
    c.source.offset = c.dest.offset = (uint16_t)((uint32_t)mine % PAGE_SIZE);
    if (to) {
        c.dest.u.ref = REF + i;
        c.dest.domid = id_of(d);
        c.dest.offset = 0;
    } else {
        c.source.u.ref = REF + i;
        c.source.domid = id_of(d);
        c.source.offset = 0;
    }
    c.flags = to ? GNTCOPY_dest_gref : GNTCOPY_source_gref;
    mine[0] = random_next(&seed);
    EXPECT_EQ(grant_op(GNTTABOP_copy, &c, 1), 0);
    if (!object) {
        EXPECT_TRUE(c.status < 0);
    } else if (EXPECT_EQ(c.status, GNTST_okay) && to) {
        model.object[object].word = mine[0];
    } else {
        EXPECT_EQ(mine[0], model.object[object].word);
    }
}

/* ---- What is there ---- */

static void write(void) {
    uint32_t h = any(HOLES);

    if (model.hole[h].state != EMPTY && !model.hole[h].is_readonly) {
        *model.hole[h].page = model.object[model.hole[h].object].word = random_next(&seed);
    }
}

static void look_at_hole(uint32_t h) {
    uint32_t at = (uint32_t)model.hole[h].page;

    if (model.hole[h].state == EMPTY) {
        EXPECT_TRAP(try_read(at, NULL), TRAP_DATA_ABORT);
        return;
    }
    EXPECT_EQ(*model.hole[h].page, model.object[model.hole[h].object].word);
    EXPECT_EQ(*(volatile uint32_t *)window_of(h), model.object[model.hole[h].object].word);
    if (model.hole[h].is_readonly) {
        EXPECT_TRAP(try_write(at, 1), TRAP_DATA_ABORT);
    }
}

static void look_at_domain(uint32_t d) {
    struct xen_domctl op;
    uint32_t held = 0;

    for (uint32_t f = 0; f < FRAMES; f++) {
        held += model.domain[d].frame[f] != 0;
    }
    domctl_begin(&op, XEN_DOMCTL_getdomaininfo, model.domain[d].id);
    EXPECT_EQ(domctl(&op), 0);
    EXPECT_EQ(op.u.getdomaininfo.tot_pages, held);
}

static void audit(void) {
    for (uint32_t h = 0; h < HOLES; h++) {
        look_at_hole(h);
    }
    for (uint32_t d = 0; d < DOMAINS; d++) {
        if (model.domain[d].id != NOBODY) {
            look_at_domain(d);
        }
    }
}

/* ---- A life ---- */

static void (*const makers[])(void) = {
    create_or_destroy, populate,       populate, decrease, map_by_number, unmap_by_number, offer,
    map_by_grant,      unmap_by_grant, copy,     write,
};
#define MAKERS (sizeof(makers) / sizeof(makers[0]))

static void begin(void) {
    for (uint32_t h = 0; h < HOLES; h++) {
        model.hole[h].page = make_hole();
        model.hole[h].handle = ~0u;
    }
    for (uint32_t d = 0; d < DOMAINS; d++) {
        model.domain[d].table = (volatile struct grant_entry_v1 *)make_hole();
        create(d);
    }
}

static void end(void) {
    for (uint32_t d = 0; d < DOMAINS; d++) {
        if (model.domain[d].id != NOBODY) {
            destroy(d);
        }
        fill_hole((volatile uint32_t *)model.domain[d].table);
    }
    for (uint32_t h = 0; h < HOLES; h++) {
        look_at_hole(h); /* what is mapped outlives its owner */
        if (model.hole[h].state == GRANTED) {
            unmap_grant(h);
        } else if (model.hole[h].state == FOREIGN) {
            EXPECT_EQ(unmap_foreign(frame_of(model.hole[h].page)), 0);
        }
        fill_hole(model.hole[h].page);
    }
    for (uint32_t h = 0; h < HOLES; h++) {
        EXPECT_TRAP(try_read(window_of(h), NULL), TRAP_DATA_ABORT);
    }
}

TEST(others_settle) {
    clock_sleep(50 * NS_PER_MS);
}

TEST(random_toolstack) {
    uint32_t sequences = option_number("sequences", 1000);
    uint64_t before = sysctl_free_frames();

    seed = option_number("seed", 1);
    begin();
    for (uint32_t i = 1; i <= sequences; i++) {
        makers[any(MAKERS)]();
        if (i % AUDIT == 0) {
            audit();
        }
    }
    end();
    expect_free(before);
    printf("made %lu calls\n", sequences);
}
