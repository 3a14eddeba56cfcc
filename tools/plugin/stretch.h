/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The longest uninterrupted stays in one address range, block by block.  Knows nothing of QEMU, so
 * that tests/unit can lead it through a run; stretch_blocks.c is what tells it of each block.
 */
#ifndef STRETCH_H
#define STRETCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Instructions of inside and outside blocks, counted by who runs them, one by one. */
extern uint64_t stretch_inside, stretch_outside;

/* Rows are numbered from 0, which is what runs before the first; those from here on count as 0. */
#define STRETCH_ROWS 256u

/* What a block means for the stay that it is in. */
enum stretch_place {
    STRETCH_PLAIN,    /* nothing */
    STRETCH_LOOK,     /* looks for all that waits, unless the stay is blind: the next one begins */
    STRETCH_LOOK_DUE, /* looks for due timers too: the next one begins, blind or not */
    STRETCH_BLIND,    /* from here on the interrupt controller does not show a timer that is due */
    STRETCH_SEEING,   /* from here on it does again */
};

/* Stays count that begin at an address in [@vectors_start, @vectors_end). */
void stretch_init(uint64_t vectors_start, uint64_t vectors_end);

/* What the block at @address means; false: too many of them. */
bool stretch_place_at(uint32_t address, enum stretch_place place);

/* What was said of @address. */
enum stretch_place stretch_place_of(uint32_t address);

/* An inside block begins. */
void stretch_block(uint32_t address, enum stretch_place place);

/* The CPU sleeps, or has slept, since the last inside block. */
void stretch_idle(void);

/* What runs from now on belongs to that row of a guest's table. */
void stretch_row(uint32_t row);

/* Prints the longest stays (see profile.c) to @out. */
void stretch_print(FILE *out);

#endif
