/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a core may make of the fake machine's tables at any moment: the walker sees a store only
 * after arch_pte_sync(), plain stores only if they were published too, and the TLB may hold
 * whatever was once seen and not flushed.  A test fails at once where the hypervisor
 *   - lets a first-level entry point at a table that is not wholly visible,
 *   - puts a valid entry where the TLB may hold one that the manual forbids beside it,
 *   - returns to a guest while a store to a table is not visible.
 */
#ifndef SUPPORT_WALKER_H
#define SUPPORT_WALKER_H

#include <stdbool.h>

/** walker_start() - watch from here on; the heap is new. */
void walker_start(void);
/**
 * walker_strict() - are small pages watched as well?  A change of their frame or memory type is the
 * guest's to order if it asked for it, but not if the hypervisor makes it on its own.
 */
void walker_strict(bool strict);
/** walker_check_visible() - fail the test if a store is not visible. */
void walker_check_visible(void);

#endif /* SUPPORT_WALKER_H */
