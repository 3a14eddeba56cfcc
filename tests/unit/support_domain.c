/* SPDX-License-Identifier: GPL-2.0-only */
/* See support_domain.h. */
#include "support_domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct domain *domains[DOMAIN_MAX]; /* ascending ids, NULL at the end */

void (*support_kick)(struct vcpu *v);
unsigned int support_kick_count;
struct vcpu *support_kicked;
struct vcpu *support_current;

static void insert(struct domain *d) {
    for (unsigned int i = 0; i < DOMAIN_MAX && d != NULL; i++) {
        if (domains[i] == NULL || domains[i]->id > d->id) {
            struct domain *other = domains[i];

            domains[i] = d;
            d = other;
        }
    }
}

static struct vcpu *new_vcpu(struct domain *d, unsigned int id) {
    struct vcpu *v = calloc(1, sizeof(*v));

    v->domain = d;
    v->id = id;
    v->page = calloc(1, PAGE_SIZE);
    return v;
}

struct domain *support_domain_add(domid_t id, unsigned int vcpu_count) {
    struct domain *d = calloc(1, sizeof(*d));

    d->id = id;
    d->is_privileged = id == 0;
    snprintf(d->name, sizeof(d->name), "test%u", id);
    d->state = DOMAIN_RUNNING;
    d->shared_info = calloc(1, PAGE_SIZE);
    d->vcpu_count = vcpu_count;
    for (unsigned int i = 0; i < vcpu_count; i++) {
        d->vcpu[i] = new_vcpu(d, i);
    }
    insert(d);
    return d;
}

void support_domain_remove(struct domain *d) {
    unsigned int to = 0;

    for (unsigned int i = 0; i < DOMAIN_MAX; i++) {
        if (domains[i] != d) {
            domains[to++] = domains[i];
        }
    }
    while (to < DOMAIN_MAX) {
        domains[to++] = NULL;
    }
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        free(d->vcpu[i]->page);
        free(d->vcpu[i]);
    }
    free(d->shared_info);
    free(d);
}

void support_domain_remove_all(void) {
    while (domains[0] != NULL) {
        support_domain_remove(domains[0]);
    }
    support_kick = NULL;
    support_kick_count = 0;
    support_kicked = support_current = NULL;
}

/* ---- What core/domain/domain.c and core/domain/vcpu.c have otherwise ---- */

struct domain *domain_next(const struct domain *prev) {
    for (unsigned int i = 0; i < DOMAIN_MAX && domains[i] != NULL; i++) {
        if (prev == NULL || domains[i]->id > prev->id) {
            return domains[i];
        }
    }
    return NULL;
}

struct domain *domain_by_id(domid_t id) {
    for (unsigned int i = 0; i < DOMAIN_MAX && domains[i] != NULL; i++) {
        if (domains[i]->id == id) {
            return domains[i];
        }
    }
    return NULL;
}

void domain_shutdown(struct domain *d, uint8_t reason) {
    d->state = DOMAIN_SHUTDOWN;
    d->shutdown_reason = reason;
}

struct vcpu *vcpu_current(void) {
    return support_current;
}

void vcpu_kick(struct vcpu *v) {
    support_kick_count++;
    support_kicked = v;
    if (support_kick != NULL) {
        support_kick(v);
    }
}
