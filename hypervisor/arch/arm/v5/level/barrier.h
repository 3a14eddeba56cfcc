/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Barriers of ARMv5TE, for assembly.  A write to the DACR takes effect for the next
 * data access and no prefetched instruction depends on it (ARM926EJ-S TRM
 * DDI 0198, 3.2.3), so nothing is needed after it.
 */
.macro  dacr_sync, tmp
.endm

/* After a change of SCTLR: the two instructions fetched before it took effect (DDI 0198, 3.5) are
 * harmless, since they are fetched where virtual and machine address agree. */
.macro  control_sync, tmp
        mov     \tmp, \tmp
        mov     \tmp, \tmp
.endm
