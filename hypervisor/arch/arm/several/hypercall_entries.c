/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls as entry.S calls them: those that need no lock, and all others under the hypervisor's.
 * Each entry of a multicall is under it.
 */
#include "core/base/abi.h"
#include "core/hypercall/hypercall_table.h"

hypercall_fn hypercall_locked; /* entry.inc; does not return to C */
extern hypercall_fn *const hypercall_entries[HYPERCALL_COUNT];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
hypercall_fn *const hypercall_entries[HYPERCALL_COUNT] = {
    [0 ... HYPERCALL_COUNT - 1] = hypercall_locked,
    /* Constants, and the caller's memory. */
    [__HYPERVISOR_xen_version] = do_xen_version,
    /* The calling vCPU's own, and what this pCPU has of it. */
    [__HYPERVISOR_set_segment_base] = do_set_segment_base,
    [__HYPERVISOR_fpu_taskswitch] = do_fpu_taskswitch,
};
#pragma GCC diagnostic pop
