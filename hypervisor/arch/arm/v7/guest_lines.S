/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of a guest's, by its address: DCCMVAC, DCCIMVAC, DCCMVAU (Arm ARM DDI 0406, B4.2.1).
 */
#include "arch/arm/extended/guest_lines.inc"

        guest_lines guest_clean_lines, c10
        guest_lines guest_flush_lines, c14
        guest_lines guest_unify_lines, c11
