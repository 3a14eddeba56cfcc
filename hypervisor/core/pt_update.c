/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmu_update and update_va_mapping: a guest's changes to its tables.
 *
 * A kernel makes them in runs: entries of one second-level table, the same attributes, its
 * own plain RAM.  run() does nothing but these, in some two dozen instructions each, and
 * stops at the first entry that is anything else; that one takes the long way
 * (pt_entry.c, pt_l1.c), which knows all the rules.
 */
#include "core/domain.h"
#include "core/guest_access.h"
#include "core/hypercall.h"
#include "core/pt_table.h"
#include "core/vcpu.h"

#define BATCH           32u         /* entries between looks at pending interrupts */
#define L1_WORK         8u          /* an L1 entry is as much work as so many others */
#define UPDATE_SIZE     ((uint32_t)sizeof(struct mmu_update))
#define CONTINUED       0x80000000u /* in count: *done holds what was done before */
#define NO_TABLE        1u          /* base that no ptr matches */
#define TABLE_OFFSETS   0x3fcu      /* of entries in a second-level table */

_Static_assert(sizeof(struct mmu_update) == 16, "public ABI");

/* Ends a batch: an address that is in no table. */
#define SENTINEL        { .ptr = ~0u, .val = 0 }

/* The second-level table that the last update was in. */
struct cursor {
    uint32_t base;                  /* its guest-physical address */
    uint32_t *table;
};

static inline uint32_t *page_count_of(uintptr_t bias, uint32_t frame) {
    return &((struct page_info *)(bias + (frame >> PAGE_SHIFT) * sizeof(struct page_info)))->count;
}

/*
 * Updates from @u on as long as they are simple: in the cursor's table; a fault, or plain RAM
 * with the last attributes; replacing a fault, the same frame, or a cached frame (RAM) that keeps
 * another reference.  Returns the first that is not: at the latest the
 * sentinel, which lies in no table.
 */
static const struct guest_update *run(const struct domain *d, const struct cursor *c,
                                      const struct guest_update *u) {
    const uintptr_t bias = (uintptr_t)page_table - page_first * sizeof(struct page_info);
    const uint32_t *frames = d->p2m.entry;
    const uint32_t first = d->p2m.base;
    const uint32_t count = d->p2m.count;
    const uint32_t base = c->base;
    char *const table = (char *)c->table;
    uint32_t attr = d->pt.attr_raw;

    for (;; u++) {
        uint32_t offset = u->ptr ^ base;
        uint32_t raw = u->val;
        uint32_t old, index, frame;

        if (offset & ~TABLE_OFFSETS) {
            return u;
        }
        old = *(uint32_t *)(void *)(table + offset);
        /* Shifted where it is used, at no cost, rather than kept in one more register. */
        __asm__("" : "+r"(attr));
        if (raw << (32 - PAGE_SHIFT) == attr) {
            index = (raw >> PAGE_SHIFT) - first;
            if (index >= count) {
                return u;
            }
            frame = frames[index];
            if (__builtin_expect(((frame & P2M_TYPE_MASK) | old) == 0, 1)) {
                ++*page_count_of(bias, frame);
            } else if (frame & P2M_TYPE_MASK) {
                return u;
            } else if ((old ^ frame) >> PAGE_SHIFT != 0) {
                if (!arch_l2_is_cached(old) || *page_count_of(bias, old) == 1) {
                    return u;
                }
                --*page_count_of(bias, old);
                ++*page_count_of(bias, frame);
            }
            arch_pte_write((uint32_t *)(void *)(table + offset),
                           frame | attr >> (32 - PAGE_SHIFT));
        } else if (!arch_l2_is_fault(raw)) {
            return u;
        } else if (arch_l2_is_cached(old)) {
            uint32_t *references = page_count_of(bias, old);

            if (*references == 1) {
                return u;
            }
            --*references;
            arch_pte_write((uint32_t *)(void *)(table + offset), 0);
        } else if (old) {
            return u;
        }
    }
}

/* An entry of a registered first-level table, unless the table is being dropped. */
static int update_l1(struct domain *d, const struct page_info *page,
                     const struct guest_update *u) {
    uint32_t offset = u->ptr & (HEAP_BLOCK_SIZE - 1);

    if (pt_blocks[page->l1].dying) {
        return 0;
    }
    return pt_set_l1(d, page->l1, offset / (uint32_t)sizeof(uint32_t), u->val);
}

/*
 * What table is @u in?  Sets the cursor and returns 1 if in a second-level table; does the update
 * if in a first-level table; 0 also if it is in no registered table: nothing to do.
 */
