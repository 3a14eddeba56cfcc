/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a unit test sees and does to the fake machine: its devices, its time, the memory
 * of "the guest".
 */
#ifndef ARCH_FAKE_H
#define ARCH_FAKE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/addr.h"
#include "core/device/device.h"

#define FAKE_HZ          24000000u
#define FAKE_UART_IRQ    12u
#define FAKE_ONESHOT_IRQ 4u
#define FAKE_OUTPUT_MAX  (1u << 20)
#define FAKE_INPUT_MAX   4096u
#define FAKE_ROOM        (~0u)

struct fake_board {
    uint64_t now;           /* ns since power-on */
    uint64_t counter_start; /* ticks at power-on */
    uint32_t counter;       /* the register */
    uint64_t oneshot_at;    /* ns, UINT64_MAX = stopped */
    unsigned int oneshot_sets;
    bool pending[IRQ_MAX];
    bool masked[IRQ_MAX];
    unsigned int tx_room; /* bytes the UART still takes; FAKE_ROOM = no limit */
    size_t tx_count;
    char tx[FAKE_OUTPUT_MAX];
    size_t rx_count, rx_next;
    uint8_t rx[FAKE_INPUT_MAX];
    bool rx_irq;
    unsigned int idle_count;
};

extern struct fake_board fake_board;

/** fake_board_init() - power on: fills `devices`, counter at @start ticks, all lines masked. */
void fake_board_init(uint64_t start);

/** fake_advance() - let @ns pass; the one-shot timer raises its line if it is due. */
void fake_advance(uint64_t ns);

/** fake_output() - what the UART sent since the last call, NUL-terminated. */
const char *fake_output(void);

/** fake_type() - the user types; raises the UART's line. */
void fake_type(const char *text);

/* Called, if set, when the CPU sleeps, and when a vCPU is loaded, which is the one that was loaded
 * last. */
struct vcpu;
extern void (*fake_on_idle)(void);
extern void (*fake_on_switch)(struct vcpu *next);
extern struct vcpu *fake_switched_to;
/* How many vCPUs were unloaded for ever. */
extern unsigned int fake_unload_count;

/* How many calls of arch_space_init() are not the last, and what the last returns. */
extern unsigned int fake_space_steps;
extern int fake_space_error;

/* For arch_cpu_usable(). */
extern bool fake_cpu_is_too_old;

/* Where arch_halt() goes when a test expects it; otherwise it aborts. */
extern jmp_buf *fake_halt_jump;

/* The guest's memory: virtual addresses FAKE_GUEST_VA up; nothing else is mapped. */
#define FAKE_GUEST_VA   0x8000u
#define FAKE_GUEST_SIZE 0x4000u
extern uint8_t fake_guest[FAKE_GUEST_SIZE];
extern bool fake_guest_readonly; /* nothing can be copied to it */

/** fake_put() - copy to guest memory at @offset; returns its guest virtual address. */
gvaddr_t fake_put(size_t offset, const void *data, size_t size);

#endif /* ARCH_FAKE_H */
