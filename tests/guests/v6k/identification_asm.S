/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses for identification.c. */
#include "probe.inc"

        both_probes midr, arm, "mrc p15, 0, r0, c0, c0, 0"
        both_probes ctr, arm, "mrc p15, 0, r0, c0, c0, 1"
        both_probes tlbtr, arm, "mrc p15, 0, r0, c0, c0, 3"
        both_probes pfr0, arm, "mrc p15, 0, r0, c0, c1, 0"
        both_probes pfr1, arm, "mrc p15, 0, r0, c0, c1, 1"
        both_probes dfr0, arm, "mrc p15, 0, r0, c0, c1, 2"
        both_probes mmfr0, arm, "mrc p15, 0, r0, c0, c1, 4"
        both_probes mmfr3, arm, "mrc p15, 0, r0, c0, c1, 7"
        both_probes isar0, arm, "mrc p15, 0, r0, c0, c2, 0"
        both_probes isar4, arm, "mrc p15, 0, r0, c0, c2, 4"
        both_probes isar5, arm, "mrc p15, 0, r0, c0, c2, 5"
        both_probes contextidr, arm, "mrc p15, 0, r0, c13, c0, 1"
        both_probes set_contextidr, arm, "mcr p15, 0, r0, c13, c0, 1"
        both_probes tpidrprw, arm, "mrc p15, 0, r0, c13, c0, 4"
        both_probes set_tpidrprw, arm, "mcr p15, 0, r0, c13, c0, 4"
