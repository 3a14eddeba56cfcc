/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * void arch_guest_clear_page(gvaddr_t va): r0 = va
 * void arch_guest_copy_page(gvaddr_t to, gvaddr_t from): r0 = to, r1 = from
 * Data caches behave as physically indexed: plain stores are seen by every mapping.
 */
#include "arch/arm/extended_page.inc"

        .globl  arch_guest_clear_page
        .set    arch_guest_clear_page, extended_clear_page
        .globl  arch_guest_copy_page
        .set    arch_guest_copy_page, extended_copy_page
