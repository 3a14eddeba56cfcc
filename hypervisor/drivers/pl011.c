/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arm PrimeCell UART (PL011), the console.  Register names as in Arm DDI 0183.
 *
 * The line is left at the boot loader's rate when the tree does not name the UART's
 * clock, else it is set to 115200 8N1.
 */
#include <stddef.h>

#include "core/base/abi.h"
#include "core/base/arch.h"
#include "core/device/driver.h"
#include "core/device/intc.h"
#include "core/device/reg_poll.h"

#define UARTDR        0x00
#define UARTFR        0x18
#define UARTFR_BUSY   (1u << 3)
#define UARTFR_RXFE   (1u << 4)
#define UARTFR_TXFF   (1u << 5)
#define UARTIBRD      0x24
#define UARTFBRD      0x28
#define UARTLCR_H     0x2c
#define UARTLCR_H_FEN (1u << 4)
#define UARTLCR_H_8N1 (3u << 5)
#define UARTCR        0x30
#define UARTCR_ON     0x301 /* UARTEN, TXE, RXE */
#define UARTIFLS      0x34
#define UARTIMSC      0x38
#define UARTIMSC_RX   (1u << 4)
#define UARTIMSC_RT   (1u << 6)
#define UARTICR       0x44
#define UARTICR_ALL   0x7ff

#define BAUD_RATE     115200u
/* 32 bytes at 115200 baud are 3 ms; a register read takes more than 10 ns anywhere. */
#define DRAIN_TRIES   1000000u

static void *regs;
static bool is_probed; /* from the tree, not only early */

static bool pl011_tx_ready(void) {
    return !(reg_read(regs, UARTFR) & UARTFR_TXFF);
}

static void pl011_tx(uint8_t byte) {
    reg_write(regs, UARTDR, byte);
}

/* Reading the FIFO until it is empty clears RX and RT (DDI 0183, 2.8.1, 2.8.3).  They are not
 * cleared by hand: a byte that came just before would wait for the next one, or in QEMU for
 * ever. */
static int pl011_rx(void) {
    if (reg_read(regs, UARTFR) & UARTFR_RXFE) {
        return -1;
    }
    return (int)(reg_read(regs, UARTDR) & 0xff);
}

/* RT is the receive time-out: it reports bytes below the FIFO's trigger level. */
static void pl011_rx_irq(bool on) {
    reg_write(regs, UARTIMSC, on ? UARTIMSC_RX | UARTIMSC_RT : 0);
}

static const struct uart_ops pl011_ops = {
    .tx_ready = pl011_tx_ready,
    .tx = pl011_tx,
    .rx = pl011_rx,
    .rx_irq = pl011_rx_irq,
};

/* DDI 0183, 3.3.6: the divisor of 16 times the rate is in 64ths, and takes effect with the write
 * of UARTLCR_H. */
static void pl011_set_rate(uint32_t clock_hz) {
    uint32_t divisor = (clock_hz + BAUD_RATE / 8) / (BAUD_RATE / 4);

    reg_write(regs, UARTIBRD, divisor >> 6);
    reg_write(regs, UARTFBRD, divisor & 0x3f);
}

/* What the boot loader sent must be out before the UART is set up anew, switched off meanwhile
 * (3.3.7); if it never gets out, it is lost.  The rate stays where the divisor would be below 1,
 * as with a @clock_hz of 0, or the clock cannot be a UART's. */
static void pl011_set_up(uint32_t clock_hz) {
    (void)reg_poll(regs, UARTFR, UARTFR_BUSY, 0, DRAIN_TRIES);
    reg_write(regs, UARTCR, 0);
    if (clock_hz >= 16 * BAUD_RATE && clock_hz < 1u << 30) {
        pl011_set_rate(clock_hz);
    }
    reg_write(regs, UARTLCR_H, UARTLCR_H_8N1 | UARTLCR_H_FEN);
    reg_write(regs, UARTIMSC, 0);
    reg_write(regs, UARTICR, UARTICR_ALL);
    reg_write(regs, UARTIFLS, 0);
    reg_write(regs, UARTCR, UARTCR_ON);
    devices.uart = &pl011_ops;
}

static int pl011_probe(const void *fdt, int node) {
    if (is_probed || !driver_is_console(fdt, node)) {
        return -XEN_ENODEV;
    }
    int irq = intc_irq(fdt, node, 0);
    if (irq < 0) {
        return irq;
    }
    regs = driver_map(fdt, node, 0, NULL);
    if (!regs) {
        return -XEN_EINVAL;
    }
    pl011_set_up(driver_clock_hz(fdt, node, "uartclk"));
    devices.uart_irq = (unsigned int)irq;
    is_probed = true;
    return 0;
}

void uart_early_init(maddr_t base) {
    regs = arch_map_device(base, PAGE_SIZE);
    pl011_set_up(0);
}

DRIVER(pl011_driver, "arm,pl011", pl011_probe);
