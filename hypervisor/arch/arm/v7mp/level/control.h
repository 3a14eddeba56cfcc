/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First-level section used while starting: privileged read-write, executable, normal memory,
 * write-back (TEX = 0b000, C = B = 1), shareable (S, bit 16), DACR domain 0.
 */
#ifndef LEVEL_CONTROL_H
#define LEVEL_CONTROL_H

#define LEVEL_BOOT_SECTION 0x0001040e

/*
 * TTBR0 with the Multiprocessing Extensions (DDI 0406, B4.1.154): walks look into all caches, as
 * the tables are mapped: inner and outer write-back, write-allocate (IRGN, bits 0 and 6 = 0b01, bit
 * 6 being the lower one; RGN, bits 4:3 = 0b01), shareable (S, bit 1), as far as sections and pages
 * are that say so without TEX remap (NOS, bit 5 = 0).
 */
#define LEVEL_TTBR_WALK    0x4a

#endif
