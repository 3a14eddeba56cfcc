/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_sched.h. */
#include "core/domain/domain_sched.h"

#include <stddef.h>

#include "core/domain/domain.h"
#include "core/domain/vcpu.h"

int domain_sched_set_step(struct domain *d, const struct sched_params *params, unsigned int *done) {
    if (params->weight < SCHED_WEIGHT_MIN || params->cap > 100 * d->vcpu_count) {
        return -XEN_EINVAL;
    }
    if (*done < d->vcpu_count) {
        sched_set_params(&d->vcpu[(*done)++]->sched, params, d->vcpu_count);
    }
    return *done < d->vcpu_count;
}

int domain_sched_set(struct domain *d, const struct sched_params *params) {
    unsigned int done = 0;
    int more;

    do {
        more = domain_sched_set_step(d, params, &done);
    } while (more > 0);
    return more;
}

void domain_sched_get(const struct domain *d, struct sched_params *params) {
    *params = d->vcpu_count > 0 ? d->vcpu[0]->sched.params
                                : (struct sched_params){.weight = SCHED_WEIGHT_DEFAULT};
}

unsigned int domain_sched_id(const struct domain *d) {
    return d->vcpu_count > 0 && sched_is_realtime(&d->vcpu[0]->sched) ? DOMAIN_SCHED_REALTIME
                                                                      : DOMAIN_SCHED_FAIR;
}

/* The first @count of its vCPUs. */
static void make_fair(const struct domain *d, unsigned int count) {
    while (count > 0) {
        vcpu_set_fair(d->vcpu[--count]);
    }
}

static int make_realtime(const struct domain *d) {
    static const struct sched_rt_params params = {.period_us = SCHED_RT_PERIOD_DEFAULT_US,
                                                  .budget_us = SCHED_RT_BUDGET_DEFAULT_US,
                                                  .has_extratime = true};

    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        int err = vcpu_set_realtime(d->vcpu[i], &params);

        if (err) {
            make_fair(d, i);
            return err;
        }
    }
    return 0;
}

int domain_sched_move(struct domain *d, unsigned int sched_id) {
    if (sched_id != DOMAIN_SCHED_FAIR && sched_id != DOMAIN_SCHED_REALTIME) {
        return -XEN_EINVAL;
    }
    if (sched_id == domain_sched_id(d)) {
        return 0;
    }
    if (sched_id == DOMAIN_SCHED_REALTIME) {
        return make_realtime(d);
    }
    make_fair(d, d->vcpu_count);
    return 0;
}

static struct vcpu *realtime_vcpu(const struct domain *d, unsigned int vcpu) {
    if (vcpu >= d->vcpu_count || !sched_is_realtime(&d->vcpu[vcpu]->sched)) {
        return NULL;
    }
    return d->vcpu[vcpu];
}

int domain_sched_rt_set(struct domain *d, unsigned int vcpu, const struct sched_rt_params *params) {
    struct vcpu *v = realtime_vcpu(d, vcpu);

    return v ? vcpu_set_realtime(v, params) : -XEN_EINVAL;
}

int domain_sched_rt_get(const struct domain *d, unsigned int vcpu, struct sched_rt_params *params) {
    const struct vcpu *v = realtime_vcpu(d, vcpu);

    if (!v) {
        return -XEN_EINVAL;
    }
    *params = v->sched.edf.params;
    return 0;
}
