/* SPDX-License-Identifier: GPL-2.0-only */
/* What a mapper leaves behind. */
#ifndef CORE_GRANT_MAP_H
#define CORE_GRANT_MAP_H

#include "core/grant/grant.h"

/** grant_map_drop() - give up the holds of the last record of @g, whose domain does not run any
 * more; its map is dropped as a whole.  False: there is none. */
bool grant_map_drop(struct grant_domain *g);

#endif /* CORE_GRANT_MAP_H */
