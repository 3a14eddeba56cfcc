/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's translation tables, the ones that the MMU walks.  They are the
 * hypervisor's; a guest names its own, never walked, copies by guest-physical
 * address (public/arch-arm-pv.h, "Page tables").
 *
 * A registered first-level table is a 16 KiB block.  The part below
 * pt_space.kernel_index is its own; the part from there to PV_VIRT_START is the
 * same for all of the domain's tables.  It is changed in one that no vCPU runs on,
 * the source, and in those that vCPUs run on; any other gets it when a vCPU is about
 * to run on it, unless it is of the source's version.  References to frames and to
 * second-level tables count the source's entries once, not the copies: those are
 * walked only while they are the same.
 *
 * Where several CPUs are used (ARCH_OWN_KERNELS) a domain of several vCPUs whose kernel part begins
 * at 2 GiB has it once for each vCPU, in tables that hold nothing else: the source is vCPU 0's, the
 * others are the same but for the page that a vCPU sees as its own.  They are all changed at once,
 * and the tables that the guest registered have no kernel part.
 *
 * A second-level table is a 1 KiB unit of a block of that domain.  A frame of the
 * guest that holds such tables has up to four, named in its page_info.
 *
 * Table memory comes in whole blocks, which are promised to the domain by the heap
 * when it is created: a domain that uses up its own cannot touch another's.
 */
#ifndef CORE_PT_H
#define CORE_PT_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/types.h>

#include "core/base/addr.h"

struct space;

#define PT_L1_ENTRIES 4096u
#define PT_L2_ENTRIES 256u
#define PT_VCPU_MAX   8 /* >= DOMAIN_VCPU_MAX */
#define PT_KERNELS    ((unsigned int)ARCH_OWN_KERNELS)
#define PT_OWN_INDEX  0x800u     /* first L1 index of a kernel part that each vCPU has its own of */
#define PT_CLEAN_MAX  4          /* empty first-level tables kept for the next pin */
#define PT_LIMIT_MIN  (8u << 14) /* bytes: less cannot boot a kernel */
#define PT_LIMIT_MAX  (1u << 30) /* far more than there is */

#define PT_ATTR_NONE  1u
#define PT_NO_TABLE   1u

/* Blocks are named by their number in the heap; 0 = none. */
struct pt_space {         /* space lock */
    uint16_t block_limit; /* so many it may have */
    uint16_t block_count; /* in use */
    uint16_t flat;        /* first-level table of "MMU off" */
    uint16_t
        kernel[PT_KERNELS]; /* first-level tables of the kernel part; the first is the source */
    uint8_t kernels;        /* so many of them there are to be: 1, or one for each vCPU */
    uint16_t registered;    /* list of first-level tables named by the guest */
    uint16_t clean;         /* list of unused ones, user part empty */
    uint16_t clean_count;
    uint16_t building;             /* a first-level table that is not whole yet, 0 = none */
    uint16_t built;                /* entries of it that are done */
    uint16_t slab;                 /* list of second-level blocks with a free unit */
    uint16_t spare;                /* the one of them that is kept though all its units are free */
    uint16_t free_units;           /* in those blocks */
    uint16_t kernel_index;         /* first L1 index of the kernel part */
    uint16_t version;              /* of the source's kernel part, 1.. */
    uint16_t sweep;                /* block that the next change looks at (pt_l1.c) */
    uint16_t dropping;             /* second-level table that is being emptied, 0 = none */
    uint16_t drop_next;            /* entry where that goes on */
    uint16_t vcpu_l1[PT_VCPU_MAX]; /* what each vCPU runs on; 0 = flat */
    uint16_t next_l1[PT_VCPU_MAX]; /* what each is about to run on, whose kernel part is copied */
    uint16_t next_to[PT_VCPU_MAX]; /* up to this entry; 0 = not begun */
    /* Attributes of the last accepted small page of plain RAM, shifted to the top 12 bits;
     * PT_ATTR_NONE, which no entry makes: none yet. */
    uint32_t attr_raw;
    /* The second-level table that was updated last, until a table is dropped: its guest-physical
     * address, PT_NO_TABLE = none, and where it is. */
    uint32_t last_base;
    uint32_t *last_table;
    bool has_stale;          /* a second-level table was given back since the TLB was emptied */
    uint32_t work;           /* done since the caller last set it to 0 */
    uint16_t block_kept;     /* promised by the heap, whatever is in use */
    uint16_t block_promised; /* by the heap: those, and what is in use beyond */
};

/**
 * pt_init() - no tables yet; reserve the domain's table memory.
 * @limit: bytes, rounded down to 16 KiB, at least PT_LIMIT_MIN
 * Returns 0, -EINVAL, -ENOMEM (the heap has promised all it has).
 */
int pt_init(struct space *s, uint32_t limit);

/**
 * pt_set_limit() - the domain may have @limit bytes of tables from now on, but PT_LIMIT_MIN at
 * least.  What is more than pt_init() reserved is not: a domain gets it while the heap has some.
 * What it has more already it keeps.  Space lock held.  Returns 0 or -EINVAL (PT_LIMIT_MAX or
 * more).
 */
int pt_set_limit(struct space *s, uint64_t limit);

/** pt_vcpu_base() - the guest frame of the first-level table that vCPU @vcpu runs on; 0: none of
 * its own.  A look. */
gfn_t pt_vcpu_base(const struct space *s, unsigned int vcpu);

/**
 * pt_flat_step() - make the table for "MMU off": virtual = guest-physical over the domain's RAM, as
 * sections in DACR domain KERNEL, cached.  A bounded part of it a call.
 * @sone: frames of RAM that it covers so far; 0 at first
 * Returns 1 (call again), 0 (it stands), -ENOMEM (no table memory).
 */
int pt_flat_step(struct space *s, uint32_t *done);

/**
 * pt_set_kernel_start() - L1 entries at and above @va are common to all tables from now on.
 * Space lock held.
 * Returns 0, -EINVAL (not MiB-aligned, not below PV_VIRT_START), -EBUSY (set already, or a table
 * was registered before).
 */
int pt_set_kernel_start(struct space *s, gvaddr_t va);

/** pt_own_kernels() - the domain has @vcpus vCPUs: each gets a kernel part of its own, if that
 * begins where it must for it.  After pt_set_kernel_start(), once.  Space lock held. */
void pt_own_kernels(struct space *s, unsigned int vcpus);

/** pt_vcpu_l1() - the table that vCPU @vcpu is to run on: flat until MMUEXT_NEW_BASEPTR. */
uint32_t *pt_vcpu_l1(const struct space *s, unsigned int vcpu);
/** pt_vcpu_kernel() - the table that has the kernel part then; maybe the same. */
uint32_t *pt_vcpu_kernel(const struct space *s, unsigned int vcpu);

/** pt_flush_tlb() - empty the TLB, as the guest asked for.  Space lock not held. */
void pt_flush_tlb(struct space *s);

/**
 * pt_destroy_step() - drop one second-level table, a part of one, or look at some first-level
 * entries.  No vCPU of @s may run any more, and none may have its tables loaded.
 * Returns true if there is more to do; false: all table memory and the promise are given back.
 */
bool pt_destroy_step(struct space *s);

#endif /* CORE_PT_H */
