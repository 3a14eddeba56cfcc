/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Another frame behind a guest frame.  Every table entry that maps the old one must be found.
 * The guest's own way to it is nearly always its kernel's linear mapping, by sections: these
 * are split into tables that are remembered in the MiB's record, so that their entries
 * need no search.  Only when the frame's count says that someone else maps it too are
 * the domain's other tables read, some of them in each call.
 *
 * One change of a map is under way at a time, and p2m.h has all of it: whoever comes next, for
 * whatever, takes the next step of it.  So one that its caller gave up is in nobody's way.
 */
#include "core/base/panic.h"
#include "core/space/p2m.h"
#include "core/space/p2m_foreign.h"
#include "core/space/p2m_sparse.h"
#include "core/space/pt_table.h"
#include "core/space/space.h"

/*
 * The search is a walk over positions: the flat table's own entry, the parts of the
 * kernel part's source, then all parts of all blocks of the heap.  A part is STEP_SCAN entries.
 */
#define SCAN_PER_BLOCK (PT_L1_ENTRIES / STEP_SCAN)
#define SCAN_PER_UNIT  (PT_L2_ENTRIES / STEP_SCAN)
#define SCAN_SOURCE    1u
#define SCAN_BLOCKS    (SCAN_SOURCE + SCAN_PER_BLOCK)

struct change {
    struct space *s;
    uint32_t *entry;             /* NULL: outside the bank, and nothing there */
    struct p2m_mib *mib;         /* NULL: outside the bank, where no section reaches */
    uint32_t first;              /* gfn of the MiB */
    uint32_t index;              /* of the frame in its MiB */
    uint32_t old;                /* machine address */
    struct page_info *page;      /* of the old frame */
    struct p2m_foreign *foreign; /* its counter, if it is another domain's */
    const uint32_t *users;       /* what counts the entries for it, */
    uint32_t users_least;        /* and so much without any */
    mfn_t to;
    struct p2m_foreign *to_foreign; /* as foreign, of the new one */
    enum p2m_type type;
};

/* Of another domain's frame its owner's sections are counted, and there are none of @s's. */
static uint16_t section_count(const struct change *c) {
    return !c->mib || c->foreign ? 0 : *page_section_count(mfn(c->old >> PAGE_SHIFT));
}

/* Does an entry for the old frame that has no look at sections remain? */
static inline bool has_entries(const struct change *c) {
    return *c->users > c->users_least;
}

static bool is_mapped(const struct change *c) {
    return section_count(c) != 0 || has_entries(c);
}

/* For frames of other domains; one of its own may be of that type, too, granted to itself. */
static bool is_foreign(enum p2m_type type) {
    return type == P2M_FOREIGN || type == P2M_FOREIGN_RO;
}

/* Of @m, if that is another domain's. */
static struct p2m_foreign *foreign_counter(const struct space *s, mfn_t m) {
    return p2m_is_foreign(s, m) ? p2m_foreign_counter(s, m) : NULL;
}

static bool is_readonly(enum p2m_type type) {
    return type == P2M_RAM_RO || type == P2M_SHARED_RO || type == P2M_FOREIGN_RO;
}

/* What an entry with attributes @attr for the old frame becomes, if a frame comes in its place. */
static uint32_t new_entry(const struct change *c, uint32_t attr) {
    if (is_readonly(c->type)) {
        attr = arch_l2_readonly(attr);
    }
    return mfn_to_maddr(c->to).v | pt_restrict(c->type, attr);
}

/*
 * Break before make: a live entry gets another frame, perhaps of another memory type, without the
 * guest's knowing, so it is a fault, and forgotten by every TLB, in between (Arm ARM DDI 0406,
 * B3.10.1). That is done for some entries at a time.
 */
#define BROKEN_MAX STEP_FOUND

struct broken {
    unsigned int count;
    struct {
        uint32_t *entry;
        uint32_t hw; /* what it becomes */
    } at[BROKEN_MAX];
};

static void make(const struct change *c, struct broken *b) {
    arch_pte_sync();
    if (!mfn_eq(c->to, INVALID_MFN) && b->count > 0) {
        arch_tlb_flush_all();
        for (unsigned int i = 0; i < b->count; i++) {
            pt_hold_l2(c->s, b->at[i].hw);
            pt_replace_l2(c->s, b->at[i].entry, b->at[i].hw);
        }
        arch_pte_sync();
    }
    b->count = 0;
}

