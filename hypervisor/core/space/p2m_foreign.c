/* SPDX-License-Identifier: GPL-2.0-only */
/* See p2m_foreign.h. */
#include "core/space/p2m_foreign.h"

#include "core/base/abi.h"
#include "core/base/panic.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/space/space.h"

/* Counters in a page, and pages of all: their addresses are in one page, too. */
#define PAGE_COUNTS (PAGE_SIZE / (uint32_t)sizeof(struct p2m_foreign))
#define COUNTS_MAX  (PAGE_SIZE / (uint32_t)sizeof(uint32_t *) * PAGE_COUNTS)

bool p2m_is_foreign(const struct space *s, mfn_t m) {
    const struct page_info *page = page_of(m);

    return page && page->owner != s->owner && page->owner != DOMID_XEN;
}

void p2m_foreign_count_each(struct space *s) {
    uint32_t counts = P2M_FOREIGN_COUNTS;

    while (counts < page_frames && counts < COUNTS_MAX) {
        counts *= 2;
    }
    CHECK(!s->p2m.foreign);
    s->p2m.foreign_counts = counts;
}

static uint32_t index_of(const struct space *s, mfn_t m) {
    return m.v & (s->p2m.foreign_counts - 1);
}

int p2m_foreign_begin(struct space *s, mfn_t m) {
    struct p2m *p2m = &s->p2m;
    uint32_t page = index_of(s, m) / PAGE_COUNTS;
    void *memory;

    if (p2m->foreign && p2m->foreign[page]) {
        return 0;
    }
    memory = heap_alloc(0);
    if (!memory) {
        return -XEN_ENOMEM;
    }
    if (!p2m->foreign) {
        p2m->foreign = memory;
    } else {
        p2m->foreign[page] = memory;
    }
    return -XEN_EAGAIN;
}

void p2m_foreign_end(struct space *s) {
    if (s->p2m.foreign) {
        for (uint32_t i = 0; i < s->p2m.foreign_counts / PAGE_COUNTS; i++) {
            heap_free(s->p2m.foreign[i], 0);
        }
        heap_free(s->p2m.foreign, 0);
        s->p2m.foreign = NULL;
    }
}

struct p2m_foreign *p2m_foreign_counter(const struct space *s, mfn_t m) {
    uint32_t index = index_of(s, m);
    struct p2m_foreign *page = s->p2m.foreign ? s->p2m.foreign[index / PAGE_COUNTS] : NULL;

    return page ? &page[index % PAGE_COUNTS] : NULL;
}

void p2m_foreign_count(struct space *s, mfn_t m, uint32_t by) {
    if (s->p2m.foreign && p2m_is_foreign(s, m)) {
        struct p2m_foreign *counter = p2m_foreign_counter(s, m);

        CHECK(counter && (by == 1 || counter->entries > 0));
        counter->entries += by;
    }
}

bool p2m_foreign_may_be_mapped(const struct space *s, mfn_t m) {
    const struct p2m_foreign *counter = p2m_foreign_counter(s, m);

    return counter && counter->entries != 0;
}

bool p2m_foreign_is_elsewhere(const struct space *s, const struct p2m_foreign *counter) {
    return counter->placed > 1 && s->p2m.foreign_counts >= page_frames;
}
