/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bench_primitives.c and its peer agree on.
 */
#ifndef GUEST_BENCH_H
#define GUEST_BENCH_H

#define BENCH_PORTS 256  /* masked ports that the peer opens after the one for pings */
#define BENCH_PINGS 2000 /* the peer answers so many, then only yields */

#endif /* GUEST_BENCH_H */
