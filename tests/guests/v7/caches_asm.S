/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses for caches.c. */
#include "probe.inc"

        both_probes ccsidr, arm, "mrc p15, 1, r0, c0, c0, 0"
        both_probes clidr, arm, "mrc p15, 1, r0, c0, c0, 1"
        both_probes csselr, arm, "mrc p15, 2, r0, c0, c0, 0"
        both_probes set_csselr, arm, "mcr p15, 2, r0, c0, c0, 0"
