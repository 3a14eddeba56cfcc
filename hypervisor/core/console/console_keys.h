/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of one key each to the hypervisor itself, when it has the console's focus.
 */
#ifndef CORE_CONSOLE_KEYS_H
#define CORE_CONSOLE_KEYS_H

#include <stdint.h>

/** console_key() - do what @key stands for; other keys do nothing.  No lock held. */
void console_key(uint8_t key);

#endif /* CORE_CONSOLE_KEYS_H */
