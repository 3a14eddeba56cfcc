/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Return addresses of the hypervisor's own stack; tools/symbolise names them.
 */
#ifndef ARCH_ARM_BACKTRACE_H
#define ARCH_ARM_BACKTRACE_H

#include <stdint.h>

/**
 * backtrace_print() - @pc, and what looks like return addresses on the stack from @sp up: words
 * that point behind a call, so one that an earlier call left may be among them.  At most 16, none
 * if @sp is not in the stack.  One line, "  backtrace: addr addr ...".
 *
 * A frame pointer would tell exactly, but costs each function three or four instructions.
 */
void backtrace_print(uint32_t pc, uint32_t sp);

#endif /* ARCH_ARM_BACKTRACE_H */
