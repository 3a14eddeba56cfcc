/* SPDX-License-Identifier: GPL-2.0-only */
/* See p2m_foreign.h. */
#include "core/space/p2m_foreign.h"

#include "core/base/abi.h"
#include "core/base/panic.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/space/space.h"

#define COUNTS_ORDER heap_order(P2M_FOREIGN_COUNTS * sizeof(uint32_t))

bool p2m_is_foreign(const struct space *s, mfn_t m) {
    const struct page_info *page = page_of(m);

    return page && page->owner != s->owner && page->owner != DOMID_XEN;
}

int p2m_foreign_begin(struct space *s) {
    if (s->p2m.foreign) {
        return 0;
    }
    s->p2m.foreign = heap_alloc(COUNTS_ORDER);
    return s->p2m.foreign ? -XEN_EAGAIN : -XEN_ENOMEM;
}

void p2m_foreign_end(struct space *s) {
    if (s->p2m.foreign) {
        heap_free(s->p2m.foreign, COUNTS_ORDER);
        s->p2m.foreign = NULL;
    }
}

void p2m_foreign_count(struct space *s, mfn_t m, uint32_t by) {
    if (s->p2m.foreign && p2m_is_foreign(s, m)) {
        uint32_t *count = &s->p2m.foreign[m.v % P2M_FOREIGN_COUNTS];

        CHECK(by == 1 || *count > 0);
        *count += by;
    }
}

bool p2m_foreign_may_be_mapped(const struct space *s, mfn_t m) {
    return s->p2m.foreign && s->p2m.foreign[m.v % P2M_FOREIGN_COUNTS] != 0;
}
