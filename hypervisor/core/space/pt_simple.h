/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The short way of an update, inline wherever updates are done: a fault or plain RAM with the
 * attributes that were used last, in the second-level table that was updated last.  Space lock
 * held.
 */
#ifndef CORE_PT_SIMPLE_H
#define CORE_PT_SIMPLE_H

#include <arch/atomic.h>

#include "core/space/pt_table.h"

#define PT_TABLE_OFFSETS 0x3fcu /* of entries in a second-level table */

/* What the short way needs, in registers. */
struct pt_fast {
    uintptr_t bias;         /* page_bias */
    const uint32_t *frames; /* the domain's RAM */
    uint32_t first, count;
    uint32_t attr;    /* pt_space.attr_raw */
    uint32_t changed; /* entries that were no faults, ORed */
};

static inline struct pt_fast pt_fast_of(const struct space *s) {
    return (struct pt_fast){
        .bias = page_bias,
        .frames = s->p2m.entry,
        .first = s->p2m.base.v,
        .count = s->p2m.count,
        .attr = s->pt.attr_raw,
        .changed = 0,
    };
}

/* Of what an entry of a domain's RAM says, of type 0. */
static inline uint32_t *references_of_ram(const struct pt_fast *f, uint32_t frame) {
    return &page_at(f->bias, frame)->count;
}

static inline uint32_t *references(const struct pt_fast *f, uint32_t frame) {
    return &page_of_ram(f->bias, frame >> PAGE_SHIFT)->count;
}

/* @table and @ptr added twice would be an addition and a register; this way it is how the entry is
 * addressed. */
static inline __attribute__((always_inline)) void write_entry(uintptr_t table, uint32_t ptr,
                                                              uint32_t hw) {
    __asm__("" : "+r"(ptr));
    arch_pte_write((uint32_t *)(table + ptr), hw);
}

/*
 * Store a simple entry: a fault, or plain RAM with the last attributes; in place of a fault, the
 * same frame, or a cached frame (RAM, then) that keeps another reference.  Returns false, and
 * changes nothing, if it is anything else.
 * @table + @ptr: where the entry is
 */
static inline __attribute__((always_inline)) bool pt_store_simple(struct pt_fast *f,
                                                                  uintptr_t table, uint32_t ptr,
                                                                  uint32_t raw) {
    uint32_t old = *(const uint32_t *)(table + ptr);
    uint32_t index, frame;

    /* Shifted where it is used, at no cost, rather than kept in one more register. */
    __asm__("" : "+r"(f->attr));
    if (__builtin_expect(raw << (32 - PAGE_SHIFT) == f->attr, 1)) {
        index = (raw >> PAGE_SHIFT) - f->first;
        if (index >= f->count) {
            return false;
        }
        frame = f->frames[index];
        /* Plain RAM is type 0, in the low byte. */
        if (__builtin_expect((old | frame << 24) == 0, 1)) {
            (void)arch_atomic_add(references_of_ram(f, frame), 1);
        } else if (frame & P2M_TYPE_MASK) {
            return false;
        } else {
            if ((old ^ frame) >> PAGE_SHIFT != 0) {
                if (!arch_l2_is_cached(old) || !arch_atomic_drop(references(f, old))) {
                    return false;
                }
                (void)arch_atomic_add(references_of_ram(f, frame), 1);
            }
            f->changed |= old;
        }
        write_entry(table, ptr, frame | f->attr >> (32 - PAGE_SHIFT) | ARCH_L2_ALWAYS);
    } else if (!arch_l2_is_fault(raw)) {
        return false;
    } else if (arch_l2_is_cached(old)) {
        if (!arch_atomic_drop(references(f, old))) {
            return false;
        }
        f->changed |= old;
        write_entry(table, ptr, 0);
    } else if (old) {
        return false;
    }
    return true;
}

/* One simple entry. */
static inline __attribute__((always_inline)) bool pt_store_one(const struct space *s,
                                                               uint32_t *entry, uint32_t raw) {
    struct pt_fast f = pt_fast_of(s);
    bool stored = pt_store_simple(&f, (uintptr_t)entry, 0, raw);

    arch_pte_changed(f.changed);
    return stored;
}

/* An address with the low bits of PT_NO_TABLE is in no table, whatever it looks like. */
static inline bool pt_is_in_last_table(const struct space *s, uint32_t ptr) {
    return (((ptr ^ s->pt.last_base) & ~PT_TABLE_OFFSETS) | (ptr & PT_NO_TABLE)) == 0;
}

static inline uint32_t *pt_last_table_entry(const struct space *s, uint32_t ptr) {
    return (uint32_t *)(void *)((char *)s->pt.last_table + (ptr & PT_TABLE_OFFSETS));
}

#endif /* CORE_PT_SIMPLE_H */
