/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the cache.c of ARMv6 and of ARMv7: extended/guest_lines.inc and extended/page.inc say what
 * these do.
 */
#ifndef ARCH_ARM_EXTENDED_GUEST_LINES_H
#define ARCH_ARM_EXTENDED_GUEST_LINES_H

#include <stdint.h>

typedef int guest_lines_fn(uint32_t line, uint32_t end, uint32_t size);

guest_lines_fn guest_clean_lines; /* to the point of coherency */
guest_lines_fn guest_flush_lines; /* the same, and invalidate */
guest_lines_fn guest_unify_lines; /* to the point of unification; ARMv7 */

int extended_clear_page(uint32_t va);
int extended_copy_page(uint32_t to, uint32_t from);

#endif /* ARCH_ARM_EXTENDED_GUEST_LINES_H */
