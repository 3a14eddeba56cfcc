/* SPDX-License-Identifier: GPL-2.0-only */
/* See support_domain.h. */
#include "support_domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/domain/domain_list.h"

void support_run(struct vcpu *v) {
    sched_cpus[0].running = &v->sched;
}

static struct vcpu *new_vcpu(struct domain *d, unsigned int id) {
    struct vcpu *v = calloc(1, sizeof(*v));

    vcpu_init_parts(v, d, id);
    v->page = calloc(1, PAGE_SIZE);
    return v;
}

struct domain *support_domain_add(domid_t id, unsigned int vcpu_count) {
    struct domain *d = calloc(1, sizeof(*d));

    if (sched_cpus[0].running == NULL) {
        vcpu_idle_init();
    }
    d->id = id;
    d->life_lock = (spinlock_t)SPINLOCK_INIT(LOCK_LIFE);
    d->lock = (spinlock_t)SPINLOCK_INIT(LOCK_DOMAIN);
    d->is_privileged = id == 0;
    snprintf(d->name, sizeof(d->name), "test%u", id);
    d->state = DOMAIN_RUNNING;
    d->shared_info = calloc(1, PAGE_SIZE);
    space_init(&d->space, id);
    event_domain_init(&d->event, id, d->shared_info);
    grant_domain_init(&d->grant, &d->space);
    d->vcpu_count = vcpu_count;
    for (unsigned int i = 0; i < vcpu_count; i++) {
        d->vcpu[i] = new_vcpu(d, i);
    }
    (void)domain_list_add(d);
    return d;
}

void support_domain_remove(struct domain *d) {
    domain_list_remove(d);
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        if (mfn_eq(d->vcpu[i]->page_mfn,
                   INVALID_MFN)) { /* else it is vcpu_create()'s, in the heap */
            free(d->vcpu[i]->page);
            free(d->vcpu[i]);
        }
    }
    free(d->shared_info);
    free(d);
}

void support_domain_remove_all(void) {
    struct domain *d;

    while ((d = domain_next(NULL)) != NULL) {
        support_domain_remove(d);
    }
    vcpu_idle_init();
}

void support_sleep(struct domain *d) {
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        d->vcpu[i]->sched.state = VCPU_BLOCKED;
    }
}

bool support_is_woken(const struct vcpu *v) {
    return v->sched.state == VCPU_RUNNABLE;
}

unsigned int support_woken(void) {
    unsigned int count = 0;

    for (struct domain *d = domain_next(NULL); d != NULL; d = domain_next(d)) {
        for (unsigned int i = 0; i < d->vcpu_count; i++) {
            count += support_is_woken(d->vcpu[i]);
        }
    }
    return count;
}
