/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Return addresses of the hypervisor's own stack; tools/symbolise names them.
 */
#ifndef ARCH_ARM_BACKTRACE_H
#define ARCH_ARM_BACKTRACE_H

#include <stdint.h>

/** backtrace_print() - @pc and its callers, from frame pointer @fp; at most 16, only what lies in
 * the image is followed.  One line, "  backtrace: addr addr ...". */
void backtrace_print(uint32_t pc, uint32_t fp);

#endif /* ARCH_ARM_BACKTRACE_H */
