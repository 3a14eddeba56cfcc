/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains and vCPUs of the least kind, for tests of what works on them without core/domain/domain.c:
 * the structures, their shared pages, the list of domains.
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

/* Calls of vcpu_kick() for each vCPU are counted here, and passed on to this if it is set. */
extern void (*support_kick)(struct vcpu *v);
extern unsigned int support_kick_count;
extern struct vcpu *support_kicked; /* the last one */

/* What vcpu_current() returns. */
extern struct vcpu *support_current;

#endif /* SUPPORT_DOMAIN_H */
