/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames of a table: see grant.h. */
#include <string.h>

#include "core/base/arch.h"
#include "core/grant/grant.h"
#include "core/grant/grant_window.h"
#include "core/mm/page.h"

void grant_domain_init(struct grant_domain *g, struct space *space) {
    *g = (struct grant_domain){.lock = SPINLOCK_INIT, .space = space};
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

/* One frame more, without a grant in it. */
static int grow(struct grant_domain *g) {
    mfn_t m = page_alloc(DOMID_XEN);

    if (mfn_eq(m, INVALID_MFN)) {
        return -XEN_ENOMEM;
    }
    memset(arch_map_frame(GRANT_SLOT_TABLE, m), 0, PAGE_SIZE);
    arch_unmap_frame(GRANT_SLOT_TABLE, 0, PAGE_SIZE);
    g->frame[g->frame_count++] = (struct grant_frame){.mfn = m, .gfn = INVALID_GFN};
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
    if (g->frame_count > 0) {
        page_put(g->frame[--g->frame_count].mfn);
    }
    bool more = g->frame_count > 0;
    spin_unlock(&g->lock);
    return more;
}
