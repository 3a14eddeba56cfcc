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

/* As long as it has no vCPU, what is to become of them. */
unsigned int domain_sched_id(const struct domain *d) {
    bool is_realtime =
        d->vcpu_count > 0 ? sched_is_realtime(&d->vcpu[0]->sched) : d->wants_realtime;

    return is_realtime ? DOMAIN_SCHED_REALTIME : DOMAIN_SCHED_FAIR;
}

static int make_realtime(struct vcpu *v) {
    static const struct sched_rt_params params = {.period_us = SCHED_RT_PERIOD_DEFAULT_US,
                                                  .budget_us = SCHED_RT_BUDGET_DEFAULT_US,
                                                  .has_extratime = true};

    return sched_is_realtime(&v->sched) ? 0 : vcpu_set_realtime(v, &params);
}

static int go_back(const struct domain *d, struct domain_sched_moving *m) {
    if (m->done == 0 || m->done > d->vcpu_count) {
        return m->err;
    }
    vcpu_set_fair(d->vcpu[--m->done]);
    return 1;
}

static int move_one(struct vcpu *v, bool to_realtime) {
    if (to_realtime) {
        return make_realtime(v);
    }
    vcpu_set_fair(v);
    return 0;
}

int domain_sched_move_step(struct domain *d, unsigned int sched_id, struct domain_sched_moving *m) {
    if (sched_id != DOMAIN_SCHED_FAIR && sched_id != DOMAIN_SCHED_REALTIME) {
        return -XEN_EINVAL;
    }
    if (m->err < 0) {
        return go_back(d, m);
    }
    if (m->done < d->vcpu_count) {
        int err = move_one(d->vcpu[m->done], sched_id == DOMAIN_SCHED_REALTIME);

        if (err && err != -XEN_EAGAIN) {
            m->err = err;
            return go_back(d, m);
        }
        m->done += err == 0;
        return err ? err : 1;
    }
    d->wants_realtime = sched_id == DOMAIN_SCHED_REALTIME;
    return 0;
}

int domain_sched_join(struct domain *d) {
    struct vcpu *v = d->vcpu_count > 0 ? d->vcpu[d->vcpu_count - 1] : NULL;

    if (!v || !d->wants_realtime || sched_is_realtime(&v->sched)) {
        return 0;
    }
    int err = make_realtime(v);
    return err ? err : 1;
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
