/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which blocks of the heap are free: a bit for each, and a bit for each word of them that has one.
 * Every operation looks at each word once at most, so that none takes long whatever is free.
 * A run is a power of two of blocks, and begins at a multiple of its length.
 */
#ifndef CORE_BLOCK_MAP_H
#define CORE_BLOCK_MAP_H

#include <stdint.h>

#define BLOCK_MAP_WORD_BITS 32u
#define BLOCK_MAP_WORDS     64u
#define BLOCK_MAP_MAX       (BLOCK_MAP_WORDS * BLOCK_MAP_WORD_BITS)

struct block_map {
    uint32_t has_free[BLOCK_MAP_WORDS / BLOCK_MAP_WORD_BITS]; /* words that are not 0 */
    uint32_t word[BLOCK_MAP_WORDS];
};

/** block_map_add() - the run of @count blocks from @first is free now.  None of it may be. */
void block_map_add(struct block_map *m, unsigned int first, unsigned int count);

/** block_map_remove() - the run of @count blocks from @first, all of it free, is not any more. */
void block_map_remove(struct block_map *m, unsigned int first, unsigned int count);

/** block_map_highest() - the free block with the highest number.  There must be one. */
unsigned int block_map_highest(const struct block_map *m);

/**
 * block_map_find() - the first block of the lowest free run of @count.
 * Returns 0 if there is none: block 0 itself is never free.
 */
unsigned int block_map_find(const struct block_map *m, unsigned int count);

#endif /* CORE_BLOCK_MAP_H */
