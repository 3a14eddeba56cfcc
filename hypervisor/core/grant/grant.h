/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grant tables, version 1 (public: <xen/grant_table.h>).  A domain is a granter by its table,
 * frames that it shares with the hypervisor, and a mapper by its maptrack, a record for each
 * mapping of a frame that another domain granted it.
 *
 * Who holds what: a record holds its frame by a reference (page.h), and so does the mapper's map
 * (p2m.h).  Nobody holds the granter: a frame outlives its owner, and a record names the granter by
 * a number that no other domain ever has, so that it does no harm when that is gone.
 *
 * Locking: grant.lock of a domain protects its table and its maptrack.  No two of them are held at
 * a time.  The granter's space lock is taken inside.
 */
#ifndef CORE_GRANT_H
#define CORE_GRANT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/abi.h"
#include "core/base/addr.h"
#include "core/base/lock.h"

struct space;
struct grant_pins;
struct grant_record;

/* Frames of a table, and pages of a maptrack; and how many of either a domain may have if nobody
 * says so. */
#define GRANT_FRAMES_MAX     64u
#define GRANT_FRAMES_DEFAULT 16u
#define MAPTRACK_MAX         64u
#define MAPTRACK_DEFAULT     16u

/* Beside 0 and GNTST_*, which are negative: part of it is done, call again with the same. */
#define GRANT_AGAIN          1

/* A frame of a table. */
struct grant_frame {
    mfn_t mfn;
    gfn_t gfn;               /* where its domain has it, or INVALID_GFN */
    struct grant_pins *pins; /* of its entries, a heap page; NULL until one was used */
};

struct grant_domain {
    spinlock_t lock;
    struct space *space;       /* constant */
    uint32_t serial;           /* of one that has a table: its own for ever */
    struct grant_domain *next; /* of those; grant_entry.c */
    uint32_t frame_max;        /* so many it may have; 0 when it is being destroyed */
    uint32_t frame_count;      /* frames that there are */
    mfn_t fresh;               /* the next one, which is being cleared, or INVALID_MFN */
    uint32_t cleared;          /* bytes of it */
    struct grant_frame frame[GRANT_FRAMES_MAX];
    uint32_t page_max, page_count; /* the same of its maptrack, in pages */
    uint32_t record_count;         /* records that were ever used */
    uint32_t record_free;          /* the first that is not in use any more, + 1; 0 = none */
    struct grant_record *page[MAPTRACK_MAX];
};

/** grant_domain_init() - it has nothing yet, and the limits are the default.  @space: of its
 * memory.
 */
void grant_domain_init(struct grant_domain *g, struct space *space);

/** grant_set_limits() - of its table, in frames, and its maptrack, in pages: 1 to GRANT_FRAMES_MAX,
 * 0 to MAPTRACK_MAX, what is more is the same as that; negative: the default.  Before it has
 * either.
 */
void grant_set_limits(struct grant_domain *g, int frames, int maptrack);

/** grant_domain_destroy() - give up some of what it has.  True: call again; after that calls do
 * nothing.  The domain does not run. */
bool grant_domain_destroy(struct grant_domain *g) __attribute__((warn_unused_result));

/* ---- The table ---- */

/**
 * grant_frame() - frame @idx of the table, which grows until it has that one, a part of a frame a
 * call.
 * @out: with a reference that the caller has to give up (page_put()), or to give to a map
 * Returns 0; -EAGAIN (it has grown: call again); -EINVAL (beyond its limit); -ENOMEM.
 */
int grant_frame(struct grant_domain *g, uint32_t idx, mfn_t *out);

/** grant_frame_placed() - its domain has frame @idx at @gfn now, or, with INVALID_GFN, nowhere.  An
 * @idx without a frame is ignored. */
void grant_frame_placed(struct grant_domain *g, uint32_t idx, gfn_t gfn);

/** grant_frame_gfns() - where the first @count frames are, <= GRANT_FRAMES_MAX; INVALID_GFN also
 * for those that there are not. */
void grant_frame_gfns(struct grant_domain *g, uint32_t count, xen_pfn_t *out);

/** grant_frame_sizes() - how many frames there are, and how many there may be. */
void grant_frame_sizes(struct grant_domain *g, uint32_t *count, uint32_t *max);

/* ---- What a mapper does.  Any arguments; @granter: another domain, of this entry.  Return 0,
 * GNTST_* or GRANT_AGAIN. ---- */

/** grant_map() - GNTTABOP_map_grant_ref, whose results are in *@op with 0. */
int grant_map(struct grant_domain *mapper, struct grant_domain *granter,
              struct gnttab_map_grant_ref *op);

/** grant_unmap() - GNTTABOP_unmap_grant_ref. */
int grant_unmap(struct grant_domain *mapper, const struct gnttab_unmap_grant_ref *op);

/* ---- Copies, and caches.  The caller has called arch_dcache_flush_aliases() in this entry.
 * @done: how many bytes earlier calls with the same arguments have done, any value, which is
 * counted on.  GRANT_AGAIN also when something waits. ---- */

/**
 * grant_copy() - GNTTABOP_copy.
 * @from, @to: another domain, of this entry, or @caller
 * Returns 0, GRANT_AGAIN; GNTST_bad_copy_arg (beyond a page's end; @done); GNTST_bad_page (a frame
 * that is not RAM of the caller's own); what grant_entry_take() returns.
 */
int grant_copy(struct grant_domain *caller, struct grant_domain *from, struct grant_domain *to,
               const struct gnttab_copy *op, uint32_t *done);

/**
 * grant_cache_flush() - GNTTABOP_cache_flush, of a frame that is the caller's, or another domain's
 * that an entry of its tables maps.  Invalidation writes back first.
 * Returns 0, GRANT_AGAIN; -EINVAL (no part of a frame of RAM; @done), -EOPNOTSUPP (by reference),
 * -EPERM.
 */
int32_t grant_cache_flush(struct grant_domain *caller, const struct gnttab_cache_flush *op,
                          uint32_t *done);

#endif /* CORE_GRANT_H */
