/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bench_primitives.c and its peer agree on.
 */
#ifndef GUEST_BENCH_H
#define GUEST_BENCH_H

#define BENCH_PORTS  256  /* masked ports that the peer opens after the one for pings */
#define BENCH_PINGS  2000 /* the peer answers so many, then only yields */
#define BENCH_GRANTS 32   /* entries of the peer's grant table, from BENCH_REF on, for the other */
#define BENCH_REF    8

#endif /* GUEST_BENCH_H */
