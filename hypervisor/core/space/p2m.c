/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Building, looking up and taking down a domain's guest-physical map.
 */
#include "core/space/p2m.h"

#include <string.h>

#include "core/base/panic.h"
#include "core/base/steps.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/space/p2m_foreign.h"
#include "core/space/p2m_sparse.h"
#include "core/space/space.h"

static int fill_store(struct p2m_store *store, uint32_t count) {
    store->entry_order = heap_order(count * sizeof(uint32_t));
    store->mib_order = heap_order(count / FRAMES_PER_MIB * sizeof(struct p2m_mib));
    store->entry = heap_alloc_dirty(store->entry_order);
    store->mib = heap_alloc_dirty(store->mib_order);
    if (!store->entry || !store->mib) {
        p2m_store_free(store);
        return -XEN_ENOMEM;
    }
    return 0;
}

static bool overlap(const struct p2m_range *r, gfn_t first, uint32_t count) {
    return r->gfn.v < first.v + count && first.v < r->gfn.v + r->count;
}

/* Is any of these frames outside the bank? */
static bool is_taken(const struct p2m *p2m, const struct p2m_range *r) {
    for (unsigned int i = 0; i < p2m->range_count; i++) {
        if (overlap(r, p2m->range[i].gfn, p2m->range[i].count)) {
            return true;
        }
    }
    for (unsigned int i = 0; i < p2m->sparse_count; i++) {
        if (overlap(r, p2m->sparse[i].gfn, 1)) {
            return true;
        }
    }
    return false;
}

int p2m_init(struct space *s, gfn_t base_gfn, uint32_t count, struct p2m_store *store) {
    struct p2m *p2m = &s->p2m;

    if (base_gfn.v % FRAMES_PER_MIB || count % FRAMES_PER_MIB || count == 0 ||
        (uint64_t)base_gfn.v + count > 1u << (32 - PAGE_SHIFT)) {
        return -XEN_EINVAL;
    }
    if (is_taken(p2m, &(struct p2m_range){.gfn = base_gfn, .count = count})) {
        return -XEN_EEXIST;
    }
    if (!store->entry && fill_store(store, count)) {
        return -XEN_ENOMEM;
    }
    p2m->base = base_gfn;
    p2m->count = 0;
    p2m->capacity = count;
    p2m->entry = store->entry;
    p2m->mib = store->mib;
    return 0;
}

void p2m_store_free(struct p2m_store *store) {
    heap_free(store->entry, store->entry_order);
    heap_free(store->mib, store->mib_order);
    *store = (struct p2m_store){.entry = NULL};
}

static bool owns_all(const struct space *s, mfn_t start, uint32_t count) {
    uint32_t index = start.v - page_first;

    if (index >= page_frames || count > page_frames - index) {
        return false;
    }
    const struct page_info *page = &page_table[index];
    for (const struct page_info *end = page + count; page != end; page++) {
        if (page->state != PAGE_USED || page->owner != s->owner) {
            return false;
        }
    }
    return true;
}

/* Do these frames follow what there is, and go on in the machine's memory as they do in the
 * guest's? */
static bool is_next(const struct p2m *p2m, gfn_t g, mfn_t m, uint32_t count) {
    uint32_t inside = p2m->count % FRAMES_PER_MIB;

    return count != 0 && count <= p2m->capacity - p2m->count && p2m_index(p2m, g) == p2m->count &&
           (inside == 0 ? count < FRAMES_PER_MIB || count % FRAMES_PER_MIB == 0
                        : count <= FRAMES_PER_MIB - inside &&
                              p2m->entry[p2m->count - 1] >> PAGE_SHIFT == m.v - 1);
}

int p2m_add_ram(struct space *s, gfn_t first, mfn_t mfn_start, uint32_t count) {
    struct p2m *p2m = &s->p2m;

    if (!is_next(p2m, first, mfn_start, count) || !owns_all(s, mfn_start, count)) {
        return -XEN_EINVAL;
    }
    uint32_t *entry = &p2m->entry[p2m->count];
    for (uint32_t i = 0; i < count; i++) {
        entry[i] = (mfn_start.v + i) << PAGE_SHIFT | P2M_RAM;
    }
    for (uint32_t at = p2m->count; at < p2m->count + count;
         at += FRAMES_PER_MIB - at % FRAMES_PER_MIB) {
        if (at % FRAMES_PER_MIB == 0) {
            p2m->mib[at / FRAMES_PER_MIB] =
                (struct p2m_mib){.broken = mfn_start.v % FRAMES_PER_MIB != 0, .run = P2M_RUN_ENDED};
        }
    }
    p2m->count += count;
    p2m->held += count;
    return 0;
}

static int check_range(const struct p2m *p2m, const struct p2m_range *r) {
    if (r->count == 0 || r->type == P2M_INVALID || r->type == P2M_CHANGING ||
        (uint64_t)r->gfn.v + r->count > 1u << (32 - PAGE_SHIFT) ||
        (uint64_t)r->mfn.v + r->count > 1u << (32 - PAGE_SHIFT)) {
        return -XEN_EINVAL;
    }
    if (overlap(r, p2m->base, p2m->capacity) || is_taken(p2m, r)) {
        return -XEN_EEXIST;
    }
    return p2m->range_count < P2M_RANGES_MAX ? 0 : -XEN_ENOSPC;
}

