/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Heap memory that is not in use is poisoned: an access to it ends the test (AddressSanitizer), and
 * what is allocated holds rubbish.
 */
#ifndef ARCH_HEAP_H
#define ARCH_HEAP_H

#include <sanitizer/asan_interface.h>
#include <stddef.h>
#include <string.h>

#define FAKE_HEAP_RUBBISH 0xdb

/** arch_heap_taken() - [@p, @p + @size) is allocated: it may be accessed, its contents are any. */
static inline void arch_heap_taken(void *p, size_t size) {
    ASAN_UNPOISON_MEMORY_REGION(p, size);
    memset(p, FAKE_HEAP_RUBBISH, size);
}

/** arch_heap_given() - it was freed: nobody accesses it. */
static inline void arch_heap_given(void *p, size_t size) {
    ASAN_POISON_MEMORY_REGION(p, size);
}

#endif /* ARCH_HEAP_H */
