/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_op: frames for a domain and from it.  A domain does that with single frames of its own
 * (its balloon), dom0 with those of any, in extents of up to 2 MiB: so it gives memory to what it
 * builds.
 *
 * A domain that a toolstack made has its bank of RAM from PV_RAM_GPA on, with room for as much as
 * it may have when the first frame of it comes; a frame elsewhere is on its own.  It gets whole
 * MiBs of the machine for its pool, of which its frames are taken so that the MiBs of its bank are
 * such where they can be.
 */
#include "core/base/guest_access.h"
#include "core/control/handle.h"
#include "core/control/memory_op.h"
#include "core/domain/domain.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/mm/page_pool.h"
#include "core/time/preempt.h"

#define ORDER_MAX 9

struct request {
    struct domain *d;
    bool is_others; /* the caller is dom0, and this is not its own memory */
    gvaddr_t list;  /* of first frames */
    uint32_t count, order;
};

static int read_request(struct vcpu *v, gvaddr_t from, struct request *out) {
    struct xen_memory_reservation r;

    if (copy_from_guest(&r, from, sizeof(r))) {
        return -XEN_EFAULT;
    }
    int err = domain_lookup(v->domain, r.domid, DOMAIN_RIGHT_MANAGE, &out->d);
    if (err) {
        return err;
    }
    if (domain_is_dying(out->d)) {
        return -XEN_EINVAL;
    }
    out->is_others = out->d != v->domain;
    if (r.extent_order > (out->is_others ? ORDER_MAX : 0) || r.nr_extents > MEMORY_OP_MAX ||
        !handle_ok(r.extent_start.q, &out->list)) {
        return -XEN_EINVAL;
    }
    out->count = (uint32_t)r.nr_extents;
    out->order = r.extent_order;
    return 0;
}

/* The first frame of extent @i: aligned, and all of it below 4 GiB. */
static int read_extent(const struct request *r, uint32_t i, gfn_t *out) {
    xen_pfn_t frame;

    if (copy_from_guest(&frame, gvaddr(r->list.v + i * (uint32_t)sizeof(frame)), sizeof(frame))) {
        return -XEN_EFAULT;
    }
    *out = gfn((uint32_t)frame);
    return frame >> (32 - PAGE_SHIFT) || out->v & ((1u << r->order) - 1) ? -XEN_EINVAL : 0;
}

/* ---- A frame of the machine ---- */

static uint64_t max_frames(struct domain *d) {
    spin_lock(&d->lock);
    uint64_t max = d->max_frames;
    spin_unlock(&d->lock);
    return max;
}

/* All MiBs of its pool, one for what is outside the bank among them. */
static uint32_t pool_limit(struct domain *d) {
    uint64_t mibs = max_frames(d) / FRAMES_PER_MIB + 2;

    return mibs < UINT32_MAX ? (uint32_t)mibs : UINT32_MAX;
}

/* The one that makes @g's MiB go on as it began, or begin as one of the machine's. */
static int take_next(struct domain *d, gfn_t g, mfn_t *m) {
    uint32_t inside = g.v % FRAMES_PER_MIB;

    if (inside == 0) {
        *m = page_pool_whole(d->pool, pool_limit(d));
    } else {
        spin_lock(&d->space.lock);
        mfn_t before = p2m_to_mfn(&d->space.p2m, gfn(g.v - 1));
        spin_unlock(&d->space.lock);
        *m = mfn(before.v + 1);
        if (mfn_eq(before, INVALID_MFN) || m->v % FRAMES_PER_MIB != inside) {
            return -XEN_ENOMEM;
        }
    }
    return mfn_eq(*m, INVALID_MFN) ? -XEN_ENOMEM : page_alloc_at(*m, d->id);
}

static int take_pooled(struct domain *d, mfn_t *m) {
    *m = page_pool_alloc(d->pool, d->id);
    if (mfn_eq(*m, INVALID_MFN) && d->is_managed &&
        !mfn_eq(page_pool_whole(d->pool, pool_limit(d)), INVALID_MFN)) {
        *m = page_pool_alloc(d->pool, d->id);
    }
    return mfn_eq(*m, INVALID_MFN) ? -XEN_ENOMEM : 0;
}

/* What dom0 gives to a domain of the boot beyond its RAM, as a page of the store, is nobody's so
 * far. */
static int take_common(struct domain *d, mfn_t *m) {
    *m = page_alloc(d->id);
    return mfn_eq(*m, INVALID_MFN) ? -XEN_ENOMEM : 0;
}

/* Of a domain of the boot, whose bank does not change: is @g beyond its RAM? */
static bool is_extra(const struct domain *d, gfn_t g) {
    return !d->is_managed && p2m_index(&d->space.p2m, g) >= d->space.p2m.count;
}

/* A step towards more free frames of that pool: what it gave back itself, or what is left of
 * domains that are gone.  False: there is nothing to come. */
static bool bring_step(const struct domain *d, unsigned int pool) {
    if (page_pool_dirty(pool) > 0) {
        (void)page_scrub_step(pool);
        return true;
    }
    return (d->is_managed || pool == PAGE_COMMON) && domain_reap_bring();
}

/* Until there is one more, or something waits: also before the first step, for what found none took
 * its time.  False: there is nothing to come. */
static bool bring(const struct domain *d, unsigned int pool) {
    uint32_t before = page_free_count();

    while (page_free_count() == before) {
        if (preempt_check()) {
            return true;
        }
        if (!bring_step(d, pool)) {
            return false;
        }
    }
    return true;
}

