/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses for swap.c. */
#include "probe.inc"

        both_probes sctlr, arm, "mrc p15, 0, r0, c1, c0, 0"
        both_probes mpidr, arm, "mrc p15, 0, r0, c0, c0, 5"
