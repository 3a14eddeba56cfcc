/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of memory_op: what a domain may do with its own memory, and dom0's toolstack with
 * that of others.  Numbers, structures and errors are those of <xen/memory.h>.
 */
#ifndef CORE_MEMORY_OP_H
#define CORE_MEMORY_OP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/addr.h"
#include "core/control/continuation.h"
#include "core/space/p2m.h"

struct domain;
struct vcpu;

/*
 * @v: the caller, current.  @args: those of the hypercall: [0] the operation, and above it the
 * extent to go on with; [1] where the structure is.  Returns as a hypercall does (hypercall.h).
 */
typedef int32_t memory_fn(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]);

/* In args[0]: Xen's MEMOP_EXTENT_SHIFT. */
#define MEMORY_OP_SHIFT 6
#define MEMORY_OP_MASK  ((1u << MEMORY_OP_SHIFT) - 1)
#define MEMORY_OP_MAX   (1u << 24) /* extents or pages of a call */

/* memory_reservation.c */
memory_fn memory_populate_physmap;
memory_fn memory_decrease_reservation;
/* memory_physmap.c */
memory_fn memory_add_to_physmap;
memory_fn memory_acquire_resource;
/* memory_foreign.c */
memory_fn memory_add_to_physmap_batch;
memory_fn memory_remove_from_physmap;
/* memory_info.c */
memory_fn memory_current_reservation;
memory_fn memory_maximum_reservation;
memory_fn memory_maximum_gpfn;
memory_fn memory_claim_pages;
memory_fn memory_pod_target;
memory_fn memory_sharing;

/* What a call that goes on keeps besides: in args[2], of which args[3] says that it is so.  A guest
 * that makes it up leaves out frames that it asked for. */
struct memory_progress {
    uint32_t done; /* frames of the extent */
    bool begun;    /* the change of the next (p2m_change()) */
};

/** memory_progress() - what @args say. */
struct memory_progress memory_progress(const uint32_t args[HYPERCALL_ARGS]);

/** memory_again() - it goes on with extent, or entry, @i and @p: returns HYPERCALL_AGAIN. */
int32_t memory_again(uint32_t args[HYPERCALL_ARGS], uint32_t i, const struct memory_progress *p);

/** memory_change() - a step of p2m_change() in @d's map, its lock taken inside. */
int memory_change(struct domain *d, gfn_t g, mfn_t to, enum p2m_type type, bool *begun);

#endif /* CORE_MEMORY_OP_H */
