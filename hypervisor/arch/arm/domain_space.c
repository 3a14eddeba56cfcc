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
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/mm/heap.h"

struct domain_space {
    uint32_t shared[L2_ENTRIES];
    uint32_t vectors[L2_ENTRIES];
};

static int init_space(struct domain *d) {
    struct domain_space *space = heap_alloc(heap_order(sizeof(*space)));

    if (!space) {
        return -XEN_ENOMEM;
    }
    d->arch_space = space;
    arch_pte_publish(space, sizeof(*space));
    arch_pte_write(&space->shared[L2_INDEX(PV_COUNTER_VA)],
                   level_l2_page(devices.counter.page.v, USR_READ_ONLY, MEMORY_DEVICE));
    arch_pte_sync();
    return 1;
}

static int init_vectors(struct domain *d) {
    struct domain_space *space = d->arch_space;
    void *vectors = heap_alloc(0);

    if (!vectors) {
        return -XEN_ENOMEM;
    }
    d->vectors = vectors;
    mmu_fill_vectors(vectors);
    level_icache_sync((uint32_t)(uintptr_t)vectors, PAGE_SIZE);
    arch_pte_write(&space->vectors[L2_INDEX(PV_VECTORS_VA)],
                   level_l2_page(heap_to_maddr(vectors).v, USR_READ_EXEC, MEMORY_CACHED));
    arch_pte_sync();
    return 0;
}

int arch_domain_init(struct domain *d) {
    return d->arch_space ? init_vectors(d) : init_space(d);
}

void arch_domain_destroy(struct domain *d) {
    heap_free(d->arch_space, heap_order(sizeof(struct domain_space)));
    heap_free(d->vectors, 0);
    d->arch_space = NULL;
    d->vectors = NULL;
}

int arch_domain_map_vcpu_page(struct vcpu *v) {
    struct domain_space *space = v->domain->arch_space;

    arch_pte_write(&space->shared[L2_INDEX(PV_VCPU_VA(v->id))],
                   level_l2_page(mfn_to_maddr(v->page_mfn).v, USR_READ_WRITE, MEMORY_CACHED));
    arch_pte_sync();
    return 0;
}

void arch_l1_init(struct domain *d, uint32_t *l1) {
    const struct domain_space *space = d->arch_space;
    uint32_t first = L1_INDEX(PV_VIRT_START);

    for (uint32_t i = first; i < L1_ENTRIES; i++) {
        arch_pte_write(&l1[i], boot_l1[i]);
    }
    arch_pte_write(&l1[L1_INDEX(HYP_SHARED_VA)],
                   level_l1_table(heap_to_maddr(space->shared).v, PV_DOMAIN_KERNEL));
    arch_pte_write(&l1[L1_INDEX(HYP_VECTORS_MIB_VA)],
                   level_l1_table(heap_to_maddr(space->vectors).v, PV_DOMAIN_USER));
    arch_pte_sync();
    level_space_new(heap_to_maddr(l1).v);
}
