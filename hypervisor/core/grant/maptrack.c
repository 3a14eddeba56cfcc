/* SPDX-License-Identifier: GPL-2.0-only */
/* See maptrack.h. */
#include "core/grant/maptrack.h"

#include "core/base/panic.h"
#include "core/mm/heap.h"

_Static_assert(sizeof(struct grant_record) == 16, "256 in a page");
_Static_assert(GRANT_FRAMES_MAX *(PAGE_SIZE / sizeof(struct grant_entry_v1)) <= UINT16_MAX + 1u,
               "a record's ref names every entry");

static struct grant_record *record_at(const struct grant_domain *g, uint32_t index) {
    return &g->page[index / MAPTRACK_RECORDS][index % MAPTRACK_RECORDS];
}

int maptrack_reserve(struct grant_domain *g) {
    if (g->record_free || g->record_count < g->page_count * MAPTRACK_RECORDS) {
        return 0;
    }
    if (g->page_count >= g->page_max) {
        return GNTST_no_device_space;
    }
    g->page[g->page_count] = heap_alloc(0);
    if (!g->page[g->page_count]) {
        return GNTST_no_device_space;
    }
    g->page_count++;
    return GRANT_AGAIN;
}

struct grant_record *maptrack_take(struct grant_domain *g, grant_handle_t *handle) {
    if (!g->record_free) {
        *handle = g->record_count++;
        return record_at(g, *handle);
    }
    *handle = g->record_free - 1;
    struct grant_record *r = record_at(g, *handle);
    g->record_free = r->next;
    return r;
}

void maptrack_give(struct grant_domain *g, grant_handle_t handle) {
    struct grant_record *r = record_at(g, handle);

    r->flags = 0;
    r->next = g->record_free;
    g->record_free = handle + 1;
}

struct grant_record *maptrack_find(const struct grant_domain *g, grant_handle_t handle) {
    if (handle >= g->record_count) {
        return NULL;
    }
    struct grant_record *r = record_at(g, handle);
    return r->flags ? r : NULL;
}

bool maptrack_drop_page(struct grant_domain *g) {
    if (g->page_count == 0) {
        return false;
    }
    g->record_count = g->record_free = 0;
    heap_free(g->page[--g->page_count], 0);
    return true;
}