static int find_table(struct domain *d, struct cursor *c, const struct guest_update *u,
                      unsigned int *work) {
    const struct page_info *page;
    uint16_t unit;

    if (u->ptr % sizeof(uint32_t) != MMU_NORMAL_PT_UPDATE) {
        return -XEN_EINVAL;
    }
    page = page_of(p2m_to_mfn(&d->p2m, gfn(u->ptr >> PAGE_SHIFT)));
    if (!page) {
        return -XEN_EPERM;
    }
    if (page->type == PAGE_L1) {
        *work += L1_WORK;
        return update_l1(d, page, u);
    }
    unit = page->type == PAGE_L2 ? page->l2[u->ptr >> PT_UNIT_SHIFT & (PAGE_TABLES - 1)] : 0;
    if (!unit) {
        return 0;
    }
    c->base = u->ptr & ~TABLE_OFFSETS;
    c->table = pt_unit_table(unit);
    return 1;
}

/*
 * Do the updates of [@u, @end), where @end is a sentinel, or the first of them if they are much work.
 * Returns how many; *@error is what the next one got.
 */
static uint32_t apply(struct domain *d, const struct guest_update *u,
                      const struct guest_update *end, int *error) {
    const struct guest_update *start = u;
    struct cursor c = { .base = NO_TABLE };
    unsigned int work = 0;

    *error = 0;
    while (u != end && work < BATCH) {
        int rc = 1;

        if ((u->ptr ^ c.base) & ~TABLE_OFFSETS) {
            rc = find_table(d, &c, u, &work);
        }
        if (rc > 0) {
            const struct guest_update *from = u;

            u = run(d, &c, u);
            if (u != from) {
                continue;
            }
            rc = pt_set_l2(d, (uint32_t *)(void *)((char *)c.table + (u->ptr ^ c.base)), u->val);
        }
        if (rc < 0) {
            *error = rc;
            break;
        }
        /* A first-level change may have dropped the cursor's table. */
        c.base = work ? NO_TABLE : c.base;
        u++;
    }
    return (uint32_t)(u - start);
}

static int put_done(gvaddr_t where, uint32_t before, uint32_t done) {
    uint32_t total = before + done;

    return where.v ? copy_to_guest(where, &total, sizeof(total)) : 0;
}

/* Updates from @from on until all @count are done, one fails or an interrupt waits. */
static uint32_t update(struct domain *d, gvaddr_t from, uint32_t count, int *error) {
    struct guest_update batch[BATCH + 1];
    uint32_t done = 0;

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
    } while (*error == 0 && done < count && !hypercall_preempted());
    arch_pte_sync();
    return done;
}

int32_t do_mmu_update(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t count = args[1] & ~CONTINUED;
    gvaddr_t where = gvaddr(args[2]);
    uint32_t before = 0;
    uint32_t done = 0;
    int error = 0;

    if (args[3] != DOMID_SELF) {
        return -XEN_EPERM;
    }
    if ((args[1] & CONTINUED) && where.v &&
        copy_from_guest(&before, where, sizeof(before))) {
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

static void flush_va(gvaddr_t va, uint32_t flags) {
    if ((flags & UVMF_FLUSHTYPE_MASK) == UVMF_TLB_FLUSH) {
        arch_tlb_flush_all();
    } else if ((flags & UVMF_FLUSHTYPE_MASK) == UVMF_INVLPG) {
        arch_tlb_flush_page(va);
    }
}

int32_t do_update_va_mapping(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct domain *d = v->domain;
    gvaddr_t va = gvaddr(args[0]);
    struct guest_update u[2] = { { .val = args[1] }, SENTINEL };
    struct cursor c = { .base = 0 };
    uint32_t table;
    int error = 0;

    if (va.v >= PV_VIRT_START) {
        return -XEN_EPERM;
    }
    spin_lock(&d->lock);
    table = arch_l1_table(pt_vcpu_l1(v)[va.v >> MIB_SHIFT]);
    if (!table || pt_units[pt_unit_at(table)].state != PT_UNIT_GUEST) {
        error = -XEN_EINVAL;
    } else {
        u[0].ptr = va.v >> (PAGE_SHIFT - 2) & TABLE_OFFSETS;
        c.table = pt_unit_table(pt_unit_at(table));
        if (run(d, &c, u) == u) {
            error = pt_set_l2(d, &c.table[u[0].ptr / sizeof(uint32_t)], u[0].val);
        }
    }
    spin_unlock(&d->lock);
    arch_pte_sync();
    if (error == 0) {
        flush_va(va, args[2]);
    }
    return error;
}
