/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of a guest's, by its address (ARM1176JZF-S TRM DDI 0301, 3.2.22).
 */
#include "arch/arm/extended/guest_lines.inc"

        guest_lines guest_clean_lines, c10
        guest_lines guest_flush_lines, c14
