/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables that stand for a section after one of its frames was changed.  The guest does not
 * know of them: for it the L1 entry is still a section.
 */
#include "core/domain.h"
#include "core/panic.h"
#include "core/pt_table.h"

/* What an entry of a small page must say to give the rights of section @pte. */
static uint32_t small_attr(const struct pte *section) {
    struct pte small = *section;

    small.kind = PTE_SMALL;
    small.addr = 0;
    return arch_pte_encode_l2(&small);
}

/*
 * All are plain RAM, or one of them is on its way out but still there: who changes it also
 * rewrites entries.  Nothing points to the table yet.
 */
static void fill(const struct domain *d, uint32_t *table, uint32_t mib, uint32_t attr) {
    const uint32_t *frame = &d->p2m.entry[mib - d->p2m.base];
    const uintptr_t bias = page_bias;

#pragma GCC unroll 4
    for (unsigned int i = 0; i < PT_L2_ENTRIES; i++) {
        uint32_t entry = frame[i];

        page_of_ram(bias, entry >> PAGE_SHIFT)->count++;
        table[i] = (entry & PAGE_MASK) | attr;
    }
    arch_pte_publish(table, PT_L2_ENTRIES * sizeof(*table));
}

int pt_split_section(struct domain *d, uint16_t block, unsigned int index, uint32_t mib) {
    struct p2m_mib *state = &d->p2m.mib[(mib - d->p2m.base) / FRAMES_PER_MIB];
    struct pte pte = arch_pte_decode_hw_l1(pt_block_table(block)[index]);
    uint32_t attr = small_attr(&pte);
    uint16_t unit = pt_unit_take(d);

    CHECK(pte.kind == PTE_SECTION);
    if (!unit) {
        return -XEN_ENOMEM;
    }
    fill(d, pt_unit_table(unit), mib, attr);
    pt_units[unit] = (struct pt_unit){.home = mib,
                                      .refs = 1,
                                      .attr = (uint16_t)attr,
                                      .next = state->splits,
                                      .state = PT_UNIT_SPLIT};
    state->splits = unit;
    state->split_count++;
    pte.kind = PTE_TABLE;
    pte.addr = heap_to_maddr(pt_unit_table(unit)).v;
    arch_pte_sync(); /* before a walk can come here */
    pt_store_l1(d, block, index, arch_pte_encode_l1(&pte));
    arch_pte_sync(); /* the guest may run before the next step of the change */
    return 0;
}

void pt_split_remove(struct domain *d, uint16_t unit) {
    struct p2m_mib *state = &d->p2m.mib[(pt_units[unit].home - d->p2m.base) / FRAMES_PER_MIB];
    uint16_t *link = &state->splits;

    while (*link != unit) {
        CHECK(*link != 0);
        link = &pt_units[*link].next;
    }
    *link = pt_units[unit].next;
    state->split_count--;
}
