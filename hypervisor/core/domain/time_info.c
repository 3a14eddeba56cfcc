/* SPDX-License-Identifier: GPL-2.0-only */
/* See time_info.h. */
#include "core/domain/time_info.h"

#include <arch/atomic.h>

#include <stddef.h>

#include "core/base/arch.h"
#include "core/device/device.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/time/clock.h"

#define NS_PER_SEC 1000000000u

/* At system time 0; written by the boot pCPU. */
static struct {
    uint64_t sec;
    uint32_t nsec;
} wall;

/* The version is odd while the values change (<xen/xen.h>, struct vcpu_time_info). */
static void write_time_info(volatile struct vcpu_time_info *info, const struct clock_scale *scale) {
    info->version |= 1;
    arch_memory_barrier();
    info->tsc_timestamp = scale->base_ticks;
    info->system_time = scale->base_ns;
    info->tsc_to_system_mul = scale->mul;
    info->tsc_shift = scale->shift;
    info->flags = XEN_PVCLOCK_TSC_STABLE_BIT;
    arch_memory_barrier();
    info->version++;
}

void time_info_vcpu_init(struct vcpu *v) {
    struct pv_vcpu *page = arch_vcpu_page(v);
    struct clock_scale scale;

    clock_scale(&scale);
    page->counter_offset = devices.counter.offset;
    page->counter_hz = devices.counter.hz;
    page->counter_mask = devices.counter.mask;
    write_time_info(&page->info.time, &scale);
}

static void write_domain_time(struct domain *d, const struct clock_scale *scale) {
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        if (d->vcpu[i]) {
            write_time_info(&arch_vcpu_page(d->vcpu[i])->info.time, scale);
        }
    }
}

static void renewed(void) {
    struct clock_scale scale;

    clock_scale(&scale);
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d)) {
        write_domain_time(d, &scale);
    }
}

void time_info_init(uint32_t date) {
    time_info_set_wallclock(date, 0, 0);
    clock_on_renew(renewed);
}

void time_info_domain_init(struct domain *d) {
    volatile struct shared_info *info = d->shared_info;

    info->wc_version |= 1;
    arch_memory_barrier();
    info->wc_sec = (uint32_t)wall.sec;
    info->wc_sec_hi = (uint32_t)(wall.sec >> 32);
    info->wc_nsec = wall.nsec;
    arch_memory_barrier();
    info->wc_version++;
}

void time_info_set_wallclock(uint64_t sec, uint32_t nsec, uint64_t system_time) {
    uint64_t back_sec = system_time / NS_PER_SEC;
    uint32_t back_nsec = (uint32_t)(system_time % NS_PER_SEC);

    if (nsec < back_nsec) {
        nsec += NS_PER_SEC;
        back_sec++;
    }
    wall.sec = sec > back_sec ? sec - back_sec : 0;
    wall.nsec = nsec - back_nsec;
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d)) {
        time_info_domain_init(d);
    }
}
