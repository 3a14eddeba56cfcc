/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain is built in stages, each made of bounded steps: at boot one after the other
 * until it stands, later one step at a time while the other guests run.  What a
 * restart needs is kept: the modules stay reserved in memory, the tree in the heap.
 */
#include "core/domain_build.h"

#include <stddef.h>
#include <string.h>

#include "core/arch.h"
#include "core/domain.h"
#include "core/domain_free.h"
#include "core/domain_load.h"
#include "core/guest_fdt.h"
#include "core/guest_hw.h"
#include "core/heap.h"
#include "core/page.h"
#include "core/panic.h"
#include "core/printk.h"
#include "core/vcpu.h"
#include "lib/format.h"

/* Table memory of a domain for which the tree names none: a part of its RAM, within bounds. */
#define TABLE_SHARE 16u
#define TABLE_MAX   (4u * MIB)

struct domain_build {
    /* Constant after boot: what to build. */
    domid_t id;
    bool is_dom0;
    char name[DOMAIN_NAME_MAX];
    unsigned int vcpu_count;
    uint32_t table_memory;
    bool restart_on_crash;
    struct sched_params sched;
    struct boot_module kernel, ramdisk;
    struct guest_hw hw;
    struct guest_layout layout;
    gpaddr_t tree_start;
    void *tree;
    uint32_t tree_size;
    /* How far it is. */
    bool waiting;
    unsigned int stage;
    uint32_t done; /* bytes or frames, within the stage */
    bool has_mib;  /* frames of mib are taken, not in its map yet */
    mfn_t mib;
    struct domain *domain;
};

static struct domain_build builds[BOOT_DOMAIN_MAX];
static unsigned int build_count;

/* What went wrong last: the boot stops with it, a restart prints it. */
static char build_error[BOOT_TEXT_MAX];

static int domain_build_fail(const struct domain_build *b, int err, const char *what) {
    format_text(build_error, sizeof(build_error), "%s cannot be built: %s (error %d)", b->name,
                what, err);
    return err;
}

/* ---- Stages.  Each returns 0: done, 1: call again, or an error, described in build_error. ---- */

static int domain_build_create(struct domain_build *b) {
    int err = domain_create(b->id, b->name, &b->domain);

    if (err) {
        b->domain = NULL;
        return domain_build_fail(b, err, "no room for another domain");
    }
    b->domain->is_privileged = b->is_dom0;
    b->domain->is_direct_mapped = b->is_dom0;
    b->domain->restart_on_crash = b->restart_on_crash;
    err = pt_init(b->domain, b->table_memory);
    return err ? domain_build_fail(b, err, "no memory for its translation tables") : 0;
}

/* dom0: one run of frames, 1:1, so that its devices can do DMA. 2-MiB aligned for its kernel. */
static int domain_build_direct_ram(struct domain_build *b) {
    uint32_t mib = b->layout.ram_size >> MIB_SHIFT;
    mfn_t first = page_alloc_mib(b->id, mib, 2);
    gfn_t base = gfn(first.v);

    if (mfn_eq(first, INVALID_MFN)) {
        return domain_build_fail(b, -XEN_ENOMEM, "not so much memory in one piece");
    }
    b->layout.ram_start = gfn_to_gpaddr(base);
    int err = p2m_init(b->domain, base, mib * FRAMES_PER_MIB);
    if (err) {
        return domain_build_fail(b, err, "no memory for its frame map");
    }
    CHECK(p2m_add_ram(b->domain, base, first, mib * FRAMES_PER_MIB) == 0);
    return 0;
}

/* A domU: MiB by MiB, wherever there is one; taken in one step, mapped in the next. */
static int domain_build_mapped_ram(struct domain_build *b) {
    gfn_t base = gpaddr_to_gfn(b->layout.ram_start);

    if (!b->has_mib) {
        int err = b->done == 0 ? p2m_init(b->domain, base, b->layout.ram_size >> PAGE_SHIFT) : 0;

        if (err) {
            return domain_build_fail(b, err, "no memory for its frame map");
        }
        b->mib = page_alloc_mib(b->id, 1, 1);
        b->has_mib = !mfn_eq(b->mib, INVALID_MFN);
        return b->has_mib ? 1 : domain_build_fail(b, -XEN_ENOMEM, "not so much memory");
    }
    gfn_t at = gfn(base.v + (b->done >> PAGE_SHIFT));
    CHECK(p2m_add_ram(b->domain, at, b->mib, FRAMES_PER_MIB) == 0);
    b->has_mib = false;
    b->done += MIB;
    return b->done < b->layout.ram_size;
}

