/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame table: who owns each frame of RAM and how many hold it.
 *
 * A frame's count is one for its owner plus one for each small-page entry of any
 * translation table that maps it; sections are counted per MiB (page_sections).
 * Entries may be in tables of several domains, so the count belongs to no space and to no lock: it
 * is one word that is changed by arch_atomic_add() and arch_atomic_drop() alone, which in an image
 * for one pCPU are plain arithmetic.  Who adds to it must know that it is not 0 and stays so: it
 * has a reference itself, or holds the lock of a space whose map (p2m.h) has one.
 * When the count falls to zero the frame is not free yet: it waits until, after
 * that moment, the TLB was flushed (no core can still reach it) and the caches were
 * cleaned and invalidated (no line of the old owner can be written back over the
 * new one's data), and until it was filled with zeroes.  page_scrub_step() does all
 * of this, one flush for each batch.
 *
 * All calls: any context, page lock taken inside, unless stated otherwise.
 */
#ifndef CORE_PAGE_H
#define CORE_PAGE_H

#include <arch/atomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/abi.h"
#include "core/base/addr.h"

/* Pools of MiBs (page_pool.h): the common one, one for each domain that can be built again, and one
 * for each that a toolstack makes. */
#define PAGE_COMMON 0u
#define PAGE_POOLS  32u

enum page_type {
    PAGE_NONE, /* plain memory of its owner */
    PAGE_L1,   /* part of a registered first-level table */
    PAGE_L2,   /* holds registered second-level tables */
};

enum page_state {
    PAGE_ABSENT, /* no RAM here */
    PAGE_FREE,
    PAGE_DIRTY, /* waits for flush and scrub */
    PAGE_USED,
};

#define PAGE_TABLES 4 /* second-level tables in a frame */

/* 16 bytes on the target; entries index heap tables (pt_mem.h), 0 = none. */
struct page_info {
    uint32_t count; /* references: page_count_add(), no lock */
    uint16_t owner; /* domid; DOMID_XEN = the hypervisor; constant while USED */
    uint8_t state;  /* enum page_state; page lock */
    uint8_t type;   /* enum page_type; owner's space lock */
    union {
        uint16_t l2[PAGE_TABLES]; /* PAGE_L2: owner's space lock */
        uint16_t l1;              /* PAGE_L1 */
        uint32_t next;            /* PAGE_DIRTY: page lock */
    };
};

_Static_assert(sizeof(struct page_info) == 16, "page_of() and the update path shift by 4");

/* Constant after page_init_early(). */
extern struct page_info *page_table; /* of frame page_first */
extern uintptr_t page_bias;          /* of frame 0, were it in the table */
extern uint32_t page_first;          /* first frame number of the table */
extern uint32_t page_frames;         /* frames in the table, whole MiBs */
/* Of each MiB of the table: section entries that map it.  Only a domain that owns all of its
 * frames can have any; space lock. */
extern uint16_t *page_sections;

/**
 * page_init_early() - build the frame table, in the heap (1/256 of the span of RAM).
 * @ram: RAM banks; what is not a whole frame is left out
 * @reserved: what is in use already: hypervisor, heap, device tree, modules; need not be RAM.
 *   Its frames are owned by DOMID_XEN with count 1; page_put() frees one for good.
 * All other frames are free at once and hold what the loader or the last boot left there.
 * Boot only, after heap_init().
 * Returns 0, -EINVAL (no RAM), -ENOMEM.
 */
int page_init_early(const struct maddr_range *ram, unsigned int ram_count,
                    const struct maddr_range *reserved, unsigned int reserved_count);

/** page_of() - the record of frame @m, or NULL if it is not RAM. */
static inline struct page_info *page_of(mfn_t m) {
    uint32_t index = m.v - page_first;

    if (index >= page_frames || page_table[index].state == PAGE_ABSENT) {
        return NULL;
    }
    return &page_table[index];
}

/** page_of_ram() - the record of frame number @frame, which is RAM.  @bias: page_bias, which a loop
 * keeps in a local: to the compiler, each store could change it. */
static inline struct page_info *page_of_ram(uintptr_t bias, uint32_t frame) {
    return (struct page_info *)(bias + frame * sizeof(struct page_info));
}

/** page_at() - the same of the frame at machine address @m, a multiple of PAGE_SIZE: one shift. */
static inline struct page_info *page_at(uintptr_t bias, uint32_t m) {
    return (struct page_info *)(bias + (m >> (PAGE_SHIFT - 4)));
}

/** page_number() - the number of the frame whose record is @page. */
static inline uint32_t page_number(const struct page_info *page) {
    return (uint32_t)(((uintptr_t)page - page_bias) / sizeof(struct page_info));
}

/** page_count_add() - @by more references to the frame of @page, or fewer, modulo 2^32.  Returns
 * how many it has then; with 0 it goes to page_release(). */
static inline uint32_t page_count_add(struct page_info *page, uint32_t by) {
    return arch_atomic_add(&page->count, by);
}

/** page_section_count() - the section counter of the MiB of @m, which must be RAM. */
static inline uint16_t *page_section_count(mfn_t m) {
    return &page_sections[(m.v - page_first) / FRAMES_PER_MIB];
}

/**
 * page_alloc() - a frame of the common pool for @owner with count 1.  It holds nothing of another
 * domain of this boot, but need not be zero.  INVALID_MFN when none is ready.
 */
mfn_t page_alloc(domid_t owner);

/** page_alloc_at() - frame @m, if it is free, for @owner, whose pool or nobody's it is in. Count 1.
 * Returns 0 or -EBUSY. */
int page_alloc_at(mfn_t m, domid_t owner);

/**
 * page_alloc_mib() - @mib MiB of contiguous frames of the common pool for @owner, each with
 * count 1.
 * @align_mib: alignment in MiB, a power of two
 * First fit from the lowest address.  Takes time in proportion to all MiBs of RAM and to the frames
 * that are taken: boot only; later there are page_pool_whole() and page_take().
 * Returns the first frame or INVALID_MFN.
 */
mfn_t page_alloc_mib(domid_t owner, uint32_t mib, uint32_t align_mib);

/** page_get() - one more reference to a frame that @m's holder keeps in use. */
void page_get(mfn_t m);
/** page_put() - one less; the last one sends the frame to be scrubbed.  Frames that are not
 * RAM (device registers) are ignored by both. */
void page_put(mfn_t m);
/** page_release() - page_put() when the count has already been taken down to 0. */
void page_release(struct page_info *page);

/**
 * page_scrub_step() - one bounded step towards making that pool's dirty frames free: a flush of TLB
 * and caches, or the scrubbing of STEP_SCRUB bytes through map slot PAGE_SCRUB_SLOT.  Nobody has to
 * call it: what nobody asked for is done when the machine is idle.
 * Returns true if there is more to do.
 */
bool page_scrub_step(unsigned int pool);
#define PAGE_SCRUB_SLOT 0

/** page_free_count() - free frames of all pools. */
uint32_t page_free_count(void);
/** page_dirty_count() - frames that page_scrub_step() will make free. */
uint32_t page_dirty_count(void);
/** page_total_count() - frames of RAM. */
uint32_t page_total_count(void);

#endif /* CORE_PAGE_H */
