/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Offsets for assembly, of what a pCPU has for itself: nothing, where there is one.
 */
#ifndef CPUS_OFFSETS_H
#define CPUS_OFFSETS_H

#define CPUS_OFFSETS

#endif /* CPUS_OFFSETS_H */
