/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Barriers of ARMv6, for assembly: CP15 c7 operations (ARM ARM DDI 0100, B2.6).  \tmp is clobbered.
 */
/* A DACR write takes effect for the instructions after a PrefetchFlush (B2.7.6). */
.macro  dacr_sync, tmp
        mov     \tmp, #0
        mcr     p15, 0, \tmp, c7, c5, 4
.endm

/* After a change of SCTLR. */
.macro  control_sync, tmp
        mov     \tmp, #0
        mcr     p15, 0, \tmp, c7, c5, 4
.endm
