/* SPDX-License-Identifier: GPL-2.0-only */
/* See console_keys.h. */
#include "core/console/console_keys.h"

#include <stddef.h>

#include "core/base/arch.h"
#include "core/base/printk.h"
#include "core/device/irq.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/time/clock.h"

#define NS_PER_MS 1000000u

static void print_vcpu(struct vcpu *v) {
    static const char *const names[] = {"running", "runnable", "blocked", "offline"};
    struct vcpu_runstate_info info;

    sched_runstate(v, &info);
    printk("  vCPU %u %s, ran %llu ms, waited %llu ms\n", v->id, names[info.state],
           (unsigned long long)(info.time[RUNSTATE_running] / NS_PER_MS),
           (unsigned long long)(info.time[RUNSTATE_runnable] / NS_PER_MS));
}

static void print_domains(void) {
    for (struct domain *d = domain_next(NULL); d != NULL; d = domain_next(d)) {
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

static void print_help(void);

static const struct {
    char key;
    void (*action)(void);
    const char *help;
} keys[] = {
    {'h', print_help, "this help"},
    {'d', print_domains, "domains and their vCPUs"},
    {'i', print_machine, "machine"},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static void print_help(void) {
    for (size_t i = 0; i < KEY_COUNT; i++) {
        printk("%c: %s\n", keys[i].key, keys[i].help);
    }
}

void console_key(uint8_t key) {
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (keys[i].key == (char)key) {
            keys[i].action();
        }
    }
}
