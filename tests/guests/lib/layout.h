/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a test guest has what in its virtual address space.  Also for assembly.
 */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

#define KERNEL_BASE   0xc0000000 /* linear map of the guest's RAM, DACR domain KERNEL */
#define KERNEL_OFFSET 0x8000     /* of the image in RAM: the Linux/ARM boot protocol */
#define L1_OFFSET     0x4000     /* of the first L1 table in RAM, below the image */
#define EARLY_MIB     4          /* mapped before C looks at the size of RAM */
#define RAM_MIB_MAX   256        /* more is not mapped */

#define USER_BASE     0x00100000 /* code and data of the image for guest user mode */
#define USER_WINDOW   0x00800000 /* free for tests, DACR domain USER */
#define KERNEL_WINDOW 0xd0000000 /* free for tests, DACR domain KERNEL */

#define STACK_SIZE    16384

#endif /* GUEST_LAYOUT_H */
