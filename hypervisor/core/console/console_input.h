/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Console input: the focus and the key that moves it.
 */
#ifndef CORE_CONSOLE_INPUT_H
#define CORE_CONSOLE_INPUT_H

#include <stdint.h>

struct console_domain;

/* Ctrl-a, three times in a row, moves the focus.  Fewer are passed on with the key after them. */
#define CONSOLE_SWITCH_KEY   0x01
#define CONSOLE_SWITCH_COUNT 3u

/** console_input_appeared() - @c exists now: if it has the focus it is in the foreground.
 * Console lock held. */
void console_input_appeared(struct console_domain *c);

#endif /* CORE_CONSOLE_INPUT_H */
