/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What user code has from ARMv6K on: exclusive loads, big-endian data, the GE flags, thread
 * registers, unaligned accesses, barriers.  All of it lasts across system calls, faults and other
 * processes.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE      4096u
#define ROUNDS    200u
#define PROCESSES 3u
#define ADDS      20000u

/* A system call between two instructions that have to fit together. */
#define YIELD     "mov r7, %[yield]\n\tsvc #0\n\t"

static char *fresh_pages(unsigned int count, int flags) {
    void *pages = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

    return pages == MAP_FAILED ? NULL : pages;
}

/* The store faults in big-endian state: the kernel is little-endian, and goes back to big. */
static int big_endian(void) {
    char *page = fresh_pages(ROUNDS, MAP_PRIVATE);

    for (unsigned int i = 0; page && i < ROUNDS; i++, page += PAGE) {
        __asm__ volatile("setend be\n\t"
                         "str %0, [%1]\n\t"
                         "setend le"
                         :
                         : "r"(0x11223300u | i), "r"(page)
                         : "memory");
        if (*(volatile uint32_t *)page != __builtin_bswap32(0x11223300u | i)) {
            return 1;
        }
    }
    return page == NULL;
}

/* SEL takes the bytes of @yes where the addition carried. */
static int greater_or_equal(void) {
    for (unsigned int i = 0; i < ROUNDS; i++) {
        uint32_t result, sum;

        __asm__ volatile("uadd8 %[sum], %[a], %[b]\n\t" YIELD "sel %[result], %[yes], %[no]"
                         : [sum] "=&r"(sum), [result] "=r"(result)
                         : [a] "r"(0xff01ff01u), [b] "r"(0x01010101u), [yes] "r"(0x11111111u),
                           [no] "r"(0x22222222u), [yield] "I"(SYS_sched_yield)
                         : "r0", "r7", "cc", "memory");
        if (result != 0x11221122u) {
            return 1;
        }
    }
    return 0;
}

static void add_one(uint32_t *word) {
    uint32_t value, failed;

    do {
        __asm__ volatile("ldrex %0, [%2]\n\t"
                         "add %0, %0, #1\n\t"
                         "strex %1, %0, [%2]"
                         : "=&r"(value), "=&r"(failed)
                         : "r"(word)
                         : "memory");
    } while (failed);
}

/* The register that user code writes is each process's own; the other one is what the helper
 * says. */
static int thread_registers(uint32_t mine) {
    uint32_t (*const get_tls)(void) = (uint32_t(*)(void))0xffff0fe0;
    uint32_t own, pointer;

    __asm__ volatile("mcr p15, 0, %1, c13, c0, 2\n\t" YIELD "mrc p15, 0, %0, c13, c0, 2"
                     : "=&r"(own)
                     : "r"(mine), [yield] "I"(SYS_sched_yield)
                     : "r0", "r7", "memory");
    __asm__ volatile("mrc p15, 0, %0, c13, c0, 3" : "=r"(pointer));
    return own != mine || pointer != get_tls();
}

static int child(uint32_t *counter, uint32_t id) {
    int failed = 0;

    for (unsigned int i = 0; i < ADDS; i++) {
        add_one(counter);
    }
    for (unsigned int i = 0; i < ROUNDS; i++) {
        failed |= thread_registers(id << 16 | i);
    }
    return failed;
}

static int processes(void) {
    uint32_t *counter = (uint32_t *)fresh_pages(1, MAP_SHARED);
    int failed = 0, status;

    for (unsigned int i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            _exit(child(counter, i));
        }
    }
    for (unsigned int i = 0; i < PROCESSES; i++) {
        wait(&status);
        failed |= status != 0;
    }
    return failed || *counter != PROCESSES * ADDS;
}

/* Across a line and across a page. */
static int unaligned(void) {
    char *pages = fresh_pages(2, MAP_PRIVATE);
    uint32_t value = 0;

    for (unsigned int at = PAGE - 3; at < PAGE; at++) {
        __asm__ volatile("str %1, [%2]\n\tldr %0, [%2]"
                         : "=&r"(value)
                         : "r"(0xa1b2c3d4u + at), "r"(pages + at)
                         : "memory");
        if (value != 0xa1b2c3d4u + at || pages[at] != (char)(0xd4u + at)) {
            return 1;
        }
    }
    return 0;
}

/* CP15's own, which ARMv7 still has. */
static int barriers(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c10, 5\n\t"
                     "mcr p15, 0, %0, c7, c10, 4\n\t"
                     "mcr p15, 0, %0, c7, c5, 4"
                     :
                     : "r"(0)
                     : "memory");
    return 0;
}

int main(void) {
    unsigned int failed = (unsigned int)(big_endian() | greater_or_equal() << 1 | processes() << 2 |
                                         unaligned() << 3 | barriers() << 4);

    printf(failed ? "abi: armv6 FAILED (%x)\n" : "abi: armv6 ok\n", failed);
    return failed != 0;
}
