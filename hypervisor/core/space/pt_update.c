/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's changes to its tables.
 *
 * A kernel makes them in runs: entries of one second-level table, the same attributes, its
 * own plain RAM.  pt_store_simple() does nothing but these, in some two dozen instructions
 * each; anything else takes the long way (pt_entry.c, pt_l1.c), which knows all the rules.
 */
#include "core/space/pt_update.h"

#include "core/device/device.h"
#include "core/space/pt_simple.h"
#include "core/space/pt_table.h"
#include "core/space/space.h"
#include "core/time/preempt.h"

_Static_assert(STEP_UPDATES / PT_WORK_COPIED <= PT_WORK_MAX / 2,
               "each look is followed by progress");

/* An address that ends a run. */
#define IN_NO_TABLE (~0u)

/* Out of line: run_simple() needs the register that it would take. */
static __attribute__((noinline)) void note_changed(uint32_t old) {
    arch_pte_changed(old);
}

/*
 * Updates from @u on as long as they are simple and in the domain's last table.  Returns the first
 * that is not: at the latest one of IN_NO_TABLE.
 */
static __attribute__((noinline)) struct guest_update *run_simple(const struct space *s,
                                                                 struct guest_update *u) {
    const uint32_t base = s->pt.last_base;
    /* To be added to the guest's address: no need to take the offset out of it. */
    const uintptr_t table = (uintptr_t)s->pt.last_table - base;
    struct pt_fast f = pt_fast_of(s);

    for (;; u++) {
        if (((u->ptr ^ base) & ~PT_TABLE_OFFSETS) || !pt_store_simple(&f, table, u->ptr, u->val)) {
            if (f.changed) {
                note_changed(f.changed);
            }
            return u;
        }
    }
}

/* The same, up to @end and with looks in between; if it is time to give way, pt.work says so. */
static struct guest_update *run_all_simple(struct space *s, struct guest_update *u,
                                           struct guest_update *end) {
    uint32_t room = PT_WORK_MAX - s->pt.work;

    for (;;) {
        struct guest_update *stop = (uint32_t)(end - u) > room ? u + room : end;
        const struct guest_update *from = u;
        uint32_t saved = stop->ptr;

        stop->ptr = IN_NO_TABLE;
        u = run_simple(s, u);
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
 * second-level table, @alone says whether the call has done nothing else: then -XEN_EAGAIN until
 * all of it is gone, and the update is made once more, which changes nothing.
 */
static int update_l1(struct space *s, const struct page_info *page, uint32_t ptr, uint32_t val,
                     bool alone) {
    uint32_t offset = ptr & (HEAP_BLOCK_SIZE - 1);
    int err = 0;

    if (s->pt.dropping) {
        pt_drop_step(s);
        return -XEN_EAGAIN;
    }
    if (!pt_blocks[page->l1].dying) {
        err = pt_set_l1(s, page->l1, offset / (uint32_t)sizeof(uint32_t), val);
    }
    return alone && s->pt.dropping ? -XEN_EAGAIN : err;
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
    s->pt.last_base = ptr & ~PT_TABLE_OFFSETS;
    s->pt.last_table = pt_unit_write(unit);
    return 1;
}

/* One update, by the long way.  @alone: see update_l1(). */
static int update_any(struct space *s, uint32_t ptr, uint32_t val, bool alone) {
    int result = pt_is_in_last_table(s, ptr) ? 1 : find_table(s, ptr, val, alone);

    return result <= 0 ? result : pt_set_l2(s, pt_last_table_entry(s, ptr), val);
}

__attribute__((noinline)) int pt_update_alone(struct space *s, uint32_t ptr, uint32_t val) {
    return update_any(s, ptr, val, true);
}

/* One that run_all_simple() did not take: not unless there is time for it before the next look. */
static int long_update(struct space *s, const struct guest_update *u) {
    if (s->pt.work > PT_WORK_MAX / 2) {
        s->pt.work = PT_WORK_MAX;
        return -XEN_EAGAIN;
    }
    s->pt.work += PT_WORK_ONE;
    return update_any(s, u->ptr, u->val, false);
}

/* A part of the table that the last update dropped: it has the time between two looks for
 * itself. */
static void drop_step(struct space *s) {
    if (s->pt.work == 0) {
        pt_drop_step(s);
    }
    s->pt.work = PT_WORK_MAX;
}

uint32_t pt_update_list(struct space *s, struct guest_update *u, uint32_t count, int *err) {
    const struct guest_update *start = u;
    struct guest_update *end = u + count;
    int result = 0;

    while (result == 0 && (u != end || s->pt.dropping)) {
        const struct guest_update *from = u;

        if (pt_should_stop(s)) {
            result = -XEN_EAGAIN;
        } else if (s->pt.dropping) {
            drop_step(s);
        } else if (pt_is_in_last_table(s, u->ptr) && (u = run_all_simple(s, u, end)) != from) {
            continue; /* some were simple */
        } else if ((result = long_update(s, u)) == 0) {
            u++;
        } else if (result == -XEN_EAGAIN) {
            result = 0;
        }
    }
    *err = result;
    return (uint32_t)(u - start);
}

/* The second-level table of the guest's that maps @va for vCPU @vcpu; 0: there is none. */
static inline uint16_t unit_of_va(const struct space *s, unsigned int vcpu, gvaddr_t va) {
    bool is_own = pt_has_own_kernels(s) && va.v >> MIB_SHIFT >= PT_OWN_INDEX;
    uint16_t block = is_own ? s->pt.kernel[0] : s->pt.vcpu_l1[vcpu];
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
    return pt_store_one(s, entry, val) ? 0 : pt_set_l2(s, entry, val);
}
