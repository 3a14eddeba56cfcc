/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that core asks of the architecture, in one list.  arch/arm fills it
 * for the target, arch/fake for the host unit tests.  No weak defaults.
 */
#ifndef CORE_ARCH_H
#define CORE_ARCH_H

#include <stddef.h>

#include <arch/types.h>

#include "core/base/abi.h"
#include "core/base/addr.h"

struct domain;
struct space;
struct vcpu;

/* ---- CPU ---- */

/** arch_cpu_id() - this pCPU's number, 0..ARCH_CPU_MAX - 1. */
unsigned int arch_cpu_id(void);
/** arch_cpu_idle() - sleep (WFI) until an interrupt is pending; interrupts stay masked. */
void arch_cpu_idle(void);
/** arch_cpu_usable() - is this core, as far as it is known, a revision that has all that is needed?
 */
bool arch_cpu_usable(void);
/** arch_cpu_name() - e.g. "ARM926EJ-S (ARMv5TEJ)". */
const char *arch_cpu_name(void);
/** arch_halt() - stop this pCPU for good, interrupts masked. */
_Noreturn void arch_halt(void);
/** arch_fiq_count() - how often an FIQ came, which no driver ever asks for. */
uint32_t arch_fiq_count(void);
/** arch_async_abort_count() - how many aborts of earlier accesses of guests reached the hypervisor.
 */
uint32_t arch_async_abort_count(void);
/** arch_cpu_machine() - as uname -m names it: "armv7l". */
const char *arch_cpu_machine(void);
/** arch_cpu_level() - architecture level, 5, 6 or 7. */
uint32_t arch_cpu_level(void);
/** arch_backtrace() - print return addresses from here up; bounded. */
void arch_backtrace(void);

/* ---- Hypervisor mappings (in the hole) ---- */

/**
 * arch_map_device() - map @size bytes of device registers at @base, strongly ordered, for good.
 * Boot only.  Returns the address, or NULL when the device window is full.
 */
void *arch_map_device(maddr_t base, size_t size);
/**
 * arch_map_shared() - map one frame so that a guest's mapping of it at another address is coherent,
 * if that was made by arch_l2_shared(): uncached where caches may alias.  NULL when the window is
 * full.
 */
void *arch_map_shared(mfn_t frame);
/** arch_unmap_shared() - undo it; the address must have come from arch_map_shared(). */
void arch_unmap_shared(void *va);
/**
 * arch_map_frame() - map one frame cached in this pCPU's window slot (0..ARCH_MAP_SLOTS - 1) for a
 * short time.  The caller may not assume that what a guest has in its cache lines is visible
 * unless arch_cache_flush_aliases() was called since that guest last ran.
 */
void *arch_map_frame(unsigned int slot, mfn_t frame);
/** arch_unmap_frame() - write back and invalidate the lines of the @size bytes from @offset on,
 * which are all that was touched, and unmap it. */
void arch_unmap_frame(unsigned int slot, uint32_t offset, uint32_t size);

/**
 * arch_map_heap() - map the heap: @size bytes (whole MiB) at @base, so that a store to a table in
 * it reaches the table walker without a cache operation.  Boot only, once.  Never NULL.
 */
void *arch_map_heap(maddr_t base, uint32_t size);

/* ---- Caches and TLB ---- */

/**
 * arch_cache_flush_aliases() - what any address of a frame left in the caches is not used any more:
 * I cache invalidated; D cache cleaned and invalidated where it is indexed by virtual address.
 */
void arch_cache_flush_aliases(void);
/**
 * arch_cache_flush_step() - clean and invalidate the D cache, and what lies between it and memory,
 * one bounded step a call; invalidate the I cache.  *@progress: 0 at first.  True: there is more.
 */
