/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a guest's entries of normal memory are shareable: as the guest asks. */
#ifndef ARCH_SHAREABLE_H
#define ARCH_SHAREABLE_H

#define ARCH_ALL_SHAREABLE 0

#endif /* ARCH_SHAREABLE_H */
