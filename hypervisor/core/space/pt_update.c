/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's changes to its tables.
 *
 * A kernel makes them in runs: entries of one second-level table, the same attributes, its
 * own plain RAM.  store_simple() does nothing but these, in some two dozen instructions
 * each; anything else takes the long way (pt_entry.c, pt_l1.c), which knows all the rules.
 */
#include "core/space/pt_update.h"

#include "core/device/device.h"
#include "core/space/pt_table.h"
#include "core/space/space.h"
#include "core/time/preempt.h"

#define TABLE_OFFSETS 0x3fcu /* of entries in a second-level table */

_Static_assert(PT_WORK_MAX > PT_WORK_L1, "each look is followed by progress");

/* An address that ends a run. */
#define IN_NO_TABLE (~0u)

/* What the short way needs, in registers. */
struct fast {
    uintptr_t bias;         /* page_bias */
    const uint32_t *frames; /* the domain's RAM */
    uint32_t first, count;
    uint32_t attr;    /* pt_space.attr_raw */
    uint32_t changed; /* entries that were no faults, ORed */
};

static inline struct fast fast_of(const struct space *s) {
    return (struct fast){
        .bias = page_bias,
        .frames = s->p2m.entry,
        .first = s->p2m.base,
        .count = s->p2m.count,
        .attr = s->pt.attr_raw,
        .changed = 0,
    };
}

/* Of what an entry of a domain's RAM says, of type 0. */
static inline uint32_t *references_of_ram(const struct fast *f, uint32_t frame) {
    return &page_at(f->bias, frame)->count;
}

