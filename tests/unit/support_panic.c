/* SPDX-License-Identifier: GPL-2.0-only */
/* panic() for tests that do not link core/base/panic.c: the test fails with its message. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/panic.h"

void panic(const char *fmt, ...) {
    va_list args;

    va_start(args, fmt);
    fputs("panic: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}
