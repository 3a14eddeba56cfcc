/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest kernel does about exceptions; see trap.h.
 */
#include "trap.h"

#include <stddef.h>
#include <stdio.h>

#include "event.h"
#include "hypercall.h"
#include "test.h"

_Static_assert(offsetof(struct trap, r[12]) == TRAP_R12, "entry.S");
_Static_assert(offsetof(struct trap, sp) == TRAP_SP, "entry.S");
_Static_assert(offsetof(struct trap, kind) == TRAP_KIND, "entry.S");
_Static_assert(sizeof(struct trap) == TRAP_SIZE, "entry.S");

struct trap trap_caught;
jmp_buf trap_recovery;
struct trap user_state;

static volatile bool is_expected;
static uint8_t recovery_stack[2048] __attribute__((aligned(8)));

const char *trap_name(uint32_t kind) {
    static const char *const name[] = {
        "no trap", "undefined", "swi", "prefetch abort", "data abort", "event",
    };

    return kind < sizeof(name) / sizeof(name[0]) ? name[kind] : "?";
}

void trap_expect(void) {
    trap_caught = (struct trap){.kind = TRAP_NONE};
    is_expected = true;
}

void trap_unexpect(void) {
    is_expected = false;
}

static void trap_recover(void) {
    longjmp(trap_recovery, 1);
}

/* The faulting code may have had any sp: the way back to the test starts on our own. */
static void trap_redirect(struct trap *trap) {
    trap_caught = *trap;
    is_expected = false;
    trap->pc = (uint32_t)trap_recover;
    trap->sp = (uint32_t)(recovery_stack + sizeof(recovery_stack));
    trap->psr &= ~PSR_T;
}

static void trap_report(const struct trap *trap) {
    printf("unexpected %s: pc %08lx lr %08lx sp %08lx psr %08lx fsr %lx far %08lx r0 %08lx\n",
           trap_name(trap->kind), trap->pc, trap->lr, trap->sp, trap->psr, trap->fsr, trap->far,
           trap->r[0]);
}

void trap_handle(struct trap *trap) {
    bool from_user = (trap->psr & PSR_MODE) == PSR_USER;

    if (trap->kind == TRAP_EVENT) {
        event_upcall();
    } else if (from_user) {
        user_state = *trap;
        user_leave(trap->kind);
    } else if (is_expected) {
        trap_redirect(trap);
    } else {
        trap_report(trap);
        test_abort_guest();
    }
}

uint32_t try_read(uint32_t va, uint32_t *value) {
    if (TRAP_EXPECT()) {
        uint32_t got = *(volatile uint32_t *)va;

        trap_unexpect();
        if (value) {
            *value = got;
        }
    }
    return trap_caught.kind;
}

uint32_t try_write(uint32_t va, uint32_t value) {
    if (TRAP_EXPECT()) {
        *(volatile uint32_t *)va = value;
        trap_unexpect();
    }
    return trap_caught.kind;
}

uint32_t try_write_byte(uint32_t va, uint8_t value) {
    if (TRAP_EXPECT()) {
        *(volatile uint8_t *)va = value;
        trap_unexpect();
    }
    return trap_caught.kind;
}

uint32_t try_call(void (*code)(void), uint32_t argument, uint32_t *result) {
    if (TRAP_EXPECT()) {
        uint32_t got = ((uint32_t(*)(uint32_t))code)(argument);

        trap_unexpect();
        if (result) {
            *result = got;
        }
    }
    return trap_caught.kind;
}

uint32_t try_jump(uint32_t va) {
    return try_call((void (*)(void))va, 0, NULL);
}
