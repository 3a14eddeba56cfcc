/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM11 MPCore: TLBs and address-space switch (TRM DDI 0360: c8, TLB Operations Register);
 * extended/asid.h says what a TLB holds and when it goes.  Branch targets are by virtual address
 * and go with a space (ARM ARM DDI 0100, B2.7.5).
 *
 * An operation is this CPU's alone.  Others are asked where they may use what they must not have
 * any more (level/remote.h): those that have a guest's space loaded.  All others flush when they
 * load one, as what changed is counted (asid_take()).
 */
#include <level/order.h>
#include <level/remote.h>

#include "arch/arm/cp15.h"
#include "arch/arm/extended/asid.h"
#include "arch/arm/layout.h"
#include "arch/arm/level.h"
#include "arch/arm/vcpu_state.h"
#include <level/control.h>
#include <level/kernel_table.h>

#define ASID_MASK 0xffu /* of the context ID, whose process ID is 0 */
#define EVERYBODY (~0u)

uint32_t tlb_changes;

static inline void tlb_sync(void) {
    CP15_SET(7, 0, 5, 6, 0); /* branch targets */
    order_complete();
    order_control();
}

static inline void tlb_flush_all(void) {
    CP15_SET(8, 0, 7, 0, 0);
}

static inline void tlb_flush_asid(uint32_t asid) {
    CP15_SET(8, 0, 7, 2, asid);
}

void here_tlb(void) {
    order_complete();
    tlb_flush_all();
    tlb_sync();
    asid_flushed();
}

void level_tlb_flush_here(void) {
    here_tlb();
}

void level_tlb_flush_all(void) {
    tlb_changes++;
    here_tlb();
    remote_do(REMOTE_TLB, vcpu_state_cpus_in_guests());
}

/* Of the current ASID; global entries match any. */
void level_tlb_flush_own(uint32_t va) {
    uint32_t asid = CP15_GET(13, 0, 0, 1) & ASID_MASK;

    order_complete();
    CP15_SET(8, 0, 7, 1, (va & ~0xfffu) | asid);
    tlb_sync();
}

/* The hypervisor's addresses are everybody's, whatever is loaded. */
void level_tlb_flush_page(uint32_t va) {
    level_tlb_flush_own(va);
    remote_do(REMOTE_TLB, va < PV_VIRT_START ? vcpu_state_cpus_of_domain() : EVERYBODY);
}

/* After a data synchronization barrier; a prefetch flush follows. */
static inline void set_asid(uint32_t asid) {
    CP15_SET(13, 0, 0, 1, asid);
    order_control();
}

/*
 * By way of a reserved ASID, as on ARMv7.  The barriers of the last step also end the maintenance
 * before it: until then only the hypervisor's own code is fetched, which is global.
 *
 * An asynchronous abort that the old space's accesses caused comes at the start, not in the next
 * guest: the barrier waits for them, and then such aborts are unmasked.
 */
void level_switch_space(uint32_t ttbr, uint32_t kernel) {
    enum asid_flush flush = asid_take(ttbr);

    flush = kernel_table_take(asid_of(ttbr), kernel, flush);
    here_icache_catch_up();
    order_complete();
    __asm__ volatile("cpsie a" : : : "memory");
    set_asid(ASID_NOBODY);
    CP15_SET(2, 0, 0, 0, ttbr);
    kernel_table_load(kernel);
    order_control();
    if (flush == ASID_FLUSH_ALL) {
        tlb_flush_all();
    } else if (flush == ASID_FLUSH_ONE) {
        tlb_flush_asid(asid_of(ttbr));
    }
    CP15_SET(7, 0, 5, 6, 0); /* branch targets */
    order_complete();
    set_asid(asid_of(ttbr));
}

uint32_t level_ttbr(uint32_t l1_pa) {
    return l1_pa | LEVEL_TTBR_WALK;
}

void level_space_new(uint32_t l1_pa) {
    asid_forget(level_ttbr(l1_pa));
}
