/* SPDX-License-Identifier: GPL-2.0-only */
/* See support_mm.h. */
#include "support_mm.h"

#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/grant/maptrack.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/space/p2m_foreign.h"
#include "core/space/pt_table.h"
#include "core/time/background.h"
#include "support_domain.h"
#include "support_walker.h"

static struct p2m_store stores[16]; /* by domid */
static uint32_t *expected;          /* references of each frame, by the tables */

void mm_setup(void) {
    static const struct maddr_range ram = {{FAKE_RAM_PA}, FAKE_RAM_MIB * MIB};

    support_domain_remove_all();
    memset(stores, 0, sizeof(stores));
    fake_board_init(0);
    background_setup();
    fake_mm_init();
    pt_blocks = NULL;
    pt_units = NULL;
    walker_start();
    assert_int_equal(page_init_early(&ram, 1, NULL, 0), 0);
}

struct domain *mm_domain(domid_t id, uint32_t mib) {
    struct domain *d = support_domain_add(id, 1);
    struct p2m_store *store = &stores[id];

    d->max_frames = mib * FRAMES_PER_MIB;
    assert_int_equal(p2m_init(&d->space, gfn(MM_BASE_GFN), mib * FRAMES_PER_MIB, store), 0);
    for (uint32_t i = 0; i < mib; i++) {
        mfn_t m = page_alloc_mib(id, 1, 1);

        assert_int_equal(
            p2m_add_ram(&d->space, gfn(MM_BASE_GFN + i * FRAMES_PER_MIB), m, FRAMES_PER_MIB), 0);
    }
    assert_int_equal(pt_init(&d->space, MM_LIMIT), 0);
    return d;
}

void mm_scrub(void) {
    while (page_scrub_step(PAGE_COMMON)) {
    }
}

void mm_flat(struct domain *d) {
    uint32_t done = 0;
    int result;

    do {
        result = pt_flat_step(&d->space, &done);
    } while (result > 0);
    assert_int_equal(result, 0);
}

unsigned int mm_destroy(struct domain *d) {
    unsigned int steps = 0;

    while (pt_destroy_step(&d->space) || p2m_destroy_step(&d->space)) {
        steps++;
    }
    p2m_store_free(d->is_managed ? &d->p2m_store : &stores[d->id]);
    support_domain_remove(d);
    mm_scrub();
    return steps;
}

mfn_t mm_frame(const struct domain *d, uint32_t g) {
    return p2m_entry_mfn(p2m_lookup(&d->space.p2m, gfn(g)));
}

int mm_change(struct domain *d, uint32_t g, mfn_t to, enum p2m_type type) {
    bool begun = false;
    int err;

    do {
        spin_lock(&d->space.lock);
        err = p2m_change(&d->space, gfn(g), to, type, &begun);
        spin_unlock(&d->space.lock);
    } while (err == -XEN_EAGAIN);
    return err;
}

int32_t mm_run(int32_t (*fn)(struct vcpu *, uint32_t *), struct domain *d, uint32_t args[5],
               unsigned int *again) {
    int32_t rc;

    support_run(d->vcpu[0]);
    *again = 0;
    while ((rc = fn(d->vcpu[0], args)) == HYPERCALL_AGAIN) {
        walker_check_visible();
        ++*again;
    }
    walker_check_visible();
    return rc;
}

int mm_update(struct domain *d, uint32_t ptr, uint32_t val) {
    struct mmu_update u = {.ptr = ptr, .val = val};
    uint32_t args[5] = {fake_put(0, &u, sizeof(u)).v, 1, 0, DOMID_SELF};
    unsigned int again;

    return mm_run(do_mmu_update, d, args, &again);
}

int mm_ext(struct domain *d, uint32_t cmd, uint64_t arg1, uint64_t arg2) {
    struct mmuext_op op = {.cmd = cmd};
    uint32_t args[5] = {0, 1, 0, DOMID_SELF};
    unsigned int again;

    op.arg1.mfn = arg1;
    op.arg2.src_mfn = arg2;
    args[0] = fake_put(0, &op, sizeof(op)).v;
    return mm_run(do_mmuext_op, d, args, &again);
}

uint32_t mm_l2(const struct domain *d, uint32_t va) {
    uint32_t table = arch_l1_table(pt_vcpu_l1(&d->space, 0)[va >> 20]);

    return table ? pt_unit_table(pt_unit_at(table))[va >> 12 & 255] : 0;
}

/* ---- The check ---- */

static void count_frame(const struct domain *d, uint32_t hw) {
    uint32_t m = hw >> PAGE_SHIFT;
    const struct page_info *page = page_of(mfn(m));

    if (page) {
        assert_int_equal(page->state, PAGE_USED);
        assert_true(page->owner == d->id || page->owner == DOMID_XEN || d->space.p2m.foreign);
        expected[m - page_first]++;
    }
}

/* As p2m_foreign.c counts them, but one for each frame. */
static uint32_t foreign[FAKE_RAM_MIB * FRAMES_PER_MIB];

