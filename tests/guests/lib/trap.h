/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions and upcalls of the guest kernel: state, expected faults, and running
 * guest user code until it traps.
 */
#ifndef GUEST_TRAP_H
#define GUEST_TRAP_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "trap_offsets.h"

#define PSR_USER   0x10u
#define PSR_KERNEL 0x13u
#define PSR_MODE   0x1fu
#define PSR_T      0x20u
#define PSR_I      0x80u
#define PSR_IT     0x0600fc00u

/* Saved by entry.S; TRAP_* offsets there. */
struct trap {
    uint32_t r[13];
    uint32_t sp, lr, pc, psr;
    uint32_t fsr, far; /* of the last abort, meaningful for aborts alone */
    uint32_t kind;     /* TRAP_* */
};

/* entry.S and the linker script. */
void entry_undef(void);
void entry_swi(void);
void entry_prefetch_abort(void);
void entry_data_abort(void);
void entry_event(void);
extern char __restart_start[], __restart_end[];

/** trap_handle() - called by entry.S with events masked. */
void trap_handle(struct trap *trap);
_Noreturn void trap_resume(struct trap *trap);
uint32_t user_enter(struct trap *trap);
_Noreturn void user_leave(uint32_t kind);

/** trap_name() - for messages. */
const char *trap_name(uint32_t kind);

/*
 * A fault in kernel mode that a test provokes:
 *     if (TRAP_EXPECT()) { the access; trap_unexpect(); }
 *     -- trap_caught.kind is TRAP_NONE if it went through.
 * Not nested.  A fault that nobody expects fails the guest.
 */
extern struct trap trap_caught;
extern jmp_buf trap_recovery;
/** trap_expect() - part of TRAP_EXPECT(). */
void trap_expect(void);
void trap_unexpect(void);
#define TRAP_EXPECT() (trap_expect(), setjmp(trap_recovery) == 0)

/* One access in kernel mode; each returns the TRAP_* kind it ended in. */
uint32_t try_read(uint32_t va, uint32_t *value);
uint32_t try_write(uint32_t va, uint32_t value);
uint32_t try_write_byte(uint32_t va, uint8_t value);
uint32_t try_jump(uint32_t va);
/** try_call() - run @code(argument) as kernel code; r0 on return goes to *result if not NULL. */
uint32_t try_call(void (*code)(void), uint32_t argument, uint32_t *result);

/* Guest user mode. */
extern struct trap user_state;
/**
 * user_run() - run @code (link address in USER, bit 0 = Thumb) with r0, r1 and a user stack until
 * it traps into the kernel; events are taken meanwhile.
 * Returns the kind, user_state has the rest.
 */
uint32_t user_run(void (*code)(void), uint32_t r0, uint32_t r1);
/** user_continue() - go on from user_state. */
uint32_t user_continue(void);

#endif /* GUEST_TRAP_H */
