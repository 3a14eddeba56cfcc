/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's guest-physical address space: which machine frame is behind each
 * guest frame, and what a table entry may do with it.
 *
 * RAM is one bank, a dense array indexed by gfn - base.  Everything else is in two short sorted
 * lists: ranges (device registers, magic pages), which stay until the domain ends, and single
 * frames outside the bank, which come and go as those of the bank do.
 *
 * An entry in the array: machine address of the frame | type.  Plain RAM is type 0,
 * so that the update path can OR it into a table entry after one test.
 */
#ifndef CORE_P2M_H
#define CORE_P2M_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/addr.h"

struct space;

enum p2m_type {
    P2M_RAM = 0,  /* its own, all rights, any memory type */
    P2M_INVALID,  /* nothing here */
    P2M_CHANGING, /* RAM on its way out: no new mapping, p2m_change() is under way */
    P2M_RAM_RO,   /* read-only */
    P2M_SHARED,   /* the hypervisor has it mapped too: every mapping is uncached */
    P2M_SHARED_RO,
    P2M_FOREIGN,    /* RAM of another domain */
    P2M_FOREIGN_RO, /* the same, read-only */
    P2M_DEVICE,     /* device registers: never cached, never executable */
    P2M_DEVICE_RO,
};

#define P2M_TYPE_MASK  0xffu
#define P2M_RANGES_MAX 48
#define P2M_SPARSE_MAX 64
#define P2M_NONE       ((uint32_t)P2M_INVALID)

struct p2m_range {
    gfn_t gfn;
    mfn_t mfn;
    uint32_t count;
    enum p2m_type type;
};

/* A frame outside the bank. */
struct p2m_sparse {
    gfn_t gfn;
    uint32_t entry; /* as in the array; never P2M_NONE */
};

/* State of one MiB of RAM. */
struct p2m_mib {
    uint16_t splits; /* list of tables (pt_table.h units) that stand for sections of it; 0 = end */
    uint8_t split_count;
    bool broken;  /* not 256 contiguous plain frames: no sections */
    uint16_t run; /* p2m_grow() made it, and these first frames of it are such; or P2M_RUN_ENDED */
};

#define P2M_RUN_ENDED UINT16_MAX

/* Heap memory of a map, for a domain that is built again: @entry NULL = none yet. */
struct p2m_store {
    uint32_t *entry;
    struct p2m_mib *mib;
    unsigned int entry_order, mib_order; /* heap orders */
};

struct p2m {           /* space lock */
    gfn_t base;        /* first one of RAM */
    uint32_t count;    /* frames of RAM in the array so far */
    uint32_t capacity; /* frames it has room for */
    uint32_t *entry;   /* these two are of a p2m_store */
    struct p2m_mib *mib;
    uint32_t held; /* RAM frames that the domain holds now */
    unsigned int range_count;
    struct p2m_range range[P2M_RANGES_MAX];
    unsigned int sparse_count;
    struct p2m_sparse sparse[P2M_SPARSE_MAX];
    struct p2m_foreign **foreign; /* counters of others' frames (p2m_foreign.h), or NULL */
    uint32_t foreign_counts;      /* counters of these, a power of two */
    gfn_t changing;               /* that p2m_change() is at work on, or INVALID_GFN */
    uint32_t changing_type;       /* what it was before */
    mfn_t changing_to;            /* what comes in its place, with a reference, or INVALID_MFN */
    enum p2m_type changing_to_type;
    uint32_t scan;          /* where its scan goes on */
    uint16_t split;         /* table that is made for a section of its MiB (pt_split.c), 0 = none */
    uint16_t split_filled;  /* entries of it that are written */
    uint16_t split_counted; /* entries of it that are references to frames */
};

/**
 * p2m_init() - room for @count RAM frames from @base_gfn on, none of which is there yet.
 * @base_gfn, @count: in frames, multiples of 256 (one MiB)
 * @store: memory for it, of an earlier domain with the same @count; if it has none, it gets it from
 * the heap, and keeps it when @s ends.  A long run of blocks once given up may not be had again:
 * others' tables take single blocks of it.
 * Returns 0, -EINVAL (not so, or beyond 4 GiB), -EEXIST (there is something there), -ENOMEM.
 */
int p2m_init(struct space *s, gfn_t base_gfn, uint32_t count, struct p2m_store *store);

/** p2m_store_free() - no domain has it, nor is to be built in it again. */
void p2m_store_free(struct p2m_store *store);

/**
 * p2m_add_ram() - append RAM: gfn must be the first one after what was added so far.
 * @count: a multiple of 256, or a part of a MiB, of which the next parts follow in the machine's
 * memory. The frames are @s's, with a count of 1 that the p2m takes over.  About 15 instructions
 * per frame.
 * Returns 0 or -EINVAL (order, room, a frame that is not @s's).
 */
