/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory maps and page faults: as lmbench's lat_mmap and lat_pagefault. */
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define PAGE  4096u
#define PAGES 64u

static volatile char *page;
static int file;

static void touch(volatile char *memory, unsigned long pages) {
    for (unsigned long i = 0; i < pages; i++) {
        memory[i * PAGE] = 1;
    }
}

static void run_mmap(unsigned long n) {
    while (n--) {
        munmap(bench_memory(PAGES * PAGE, 0), PAGES * PAGE);
    }
}

static void run_mmap_touch(unsigned long n) {
    while (n--) {
        void *memory = bench_memory(PAGES * PAGE, 0);

        touch(memory, PAGES);
        munmap(memory, PAGES * PAGE);
    }
}

static void prepare_page(void) {
    page = bench_memory(PAGE, 0);
    *page = 1;
}

static void end_page(void) {
    munmap((void *)page, PAGE);
}

/* There and back: two calls a round. */
static void run_mprotect(unsigned long n) {
    while (n--) {
        bench_check("mprotect", mprotect((void *)page, PAGE, PROT_READ));
        bench_check("mprotect", mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE));
    }
}

static uint64_t timed_touch(volatile char *memory, unsigned long pages) {
    uint64_t start = bench_now();

    touch(memory, pages);
    return bench_now() - start;
}

static uint64_t measure_anonymous(unsigned long rounds) {
    void *memory = bench_memory(rounds * PAGE, 0);
    uint64_t took = timed_touch(memory, rounds);

    munmap(memory, rounds * PAGE);
    return took;
}

static void make_file(void) {
    file = (int)bench_check("/tmp/file", open("/tmp/file", O_RDWR | O_CREAT | O_TRUNC, 0600));
    bench_check("ftruncate", ftruncate(file, 512 * PAGE));
}

static void remove_file(void) {
    close(file);
    unlink("/tmp/file");
}

/* Stores to a file's pages that are in the cache already (the first batch puts them there). */
static uint64_t measure_shared(unsigned long rounds) {
    void *memory = mmap(NULL, rounds * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    uint64_t took;

    bench_check("mmap", memory == MAP_FAILED ? -1 : 0);
    took = timed_touch(memory, rounds);
    munmap(memory, rounds * PAGE);
    return took;
}

const struct bench_op ops_memory[] = {
    {.name = "mmap_64", .rounds = 500, .run = run_mmap},
    {.name = "mmap_64_touch", .rounds = 12, .run = run_mmap_touch},
    {"mprotect", 500, prepare_page, run_mprotect, NULL, end_page},
    {.name = "page_anonymous", .rounds = 512, .measure = measure_anonymous},
    {"page_shared", 512, make_file, NULL, measure_shared, remove_file},
    {.name = NULL},
};
