/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The physical CPU: which, asleep, stopped, and how it came here.
 */
#include <stdint.h>

#include "arch/arm/backtrace.h"
#include "arch/arm/cp15.h"
#include "arch/arm/layout.h"
#include "arch/arm/level.h"
#include "core/base/arch.h"
#include "core/base/printk.h"
#include "cpus/self.h"

#define BACKTRACE_MAX 16

const char *arch_cpu_machine(void) {
    static const char *const machines[] = {[5] = "armv5tel", [6] = "armv6l", [7] = "armv7l"};

    return machines[arch_cpu_level()];
}

uint32_t arch_cpu_level(void) {
    return level_number;
}

static const struct level_core *core_of(uint32_t midr) {
    const struct level_core *core = level_cores;

    while (core->name && core->part != cp15_midr_part(midr)) {
        core++;
    }
    return core;
}

const char *arch_cpu_name(void) {
    const char *name = core_of(cp15_read_midr())->name;

    return name ? name : "a core that is not known";
}

bool arch_cpu_usable(void) {
    uint32_t midr = cp15_read_midr();

    return (midr >> 20 & 0xf) >= core_of(midr)->revision;
}

void arch_cpu_idle(void) {
    arch_hypervisor_leave();
    level_idle();
    arch_hypervisor_enter();
}

void arch_halt(void) {
    for (;;) {
        level_idle();
    }
}

extern char image_start[], rw_start[];

static bool is_code(uint32_t address) {
    return address % 4 == 0 && address > (uint32_t)(uintptr_t)image_start &&
           address < (uint32_t)(uintptr_t)rw_start;
}

/* bl, blx <label>, blx <register>: Arm ARM DDI 0100, A4.1.5, A4.1.8, A4.1.9. */
static bool is_call(uint32_t insn) {
    return (insn & 0x0f000000u) == 0x0b000000u || (insn & 0xfe000000u) == 0xfa000000u ||
           (insn & 0x0ffffff0u) == 0x012fff30u;
}

static bool is_return_address(uint32_t word) {
    return is_code(word) && is_call(((const uint32_t *)(uintptr_t)word)[-1]);
}

void backtrace_print(uint32_t pc, uint32_t sp) {
    uint32_t top = self_stack_top();
    unsigned int printed = 0;

    printk("  backtrace: %08x", pc);
    if (sp % 4 || sp < top - HYP_STACK_SIZE) {
        sp = top;
    }
    for (; sp < top && printed < BACKTRACE_MAX; sp += 4) {
        uint32_t word = *(const uint32_t *)(uintptr_t)sp;

        if (is_return_address(word)) {
            printk(" %08x", word);
            printed++;
        }
    }
    printk("\n");
}

void arch_backtrace(void) {
    backtrace_print((uint32_t)(uintptr_t)__builtin_return_address(0),
                    (uint32_t)(uintptr_t)__builtin_frame_address(0));
}
