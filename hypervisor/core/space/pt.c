/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's tables from its creation to its end.
 */
#include "core/space/pt.h"

#include <string.h>

#include "core/base/panic.h"
#include "core/space/pt_table.h"
#include "core/space/space.h"

int pt_init(struct space *s, uint32_t limit) {
    unsigned int blocks = limit >> HEAP_BLOCK_SHIFT;
    int err = 0;

    memset(&s->pt, 0, sizeof(s->pt));
    s->pt.kernel_index = PT_HOLE_INDEX;
    s->pt.attr_raw = PT_ATTR_NONE;
    s->pt.last_base = PT_NO_TABLE;
    s->pt.version = 1;
    s->pt.kernels = 1;
    if (limit < PT_LIMIT_MIN || blocks > UINT16_MAX) {
        return -XEN_EINVAL;
    }
    if (!pt_blocks) {
        err = pt_mem_setup();
    }
    if (err == 0) {
        err = heap_reserve(blocks);
    }
    if (err == 0) {
        s->pt.block_limit = s->pt.block_kept = s->pt.block_promised = (uint16_t)blocks;
    }
    return err;
}

int pt_set_limit(struct space *s, uint64_t limit) {
    if (limit >= PT_LIMIT_MAX) {
        return -XEN_EINVAL;
    }
    limit = limit < PT_LIMIT_MIN ? PT_LIMIT_MIN : limit;
    s->pt.block_limit = (uint16_t)(limit >> HEAP_BLOCK_SHIFT);
    return 0;
}

gfn_t pt_vcpu_base(const struct space *s, unsigned int vcpu) {
    uint16_t block = s->pt.vcpu_l1[vcpu];

    return gfn(block ? pt_blocks[block].gfn : 0);
}

/* A section for each MiB of RAM from frame @from up to @end.  They differ in the address alone,
 * which every level has in the top bits: one entry is encoded. */
static void fill_flat(struct space *s, uint16_t block, uint32_t from, uint32_t end) {
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
    const uint32_t *const entry = s->p2m.entry;
    const struct p2m_mib *const mib = s->p2m.mib;
    const uint32_t base = s->p2m.base.v;
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

int pt_flat_step(struct space *s, uint32_t *done) {
    uint32_t count = s->p2m.count;
    uint32_t from = *done;

    if (!s->pt.flat) {
        return pt_build_l1(s, &s->pt.flat) == -XEN_ENOMEM ? -XEN_ENOMEM : 1;
    }
    *done = count - from > STEP_FLAT * FRAMES_PER_MIB ? from + STEP_FLAT * FRAMES_PER_MIB : count;
    fill_flat(s, s->pt.flat, from, *done);
    return *done < count;
}

int pt_set_kernel_start(struct space *s, gvaddr_t va) {
    if (va.v % MIB || va.v >= PV_VIRT_START) {
        return -XEN_EINVAL;
    }
    if (s->pt.kernel[0] || s->pt.kernel_index != PT_HOLE_INDEX) {
        return -XEN_EBUSY;
    }
    s->pt.kernel_index = (uint16_t)(va.v >> MIB_SHIFT);
    return 0;
}

static bool is_several(unsigned int vcpus, unsigned int most) {
    return vcpus > 1 && vcpus <= most;
}

void pt_own_kernels(struct space *s, unsigned int vcpus) {
    if (is_several(vcpus, PT_KERNELS) && s->pt.kernel_index == PT_OWN_INDEX) {
        s->pt.kernels = (uint8_t)vcpus;
    }
}

void pt_flush_tlb(struct space *s) {
    spin_lock(&s->lock);
    pt_forget_stale(s);
    spin_unlock(&s->lock);
}

uint32_t *pt_vcpu_l1(const struct space *s, unsigned int vcpu) {
    uint16_t block = s->pt.vcpu_l1[vcpu];

    return pt_block_table(block ? block : s->pt.flat);
}

uint32_t *pt_vcpu_kernel(const struct space *s, unsigned int vcpu) {
    bool is_own = pt_has_own_kernels(s) && s->pt.vcpu_l1[vcpu];

    return is_own ? pt_block_table(s->pt.kernel[vcpu]) : pt_vcpu_l1(s, vcpu);
}

/* Empty the table at the head of the list of registered ones, then let it go. */
static void destroy_registered(struct space *s) {
    uint16_t block = s->pt.registered;

    if (!pt_blocks[block].dying) {
        pt_blocks[block].dying = true;
        pt_blocks[block].scan = 0;
    }
    if (pt_blocks[block].used == 0) {
        pt_unpin(s, gfn(pt_blocks[block].gfn));
    } else {
        pt_l1_empty_step(s, block, s->pt.kernel_index);
    }
}

/* Empty all of *@block, the flat table or the source, then give its memory back. */
static void destroy_own(struct space *s, uint16_t *block) {
    if (!pt_l1_empty_step(s, *block, PT_HOLE_INDEX)) {
        uint16_t b = *block;

        *block = 0;
        pt_block_give(s, b);
    }
}

/* The copies hold nothing. */
static void destroy_kernel(struct space *s) {
    if (pt_has_own_kernels(s)) {
        uint16_t copy = s->pt.kernel[--s->pt.kernels];

        if (copy) {
            pt_block_give(s, copy);
        }
    } else {
        destroy_own(s, &s->pt.kernel[0]);
    }
}

static void destroy_kept(struct space *s) {
    uint16_t block = s->pt.clean ? s->pt.clean : s->pt.slab;
    uint16_t *list = s->pt.clean ? &s->pt.clean : &s->pt.slab;

    CHECK(block && (s->pt.clean || pt_blocks[block].used == 0));
    pt_list_remove(list, block);
    pt_block_give(s, block);
}

bool pt_destroy_step(struct space *s) {
    struct pt_space *pt = &s->pt;

    memset(pt->vcpu_l1, 0, sizeof(pt->vcpu_l1));
    pt_give_building(s);
    if (pt_split_abandon(s)) {
        return true;
    }
    if (pt->dropping) {
        pt_drop_step(s);
    } else if (pt->registered) {
        destroy_registered(s);
    } else if (pt->flat) {
        destroy_own(s, &pt->flat);
    } else if (pt->kernel[0]) {
        destroy_kernel(s);
    } else if (pt->clean || pt->slab) {
        destroy_kept(s);
    } else {
        CHECK(pt->block_count == 0);
        heap_unreserve(pt->block_promised);
        pt->block_limit = pt->block_kept = pt->block_promised = 0;
        return false;
    }
    return true;
}