bool arch_cache_flush_step(uint32_t *progress);
/** arch_cache_range_max - longer ranges are flushed by arch_cache_flush_step(), in bytes. */
extern const uint32_t arch_cache_range_max;
/** arch_tlb_flush_all() - all entries of all pCPUs. */
void arch_tlb_flush_all(void);
/** arch_tlb_flush_local() - all entries of this pCPU. */
void arch_tlb_flush_local(void);
/** arch_tlb_flush_page() - entries for @va on this pCPU, global ones included. */
void arch_tlb_flush_page(gvaddr_t va);

/*
 * Cache operations by guest virtual address, below PV_VIRT_START; @size: not 0, within one page. 0,
 * or -EFAULT where one by address faults: it is not mapped, and the rest was left out.  Context:
 * the space of the current vCPU is loaded.
 */
int arch_guest_dcache_clean(gvaddr_t va, size_t size);
int arch_guest_dcache_flush(gvaddr_t va, size_t size);
/** Lines partly outside the range are written back first. */
int arch_guest_dcache_inval(gvaddr_t va, size_t size);
int arch_guest_icache_sync(gvaddr_t va, size_t size);
/*
 * Fill a page of the guest's, page-aligned, below PV_VIRT_START, with zeroes or with @from's bytes,
 * with the guest's own rights.  0 or -EFAULT, when some bytes may have been written.  Afterwards no
 * line of the destination is dirty where caches are virtually tagged: guests rely on it.  The
 * domain's tables must not change meanwhile: space lock held.
 */
int arch_guest_clear_page(gvaddr_t va);
int arch_guest_copy_page(gvaddr_t to, gvaddr_t from);

/* ---- Translation tables: formats differ by architecture level ---- */

/* A guest's table entry, decoded. */
enum pte_kind { PTE_FAULT, PTE_SMALL, PTE_SECTION, PTE_TABLE, PTE_BAD };
struct pte {
    enum pte_kind kind;
    uint32_t addr;        /* gpaddr of frame, section or table; machine address to encode */
    uint32_t dacr_domain; /* L1 entries: the domain field asked for */
    bool writable;        /* in USR mode; every mapping is readable there */
    bool executable;      /* always, on levels without XN */
    enum pte_memory {
        PTE_UNCACHED,
        PTE_DEVICE,
        PTE_WRITECOMBINE,
        PTE_WRITETHROUGH,
        PTE_WRITEBACK
    } memory;
    bool shareable; /* coherent with other pCPUs; on levels that say so for each entry */
};

/** arch_pte_decode_l1() / _l2() - decode what a guest wrote; PTE_BAD for what this level refuses.
 */
struct pte arch_pte_decode_l1(uint32_t raw);
struct pte arch_pte_decode_l2(uint32_t raw);
/** arch_pte_encode_l1() / _l2() - hardware entry with machine address @pte->addr, USR rights;
 * kinds PTE_SECTION and PTE_TABLE, or PTE_SMALL. */
uint32_t arch_pte_encode_l1(const struct pte *pte);
uint32_t arch_pte_encode_l2(const struct pte *pte);
/** arch_pte_decode_hw_l1() - what a hardware entry made by arch_pte_encode_l1() says. */
struct pte arch_pte_decode_hw_l1(uint32_t hw);

