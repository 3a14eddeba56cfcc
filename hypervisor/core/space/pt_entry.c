/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Second-level entries: what a guest may map and how.
 */
#include "core/space/p2m_foreign.h"
#include "core/space/pt_table.h"
#include "core/space/space.h"

uint32_t pt_restrict(enum p2m_type type, uint32_t attr) {
    switch (type) {
    case P2M_RAM_RO: return arch_l2_is_writable(attr) ? 0 : attr;
    case P2M_SHARED_RO: return arch_l2_is_writable(attr) ? 0 : arch_l2_shared(attr);
    case P2M_FOREIGN_RO: return arch_l2_is_writable(attr) ? 0 : arch_l2_foreign(attr);
    case P2M_DEVICE_RO: return arch_l2_is_writable(attr) ? 0 : arch_l2_device(attr);
    case P2M_RAM: return attr;
    case P2M_SHARED: return arch_l2_shared(attr);
    case P2M_FOREIGN: return arch_l2_foreign(attr);
    case P2M_DEVICE: return arch_l2_device(attr);
    case P2M_INVALID:
    case P2M_CHANGING: break;
    }
    return 0;
}

void pt_hold_l2(struct space *s, uint32_t hw) {
    page_get(mfn(hw >> PAGE_SHIFT));
    p2m_foreign_count(s, mfn(hw >> PAGE_SHIFT), 1);
}

/* An entry with @old is gone. */
static void let_go(struct space *s, uint32_t old) {
    p2m_foreign_count(s, mfn(old >> PAGE_SHIFT), ~0u);
    page_put(mfn(old >> PAGE_SHIFT));
}

void pt_replace_l2(struct space *s, uint32_t *entry, uint32_t hw) {
    uint32_t old = *entry;

    arch_pte_write(entry, hw);
    arch_pte_changed(old);
    if (old) {
        let_go(s, old);
    }
}

int pt_set_l2(struct space *s, uint32_t *entry, uint32_t raw) {
    uint32_t attr, allowed, frame;

    s->pt.work += PT_WORK_L2;
    if (arch_l2_is_fault(raw)) {
        pt_replace_l2(s, entry, 0);
        return 0;
    }
    attr = arch_l2_attr(raw);
    if (!attr) {
        return -XEN_EINVAL;
    }
    frame = p2m_lookup(&s->p2m, gfn(raw >> PAGE_SHIFT));
    allowed = pt_restrict(p2m_entry_type(frame), attr);
    if (!allowed) {
        return -XEN_EPERM;
    }
    if (p2m_entry_type(frame) == P2M_RAM) {
        s->pt.attr_raw = raw << (32 - PAGE_SHIFT);
    }
    allowed |= frame & PAGE_MASK;
    pt_hold_l2(s, allowed);
    pt_replace_l2(s, entry, allowed);
    return 0;
}

/* Most are cached RAM that keeps its owner's reference: no more than the count to look at.  Returns
 * what it costs more than these, in the units of STEP_DROP. */
static inline unsigned int clear_entry(struct space *s, uintptr_t bias, uint32_t *entry) {
    uint32_t old = *entry;

    if (arch_l2_is_cached(old)) {
        struct page_info *page = page_of_ram(bias, old >> PAGE_SHIFT);

        arch_pte_write(entry, 0);
        if (page_count_add(page, ~0u) == 0) {
            page_release(page);
            return 1;
        }
    } else if (old) {
        arch_pte_write(entry, 0);
        let_go(s, old);
        return 1;
    }
    return 0;
}

/* The change that counts was made in the first-level table. */
unsigned int pt_clear_l2(struct space *s, uint32_t *table, unsigned int from) {
    const uintptr_t bias = page_bias;
    unsigned int cost = 0;
    uint32_t *e;

    for (e = table + from; e != table + PT_L2_ENTRIES && cost < STEP_DROP; e += 8) {
        if (e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7]) {
            cost += 2;
#pragma GCC unroll 8
            for (unsigned int i = 0; i < 8; i++) {
                cost += clear_entry(s, bias, &e[i]);
            }
        }
    }
    return (unsigned int)(e - table);
}
