/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time since boot in nanoseconds, from the board's free-running counter, and the time
 * that guests read: struct vcpu_time_info of each vCPU, wall clock in shared_info.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

struct domain;
struct vcpu;

#define CLOCK_HZ_MIN 1000000u
#define CLOCK_HZ_MAX 1000000000u

/**
 * clock_init() - start from 0.  Boot, after devices.counter is filled; the counter's rate is
 * within the limits above and its mask 2^n - 1.
 */
void clock_init(void);

/** clock_start() - renew the clock by itself before the counter wraps.  Boot, after the timers. */
void clock_start(void);

/** clock_now() - ns since clock_init(), monotonic; 0 before it.  About 17 instructions. */
uint64_t clock_now(void);

/** clock_ticks() - the counter extended to 64 bits, as of now. */
uint64_t clock_ticks(void);

/** clock_update() - renew the base and all vCPUs' time info.  Less than a wrap apart. */
void clock_update(void);

/** clock_vcpu_init() - fill @v's time info, counter_offset, counter_hz, counter_mask. */
void clock_vcpu_init(struct vcpu *v);

/** clock_domain_init() - fill the wall clock of d->shared_info. */
void clock_domain_init(struct domain *d);

/**
 * clock_set_wallclock() - it was @sec seconds and @nsec (< 10^9) since the epoch at system time
 * @system_time.  Tells all domains.  No lock held.
 */
void clock_set_wallclock(uint64_t sec, uint32_t nsec, uint64_t system_time);

#endif /* CORE_CLOCK_H */
