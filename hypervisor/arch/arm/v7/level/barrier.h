/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Barriers of ARMv7-A, for assembly.  \tmp is left alone.
 */
/* A DACR write takes effect for the instructions after an ISB (ARM ARM DDI 0406, B3.15.5). */
.macro  dacr_sync, tmp
        isb
.endm

/* After a change of SCTLR. */
.macro  control_sync, tmp
        isb
.endm
