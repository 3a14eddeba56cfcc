/* SPDX-License-Identifier: GPL-2.0-only */
/* Any instruction in any state: what is taken apart is what the manual's pseudocode says. */
#include <stdint.h>

/* As arch/arm's arch/types.h has it; the build host's has none. */
struct cpu_regs {
    uint32_t r[13];
    uint32_t sp;
    uint32_t lr;
    uint32_t pc;
    uint32_t cpsr;
};

#include "arch/arm/decode.c"

#include <string.h>

#include "fuzz.h"

const uint32_t level_psr_mask = PSR_IT | PSR_T;
static uint8_t guest_code[4];
static size_t readable;

int copy_from_guest(void *to, gvaddr_t from, size_t size) {
    FUZZ_CHECK(from.v == 0x8000 && size <= sizeof(guest_code));
    if (size > readable) {
        return -XEN_EFAULT;
    }
    memcpy(to, guest_code, size);
    return 0;
}

/* ConditionPassed(), ARM ARM DDI 0406, A8.3.1. */
static bool passes(uint32_t cond, uint32_t psr) {
    static const char n_flag = 31, z_flag = 30, c_flag = 29, v_flag = 28;
    bool n = psr >> n_flag & 1, z = psr >> z_flag & 1, c = psr >> c_flag & 1, v = psr >> v_flag & 1;
    const bool by_condition[] = {z,    !z,      c,       !c,     n,      !n,           v,
                                 !v,   c && !z, !c || z, n == v, n != v, !z && n == v, z || n != v,
                                 true, true};

    return by_condition[cond];
}

static void check_transfer(const struct transfer *t, uint32_t insn, uint32_t cond, uint32_t psr) {
    FUZZ_CHECK(t->insn == ((insn & 0x0fffffffu) | cond << 28));
    FUZZ_CHECK((0x0e000010u | t->opc1 << 21 | (uint32_t)t->is_read << 20 | t->crn << 16 |
                t->rt << 12 | t->coproc << 8 | t->opc2 << 5 | t->crm) == (insn & 0x0fffffffu));
    FUZZ_CHECK(t->passes == passes(cond, psr));
}

static uint32_t it_of(uint32_t psr) {
    return (psr >> 10 & 0x3f) << 2 | (psr >> 25 & 3);
}

/* ITAdvance(), A2.5.2. */
static uint32_t advanced(uint32_t it) {
    return it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
}

void fuzz_one(struct fuzz_input in) {
    struct cpu_regs regs = {.pc = 0x8000, .cpsr = fuzz_take(&in, 4)};
    uint32_t insn = fuzz_take(&in, 4), before = regs.cpsr, it = it_of(before);
    bool thumb = before & PSR_T;
    struct transfer t;

    readable = in.left ? fuzz_take(&in, 1) % 5 : 4;
    /* In memory the first halfword of a Thumb-2 instruction comes first. */
    uint32_t stored = thumb ? insn >> 16 | insn << 16 : insn;
    memcpy(guest_code, &stored, sizeof(stored));
    bool is_transfer = (insn & 0x0f000010u) == 0x0e000010u && readable == 4 &&
                       (thumb ? insn >> 28 == 0xe : insn >> 28 != 0xf);
    uint32_t cond = !thumb ? insn >> 28 : it & 0xf ? it >> 4 : 0xe;
    bool is_never = thumb && cond == 0xf; /* UNPREDICTABLE: no IT instruction makes it */

    FUZZ_CHECK(decode_transfer(&regs, &t) == (is_transfer && !is_never));
    FUZZ_CHECK(regs.cpsr == before && regs.pc == 0x8000);
    if (is_transfer && !is_never) {
        check_transfer(&t, insn, cond, before);
    }
    decode_skip(&regs);
    FUZZ_CHECK(regs.pc == 0x8004);
    FUZZ_CHECK(((regs.cpsr ^ before) & ~PSR_IT) == 0);
    FUZZ_CHECK(it_of(regs.cpsr) == (thumb ? advanced(it) : it));
}