static int domain_build_ram(struct domain_build *b) {
    return b->is_dom0 ? domain_build_direct_ram(b) : domain_build_mapped_ram(b);
}

/* Set at boot, while the machine's tree is there; a restart has b->tree already. */
static const struct bootinfo *boot_info;
static uint64_t boot_tree[GUEST_FDT_MAX / sizeof(uint64_t)];

/* Where things go, and the guest's tree, which says so. */
static int domain_build_tree(struct domain_build *b) {
    char error[BOOT_TEXT_MAX];
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
    int size = guest_fdt_build(boot_info, (unsigned int)(b - builds), &b->layout, boot_tree,
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
    return domain_load_copy(&b->domain->p2m, domain_build_entry(b), &b->kernel, &b->done);
}

static int domain_build_ramdisk(struct domain_build *b) {
    return domain_load_copy(&b->domain->p2m, b->layout.ramdisk_start, &b->ramdisk, &b->done);
}

static int domain_build_devices(struct domain_build *b) {
    int err = 0;

    for (unsigned int i = 0; i < b->hw.io_count && !err; i++) {
        const struct boot_range *io = &b->hw.io[i];

        err = p2m_add_range(b->domain, gfn(io->start.v >> PAGE_SHIFT), maddr_to_mfn(io->start),
                            io->size >> PAGE_SHIFT, P2M_DEVICE);
    }
    for (unsigned int i = 0; i < b->hw.pirq_count && !err; i++) {
        err = pirq_assign(b->domain, b->hw.pirq[i]);
    }
    return err ? domain_build_fail(b, err,
                                   "a register range or interrupt line of a device is taken")
               : 0;
}

/* A frame that guest and hypervisor share, held by the domain's map alone. */
static void *domain_build_shared_page(struct domain_build *b, gfn_t where) {
    mfn_t frame = page_alloc(b->id);
    void *page;

    if (mfn_eq(frame, INVALID_MFN)) {
        return NULL;
    }
    page = p2m_add_range(b->domain, where, frame, 1, P2M_SHARED) ? NULL : arch_map_shared(frame);
    page_put(frame);
    if (page) {
        memset(page, 0, PAGE_SIZE);
    }
    return page;
}

/* The PV console of a domU; dom0 has the console_io hypercall. */
static int domain_build_console(struct domain_build *b) {
    struct domain *d = b->domain;
    evtchn_port_t port;

    if (b->is_dom0) {
        return 0;
    }
    void *ring = domain_build_shared_page(b, gfn(PV_MAGIC_CONSOLE_GFN));
    int err = ring ? console_ring_init(d, ring, &port) : -XEN_ENOMEM;
    if (err) {
        if (ring) {
            arch_unmap_shared(ring);
        }
        return domain_build_fail(b, err, "no memory for its console");
    }
    d->hvm_params[HVM_PARAM_CONSOLE_PFN] = PV_MAGIC_CONSOLE_GFN;
    d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN] = port;
    return 0;
}

static int domain_build_tables(struct domain_build *b) {
    int err = pt_flat_step(b->domain, &b->done);

    return err < 0 ? domain_build_fail(b, err, "no memory for its tables") : err;
}

static int domain_build_vcpus(struct domain_build *b) {
    struct vcpu *v;
    int err = 0;

    for (unsigned int i = 0; i < b->vcpu_count && !err; i++) {
        err = vcpu_create(b->domain, i, &v);
    }
    if (err) {
        return domain_build_fail(b, err, "no memory for its vCPUs");
    }
    arch_vcpu_init(b->domain->vcpu[0], domain_build_entry(b), b->tree_start);
    b->domain->vcpu[0]->is_initialised = true;
    err = sched_domain_set(b->domain, &b->sched);
    return err ? domain_build_fail(b, err, "weight or cap is not valid") : 0;
}

