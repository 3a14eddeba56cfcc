/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What fuzz targets have in common.  Each is a file x_fuzz.c with fuzz_one(), which make fuzz links
 * with libFuzzer and make unit with replay.c, which runs the inputs of tests/fuzz/corpus/x and some
 * of its own. What is wrong ends the program: a sanitizer, cmocka's assertions or FUZZ_CHECK.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FUZZ_CHECK(condition)                                                           \
    do {                                                                                \
        if (!(condition)) {                                                             \
            fprintf(stderr, "%s:%d: FUZZ_CHECK(%s)\n", __FILE__, __LINE__, #condition); \
            abort();                                                                    \
        }                                                                               \
    } while (0)

/* What is left of an input. */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

/** fuzz_take() - the next @count (at most 4) bytes, the first lowest; zeros after the end. */
static inline uint32_t fuzz_take(struct fuzz_input *in, unsigned int count) {
    uint32_t value = 0;

    for (unsigned int i = 0; i < count && in->left; i++, in->left--) {
        value |= (uint32_t)*in->at++ << (8 * i);
    }
    return value;
}

/** fuzz_one() - one input, from power-on to power-off. */
void fuzz_one(struct fuzz_input in);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* FUZZ_H */
