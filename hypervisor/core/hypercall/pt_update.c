/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmu_update and update_va_mapping: a guest's changes to its tables.
 *
 * A kernel makes them in runs: entries of one second-level table, the same attributes, its
 * own plain RAM.  store_simple() does nothing but these, in some two dozen instructions
 * each; anything else takes the long way (pt_entry.c, pt_l1.c), which knows all the rules.
 */
#include "core/base/guest_access.h"
#include "core/device/device.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/pt_table.h"

#define UPDATE_SIZE   ((uint32_t)sizeof(struct mmu_update))
#define CONTINUED     0x80000000u /* in count: *done holds what was done before */
#define TABLE_OFFSETS 0x3fcu      /* of entries in a second-level table */

_Static_assert(sizeof(struct mmu_update) == 16, "public ABI");
_Static_assert(PT_WORK_MAX > PT_WORK_L1, "each look is followed by progress");

/* An address that ends a run. */
#define IN_NO_TABLE (~0u)

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
static inline __attribute__((always_inline)) bool store_one(const struct domain *d, uint32_t *entry,
                                                            uint32_t raw) {
    struct fast f = fast_of(d);
    bool stored = store_simple(&f, (uintptr_t)entry, 0, raw);

    arch_pte_changed(f.changed);
    return stored;
}

/*
 * Updates from @u on as long as they are simple and in the domain's last table.  Returns the first
 * that is not: at the latest one of IN_NO_TABLE.
 */
