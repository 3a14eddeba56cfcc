/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes an instruction of the guest's apart: transfers between a core and a coprocessor register.
 */
#ifndef ARCH_ARM_DECODE_H
#define ARCH_ARM_DECODE_H

#include <stdbool.h>
#include <stdint.h>

struct cpu_regs;

/* An MCR or MRC. */
struct transfer {
    uint32_t insn;
    unsigned int coproc, opc1, crn, crm, opc2, rt;
    bool is_read;
    bool passes; /* its condition */
};

/**
 * decode_transfer() - the instruction at regs->pc, in ARM or, where the core has it, Thumb-2 state.
 * False: it is not an MCR or MRC, or cannot be read.  @regs are current's.
 */
bool decode_transfer(const struct cpu_regs *regs, struct transfer *t);

/** decode_skip() - on to the instruction after a transfer: pc and the state of an IT block. */
void decode_skip(struct cpu_regs *regs);

#endif /* ARCH_ARM_DECODE_H */
