/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a guest's entries of normal memory are shareable,
 * where one CPU is used: as the guest asks.  Cores that are one of one may not cache shareable
 * memory.
 */
#ifndef ARCH_SHAREABLE_H
#define ARCH_SHAREABLE_H

#define ARCH_ALL_SHAREABLE 0

#endif /* ARCH_SHAREABLE_H */
