/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * level_clear_page() and level_copy_page().  Data caches behave as physically indexed: plain
 * stores are seen by every mapping.
 */
#include "arch/arm/extended/page.inc"

        .globl  level_clear_page
        .set    level_clear_page, extended_clear_page
        .globl  level_copy_page
        .set    level_copy_page, extended_copy_page
