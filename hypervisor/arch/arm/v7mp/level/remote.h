/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What other CPUs are to do for this one: nothing, since maintenance reaches them
 * (level/broadcast.h).
 */
#ifndef LEVEL_REMOTE_H
#define LEVEL_REMOTE_H

static inline void remote_answer(void) {}

#endif /* LEVEL_REMOTE_H */
