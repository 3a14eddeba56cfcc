/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table entries of the fake machine: a format of its own, so that core cannot lean on a
 * real one.
 *   small page  31:12 frame, 4 writable, 3:2 memory, 1:0 = 0b10
 *   section     31:20 address, 10 writable, 8:5 domain, 3:2 memory, 1:0 = 0b10
 *   table       31:10 address, 8:5 domain, 1:0 = 0b01
 * Memory: 0 uncached, 1 write-combining, 2 write-through, 3 write-back; all other bits zero.
 */
#ifndef ARCH_PTE_H
#define ARCH_PTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCH_L2_ALWAYS    0u
#define FAKE_SMALL        0x2u
#define FAKE_SECTION      0x2u
#define FAKE_TABLE        0x1u
#define FAKE_MEMORY       0xcu
#define FAKE_CACHED       0x8u
#define FAKE_L2_WRITE     0x10u
#define FAKE_L1_WRITE     0x400u
#define FAKE_DOMAIN_SHIFT 5

/* How often stores to tables were made visible, how many took the place of an entry, and how many
 * bytes were published. */
extern unsigned int fake_pte_syncs, fake_pte_changes, fake_pte_published;

/* Who watches the stores to tables, before each, and what makes them visible or forgotten; NULL:
 * nobody. */
struct fake_mmu {
    void (*write)(uint32_t *entry, uint32_t hw);
    void (*publish)(const void *table, size_t size);
    void (*sync)(void);
    void (*flush)(void);
};
extern const struct fake_mmu *fake_mmu;

static inline uint32_t arch_l1_table(uint32_t hw) {
    return (hw & 3u) == FAKE_TABLE ? hw & ~0x3ffu : 0;
}

static inline bool arch_l1_is_section(uint32_t hw) {
    return (hw & 3u) == FAKE_SECTION;
}

static inline bool arch_l2_is_fault(uint32_t raw) {
    return (raw & 3u) == 0;
}

static inline uint32_t arch_l2_attr(uint32_t raw) {
    uint32_t attr = raw & 0xfffu;

    return (attr & ~(FAKE_MEMORY | FAKE_L2_WRITE)) == FAKE_SMALL ? attr : 0;
}

static inline bool arch_l2_is_writable(uint32_t hw) {
    return (hw & FAKE_L2_WRITE) != 0;
}

static inline bool arch_l2_is_cached(uint32_t hw) {
    return (hw & FAKE_MEMORY) == FAKE_MEMORY;
}

static inline uint32_t arch_l2_foreign(uint32_t attr) {
    return arch_l2_is_cached(attr) ? (attr & ~FAKE_MEMORY) | FAKE_CACHED : attr;
}

static inline uint32_t arch_l2_shared(uint32_t attr) {
    return attr & ~FAKE_MEMORY;
}

static inline uint32_t arch_l2_device(uint32_t attr) {
    return attr & FAKE_CACHED ? arch_l2_shared(attr) : attr;
}

static inline uint32_t arch_l2_readonly(uint32_t attr) {
    return attr & ~FAKE_L2_WRITE;
}

static inline void arch_pte_write(uint32_t *entry, uint32_t hw) {
    if (fake_mmu) {
        fake_mmu->write(entry, hw);
    }
    *entry = hw;
}

static inline void arch_pte_changed(uint32_t old) {
    fake_pte_changes += old != 0;
}

static inline void arch_pte_publish(const void *table, size_t size) {
    fake_pte_published += (unsigned int)size;
    if (fake_mmu) {
        fake_mmu->publish(table, size);
    }
}

static inline void arch_pte_sync(void) {
    fake_pte_syncs++;
    if (fake_mmu) {
        fake_mmu->sync();
    }
}

#endif /* ARCH_PTE_H */
