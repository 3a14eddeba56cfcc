/* SPDX-License-Identifier: GPL-2.0-only */
/* A domain, in one go. */
#ifndef UNIT_NEW_DOMAIN_H
#define UNIT_NEW_DOMAIN_H

#include "core/base/abi.h"
#include "core/domain/domain.h"

/** new_domain() - domain_alloc() and domain_init(): 0 and *out, or -ENOMEM. */
static inline int new_domain(domid_t id, const char *name, struct domain **out) {
    *out = domain_alloc();
    return *out ? domain_init(*out, id, name) : -XEN_ENOMEM;
}

#endif /* UNIT_NEW_DOMAIN_H */
