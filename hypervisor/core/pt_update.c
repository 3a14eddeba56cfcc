/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmu_update and update_va_mapping: a guest's changes to its tables.
 *
 * A kernel makes them in runs: entries of one second-level table, the same attributes, its
 * own plain RAM.  store_simple() does nothing but these, in some two dozen instructions
 * each; anything else takes the long way (pt_entry.c, pt_l1.c), which knows all the rules.
 */
#include "core/domain.h"
#include "core/guest_access.h"
#include "core/hypercall.h"
#include "core/pt_table.h"
#include "core/vcpu.h"

#define BATCH         88u /* updates copied at a time */
#define UPDATE_SIZE   ((uint32_t)sizeof(struct mmu_update))
#define CONTINUED     0x80000000u /* in count: *done holds what was done before */
#define TABLE_OFFSETS 0x3fcu      /* of entries in a second-level table */

_Static_assert(sizeof(struct mmu_update) == 16, "public ABI");

/* Ends a batch: an address that is in no table. */
#define SENTINEL \
    { .ptr = ~0u, .val = 0 }

/* What the short way needs, in registers. */
struct fast {
    uintptr_t bias;         /* page_bias */
    const uint32_t *frames; /* the domain's RAM */
    uint32_t first, count;
    uint32_t attr;    /* pt_domain.attr_raw */
    uint32_t changed; /* entries that were no faults, ORed */
};

static inline struct fast fast_of(const struct domain *d) {
    return (struct fast){
        .bias = page_bias,
        .frames = d->p2m.entry,
        .first = d->p2m.base,
        .count = d->p2m.count,
        .attr = d->pt.attr_raw,
        .changed = 0,
    };
}

static inline uint32_t *references(const struct fast *f, uint32_t frame) {
    return &page_of_ram(f->bias, frame >> PAGE_SHIFT)->count;
}

/*
 * Store a simple entry: a fault, or plain RAM with the last attributes; in place of a fault, the
 * same frame, or a cached frame (RAM, then) that keeps another reference.  Returns false, and
 * changes nothing, if it is anything else.
 */
static inline __attribute__((always_inline)) bool store_simple(struct fast *f, uint32_t *entry,
                                                               uint32_t raw) {
    uint32_t old = *entry;
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
            ++*references(f, frame);
        } else if (frame & P2M_TYPE_MASK) {
            return false;
        } else {
            if ((old ^ frame) >> PAGE_SHIFT != 0) {
                if (!arch_l2_is_cached(old) || *references(f, old) == 1) {
                    return false;
                }
                --*references(f, old);
                ++*references(f, frame);
            }
            f->changed |= old;
        }
        arch_pte_write(entry, frame | f->attr >> (32 - PAGE_SHIFT) | ARCH_L2_ALWAYS);
    } else if (!arch_l2_is_fault(raw)) {
        return false;
    } else if (arch_l2_is_cached(old)) {
        if (*references(f, old) == 1) {
            return false;
        }
        --*references(f, old);
        f->changed |= old;
        arch_pte_write(entry, 0);
    } else if (old) {
        return false;
    }
    return true;
}

/* One simple entry. */
static inline __attribute__((always_inline)) bool store_one(const struct domain *d, uint32_t *entry,
                                                            uint32_t raw) {
    struct fast f = fast_of(d);
    bool stored = store_simple(&f, entry, raw);

    arch_pte_changed(f.changed);
    return stored;
}

/*
 * Updates from @u on as long as they are simple and in the domain's last table.  Returns the first
 * that is not: at the latest the sentinel, which lies in no table.
 */
static __attribute__((noinline)) const struct guest_update *run(const struct domain *d,
                                                                const struct guest_update *u) {
    const uint32_t base = d->pt.last_base;
    char *const table = (char *)d->pt.last_table;
    struct fast f = fast_of(d);

    for (;; u++) {
        uint32_t offset = u->ptr ^ base;

        if ((offset & ~TABLE_OFFSETS) ||
            !store_simple(&f, (uint32_t *)(void *)(table + offset), u->val)) {
            arch_pte_changed(f.changed);
            return u;
        }
    }
}

