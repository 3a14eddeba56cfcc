/* SPDX-License-Identifier: GPL-2.0-only */
/* The fake machine's devices: see arch/fake.h. */
#include <arch/fake.h>

#include <string.h>

#include "core/base/arch.h"

struct fake_board fake_board;

static uint64_t ticks_at(uint64_t ns) {
    return (uint64_t)((unsigned __int128)ns * FAKE_HZ / 1000000000u);
}

static void set_counter(void) {
    fake_board.counter = (uint32_t)(fake_board.counter_start + ticks_at(fake_board.now));
}

/* ---- UART ---- */

static bool uart_tx_ready(void) {
    return fake_board.tx_room > 0;
}

static void uart_tx(uint8_t byte) {
    if (fake_board.tx_count + 1 < FAKE_OUTPUT_MAX) {
        fake_board.tx[fake_board.tx_count++] = (char)byte;
    }
    if (fake_board.tx_room != FAKE_ROOM) {
        fake_board.tx_room--;
    }
}

static int uart_rx(void) {
    if (fake_board.rx_next == fake_board.rx_count) {
        fake_board.pending[FAKE_UART_IRQ] = false;
        fake_board.rx_next = fake_board.rx_count = 0;
        return -1;
    }
    return fake_board.rx[fake_board.rx_next++];
}

/* The line is high while there is input that it is to tell of. */
static void uart_rx_irq(bool on) {
    fake_board.rx_irq = on;
    fake_board.pending[FAKE_UART_IRQ] = on && fake_board.rx_next < fake_board.rx_count;
}

static const struct uart_ops uart_ops = {
    .tx_ready = uart_tx_ready, .tx = uart_tx, .rx = uart_rx, .rx_irq = uart_rx_irq};

/* ---- Interrupt controller: level-triggered, lowest number first ---- */

static unsigned int intc_ack(void) {
    for (unsigned int irq = 0; irq < IRQ_MAX; irq++) {
        if (fake_board.pending[irq] && !fake_board.masked[irq]) {
            return irq;
        }
    }
    return IRQ_NONE;
}

static bool intc_pending(void) {
    return intc_ack() != IRQ_NONE;
}

static void intc_eoi(unsigned int irq) {
    (void)irq;
}

static void intc_mask(unsigned int irq) {
    fake_board.masked[irq] = true;
}

static void intc_unmask(unsigned int irq) {
    fake_board.masked[irq] = false;
}

static const struct intc_ops intc_ops = {.ack = intc_ack,
                                         .pending = intc_pending,
                                         .eoi = intc_eoi,
                                         .mask = intc_mask,
                                         .unmask = intc_unmask};

/* ---- One-shot timer ---- */

static void oneshot_set(uint32_t ns) {
    fake_board.oneshot_at = fake_board.now + ns;
    fake_board.oneshot_sets++;
}

static void oneshot_stop(void) {
    fake_board.oneshot_at = UINT64_MAX;
}

static void oneshot_ack(void) {
    fake_board.pending[FAKE_ONESHOT_IRQ] = false;
}

static const struct oneshot_ops oneshot_ops = {
    .set = oneshot_set, .stop = oneshot_stop, .ack = oneshot_ack};

/* ---- What tests call ---- */

void fake_board_init(uint64_t start) {
    memset(&fake_board, 0, sizeof(fake_board));
    memset(fake_board.masked, true, sizeof(fake_board.masked));
    fake_board.counter_start = start;
    fake_board.oneshot_at = UINT64_MAX;
    fake_board.tx_room = FAKE_ROOM;
    set_counter();
    devices = (struct devices){
        .uart = &uart_ops,
        .uart_irq = FAKE_UART_IRQ,
        .intc = &intc_ops,
        .oneshot = &oneshot_ops,
        .oneshot_irq = FAKE_ONESHOT_IRQ,
        .counter = {.hz = FAKE_HZ, .mask = UINT32_MAX, .reg = &fake_board.counter},
    };
}

void fake_advance(uint64_t ns) {
    fake_board.now += ns;
    set_counter();
    if (fake_board.oneshot_at <= fake_board.now) {
        fake_board.oneshot_at = UINT64_MAX;
        fake_board.pending[FAKE_ONESHOT_IRQ] = true;
    }
}

const char *fake_output(void) {
    fake_board.tx[fake_board.tx_count] = '\0';
    fake_board.tx_count = 0;
    return fake_board.tx;
}

void fake_type(const char *text) {
    while (*text != '\0' && fake_board.rx_count < FAKE_INPUT_MAX) {
        fake_board.rx[fake_board.rx_count++] = (uint8_t)*text++;
    }
    fake_board.pending[FAKE_UART_IRQ] = fake_board.rx_irq;
}
