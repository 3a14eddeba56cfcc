/* SPDX-License-Identifier: GPL-2.0-only */
/* The fake machine's one CPU. */
#include <arch/atomic.h>
#include <arch/fake.h>

#include <stdlib.h>

#include "core/base/arch.h"
#include "core/base/printk.h"

jmp_buf *fake_halt_jump;
void (*fake_on_barrier)(void);
void (*fake_on_replace)(volatile uint32_t *word);
void (*fake_on_idle)(void);

unsigned int arch_cpu_id(void) {
    return 0;
}

void arch_cpu_stop_others(void) {}

void arch_cpu_kicked(void) {}

void arch_cpu_relax(void) {}

maddr_t arch_cpus_entry(void) {
    return maddr(0);
}

void arch_hypervisor_enter(void) {}

void arch_hypervisor_leave(void) {}

void arch_cpu_idle(void) {
    fake_board.idle_count++;
    if (fake_on_idle) {
        fake_on_idle();
    }
}

bool fake_cpu_is_too_old;

bool arch_cpu_usable(void) {
    return !fake_cpu_is_too_old;
}

const char *arch_cpu_name(void) {
    return "build host";
}

uint32_t arch_fiq_count(void) {
    return 0;
}

uint32_t arch_async_abort_count(void) {
    return 0;
}

const char *arch_cpu_machine(void) {
    return "armv5tel";
}

uint32_t arch_cpu_level(void) {
    return 5;
}

_Noreturn void arch_halt(void) {
    if (!fake_halt_jump) {
        abort();
    }
    fake_locks_forget();
    longjmp(*fake_halt_jump, 1);
}

void arch_backtrace(void) {
    printk("  no backtrace on the build host\n");
}
