/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv6 translation table entries of guests, with SCTLR.XP = 1 (ARM ARM DDI 0100, B4.7): the
 * format without subpages.
 */
#include "arch/arm/pte_extended_l1.h"

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
