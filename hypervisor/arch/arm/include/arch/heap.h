/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of heap memory that is not in use.  Nothing: a block may have 16 KiB, and filling it
 * would take longer than interrupts may wait.
 */
#ifndef ARCH_HEAP_H
#define ARCH_HEAP_H

#include <stddef.h>

/** arch_heap_taken() - [@p, @p + @size) is allocated: it may be accessed, its contents are any. */
static inline void arch_heap_taken(void *p, size_t size) {
    (void)p;
    (void)size;
}

/** arch_heap_given() - it was freed: nobody accesses it. */
static inline void arch_heap_given(void *p, size_t size) {
    (void)p;
    (void)size;
}

#endif /* ARCH_HEAP_H */
