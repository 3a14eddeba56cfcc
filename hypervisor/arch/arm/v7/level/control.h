/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First-level section used while starting: privileged read-write, executable, normal memory,
 * write-back (TEX = 0b000, C = B = 1), DACR domain 0.
 */
#ifndef LEVEL_CONTROL_H
#define LEVEL_CONTROL_H

#define LEVEL_BOOT_SECTION 0x0000040e

/* TTBR0 (DDI 0406, B4.1.154): walks do not look into the L1 cache, which arch_pte_write() cleans;
 * they do look into the outer cache (RGN: write-back, write-allocate), where the clean may stop. */
#define LEVEL_TTBR_WALK    0x08

#endif
