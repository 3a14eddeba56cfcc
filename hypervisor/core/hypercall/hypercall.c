/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table that entry code calls through: every number below 64 has an entry.
 */
#include "core/hypercall/hypercall_table.h"

#include "core/base/abi.h"

static int32_t do_nosys(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    (void)v;
    (void)args;
    return -XEN_ENOSYS;
}

/* "All the others" first, then those there are: overriding is the point. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
hypercall_fn *const hypercall_table[HYPERCALL_COUNT] = {
    [0 ... HYPERCALL_COUNT - 1] = do_nosys,
    [__HYPERVISOR_mmu_update] = do_mmu_update,
    [__HYPERVISOR_set_callbacks] = do_set_callbacks,
    [__HYPERVISOR_fpu_taskswitch] = do_fpu_taskswitch,
    [__HYPERVISOR_platform_op] = do_platform_op,
    [__HYPERVISOR_memory_op] = do_memory_op,
    [__HYPERVISOR_multicall] = do_multicall,
    [__HYPERVISOR_update_va_mapping] = do_update_va_mapping,
    [__HYPERVISOR_set_timer_op] = do_set_timer_op,
    [__HYPERVISOR_xen_version] = do_xen_version,
    [__HYPERVISOR_console_io] = do_console_io,
    [__HYPERVISOR_vcpu_op] = do_vcpu_op,
    [__HYPERVISOR_set_segment_base] = do_set_segment_base,
    [__HYPERVISOR_mmuext_op] = do_mmuext_op,
    [__HYPERVISOR_grant_table_op] = do_grant_table_op,
    [__HYPERVISOR_sched_op] = do_sched_op,
    [__HYPERVISOR_event_channel_op] = do_event_channel_op,
    [__HYPERVISOR_physdev_op] = do_physdev_op,
    [__HYPERVISOR_hvm_op] = do_hvm_op,
    [__HYPERVISOR_sysctl] = do_sysctl,
    [__HYPERVISOR_domctl] = do_domctl,
    [__HYPERVISOR_pv_mmuext] = do_pv_mmuext,
    [__HYPERVISOR_pv_task_switch] = do_pv_task_switch,
    [__HYPERVISOR_pv_update] = do_pv_update,
};
#pragma GCC diagnostic pop