static inline uint32_t *references(const struct fast *f, uint32_t frame) {
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
static inline __attribute__((always_inline)) bool store_simple(struct fast *f, uintptr_t table,
                                                               uint32_t ptr, uint32_t raw) {
    uint32_t old = *(const uint32_t *)(table + ptr);
    uint32_t index, frame;

    /* Shifted where it is used, at no cost, rather than kept in one more register. */
    __asm__("" : "+r"(f->attr));
    if (raw << (32 - PAGE_SHIFT) == f->attr) {
        index = (raw >> PAGE_SHIFT) - f->first;
        if (index >= f->count) {
            return false;
        }
        frame = f->frames[index];
        /* Plain RAM is type 0, in the low byte. */
        if (__builtin_expect((old | frame << 24) == 0, 1)) {
            ++*references_of_ram(f, frame);
        } else if (frame & P2M_TYPE_MASK) {
            return false;
        } else {
            if ((old ^ frame) >> PAGE_SHIFT != 0) {
                if (!arch_l2_is_cached(old) || *references(f, old) == 1) {
                    return false;
                }
                --*references(f, old);
                ++*references_of_ram(f, frame);
            }
            f->changed |= old;
        }
        write_entry(table, ptr, frame | f->attr >> (32 - PAGE_SHIFT) | ARCH_L2_ALWAYS);
    } else if (!arch_l2_is_fault(raw)) {
        return false;
    } else if (arch_l2_is_cached(old)) {
        if (*references(f, old) == 1) {
            return false;
        }
        --*references(f, old);
        f->changed |= old;
        write_entry(table, ptr, 0);
    } else if (old) {
        return false;
    }
    return true;
}

/* One simple entry. */
static inline __attribute__((always_inline)) bool store_one(const struct space *s, uint32_t *entry,
                                                            uint32_t raw) {
    struct fast f = fast_of(s);
    bool stored = store_simple(&f, (uintptr_t)entry, 0, raw);

    arch_pte_changed(f.changed);
    return stored;
}

/*
 * Updates from @u on as long as they are simple and in the domain's last table.  Returns the first
 * that is not: at the latest one of IN_NO_TABLE.
 */
static __attribute__((noinline)) struct guest_update *run(const struct space *s,
                                                          struct guest_update *u) {
    const uint32_t base = s->pt.last_base;
    /* To be added to the guest's address: no need to take the offset out of it. */
    const uintptr_t table = (uintptr_t)s->pt.last_table - base;
    struct fast f = fast_of(s);

    for (;; u++) {
        if (((u->ptr ^ base) & ~TABLE_OFFSETS) || !store_simple(&f, table, u->ptr, u->val)) {
            if (f.changed) {
                arch_pte_changed(f.changed);
            }
            return u;
        }
    }
}

/* The same, up to @end and with looks in between; if it is time to give way, pt.work says so. */
static struct guest_update *run_all(struct space *s, struct guest_update *u,
                                    struct guest_update *end) {
    uint32_t room = PT_WORK_MAX - s->pt.work;

    for (;;) {
        struct guest_update *stop = (uint32_t)(end - u) > room ? u + room : end;
        const struct guest_update *from = u;
        uint32_t saved = stop->ptr;

        stop->ptr = IN_NO_TABLE;
        u = run(s, u);
        stop->ptr = saved;
        if (u == end || u != stop) {
            s->pt.work = PT_WORK_MAX - room + (uint32_t)(u - from);
            return u;
        }
        /* For interrupts alone: a run makes no vCPU runnable, and stops none. */
        if (devices.intc->pending()) {
            s->pt.work = PT_WORK_MAX;
            return u;
        }
        room = PT_WORK_MAX;
    }
}

/*
 * An entry of a registered first-level table, unless the table is being dropped.  If that drops a
 * second-level table, @alone says whether the call has done nothing else: then -XEN_EAGAIN until all
 * of it is gone, and the update is made once more, which changes nothing.
 */
static int update_l1(struct space *s, const struct page_info *page, uint32_t ptr, uint32_t val,
                     bool alone) {
    uint32_t offset = ptr & (HEAP_BLOCK_SIZE - 1);
    int error = 0;

    if (s->pt.dropping) {
        pt_drop_step(s);
        return -XEN_EAGAIN;
    }
    if (!pt_blocks[page->l1].dying) {
        error = pt_set_l1(s, page->l1, offset / (uint32_t)sizeof(uint32_t), val);
    }
    if (alone && s->pt.dropping) {
        pt_drop_step(s);
        return s->pt.dropping ? -XEN_EAGAIN : error;
    }
    return error;
}

/*
 * What table is @ptr in?  Makes it the last table and returns 1 if it is a second-level table; does
 * the update if it is a first-level table; 0 also if it is no registered table: nothing to do;
 * -XEN_EAGAIN from update_l1().
 */
static __attribute__((noinline)) int find_table(struct space *s, uint32_t ptr, uint32_t val,
                                                bool alone) {
    const struct page_info *page;
    uint16_t unit;

    if (ptr % sizeof(uint32_t) != MMU_NORMAL_PT_UPDATE) {
        return -XEN_EINVAL;
    }
    page = pt_home(s, gfn(ptr >> PAGE_SHIFT));
    if (!page) {
        return -XEN_EPERM;
    }
    if (page->type == PAGE_L1) {
        return update_l1(s, page, ptr, val, alone);
    }
    unit = page->type == PAGE_L2 ? page->l2[ptr >> PT_UNIT_SHIFT & (PAGE_TABLES - 1)] : 0;
    if (!unit) {
        return 0;
    }
    s->pt.last_base = ptr & ~TABLE_OFFSETS;
    s->pt.last_table = pt_unit_write(unit);
    return 1;
}

/* An address with the low bits of PT_NO_TABLE is in no table, whatever it looks like. */
static inline bool is_in_last_table(const struct space *s, uint32_t ptr) {
    return (((ptr ^ s->pt.last_base) & ~TABLE_OFFSETS) | (ptr & PT_NO_TABLE)) == 0;
}

static inline uint32_t *last_table_entry(const struct space *s, uint32_t ptr) {
    return (uint32_t *)(void *)((char *)s->pt.last_table + (ptr & TABLE_OFFSETS));
}

/* One update, by the long way. */
static __attribute__((noinline)) int update_any(struct space *s, uint32_t ptr, uint32_t val,
                                                bool alone) {
    int rc = is_in_last_table(s, ptr) ? 1 : find_table(s, ptr, val, alone);

    return rc <= 0 ? rc : pt_set_l2(s, last_table_entry(s, ptr), val);
}

int pt_update_one(struct space *s, uint32_t ptr, uint32_t val) {
    if (is_in_last_table(s, ptr) && store_one(s, last_table_entry(s, ptr), val)) {
        return 0;
    }
    return update_any(s, ptr, val, true);
}

/* One that run_all() did not take: not unless there is time for it before the next look. */
static int long_update(struct space *s, const struct guest_update *u) {
    if (s->pt.work + PT_WORK_L1 > PT_WORK_MAX) {
        s->pt.work = PT_WORK_MAX;
        return -XEN_EAGAIN;
    }
    s->pt.work += PT_WORK_ONE;
    return update_any(s, u->ptr, u->val, false);
}

/* A part of the table that the last update dropped: it has the time between two looks for itself. */
static void drop_step(struct space *s) {
    if (s->pt.work == 0) {
        pt_drop_step(s);
    }
    s->pt.work = PT_WORK_MAX;
}

uint32_t pt_update_list(struct space *s, struct guest_update *u, uint32_t count, int *error) {
    const struct guest_update *start = u;
    struct guest_update *end = u + count;
    int rc = 0;

    while (rc == 0 && (u != end || s->pt.dropping)) {
        const struct guest_update *from = u;

        if (pt_should_stop(s)) {
            rc = -XEN_EAGAIN;
        } else if (s->pt.dropping) {
            drop_step(s);
        } else if (is_in_last_table(s, u->ptr) && (u = run_all(s, u, end)) != from) {
            continue; /* some were simple */
        } else if ((rc = long_update(s, u)) == 0) {
            u++;
        } else if (rc == -XEN_EAGAIN) {
            rc = 0;
        }
    }
    *error = rc;
    return (uint32_t)(u - start);
}

/* The second-level table of the guest's that maps @va for vCPU @vcpu; 0: there is none. */
static inline uint16_t unit_of_va(const struct space *s, unsigned int vcpu, gvaddr_t va) {
    uint16_t block = s->pt.vcpu_l1[vcpu];
    uint32_t table;
    uint16_t unit;

    if (!block) {
        return 0; /* on the flat table, which has sections alone */
    }
    table = arch_l1_table(pt_block_table(block)[va.v >> MIB_SHIFT]);
    unit = table ? pt_unit_at(table) : 0;
    return pt_units[unit].state == PT_UNIT_GUEST ? unit : 0;
}

int pt_update_va(struct space *s, unsigned int vcpu, gvaddr_t va, uint32_t val) {
    uint16_t unit = unit_of_va(s, vcpu, va);
    uint32_t *entry;

    if (!unit) {
        return -XEN_EINVAL;
    }
    entry = &pt_unit_write(unit)[va.v >> PAGE_SHIFT & (PT_L2_ENTRIES - 1)];
    return store_one(s, entry, val) ? 0 : pt_set_l2(s, entry, val);
}
