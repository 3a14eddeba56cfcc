/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain is built in stages, each made of bounded steps.  What a restart needs is kept: the
 * modules stay reserved in memory, the tree in the heap, its frames in its pool.
 */
#include <stddef.h>
#include <string.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/base/printk.h"
#include "core/base/steps.h"
#include "core/build/domain_build_record.h"
#include "core/build/domain_load.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_sched.h"
#include "core/domain/vcpu.h"
#include "core/event/pirq.h"
#include "core/mm/heap.h"
#include "core/mm/page_pool.h"
#include "core/space/p2m_foreign.h"

_Static_assert(STEP_BUILD % 8 == 0 && FRAMES_PER_MIB % STEP_BUILD == 0, "page_take() needs that");

/*
 * ---- Stages ----
 *
 * Each returns 0: done, 1: call again, or an error, described in domain_build.why.
 */

/* Two steps: memory for it, and what makes it a domain. */
static int domain_build_create(struct domain_build *b) {
    const char *why = "no memory for another domain";
    struct domain *d = b->memory;

    if (!d) {
        b->memory = domain_alloc();
        return b->memory ? 1 : domain_build_fail(b, -XEN_ENOMEM, why);
    }
    b->memory = NULL;
    int err = domain_init(d, b->id, b->name);
    if (err) {
        return domain_build_fail(b, err, why);
    }
    b->domain = d;
    CHECK(domain_get(b->domain));
    b->domain->pool = b->pool;
    b->domain->build = b;
    b->domain->is_privileged = b->is_dom0;
    b->domain->is_direct_mapped = b->is_dom0;
    b->domain->restart_on_crash = b->restart_on_crash;
    b->domain->vcpu_max = b->vcpu_count;
    if (b->is_dom0) {
        p2m_foreign_count_each(&b->domain->space);
    }
    b->domain->max_frames = b->layout.ram_size >> PAGE_SHIFT;
    b->domain->table_pool = b->table_memory;
    return 0;
}

static int domain_build_space(struct domain_build *b) {
    int err = arch_space_init(&b->domain->space);

    return err < 0 ? domain_build_fail(b, err, "no memory for its address space") : err;
}

/* Nobody could end it before. */
static int domain_build_list(struct domain_build *b) {
    int err = domain_appear(b->domain);

    if (err) {
        domain_free(b->domain);
        b->domain = NULL;
    }
    return err ? domain_build_fail(b, err, "no room for another domain") : 0;
}

/* Of the hypervisor's memory: what describes its own. */
static int domain_build_maps(struct domain_build *b) {
    uint32_t frames = b->layout.ram_size >> PAGE_SHIFT;
    int err = p2m_init(&b->domain->space, gpaddr_to_gfn(b->layout.ram_start), frames, &b->store);

    return err ? domain_build_fail(b, err, "no memory for its frame map") : 0;
}

static int domain_build_table_memory(struct domain_build *b) {
    int err = pt_init(&b->domain->space, b->table_memory);

    return err ? domain_build_fail(b, err, "no memory for its translation tables") : 0;
}

/* dom0: one run of frames, 1:1, so that its devices can do DMA. 2-MiB aligned for its kernel. */
static int domain_build_direct_ram(struct domain_build *b) {
    uint32_t mib = b->layout.ram_size >> MIB_SHIFT;
    mfn_t first = page_alloc_mib(b->id, mib, 2);

    if (mfn_eq(first, INVALID_MFN)) {
        return domain_build_fail(b, -XEN_ENOMEM, "not so much memory in one piece");
    }
    for (uint32_t i = 0; i < mib; i++) {
        page_pool_adopt(b->pool, mfn(first.v + i * FRAMES_PER_MIB));
    }
    b->layout.ram_start = gfn_to_gpaddr(gfn(first.v));
    b->mib = first;
    return 0;
}

/*
 * A domU: MiB by MiB, wherever there is one, a part of one in each step.  Whole MiBs alone: a
 * domain starts with its RAM mapped by sections, and a kernel maps it so.  When it is built again
 * it finds all of them in its pool, as soon as the frames are scrubbed.
 */
static int domain_build_mapped_ram(struct domain_build *b) {
    gfn_t at = gfn(gpaddr_to_gfn(b->layout.ram_start).v + b->done);
    uint32_t inside = b->done % FRAMES_PER_MIB;

    if (inside == 0) {
        b->mib = page_pool_whole(b->pool, b->layout.ram_size >> MIB_SHIFT);
        if (mfn_eq(b->mib, INVALID_MFN)) {
            return domain_build_fail(b, -XEN_ENOMEM, "not so much memory");
        }
    }
    page_take(mfn(b->mib.v + inside), STEP_BUILD, b->id);
    CHECK(p2m_add_ram(&b->domain->space, at, mfn(b->mib.v + inside), STEP_BUILD) == 0);
    b->done += STEP_BUILD;
    return b->done < b->layout.ram_size >> PAGE_SHIFT;
}

