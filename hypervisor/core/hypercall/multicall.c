/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * multicall(r0 = struct multicall_entry *, r1 = count): several hypercalls for one
 * entry and exit.  Each entry's result is written back; a failing entry does not
 * stop the others, as in Xen.  One that ends the caller does: preempt_check() sees that
 * another vCPU must be picked, and the rest is done if the caller ever goes on.
 */
#include "core/base/abi.h"
#include "core/base/guest_access.h"
#include "core/hypercall/hypercall_table.h"
#include "core/time/preempt.h"

#define RESULT_OFFSET 8u /* of .result and .args in struct multicall_entry */
#define ARGS_OFFSET   16u

_Static_assert(__builtin_offsetof(struct multicall_entry, result) == RESULT_OFFSET, "ABI");
_Static_assert(__builtin_offsetof(struct multicall_entry, args) == ARGS_OFFSET, "ABI");

/* Calls that do not return to their caller, or that would nest, have no place in a list. */
static bool may_be_listed(uint64_t op) {
    return op < HYPERCALL_COUNT && op != __HYPERVISOR_multicall && op != __HYPERVISOR_iret;
}

/* Run one entry.  Returns 0, -EFAULT, or HYPERCALL_AGAIN when it gave way. */
static int32_t run_entry(struct vcpu *v, gvaddr_t at) {
    struct multicall_entry entry;
    uint32_t args[HYPERCALL_ARGS];
    int64_t result = -XEN_ENOSYS;

    if (copy_from_guest(&entry, at, sizeof(entry))) {
        return -XEN_EFAULT;
    }
    for (unsigned int i = 0; i < HYPERCALL_ARGS; i++) {
        args[i] = (uint32_t)entry.args[i];
    }
    if (may_be_listed(entry.op)) {
        result = hypercall_table[entry.op](v, args);
    }
    if (result == HYPERCALL_AGAIN) {
        for (unsigned int i = 0; i < HYPERCALL_ARGS; i++) {
            entry.args[i] = args[i];
        }
        return copy_to_guest(gvaddr(at.v + ARGS_OFFSET), entry.args, sizeof(entry.args))
                   ? -XEN_EFAULT
                   : HYPERCALL_AGAIN;
    }
    return copy_to_guest(gvaddr(at.v + RESULT_OFFSET), &result, sizeof(result));
}

int32_t do_multicall(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    while (args[1] > 0) {
        int32_t err = run_entry(v, gvaddr(args[0]));

        if (err) {
            return err;
        }
        args[0] += (uint32_t)sizeof(struct multicall_entry);
        args[1]--;
        if (args[1] > 0 && preempt_check()) {
            return HYPERCALL_AGAIN;
        }
    }
    return 0;
}
