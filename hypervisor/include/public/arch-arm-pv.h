/* SPDX-License-Identifier: MIT */
/*
 * Dacre's extension of the Xen 4.17 ABI for ARM cores without virtualization
 * extensions: what a paravirtual guest kernel, itself in USR mode, needs that
 * Xen's ARM port (which has hardware help) never had to define.
 *
 * Include it after Xen's <xen/xen.h>.  Everything that Xen on ARM has keeps
 * Xen's numbers and structures; everything here uses the hypercall names and
 * numbers of Xen's PV interface (xen.h) with the ARM structures below.
 *
 * Calling convention: SWI from the guest kernel, hypercall number in r12,
 * arguments in r0-r4, result in r0 (negative errno on failure); r1-r3 are undefined
 * afterwards, all other registers preserved.  The SWI's immediate is ignored.  A SWI from guest
 * user code is a system call and goes to the guest kernel.
 *
 * Start of day is the Linux/ARM boot protocol (r0 = 0, r1 = ~0, r2 = guest
 * physical address of the device tree, image at RAM + 0x8000) with CPSR in USR
 * mode and "MMU off" meaning a flat view: virtual = guest-physical over the
 * domain's RAM.  Upcalls are masked (pv_vcpu.info.evtchn_upcall_mask != 0).
 */
#ifndef PUBLIC_ARCH_ARM_PV_H
#define PUBLIC_ARCH_ARM_PV_H

/* ---- Version ------------------------------------------------------------- */

/*
 * Raised by each change of what is here that a guest or a hypervisor of the version before does not
 * go with.  A guest gives PV_ABI_MAGIC + PV_ABI_VERSION to set_callbacks and compares it with
 * pv_vcpu.abi, which is 0 where the hypervisor is older than this.
 */
#define PV_ABI_MAGIC         0xdac00000
#define PV_ABI_VERSION       1

/* ---- Virtual address space -------------------------------------------- */

/*
 * From here to the top belongs to the hypervisor.  The first MiB is shared
 * with the guest kernel (DACR domain KERNEL, so guest user code has no access);
 * the last MiB holds the vector page, readable by guest user code, writable by
 * no guest; everything between is the hypervisor's own.
 */
#define PV_VIRT_START        0xfe000000
/* The page of vCPU n (struct pv_vcpu), one page each. */
#define PV_VCPU_VA(n)        (PV_VIRT_START + ((n) << 12))
#define PV_MAX_VCPUS         128
/* The page that holds the board's free-running counter, read-only, uncached.
 * pv_vcpu.counter_offset says where in the page the 32-bit counter is. */
#define PV_COUNTER_VA        (PV_VIRT_START + 0x000ff000)
/* Vectors; 0xffff0f00-0xffff0fff is the domain's helper area: it is filled
 * from pv_callbacks.helpers; the word at 0xffff0ff0 is the TLS word. */
#define PV_VECTORS_VA        0xffff0000
#define PV_HELPERS_VA        0xffff0f00
#define PV_HELPERS_SIZE      0x100
#define PV_TLS_VA            0xffff0ff0

/* Guest-physical frames outside RAM that every domain has. */
#define PV_MAGIC_GPA         0x39000000      /* Xen's GUEST_MAGIC_BASE */
#define PV_MAGIC_CONSOLE_GFN 0x39000         /* HVM_PARAM_CONSOLE_PFN */
#define PV_MAGIC_STORE_GFN   0x39001         /* HVM_PARAM_STORE_PFN */
#define PV_MAGIC_VCPU_GFN(n) (0x39100 + (n)) /* the frame of struct pv_vcpu */
#define PV_GRANT_GPA         0x38000000      /* Xen's GUEST_GNTTAB_BASE */
#define PV_GRANT_SIZE        0x01000000
#define PV_RAM_GPA           0x40000000 /* RAM of a domain that is not 1:1 */

/* ---- DACR domains ------------------------------------------------------- */