/* @entry, if it maps the old frame, is a fault until make().  False: that is for the next time. */
static bool break_entry(const struct change *c, struct broken *b, uint32_t *entry) {
    if (!*entry || (*entry & PAGE_MASK) != c->old) {
        return true;
    }
    if (b->count == BROKEN_MAX) {
        return false;
    }
    b->at[b->count].entry = entry;
    b->at[b->count++].hw = new_entry(c, *entry & ~PAGE_MASK);
    pt_replace_l2(c->s, entry, 0);
    return true;
}

/* False: there are more. */
static bool rewrite_splits(const struct change *c) {
    struct broken b;
    uint16_t unit = c->mib ? c->mib->splits : 0;

    b.count = 0;
    while (unit && break_entry(c, &b, &pt_unit_table(unit)[c->index])) {
        unit = pt_units[unit].next;
    }
    make(c, &b);
    return !unit;
}

/* A frame appears where there was none: the linear mapping has it again. */
static void map_in_splits(const struct change *c) {
    for (uint16_t unit = c->mib->splits; unit; unit = pt_units[unit].next) {
        uint32_t hw = new_entry(c, pt_units[unit].attr);

        pt_hold_l2(c->s, hw);
        pt_replace_l2(c->s, &pt_unit_table(unit)[c->index], hw);
    }
}

/* Split the first section of this MiB among entries [@from, @end) of L1 @block: -EAGAIN, there
 * may be more; 0: there was none; -ENOMEM. */
static int split_range(const struct change *c, uint16_t block, unsigned int from,
                       unsigned int end) {
    const uint32_t *table = pt_block_table(block);
    uint32_t base = c->old & ~(MIB - 1);

    if (section_count(c) == 0) {
        return 0;
    }
    for (unsigned int i = from; i < end; i++) {
        struct pte pte;

        if (((table[i] ^ base) & ~(MIB - 1)) != 0) {
            continue;
        }
        pte = arch_pte_decode_hw_l1(table[i]);
        if (pte.kind == PTE_SECTION) {
            int err = pt_split_section(c->s, block, i, c->first);

            return err ? err : -XEN_EAGAIN;
        }
    }
    return 0;
}

/* Which entries of an L1 block count, of those in [*from, *end). */
static void clip(const struct space *s, uint16_t block, unsigned int *from, unsigned int *end) {
    unsigned int low = block == s->pt.kernel[0] ? s->pt.kernel_index : 0;
    unsigned int high =
        block == s->pt.kernel[0] || block == s->pt.flat ? PT_HOLE_INDEX : s->pt.kernel_index;

    *from = *from < low ? low : *from;
    *end = *end > high ? high : *end;
}

static int scan_l1(const struct change *c, uint16_t block, unsigned int part) {
    unsigned int from = part * STEP_SCAN;
    unsigned int end = from + STEP_SCAN;

    clip(c->s, block, &from, &end);
    return split_range(c, block, from, end);
}

/* 0: no entry of the part maps the old frame any more; -EAGAIN: there may be more. */
static int scan_l2(const struct change *c, uint16_t unit, unsigned int part) {
    uint32_t *table = &pt_unit_table(unit)[part * STEP_SCAN];
    struct broken b;
    unsigned int i = 0;

    b.count = 0;
    if (pt_units[unit].state != PT_UNIT_GUEST) {
        return 0;
    }
    while (i < STEP_SCAN && has_entries(c) && break_entry(c, &b, &table[i])) {
        i++;
    }
    make(c, &b);
    return i < STEP_SCAN && has_entries(c) ? -XEN_EAGAIN : 0;
}

static int scan_block(const struct change *c, uint16_t block, unsigned int part) {
    if (pt_blocks[block].kind == PT_BLOCK_L1) {
        return scan_l1(c, block, part);
    }
    return scan_l2(c, (uint16_t)(block * PT_UNITS_PER_BLOCK + part / SCAN_PER_UNIT),
                   part % SCAN_PER_UNIT);
}

