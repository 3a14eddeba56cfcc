/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_keys.h. */
#include "core/domain/domain_keys.h"

#include "core/base/arch.h"
#include "core/base/printk.h"
#include "core/console/console_keys.h"
#include "core/device/irq.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/time/clock.h"

#define NS_PER_MS 1000000u

static void print_vcpu(struct vcpu *v) {
    static const char *const names[] = {"running", "runnable", "blocked", "offline"};
    struct vcpu_runstate_info info;

    sched_runstate(&v->sched, &info);
    printk("  vCPU %u %s, ran %llu ms, waited %llu ms\n", v->id, names[info.state],
           (unsigned long long)(info.time[RUNSTATE_running] / NS_PER_MS),
           (unsigned long long)(info.time[RUNSTATE_runnable] / NS_PER_MS));
}

static void print_domains(void) {
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d)) {
        printk("d%u %s: %s%s\n", d->id, d->name, domain_state_name(d->state),
               d->pause_count > 0 ? ", paused" : "");
        for (unsigned int i = 0; i < d->vcpu_count; i++) {
            print_vcpu(d->vcpu[i]);
        }
    }
}

static void print_machine(void) {
    printk("up %llu ms, %u spurious interrupts, %u FIQs, %u asynchronous aborts\n",
           (unsigned long long)(clock_now() / NS_PER_MS), (unsigned int)irq_spurious_count(),
           (unsigned int)arch_fiq_count(), (unsigned int)arch_async_abort_count());
}

void domain_keys_init(void) {
    static struct console_key domains = {
        .key = 'd', .action = print_domains, .help = "domains and their vCPUs"};
    static struct console_key machine = {.key = 'i', .action = print_machine, .help = "machine"};

    console_key_add(&domains);
    console_key_add(&machine);
}
