/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Restartable sequences (pv_callbacks.restart_start): atomic against upcalls and other domains on
 * every core, and the only way where there are no exclusives.
 */
#ifndef GUEST_RESTART_H
#define GUEST_RESTART_H

#include <stdint.h>

/** restart_add() - *word += n; returns the new value. */
uint32_t restart_add(volatile uint32_t *word, uint32_t n);
/** restart_add_slowly() - the same with its window as wide as the 32-byte slot allows. */
uint32_t restart_add_slowly(volatile uint32_t *word, uint32_t n);
/** restart_clear_bits() - *word &= ~bits; returns the old value. */
uint32_t restart_clear_bits(volatile uint32_t *word, uint32_t bits);
/** restart_set_bits() - *word |= bits; returns the old value. */
uint32_t restart_set_bits(volatile uint32_t *word, uint32_t bits);

#endif /* GUEST_RESTART_H */