static int domain_build_place(struct domain_build *b) {
    return b->is_dom0 ? domain_build_direct_ram(b) : 0;
}

static int domain_build_ram(struct domain_build *b) {
    if (!b->is_dom0) {
        return domain_build_mapped_ram(b);
    }
    CHECK(p2m_add_ram(&b->domain->space, gfn(b->mib.v), b->mib, b->layout.ram_size >> PAGE_SHIFT) ==
          0);
    return 0;
}

static uint64_t boot_tree[GUEST_FDT_MAX / sizeof(uint64_t)];

/* Where things go, and the guest's tree, which says so. */
static int domain_build_tree(struct domain_build *b) {
    static char error[BOOT_TEXT_MAX];
    const char *why = "";

    if (b->tree) {
        return 0;
    }
    uint32_t room = domain_load_check_kernel(&b->kernel, &why);
    if (room == 0) {
        return domain_build_fail(b, -XEN_EINVAL, why);
    }
    if (domain_load_place(&b->layout, room, GUEST_FDT_MAX, &b->tree_start)) {
        return domain_build_fail(b, -XEN_ENOSPC,
                                 "its memory is too small for its kernel and ramdisk");
    }
    int size = guest_fdt_build(domain_build_boot, b->index, &b->layout, boot_tree,
                               sizeof(boot_tree), error);
    if (size < 0) {
        return domain_build_fail(b, size, error);
    }
    b->tree = heap_alloc(heap_order((size_t)size));
    if (!b->tree) {
        return domain_build_fail(b, -XEN_ENOMEM, "no memory to keep its device tree");
    }
    b->tree_size = (uint32_t)size;
    memcpy(b->tree, boot_tree, (size_t)size);
    return 0;
}

static gpaddr_t domain_build_entry(const struct domain_build *b) {
    return gpaddr(b->layout.ram_start.v + DOMAIN_LOAD_KERNEL_OFFSET);
}

static int domain_build_kernel(struct domain_build *b) {
    return domain_load_copy(&b->domain->space.p2m, domain_build_entry(b), &b->kernel, &b->done);
}

static int domain_build_ramdisk(struct domain_build *b) {
    return domain_load_copy(&b->domain->space.p2m, b->layout.ramdisk_start, &b->ramdisk, &b->done);
}

/* A range of registers or an interrupt line in each step. */
static int domain_build_devices(struct domain_build *b) {
    const struct guest_hw *hw = &b->hw;
    uint32_t i = b->done++;
    int err = 0;

    if (i < hw->io_count) {
        const struct maddr_range *io = &hw->io[i];

        err = p2m_add_range(&b->domain->space, gfn(io->start.v >> PAGE_SHIFT),
                            maddr_to_mfn(io->start), io->size >> PAGE_SHIFT, P2M_DEVICE);
    } else if (i < hw->io_count + hw->pirq_count) {
        err = pirq_assign(&b->domain->event, hw->pirq[i - hw->io_count]);
    }
    if (err) {
        return domain_build_fail(b, err, "a register range or interrupt line of a device is taken");
    }
    return b->done < hw->io_count + hw->pirq_count;
}

/* A frame that guest and hypervisor share, held by the domain's map alone. */
static int domain_build_shared_page(struct domain_build *b, gfn_t where, void **page) {
    mfn_t frame = page_alloc(b->id);
    int err;

    *page = NULL;
    if (mfn_eq(frame, INVALID_MFN)) {
        return domain_build_fail(b, -XEN_ENOMEM, "no memory for its console");
    }
    err = p2m_add_range(&b->domain->space, where, frame, 1, P2M_SHARED);
    if (!err) {
        *page = arch_map_shared(frame);
    }
    page_put(frame);
    if (!*page) {
        return domain_build_fail(b, -XEN_ENOSPC, "no place for its console");
    }
    memset(*page, 0, PAGE_SIZE);
    return 0;
}

/* The PV console of a domU; dom0 has the console_io hypercall. */
static int domain_build_console(struct domain_build *b) {
    struct domain *d = b->domain;
    evtchn_port_t port;
    void *ring;
    int err;

    if (b->is_dom0) {
        return 0;
    }
    err = domain_build_shared_page(b, gfn(PV_MAGIC_CONSOLE_GFN), &ring);
    if (err) {
        return err;
    }
    if (console_ring_init(&d->console, ring, &port)) {
        arch_unmap_shared(ring);
        return domain_build_fail(b, -XEN_ENOSPC, "no event channel for its console");
    }
    d->hvm_params[HVM_PARAM_CONSOLE_PFN] = PV_MAGIC_CONSOLE_GFN;
    d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN] = port;
    return 0;
}

