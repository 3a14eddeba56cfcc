/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a fuzz target without libFuzzer: the inputs kept in tests/fuzz/corpus/<target>, each also
 * cut short and with bytes changed, always the same ones, and inputs of pseudo-random bytes.
 */
#include <dirent.h>
#include <libgen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz.h"

#define INPUT_MAX 16384u
#define VARIANTS  20u
#define RANDOM    100u

static const char *program;

/* xorshift32 (Marsaglia 2003): the same on every machine. */
static uint32_t next_random(void) {
    static uint32_t x = 20261127;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

/* In a block of exactly its size. */
static void run(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size + (size == 0));

    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_variants(const uint8_t *data, size_t size) {
    static uint8_t changed[INPUT_MAX];

    for (unsigned int i = 0; i < VARIANTS && size; i++) {
        memcpy(changed, data, size);
        changed[next_random() % size] ^= (uint8_t)(1u << next_random() % 8);
        changed[next_random() % size] = (uint8_t)next_random();
        run(changed, i % 4 ? size : next_random() % size);
    }
}

static size_t read_file(const char *path, uint8_t *data) {
    FILE *file = fopen(path, "rb");
    size_t size;

    assert_non_null(file);
    size = fread(data, 1, INPUT_MAX, file);
    fclose(file);
    return size;
}

static void corpus_passes(void **state) {
    static uint8_t data[INPUT_MAX];
    char path[512], copy[256];
    struct dirent **entries;

    (void)state;
    snprintf(copy, sizeof(copy), "%s", program);
    snprintf(path, sizeof(path), "tests/fuzz/corpus/%s", basename(copy));
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            char name[1024];

            snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
            size_t size = read_file(name, data);
            run(data, size);
            run_variants(data, size);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

static void random_bytes_pass(void **state) {
    uint8_t data[600];

    (void)state;
    for (unsigned int i = 0; i < RANDOM; i++) {
        for (size_t k = 0; k < sizeof(data); k++) {
            data[k] = (uint8_t)next_random();
        }
        run(data, next_random() % sizeof(data));
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus_passes),
        cmocka_unit_test(random_bytes_pass),
    };

    (void)argc;
    program = argv[0];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
