/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between ARMv5, v6 and v7, in one list: each level's folder has the
 * same files and fills it.
 */
#ifndef ARCH_ARM_LEVEL_H
#define ARCH_ARM_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEVEL_LINE_MAX 64

/* Architecture level, 5, 6 or 7 (pv_vcpu.arch_level). */
extern const uint32_t level_number;
/* Bits of a virtual CPSR that a guest may set in the hardware's; PSR_IT in Thumb state alone. */
extern const uint32_t level_psr_mask;

/* hyp_pte.c: the hypervisor's own entries. */
enum hyp_rights {
    HYP_READ_ONLY,
    HYP_READ_WRITE,
    HYP_READ_EXEC,
    USR_READ_ONLY, /* the hypervisor may write or not, as the level has it */
    USR_READ_WRITE,
    USR_READ_EXEC
};
/*
 * SHARED: not cached where two addresses of a frame may mean two lines of the cache, else as
 * CACHED; the same as arch_l2_shared() makes of a guest's entry.  TABLES: write-through where that
 * is cached, so that a store to a table needs no cache operation; else as CACHED, and
 * arch_pte_write() and arch_pte_publish() clean.
 */
enum hyp_memory { MEMORY_DEVICE, MEMORY_SHARED, MEMORY_CACHED, MEMORY_TABLES };

uint32_t level_l1_table(uint32_t table_pa, unsigned int dacr_domain);
uint32_t level_l1_section(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory);
uint32_t level_l2_page(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory);

/* cache.c: by virtual address of the hypervisor's; sizes in bytes, any alignment. */
void level_dcache_clean(uint32_t va, size_t size);
void level_dcache_flush(uint32_t va, size_t size);
/* level_dcache_forget() - the same where another address of a frame would not find these lines. */
void level_dcache_forget(uint32_t va, size_t size);
/* level_shared_forget() - the same where this address is MEMORY_CACHED and others are
 * MEMORY_SHARED. */
void level_shared_forget(uint32_t va, size_t size);
void level_icache_sync(uint32_t va, size_t size);
/*
 * The same for a guest's addresses, below PV_VIRT_START.  0; -EFAULT: it is not mapped, and the
 * rest of the range was left out.  No right of the guest's is asked for, so none of them may take
 * away what another stored: where a line is found by its frame, invalidation writes it back as
 * well.
 */
int level_guest_dcache_clean(uint32_t va, size_t size);
int level_guest_dcache_flush(uint32_t va, size_t size);
int level_guest_dcache_inval(uint32_t va, size_t size);
int level_guest_icache_sync(uint32_t va, size_t size);
/*
 * page.S: a page of the guest's, with the guest's rights; 0 or -EFAULT.  The TLB must have nothing
 * of @va or @to: the first store asks for the guest's right to write (STRT), and the others rely on
 * all of them finding what the table says, which cannot change meanwhile.
 */
int level_clear_page(uint32_t va);
int level_copy_page(uint32_t to, uint32_t from);
/* core/base/arch_cache.h says what these three do, and what arch_cache_range_max is. */
void level_cache_flush_aliases(void);
void level_dcache_flush_aliases(void);
bool level_cache_flush_step(uint32_t *progress);
/* level_cache_flush_set() - a guest's operation by set and way; @value as it gave it. */
void level_cache_flush_set(uint32_t value);
/* level_alias_flush() - write back and invalidate [va, va + size), whose frames the hypervisor also
 * maps as MEMORY_SHARED, before this address is gone; nothing where that or level_switch_space()
 * makes it needless. */
void level_alias_flush(uint32_t va, size_t size);
/* level_drain() - all stores so far are in memory, or seen by the table walker. */
void level_drain(void);

/* tlb.c. */
void level_tlb_flush_all(void);
void level_tlb_flush_page(uint32_t va);
/* level_tlb_flush_here() - all of this pCPU's; where there are several. */
void level_tlb_flush_here(void);
/* level_tlb_flush_own() - the page at @va, which no other pCPU accesses or which others may have as
 * it was. */
void level_tlb_flush_own(uint32_t va);
/*
 * Another address space, @kernel being the TTBR of its kernel part: what the caches and the TLB
 * hold of the old one is written back and dropped as this level needs, and the new table is loaded.
 */
void level_switch_space(uint32_t ttbr, uint32_t kernel);
/* What TTBR holds for a first-level table at this machine address. */
uint32_t level_ttbr(uint32_t l1_pa);
/* level_space_new() - a new first-level table lies there, not loaded: the TLB has nothing of it. */
void level_space_new(uint32_t l1_pa);

/* cp15.c: registers that not all levels have, as a guest kernel sees them; @key: cp15.h.  @v is
 * current.  False: it has none such. */
struct arch_vcpu;
struct vcpu;
bool level_cp15_read(const struct arch_vcpu *arch, unsigned int key, uint32_t *value);
bool level_cp15_write(struct vcpu *v, unsigned int key, uint32_t value);

/* thread.c: user thread pointers, where the core has them. */
void level_thread_save(struct arch_vcpu *v);
void level_thread_load(const struct arch_vcpu *v);
/* level_thread_set() - the one that user code only reads; of the running vCPU. */
void level_thread_set(uint32_t tls);

/**
 * level_close_user_access() - USR mode has nothing of the registers that guests are not given,
 * whatever a boot loader left in their controls; those that this core lacks are left out.  Each
 * pCPU, when its banked stack pointers are set, before it runs a guest.  user_access.S.
 */
void level_close_user_access(void);

/** level_clear_exclusive() - the exclusive monitor, where there is one.  core.c. */
void level_clear_exclusive(void);

/* core.c: the cores of this level that are known; the last one has no name. */
struct level_core {
    uint32_t part;     /* MIDR 15:4 */
    uint32_t revision; /* the first one, MIDR 23:20, that has all that is needed */
    uint32_t actlr;    /* bits of the auxiliary control register to be set at the start */
    const char *name;
};
extern const struct level_core level_cores[];
void level_idle(void);

#endif /* ARCH_ARM_LEVEL_H */
