/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First-level entries: sections, second-level tables, and the kernel part that all of
 * a domain's tables share.
 */
#include <string.h>

#include "core/base/panic.h"
#include "core/space/pt_table.h"
#include "core/space/space.h"

/* Take a reference to the section @pte asks for; its address becomes the machine's. */
static int get_section(struct space *s, struct pte *pte) {
    struct p2m *p2m = &s->p2m;
    uint32_t index = p2m_index(p2m, gfn(pte->addr >> PAGE_SHIFT));
    struct p2m_mib *mib;
    uint16_t *sections;
    mfn_t first;

    if (index >= p2m->count) {
        return -XEN_EPERM;
    }
    mib = &p2m->mib[index / FRAMES_PER_MIB];
    if (mib->broken) {
        return -XEN_EPERM;
    }
    first = p2m_entry_mfn(p2m->entry[index]);
    sections = page_section_count(first);
    if (*sections + mib->split_count >= PT_SECTIONS_MAX) {
        return -XEN_ENOMEM;
    }
    (*sections)++;
    pte->addr = mfn_to_maddr(first).v;
    return 0;
}

/* The frame becomes a holder of second-level tables, with an empty one in @slot. */
static uint16_t register_l2(struct space *s, struct page_info *page, unsigned int slot) {
    uint16_t unit = pt_unit_take(s);

    if (!unit) {
        return 0;
    }
    if (page->type == PAGE_NONE) {
        page->type = PAGE_L2;
        for (unsigned int i = 0; i < PAGE_TABLES; i++) {
            page->l2[i] = 0;
        }
    }
    page->l2[slot] = unit;
    pt_units[unit] =
        (struct pt_unit){.home = page_number(page), .slot = (uint8_t)slot, .state = PT_UNIT_GUEST};
    return unit;
}

static void unregister_l2(uint16_t unit) {
    struct page_info *page = page_of(mfn(pt_units[unit].home));

    CHECK(page && page->type == PAGE_L2 && page->l2[pt_units[unit].slot] == unit);
    page->l2[pt_units[unit].slot] = 0;
    if (!(page->l2[0] | page->l2[1] | page->l2[2] | page->l2[3])) {
        page->type = PAGE_NONE;
    }
}

/* Take a reference to the table @pte asks for; its address becomes the machine's. */
static int get_table(struct space *s, struct pte *pte) {
    unsigned int slot = pte->addr >> PT_UNIT_SHIFT & (PAGE_TABLES - 1);
    struct page_info *page = pt_home(s, gfn(pte->addr >> PAGE_SHIFT));
    uint16_t unit;

    if (!page) {
        return -XEN_EPERM;
    }
    if (page->type == PAGE_L1) {
        return -XEN_EINVAL;
    }
    unit = page->type == PAGE_L2 ? page->l2[slot] : 0;
    if (!unit) {
        unit = register_l2(s, page, slot);
    }
    if (!unit || pt_units[unit].refs == UINT16_MAX) {
        return -XEN_ENOMEM;
    }
    pt_units[unit].refs++;
    pte->addr = heap_to_maddr(pt_unit_table(unit)).v;
    return 0;
}

/* No walk gets to @unit any more, nor does an update: its entries can go at leisure. */
static void drop(struct space *s, uint16_t unit) {
    CHECK(s->pt.dropping == 0);
    s->pt.last_base = PT_NO_TABLE;
    if (pt_units[unit].state == PT_UNIT_GUEST && !pt_units[unit].written) {
        pt_unit_give(s, unit);
        return;
    }
    pt_units[unit].state = PT_UNIT_DROPPED;
    s->pt.dropping = unit;
    s->pt.drop_next = 0;
}

void pt_drop_step(struct space *s) {
    uint16_t unit = s->pt.dropping;

    s->pt.drop_next = (uint16_t)pt_clear_l2(s, pt_unit_table(unit), s->pt.drop_next);
    if (s->pt.drop_next == PT_L2_ENTRIES) {
        s->pt.dropping = 0;
        pt_unit_give(s, unit);
    }
}

static void put_table(struct space *s, uint16_t unit) {
    CHECK(pt_units[unit].state != PT_UNIT_FREE && pt_units[unit].refs > 0);
    if (--pt_units[unit].refs > 0) {
        return;
    }
    if (pt_units[unit].state == PT_UNIT_SPLIT) {
        pt_split_remove(s, unit);
    } else {
        unregister_l2(unit);
    }
    drop(s, unit);
}

static void put_l1_entry(struct space *s, uint32_t hw) {
    struct pte pte = arch_pte_decode_hw_l1(hw);

    if (pte.kind == PTE_TABLE) {
        put_table(s, pt_unit_at(pte.addr));
    } else if (pte.kind == PTE_SECTION) {
        uint16_t *sections = page_section_count(mfn(pte.addr >> PAGE_SHIFT));

        CHECK(*sections > 0);
        (*sections)--;
    }
}

/*
 * The kernel part changes: all tables that are no copy any more are of another version.  Versions
 * come round after UINT16_MAX changes; before that, one that is out of date is marked as such, for
 * each change looks at one block of the heap, and there are fewer.
 */
