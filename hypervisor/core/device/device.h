/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core asks of the board's four devices that the hypervisor owns: one
 * console UART, one interrupt controller (tree), one one-shot timer, one
 * free-running counter.  Drivers fill these from the device tree.  All calls are
 * made with interrupts masked; every wait in a driver has a tested bound.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/addr.h"

#define IRQ_MAX  160 /* interrupt lines, all controllers of the board together */
#define IRQ_NONE 0xffffu

/* Console UART. */
struct uart_ops {
    /** Can one more byte be sent without waiting? */
    bool (*tx_ready)(void);
    /** Send a byte; the caller saw tx_ready(). */
    void (*tx)(uint8_t byte);
    /** A received byte, or -1. Clears the receive interrupt when none is left. */
    int (*rx)(void);
    /** Interrupt when a byte arrives: on or off. */
    void (*rx_irq)(bool on);
};

/* Interrupt controllers, flattened into one number space: irq = base of its controller + line. */
struct intc_ops {
    /** The highest-priority pending, unmasked line, or IRQ_NONE. Reads are acknowledgements
     * where the controller has them. */
    unsigned int (*ack)(void);
    /** Is any unmasked line pending?  No side effect. */
    bool (*pending)(void);
    /** End of handling on this CPU; the line may fire again when unmasked and active. */
    void (*eoi)(unsigned int irq);
    void (*mask)(unsigned int irq);
    void (*unmask)(unsigned int irq);
};

/* One-shot timer of this pCPU. */
struct oneshot_ops {
    /** Interrupt in @ns nanoseconds (clamped to what the device can, at least 1 tick). */
    void (*set)(uint32_t ns);
    void (*stop)(void);
    /** Clear a fired interrupt. */
    void (*ack)(void);
};

/* The free-running counter, also mapped into guests read-only. */
struct counter {
    maddr_t page;    /* page-aligned machine address of its registers */
    uint32_t offset; /* of the 32-bit count in that page */
    uint32_t hz;
    uint32_t mask;                /* 0xffffffff for 32 bits */
    volatile const uint32_t *reg; /* hypervisor's mapping */
};

/* A cache between the CPU's own and memory, by machine address.  Any range; the lines at its ends
 * are part of it. */
struct outer_cache_ops {
    /** Write back; flush: and invalidate. */
    void (*clean)(maddr_t start, size_t size);
    void (*flush)(maddr_t start, size_t size);
    /** Flush the @way-th part of it, of however many.  True: there are more. */
    bool (*flush_way)(unsigned int way);
};

struct devices {
    const struct uart_ops *uart;
    unsigned int uart_irq;
    const struct intc_ops *intc;
    const struct oneshot_ops *oneshot;
    unsigned int oneshot_irq;
    uint32_t oneshot_late; /* ns by which exact timers are set early: how late it may interrupt */
    struct counter counter;
    const struct outer_cache_ops *outer_cache; /* NULL: none */
    uint32_t date; /* at the boot, in seconds since 1970; 0: nothing on the board knows */
    /** Reset the board; does not return where the board can. */
    void (*reset)(void);
};

/* Filled at boot by the drivers, constant afterwards. */
extern struct devices devices;

/**
 * uart_early_init() - send with the UART at @base, at the boot loader's rate, until the tree says
 * more: so that a broken tree can be complained about.  By the board's UART driver; boot only.
 */
void uart_early_init(maddr_t base);

#endif /* CORE_DEVICE_H */
