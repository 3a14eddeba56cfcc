/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_keys.h. */
#include "core/domain/domain_keys.h"

#include "core/base/arch.h"
#include "core/base/printk.h"
#include "core/console/console_keys.h"
#include "core/device/irq.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/mm/page.h"
#include "core/time/background.h"
#include "core/time/clock.h"

#define NS_PER_MS 1000000u

/* A line a step: a key may be pressed by a hypercall, which has no time for more. */
static struct background_work domains_work, machine_work;
static struct {
    domid_t id;        /* of the domain that comes next, or the next higher one */
    unsigned int line; /* of it: 0, its own; two for each of its vCPUs */
} next_line;           /* the key begins anew */
static unsigned int machine_line;

static void print_vcpu(struct vcpu *v) {
    static const char *const names[] = {"running", "runnable", "blocked", "offline"};
    struct vcpu_runstate_info info;

    sched_runstate(&v->sched, &info);
    printk("  vCPU %u %s, ran %llu ms\n", v->id, names[info.state],
           (unsigned long long)(info.time[RUNSTATE_running] / NS_PER_MS));
}

static void print_vcpu_wait(struct vcpu *v) {
    struct vcpu_runstate_info info;

    sched_runstate(&v->sched, &info);
    printk("    waited %llu ms\n", (unsigned long long)(info.time[RUNSTATE_runnable] / NS_PER_MS));
}

static void print_domain(const struct domain *d) {
    printk("d%u %s: %s%s\n", d->id, d->name, domain_state_name(d->state),
           d->pause_count > 0 ? ", paused" : "");
}

static void print_domain_line(const struct domain *d, unsigned int line) {
    if (line == 0) {
        print_domain(d);
    } else if (line <= 2 * d->vcpu_count) {
        struct vcpu *v = d->vcpu[(line - 1) / 2];

        (line % 2 ? print_vcpu : print_vcpu_wait)(v);
    }
}

static bool print_domains_step(struct background_work *work) {
    struct domain *d = domain_from(next_line.id);

    (void)work;
    if (!d) {
        return false;
    }
    if (d->id != next_line.id) { /* the one that came next is gone */
        next_line.id = d->id;
        next_line.line = 0;
    }
    print_domain_line(d, next_line.line);
    if (++next_line.line > 2 * d->vcpu_count) {
        next_line.id = (domid_t)(d->id + 1u);
        next_line.line = 0;
    }
    return true;
}

static void print_domains(void) {
    next_line.id = 0;
    next_line.line = 0;
    background_start(&domains_work);
}

static bool print_machine_step(struct background_work *work) {
    (void)work;
    if (machine_line++ == 0) {
        printk("up %llu ms\n", (unsigned long long)(clock_now() / NS_PER_MS));
        return true;
    }
    printk("%u spurious interrupts, %u FIQs, %u asynchronous aborts\n",
           (unsigned int)irq_spurious_count(), (unsigned int)arch_fiq_count(),
           (unsigned int)arch_async_abort_count());
    return false;
}

static void print_machine(void) {
    machine_line = 0;
    background_start(&machine_work);
}

void domain_keys_init(void) {
    static struct console_key domains = {
        .key = 'd', .action = print_domains, .help = "domains and their vCPUs"};
    static struct console_key machine = {.key = 'i', .action = print_machine, .help = "machine"};

    background_init(&domains_work, print_domains_step, PAGE_COMMON, BACKGROUND_NEEDED);
    background_init(&machine_work, print_machine_step, PAGE_COMMON, BACKGROUND_NEEDED);
    console_key_add(&domains);
    console_key_add(&machine);
}
