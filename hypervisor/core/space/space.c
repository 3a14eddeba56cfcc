/* SPDX-License-Identifier: GPL-2.0-only */
/* See space.h. */
#include "core/space/space.h"

#include "core/space/p2m_foreign.h"

void space_init(struct space *s, domid_t owner) {
    *s = (struct space){.lock = SPINLOCK_INIT(LOCK_SPACE), .owner = owner};
    s->p2m.changing = INVALID_GFN;
    s->p2m.foreign_counts = P2M_FOREIGN_COUNTS;
}