static void next_version(struct space *s) {
    struct pt_space *pt = &s->pt;
    struct pt_block *b = &pt_blocks[pt->sweep];

    if (b->kind == PT_BLOCK_L1 && b->owner == s->owner && b->version != pt->version) {
        b->version = 0;
    }
    pt->sweep = (uint16_t)(pt->sweep + 1u < heap_block_count() ? pt->sweep + 1u : 0);
    pt->version = pt->version == UINT16_MAX ? 1 : (uint16_t)(pt->version + 1);
}
_Static_assert(HEAP_BLOCKS_MAX < UINT16_MAX - 1, "versions come round more slowly than sweeps");

static bool is_kernels(const struct space *s, uint16_t block, unsigned int index) {
    return index >= s->pt.kernel_index && block != s->pt.flat;
}

/* The tables that vCPUs run on follow the source at once, others when one is to be run on.  Where
 * each vCPU has its own kernel part there are no others. */
static void store_kernel(struct space *s, unsigned int index, uint32_t hw) {
    arch_pte_write(&pt_block_table(s->pt.kernel[0])[index], hw);
    if (pt_has_own_kernels(s)) {
        for (unsigned int i = 1; i < s->pt.kernels; i++) {
            arch_pte_write(&pt_block_table(s->pt.kernel[i])[index], hw);
        }
        return;
    }
    next_version(s);
    for (unsigned int i = 0; i < PT_VCPU_MAX; i++) {
        uint16_t block = s->pt.vcpu_l1[i];

        s->pt.next_to[i] = 0;
        if (block) {
            arch_pte_write(&pt_block_table(block)[index], hw);
            pt_blocks[block].version = s->pt.version;
        }
    }
}

/* In all tables that have this entry and may be walked. */
static void store(struct space *s, uint16_t block, unsigned int index, uint32_t hw) {
    uint32_t *entry = &pt_block_table(block)[index];

    if (is_kernels(s, block, index)) {
        store_kernel(s, index, hw);
    } else {
        pt_blocks[block].used = (uint16_t)(pt_blocks[block].used + (hw != 0) - (*entry != 0));
        arch_pte_write(entry, hw);
    }
}

/*
 * Break before make.  A TLB must never hold a section and a small page for one address: two that
 * match give an unpredictable address, which need not be one that the domain has.  So where the
 * size of what an entry maps may change, a fault is stored and every TLB forgets the old before the
 * new is stored (Arm ARM DDI 0406, B3.10.1; ARM926EJ-S TRM DDI 0198, 3.7: what was cached of a
 * first-level descriptor that is modified must be invalidated).  Sections come and go seldom: the
 * TLB is emptied whenever one does, so that small pages which the guest dropped before, without a
 * flush of its own, are gone as well. Nothing of the guest's runs until this call ends.
 */
static void break_before(struct space *s, uint16_t block, unsigned int index, uint32_t old) {
    if (old) {
        store(s, block, index, 0);
    }
    arch_pte_sync();
    arch_tlb_flush_all();
}

void pt_store_l1(struct space *s, uint16_t block, unsigned int index, uint32_t hw) {
    uint32_t old = pt_block_table(is_kernels(s, block, index) ? s->pt.kernel[0] : block)[index];

    if (arch_l1_is_section(old) || arch_l1_is_section(hw)) {
        break_before(s, block, index, old);
    }
    store(s, block, index, hw);
    arch_pte_changed(old);
    put_l1_entry(s, old);
}

bool pt_sync_l1(struct space *s, uint16_t block, unsigned int vcpu) {
    struct pt_space *pt = &s->pt;
    unsigned int from = pt->next_l1[vcpu] == block ? pt->next_to[vcpu] : 0;
    unsigned int end;

    from = from > pt->kernel_index ? from : pt->kernel_index;
    end = PT_HOLE_INDEX - from > STEP_L1_ENTRIES ? from + STEP_L1_ENTRIES : PT_HOLE_INDEX;
    memcpy(&pt_block_table(block)[from], &pt_block_table(pt->kernel[0])[from],
           (end - from) * sizeof(uint32_t));
    arch_pte_publish(&pt_block_table(block)[from], (end - from) * sizeof(uint32_t));
    arch_pte_sync();
    pt->next_l1[vcpu] = block;
    pt->next_to[vcpu] = (uint16_t)end;
    if (end < PT_HOLE_INDEX) {
        return false;
    }
    pt->next_to[vcpu] = 0;
    pt_blocks[block].version = pt->version;
    return true;
}

int pt_set_l1(struct space *s, uint16_t block, unsigned int index, uint32_t raw) {
    struct pte pte = arch_pte_decode_l1(raw);
    int err = 0;

    s->pt.work += PT_WORK_L1;
    if (index >= PT_HOLE_INDEX) {
        return -XEN_EPERM;
    }
    if (pte.kind == PTE_FAULT) {
        pt_store_l1(s, block, index, 0);
        return 0;
    }
    if (pte.kind == PTE_BAD) {
        return -XEN_EINVAL;
    }
    if (pte.dacr_domain != PV_DOMAIN_USER && pte.dacr_domain != PV_DOMAIN_KERNEL) {
        return -XEN_EPERM;
    }
    if (pte.kind == PTE_SECTION && p2m_mib_is_empty(&s->p2m, gfn(pte.addr >> PAGE_SHIFT))) {
        pt_store_l1(s, block, index, 0);
        return 0;
    }
    err = pte.kind == PTE_SECTION ? get_section(s, &pte) : get_table(s, &pte);
    if (err == 0) {
        pt_store_l1(s, block, index, arch_pte_encode_l1(&pte));
    }
    return err;
}
