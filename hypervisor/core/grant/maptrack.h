/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's maptrack: a record for each mapping of another domain's frame, which the domain names
 * by a handle, its number.  Pages of it come as they are needed, up to a limit, and stay until the
 * domain ends.
 */
#ifndef CORE_MAPTRACK_H
#define CORE_MAPTRACK_H

#include "core/grant/grant.h"

#define MAPTRACK_RECORDS (PAGE_SIZE / sizeof(struct grant_record)) /* of a page */

struct grant_record {
    uint32_t serial; /* of the granter */
    union {
        mfn_t mfn;     /* its frame, which the record has a reference to */
        uint32_t next; /* not in use: the next such + 1, 0 = none */
    };
    gfn_t gfn;     /* where the host's mapping is */
    uint16_t ref;  /* the granter's entry */
    uint8_t flags; /* GNTMAP_host_map and _device_map: what there is of it; GNTMAP_readonly; 0: not
                    * in use */
};

/**
 * maptrack_reserve() - there is a record that can be taken.
 * Returns 0, GRANT_AGAIN (it has grown: call again), GNTST_no_device_space.  grant.lock held.
 */
int maptrack_reserve(struct grant_domain *g);

/** maptrack_take() - the record and its handle; after maptrack_reserve().  grant.lock held. */
struct grant_record *maptrack_take(struct grant_domain *g, grant_handle_t *handle);

/** maptrack_give() - it is not in use any more.  grant.lock held. */
void maptrack_give(struct grant_domain *g, grant_handle_t handle);

/** maptrack_find() - the record in use with that handle, any value, or NULL.  grant.lock held. */
struct grant_record *maptrack_find(const struct grant_domain *g, grant_handle_t handle);

/** maptrack_drop_page() - free a page, the last; false: there was none.  No record is in use. */
bool maptrack_drop_page(struct grant_domain *g);

#endif /* CORE_MAPTRACK_H */
