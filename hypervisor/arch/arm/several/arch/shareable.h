/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a guest's entries of normal memory are shareable,
 * where several CPUs are used: whatever a guest asks for, or a line that one CPU has, others miss.
 */
#ifndef ARCH_SHAREABLE_H
#define ARCH_SHAREABLE_H

#define ARCH_ALL_SHAREABLE 1

#endif /* ARCH_SHAREABLE_H */
