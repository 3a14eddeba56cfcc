/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_VCPU_OP_H
#define CORE_VCPU_OP_H

struct vcpu;

/** vcpu_op_init() - the timers that hypercalls set for @v.  Called by vcpu_create(). */
void vcpu_op_init(struct vcpu *v);

/** vcpu_op_destroy() - stop them.  Called when @v will not run any more. */
void vcpu_op_destroy(struct vcpu *v);

#endif /* CORE_VCPU_OP_H */
