/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code and data for guest user mode.  Such functions may call nothing outside
 * USER_CODE: kernel memory is not accessible to them.  Data is accessed by the kernel
 * at the same (user) address, so that virtually indexed caches see one address.
 */
#ifndef GUEST_USER_H
#define GUEST_USER_H

#include "trap.h"

#define USER_CODE __attribute__((section(".user.text"), noinline))
#define USER_DATA __attribute__((section(".user.data")))

/*
 * user_probes.S.  Those that are not stopped end in SWI, with the value read in r0.
 * r0 = address, r1 = value where one is needed.
 */
void user_read(void);
void user_read_byte(void);
void user_read_thumb(void);
void user_read_half(void);
void user_read_signed_half(void);
void user_read_multiple(void);
void user_read_double(void);
void user_read_translated(void);
void user_write(void);
void user_write_byte(void);
void user_write_thumb(void);
void user_write_half(void);
void user_write_multiple(void);
void user_write_double(void);
void user_write_translated(void);
void user_swap(void);
void user_jump(void);
/** user_syscall() - SWI #0x123 in ARM state with r0-r12 as they were; then SWI #0 for the end. */
void user_syscall(void);
/** user_syscall_thumb() - SWI #0x45 in Thumb state. */
void user_syscall_thumb(void);
/** user_linger_read() / user_linger_write() - r1 (not 0) turns of two instructions, then the
 * access. */
void user_linger_read(void);
void user_linger_write(void);
/** user_touch_read() / user_touch_write() - read the word at r1 first, then the access. */
void user_touch_read(void);
void user_touch_write(void);
/** user_count() - r0 up to r1, a step each three instructions; then SWI. */
void user_count(void);

#endif /* GUEST_USER_H */
