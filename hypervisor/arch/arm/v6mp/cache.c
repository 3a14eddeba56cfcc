/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Caches of the ARM11 MPCore (TRM DDI 0360): separate, 32-byte lines.  The data caches do not alias
 * (CTR.P is 0), and the snoop control unit keeps them coherent for shareable write-back memory; the
 * instruction caches it does not.  No operation reaches another CPU: level/remote.h.
 *
 * Lines that this CPU has just stored to are in its own cache and in no other, so they are cleaned
 * here; so are lines that were read for it (guest_lines.S), or taken by an exclusive pair.
 */
#include <level/order.h>
#include <level/remote.h>

#include "arch/arm/cp15.h"
#include "arch/arm/extended/guest_lines.h"
#include "arch/arm/level.h"
#include "arch/arm/vcpu_state.h"
#include "core/base/arch.h"
#include "core/base/percpu.h"

#define LINE      32u
#define EVERYBODY (~0u)

#define CACHE_OP(va, crm, op) \
    __asm__ volatile("mcr p15, 0, %0, c7, " crm ", " op : : "r"(va) : "memory")

/* How often instructions changed somewhere, and how often when this pCPU last forgot its own: who
 * has no guest's space loaded catches up when it loads one.  The hypervisor's lock. */
static uint32_t code_changes, code_seen[ARCH_CPU_MAX];

void level_drain(void) {
    order_complete();
}

static void clean(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    for (va &= ~(4 * LINE - 1); va < end; va += 4 * LINE) {
        CACHE_OP(va, "c10", "1");
        CACHE_OP(va + LINE, "c10", "1");
        CACHE_OP(va + 2 * LINE, "c10", "1");
        CACHE_OP(va + 3 * LINE, "c10", "1");
    }
}

/* What this pCPU stored. */
void level_dcache_clean(uint32_t va, size_t size) {
    clean(va, size);
    level_drain();
}

void arch_pte_publish(const void *table, size_t size) {
    clean((uint32_t)table, size);
}

/* A store of the same value takes the line out of all other caches. */
static void take_line(uint32_t va) {
    uint32_t value, failed;

    do {
        __asm__ volatile("ldrex %0, [%2]\n"
                         "strex %1, %0, [%2]\n"
                         : "=&r"(value), "=&r"(failed)
                         : "r"(va)
                         : "memory");
    } while (failed);
}

/* Of a window: RAM, writable.  Whoever has a line dirty, it is in memory. */
void level_dcache_flush(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    for (va &= ~(LINE - 1); va < end; va += LINE) {
        take_line(va);
        CACHE_OP(va, "c14", "1");
    }
    level_drain();
}

/* A frame is in one line, whatever its address. */
void level_dcache_forget(uint32_t va, size_t size) {
    (void)va;
    (void)size;
}

void level_shared_forget(uint32_t va, size_t size) {
    (void)va;
    (void)size;
}

void level_dcache_flush_aliases(void) {}

void level_alias_flush(uint32_t va, size_t size) {
    (void)va;
    (void)size;
}

void here_icache(void) {
    code_seen[this_cpu_index()] = code_changes;
    CACHE_OP(0, "c5", "0"); /* instruction cache and branch targets */
    CACHE_OP(0, "c5", "6");
    level_drain();
    order_control();
}

void here_dcache(void) {
    CACHE_OP(0, "c14", "0"); /* clean and invalidate */
    level_drain();
}

void here_icache_catch_up(void) {
    if (code_seen[this_cpu_index()] != code_changes) {
        here_icache();
    }
}

/* After what they are was cleaned; @cpus have them loaded. */
static void instructions_changed(uint32_t cpus) {
    code_changes++;
    here_icache();
    remote_do(REMOTE_ICACHE, cpus);
}

void level_icache_sync(uint32_t va, size_t size) {
    level_dcache_clean(va, size);
    instructions_changed(vcpu_state_cpus_in_guests());
}

/* No alias is to be flushed, but on ARMv6 a guest has operations on a whole cache, and they end
 * here. */
void level_cache_flush_aliases(void) {
    code_changes++;
    here_dcache();
    here_icache();
    remote_do(REMOTE_DCACHE | REMOTE_ICACHE, EVERYBODY);
}

/* The whole cache is one operation. */
bool level_cache_flush_step(uint32_t *progress) {
    (void)progress;
    level_cache_flush_aliases();
    return false;
}

void level_cache_flush_set(uint32_t value) {
    (void)value;
    level_cache_flush_aliases();
}

/* ---- A guest's addresses are translated (Arm ARM DDI 0406, D12.7.10 about ARMv6) ---- */

static int guest_range(guest_lines_fn *operation, uint32_t va, size_t size) {
    int err = operation(va & ~(LINE - 1), va + (uint32_t)size, LINE);

    level_drain();
    return err;
}

int level_guest_dcache_clean(uint32_t va, size_t size) {
    return guest_range(guest_clean_lines, va, size);
}

/* Before a device writes: no CPU may have the lines, clean ones neither, and a store that takes
 * them is not for memory that the guest maps as it likes. */
int level_guest_dcache_flush(uint32_t va, size_t size) {
    int err = guest_range(guest_flush_lines, va, size);

    if (err == 0) {
        remote_do(REMOTE_DCACHE, EVERYBODY);
    }
    return err;
}

/* Lines are written back as well: a guest cannot undo what another one stored to a frame that both
 * have, or that it may only read. */
int level_guest_dcache_inval(uint32_t va, size_t size) {
    return level_guest_dcache_flush(va, size);
}

int level_guest_icache_sync(uint32_t va, size_t size) {
    int err = level_guest_dcache_clean(va, size);

    if (err == 0) {
        instructions_changed(vcpu_state_cpus_of_domain());
    }
    return err;
}

const uint32_t arch_cache_range_max = 32 * 1024;
