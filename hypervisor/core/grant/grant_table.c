/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames of a table: see grant.h. */
#include <string.h>

#include "core/base/arch.h"
#include "core/base/steps.h"
#include "core/grant/grant_entry.h"
#include "core/grant/grant_map.h"
#include "core/grant/grant_window.h"
#include "core/grant/maptrack.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"

void grant_domain_init(struct grant_domain *g, struct space *space) {
    g->lock = (spinlock_t)SPINLOCK_INIT(LOCK_GRANT);
    g->space = space;
    g->fresh = INVALID_MFN;
    grant_set_limits(g, -1, -1);
}

static uint32_t limit(int wish, uint32_t usual, uint32_t max) {
    uint32_t value = wish < 0 ? usual : (uint32_t)wish;

    return value < max ? value : max;
}

void grant_set_limits(struct grant_domain *g, int frames, int maptrack) {
    g->frame_max = limit(frames, GRANT_FRAMES_DEFAULT, GRANT_FRAMES_MAX);
    g->page_max = limit(maptrack, MAPTRACK_DEFAULT, MAPTRACK_MAX);
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
        if (g->frame_count == 0) {
            grant_entry_list(g);
        }
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

void grant_frame_gfns(struct grant_domain *g, uint32_t count, xen_pfn_t *out) {
    spin_lock(&g->lock);
    for (uint32_t i = 0; i < count; i++) {
        out[i] = i < g->frame_count ? g->frame[i].gfn.v : INVALID_GFN.v;
    }
    spin_unlock(&g->lock);
}

void grant_frame_sizes(struct grant_domain *g, uint32_t *count, uint32_t *max) {
    spin_lock(&g->lock);
    *count = g->frame_count;
    *max = g->frame_max;
    spin_unlock(&g->lock);
}

static bool drop_frame(struct grant_domain *g) {
    if (!mfn_eq(g->fresh, INVALID_MFN)) {
        page_put(g->fresh);
        g->fresh = INVALID_MFN;
    }
    if (g->frame_count == 0) {
        return false;
    }
    const struct grant_frame *f = &g->frame[--g->frame_count];
    heap_free(f->pins, 0);
    page_put(f->mfn);
    return true;
}

/* Nobody grows it, nor finds it to give back what it granted. */
static bool close(struct grant_domain *g) {
    if (g->frame_max == 0) {
        return false;
    }
    grant_entry_unlist(g);
    g->frame_max = g->page_max = 0;
    return true;
}

bool grant_domain_destroy(struct grant_domain *g) {
    return close(g) || grant_map_drop(g) || maptrack_drop_page(g) || drop_frame(g);
}