/*
 * Inline in <arch/pte.h>, for the path of a single update.  At every level a small page has its
 * frame in bits 31:12, and 0 is a fault entry.
 *
 * uint32_t arch_l1_table(uint32_t hw) - machine address of the table in a hardware L1 entry, or 0.
 * bool arch_l1_is_section(uint32_t hw) - of a hardware L1 entry.
 * uint32_t arch_l2_attr(uint32_t raw) - bits 11:0 of the hardware's entry if those of @raw are a
 * small page's that may map plain RAM: the same with those of ARCH_L2_ALWAYS, so that it is never
 * global; 0 if refused. bool arch_l2_is_fault(uint32_t raw) - a fault entry, whatever the other
 * bits. bool arch_l2_is_writable(uint32_t hw) - in USR mode; of a hardware small page. bool
 * arch_l2_is_cached(uint32_t hw) - false for 0; true only if the core lets it map RAM alone.
 * uint32_t arch_l2_shared(uint32_t attr) - the same rights, as arch_map_shared() maps the frame.
 * uint32_t arch_l2_device(uint32_t attr) - the same rights but execution, not cached.
 * uint32_t arch_l2_readonly(uint32_t attr) - the same, not writable.
 * void arch_pte_write(uint32_t *entry, uint32_t hw) - store to a table; visible to the table walker
 *   after arch_pte_sync().
 * void arch_pte_changed(uint32_t old) - such a store, to a table that a TLB may know, took the
 * place of
 *   @old, or those of several entries ORed: what is held of them elsewhere than in the loaded space
 *   goes before that is loaded.  Nothing to do for 0.
 * void arch_pte_publish(const void *table, size_t size) - what plain stores made of @size bytes of
 *   tables, as memset() does, is visible to the table walker after arch_pte_sync().
 * void arch_pte_sync(void) - after a series of them: drain, order before a TLB operation.
 */
#include <arch/pte.h>

/** arch_l1_init() - fill the hypervisor's part (PV_VIRT_START and up) of a new 16 KiB L1 of @s. */
void arch_l1_init(struct space *s, uint32_t *l1);

/* ---- Guests ---- */

/** arch_guests_init() - what must be there before the first domain; after sched_init().  Boot. */
void arch_guests_init(void);
/** arch_run_guests() - leave the boot's stack and run what the scheduler says. */
_Noreturn void arch_run_guests(void);

/** arch_space_init() - a step towards the shared MiB and the vector page of @s.  Returns 1 (call
 * again), 0 (they stand), or -ENOMEM: nothing has changed.  arch_space_destroy() undoes it, at any
 * stage. */
int arch_space_init(struct space *s);
void arch_space_destroy(struct space *s);
/** arch_space_map_vcpu_page() - make @page, the shared page of vCPU @vcpu, appear at
 * PV_VCPU_VA(@vcpu). Returns 0. */
int arch_space_map_vcpu_page(struct space *s, unsigned int vcpu, mfn_t page);
/** arch_vcpu_init() - registers for the boot protocol: pc = @entry, r2 = @fdt; USR; FPU state
 * clean. */
void arch_vcpu_init(struct vcpu *v, gpaddr_t entry, gpaddr_t fdt);
/** arch_vcpu_switch() - load @next's address space and state, saving what was loaded. Idle too. */
void arch_vcpu_switch(struct vcpu *next);
/** arch_vcpu_unload() - @v is going away: nothing of it may stay in the hardware. */
void arch_vcpu_unload(const struct vcpu *v);
/** arch_vcpu_set_tls() - user thread pointer of @v, current. */
void arch_vcpu_set_tls(struct vcpu *v, uint32_t value);
/** arch_vcpu_set_fpu() - do VFP instructions of @v, current, run (true) or trap to its kernel? */
void arch_vcpu_set_fpu(struct vcpu *v, bool enabled);
/** arch_vcpu_set_base() - @v's new first-level table (hypervisor address); loads it if current. */
void arch_vcpu_set_base(struct vcpu *v, uint32_t *l1);
/**
 * arch_vcpu_page() - @v's shared page at the address that is coherent now: while @v's address
 * space is loaded, the very address the guest uses (VIVT caches then see one address); else
 * the uncached alias v->page.  Use this, not v->page.
 */
struct pv_vcpu *arch_vcpu_page(const struct vcpu *v);
/** arch_vcpu_print() - line @line, from 0, of @v's registers on the console; false if there is
 * none. */
bool arch_vcpu_print(const struct vcpu *v, unsigned int line);
/** arch_set_callbacks() - @d->callbacks changed: copy helpers (@helpers may be NULL). */
void arch_set_callbacks(struct domain *d, const void *helpers);

#endif /* CORE_ARCH_H */
