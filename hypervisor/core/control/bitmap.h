/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bitmaps of CPUs and nodes in toolstacks' calls (struct xenctl_bitmap): as many bits as the
 * toolstack says, of which the machine has some.
 */
#ifndef CORE_BITMAP_H
#define CORE_BITMAP_H

#include <stdbool.h>

#include "core/base/abi.h"

/* Longest bitmap, in bits: far more than there are CPUs. */
#define BITMAP_BITS_MAX 1024u

/** bitmap_is_null() - has @map no place? */
static inline bool bitmap_is_null(const struct xenctl_bitmap *map) {
    return map->bitmap.q == 0;
}

/** bitmap_get() - the first 32 bits of @map.  0 and *@bits, -EFAULT, -EINVAL (too long). */
int bitmap_get(const struct xenctl_bitmap *map, uint32_t *bits);

/** bitmap_put() - @bits, and zeroes after them.  Returns the same. */
int bitmap_put(const struct xenctl_bitmap *map, uint32_t bits);

#endif /* CORE_BITMAP_H */