/*
 * A frame for @g of @d.  A domain of the boot gets one of those that it gave back; one that is
 * mapped 1:1 can only get the very one.  -EAGAIN: it may be among those that wait to be scrubbed.
 * Who asks does a step of that: a machine that is never idle would not come to it.
 */
static int take_frame(struct domain *d, gfn_t g, mfn_t *m) {
    unsigned int pool = is_extra(d, g) ? PAGE_COMMON : d->pool;
    int err = -XEN_ENOMEM;

    if (d->is_direct_mapped) {
        *m = mfn(g.v);
        err = page_alloc_at(*m, d->id);
    } else if (pool == PAGE_COMMON) {
        err = take_common(d, m);
    } else {
        if (d->is_managed) {
            err = take_next(d, g, m);
        }
        err = err ? take_pooled(d, m) : 0;
    }
    return err && bring(d, pool) ? -XEN_EAGAIN : err;
}

/* ---- Its place ---- */

static uint32_t bank_frames(struct domain *d) {
    uint64_t max = max_frames(d);
    uint64_t frames = max < page_total_count() ? max : page_total_count();

    return ((uint32_t)frames + FRAMES_PER_MIB - 1) & ~(FRAMES_PER_MIB - 1);
}

/* The map has an entry for @g, if it is in the bank or to be in it.  0, -EAGAIN, -EINVAL, -ENOMEM.
 */
static int make_room(struct domain *d, gfn_t g) {
    const gfn_t base = gpaddr_to_gfn(gpaddr(PV_RAM_GPA));
    struct p2m *p2m = &d->space.p2m;
    int err = 0;

    if (!d->is_managed || g.v < base.v) {
        return 0;
    }
    uint32_t frames = bank_frames(d);
    spin_lock(&d->space.lock);
    if (!p2m->capacity) {
        err = p2m_init(&d->space, base, frames, &d->p2m_store);
        err = err ? err : -XEN_EAGAIN; /* room for a map is not found at once: time for a look */
    }
    if (err == 0 && p2m_index(p2m, g) < p2m->capacity) {
        err = p2m_grow(&d->space, g);
    }
    spin_unlock(&d->space.lock);
    return err;
}

/*
 * May a frame come to @g, and will it be there at once?  0, -EAGAIN (something is under way),
 * -EINVAL, -ENOMEM (it has all that it may have), or -EEXIST: what is there already is an error of
 * who asks for his own memory; dom0 comes by here once more when only a part of an extent was to be
 * had.
 */
static int check_place(const struct request *r, gfn_t g) {
    uint64_t max = max_frames(r->d);
    const struct p2m *p2m = &r->d->space.p2m;

    spin_lock(&r->d->space.lock);
    int err = p2m_settle(&r->d->space);
    if (err == 0 && p2m_lookup(p2m, g) != P2M_NONE) {
        err = r->is_others ? -XEN_EEXIST : -XEN_EINVAL;
    } else if (err == 0 && !r->is_others && p2m_index(p2m, g) >= p2m->count) {
        err = -XEN_EINVAL;
    } else if (err == 0 && p2m->held >= max) {
        err = -XEN_ENOMEM;
    }
    spin_unlock(&r->d->space.lock);
    return err;
}

static int populate(const struct request *r, gfn_t g, bool *begun) {
    struct domain *d = r->d;
    mfn_t m;
    int err = make_room(d, g);

    if (err) {
        return err;
    }
    err = check_place(r, g);
    if (err) {
        return err == -XEN_EEXIST ? 0 : err;
    }
    err = take_frame(d, g, &m);
    if (err) {
        return err;
    }
    err = memory_change(d, g, m, P2M_RAM, begun);
    if (err) {
        page_put(m);
    }
    return err;
}

static int depopulate(const struct request *r, gfn_t g, bool *begun) {
    return memory_change(r->d, g, INVALID_MFN, P2M_RAM, begun);
}

/* ---- The calls ---- */

typedef int frame_fn(const struct request *r, gfn_t g, bool *begun);

/* Go on with an extent: 0, -EAGAIN (time to look), an error. */
static int work_on_extent(const struct request *r, uint32_t i, struct memory_progress *p,
                          frame_fn *fn) {
    gfn_t first = INVALID_GFN;
    int err = read_extent(r, i, &first);

    while (err == 0 && p->done < 1u << r->order) {
        err = fn(r, gfn(first.v + p->done), &p->begun);
        p->done += err == 0;
        if ((err == 0 || err == -XEN_EAGAIN) && !preempt_check()) {
            err = 0;
        } else if (err == 0) {
            err = -XEN_EAGAIN;
        }
    }
    return err;
}

/* Returns how many extents were done, as Xen does: fewer than asked for where one failed. */
static int32_t work_on_all(struct vcpu *v, uint32_t args[HYPERCALL_ARGS], frame_fn *fn) {
    struct memory_progress p = memory_progress(args);
    uint32_t i = args[0] >> MEMORY_OP_SHIFT;
    struct request r;
    int err = read_request(v, gvaddr(args[1]), &r);

    if (err) {
        return err;
    }
    if (p.done > 1u << r.order) {
        p.done = 0;
    }
    while (i < r.count && err == 0) {
        err = work_on_extent(&r, i, &p, fn);
        if (err == 0) {
            i++;
            p.done = 0;
        }
    }
    return err == -XEN_EAGAIN ? memory_again(args, i, &p) : (int32_t)i;
}

int32_t memory_populate_physmap(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    return work_on_all(v, args, populate);
}

int32_t memory_decrease_reservation(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    return work_on_all(v, args, depopulate);
}
