/* SPDX-License-Identifier: GPL-2.0-only */
/* printk() for tests that do not link core/base/printk.c: kept out of the way, on stderr. */
#include <stdarg.h>
#include <stdio.h>

#include "core/base/printk.h"
#include "core/time/printk_limit.h"

void printk_args(const char *fmt, va_list args) {
    vfprintf(stderr, fmt, args);
}

void printk(const char *fmt, ...) {
    va_list args;

    va_start(args, fmt);
    printk_args(fmt, args);
    va_end(args);
}

bool printk_allowed(struct printk_limit *limit) {
    limit->used++;
    return true;
}
