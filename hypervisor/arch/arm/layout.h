/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's hole, MiB by MiB (docs/memory-map.md draws it).  The numbers
 * are used by C, by assembly and by the linker script.
 */
#ifndef ARCH_ARM_LAYOUT_H
#define ARCH_ARM_LAYOUT_H

#define HYP_SHARED_VA      0xfe000000 /* KERNEL: vCPU pages, counter; per domain */
#define HYP_IMAGE_VA       0xfe100000 /* image; same offset in its MiB as in RAM */
#define HYP_DEVICE_VA      0xfe200000 /* registers of the devices we own */
#define HYP_ALIAS_VA       0xfe300000 /* frames shared with guests */
#define HYP_WINDOW_VA      0xfe400000 /* short-lived cached windows onto frames */
#define HYP_FDT_VA         0xfe500000 /* the boot device tree, read-only, 2 MiB */
#define HYP_HEAP_VA        0xfe800000 /* tables, structures: one run of sections */
#define HYP_HEAP_MAX       0x01600000
#define HYP_VECTORS_MIB_VA 0xfff00000 /* vector page at 0xffff0000; per domain */

#define HYP_STACK_SIZE     8192

/* DACR: client for what may be touched, no access otherwise, manager never. */
#define DACR_CLIENT(d)     (1 << (2 * (d)))
#define DACR_KERNEL \
    (DACR_CLIENT(PV_DOMAIN_HYP) | DACR_CLIENT(PV_DOMAIN_USER) | DACR_CLIENT(PV_DOMAIN_KERNEL))
#define DACR_USER     (DACR_CLIENT(PV_DOMAIN_HYP) | DACR_CLIENT(PV_DOMAIN_USER))

/* PSR bits. */
#define PSR_MODE_USR  0x10
#define PSR_MODE_FIQ  0x11
#define PSR_MODE_IRQ  0x12
#define PSR_MODE_SVC  0x13
#define PSR_MODE_ABT  0x17
#define PSR_MODE_UND  0x1b
#define PSR_MODE_SYS  0x1f
#define PSR_MODE_MASK 0x1f
#define PSR_NOT_USR   0x0f /* a bit of these is set in every mode but USR */
#define PSR_T         0x20
#define PSR_F         0x40
#define PSR_I         0x80
#define PSR_E         0x200
#define PSR_IT        0x0600fc00

#endif /* ARCH_ARM_LAYOUT_H */
