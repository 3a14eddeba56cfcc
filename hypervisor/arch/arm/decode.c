/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Encodings: ARM ARM DDI 0406, A8.8.98 (MCR), A8.8.107 (MRC); conditions A8.3, IT blocks A2.5.2.
 * In Thumb-2 a coprocessor instruction is the ARM one with "always" as its condition, which
 * the IT block replaces.
 */
#include "arch/arm/decode.h"

#include "arch/arm/layout.h"
#include "arch/arm/level.h"
#include "core/base/arch.h"
#include "core/base/guest_access.h"

#define COND_SHIFT  28
#define COND_ALWAYS 0xeu
#define COND_NEVER  0xfu

static bool condition_holds(uint32_t cond, uint32_t psr) {
    bool n = psr >> 31 & 1, z = psr >> 30 & 1, c = psr >> 29 & 1, o = psr >> 28 & 1;
    bool holds;

    switch (cond >> 1) {
    case 0: holds = z; break;
    case 1: holds = c; break;
    case 2: holds = n; break;
    case 3: holds = o; break;
    case 4: holds = c && !z; break;
    case 5: holds = n == o; break;
    case 6: holds = !z && n == o; break;
    default: return true;
    }
    return (cond & 1) ? !holds : holds;
}

/* ITSTATE: 7:4 condition of this instruction, 3:0 the rest of the block, 0 outside of one. */
static uint32_t it_state(uint32_t psr) {
    return (psr >> 8 & 0xfc) | (psr >> 25 & 3);
}

static uint32_t it_condition(uint32_t psr) {
    uint32_t it = it_state(psr);

    return it & 0xf ? it >> 4 : COND_ALWAYS;
}

static uint32_t it_advance(uint32_t psr) {
    uint32_t it = it_state(psr);

    it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
    return (psr & ~PSR_IT) | (it & 0xfc) << 8 | (it & 3) << 25;
}

static bool fetch_arm(const struct cpu_regs *regs, uint32_t *insn) {
    return copy_from_guest(insn, gvaddr(regs->pc), sizeof(*insn)) == 0;
}

/* As the ARM instruction that means the same. */
static bool fetch_thumb(const struct cpu_regs *regs, uint32_t *insn) {
    uint16_t half[2];

    if (!(level_psr_mask & PSR_IT) || copy_from_guest(half, gvaddr(regs->pc), sizeof(half)) ||
        half[0] >> 12 != COND_ALWAYS) {
        return false;
    }
    *insn = (half[0] & 0xfffu) << 16 | half[1] | it_condition(regs->cpsr) << COND_SHIFT;
    return true;
}

bool decode_transfer(const struct cpu_regs *regs, struct transfer *t) {
    uint32_t insn;
    bool fetched = regs->cpsr & PSR_T ? fetch_thumb(regs, &insn) : fetch_arm(regs, &insn);

    if (!fetched || (insn & 0x0f000010u) != 0x0e000010u || insn >> COND_SHIFT == COND_NEVER) {
        return false;
    }
    *t = (struct transfer){
        .insn = insn,
        .coproc = insn >> 8 & 0xf,
        .opc1 = insn >> 21 & 7,
        .crn = insn >> 16 & 0xf,
        .crm = insn & 0xf,
        .opc2 = insn >> 5 & 7,
        .rt = insn >> 12 & 0xf,
        .is_read = insn >> 20 & 1,
        .passes = condition_holds(insn >> COND_SHIFT, regs->cpsr),
    };
    return true;
}

void decode_skip(struct cpu_regs *regs) {
    regs->pc += 4;
    if (regs->cpsr & PSR_T) {
        regs->cpsr = it_advance(regs->cpsr);
    }
}
