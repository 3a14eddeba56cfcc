/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of one key each to the hypervisor itself, when it has the console's focus.  Each part
 * that has something to show registers its own.
 */
#ifndef CORE_CONSOLE_KEYS_H
#define CORE_CONSOLE_KEYS_H

#include <stdint.h>

struct console_key {
    char key;
    void (*action)(void); /* no lock held, from the UART's interrupt */
    const char *help;     /* a few words */
    struct console_key *next;
};

/** console_key_add() - @key, which stays, is known from now on; it is the only one with that
 * character.  Boot. */
void console_key_add(struct console_key *key);

/** console_keys_init() - h: help.  Boot, before others are added. */
void console_keys_init(void);

/** console_key() - do what @key stands for; other keys do nothing.  No lock held. */
void console_key(uint8_t key);

#endif /* CORE_CONSOLE_KEYS_H */
