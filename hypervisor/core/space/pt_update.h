/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's changes to its tables.  All with the space lock held; the caller ends a series of them
 * with arch_pte_sync().
 */
#ifndef CORE_PT_UPDATE_H
#define CORE_PT_UPDATE_H

#include <stdint.h>

#include "core/base/addr.h"
#include "core/base/guest_access.h"
#include "core/space/pt_simple.h"

struct space;

/** pt_update_alone() - the long way of pt_update_one(). */
int pt_update_alone(struct space *s, uint32_t ptr, uint32_t val);

/**
 * pt_update_one() - the entry at guest-physical address @ptr (MMU_NORMAL_PT_UPDATE in its low bits)
 * becomes @val, as the guest wrote it.  In no registered table: no effect.
 * Returns 0; -EINVAL (format), -EPERM (frame or rights), -ENOMEM; -EAGAIN: call again with the same
 * arguments, a table that the entry had is still being dropped.
 */
static inline __attribute__((always_inline)) int pt_update_one(struct space *s, uint32_t ptr,
                                                               uint32_t val) {
    if (pt_is_in_last_table(s, ptr) && pt_store_one(s, pt_last_table_entry(s, ptr), val)) {
        return 0;
    }
    return pt_update_alone(s, ptr, val);
}

/**
 * pt_update_list() - updates @u[0] to @u[count - 1], with looks for interrupts in between;
 * pt_space.work counts what was done since the last.  @u has room for one more, which is written
 * to.
 * Returns how many were done.  *@err: 0, the error of the first update that was refused (as
 * pt_update_one()), or -EAGAIN: it is time to give way.  A table that the last one dropped may
 * still be there: pt_space.dropping.
 */
uint32_t pt_update_list(struct space *s, struct guest_update *u, uint32_t count, int *err);

/**
 * pt_update_va() - the second-level entry that maps @va (below PV_VIRT_START) for vCPU @vcpu
 * becomes @val.
 * Returns 0, -EINVAL (no second-level table there, or format), -EPERM.
 */
int pt_update_va(struct space *s, unsigned int vcpu, gvaddr_t va, uint32_t val);

#endif /* CORE_PT_UPDATE_H */