int p2m_add_range(struct space *s, gfn_t first, mfn_t mfn_start, uint32_t count,
                  enum p2m_type type) {
    struct p2m *p2m = &s->p2m;
    struct p2m_range r = {.gfn = first, .mfn = mfn_start, .count = count, .type = type};
    unsigned int at = 0;
    int err = check_range(p2m, &r);

    if (err) {
        return err;
    }
    while (at < p2m->range_count && p2m->range[at].gfn.v < r.gfn.v) {
        at++;
    }
    memmove(&p2m->range[at + 1], &p2m->range[at],
            (p2m->range_count - at) * sizeof(struct p2m_range));
    p2m->range[at] = r;
    p2m->range_count++;
    for (uint32_t i = 0; i < count; i++) {
        page_get(mfn(mfn_start.v + i));
    }
    return 0;
}

int p2m_grow(struct space *s, gfn_t g) {
    struct p2m *p2m = &s->p2m;
    uint32_t index = p2m_index(p2m, g);

    if (index >= p2m->capacity) {
        return -XEN_EINVAL;
    }
    if (index < p2m->count) {
        return 0;
    }
    uint32_t *entry = &p2m->entry[p2m->count];
    for (uint32_t i = 0; i < FRAMES_PER_MIB; i++) {
        entry[i] = P2M_NONE;
    }
    p2m->mib[p2m->count / FRAMES_PER_MIB] = (struct p2m_mib){.broken = true};
    p2m->count += FRAMES_PER_MIB;
    return -XEN_EAGAIN;
}

gfn_t p2m_end(const struct p2m *p2m) {
    uint32_t end = p2m->count ? p2m->base.v + p2m->count : 0;

    if (p2m->range_count) {
        const struct p2m_range *last = &p2m->range[p2m->range_count - 1];
        end = end > last->gfn.v + last->count ? end : last->gfn.v + last->count;
    }
    if (p2m->sparse_count && end <= p2m->sparse[p2m->sparse_count - 1].gfn.v) {
        end = p2m->sparse[p2m->sparse_count - 1].gfn.v + 1;
    }
    return gfn(end);
}

uint32_t p2m_lookup_range(const struct p2m *p2m, gfn_t g) {
    unsigned int low = 0;
    unsigned int high = p2m->range_count;

    while (low < high) {
        unsigned int middle = (low + high) / 2;
        const struct p2m_range *r = &p2m->range[middle];

        if (g.v < r->gfn.v) {
            high = middle;
        } else if (g.v - r->gfn.v < r->count) {
            return (r->mfn.v + (g.v - r->gfn.v)) << PAGE_SHIFT | (uint32_t)r->type;
        } else {
            low = middle + 1;
        }
    }
    return p2m_lookup_sparse(p2m, g);
}

bool p2m_mib_is_empty(const struct p2m *p2m, gfn_t first) {
    unsigned int low = 0;
    unsigned int high = p2m->range_count;

    if (p2m_index(p2m, first) < p2m->count || p2m_sparse_in_mib(p2m, first)) {
        return false;
    }
    while (low < high) { /* the first range that ends behind the MiB's start */
        unsigned int middle = (low + high) / 2;
        const struct p2m_range *r = &p2m->range[middle];

        if (r->gfn.v + r->count <= first.v) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == p2m->range_count || p2m->range[low].gfn.v >= first.v + FRAMES_PER_MIB;
}

/* Drop up to STEP_FRAMES frames of RAM, from the top; CHANGING ones are still held. */
static bool drop_ram(struct p2m *p2m) {
    for (unsigned int i = 0; i < STEP_FRAMES && p2m->count; i++) {
        uint32_t entry = p2m->entry[--p2m->count];

        if (p2m_entry_type(entry) != P2M_INVALID) {
            page_put(p2m_entry_mfn(entry));
        }
    }
    return p2m->count != 0;
}

static bool drop_sparse(struct p2m *p2m) {
    for (unsigned int i = 0; i < STEP_FRAMES && p2m->sparse_count; i++) {
        page_put(p2m_entry_mfn(p2m->sparse[--p2m->sparse_count].entry));
    }
    return p2m->sparse_count != 0;
}

static bool drop_range(struct p2m *p2m) {
    struct p2m_range *r;

    if (!p2m->range_count) {
        return false;
    }
    r = &p2m->range[p2m->range_count - 1];
    for (unsigned int i = 0; i < STEP_FRAMES && r->count; i++) {
        page_put(mfn(r->mfn.v + --r->count));
    }
    if (!r->count) {
        p2m->range_count--;
    }
    return p2m->range_count != 0;
}

bool p2m_destroy_step(struct space *s) {
    struct p2m *p2m = &s->p2m;

    if (drop_ram(p2m) || drop_sparse(p2m) || drop_range(p2m)) {
        return true;
    }
    if (p2m->changing.v != INVALID_GFN.v) {
        page_put(p2m->changing_to);
        p2m->changing = INVALID_GFN;
    }
    p2m_foreign_end(s);
    p2m->entry = NULL;
    p2m->mib = NULL;
    p2m->held = 0;
    return false;
}
