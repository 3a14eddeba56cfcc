/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains and vCPUs of the least kind, for tests of what works on them without
 * core/domain/domain.c: the structures, their shared pages, the list of domains.
 */
#ifndef SUPPORT_DOMAIN_H
#define SUPPORT_DOMAIN_H

#include "core/domain/domain.h"
#include "core/domain/vcpu.h"

/** support_domain_add() - a running domain with @vcpu_count vCPUs; 0 is privileged. */
struct domain *support_domain_add(domid_t id, unsigned int vcpu_count);

/** support_domain_remove() - free it. */
void support_domain_remove(struct domain *d);

/** support_domain_remove_all() - free all there are. */
void support_domain_remove_all(void);

/** support_run() - @v is what the pCPU runs. */
void support_run(struct vcpu *v);

/** support_sleep() - all vCPUs of @d wait for an event. */
void support_sleep(struct domain *d);

/** support_woken() - how many of all vCPUs were woken since they slept. */
unsigned int support_woken(void);

/** support_is_woken() - was @v? */
bool support_is_woken(const struct vcpu *v);

#endif /* SUPPORT_DOMAIN_H */
