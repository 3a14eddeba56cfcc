/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of mmuext_op, each a bounded step.
 */
#ifndef CORE_MMUEXT_H
#define CORE_MMUEXT_H

#include "core/base/abi.h"
#include "core/base/addr.h"

struct vcpu;

/*
 * @progress: 0 at first; an operation's own note of how far it is.  A guest that forges
 *   a continuation can set it to anything.
 * Returns 0, -EAGAIN (call again with the same @progress), or an error of the guest's.
 */
typedef int mmuext_fn(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress);

/** mmuext_run() - @op by its command; -ENOSYS if there is none like it.  As mmuext_fn. */
mmuext_fn mmuext_run;

/* mmuext_table.c */
/** mmuext_load_base() - run @v, current, on the first-level table at guest frame @g: 0, -EINVAL. */
int mmuext_load_base(struct vcpu *v, gfn_t g);
mmuext_fn mmuext_pin;
mmuext_fn mmuext_unpin;
mmuext_fn mmuext_new_base;
mmuext_fn mmuext_load_table;
/* mmuext_cache.c */
mmuext_fn mmuext_tlb_flush;
mmuext_fn mmuext_invlpg;
mmuext_fn mmuext_tlb_range;
mmuext_fn mmuext_flush_cache;
mmuext_fn mmuext_cache_range;
mmuext_fn mmuext_clear_page;
mmuext_fn mmuext_copy_page;

#endif /* CORE_MMUEXT_H */
