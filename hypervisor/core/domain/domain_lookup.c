/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_lookup.h. */
#include "core/domain/domain_lookup.h"

#include <stddef.h>

#include "core/domain/domain.h"

domid_t domain_lookup_id(const struct domain *caller, domid_t id) {
    return id == DOMID_SELF ? caller->id : id;
}

static bool has_right(const struct domain *caller, const struct domain *d,
                      enum domain_right right) {
    switch (right) {
    case DOMAIN_RIGHT_ITSELF: return d == caller;
    case DOMAIN_RIGHT_MANAGE: return d == caller || caller->is_privileged;
    case DOMAIN_RIGHT_END: return d != caller && caller->is_privileged;
    case DOMAIN_RIGHT_CONNECT: return true;
    }
    return false;
}

/* Could any domain but the caller be the answer?  Decided before one is looked for, so that not
 * even the time of the call depends on which there are. */
static bool may_name_others(const struct domain *caller, enum domain_right right) {
    return caller->is_privileged || right == DOMAIN_RIGHT_CONNECT;
}

int domain_lookup(struct domain *caller, domid_t id, enum domain_right right, struct domain **out) {
    struct domain *d = caller;

    if (domain_lookup_id(caller, id) != caller->id) {
        if (!may_name_others(caller, right)) {
            return -XEN_EPERM;
        }
        d = domain_by_id(id);
    }
    if (!d) {
        return caller->is_privileged ? -XEN_ESRCH : -XEN_EINVAL;
    }
    if (!has_right(caller, d, right)) {
        return -XEN_EPERM;
    }
    *out = d;
    return 0;
}
