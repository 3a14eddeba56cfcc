/* SPDX-License-Identifier: GPL-2.0-only */
/* See panic.h. */
#include "core/base/panic.h"

#include <stdarg.h>
#include <stdbool.h>

#include "core/base/arch.h"
#include "core/base/printk.h"

void panic(const char *fmt, ...) {
    static bool again;
    va_list args;

    if (again) {
        arch_halt(); /* printing the first one failed */
    }
    again = true;
    arch_cpu_stop_others();
    printk_sync();
    va_start(args, fmt);
    printk("\nPANIC: ");
    printk_args(fmt, args);
    printk("\n");
    va_end(args);
    arch_backtrace();
    printk("Stopped.\n");
    arch_halt();
}
