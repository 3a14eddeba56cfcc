/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of pools and of background work (page.h, background.h) for domains that a toolstack
 * creates.  A domain of the boot tree has a number of its own for good, since it may be built
 * again; one of the toolstack's has one from its creation until the last of its end is done.
 */
#ifndef CORE_DOMAIN_OWNER_H
#define CORE_DOMAIN_OWNER_H

#include <stdbool.h>

/* The first that is not of a domain of the boot tree. */
#define DOMAIN_OWNER_FIRST 17u

/** domain_owner_take() - a number that nobody has, or -ENOMEM: as many domains are being torn down
 * as there can be domains. */
int domain_owner_take(void);

/** domain_owner_give() - @owner is free again; those of the boot tree's domains stay theirs. */
void domain_owner_give(unsigned int owner);

#endif /* CORE_DOMAIN_OWNER_H */
