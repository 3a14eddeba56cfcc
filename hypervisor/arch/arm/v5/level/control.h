/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv5 first-level section used while starting: privileged read-write, cached
 * write-back, DACR domain 0, bit 4 set as ARM926EJ-S wants it (DDI 0198, 3.3.3).
 */
#ifndef LEVEL_CONTROL_H
#define LEVEL_CONTROL_H

#define LEVEL_BOOT_SECTION 0x0000041e

/* TTBR: walks are not cached. */
#define LEVEL_TTBR_WALK    0

#endif
