/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the translation-table code (pt*.c, mmuext.c, p2m_change.c): records of
 * table memory, and operations on single entries.  All with space lock held.
 *
 * Entries that count (all of a table's but the copies of the kernel part) hold:
 * for a small page, a reference to its frame; for a section, one of
 * page_sections; for a table, one of pt_unit.refs.
 */
#ifndef CORE_PT_TABLE_H
#define CORE_PT_TABLE_H

#include <stddef.h>

#include "core/base/arch.h"
#include "core/base/steps.h"
#include "core/mm/heap.h"
#include "core/mm/index_list.h"
#include "core/mm/page.h"
#include "core/space/p2m.h"
#include "core/space/pt.h"
#include "core/space/space.h"
#include "core/time/preempt.h"

#define PT_UNIT_SHIFT      10 /* a second-level table: 1 KiB */
#define PT_UNITS_PER_BLOCK 16u
#define PT_HOLE_INDEX      (PV_VIRT_START >> MIB_SHIFT) /* first L1 entry no guest may set */

/* Sections of one MiB and tables that stand for such, together: bounds the work of a change. */
#define PT_SECTIONS_MAX    16

_Static_assert(PT_UNITS_PER_BLOCK << PT_UNIT_SHIFT == HEAP_BLOCK_SIZE, "units fill a block");

enum pt_block_kind { PT_BLOCK_NONE, PT_BLOCK_L1, PT_BLOCK_L2 };

struct pt_block {
    struct index_link link; /* in one of pt_space's lists */
    domid_t owner;
    uint8_t kind;
    bool dying;    /* L1: being dropped, takes no updates */
    uint16_t used; /* L1: entries in use of its own part.  L2: units in use */
    union {
        uint16_t free_units; /* L2: one bit each */
        uint16_t version;    /* L1: what its kernel part is a copy of; 0: of none that there is */
    };
    union {
        uint32_t dirty_units; /* L2: one bit each: never cleared since the block was taken */
        struct {
            uint32_t scan : 12; /* L1: where emptying goes on */
            uint32_t gfn : 20;  /* L1: the guest's table; PT_NO_GFN: none (flat, source, clean) */
        };
    };
};

/* No first-level table begins in the last frame: it has four. */
#define PT_NO_GFN 0xfffffu

enum pt_unit_state {
    PT_UNIT_FREE,
    PT_UNIT_GUEST,
    PT_UNIT_SPLIT,
    PT_UNIT_MAKING,  /* to be one for a section; p2m.split */
    PT_UNIT_DROPPED, /* no entry points to it any more; pt_space.dropping */
};

/* Units are named by their number in the heap; 0 = none. */
struct pt_unit {
    uint32_t home; /* GUEST: mfn of the guest's table.  SPLIT: gfn of its MiB */
    uint16_t refs; /* L1 entries that point here; SPLIT: always 1 */
    uint16_t attr; /* SPLIT: low bits of an entry for plain RAM, as the hardware's */
    uint16_t next; /* SPLIT: in p2m_mib.splits */
    uint8_t slot;  /* GUEST: which KiB of the frame */
    uint8_t state;
    bool written; /* GUEST: may hold entries; half of all tables never do */
};

extern struct pt_block *pt_blocks; /* one for each block of the heap; constant after setup */
extern struct pt_unit *pt_units;   /* sixteen for each */

/** pt_should_stop() - so much work was done that it is time to look, and an interrupt waits. */
static inline bool pt_should_stop(struct space *s) {
    if (s->pt.work < PT_WORK_MAX) {
        return false;
    }
    s->pt.work = 0;
    return preempt_check();
}

/** pt_has_own_kernels() - has each vCPU its own kernel part, and no registered table has it? */
static inline bool pt_has_own_kernels(const struct space *s) {
    return PT_KERNELS > 1 && s->pt.kernels > 1;
}

/* ---- pt_mem.c: blocks and units ---- */

/** pt_mem_setup() - the two arrays above; once, before the first domain.  0 or -ENOMEM. */
int pt_mem_setup(void);
/** pt_block_take() - a block of the domain's promise, contents undefined; 0 = -ENOMEM.  One of
 * PT_BLOCK_NONE is for nobody to look at. */
uint16_t pt_block_take(struct space *s, enum pt_block_kind kind);
/** pt_block_give() - back to the heap, after flushing the TLB: a walker may have cached entries. */
void pt_block_give(struct space *s, uint16_t block);
/** pt_give_building() - give up the table that is being built, if there is one. */
void pt_give_building(struct space *s);
/** pt_unit_take() - an empty second-level table; 0 = -ENOMEM. */
uint16_t pt_unit_take(struct space *s);
/** pt_forget_stale() - empty the TLB: from here on no old entry points to a unit that is free. */
void pt_forget_stale(struct space *s);
/** pt_unit_give() - back; all its entries must be zero, or it is marked dirty. */
void pt_unit_give(struct space *s, uint16_t unit);
/** pt_units_available() - can @count units be taken? */
bool pt_units_available(const struct space *s, unsigned int count);
void pt_list_add(uint16_t *head, uint16_t block);
void pt_list_remove(uint16_t *head, uint16_t block);

static inline uint32_t *pt_block_table(uint16_t block) {
    return heap_block_at(block);
}

static inline uint32_t *pt_unit_table(uint16_t unit) {
    return (uint32_t *)(void *)(heap_region.base + ((size_t)unit << PT_UNIT_SHIFT));
}

/** pt_unit_write() - a guest's table, to store entries to. */
static inline uint32_t *pt_unit_write(uint16_t unit) {
    pt_units[unit].written = true;
    return pt_unit_table(unit);
}

/** pt_unit_at() - the unit that a hardware L1 entry's table address names. */
static inline uint16_t pt_unit_at(uint32_t table_maddr) {
    return (uint16_t)((table_maddr - heap_region.pa.v) >> PT_UNIT_SHIFT);
}

/** pt_home() - the record of the frame at @g if it may hold tables, as the domain's own plain RAM
 * may; or NULL. */
static inline struct page_info *pt_home(const struct space *s, gfn_t g) {
    uint32_t index = p2m_index(&s->p2m, g);
    uint32_t entry = index < s->p2m.count ? s->p2m.entry[index] : P2M_NONE;

    return p2m_entry_type(entry) == P2M_RAM ? page_at(page_bias, entry) : NULL;
}

/* ---- pt_entry.c: second-level entries ---- */

/**
 * pt_set_l2() - check what the guest wrote and store it.
 * @entry: in a second-level table of @s
 * @raw: the guest's entry
 * Returns 0, -EINVAL (format), -EPERM (frame or rights).
 */
int pt_set_l2(struct space *s, uint32_t *entry, uint32_t raw);
/**
 * pt_restrict() - the attributes that a mapping of a frame of @type gets.
 * @attr: what arch_l2_attr() said; not 0
 * Returns attributes, or 0: the rights asked for are not given.
 */
uint32_t pt_restrict(enum p2m_type type, uint32_t attr);
/** pt_hold_l2() - the reference for an entry @hw that is to be stored in a table of @s. */
void pt_hold_l2(struct space *s, uint32_t hw);
/** pt_replace_l2() - store a hardware entry that has its reference (0: none), in a table of @s;
 * drops the old one's. */
void pt_replace_l2(struct space *s, uint32_t *entry, uint32_t hw);
/**
 * pt_clear_l2() - make entries of a table of @s faults, from @from on, as many as STEP_DROP says.
 * Returns where to go on, PT_L2_ENTRIES: all are.
 */
unsigned int pt_clear_l2(struct space *s, uint32_t *table, unsigned int from);

/* ---- pt_l1.c: first-level entries ---- */

/**
 * pt_set_l1() - check what the guest wrote for entry @index of L1 @block and store it; in all
 * of the domain's tables if it is in the kernel part.  A section of a MiB in which there is no
 * frame at all is stored as a fault, and is no error: a kernel maps its device tree by two sections
 * early, of which the second may lie behind its RAM.  One in which some are missing is -EPERM.
 * Returns 0, -EINVAL, -EPERM, -ENOMEM.
 */
int pt_set_l1(struct space *s, uint16_t block, unsigned int index, uint32_t raw);
/**
 * pt_store_l1() - store a hardware entry that holds its reference; drops the old one's.  If that
 * was the last one of a table, that is pt_space.dropping: pt_drop_step() must have made it 0 before
 * the next call.
 */
void pt_store_l1(struct space *s, uint16_t block, unsigned int index, uint32_t hw);
/**
 * pt_drop_step() - go on with the table that no entry points to any more (pt_space.dropping, not
 * 0): a bounded part of it.  What it maps keeps its references until then.
 */
void pt_drop_step(struct space *s);
/**
 * pt_sync_l1() - a step towards a kernel part of L1 @block that is the source's, for vCPU @vcpu,
 * which is about to run on it.
 * Returns true if it is.
 */
bool pt_sync_l1(struct space *s, uint16_t block, unsigned int vcpu) __attribute__((noinline));

/* ---- pt_register.c ---- */

/** pt_pin_l1() - MMUEXT_PIN_L1_TABLE, a step: 0, -EINVAL, -EPERM, -EBUSY, -ENOMEM, -EAGAIN (a new
 * table is not whole yet). */
int pt_pin_l1(struct space *s, gfn_t g);
/** pt_unpin() - MMUEXT_UNPIN_TABLE, a step: 0, -EINVAL, -EBUSY (loaded), -EAGAIN (more to do). */
int pt_unpin(struct space *s, gfn_t g);
/** pt_find_l1() - the registered table whose first frame is @g, or 0. */
static inline uint16_t pt_find_l1(const struct space *s, gfn_t g) {
    const struct page_info *page = pt_home(s, g);
    uint16_t block = page && page->type == PAGE_L1 ? page->l1 : 0;

    return block && pt_blocks[block].gfn == g.v ? block : 0;
}
/**
 * pt_l1_empty_step() - clear entries from where pt_block.scan says, up to @end: looks at no more
 * than STEP_EMPTY and clears one at most.
 * Returns true if there is more to do.
 */
bool pt_l1_empty_step(struct space *s, uint16_t block, unsigned int end);
/**
 * pt_build_l1() - a step towards a new first-level table: its own part empty, the hypervisor's
 * there, the kernel part as pt_sync_l1() makes it; of the first one, the source, it is empty. Given
 * up, it stays in pt_space.building and serves whoever needs one next.
 * Returns 0 and *@block; -EAGAIN (call again), -ENOMEM.
 */
int pt_build_l1(struct space *s, uint16_t *block);

/* ---- pt_split.c ---- */

/**
 * pt_split_section() - a step of replacing the section at @index of L1 @block by a table.
 * @mib: gfn of the first frame that the section maps
 * Returns 0 (it is a table, or call again) or -ENOMEM.
 */
int pt_split_section(struct space *s, uint16_t block, unsigned int index, uint32_t mib);
/** pt_split_abandon() - a step of letting go of a table that was being made for a section; false if
 * there is none. */
bool pt_split_abandon(struct space *s);
/** pt_split_remove() - @unit stops standing for a section: its L1 entry is gone. */
void pt_split_remove(struct space *s, uint16_t unit);

#endif /* CORE_PT_TABLE_H */
