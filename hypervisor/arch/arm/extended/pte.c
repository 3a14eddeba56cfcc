/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Translation table entries of guests on ARMv6 (with SCTLR.XP = 1; ARM ARM DDI 0100, B4.7) and
 * ARMv7 (ARM ARM DDI 0406, B3.5.1): the format without subpages.
 *
 * Linux on ARMv7 runs with TEX remap: it sets SCTLR.TRE and gives TEX[0], C and B the meaning that
 * it wrote to PRRR and NMRR.  Under Dacre TRE is off for all, so a guest kernel writes the types
 * of pte.h itself; its own PRRR and NMRR (0xff0a81a8, 0x40e040e0) never reach the core.
 */
#include "arch/arm/extended/pte_l1.h"

struct pte arch_pte_decode_l1(uint32_t raw) {
    return extended_decode_l1(raw);
}

struct pte arch_pte_decode_l2(uint32_t raw) {
    return extended_decode_l2(raw);
}

struct pte arch_pte_decode_hw_l1(uint32_t hw) {
    return extended_decode_l1(hw);
}

uint32_t arch_pte_encode_l1(const struct pte *pte) {
    return extended_encode_l1(pte);
}

uint32_t arch_pte_encode_l2(const struct pte *pte) {
    return extended_encode_l2(pte);
}