static __attribute__((noinline)) struct guest_update *run(const struct domain *d,
                                                          struct guest_update *u) {
    const uint32_t base = d->pt.last_base;
    /* To be added to the guest's address: no need to take the offset out of it. */
    const uintptr_t table = (uintptr_t)d->pt.last_table - base;
    struct fast f = fast_of(d);

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
static struct guest_update *run_all(struct domain *d, struct guest_update *u,
                                    struct guest_update *end) {
    uint32_t room = PT_WORK_MAX - d->pt.work;

    for (;;) {
        struct guest_update *stop = (uint32_t)(end - u) > room ? u + room : end;
        const struct guest_update *from = u;
        uint32_t saved = stop->ptr;

        stop->ptr = IN_NO_TABLE;
        u = run(d, u);
        stop->ptr = saved;
        if (u == end || u != stop) {
            d->pt.work = PT_WORK_MAX - room + (uint32_t)(u - from);
            return u;
        }
        /* For interrupts alone: a run makes no vCPU runnable, and stops none. */
        if (devices.intc->pending()) {
            d->pt.work = PT_WORK_MAX;
            return u;
        }
        room = PT_WORK_MAX;
    }
}

/*
 * An entry of a registered first-level table, unless the table is being dropped.  If that drops a
 * second-level table, @alone says whether the call has done nothing else: then HYPERCALL_AGAIN until all
 * of it is gone, and the update is made once more, which changes nothing.
 */
static int update_l1(struct domain *d, const struct page_info *page, uint32_t ptr, uint32_t val,
                     bool alone) {
    uint32_t offset = ptr & (HEAP_BLOCK_SIZE - 1);
    int error = 0;

    if (d->pt.dropping) {
        pt_drop_step(d);
        return HYPERCALL_AGAIN;
    }
    if (!pt_blocks[page->l1].dying) {
        error = pt_set_l1(d, page->l1, offset / (uint32_t)sizeof(uint32_t), val);
    }
    if (alone && d->pt.dropping) {
        pt_drop_step(d);
        return d->pt.dropping ? HYPERCALL_AGAIN : error;
    }
    return error;
}

/*
 * What table is @ptr in?  Makes it the last table and returns 1 if it is a second-level table; does
 * the update if it is a first-level table; 0 also if it is no registered table: nothing to do;
 * HYPERCALL_AGAIN from update_l1().
 */
static __attribute__((noinline)) int find_table(struct domain *d, uint32_t ptr, uint32_t val,
                                                bool alone) {
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
        return update_l1(d, page, ptr, val, alone);
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
static __attribute__((noinline)) int update_any(struct domain *d, uint32_t ptr, uint32_t val,
                                                bool alone) {
    int rc = is_in_last_table(d, ptr) ? 1 : find_table(d, ptr, val, alone);

    return rc <= 0 ? rc : pt_set_l2(d, last_table_entry(d, ptr), val);
}

/* One update, whatever it is.  @alone: see update_l1(). */
static inline __attribute__((always_inline)) int update_one(struct domain *d, uint32_t ptr,
                                                            uint32_t val, bool alone) {
    if (is_in_last_table(d, ptr) && store_one(d, last_table_entry(d, ptr), val)) {
        return 0;
    }
    return update_any(d, ptr, val, alone);
}

/* One that run_all() did not take: not unless there is time for it before the next look. */
static int long_update(struct domain *d, const struct guest_update *u) {
    if (d->pt.work + PT_WORK_L1 > PT_WORK_MAX) {
        d->pt.work = PT_WORK_MAX;
        return HYPERCALL_AGAIN;
    }
    d->pt.work += PT_WORK_ONE;
    return update_any(d, u->ptr, u->val, false);
}

/* A part of the table that the last update dropped: it has the time between two looks for itself. */
static void drop_step(struct domain *d) {
    if (d->pt.work == 0) {
        pt_drop_step(d);
    }
    d->pt.work = PT_WORK_MAX;
}

/*
 * Do the updates of [@u, @end), with looks in between.  Returns how many; *@error is what the next one
 * got, HYPERCALL_AGAIN: it is time to give way.
 */
static uint32_t apply(struct domain *d, struct guest_update *u, struct guest_update *end,
                      int *error) {
    const struct guest_update *start = u;
    int rc = 0;

    while (rc == 0 && (u != end || d->pt.dropping)) {
        const struct guest_update *from = u;

        if (pt_should_stop(d)) {
            rc = HYPERCALL_AGAIN;
        } else if (d->pt.dropping) {
            drop_step(d);
        } else if (is_in_last_table(d, u->ptr) && (u = run_all(d, u, end)) != from) {
            continue; /* some were simple */
        } else if ((rc = long_update(d, u)) == 0) {
            u++;
        } else if (rc == HYPERCALL_AGAIN) {
            rc = 0;
        }
    }
    *error = rc;
    return (uint32_t)(u - start);
}

static int put_done(gvaddr_t where, uint32_t before, uint32_t done) {
    uint32_t total = before + done;

    return where.v ? copy_to_guest(where, &total, sizeof(total)) : 0;
}

/* Updates from @from on until all @count are done, one fails or it is time to give way. */
static uint32_t update(struct domain *d, gvaddr_t from, uint32_t count, int *error) {
    struct guest_update batch[STEP_UPDATES + 1];
    uint32_t done = 0;

    d->pt.work = 0;
    do {
        uint32_t n = count - done < STEP_UPDATES ? count - done : STEP_UPDATES;
        int valid = copy_updates_from_guest(batch, gvaddr(from.v + done * UPDATE_SIZE), n);
        uint32_t applied;

        if (valid < 0) {
            *error = valid;
            break;
        }
        spin_lock(&d->lock);
        applied = apply(d, batch, batch + valid, error);
        spin_unlock(&d->lock);
        done += applied;
        if (*error == 0 && applied < n) {
            *error = -XEN_EINVAL; /* all that could be copied is done, the next one is malformed */
        }
    } while (*error == 0 && done < count);
    arch_pte_sync();
    return done;
}

/* All updates are done, but the last one dropped a table. */
static int finish_drop(struct domain *d) {
    bool more;

    do {
        spin_lock(&d->lock);
        if (d->pt.dropping) {
            pt_drop_step(d);
        }
        more = d->pt.dropping != 0;
        spin_unlock(&d->lock);
    } while (more && !hypercall_preempted());
    arch_pte_sync();
    return more ? HYPERCALL_AGAIN : 0;
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
    if (args[1] == CONTINUED) {
        error = finish_drop(v->domain);
    } else if (count) {
        done = update(v->domain, gvaddr(args[0]), count, &error);
    }
    if (where.v && put_done(where, before, done)) {
        return -XEN_EFAULT;
    }
    if (error != HYPERCALL_AGAIN) {
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
        error = update_one(d, u.ptr, u.val, true);
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
    error = update_one(d, args[0], args[1], true);
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
