/* SPDX-License-Identifier: GPL-2.0-only */
/* Who keeps a domain beyond the entry that found it: see domain.h. */
#include <arch/atomic.h>

#include "core/base/panic.h"
#include "core/domain/domain.h"
#include "core/domain/domain_free.h"

bool domain_get(struct domain *d) {
    if (d->state == DOMAIN_DYING || d->state == DOMAIN_DEAD) {
        return false;
    }
    (void)arch_atomic_add(&d->references, 1);
    return true;
}

void domain_put(struct domain *d) {
    CHECK(d->references > 0);
    if (arch_atomic_add(&d->references, ~0u) == 0 && d->state == DOMAIN_DYING) {
        domain_reap_request(d);
    }
}
