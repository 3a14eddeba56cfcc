/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Barriers of ARMv7-A (ARM ARM DDI 0406, A3.8.3).
 */
#ifndef LEVEL_ORDER_H
#define LEVEL_ORDER_H

/* Accesses before it are seen before those after it. */
static inline void order_accesses(void) {
    __asm__ volatile("dmb" : : : "memory");
}

/* Accesses and maintenance before it are done. */
static inline void order_complete(void) {
    __asm__ volatile("dsb" : : : "memory");
}

/* What was written to CP15 holds for the instructions after it. */
static inline void order_control(void) {
    __asm__ volatile("isb" : : : "memory");
}

#endif /* LEVEL_ORDER_H */
