/* SPDX-License-Identifier: GPL-2.0-only */
/* Which blocks of the heap are free. */
#include "core/mm/block_map.h"

#include <stdbool.h>

#include "core/base/panic.h"

#define ALL UINT32_MAX

static uint32_t bit(unsigned int index) {
    return 1u << index % BLOCK_MAP_WORD_BITS;
}

/* The bits of a run in the word that it begins in. */
static uint32_t run_bits(unsigned int first, unsigned int count) {
    return count < BLOCK_MAP_WORD_BITS ? ((1u << count) - 1) << first % BLOCK_MAP_WORD_BITS : ALL;
}

static unsigned int words(unsigned int count) {
    return (count + BLOCK_MAP_WORD_BITS - 1) / BLOCK_MAP_WORD_BITS;
}

static void set_word(struct block_map *m, unsigned int w, uint32_t value) {
    uint32_t *has_free = &m->has_free[w / BLOCK_MAP_WORD_BITS];

    m->word[w] = value;
    *has_free = value ? *has_free | bit(w) : *has_free & ~bit(w);
}

void block_map_add(struct block_map *m, unsigned int first, unsigned int count) {
    uint32_t bits = run_bits(first, count);
    unsigned int w = first / BLOCK_MAP_WORD_BITS;

    for (unsigned int end = w + words(count); w < end; w++) {
        CHECK(!(m->word[w] & bits));
        set_word(m, w, m->word[w] | bits);
    }
}

void block_map_remove(struct block_map *m, unsigned int first, unsigned int count) {
    uint32_t bits = run_bits(first, count);
    unsigned int w = first / BLOCK_MAP_WORD_BITS;

    for (unsigned int end = w + words(count); w < end; w++) {
        CHECK((m->word[w] & bits) == bits);
        set_word(m, w, m->word[w] & ~bits);
    }
}

static unsigned int highest_bit(uint32_t word) {
    return BLOCK_MAP_WORD_BITS - 1 - (unsigned int)__builtin_clz(word);
}

unsigned int block_map_highest(const struct block_map *m) {
    unsigned int part = m->has_free[1] ? 1 : 0;
    unsigned int w = part * BLOCK_MAP_WORD_BITS + highest_bit(m->has_free[part]);

    return w * BLOCK_MAP_WORD_BITS + highest_bit(m->word[w]);
}

/* A bit for each multiple of @count, at most a word, below a word's end. */
static uint32_t run_places(unsigned int count) {
    uint32_t places = 1;

    for (unsigned int length = BLOCK_MAP_WORD_BITS / 2; length >= count; length /= 2) {
        places |= places << length;
    }
    return places;
}

/* A bit for each place in @word from which on @count bits are set. */
static uint32_t run_starts(uint32_t word, unsigned int count) {
    for (unsigned int length = 1; length < count; length *= 2) {
        word &= word >> length;
    }
    return word;
}

static unsigned int find_in_words(const struct block_map *m, unsigned int count) {
    uint32_t places = run_places(count);

    for (unsigned int w = 0; w < BLOCK_MAP_WORDS; w++) {
        uint32_t starts = m->word[w] ? run_starts(m->word[w], count) & places : 0;

        if (starts) {
            return w * BLOCK_MAP_WORD_BITS + (unsigned int)__builtin_ctz(starts);
        }
    }
    return 0;
}

static bool all_free(const struct block_map *m, unsigned int w, unsigned int count) {
    while (count && m->word[w] == ALL) {
        w++;
        count--;
    }
    return count == 0;
}

unsigned int block_map_find(const struct block_map *m, unsigned int count) {
    if (count <= BLOCK_MAP_WORD_BITS) {
        return find_in_words(m, count);
    }
    for (unsigned int w = 0; w < BLOCK_MAP_WORDS; w += words(count)) {
        if (all_free(m, w, words(count))) {
            return w * BLOCK_MAP_WORD_BITS;
        }
    }
    return 0;
}
