/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domains there are, by id.
 */
#ifndef CORE_DOMAIN_LIST_H
#define CORE_DOMAIN_LIST_H

#include "core/domain/domain.h"

/**
 * domain_list_add() - 0 and d->place, -EEXIST (id in use), -ENOSPC.  The place is that of the last
 * domain with this id, if nobody has it, else the one that has been left for longest: what is
 * limited for a place goes on where a domain starts again, and no one that ends in time leaves a
 * new one its debts.
 */
int domain_list_add(struct domain *d);
/** domain_list_remove() - @d can no longer be found. */
void domain_list_remove(const struct domain *d);

#endif /* CORE_DOMAIN_LIST_H */
