/* SPDX-License-Identifier: GPL-2.0-only */
/* See p2m_sparse.h. */
#include "core/space/p2m_sparse.h"

#include <string.h>

#include "core/base/abi.h"
#include "core/base/panic.h"

/* The first of the list that is not below @g. */
static unsigned int sparse_from(const struct p2m *p2m, gfn_t g) {
    unsigned int low = 0;
    unsigned int high = p2m->sparse_count;

    while (low < high) {
        unsigned int middle = (low + high) / 2;

        if (p2m->sparse[middle].gfn.v < g.v) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has_sparse(const struct p2m *p2m, unsigned int i, gfn_t g) {
    return i < p2m->sparse_count && p2m->sparse[i].gfn.v == g.v;
}

uint32_t p2m_lookup_sparse(const struct p2m *p2m, gfn_t g) {
    unsigned int i = sparse_from(p2m, g);

    return has_sparse(p2m, i, g) ? p2m->sparse[i].entry : P2M_NONE;
}

bool p2m_sparse_in_mib(const struct p2m *p2m, gfn_t first) {
    unsigned int i = sparse_from(p2m, first);

    return i < p2m->sparse_count && p2m->sparse[i].gfn.v - first.v < FRAMES_PER_MIB;
}

uint32_t *p2m_entry_of(struct p2m *p2m, gfn_t g) {
    uint32_t index = p2m_index(p2m, g);

    if (index < p2m->count) {
        return &p2m->entry[index];
    }
    unsigned int i = sparse_from(p2m, g);
    return has_sparse(p2m, i, g) ? &p2m->sparse[i].entry : NULL;
}

static bool is_banks(const struct p2m *p2m, gfn_t g) {
    return p2m->capacity ? p2m_index(p2m, g) < p2m->capacity : g.v >= PV_RAM_GPA >> PAGE_SHIFT;
}

int p2m_sparse_add(struct p2m *p2m, gfn_t g, uint32_t entry) {
    unsigned int i = sparse_from(p2m, g);

    if (is_banks(p2m, g) || p2m_lookup_range(p2m, g) != P2M_NONE) {
        return -XEN_EINVAL;
    }
    if (p2m->sparse_count == P2M_SPARSE_MAX) {
        return -XEN_ENOMEM;
    }
    memmove(&p2m->sparse[i + 1], &p2m->sparse[i], (p2m->sparse_count - i) * sizeof(p2m->sparse[0]));
    p2m->sparse[i] = (struct p2m_sparse){.gfn = g, .entry = entry};
    p2m->sparse_count++;
    return 0;
}

void p2m_sparse_remove(struct p2m *p2m, gfn_t g) {
    unsigned int i = sparse_from(p2m, g);

    CHECK(has_sparse(p2m, i, g));
    p2m->sparse_count--;
    memmove(&p2m->sparse[i], &p2m->sparse[i + 1], (p2m->sparse_count - i) * sizeof(p2m->sparse[0]));
}
