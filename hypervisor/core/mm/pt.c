/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's tables from its creation to its end.
 */
#include "core/mm/pt.h"

#include <string.h>

#include "core/base/panic.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/mm/pt_table.h"

_Static_assert(PT_VCPU_MAX >= DOMAIN_VCPU_MAX, "every vCPU has its place");

int pt_init(struct domain *d, uint32_t limit) {
    unsigned int blocks = limit >> HEAP_BLOCK_SHIFT;
    int error = 0;

    memset(&d->pt, 0, sizeof(d->pt));
    d->pt.kernel_index = PT_HOLE_INDEX;
    d->pt.attr_raw = PT_ATTR_NONE;
    d->pt.last_base = PT_NO_TABLE;
    d->pt.version = 1;
    if (limit < PT_LIMIT_MIN || blocks > UINT16_MAX) {
        return -XEN_EINVAL;
    }
    if (!pt_blocks) {
        error = pt_mem_setup();
    }
    if (error == 0) {
        error = heap_reserve(blocks);
    }
    if (error == 0) {
        d->pt.block_limit = (uint16_t)blocks;
    }
    return error;
}

/* A section for each MiB of RAM from frame @from up to @end.  They differ in the address alone, which
 * every level has in the top bits: one entry is encoded. */
static void fill_flat(struct domain *d, uint16_t block, uint32_t from, uint32_t end) {
    static const struct pte any_ram = {
        .kind = PTE_SECTION,
        .dacr_domain = PV_DOMAIN_KERNEL,
        .writable = true,
        .executable = true,
        .memory = PTE_WRITEBACK,
        .shareable = true,
    };
    const uint32_t attributes = arch_pte_encode_l1(&any_ram);
    uint32_t *table = pt_block_table(block);
    /* In locals: to the compiler, each store could change them. */
    const uint32_t *const entry = d->p2m.entry;
    const struct p2m_mib *const mib = d->p2m.mib;
    const uint32_t base = d->p2m.base;
    uint16_t *const sections = page_sections;
    const uint32_t first = page_first;
    uint16_t used = pt_blocks[block].used;

    for (uint32_t i = from; i < end; i += FRAMES_PER_MIB) {
        unsigned int index = (base + i) / FRAMES_PER_MIB;
        uint32_t frame = entry[i] & PAGE_MASK;

        if (index < PT_HOLE_INDEX && !mib[i / FRAMES_PER_MIB].broken) {
            sections[((frame >> PAGE_SHIFT) - first) / FRAMES_PER_MIB]++;
            arch_pte_write(&table[index], frame | attributes);
            used++;
        }
    }
    pt_blocks[block].used = used;
    arch_pte_sync();
}

int pt_flat_step(struct domain *d, uint32_t *done) {
    uint32_t count = d->p2m.count;
    uint32_t from = *done;

    if (!d->pt.flat) {
        return pt_build_l1(d, &d->pt.flat) == -XEN_ENOMEM ? -XEN_ENOMEM : 1;
    }
    *done = count - from > STEP_FLAT * FRAMES_PER_MIB ? from + STEP_FLAT * FRAMES_PER_MIB : count;
    fill_flat(d, d->pt.flat, from, *done);
    return *done < count;
}

int pt_set_kernel_start(struct domain *d, gvaddr_t va) {
    if (va.v % MIB || va.v >= PV_VIRT_START) {
        return -XEN_EINVAL;
    }
    if (d->pt.source || d->pt.kernel_index != PT_HOLE_INDEX) {
        return -XEN_EBUSY;
    }
    d->pt.kernel_index = (uint16_t)(va.v >> MIB_SHIFT);
    return 0;
}

uint32_t *pt_vcpu_l1(const struct vcpu *v) {
    uint16_t block = v->domain->pt.vcpu_l1[v->id];

    return pt_block_table(block ? block : v->domain->pt.flat);
}

/* Empty the table at the head of the list of registered ones, then let it go. */
static void destroy_registered(struct domain *d) {
    uint16_t block = d->pt.registered;

    if (!pt_blocks[block].dying) {
        pt_blocks[block].dying = true;
        pt_blocks[block].scan = 0;
    }
    if (pt_blocks[block].used == 0) {
        pt_unpin(d, gfn(pt_blocks[block].gfn));
    } else {
        pt_l1_empty_step(d, block, d->pt.kernel_index);
    }
}

/* Empty all of *@block, the flat table or the source, then give its memory back. */
static void destroy_own(struct domain *d, uint16_t *block) {
    if (!pt_l1_empty_step(d, *block, PT_HOLE_INDEX)) {
        uint16_t b = *block;

        *block = 0;
        pt_block_give(d, b);
    }
}

static void destroy_kept(struct domain *d) {
    uint16_t block = d->pt.clean ? d->pt.clean : d->pt.slab;
    uint16_t *list = d->pt.clean ? &d->pt.clean : &d->pt.slab;

    CHECK(block && (d->pt.clean || pt_blocks[block].used == 0));
    pt_list_remove(list, block);
    pt_block_give(d, block);
}

bool pt_destroy_step(struct domain *d) {
    struct pt_domain *pt = &d->pt;

    memset(pt->vcpu_l1, 0, sizeof(pt->vcpu_l1));
    pt_give_building(d);
    if (pt_split_abandon(d)) {
        return true;
    }
    if (pt->dropping) {
        pt_drop_step(d);
    } else if (pt->registered) {
        destroy_registered(d);
    } else if (pt->flat) {
        destroy_own(d, &pt->flat);
    } else if (pt->source) {
        destroy_own(d, &pt->source);
    } else if (pt->clean || pt->slab) {
        destroy_kept(d);
    } else {
        CHECK(pt->block_count == 0);
        heap_unreserve(pt->block_limit);
        pt->block_limit = 0;
        return false;
    }
    return true;
}