/*
 * The domain field of a first-level entry that a guest asks for.  USER is
 * accessible to guest user and guest kernel code, KERNEL to the guest kernel
 * alone.  Since both run in USR mode the AP bits must give USR mode what is
 * meant: AP = 0b11 read-write, 0b10 read-only (also for the guest kernel).
 */
#define PV_DOMAIN_HYP        0
#define PV_DOMAIN_USER       1
#define PV_DOMAIN_KERNEL     2

/* ---- The page shared by a vCPU and the hypervisor ----------------------- */

/*
 * evtchn_upcall_mask of vcpu_info: 0 = upcalls are delivered, anything else =
 * not.  Guests use the value of CPSR.I for "masked"; the hypervisor adds
 * PV_MASK_FRAME when it delivers an exception: the frame below is in use.  The
 * guest kernel copies the frame out and then writes PV_MASK_EVENTS or 0.
 * A fault taken in kernel mode while PV_MASK_FRAME is set ends the domain
 * (SHUTDOWN_crash): its handler cannot run.
 */
#define PV_MASK_EVENTS       0x80
#define PV_MASK_FRAME        0x01

/* Offsets for assembly, asserted by the hypervisor's build. */
#define PV_VCPU_PENDING      0x00 /* info.evtchn_upcall_pending, byte */
#define PV_VCPU_MASK         0x01 /* info.evtchn_upcall_mask, byte */
#define PV_VCPU_FRAME_SP     0x40
#define PV_VCPU_FRAME_LR     0x44
#define PV_VCPU_FRAME_PC     0x48
#define PV_VCPU_FRAME_PSR    0x4c
#define PV_VCPU_FRAME_R12    0x50
#define PV_VCPU_FSR          0x54
#define PV_VCPU_FAR          0x58
#define PV_VCPU_KERNEL_SP    0x5c
#define PV_VCPU_ABI          0x74

#ifndef __ASSEMBLY__

/*
 * Written by the hypervisor on delivery of an exception or upcall, read by it
 * on iret.  psr is a virtual CPSR: flags, T, IT, GE, E as in the hardware;
 * mode bits 0x10 for guest user code, 0x13 for guest kernel code; I set if
 * upcalls were masked (delivery) or are to be masked (iret, to kernel code).
 * r12 is used by iret alone (where r12 carried the hypercall number);
 * an exception is delivered with r0-r12 as they were.
 */
struct pv_frame {
    uint32_t sp;
    uint32_t lr;
    uint32_t pc;
    uint32_t psr;
    uint32_t r12;
};

struct pv_vcpu {
    struct vcpu_info info; /* Xen's; .time is kept current, its "tsc" is
                            * the counter at PV_COUNTER_VA (see below) */
    uint8_t pad0[0x40 - sizeof(struct vcpu_info)];
    struct pv_frame frame; /* 0x40 */
    uint32_t fsr;          /* 0x54: DFSR or IFSR; domain faults appear as
                            * permission faults */
    uint32_t far;          /* 0x58: DFAR; of a prefetch abort IFAR (ARMv7) or its pc */
    uint32_t kernel_sp;    /* 0x5c: written by the guest: sp on exceptions
                            * from guest user code */
    /* Constant after start; a guest that overwrites these fools itself. */
    uint32_t counter_offset; /* 0x60: of the counter in its page */
    uint32_t counter_hz;     /* 0x64 */
    uint32_t counter_mask;   /* 0x68: 0xffffffff for 32 bits */
    uint32_t vcpu_id;        /* 0x6c */
    uint32_t arch_level;     /* 0x70: 5, 6 or 7 */
    uint32_t abi;            /* 0x74: PV_ABI_MAGIC + the hypervisor's PV_ABI_VERSION */
};