static int scan_position(const struct change *c, uint32_t position) {
    const struct pt_space *pt = &c->s->pt;
    unsigned int index = c->first / FRAMES_PER_MIB;

    if (position >= SCAN_BLOCKS) {
        position -= SCAN_BLOCKS;
        return scan_block(c, (uint16_t)(position / SCAN_PER_BLOCK), position % SCAN_PER_BLOCK);
    }
    if (position >= SCAN_SOURCE) {
        return scan_l1(c, pt->kernel[0], position - SCAN_SOURCE);
    }
    return pt->flat && index < PT_HOLE_INDEX ? split_range(c, pt->flat, index, index + 1) : 0;
}

/* Pass by what of the source is not the kernel's part. */
static void skip_source(const struct space *s, uint32_t *position) {
    uint32_t first = SCAN_SOURCE + s->pt.kernel_index / STEP_SCAN;

    if (*position >= SCAN_SOURCE && *position < SCAN_BLOCKS) {
        first = s->pt.kernel[0] ? first : SCAN_BLOCKS;
        *position = *position < first ? first : *position;
    }
}

/* Pass by blocks that are not the domain's, STEP_SKIP_BLOCKS at most; true: at one that is. */
static bool skip_others(const struct space *s, uint32_t *position) {
    skip_source(s, position);
    for (unsigned int i = 0; i < STEP_SKIP_BLOCKS && *position >= SCAN_BLOCKS; i++) {
        uint32_t block = (*position - SCAN_BLOCKS) / SCAN_PER_BLOCK;

        if (block >= heap_block_count() ||
            (pt_blocks[block].kind != PT_BLOCK_NONE && pt_blocks[block].owner == s->owner)) {
            return true;
        }
        *position = SCAN_BLOCKS + (block + 1) * SCAN_PER_BLOCK;
    }
    return *position < SCAN_BLOCKS;
}

/* Go on with the search.  0: done; -EAGAIN; -ENOMEM. */
static int search(const struct change *c) {
    uint32_t *position = &c->s->p2m.scan;
    uint32_t end = SCAN_BLOCKS + heap_block_count() * SCAN_PER_BLOCK;

    for (unsigned int steps = 0; is_mapped(c); steps++) {
        int err;

        if (steps == STEP_SCANS || !skip_others(c->s, position)) {
            return -XEN_EAGAIN;
        }
        if (*position >= end) {
            break;
        }
        err = scan_position(c, *position);
        if (err) {
            return err;
        }
        ++*position;
    }
    CHECK(section_count(c) == 0);
    return 0;
}

static bool valid_target(mfn_t to, enum p2m_type type) {
    return mfn_eq(to, INVALID_MFN) || type == P2M_RAM || type == P2M_SHARED ||
           type == P2M_FOREIGN || is_readonly(type);
}

/* ---- The one that is under way ---- */

static bool is_under_way(const struct p2m *p2m) {
    return p2m->changing.v != INVALID_GFN.v;
}

/* Is that what puts @to, as @type, behind @g? */
static bool is_the_same(const struct p2m *p2m, gfn_t g, mfn_t to, enum p2m_type type) {
    return p2m->changing.v == g.v && mfn_eq(p2m->changing_to, to) &&
           (mfn_eq(to, INVALID_MFN) || p2m->changing_to_type == type);
}

/*
 * Of a frame of its own the frame's count says who maps it, with one for the map; others' entries
 * count as well.  One of another domain may be behind several guest frames, as when a frontend
 * names a page twice.  What entry is for which of them nobody knows, and all may stay until the
 * last one goes: until then the domain has a right to the frame.  An entry that was made for
 * writing may outlive the mapping that allowed it; only dom0's do, which may map any frame anyway.
 */
static void find_users(struct change *c) {
    static const uint32_t none;

    if (c->foreign) {
        c->users = p2m_foreign_is_elsewhere(c->s, c->foreign) ? &none : &c->foreign->entries;
    } else if (c->page) {
        c->users = &c->page->count;
        c->users_least = 1;
    }
}

static struct change describe(struct space *s, gfn_t g, mfn_t to, enum p2m_type type) {
    struct p2m *p2m = &s->p2m;
    uint32_t index = p2m_index(p2m, g);
    struct change c = {.s = s, .entry = p2m_entry_of(p2m, g), .to = to, .type = type};

