/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_SCHED_OP_H
#define CORE_SCHED_OP_H

/** sched_op_poll_timeout() - timer function of v->poll; @data: the vCPU.  Any context. */
void sched_op_poll_timeout(void *data);

#endif /* CORE_SCHED_OP_H */
