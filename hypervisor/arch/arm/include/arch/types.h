/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM's part of the structures that core keeps, and the primitives it inlines.
 */
#ifndef ARCH_TYPES_H
#define ARCH_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/cpus.h>
#include <arch/lock.h>

#define ARCH_MAP_SLOTS 4 /* windows of arch_map_frame(), per pCPU */

/* The guest's registers while the hypervisor runs, in the order STM stores them. */
struct cpu_regs {
    uint32_t r[13];
    uint32_t sp;
    uint32_t lr;
    uint32_t pc;
    uint32_t cpsr; /* the hardware's; mode is always USR */
};

#define VFP_DOUBLES 32

struct vfp_state {
    uint64_t d[VFP_DOUBLES];
    uint32_t fpscr;
    uint32_t fpexc; /* EX and the fields that go with it; EN is vfp_enabled */
    uint32_t fpinst;
    uint32_t fpinst2;
};

struct arch_vcpu {
    struct cpu_regs regs; /* first: every exception mode's sp points here */
    uint32_t in_kernel;   /* guest kernel code runs (DACR_KERNEL), else 0 */
    uint32_t fault_pc;    /* scratch of the abort entries */
    uint32_t fault_r0;    /* likewise */
    uint32_t hyp_sp;      /* top of this pCPU's hypervisor stack */
    uint32_t frame_va;    /* guest and hypervisor address of page->frame */
    uint32_t psr_mask; /* bits of a virtual CPSR of USR mode that reach the hardware, ARM state */
    uint32_t psr_mask_thumb; /* the same in Thumb state */
    uint32_t *work;          /* this pCPU's "look before resuming" flag */
    uint32_t entry_undef;    /* guest's entries, from set_callbacks */
    uint32_t entry_swi;
    uint32_t entry_pabt;
    uint32_t entry_dabt;
    uint32_t entry_event;
    uint32_t restart_start; /* restartable sequences */
    uint32_t restart_size;
    uint32_t *l1;         /* first-level table in use (hypervisor address) */
    uint32_t ttbr;        /* what the hardware is given for it */
    uint32_t ttbr_kernel; /* and for the kernel part, where that is another table */
    uint32_t tls;         /* user thread pointer */
    uint32_t tls_rw;      /* TPIDRURW (v6K+) */
    uint32_t tls_kernel;  /* TPIDRPRW (v6K+), as the guest kernel sees it */
    uint32_t sctlr;       /* what the guest believes it wrote */
    uint32_t dacr;        /* likewise */
    uint32_t csselr;      /* likewise (v7) */
    bool vfp_enabled;     /* the guest's view of FPEXC.EN */
    struct vfp_state vfp; /* valid while another vCPU owns the registers */
};

#endif /* ARCH_TYPES_H */