static int domain_build_start(struct domain_build *b) {
    domain_load_bytes(&b->domain->p2m, b->tree_start, b->tree, b->tree_size);
    /* No line of what was at these addresses before may be fetched as this guest's code. */
    arch_cache_flush_aliases();
    printk("Domain %u (%s): %u MiB at 0x%08x, kernel %u KiB, ramdisk %u KiB, tree at 0x%08x\n",
           b->id, b->name, b->layout.ram_size >> MIB_SHIFT, b->layout.ram_start.v,
           b->kernel.size >> 10, b->ramdisk.size >> 10, b->tree_start.v);
    b->domain->boot = b;
    return domain_start(b->domain);
}

static int (*const domain_build_stages[])(struct domain_build *b) = {
    domain_build_create,  domain_build_ram,     domain_build_tree,    domain_build_kernel,
    domain_build_ramdisk, domain_build_devices, domain_build_console, domain_build_tables,
    domain_build_vcpus,   domain_build_start,
};
#define STAGE_COUNT (sizeof(domain_build_stages) / sizeof(domain_build_stages[0]))

/* One step.  Returns 0: it stands, 1: more to do, or an error. */
static int domain_build_one_step(struct domain_build *b) {
    int result = domain_build_stages[b->stage](b);

    if (result == 0) {
        b->done = 0;
        b->stage++;
        result = b->stage < STAGE_COUNT;
    }
    return result;
}

static void domain_build_begin(struct domain_build *b) {
    b->waiting = true;
    b->stage = 0;
    b->done = 0;
    b->domain = NULL;
}

/* ---- At boot ---- */

static uint32_t domain_build_table_memory(const struct boot_domain *from) {
    uint32_t memory = from->table_memory ? from->table_memory : from->memory / TABLE_SHARE;

    if (memory < PT_LIMIT_MIN) {
        memory = PT_LIMIT_MIN;
    }
    return from->table_memory || memory < TABLE_MAX ? memory : TABLE_MAX;
}

static void domain_build_record(struct domain_build *b, const struct boot_domain *from,
                                domid_t id) {
    *b = (struct domain_build){
        .id = id,
        .is_dom0 = from->is_dom0,
        .vcpu_count = from->vcpu_count,
        .table_memory = domain_build_table_memory(from),
        .restart_on_crash = from->restart_on_crash,
        .sched = {.weight = (uint16_t)from->weight, .cap = (uint16_t)from->cap},
        .kernel = from->kernel,
        .ramdisk = from->ramdisk,
        .layout = {.ram_start = gpaddr(PV_RAM_GPA),
                   .ram_size = from->memory,
                   .ramdisk_size = from->ramdisk.size},
    };
    strncpy(b->name, from->name, sizeof(b->name) - 1);
}

static int domain_build_at_boot(struct domain_build *b) {
    char error[BOOT_TEXT_MAX];
    int result = guest_hw_collect(boot_info, (unsigned int)(b - builds), &b->hw, error);

    if (result) {
        return domain_build_fail(b, result, error);
    }
    domain_build_begin(b);
    do {
        result = domain_build_one_step(b);
    } while (result > 0);
    b->waiting = false;
    return result;
}

int domain_build_all(const struct bootinfo *boot, const char **error) {
    domid_t first_id = boot->domain[0].is_dom0 ? 0 : 1;
    int err = guest_hw_assign(boot, build_error);

    *error = build_error;
    boot_info = boot;
    build_count = boot->domain_count;
    for (unsigned int i = 0; i < build_count && !err; i++) {
        domain_build_record(&builds[i], &boot->domain[i], (domid_t)(first_id + i));
        err = domain_build_at_boot(&builds[i]);
    }
    boot_info = NULL;
    return err;
}

/* ---- Later ---- */

void domain_build_restart(void *record) {
    domain_build_begin(record);
}

/* What there is of it goes the way of domains that ended. */
static void domain_build_give_up(struct domain_build *b) {
    b->waiting = false;
    if (b->domain) {
        CHECK(domain_kill(b->domain) == 0);
    }
}

bool domain_build_step(void) {
    for (unsigned int i = 0; i < build_count; i++) {
        struct domain_build *b = &builds[i];

        if (!b->waiting) {
            continue;
        }
        int result = domain_build_one_step(b);
        if (result < 0) {
            printk("Domain %s\n", build_error);
            domain_build_give_up(b);
        } else if (result == 0) {
            b->waiting = false;
        }
        return true;
    }
    return false;
}