int p2m_add_ram(struct space *s, gfn_t first, mfn_t mfn_start, uint32_t count);

/**
 * p2m_grow() - a step towards a bank that reaches as far as @g, with nothing behind what is new: to
 * be populated by p2m_change(), frame by frame.  If it is populated in order with a MiB of the
 * machine's, sections can map it.
 * Returns 0, -EAGAIN (call again), -EINVAL (there is no room for @g).
 */
int p2m_grow(struct space *s, gfn_t g);

/**
 * p2m_add_range() - map @count frames from @mfn_start at @first, outside the RAM bank.
 * Frames of RAM among them get a reference, which p2m_destroy_step() drops.
 * Returns 0, -EINVAL (empty, wraps, P2M_INVALID/P2M_CHANGING), -EEXIST (overlap), -ENOSPC.
 */
int p2m_add_range(struct space *s, gfn_t first, mfn_t mfn_start, uint32_t count,
                  enum p2m_type type);

/** p2m_lookup_range() - the slow half of p2m_lookup(): P2M_NONE, or machine address | type. */
uint32_t p2m_lookup_range(const struct p2m *p2m, gfn_t g);

/** p2m_end() - the frame behind the highest one of which anything is known; 0: none is. */
gfn_t p2m_end(const struct p2m *p2m);

/** p2m_index() - of @g in the array of RAM; not below @count if it is not there. */
static inline uint32_t p2m_index(const struct p2m *p2m, gfn_t g) {
    return g.v - p2m->base.v;
}

/** p2m_lookup() - entry of @g: machine address of its frame | enum p2m_type. */
static inline uint32_t p2m_lookup(const struct p2m *p2m, gfn_t g) {
    uint32_t index = p2m_index(p2m, g);

    if (__builtin_expect(index < p2m->count, 1)) {
        return p2m->entry[index];
    }
    return p2m_lookup_range(p2m, g);
}

/** p2m_mib_is_empty() - is there no frame, of whatever kind, in the MiB that begins with @first? Of
 * the RAM bank, false. */
bool p2m_mib_is_empty(const struct p2m *p2m, gfn_t first);

static inline enum p2m_type p2m_entry_type(uint32_t entry) {
    return (enum p2m_type)(entry & P2M_TYPE_MASK);
}

static inline mfn_t p2m_entry_mfn(uint32_t entry) {
    return mfn(entry >> PAGE_SHIFT);
}

/** p2m_to_mfn() - plain RAM frame of @g or INVALID_MFN: for the hypervisor's own accesses. */
static inline mfn_t p2m_to_mfn(const struct p2m *p2m, gfn_t g) {
    uint32_t entry = p2m_lookup(p2m, g);

    return p2m_entry_type(entry) == P2M_RAM ? p2m_entry_mfn(entry) : INVALID_MFN;
}

/**
 * p2m_change() - put another frame, or none, behind a gfn, and drop the old one.
 * @to: new frame, on which the caller has a reference that the p2m takes over on success; or
 *   INVALID_MFN
 * @type: P2M_RAM, P2M_SHARED, P2M_FOREIGN or the same read-only; ignored with INVALID_MFN
 * @begun: false the first time, and for the next time what it is then; true: this change is under
 *   way.  True if it never was: success for what is so already.
 *
 * Sections that map its MiB are split first.  Small-page entries that map the old frame become
 * entries for the new one with the rights and memory type that it allows, or faults.  Where
 * there was no frame, the tables that replaced sections map the new one; other entries are the
 * guest's to make.  TLB and caches are flushed.
 *
 * A map has one change under way.  Who asks for another takes a step of that one, and is to come
 * again; so it ends, even if who began it does not come.  Who does is told that it is done.
 *
 * Bounded: STEP_SCANS * STEP_SCAN entries are looked at in a call; it ends as soon as no
 * entry maps the old frame, at once if only sections did.
 * Returns 0; -EAGAIN: call again with the same arguments (the gfn cannot be mapped meanwhile);
 * -EINVAL: in a range, or in the bank's room and not in the bank, or nothing there already and
 * nothing wanted; -EBUSY: a registered table;
 * -ENOMEM: table memory for a split, P2M_SPARSE_MAX frames outside the bank, or the counters of
 * P2M_FOREIGN (nothing changed).
 */
int p2m_change(struct space *s, gfn_t g, mfn_t to, enum p2m_type type, bool *begun);

/** p2m_settle() - a step of what has to end before a change can begin.  Returns 0: there is
 * nothing, and what p2m_change() puts where nothing is will be there at once; -EAGAIN: call again.
 */
int p2m_settle(struct space *s);

/**
 * p2m_destroy_step() - drop up to STEP_FRAMES frames; after pt_destroy_step() returned false.
 * Returns true if there is more to do; false: all is freed but what is of a p2m_store.
 */
bool p2m_destroy_step(struct space *s);

#endif /* CORE_P2M_H */
