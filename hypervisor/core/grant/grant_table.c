/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames of a table: see grant.h. */
#include <string.h>

#include "core/base/arch.h"
#include "core/base/steps.h"
#include "core/grant/grant.h"
#include "core/grant/grant_window.h"
#include "core/mm/page.h"

void grant_domain_init(struct grant_domain *g, struct space *space) {
    *g = (struct grant_domain){.lock = SPINLOCK_INIT, .space = space, .fresh = INVALID_MFN};
    grant_set_limits(g, -1, -1);
}

static uint32_t limit(int wish, uint32_t usual, uint32_t max) {
    uint32_t value = wish < 0 ? usual : (uint32_t)wish;

    return value < max ? value : max;
}

void grant_set_limits(struct grant_domain *g, int frames, int maptrack) {
    g->frame_max = limit(frames, GRANT_FRAMES_DEFAULT, GRANT_FRAMES_MAX);
    g->maptrack_max = limit(maptrack, MAPTRACK_DEFAULT, MAPTRACK_MAX);
}

static int take_fresh(struct grant_domain *g) {
    if (mfn_eq(g->fresh, INVALID_MFN)) {
        g->fresh = page_alloc(DOMID_XEN);
        g->cleared = 0;
    }
    return mfn_eq(g->fresh, INVALID_MFN) ? -XEN_ENOMEM : 0;
}

/* A part of the way to one frame more, without a grant in it. */
static int grow(struct grant_domain *g) {
    int err = take_fresh(g);

    if (err) {
        return err;
    }
    memset((char *)arch_map_frame(GRANT_SLOT_TABLE, g->fresh) + g->cleared, 0, STEP_GRANT_CLEAR);
    arch_unmap_frame(GRANT_SLOT_TABLE, g->cleared, STEP_GRANT_CLEAR);
    g->cleared += STEP_GRANT_CLEAR;
    if (g->cleared == PAGE_SIZE) {
        g->frame[g->frame_count++] = (struct grant_frame){.mfn = g->fresh, .gfn = INVALID_GFN};
        g->fresh = INVALID_MFN;
    }
    return 0;
}

static int get_frame(struct grant_domain *g, uint32_t idx, mfn_t *out) {
    if (idx >= g->frame_max) {
        return -XEN_EINVAL;
    }
    if (idx >= g->frame_count) {
        int err = grow(g);

        return err ? err : -XEN_EAGAIN;
    }
    *out = g->frame[idx].mfn;
    page_get(*out);
    return 0;
}

int grant_frame(struct grant_domain *g, uint32_t idx, mfn_t *out) {
    spin_lock(&g->lock);
    int err = get_frame(g, idx, out);
    spin_unlock(&g->lock);
    return err;
}

void grant_frame_placed(struct grant_domain *g, uint32_t idx, gfn_t gfn) {
    spin_lock(&g->lock);
    if (idx < g->frame_count) {
        g->frame[idx].gfn = gfn;
    }
    spin_unlock(&g->lock);
}

gfn_t grant_frame_gfn(struct grant_domain *g, uint32_t idx) {
    spin_lock(&g->lock);
    gfn_t gfn = idx < g->frame_count ? g->frame[idx].gfn : INVALID_GFN;
    spin_unlock(&g->lock);
    return gfn;
}

bool grant_domain_destroy(struct grant_domain *g) {
    spin_lock(&g->lock);
    g->frame_max = g->maptrack_max = 0;
    if (!mfn_eq(g->fresh, INVALID_MFN)) {
        page_put(g->fresh);
        g->fresh = INVALID_MFN;
    } else if (g->frame_count > 0) {
        page_put(g->frame[--g->frame_count].mfn);
    }
    bool more = g->frame_count > 0;
    spin_unlock(&g->lock);
    return more;
}
