/* SPDX-License-Identifier: GPL-2.0-only */
/* Cache maintenance before a device reads or writes a frame, by machine address: see grant.h. */
#include "core/base/arch.h"
#include "core/base/steps.h"
#include "core/grant/grant.h"
#include "core/grant/grant_window.h"
#include "core/mm/page.h"
#include "core/space/p2m_foreign.h"
#include "core/space/space.h"
#include "core/time/preempt.h"

#define OPERATIONS (GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL)

static int check(const struct gnttab_cache_flush *op, const uint32_t *done) {
    if (op->op & GNTTAB_CACHE_SOURCE_GREF) {
        return -XEN_EOPNOTSUPP;
    }
    bool is_part = op->offset < PAGE_SIZE && op->offset + op->length <= PAGE_SIZE;
    return !is_part || (op->op & ~OPERATIONS) || *done > op->length ? -XEN_EINVAL : 0;
}

/* A frame that shares its counter (p2m_foreign.h) with one that is mapped is flushed, too: its
 * owner loses a few lines of its cache by it, and nothing else. */
static bool is_within_reach(const struct space *s, const struct page_info *page, mfn_t m) {
    return page->owner == s->owner || (p2m_is_foreign(s, m) && p2m_foreign_may_be_mapped(s, m));
}

/* With a reference. */
static int get_frame(struct space *s, uint64_t address, mfn_t *out) {
    *out = maddr_to_mfn(maddr((uint32_t)address));
    const struct page_info *page = address >> 32 ? NULL : page_of(*out);
    int err = -XEN_EINVAL;

    spin_lock(&s->lock);
    if (page && page->count > 0) {
        err = is_within_reach(s, page, *out) ? 0 : -XEN_EPERM;
    }
    if (err == 0) {
        page_get(*out);
    }
    spin_unlock(&s->lock);
    return err;
}

/* Closing a window flushes what lies in it. */
static void flush(mfn_t m, uint32_t offset, uint32_t size) {
    arch_map_frame(GRANT_SLOT_FROM, m);
    arch_unmap_frame(GRANT_SLOT_FROM, offset, size);
}

int32_t grant_cache_flush(struct grant_domain *caller, const struct gnttab_cache_flush *op,
                          uint32_t *done) {
    mfn_t m;
    int err = check(op, done);

    if (err || op->op == 0 || op->length == 0) {
        return err;
    }
    err = get_frame(caller->space, op->a.dev_bus_addr, &m);
    if (err) {
        return err;
    }
    do {
        uint32_t left = op->length - *done;
        uint32_t part = left < STEP_CACHE_OUTER ? left : STEP_CACHE_OUTER;

        flush(m, op->offset + *done, part);
        *done += part;
    } while (*done < op->length && !preempt_check());
    page_put(m);
    return *done < op->length ? GRANT_AGAIN : 0;
}