static void count_entry(const struct domain *d, uint32_t hw) {
    mfn_t m = mfn(hw >> PAGE_SHIFT);

    count_frame(d, hw);
    if (p2m_is_foreign(&d->space, m)) {
        assert_false(arch_l2_is_cached(hw));
        foreign[m.v - page_first]++;
    }
}

static void count_p2m(const struct domain *d) {
    for (uint32_t i = 0; i < d->space.p2m.count; i++) {
        if (p2m_entry_type(d->space.p2m.entry[i]) != P2M_INVALID) {
            count_frame(d, d->space.p2m.entry[i]);
        }
    }
    for (unsigned int i = 0; i < d->space.p2m.sparse_count; i++) {
        count_frame(d, d->space.p2m.sparse[i].entry);
    }
    for (unsigned int r = 0; r < d->space.p2m.range_count; r++) {
        for (uint32_t i = 0; i < d->space.p2m.range[r].count; i++) {
            count_frame(d, (d->space.p2m.range[r].mfn.v + i) << PAGE_SHIFT);
        }
    }
}

/* Its mappings of granted frames. */
static void count_records(const struct grant_domain *g) {
    for (uint32_t i = 0; i < g->record_count; i++) {
        const struct grant_record *r = &g->page[i / MAPTRACK_RECORDS][i % MAPTRACK_RECORDS];

        if (r->flags) {
            assert_int_equal(page_of(r->mfn)->state, PAGE_USED);
            expected[r->mfn.v - page_first]++;
        }
    }
}

struct l1_count {
    unsigned int units[FAKE_HEAP_SIZE >> PT_UNIT_SHIFT];
    unsigned int sections[FAKE_RAM_MIB];
};

static void count_l1(const struct domain *d, uint16_t block, unsigned int from, unsigned int end,
                     struct l1_count *c) {
    const uint32_t *table = pt_block_table(block);
    unsigned int used = 0;

    for (unsigned int i = from; i < end; i++) {
        struct pte pte = arch_pte_decode_hw_l1(table[i]);

        used += table[i] != 0;
        if (pte.kind == PTE_TABLE) {
            uint16_t unit = pt_unit_at(pte.addr);

            assert_int_equal(pt_blocks[unit / PT_UNITS_PER_BLOCK].owner, d->id);
            assert_int_equal(pt_blocks[unit / PT_UNITS_PER_BLOCK].kind, PT_BLOCK_L2);
            assert_true(pte.dacr_domain == PV_DOMAIN_USER || pte.dacr_domain == PV_DOMAIN_KERNEL);
            c->units[unit]++;
        } else if (pte.kind == PTE_SECTION) {
            assert_int_equal(page_of(mfn(pte.addr >> PAGE_SHIFT))->owner, d->id);
            c->sections[(pte.addr - FAKE_RAM_PA) / MIB]++;
        } else {
            assert_int_equal(table[i], 0);
        }
    }
    if (block != d->space.pt.kernel[0]) {
        assert_int_equal(pt_blocks[block].used, used);
    }
    for (unsigned int i = PT_HOLE_INDEX; i < PT_L1_ENTRIES; i++) {
        assert_int_equal(table[i], FAKE_HYP_ENTRY);
    }
}

/* Own part counted, kernel part equal to the source's if it is of its version. */
static void count_list(const struct domain *d, uint16_t list, struct l1_count *c) {
    unsigned int first = d->space.pt.kernel_index;

    for (uint16_t b = list; b; b = pt_blocks[b].link.next) {
        count_l1(d, b, 0, first, c);
        if (pt_blocks[b].version == d->space.pt.version) {
            assert_memory_equal(&pt_block_table(b)[first],
                                &pt_block_table(d->space.pt.kernel[0])[first],
                                (PT_HOLE_INDEX - first) * 4);
        }
        assert_true(pt_blocks[b].gfn != PT_NO_GFN || pt_blocks[b].used == 0);
    }
}

/* Each vCPU's own kernel part is the source's. */
static void check_own_kernels(const struct domain *d) {
    unsigned int first = d->space.pt.kernel_index;

    for (unsigned int i = 1; i < d->space.pt.kernels && d->space.pt.kernel[i]; i++) {
        assert_memory_equal(&pt_block_table(d->space.pt.kernel[i])[first],
                            &pt_block_table(d->space.pt.kernel[0])[first],
                            (PT_HOLE_INDEX - first) * 4);
    }
}

static void check_loaded(const struct domain *d) {
    check_own_kernels(d);
    if (pt_has_own_kernels(&d->space)) {
        return; /* the tables that are loaded have no kernel part */
    }
    for (unsigned int i = 0; i < PT_VCPU_MAX; i++) {
        uint16_t block = d->space.pt.vcpu_l1[i];

        assert_true(block == 0 || pt_blocks[block].version == d->space.pt.version);
    }
}

static void check_guest_unit(uint16_t unit) {
    const struct page_info *page = page_of(mfn(pt_units[unit].home));

    assert_int_equal(page->type, PAGE_L2);
    assert_int_equal(page->l2[pt_units[unit].slot], unit);
}