    c.mib = index < p2m->count ? &p2m->mib[index / FRAMES_PER_MIB] : NULL;
    c.index = g.v % FRAMES_PER_MIB;
    c.first = g.v - c.index;
    if (c.entry) {
        c.old = *c.entry & PAGE_MASK;
        c.page = page_of(p2m_entry_mfn(*c.entry));
        c.foreign = foreign_counter(s, p2m_entry_mfn(*c.entry));
        find_users(&c);
    }
    return c;
}

/* No new mapping of the old frame from here on.  The new one is held until it is in its place: its
 * caller may never come again. */
static int begin_change(const struct change *c) {
    struct p2m *p2m = &c->s->p2m;

    if (!c->page) {
        return -XEN_EBUSY; /* no frame that is counted */
    }
    if (c->page->type != PAGE_NONE && c->page->owner == c->s->owner) {
        return -XEN_EBUSY;
    }
    if (!pt_units_available(c->s, section_count(c))) {
        return -XEN_ENOMEM;
    }
    page_get(c->to);
    p2m->changing = gfn(c->first + c->index);
    p2m->changing_type = p2m_entry_type(*c->entry);
    p2m->changing_to = c->to;
    p2m->changing_to_type = c->type;
    p2m->scan = 0;
    *c->entry = c->old | P2M_CHANGING;
    if (c->mib) {
        c->mib->broken = true;
        c->mib->run = P2M_RUN_ENDED;
    }
    return 0;
}

/* Is it RAM that the domain has, or something else in its place? */
static bool counts_as_ram(enum p2m_type type) {
    return type == P2M_RAM || type == P2M_RAM_RO;
}

/* What comes is behind one guest frame more. */
static void note_foreign(const struct change *c) {
    if (c->to_foreign) {
        c->to_foreign->placed++;
    }
}

/*
 * The guest does not know that its mapping changed under it, so TLB and caches are ours to flush: a
 * line that stayed would take the guest's stores to the frame that comes next at this address.
 */
static void finish_change(const struct change *c) {
    struct p2m *p2m = &c->s->p2m;

    p2m->held -= counts_as_ram(p2m->changing_type);
    if (!mfn_eq(c->to, INVALID_MFN)) {
        *c->entry = mfn_to_maddr(c->to).v | (uint32_t)c->type;
        p2m->held += counts_as_ram(c->type);
    } else if (c->mib) {
        *c->entry = P2M_NONE;
    } else {
        p2m_sparse_remove(p2m, p2m->changing);
    }
    p2m->changing = INVALID_GFN;
    arch_pte_sync();
    arch_tlb_flush_all();
    arch_cache_flush_aliases();
    note_foreign(c);
    if (c->foreign) {
        CHECK(c->foreign->placed > 0);
        c->foreign->placed--;
    }
    page_put(mfn(c->old >> PAGE_SHIFT));
}

/* The map is as it was before.  Entries that were found by then stay as they became, holding what
 * they map: a guest that used up its table memory meanwhile may have lost a mapping of its own. */
static void take_back(const struct change *c) {
    struct p2m *p2m = &c->s->p2m;

    *c->entry = c->old | p2m->changing_type;
    p2m->changing = INVALID_GFN;
    page_put(p2m->changing_to);
}

/* The next step of @c, which is under way. */
static int go_on(const struct change *c) {
    int err;

    CHECK(c->page); /* begin_change() looked */
    if (!rewrite_splits(c)) {
        return -XEN_EAGAIN;
    }
    err = search(c);
    if (err != -XEN_EAGAIN && pt_split_abandon(c->s)) {
        return -XEN_EAGAIN; /* the guest took the section away that this was for */
    }
    if (err == 0) {
        finish_change(c);
    } else if (err != -XEN_EAGAIN) {
        take_back(c);
    }
    return err;
}

