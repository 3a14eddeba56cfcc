/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domains there are, by id.
 */
#ifndef CORE_DOMAIN_LIST_H
#define CORE_DOMAIN_LIST_H

#include "core/domain.h"

/** domain_list_add() - 0, -EEXIST (id in use), -ENOSPC. */
int domain_list_add(struct domain *d);
/** domain_list_remove() - @d can no longer be found. */
void domain_list_remove(const struct domain *d);

#endif /* CORE_DOMAIN_LIST_H */