/*
 * Time in nanoseconds since the machine started, without a trap:
 *
 *   do {
 *       v = time.version;  (again while it is odd)
 *       delta = (counter - (uint32_t)time.tsc_timestamp) & counter_mask;
 *       ns = time.system_time +
 *            ((uint64_t)delta * time.tsc_to_system_mul >> (32 - time.tsc_shift));
 *   } while (time.version != v);
 *
 * tsc_shift is 1 to 31.  The product is that of two 32-bit numbers and fits; delta << tsc_shift,
 * multiplied, would not.  The hypervisor renews it well before the counter wraps.
 */

/* ---- set_callbacks (__HYPERVISOR_set_callbacks) --------------------------- */

/*
 * r0 = virtual address of a struct pv_callbacks; r1 = PV_ABI_MAGIC + PV_ABI_VERSION; r2, r3
 * ignored. Errors: -EOPNOTSUPP (another version, with a line in the hypervisor's log), -EFAULT,
 * -EINVAL (an entry in the hypervisor's range, a misaligned kernel_virt_start, a restart range that
 * is not 32-byte aligned), -EBUSY (another kernel_virt_start than before, or after the first pin).
 *
 * Every entry is called in USR mode, ARM state, KERNEL accessible, with r0-r12
 * as they were, sp = kernel_sp if guest user code was interrupted and unchanged
 * otherwise, lr undefined, mask = PV_MASK_EVENTS | PV_MASK_FRAME, and
 * {sp, lr, pc, psr} of what was interrupted in pv_vcpu.frame.  frame.pc is
 * undefined/prefetch/data abort: the address of the instruction itself;
 * swi: the address after it; event: the address to resume at.
 */
struct pv_callbacks {
    uint32_t undef;
    uint32_t swi;
    uint32_t prefetch_abort;
    uint32_t data_abort;
    uint32_t event;
    /* MiB-aligned.  L1 entries at and above it are common to all of the
     * domain's first-level tables (up to PV_VIRT_START).  May be set once,
     * before the first MMUEXT_PIN_L1_TABLE. */
    uint32_t kernel_virt_start;
    /* Restartable sequences for atomics on memory shared between domains:
     * guest kernel code in [restart_start, restart_end), made of 32-byte
     * slots.  When the hypervisor interrupts the guest kernel with
     * pc in the range, it resumes it at the start of its slot.  A sequence
     * must be restartable up to and including its one final store.
     * Both zero: none. */
    uint32_t restart_start;
    uint32_t restart_end;
    /* Virtual address of PV_HELPERS_SIZE bytes copied to PV_HELPERS_VA, or 0. */
    uint32_t helpers;
};

#endif /* __ASSEMBLY__ */

/* ---- Page tables --------------------------------------------------------- */

/*
 * The tables the MMU walks belong to the hypervisor.  A guest names its own
 * copies by guest-physical address:
 *
 * first-level ("L1") table: 16 KiB, 16-KiB aligned, registered by
 *   MMUEXT_PIN_L1_TABLE, dropped by MMUEXT_UNPIN_TABLE.  It starts with an
 *   empty user part and the domain's kernel part.
 * second-level ("L2") table: 1 KiB, 1-KiB aligned, registered, as an empty table,
 *   when an L1 entry first points at it, dropped when none does any more.
 *
 * mmu_update(r0 = struct mmu_update *, r1 = count, r2 = uint32_t *done or 0,
 * r3 = DOMID_SELF): ptr = guest-physical address of an entry | MMU_NORMAL_PT_UPDATE,
 * val = the entry in the format of this core's level, frame = guest frame:
 *   L1: 0 (fault), section (1 MiB, RAM only), or coarse table; domain field
 *       PV_DOMAIN_USER or PV_DOMAIN_KERNEL.
 *   L2: 0 (fault) or small page (any value whose type bits are 0 is a fault entry).
 * An update to a table that is not registered is ignored (returns success): a
 * table is filled after it was attached.  An entry that is refused: -EINVAL
 * (format), -EPERM (not this domain's frame; rights it has not; the hypervisor's
 * range), -ENOMEM (table memory used up); entries before it were done and
 * *done says how many.
 * The hypervisor does not flush the TLB for a guest's update: that is the guest's, for the
 * first-level table in use and the kernel part.  An update of another table holds when that one is
 * loaded.
 *
 * update_va_mapping(r0 = va, r1 = L2 entry, r2 = UVMF_* flags).
 */

