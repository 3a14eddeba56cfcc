/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions of ARMv6 and ARMv7 that change modes, masks, byte order or make the core wait: in
 * USR mode each is harmless, undefined or does what it does for a process under Linux.
 */
#include <string.h>

#include "clock.h"
#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "test.h"
#include "user.h"

#define PSR_E 0x200u

/* instructions_asm.S: one instruction each, kernel and user copies. */
#define DECLARE(name)         \
    void kernel_##name(void); \
    void user_##name(void)
DECLARE(cpsid);
DECLARE(cpsie);
DECLARE(cps_mode);
DECLARE(srs);
DECLARE(rfe);
DECLARE(smc);
DECLARE(wfi);
DECLARE(wfe);
DECLARE(sev);
DECLARE(yield);
DECLARE(barriers);
DECLARE(clrex);
void user_big_endian_read(void);
void user_big_endian(void);

struct pair {
    void (*kernel)(void);
    void (*user)(void);
};

#define PAIR(name) \
    { kernel_##name, user_##name }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t cpsr(void) {
    uint32_t value;

    __asm__ volatile("mrs %0, cpsr" : "=r"(value));
    return value;
}

static void expect_hole_closed(void) {
    EXPECT_EQ(cpsr() & 0xff, PSR_USER);
    EXPECT_TRAP(try_read(PV_VIRT_START + 0x100000, NULL), TRAP_DATA_ABORT);
}

/* Ignored in USR mode (DDI 0406, B9.3.2). */
TEST(cps_does_nothing) {
    static const struct pair pairs[] = {PAIR(cpsid), PAIR(cpsie), PAIR(cps_mode)};

    for (unsigned int i = 0; i < COUNT(pairs); i++) {
        EXPECT_TRAP(try_call(pairs[i].kernel, 0, NULL), TRAP_NONE);
        expect_hole_closed();
        EXPECT_TRAP(user_run(pairs[i].user, 0, 0), TRAP_SWI);
        EXPECT_EQ(user_state.psr & 0xdf, PSR_USER);
    }
}

/* UNPREDICTABLE in USR mode; whatever a core makes of it, it is no way out. */
TEST(srs_and_rfe_lead_nowhere) {
    static const struct pair pairs[] = {PAIR(srs), PAIR(rfe)};
    static uint32_t frame[2] USER_DATA;

    for (unsigned int i = 0; i < COUNT(pairs); i++) {
        frame[0] = (uint32_t)user_syscall;
        frame[1] = 0x13; /* SVC mode */
        try_call(pairs[i].kernel, (uint32_t)frame, NULL);
        expect_hole_closed();
        frame[0] = (uint32_t)user_syscall;
        frame[1] = 0x13;
        user_run(pairs[i].user, (uint32_t)frame, 0);
        EXPECT_EQ(user_state.psr & 0xdf, PSR_USER);
        expect_hole_closed();
    }
}

TEST(smc_is_undefined) {
    EXPECT_TRAP(try_call(kernel_smc, 0, NULL), TRAP_UNDEF);
    EXPECT_TRAP(user_run(user_smc, 0, 0), TRAP_UNDEF);
}

TEST(hints_and_barriers_are_harmless) {
    static const struct pair pairs[] = {PAIR(sev), PAIR(yield), PAIR(barriers), PAIR(clrex)};

    for (unsigned int i = 0; i < COUNT(pairs); i++) {
        EXPECT_TRAP(try_call(pairs[i].kernel, 0, NULL), TRAP_NONE);
        EXPECT_TRAP(user_run(pairs[i].user, 0, 0), TRAP_SWI);
    }
}

static void tick(uint32_t port) {
    (void)port;
    clock_timer(clock_ns() + 100 * NS_PER_US, 0);
}

/* The core may really stop until an interrupt: the guest's own time, and a timer ends it. */
TEST(waiting_ends_with_the_next_interrupt) {
    static const struct pair pairs[] = {PAIR(wfi), PAIR(wfe)};

    event_handle(clock_port, tick);
    tick(0);
    for (unsigned int i = 0; i < COUNT(pairs); i++) {
        for (int round = 0; round < 20; round++) {
            EXPECT_TRAP(try_call(pairs[i].kernel, 0, NULL), TRAP_NONE);
            EXPECT_TRAP(user_run(pairs[i].user, 0, 0), TRAP_SWI);
        }
    }
    clock_timer_stop();
    event_handle(clock_port, NULL);
}

/* SETEND: the byte order is user code's until the next one; its kernel is entered little-endian. */
TEST(byte_order_of_user_code_is_kept_and_not_inherited) {
    static uint32_t data USER_DATA;

    data = 0x11223344;
    EXPECT_TRAP(user_run(user_big_endian_read, (uint32_t)&data, 0), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 0x44332211);
    EXPECT_EQ(user_state.psr & PSR_E, PSR_E);
    EXPECT_EQ(cpsr() & PSR_E, 0);
    EXPECT_EQ(data, 0x11223344);
    /* And again after the return to it. */
    EXPECT_TRAP(user_continue(), TRAP_SWI);
    EXPECT_EQ(user_state.r[1], 0x44332211);
    EXPECT_EQ(user_state.psr & PSR_E, PSR_E);
}

/* Interrupted in that state it goes on in it, and handlers run in theirs. */
TEST(byte_order_survives_interrupts) {
    static uint32_t data[2] USER_DATA;
    uint64_t end = clock_ns() + 5 * NS_PER_MS;

    data[0] = 0x01020304;
    event_handle(clock_port, tick);
    tick(0);
    while (clock_ns() < end) {
        EXPECT_TRAP(user_run(user_big_endian, (uint32_t)data, 0), TRAP_SWI);
        EXPECT_EQ(user_state.r[2], 0);
    }
    clock_timer_stop();
    event_handle(clock_port, NULL);
}