/* An entry of a registered first-level table, unless the table is being dropped. */
static int update_l1(struct domain *d, const struct page_info *page, uint32_t ptr, uint32_t val) {
    uint32_t offset = ptr & (HEAP_BLOCK_SIZE - 1);

    if (pt_blocks[page->l1].dying) {
        return 0;
    }
    return pt_set_l1(d, page->l1, offset / (uint32_t)sizeof(uint32_t), val);
}

/*
 * What table is @ptr in?  Makes it the last table and returns 1 if it is a second-level table; does
 * the update if it is a first-level table; 0 also if it is no registered table: nothing to do.
 */
static __attribute__((noinline)) int find_table(struct domain *d, uint32_t ptr, uint32_t val) {
    const struct page_info *page;
    uint16_t unit;

    if (ptr % sizeof(uint32_t) != MMU_NORMAL_PT_UPDATE) {
        return -XEN_EINVAL;
    }
    page = pt_home(d, gfn(ptr >> PAGE_SHIFT));
    if (!page) {
        return -XEN_EPERM;
    }
    if (page->type == PAGE_L1) {
        return update_l1(d, page, ptr, val);
    }
    unit = page->type == PAGE_L2 ? page->l2[ptr >> PT_UNIT_SHIFT & (PAGE_TABLES - 1)] : 0;
    if (!unit) {
        return 0;
    }
    d->pt.last_base = ptr & ~TABLE_OFFSETS;
    d->pt.last_table = pt_unit_write(unit);
    return 1;
}

/* An address with the low bits of PT_NO_TABLE is in no table, whatever it looks like. */
static inline bool is_in_last_table(const struct domain *d, uint32_t ptr) {
    return (((ptr ^ d->pt.last_base) & ~TABLE_OFFSETS) | (ptr & PT_NO_TABLE)) == 0;
}

static inline uint32_t *last_table_entry(const struct domain *d, uint32_t ptr) {
    return (uint32_t *)(void *)((char *)d->pt.last_table + (ptr & TABLE_OFFSETS));
}

/* One update, by the long way. */
static __attribute__((noinline)) int update_any(struct domain *d, uint32_t ptr, uint32_t val) {
    int rc = is_in_last_table(d, ptr) ? 1 : find_table(d, ptr, val);

    return rc <= 0 ? rc : pt_set_l2(d, last_table_entry(d, ptr), val);
}

/* One update, whatever it is. */
static inline __attribute__((always_inline)) int update_one(struct domain *d, uint32_t ptr,
                                                            uint32_t val) {
    if (is_in_last_table(d, ptr) && store_one(d, last_table_entry(d, ptr), val)) {
        return 0;
    }
    return update_any(d, ptr, val);
}

/*
 * Do the updates of [@u, @end), where @end is a sentinel, or as many as are enough work.  Returns how
 * many; *@error is what the next one got.
 */
static uint32_t apply(struct domain *d, const struct guest_update *u,
                      const struct guest_update *end, int *error) {
    const struct guest_update *start = u;

    while (u != end && d->pt.work < PT_WORK_MAX) {
        if (is_in_last_table(d, u->ptr)) {
            const struct guest_update *from = u;

            u = run(d, u);
            d->pt.work += (uint32_t)(u - from);
            if (u != from) {
                continue;
            }
        }
        d->pt.work += PT_WORK_ONE;
        *error = update_one(d, u->ptr, u->val);
        if (*error) {
            break;
        }
        u++;
    }
    return (uint32_t)(u - start);
}

static int put_done(gvaddr_t where, uint32_t before, uint32_t done) {
    uint32_t total = before + done;

    return where.v ? copy_to_guest(where, &total, sizeof(total)) : 0;
}

