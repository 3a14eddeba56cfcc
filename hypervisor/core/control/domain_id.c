/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_id.h. */
#include "core/control/domain_id.h"

#include <stddef.h>

#include "core/domain/domain.h"

_Static_assert(DOMAIN_MAX < DOMID_FIRST_RESERVED - 1, "one is free");

static domid_t last; /* that was given out; hypercall context */

void domain_id_given(domid_t id) {
    last = id;
}

domid_t domain_id_next(void) {
    domid_t id = last;

    do {
        id = id + 1u < DOMID_FIRST_RESERVED ? (domid_t)(id + 1u) : 1;
    } while (domain_by_id(id) != NULL);
    return id;
}
