/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest user code, one access each: r0 = address, r1 = value.  Ends in SWI #0.
 */
#include "probe.inc"

        user_probe user_read, arm, "ldr r0, [r0]"
        user_probe user_read_byte, arm, "ldrb r0, [r0]"
        user_probe user_read_thumb, thumb, "ldr r0, [r0]"
        user_probe user_read_half, arm, "ldrh r0, [r0]"
        user_probe user_read_signed_half, arm, "ldrsh r0, [r0]"
        user_probe user_read_multiple, arm, "ldmia r0, {r1-r8}"
        user_probe user_read_double, arm, "ldrd r2, r3, [r0]"
        user_probe user_read_translated, arm, "ldrt r2, [r0]"
        user_probe user_write, arm, "str r1, [r0]"
        user_probe user_write_byte, arm, "strb r1, [r0]"
        user_probe user_write_thumb, thumb, "str r1, [r0]"
        user_probe user_write_half, arm, "strh r1, [r0]"
        user_probe user_write_multiple, arm, "stmia r0, {r1-r8}"

        probe_begins user_write_double, arm, .user.text
        mov     r2, r1
        mov     r3, r1
        strd    r2, r3, [r0]
        swi     0

        user_probe user_write_translated, arm, "strt r1, [r0]"
        user_probe user_swap, arm, "swp r2, r1, [r0]"

        probe_begins user_jump, arm, .user.text
        bx      r0

        user_probe user_syscall, arm, "swi 0x123"
        user_probe user_syscall_thumb, thumb, "swi 0x45"

        probe_begins user_count, arm, .user.text
1:      cmp     r0, r1
        addlo   r0, r0, #1
        blo     1b
        swi     0

        /* r1 turns, then the access; long enough for an interrupt to come in between. */
        probe_begins user_linger_read, arm, .user.text
1:      subs    r1, r1, #1
        bne     1b
        ldr     r0, [r0]
        swi     0

        probe_begins user_linger_write, arm, .user.text
1:      subs    r1, r1, #1
        bne     1b
        str     r0, [r0]
        swi     0

        /* The word at r1 first. */
        probe_begins user_touch_read, arm, .user.text
        ldr     r2, [r1]
        ldr     r0, [r0]
        swi     0

        probe_begins user_touch_write, arm, .user.text
        ldr     r2, [r1]
        str     r1, [r0]
        swi     0
