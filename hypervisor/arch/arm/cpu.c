/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The physical CPU: which, asleep, stopped, and how it came here.
 */
#include <stdint.h>

#include "arch/arm/backtrace.h"
#include "arch/arm/cp15.h"
#include "arch/arm/level.h"
#include "core/arch.h"
#include "core/panic.h"
#include "core/printk.h"

#define FRAMES_MAX 16

unsigned int arch_cpu_id(void) {
    return 0;
}

uint32_t arch_cpu_level(void) {
    return level_number;
}

const char *arch_cpu_name(void) {
    return level_cpu_name(cp15_read_midr());
}

void arch_cpu_idle(void) {
    level_idle();
}

void arch_halt(void) {
    for (;;) {
        level_idle();
    }
}

void arch_lock_broken(void) {
    panic("a lock is taken twice");
}

extern char image_start[], rw_start[], image_end[];

static bool is_in(uint32_t va, const char *start, const char *end) {
    return va >= (uint32_t)(uintptr_t)start && va + 4 <= (uint32_t)(uintptr_t)end;
}

/* APCS frames (-mapcs-frame): fp points at the saved pc; below it lr, sp, and the caller's fp. */
void backtrace_print(uint32_t pc, uint32_t fp) {
    printk("  backtrace: %08x", pc);
    for (unsigned int i = 0; i < FRAMES_MAX; i++) {
        const uint32_t *frame = (const uint32_t *)(uintptr_t)fp;

        if ((fp & 3) || !is_in(fp - 12, rw_start, image_end)) {
            break;
        }
        if (!is_in(frame[-1], image_start, rw_start)) {
            break;
        }
        printk(" %08x", frame[-1]);
        fp = frame[-3];
    }
    printk("\n");
}

void arch_backtrace(void) {
    backtrace_print((uint32_t)(uintptr_t)__builtin_return_address(0),
                    (uint32_t)(uintptr_t)__builtin_frame_address(0));
}
