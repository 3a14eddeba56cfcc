/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a domain, piece by piece; for domain.c and domain_reap.c.
 */
#ifndef CORE_DOMAIN_FREE_H
#define CORE_DOMAIN_FREE_H

#include <stdbool.h>

struct domain;

/** domain_free() - what domain_create() and arch_domain_init() took; everything else is gone already or never
 * was. */
void domain_free(struct domain *d);

/** domain_reap_request() - @d ended: have it torn down, and started again if it asked for that. */
void domain_reap_request(struct domain *d);

/** domain_reap_init() - boot. @noreboot: halt instead of resetting the board when dom0 ends. */
void domain_reap_init(bool noreboot);

#endif /* CORE_DOMAIN_FREE_H */
