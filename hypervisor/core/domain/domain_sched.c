/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_sched.h. */
#include "core/domain/domain_sched.h"

#include "core/domain/domain.h"
#include "core/domain/vcpu.h"

int domain_sched_set(struct domain *d, const struct sched_params *params) {
    if (params->weight < SCHED_WEIGHT_MIN || params->cap > 100 * d->vcpu_count) {
        return -XEN_EINVAL;
    }
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        sched_set_params(&d->vcpu[i]->sched, params, d->vcpu_count);
    }
    return 0;
}

void domain_sched_get(const struct domain *d, struct sched_params *params) {
    *params = d->vcpu[0]->sched.params;
}
