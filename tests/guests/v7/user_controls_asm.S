/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses for user_controls.c. */
#include "probe.inc"

        user_probe user_pmuserenr, arm, "mrc p15, 0, r0, c9, c14, 0"
        both_probes pmccntr, arm, "mrc p15, 0, r0, c9, c13, 0"