static void check_split_unit(const struct domain *d, uint16_t unit) {
    const struct p2m_mib *mib =
        &d->space.p2m.mib[(pt_units[unit].home - d->space.p2m.base.v) / FRAMES_PER_MIB];
    uint16_t u = mib->splits;

    assert_true(mib->broken);
    while (u != unit) {
        assert_int_not_equal(u, 0);
        u = pt_units[u].next;
    }
}

/* Each counter has what the frames have that it serves. */
static void check_foreign(const struct domain *d) {
    uint32_t counts = d->space.p2m.foreign_counts;

    for (uint32_t i = 0; i < page_frames; i++) {
        const struct p2m_foreign *count = p2m_foreign_counter(&d->space, mfn(page_first + i));
        uint32_t sum = 0;

        for (uint32_t j = i % counts; j < page_frames; j += counts) {
            sum += foreign[j];
        }
        assert_int_equal(count ? count->entries : 0, sum);
    }
}

static void check_units(const struct domain *d, const struct l1_count *c) {
    for (unsigned int u = 0; u < heap_block_count() * PT_UNITS_PER_BLOCK; u++) {
        const struct pt_block *b = &pt_blocks[u / PT_UNITS_PER_BLOCK];
        const uint32_t *table = pt_unit_table((uint16_t)u);

        if (b->kind != PT_BLOCK_L2 || b->owner != d->id) {
            continue;
        }
        assert_int_equal(pt_units[u].state == PT_UNIT_FREE,
                         (b->free_units >> u % PT_UNITS_PER_BLOCK & 1));
        assert_int_equal(c->units[u], pt_units[u].state == PT_UNIT_FREE ? 0 : pt_units[u].refs);
        if (pt_units[u].state == PT_UNIT_GUEST) {
            check_guest_unit((uint16_t)u);
        } else if (pt_units[u].state == PT_UNIT_SPLIT) {
            check_split_unit(d, (uint16_t)u);
        }
        for (unsigned int i = 0; i < PT_L2_ENTRIES; i++) {
            bool dirty = b->dirty_units >> u % PT_UNITS_PER_BLOCK & 1 &&
                         (u != d->space.p2m.split || i >= d->space.p2m.split_counted);

            assert_true(table[i] == 0 || dirty || pt_units[u].state != PT_UNIT_FREE);
            if (table[i] && !dirty) {
                count_entry(d, table[i]);
            }
        }
    }
}

static void check_domain(const struct domain *d, unsigned int *sections) {
    static struct l1_count c;
    unsigned int blocks = 0;

    memset(&c, 0, sizeof(c));
    memset(foreign, 0, sizeof(foreign));
    count_p2m(d);
    count_records(&d->grant);
    if (d->space.pt.flat) {
        count_l1(d, d->space.pt.flat, 0, PT_HOLE_INDEX, &c);
    }
    if (d->space.pt.kernel[0]) {
        count_l1(d, d->space.pt.kernel[0], d->space.pt.kernel_index, PT_HOLE_INDEX, &c);
    }
    count_list(d, d->space.pt.registered, &c);
    count_list(d, d->space.pt.clean, &c);
    check_loaded(d);
    check_units(d, &c);
    check_foreign(d);
    for (unsigned int b = 1; pt_blocks && b < heap_block_count(); b++) {
        blocks += pt_blocks[b].kind != PT_BLOCK_NONE && pt_blocks[b].owner == d->id;
    }
    blocks += d->space.pt.building != 0;
    for (unsigned int i = 1; i < PT_KERNELS; i++) {
        blocks += d->space.pt.kernel[i] != 0;
    }
    assert_int_equal(blocks, d->space.pt.block_count);
    assert_in_range(blocks, 0, d->space.pt.block_limit);
    for (unsigned int i = 0; i < FAKE_RAM_MIB; i++) {
        sections[i] += c.sections[i];
    }
}

void mm_check(void) {
    unsigned int sections[FAKE_RAM_MIB] = {0};
    uint32_t free_frames = 0;

    expected = calloc(page_frames, sizeof(*expected));
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d)) {
        check_domain(d, sections);
    }
    for (uint32_t i = 0; i < page_frames; i++) {
        const struct page_info *page = &page_table[i];

        free_frames += page->state == PAGE_FREE;
        if (page->state == PAGE_FREE || page->state == PAGE_DIRTY) {
            assert_int_equal(page->owner, DOMID_INVALID);
            assert_int_equal(page->type, PAGE_NONE);
        }
        /* Frames of the hypervisor's have holds that no table shows. */
        if (page->owner == DOMID_XEN) {
            assert_true(page->count >= expected[i]);
        } else {
            assert_int_equal(page->count, expected[i]);
        }
    }
    for (unsigned int i = 0; i < FAKE_RAM_MIB; i++) {
        assert_int_equal(page_sections[i], sections[i]);
    }
    assert_int_equal(free_frames, page_free_count());
    free(expected);
}
