/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First-level section used while starting: privileged read-write, executable, normal memory,
 * write-back, write-allocate (TEX = 0b001, C = B = 1), shareable (S, bit 16), DACR domain 0.
 */
#ifndef LEVEL_CONTROL_H
#define LEVEL_CONTROL_H

#define LEVEL_BOOT_SECTION 0x0001140e

/* TTBR0 and TTBR1 (DDI 0360, Translation Table Base Register): walks do not look into the L1 cache,
 * which arch_pte_write() cleans; outer write-back, write-allocate (RGN, bits 4:3 = 0b01), shareable
 * (S, bit 1). */
#define LEVEL_TTBR_WALK    0x0a

#endif
