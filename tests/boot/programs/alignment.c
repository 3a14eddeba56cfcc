/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unaligned loads and stores, which the kernel fixes up (alignment.c of Linux) when
 * /proc/cpu/alignment says 2; the caller of this program sees to that.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint8_t bytes[32] __attribute__((aligned(8)));

static uint32_t load(const void *from) {
    uint32_t value;

    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(from) : "memory");
    return value;
}

static uint32_t load_half(const void *from) {
    uint32_t value;

    __asm__ volatile("ldrh %0, [%1]" : "=r"(value) : "r"(from) : "memory");
    return value;
}

static void store(void *to, uint32_t value) {
    __asm__ volatile("str %1, [%0]" : : "r"(to), "r"(value) : "memory");
}

static uint32_t load_two(const void *from) {
    register uint32_t first __asm__("r4");
    register uint32_t second __asm__("r5");

    __asm__ volatile("ldmia %2, {r4, r5}" : "=r"(first), "=r"(second) : "r"(from) : "memory");
    return first ^ second;
}

static uint32_t word_at(unsigned int offset) {
    uint32_t value;

    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

int main(void) {
    int wrong = 0;

    for (unsigned int i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 29 + 3);
    }
    for (unsigned int i = 1; i < 8; i++) {
        wrong += load(bytes + i) != word_at(i);
        wrong += load_half(bytes + i) != (word_at(i) & 0xffff);
        wrong += load_two(bytes + i) != (word_at(i) ^ word_at(i + 4));
        store(bytes + i + 16, 0x12345678u + i);
        wrong += word_at(i + 16) != 0x12345678u + i;
    }
    printf(wrong ? "abi: alignment FAILED (%d)\n" : "abi: alignment ok\n", wrong);
    return wrong != 0;
}
