/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First-level section used while starting: privileged read-write, executable, normal memory,
 * write-back (TEX = 0b000, C = B = 1), DACR domain 0.
 */
#ifndef LEVEL_CONTROL_H
#define LEVEL_CONTROL_H

#define LEVEL_BOOT_SECTION 0x0000040e

/* TTBR: walks are not cached. */
#define LEVEL_TTBR_WALK    0

#endif