int p2m_settle(struct space *s) {
    const struct p2m *p2m = &s->p2m;

    if (s->pt.dropping) { /* it may map the old frame, and is not among what is searched */
        pt_drop_step(s);
        return -XEN_EAGAIN;
    }
    if (is_under_way(p2m)) {
        struct change c = describe(s, p2m->changing, p2m->changing_to, p2m->changing_to_type);

        c.to_foreign = is_foreign(c.type) ? foreign_counter(s, c.to) : NULL;
        /* An error is not the caller's: it took the change back, and who asked for that one begins
         * it again, to be told himself. */
        (void)go_on(&c);
        return -XEN_EAGAIN;
    }
    return 0;
}

/* ---- Where there was nothing ---- */

/* Does it come next in the MiB of the machine that is to be this one? */
static bool continues_run(const struct change *c, const uint32_t *entry) {
    uint32_t inside = c->to.v % FRAMES_PER_MIB;

    return c->mib->run == c->index && c->index == inside && c->type == P2M_RAM &&
           (inside == 0 || p2m_entry_mfn(entry[-1]).v == c->to.v - 1);
}

/* A MiB that is filled in order becomes one of whole RAM.  No table can stand for a section of it:
 * it never was one. */
static void note_run(const struct change *c, const uint32_t *entry) {
    if (!continues_run(c, entry)) {
        return;
    }
    c->mib->run++;
    if (c->mib->run == FRAMES_PER_MIB) {
        c->mib->run = P2M_RUN_ENDED;
        c->mib->broken = false;
    }
}

static int populate_frame(const struct change *c) {
    uint32_t value = mfn_to_maddr(c->to).v | (uint32_t)c->type;

    if (mfn_eq(c->to, INVALID_MFN)) {
        return -XEN_EINVAL;
    }
    if (!c->entry || !c->mib) { /* outside the bank */
        int err = p2m_sparse_add(&c->s->p2m, gfn(c->first + c->index), value);
        c->s->p2m.held += err == 0 && counts_as_ram(c->type);
        if (err == 0) {
            note_foreign(c);
        }
        return err;
    }
    *c->entry = value;
    note_foreign(c);
    c->s->p2m.held += counts_as_ram(c->type);
    note_run(c, c->entry);
    map_in_splits(c);
    arch_pte_sync();
    return 0;
}

/* ---- All of it ---- */

/* What has to be so before: 0, -EINVAL, -ENOMEM, -EAGAIN.  @counter: of @to, if that is another
 * domain's. */
static int prepare(struct space *s, mfn_t to, enum p2m_type type, struct p2m_foreign **counter) {
    *counter = NULL;
    if (!valid_target(to, type)) {
        return -XEN_EINVAL;
    }
    if (!is_foreign(type) || !p2m_is_foreign(s, to)) {
        return 0;
    }
    *counter = p2m_foreign_counter(s, to);
    return *counter ? 0 : p2m_foreign_begin(s, to);
}

static bool is_empty(const struct change *c) {
    return !c->entry || p2m_entry_type(*c->entry) == P2M_INVALID;
}

/* Is it so already? */
static bool is_done(const struct change *c) {
    return mfn_eq(c->to, INVALID_MFN)
               ? is_empty(c)
               : c->entry && *c->entry == (mfn_to_maddr(c->to).v | (uint32_t)c->type);
}

/* The next step of it, or its first: no other is under way. */
static int step(const struct change *c) {
    int err = is_under_way(&c->s->p2m) ? 0 : begin_change(c);

    if (err == 0) {
        err = go_on(c);
    }
    if (err == 0) {
        page_put(c->to); /* the caller's: the map has its own */
    }
    return err;
}

static int change(const struct change *c, bool begun) {
    if (begun && is_done(c)) { /* somebody else took the last step */
        page_put(c->to);
        return 0;
    }
    return is_empty(c) ? populate_frame(c) : step(c);
}

int p2m_change(struct space *s, gfn_t g, mfn_t to, enum p2m_type type, bool *begun) {
    struct p2m_foreign *counter;
    int err = prepare(s, to, type, &counter);

    if (err == 0 && (s->pt.dropping || !*begun || !is_the_same(&s->p2m, g, to, type))) {
        err = p2m_settle(s);
        if (err) {
            return err;
        }
    }
    if (err == 0) {
        struct change c = describe(s, g, to, type);

        c.to_foreign = counter;
        err = change(&c, *begun);
    }
    *begun = err == -XEN_EAGAIN;
    return err;
}
