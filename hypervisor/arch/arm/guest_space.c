/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two MiB of the top of the address space that are a domain's own: the shared
 * MiB with its vCPU pages and the counter, and the vector page.  One heap page
 * holds both second-level tables, another the vector page; that one is only
 * filled through the heap, cleaned to where instructions are fetched from, and
 * afterwards written at its guest address, so that a VIVT cache never holds two
 * versions of it.
 */
#include <string.h>

#include "arch/arm/layout.h"
#include "arch/arm/level.h"
#include "arch/arm/mmu.h"
#include "core/base/arch.h"
#include "core/device/device.h"
#include "core/mm/heap.h"
#include "core/space/space.h"

struct space_tables {
    uint32_t shared[L2_ENTRIES];
    uint32_t vectors[L2_ENTRIES];
};

static int init_shared(struct space *s) {
    struct space_tables *tables = heap_alloc(heap_order(sizeof(*tables)));

    if (!tables) {
        return -XEN_ENOMEM;
    }
    s->shared = tables;
    arch_pte_publish(tables, sizeof(*tables));
    arch_pte_write(&tables->shared[L2_INDEX(PV_COUNTER_VA)],
                   level_l2_page(devices.counter.page.v, USR_READ_ONLY, MEMORY_DEVICE));
    arch_pte_sync();
    return 1;
}

static int init_vectors(struct space *s) {
    struct space_tables *tables = s->shared;
    void *vectors = heap_alloc(0);

    if (!vectors) {
        return -XEN_ENOMEM;
    }
    s->vectors = vectors;
    mmu_fill_vectors(vectors);
    level_icache_sync((uint32_t)(uintptr_t)vectors, PAGE_SIZE);
    arch_pte_write(&tables->vectors[L2_INDEX(PV_VECTORS_VA)],
                   level_l2_page(heap_to_maddr(vectors).v, USR_READ_EXEC, MEMORY_CACHED));
    arch_pte_sync();
    return 0;
}

int arch_space_init(struct space *s) {
    return s->shared ? init_vectors(s) : init_shared(s);
}

void arch_space_destroy(struct space *s) {
    heap_free(s->shared, heap_order(sizeof(struct space_tables)));
    heap_free(s->vectors, 0);
    s->shared = NULL;
    s->vectors = NULL;
}

int arch_space_map_vcpu_page(struct space *s, unsigned int vcpu, mfn_t page) {
    struct space_tables *tables = s->shared;

    arch_pte_write(&tables->shared[L2_INDEX(PV_VCPU_VA(vcpu))],
                   level_l2_page(mfn_to_maddr(page).v, USR_READ_WRITE, MEMORY_CACHED));
    arch_pte_sync();
    return 0;
}

/* The lower half of a table for the kernel part is never walked: the second-level table for the
 * pages of vCPUs lies there, which differs from the others' in one entry. */
void arch_l1_own(const struct space *s, uint32_t *l1, unsigned int vcpu) {
    const struct space_tables *tables = s->shared;
    const uint32_t *shared = tables->shared;

    for (unsigned int i = 0; i < ARCH_OWN_KERNELS; i++) {
        unsigned int at = L2_INDEX(PV_VCPU_VA(i));

        arch_pte_write(&l1[at], shared[at]);
    }
    arch_pte_write(&l1[L2_INDEX(PV_COUNTER_VA)], shared[L2_INDEX(PV_COUNTER_VA)]);
    arch_pte_write(&l1[L2_INDEX(PV_VCPU_VA(0))], shared[L2_INDEX(PV_VCPU_VA(vcpu))]);
    arch_pte_sync();
    arch_pte_write(&l1[L1_INDEX(HYP_SHARED_VA)],
                   level_l1_table(heap_to_maddr(l1).v, PV_DOMAIN_KERNEL));
    arch_pte_sync();
}

void arch_l1_init(struct space *s, uint32_t *l1) {
    const struct space_tables *tables = s->shared;
    uint32_t first = L1_INDEX(PV_VIRT_START);

    for (uint32_t i = first; i < L1_ENTRIES; i++) {
        arch_pte_write(&l1[i], boot_l1[i]);
    }
    arch_pte_write(&l1[L1_INDEX(HYP_SHARED_VA)],
                   level_l1_table(heap_to_maddr(tables->shared).v, PV_DOMAIN_KERNEL));
    arch_pte_write(&l1[L1_INDEX(HYP_VECTORS_MIB_VA)],
                   level_l1_table(heap_to_maddr(tables->vectors).v, PV_DOMAIN_USER));
    arch_pte_sync();
    level_space_new(heap_to_maddr(l1).v);
}
