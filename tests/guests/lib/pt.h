/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Translation tables: our own copies in our memory, and the hypercalls that tell the
 * hypervisor of each change.
 */
#ifndef GUEST_PT_H
#define GUEST_PT_H

#include <stdint.h>

#include "core.h"
#include "hypercall.h"

/* The L1 table that start.S made. */
extern uint32_t *pt_kernel_l1;

/** pt_init() - map all RAM (up to RAM_MIB_MAX), the user part of the image; drop the flat map. */
void pt_init(uint32_t ram, uint32_t size);
/** pt_map_section() - map one MiB of RAM in the linear map, for whoever needs it before
 * pt_init(). */
void pt_map_section(uint32_t ram, uint32_t gpa);

/** pt_update() - one mmu_update of the entry at guest-physical @ptr. */
int32_t pt_update(uint32_t ptr, uint32_t entry);
/** pt_set() - one entry of our copy of a table (L1 or L2) and the hypervisor's; result of the
 * call. */
int32_t pt_set(uint32_t *entry, uint32_t value);
/** pt_l1_entry() - where @l1 maps @va. */
uint32_t *pt_l1_entry(uint32_t *l1, uint32_t va);
/** pt_new_l2() - an empty table (1 KiB); not attached. */
uint32_t *pt_new_l2(void);
/** pt_attach() - let @l1's entry for @va point at @l2. */
int32_t pt_attach(uint32_t *l1, uint32_t va, uint32_t *l2, uint32_t dacr_domain);
/** pt_window() - an L2 table for the MiB at @va of the kernel's L1 (created once). */
uint32_t *pt_window(uint32_t va);
/** pt_map() - map the page at @va (in a window; made if need be); flushes the TLB. @entry:
 * core_small(). */
int32_t pt_map(uint32_t va, uint32_t entry);

/** pt_ext() - one mmuext_op. */
int32_t pt_ext(uint32_t command, uint32_t arg1, uint32_t arg2);
/** pt_new_l1() - a pinned L1 table with the kernel part only. */
uint32_t *pt_new_l1(void);
int32_t pt_pin(uint32_t gpa);
int32_t pt_unpin(uint32_t gpa);
int32_t pt_switch(uint32_t *l1);
void pt_flush_tlb(void);

#endif /* GUEST_PT_H */
