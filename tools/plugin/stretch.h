/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The longest uninterrupted stays in one address range, block by block. */
#ifndef STRETCH_H
#define STRETCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <qemu-plugin.h>

/* Stays count that begin at an address in [@vectors_start, @vectors_end). */
void stretch_init(qemu_plugin_id_t id, uint64_t vectors_start, uint64_t vectors_end);

/* The stay ends and a new one begins whenever the block at @address runs; false: too many of them. */
bool stretch_look(uint32_t address);

/* For every block that is translated; @is_inside: it lies in the range. */
void stretch_translation(struct qemu_plugin_tb *tb, bool is_inside);

/* Prints the longest stays (see profile.c) to @out. */
void stretch_print(FILE *out);

#endif
