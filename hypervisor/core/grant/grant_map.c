/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings of granted frames: see grant.h. */
#include "core/grant/grant_map.h"

#include "core/grant/grant_entry.h"
#include "core/grant/maptrack.h"
#include "core/mm/page.h"
#include "core/space/space.h"
#include "core/time/preempt.h"

#define PARTS (GNTMAP_host_map | GNTMAP_device_map)
#define FLAGS (PARTS | GNTMAP_readonly)
/* Of a record, beside these: no part of it is mapped any more, and it still has its holds. */
#define ENDS  0x80u

/* ---- The mapper's map ---- */

/* As p2m_change(), at a place where there is nothing; the map gets a reference of its own. */
static int place(struct space *s, gfn_t g, mfn_t m, bool readonly) {
    int err = -XEN_EINVAL;
    bool begun = false; /* nothing is there: there is no second step */

    page_get(m);
    spin_lock(&s->lock);
    if (p2m_lookup(&s->p2m, g) == P2M_NONE) {
        err = p2m_change(s, g, m, readonly ? P2M_FOREIGN_RO : P2M_FOREIGN, &begun);
    }
    spin_unlock(&s->lock);
    if (err) {
        page_put(m);
    }
    return err;
}

/* Nothing if the mapper has put something else there meanwhile, or the frame is gone already: so it
 * does not matter who takes the steps. */
static int remove(struct space *s, gfn_t g, mfn_t m) {
    bool begun = false;
    int err = 0;

    spin_lock(&s->lock);
    uint32_t entry = p2m_lookup(&s->p2m, g);
    if (entry != P2M_NONE && mfn_eq(p2m_entry_mfn(entry), m)) {
        err = p2m_change(s, g, INVALID_MFN, P2M_RAM, &begun);
    }
    spin_unlock(&s->lock);
    return err;
}

static int status_of(int err) {
    switch (err) {
    case 0: return 0;
    case -XEN_EAGAIN: return GRANT_AGAIN;
    case -XEN_EINVAL: return GNTST_bad_virt_addr;
    case -XEN_ENOMEM: return GNTST_no_device_space;
    default: return GNTST_general_error;
    }
}

/* ---- Mapping ---- */

static int check_map(const struct gnttab_map_grant_ref *op) {
    if ((op->flags & PARTS) == 0) {
        return GNTST_bad_gntref;
    }
    if (op->flags & ~FLAGS) {
        return GNTST_general_error;
    }
    bool is_frame = op->host_addr >> 32 == 0 && op->host_addr % PAGE_SIZE == 0;
    return (op->flags & GNTMAP_host_map) && !is_frame ? GNTST_bad_virt_addr : 0;
}

static int place_if_wanted(struct grant_domain *mapper, const struct gnttab_map_grant_ref *op,
                           mfn_t m) {
    if (!(op->flags & GNTMAP_host_map)) {
        return 0;
    }
    return status_of(place(mapper->space, gpaddr_to_gfn(gpaddr((uint32_t)op->host_addr)), m,
                           op->flags & GNTMAP_readonly));
}

static void record(struct grant_domain *mapper, const struct grant_domain *granter,
                   struct gnttab_map_grant_ref *op, mfn_t m) {
    *maptrack_take(mapper, &op->handle) =
        (struct grant_record){.serial = granter->serial,
                              .mfn = m,
                              .gfn = gpaddr_to_gfn(gpaddr((uint32_t)op->host_addr)),
                              .ref = (uint16_t)op->ref,
                              .flags = (uint8_t)op->flags};
    op->dev_bus_addr = mfn_to_maddr(m).v;
}

/* Before a hold is taken: a record, and a map in which nothing is under way. */
static int reserve(struct grant_domain *mapper) {
    spin_lock(&mapper->lock);
    int err = maptrack_reserve(mapper);
    spin_unlock(&mapper->lock);
    if (err == 0) {
        spin_lock(&mapper->space->lock);
        err = status_of(p2m_settle(mapper->space));
        spin_unlock(&mapper->space->lock);
    }
    return err;
}

int grant_map(struct grant_domain *mapper, struct grant_domain *granter,
              struct gnttab_map_grant_ref *op) {
    bool readonly = op->flags & GNTMAP_readonly;
    int err = check_map(op);
    mfn_t m;

    if (err == 0) {
        err = reserve(mapper);
    }
    if (err == 0) {
        err = grant_entry_take(granter, mapper->space->owner, op->ref, readonly, &m);
    }
    if (err) {
        return err;
    }
    err = place_if_wanted(mapper, op, m);
    if (err) {
        grant_entry_give(granter->serial, op->ref, readonly);
        page_put(m);
        return err;
    }
    spin_lock(&mapper->lock);
    record(mapper, granter, op, m);
    spin_unlock(&mapper->lock);
    return 0;
}

/* ---- Unmapping ---- */

/* Which parts of the mapping @r are meant: as Xen, none whose address is 0. */
static int check_unmap(const struct grant_record *r, const struct gnttab_unmap_grant_ref *op,
                       uint8_t *parts) {
    *parts = 0;
    if (op->host_addr && (r->flags & GNTMAP_host_map)) {
        if (op->host_addr != gfn_to_gpaddr(r->gfn).v) {
            return GNTST_bad_virt_addr;
        }
        *parts |= GNTMAP_host_map;
    }
    if (op->dev_bus_addr && (r->flags & GNTMAP_device_map)) {
        if (op->dev_bus_addr != mfn_to_maddr(r->mfn).v) {
            return GNTST_bad_dev_addr;
        }
        *parts |= GNTMAP_device_map;
    }
    return 0;
}

static void give_up(struct grant_domain *mapper, grant_handle_t handle,
                    const struct grant_record *r) {
    grant_entry_give(r->serial, r->ref, r->flags & GNTMAP_readonly);
    page_put(r->mfn);
    spin_lock(&mapper->lock);
    maptrack_give(mapper, handle);
    spin_unlock(&mapper->lock);
}

int grant_unmap(struct grant_domain *mapper, const struct gnttab_unmap_grant_ref *op) {
    uint8_t parts = 0;

    spin_lock(&mapper->lock);
    struct grant_record *r = maptrack_find(mapper, op->handle);
    int err = r ? check_unmap(r, op, &parts) : GNTST_bad_handle;
    spin_unlock(&mapper->lock);
    if (err == 0 && (parts & GNTMAP_host_map)) {
        err = status_of(remove(mapper->space, r->gfn, r->mfn));
    }
    if (err) {
        return err;
    }
    r->flags &= (uint8_t)~parts;
    if (r->flags & PARTS) {
        return 0;
    }
    if (!(r->flags & ENDS)) {
        r->flags |= ENDS;
        if (preempt_check()) {
            return GRANT_AGAIN;
        }
    }
    give_up(mapper, op->handle, r);
    return 0;
}

bool grant_map_drop(struct grant_domain *g) {
    spin_lock(&g->lock);
    grant_handle_t handle = g->record_count - 1;
    bool is_one = g->record_count > 0;
    const struct grant_record *r = is_one ? maptrack_find(g, handle) : NULL;
    spin_unlock(&g->lock);
    if (r) {
        grant_entry_give(r->serial, r->ref, r->flags & GNTMAP_readonly);
        page_put(r->mfn);
    }
    g->record_count -= is_one;
    return is_one;
}
