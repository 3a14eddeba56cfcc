/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For entry code and multicall: number to handler.
 */
#ifndef CORE_HYPERCALL_TABLE_H
#define CORE_HYPERCALL_TABLE_H

#include "core/hypercall/hypercall.h"

#define HYPERCALL_COUNT 64

/* No entry is NULL; what does not exist answers -ENOSYS. */
extern hypercall_fn *const hypercall_table[HYPERCALL_COUNT];

#endif /* CORE_HYPERCALL_TABLE_H */
