/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ABI as the hypervisor sees it: Xen's public headers (from Debian's
 * libxen-dev) and Dacre's extension.
 */
#ifndef CORE_ABI_H
#define CORE_ABI_H

#include <stdint.h>

/* Our guests do mask upcalls in memory, as Xen's PV guests on x86 do. */
#define XEN_HAVE_PV_UPCALL_MASK 1

/* The structures of the toolstack's calls too, as a toolstack sees them.  The name is Xen's. */
#define __XEN_TOOLS__           1 /* NOLINT(bugprone-reserved-identifier) */

/* Include xen.h first: the other headers find it by relative path and would bypass the wrapper that
 * host tests put in front of it (tools/mk/xen-host.h). */
#include <xen/xen.h>

#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/sysctl.h>
#include <xen/vcpu.h>
#include <xen/version.h>

#include <public/arch-arm-pv.h>

#endif /* CORE_ABI_H */
