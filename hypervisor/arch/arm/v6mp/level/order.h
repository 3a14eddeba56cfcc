/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Barriers of ARMv6: CP15 c7 operations (ARM ARM DDI 0100, B2.6).
 */
#ifndef LEVEL_ORDER_H
#define LEVEL_ORDER_H

/* Accesses before it are seen before those after it: data memory barrier. */
static inline void order_accesses(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c10, 5" : : "r"(0) : "memory");
}

/* Accesses and maintenance before it are done: data synchronization barrier. */
static inline void order_complete(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c10, 4" : : "r"(0) : "memory");
}

/* What was written to CP15 holds for the instructions after it: prefetch flush. */
static inline void order_control(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c5, 4" : : "r"(0) : "memory");
}

#endif /* LEVEL_ORDER_H */
