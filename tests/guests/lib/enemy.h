/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests that want a control loop beside them (rt.c) to be late.  Each does one thing for as long
 * as it is told, and says how often it did it.
 *
 * Options: do= which, until= milliseconds since the machine started.
 *
 * Prints "acted <times> in <ms> ms" in the end, and blocks for ever: dom0's end would be all's.
 */
#ifndef GUEST_ENEMY_H
#define GUEST_ENEMY_H

#include <stdbool.h>
#include <stdint.h>

struct enemy {
    const char *name;
    void (*prepare)(void);
    uint32_t (*act)(void); /* returns how often it did what it does */
};

/** enemy_is_over() - has the time come when it may stop? */
bool enemy_is_over(void);

/** enemy_run() - be that one of the @count in @enemies that the options name; returns if there is
 * none. */
void enemy_run(const struct enemy *enemies, uint32_t count);

#endif /* GUEST_ENEMY_H */
