/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A boot loader from before there were device trees.
 *   in: r1 as a boot loader passes it on
 */
#include "entry.inc"

_start:
        adr     r2, list
        enter_dacre

        .balign 8
list:   .word   2, 0x54410001                   @ ATAG_CORE
        .word   0, 0                            @ ATAG_NONE
