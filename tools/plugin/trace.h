/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blocks that ran last, and how many instructions of each: what was on the way to a moment that
 * a guest marks.  Knows nothing of QEMU.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdint.h>
#include <stdio.h>

/* A block begins at @address, @now instructions after the machine's start. */
void trace_block(uint32_t address, uint64_t now);

/* Keeps what ran before @now, instead of what was kept before. */
void trace_keep(uint64_t now);

/* Prints what was kept to @out, oldest first, a line each: trace ADDRESS INSNS. */
void trace_print(FILE *out);

#endif
