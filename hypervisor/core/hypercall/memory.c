/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_memory_op (r0 = operation, r1 = its structure): which operation; what they do is in
 * core/control.
 */
#include "core/base/abi.h"
#include "core/control/memory_op.h"
#include "core/hypercall/hypercall.h"

static memory_fn *const ops[] = {
    [XENMEM_decrease_reservation] = memory_decrease_reservation,
    [XENMEM_current_reservation] = memory_current_reservation,
    [XENMEM_maximum_reservation] = memory_maximum_reservation,
    [XENMEM_populate_physmap] = memory_populate_physmap,
    [XENMEM_add_to_physmap] = memory_add_to_physmap,
    [XENMEM_add_to_physmap_batch] = memory_add_to_physmap_batch,
    [XENMEM_remove_from_physmap] = memory_remove_from_physmap,
    [XENMEM_maximum_gpfn] = memory_maximum_gpfn,
    [XENMEM_set_pod_target] = memory_pod_target,
    [XENMEM_get_pod_target] = memory_pod_target,
    [XENMEM_get_sharing_freed_pages] = memory_sharing,
    [XENMEM_get_sharing_shared_pages] = memory_sharing,
    [XENMEM_claim_pages] = memory_claim_pages,
    [XENMEM_acquire_resource] = memory_acquire_resource,
};

int32_t do_memory_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t op = args[0] & MEMORY_OP_MASK;

    return op < sizeof(ops) / sizeof(ops[0]) && ops[op] ? ops[op](v, args) : -XEN_ENOSYS;
}
