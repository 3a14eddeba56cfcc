/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables that stand for a section after one of its frames was changed.  The guest does not
 * know of them: for it the L1 entry is still a section.
 */
#include "core/base/panic.h"
#include "core/base/steps.h"
#include "core/space/pt_table.h"
#include "core/space/space.h"

_Static_assert(PT_L2_ENTRIES % STEP_SPLIT == 0, "a table is made in whole steps");

/* What an entry of a small page must say to give the rights of section @pte. */
static uint32_t small_attr(const struct pte *section) {
    struct pte small = *section;

    small.kind = PTE_SMALL;
    small.addr = 0;
    return arch_pte_encode_l2(&small);
}

/*
 * The table is made in steps: its entries are written, then the frames are counted, then the
 * section becomes the table.  Until then it is the domain's p2m.split, and nothing points to it.
 * All frames are plain RAM, one after the other as the section maps them, or one of them is on its
 * way out but still there: who changes it also rewrites entries.
 */
static void fill_table(struct p2m *p2m, uint32_t section) {
    uint32_t *table = pt_unit_table(p2m->split) + p2m->split_filled;
    uint32_t first = section + ((uint32_t)p2m->split_filled << PAGE_SHIFT);

#pragma GCC unroll 8
    for (unsigned int i = 0; i < STEP_SPLIT; i++) {
        table[i] = first;
        first += PAGE_SIZE;
    }
    p2m->split_filled += STEP_SPLIT;
    arch_pte_publish(table, STEP_SPLIT * sizeof(*table));
    arch_pte_sync();
}

/* @by: 1, or ~0 for one less. */
static void count_frames(const struct p2m *p2m, unsigned int from, uint32_t by) {
    const uint32_t *table = pt_unit_table(p2m->split);
    struct page_info *page = page_of_ram(page_bias, table[from] >> PAGE_SHIFT);

#pragma GCC unroll 8
    for (unsigned int i = 0; i < STEP_SPLIT; i++) {
        page[i].count += by;
    }
}

/* It need not be cleared before it is given back: it never was what anybody walked. */
static int begin_split(struct space *s, uint32_t attr, uint32_t mib) {
    uint16_t unit = pt_unit_take(s);

    if (!unit) {
        return -XEN_ENOMEM;
    }
    pt_blocks[unit / PT_UNITS_PER_BLOCK].dirty_units |= 1u << unit % PT_UNITS_PER_BLOCK;
    pt_units[unit] = (struct pt_unit){.home = mib, .attr = (uint16_t)attr, .state = PT_UNIT_MAKING};
    s->p2m.split = unit;
    s->p2m.split_filled = 0;
    s->p2m.split_counted = 0;
    return 0;
}

static void install(struct space *s, uint16_t block, unsigned int index, struct pte pte) {
    uint16_t unit = s->p2m.split;
    struct p2m_mib *state =
        &s->p2m.mib[p2m_index(&s->p2m, gfn(pt_units[unit].home)) / FRAMES_PER_MIB];

    pt_units[unit].refs = 1;
    pt_units[unit].next = state->splits;
    pt_units[unit].state = PT_UNIT_SPLIT;
    state->splits = unit;
    state->split_count++;
    s->p2m.split = 0;
    pt_blocks[unit / PT_UNITS_PER_BLOCK].dirty_units &= ~(1u << unit % PT_UNITS_PER_BLOCK);
    pte.kind = PTE_TABLE;
    pte.addr = heap_to_maddr(pt_unit_table(unit)).v;
    pt_store_l1(s, block, index, arch_pte_encode_l1(&pte));
    arch_pte_sync(); /* the guest may run before the next step of the change */
}

int pt_split_section(struct space *s, uint16_t block, unsigned int index, uint32_t mib) {
    struct pte pte = arch_pte_decode_hw_l1(pt_block_table(block)[index]);
    struct p2m *p2m = &s->p2m;
    uint32_t attr = small_attr(&pte);

    CHECK(pte.kind == PTE_SECTION);
    if (!p2m->split) {
        return begin_split(s, attr, mib);
    }
    if (pt_units[p2m->split].attr != attr) {
        pt_split_abandon(s); /* it was for a section that is no more */
    } else if (p2m->split_filled < PT_L2_ENTRIES) {
        fill_table(p2m, pte.addr | attr);
    } else if (p2m->split_counted < PT_L2_ENTRIES) {
        count_frames(p2m, p2m->split_counted, 1);
        p2m->split_counted += STEP_SPLIT;
    } else {
        install(s, block, index, pte);
    }
    return 0;
}

bool pt_split_abandon(struct space *s) {
    struct p2m *p2m = &s->p2m;
    uint16_t unit = p2m->split;

    if (!unit) {
        return false;
    }
    if (p2m->split_counted) {
        p2m->split_counted = (uint16_t)(p2m->split_counted - STEP_SPLIT);
        count_frames(p2m, p2m->split_counted, ~0u);
    } else {
        p2m->split = 0;
        pt_unit_give(s, unit);
    }
    return true;
}

void pt_split_remove(struct space *s, uint16_t unit) {
    struct p2m_mib *state =
        &s->p2m.mib[p2m_index(&s->p2m, gfn(pt_units[unit].home)) / FRAMES_PER_MIB];
    uint16_t *link = &state->splits;

    while (*link != unit) {
        CHECK(*link != 0);
        link = &pt_units[*link].next;
    }
    *link = pt_units[unit].next;
    state->split_count--;
}