/* Updates from @from on until all @count are done, one fails or it is time for an interrupt. */
static uint32_t update(struct domain *d, gvaddr_t from, uint32_t count, int *error) {
    struct guest_update batch[BATCH + 1];
    uint32_t done = 0;

    d->pt.work = 0;
    do {
        uint32_t n = count - done < BATCH ? count - done : BATCH;
        int valid = copy_updates_from_guest(batch, gvaddr(from.v + done * UPDATE_SIZE), n);
        uint32_t applied;

        if (valid < 0) {
            *error = valid;
            break;
        }
        batch[valid] = (struct guest_update)SENTINEL;
        spin_lock(&d->lock);
        applied = apply(d, batch, batch + valid, error);
        spin_unlock(&d->lock);
        done += applied;
        if (*error == 0 && applied == (uint32_t)valid && applied < n) {
            *error = -XEN_EINVAL;
        }
    } while (*error == 0 && done < count && !pt_should_stop(d));
    arch_pte_sync();
    return done;
}

static __attribute__((noinline)) int32_t update_many(struct vcpu *v,
                                                     uint32_t args[HYPERCALL_ARGS]) {
    uint32_t count = args[1] & ~CONTINUED;
    gvaddr_t where = gvaddr(args[2]);
    uint32_t before = 0;
    uint32_t done = 0;
    int error = 0;

    if ((args[1] & CONTINUED) && where.v && copy_from_guest(&before, where, sizeof(before))) {
        return -XEN_EFAULT;
    }
    if (count) {
        done = update(v->domain, gvaddr(args[0]), count, &error);
    }
    if (where.v && put_done(where, before, done)) {
        return -XEN_EFAULT;
    }
    if (error || done == count) {
        return error;
    }
    args[0] += done * UPDATE_SIZE;
    args[1] = (count - done) | CONTINUED;
    return HYPERCALL_AGAIN;
}

int32_t do_mmu_update(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct guest_update u;

    if (args[3] != DOMID_SELF) {
        return -XEN_EPERM;
    }
    if (args[1] == 1 && args[2] == 0 && copy_update_from_guest(&u, gvaddr(args[0])) == 0) {
        struct domain *d = v->domain;
        int error;

        spin_lock(&d->lock);
        error = update_one(d, u.ptr, u.val);
        spin_unlock(&d->lock);
        arch_pte_sync();
        return error;
    }
    return update_many(v, args);
}

int32_t do_pv_update(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct domain *d = v->domain;
    int error;

    spin_lock(&d->lock);
    error = update_one(d, args[0], args[1]);
    spin_unlock(&d->lock);
    arch_pte_sync();
    if (args[2] < PV_VIRT_START) {
        arch_tlb_flush_page(gvaddr(args[2]));
    }
    return error;
}

static void flush_va(gvaddr_t va, uint32_t flags) {
    if ((flags & UVMF_FLUSHTYPE_MASK) == UVMF_TLB_FLUSH) {
        arch_tlb_flush_all();
    } else if ((flags & UVMF_FLUSHTYPE_MASK) == UVMF_INVLPG) {
        arch_tlb_flush_page(va);
    }
}

/* The second-level table of the guest's that maps @va for @v; 0: there is none. */
static inline uint16_t unit_of_va(const struct vcpu *v, gvaddr_t va) {
    const struct domain *d = v->domain;
    uint16_t block = d->pt.vcpu_l1[v->id];
    uint32_t table;
    uint16_t unit;

    if (!block) {
        return 0; /* on the flat table, which has sections alone */
    }
    table = arch_l1_table(pt_block_table(block)[va.v >> MIB_SHIFT]);
    unit = table ? pt_unit_at(table) : 0;
    return pt_units[unit].state == PT_UNIT_GUEST ? unit : 0;
}

int32_t do_update_va_mapping(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct domain *d = v->domain;
    gvaddr_t va = gvaddr(args[0]);
    int error = -XEN_EINVAL;
    uint16_t unit;

    if (va.v >= PV_VIRT_START) {
        return -XEN_EPERM;
    }
    spin_lock(&d->lock);
    unit = unit_of_va(v, va);
    if (unit) {
        uint32_t *entry = &pt_unit_write(unit)[va.v >> PAGE_SHIFT & (PT_L2_ENTRIES - 1)];

        error = store_one(d, entry, args[1]) ? 0 : pt_set_l2(d, entry, args[1]);
    }
    spin_unlock(&d->lock);
    arch_pte_sync();
    if (error == 0) {
        flush_va(va, args[2]);
    }
    return error;
}
