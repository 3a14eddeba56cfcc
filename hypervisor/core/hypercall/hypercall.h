/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercall handlers and how a long one gives way.
 */
#ifndef CORE_HYPERCALL_H
#define CORE_HYPERCALL_H

#include <stdint.h>

#include "core/control/continuation.h"

struct vcpu;

/*
 * @v: the calling vCPU, current.  args: r0-r4, or a multicall entry's; a handler may
 * change args[0] to args[3] to continue: r0-r3 are the caller's to lose (AAPCS), r4 is not.
 * Returns what goes into r0.
 */
typedef int32_t hypercall_fn(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]);

/* Handlers, one line each, by module. */
hypercall_fn do_set_callbacks;     /* callbacks.c */
hypercall_fn do_fpu_taskswitch;    /* callbacks.c */
hypercall_fn do_set_segment_base;  /* callbacks.c */
hypercall_fn do_multicall;         /* multicall.c */
hypercall_fn do_xen_version;       /* version.c */
hypercall_fn do_hvm_op;            /* hvm.c */
hypercall_fn do_memory_op;         /* memory.c */
hypercall_fn do_physdev_op;        /* physdev.c */
hypercall_fn do_platform_op;       /* platform_op.c */
hypercall_fn do_mmu_update;        /* mmu_update.c */
hypercall_fn do_update_va_mapping; /* mmu_update.c */
hypercall_fn do_pv_update;         /* mmu_update.c */
hypercall_fn do_mmuext_op;         /* mmuext.c */
hypercall_fn do_pv_mmuext;         /* direct.c */
hypercall_fn do_pv_task_switch;    /* direct.c */
hypercall_fn do_event_channel_op;  /* event_op.c */
hypercall_fn do_sched_op;          /* sched_op.c */
hypercall_fn do_grant_table_op;    /* grant_table.c */
hypercall_fn do_vcpu_op;           /* vcpu_op.c */
hypercall_fn do_set_timer_op;      /* vcpu_op.c */
hypercall_fn do_console_io;        /* console_op.c */
hypercall_fn do_sysctl;            /* sysctl.c */
hypercall_fn do_domctl;            /* domctl.c */

#endif /* CORE_HYPERCALL_H */
