/* SPDX-License-Identifier: GPL-2.0-only */
/* See support_walker.h. */
#include "support_walker.h"

#include <arch/fake_mm.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arch.h"
#include "core/mm/heap.h"
#include "core/space/pt_table.h"

#define WORDS   (FAKE_HEAP_SIZE / 4)
#define GARBAGE 0xfffffffcu /* a fault, and not what memset() leaves */

static uint32_t seen[WORDS]; /* by a walk */
static uint32_t held[WORDS]; /* by the TLB, perhaps; 0: nothing */
static bool is_waiting[WORDS];
static uint32_t waiting[WORDS]; /* stored to, not visible yet */
static unsigned int waiting_count;
static uint32_t held_at[WORDS]; /* where held may not be 0 */
static unsigned int held_count;
static bool is_strict;

static uint32_t *word_at(uint32_t i) {
    return (uint32_t *)(void *)heap_region.base + i;
}

/* WORDS: not in the heap. */
static uint32_t index_of(const void *at) {
    uintptr_t offset = (uintptr_t)at - (uintptr_t)heap_region.base;

    return offset < FAKE_HEAP_SIZE ? (uint32_t)(offset / 4) : WORDS;
}

static enum pt_block_kind kind_of(uint32_t i) {
    return (enum pt_block_kind)pt_blocks[i / (HEAP_BLOCK_SIZE / 4)].kind;
}

static bool is_valid(uint32_t hw) {
    return (hw & 3u) != 0;
}

static void wait_for(uint32_t i) {
    if (!is_waiting[i]) {
        is_waiting[i] = true;
        waiting[waiting_count++] = i;
    }
}

static void check_table(uint32_t hw) {
    uint32_t table = arch_l1_table(hw);

    if (table) {
        uint32_t i = (table - heap_region.pa.v) / 4;

        assert_memory_equal(&seen[i], word_at(i), PT_L2_ENTRIES * sizeof(uint32_t));
    }
}

/* Two sizes, or two frames or memory types, for one address: the TLB might match both. */
static bool excludes(uint32_t i, uint32_t old, uint32_t hw) {
    if (kind_of(i) == PT_BLOCK_L1) {
        return arch_l1_is_section(old) != arch_l1_is_section(hw) ||
               (arch_l1_is_section(old) && ((old ^ hw) & ~FAKE_L1_WRITE) != 0);
    }
    return is_strict && ((old ^ hw) & ~FAKE_L2_WRITE) != 0;
}

static void on_write(uint32_t *entry, uint32_t hw) {
    uint32_t i = index_of(entry);

    if (i == WORDS) {
        return;
    }
    if (kind_of(i) == PT_BLOCK_L1) {
        check_table(hw);
    }
    assert_false(is_valid(hw) && is_valid(held[i]) && excludes(i, held[i], hw));
    wait_for(i);
}

static void on_publish(const void *table, size_t size) {
    for (uint32_t i = index_of(table), end = i + (uint32_t)(size / 4); i < end && i < WORDS; i++) {
        wait_for(i);
    }
}

static void on_sync(void) {
    for (unsigned int n = 0; n < waiting_count; n++) {
        uint32_t i = waiting[n];

        is_waiting[i] = false;
        seen[i] = *word_at(i);
        if (is_valid(seen[i])) {
            if (!held[i]) {
                held_at[held_count++] = i;
            }
            held[i] = seen[i];
        }
    }
    waiting_count = 0;
}

/* What can be walked may be back at once. */
static void on_flush(void) {
    unsigned int count = held_count;

    held_count = 0;
    for (unsigned int n = 0; n < count; n++) {
        uint32_t i = held_at[n];

        held[i] = kind_of(i) != PT_BLOCK_NONE && is_valid(seen[i]) ? seen[i] : 0;
        if (held[i]) {
            held_at[held_count++] = i;
        }
    }
}

void walker_start(void) {
    static const struct fake_mmu hooks = {
        .write = on_write, .publish = on_publish, .sync = on_sync, .flush = on_flush};

    for (uint32_t i = 0; i < WORDS; i++) {
        seen[i] = GARBAGE;
    }
    memset(held, 0, sizeof(held));
    memset(is_waiting, 0, sizeof(is_waiting));
    waiting_count = held_count = 0;
    is_strict = false;
    fake_mmu = &hooks;
}

void walker_strict(bool strict) {
    is_strict = strict;
}

void walker_check_visible(void) {
    assert_int_equal(waiting_count, 0);
}
