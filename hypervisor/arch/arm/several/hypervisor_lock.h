/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One pCPU at a time runs in C.  A step towards finer locks, which are taken under it as if it were
 * not there: entry.S takes it before it calls C and releases it on the way to a guest; who sleeps,
 * and who works in steps, releases it in between.  System calls, faults that go to the guest's own
 * kernel and most returns from it take none, nor do the hypercalls that hypercall_entries.c names.
 */
#ifndef ARCH_ARM_SEVERAL_HYPERVISOR_LOCK_H
#define ARCH_ARM_SEVERAL_HYPERVISOR_LOCK_H

#include <arch/lock.h>

extern arch_spinlock_t hypervisor_lock;

#endif /* ARCH_ARM_SEVERAL_HYPERVISOR_LOCK_H */