/* mmuext_op commands: Xen's 4-12 and 16-18 as in xen.h; linear addresses and
 * ranges where Xen has frames, since virtually indexed caches need them. */
/* MMUEXT_PIN_L1_TABLE, MMUEXT_UNPIN_TABLE, MMUEXT_NEW_BASEPTR: arg1.mfn = guest
 * frame of the first-level table. */
/* MMUEXT_CLEAR_PAGE: arg1.linear_addr; MMUEXT_COPY_PAGE: arg1.linear_addr = to,
 * arg2.src_mfn = virtual address of the source.  Page-aligned kernel addresses. */
/* Cache by range: arg1.linear_addr = start, arg2.nr_ents = bytes. */
#define PV_MMUEXT_CLEAN_DCACHE      32 /* write back */
#define PV_MMUEXT_FLUSH_DCACHE      33 /* write back and invalidate */
#define PV_MMUEXT_INVAL_DCACHE      34 /* invalidate (partial lines written back) */
/* Make stores visible to instruction fetch.  An instruction cache that is physically tagged (ARMv6
 * and later) is invalidated whole, for all mappings, however short the range. */
#define PV_MMUEXT_SYNC_ICACHE       35
/* TLB by range: arg1.linear_addr = start, arg2.nr_ents = bytes. */
#define PV_MMUEXT_TLB_FLUSH_RANGE   36
/* Whole-table load: arg1.mfn = guest-physical address of a registered L2 table,
 * arg2.src_mfn = virtual address of its 256 new entries.  All or nothing is not
 * promised: stops at the first entry that is refused. */
#define PV_MMUEXT_LOAD_TABLE        37

/* set_segment_base(r0 = 0, r1 = value): the user thread-pointer: TPIDRURO where
 * the core has it, and the word at PV_TLS_VA. */
#define PV_SEGBASE_TLS              0

/* fpu_taskswitch(r0): 1 = VFP instructions trap to the guest's undef entry (as
 * with FPEXC.EN = 0), 0 = they run. */

/*
 * pv_mmuext(r0 = command, r1 = arg1, r2 = arg2, r3 = 0): one operation of mmuext_op, without its
 * structure: arg1 is its linear address, guest frame or guest-physical address, arg2 its number of
 * bytes or source.  Result and errors as mmuext_op's.
 */
#define __HYPERVISOR_pv_mmuext      48 /* Xen's __HYPERVISOR_arch_0 */

/*
 * pv_task_switch(r0 = guest frame of the first-level table to run on, or PV_SWITCH_SAME_TABLE;
 * r1 = user thread pointer; r2 = flags): MMUEXT_NEW_BASEPTR, set_segment_base(PV_SEGBASE_TLS) and,
 * with PV_SWITCH_FPU_OFF, fpu_taskswitch(1) in one call.  -EINVAL (no such table): nothing was
 * done.
 */
#define __HYPERVISOR_pv_task_switch 49 /* Xen's __HYPERVISOR_arch_1 */
#define PV_SWITCH_SAME_TABLE        0xffffffff
#define PV_SWITCH_FPU_OFF           1

/*
 * pv_update(r0 = guest-physical address of a table entry, r1 = its value, r2 = virtual address):
 * mmu_update of one entry, in registers; then, if r2 is below PV_VIRT_START, the TLB forgets that
 * page.  Result and errors as mmu_update's.
 */
#define __HYPERVISOR_pv_update      50 /* Xen's __HYPERVISOR_arch_2 */
#define PV_UPDATE_NO_FLUSH          0xffffffff

/* iret(): resumes what pv_vcpu.frame and the other registers say; r12 from
 * frame.r12.  Does not return. */

#endif /* PUBLIC_ARCH_ARM_PV_H */