#define DOM0 0 /* its id */

/* As Xen with xen,enhanced: a channel that dom0's store is to bind, and no page until dom0 has
 * brought one, which the guest waits for. */
static int domain_build_store(struct domain_build *b) {
    struct domain *d = b->domain;
    evtchn_port_t port;

    if (!b->is_enhanced) {
        return 0;
    }
    if (event_alloc_unbound(&d->event, DOM0, &port)) {
        return domain_build_fail(b, -XEN_ENOSPC, "no event channel for its store");
    }
    d->hvm_params[HVM_PARAM_STORE_EVTCHN] = port;
    d->hvm_params[HVM_PARAM_STORE_PFN] = ~(uint64_t)0;
    return 0;
}

static int domain_build_tables(struct domain_build *b) {
    int err = pt_flat_step(&b->domain->space, &b->done);

    return err < 0 ? domain_build_fail(b, err, "no memory for its tables") : err;
}

/* One a step. */
static int domain_build_vcpus(struct domain_build *b) {
    struct vcpu *v;
    int err = vcpu_create(b->domain, b->domain->vcpu_count, &v);

    if (err) {
        return domain_build_fail(b, err, "no memory for its vCPUs");
    }
    return b->domain->vcpu_count < b->vcpu_count;
}

static int domain_build_entry_state(struct domain_build *b) {
    arch_vcpu_init(b->domain->vcpu[0], domain_build_entry(b), b->tree_start);
    b->domain->vcpu[0]->is_initialised = true;
    int err = domain_sched_set(b->domain, &b->sched);
    return err ? domain_build_fail(b, err, "weight or cap is not valid") : 0;
}

static int domain_build_promise_fail(struct domain_build *b, int err) {
    return domain_build_fail(b, err,
                             err == -XEN_ENOSPC ? "its real-time budget is more than the CPU can "
                                                  "promise"
                             : err == -XEN_EOPNOTSUPP
                                 ? "the tree has no dacre,rt-cost-ns and dacre,rt-stretch-ns, "
                                   "without which no real-time budget can be promised"
                                 : "its real-time budget is not valid");
}

/* Its budgets, of a vCPU in each step.  What it is to have may have been given up by others so
 * shortly ago that it must wait: at most a second. */
static int domain_build_promise(struct domain_build *b) {
    int err;

    if (!b->is_realtime) {
        return 0;
    }
    err = vcpu_set_realtime(b->domain->vcpu[b->done], &b->rt);
    if (err && err != -XEN_EAGAIN) {
        return domain_build_promise_fail(b, err);
    }
    b->done += err == 0;
    return b->done < b->domain->vcpu_count;
}

static int domain_build_copy_tree(struct domain_build *b) {
    return domain_load_bytes(&b->domain->space.p2m, b->tree_start, b->tree, b->tree_size, &b->done);
}

/* Short lines: a long one masks interrupts for too long. */
static int domain_build_announce(struct domain_build *b) {
    printk("Domain %u (%s): %u MiB\n", b->id, b->name, b->layout.ram_size >> MIB_SHIFT);
    return 0;
}

static int domain_build_announce_modules(struct domain_build *b) {
    printk("Domain %u: kernel %u KiB, ramdisk %u\n", b->id, b->kernel.size >> 10,
           b->ramdisk.size >> 10);
    return 0;
}

static int domain_build_start(struct domain_build *b) {
    /* No line of what was at these addresses before may be fetched as this guest's code. */
    arch_cache_flush_aliases();
    int err = domain_start(b->domain);
    if (err == 0) {
        domain_build_let_go(b);
    }
    return err;
}

static int (*const domain_build_stages[])(struct domain_build *b) = {
    domain_build_create,      domain_build_space,
    domain_build_list,        domain_build_table_memory,
    domain_build_place,       domain_build_maps,
    domain_build_ram,         domain_build_tree,
    domain_build_kernel,      domain_build_ramdisk,
    domain_build_copy_tree,   domain_build_devices,
    domain_build_console,     domain_build_store,
    domain_build_tables,      domain_build_vcpus,
    domain_build_entry_state, domain_build_promise,
    domain_build_announce,    domain_build_announce_modules,
    domain_build_start,
};
#define STAGE_COUNT (sizeof(domain_build_stages) / sizeof(domain_build_stages[0]))

void domain_build_let_go(struct domain_build *b) {
    struct domain *d = b->domain;

    b->domain = NULL;
    domain_put(d);
}

int domain_build_step(struct domain_build *b) {
    int result = domain_build_stages[b->stage](b);

    if (result == 0) {
        b->done = 0;
        b->stage++;
        result = b->stage < STAGE_COUNT;
    }
    return result;
}
