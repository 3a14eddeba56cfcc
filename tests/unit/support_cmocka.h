/* SPDX-License-Identifier: GPL-2.0-only */
/* cmocka with the headers that it wants before it. */
#ifndef SUPPORT_CMOCKA_H
#define SUPPORT_CMOCKA_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#endif /* SUPPORT_CMOCKA_H */
