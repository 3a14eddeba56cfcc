/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time that guests read: struct vcpu_time_info in each vCPU's page, the wall clock in
 * shared_info.
 */
#ifndef CORE_TIME_INFO_H
#define CORE_TIME_INFO_H

#include <stdint.h>

struct domain;
struct vcpu;

/** time_info_init() - it was @date seconds since the epoch at system time 0; follow the clock.
 * Boot. */
void time_info_init(uint32_t date);

/** time_info_vcpu_init() - fill @v's time info, counter_offset, counter_hz, counter_mask. */
void time_info_vcpu_init(struct vcpu *v);

/** time_info_domain_init() - fill the wall clock of d->shared_info. */
void time_info_domain_init(struct domain *d);

/**
 * time_info_set_wallclock() - it was @sec seconds and @nsec (< 10^9) since the epoch at system time
 * @system_time.  Tells all domains.  No lock held.
 */
void time_info_set_wallclock(uint64_t sec, uint32_t nsec, uint64_t system_time);

#endif /* CORE_TIME_INFO_H */
