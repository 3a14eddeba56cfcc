/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_keys.h. */
#include "core/domain/domain_keys.h"

#include "core/base/arch.h"
#include "core/base/printk.h"
#include "core/console/console_keys.h"
#include "core/device/irq.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/time/background.h"
#include "core/time/clock.h"

#define NS_PER_MS  1000000u
#define VCPU_LINES 3u

/* A line a step: a key may be pressed by a hypercall, which has no time for more. */
static struct background_work domains_work, machine_work;
static struct {
    domid_t id;        /* of the domain that comes next, or the next higher one */
    unsigned int line; /* of it: 0, its own; VCPU_LINES for each of its vCPUs */
} next_line;           /* the key begins anew */
static unsigned int machine_line;

static void print_vcpu(struct vcpu *v) {
    static const char *const names[] = {"running", "runnable", "blocked", "offline"};
    struct vcpu_runstate_info info;

    sched_runstate(&v->sched, &info);
    printk("  vCPU %u %s\n", v->id, names[info.state]);
}

static void print_vcpu_time(struct vcpu *v, const char *did, unsigned int state) {
    struct vcpu_runstate_info info;

    sched_runstate(&v->sched, &info);
    printk("    %s %llu ms\n", did, (unsigned long long)(info.time[state] / NS_PER_MS));
}

/* One of the VCPU_LINES lines of a vCPU. */
static void print_vcpu_line(struct vcpu *v, unsigned int line) {
    switch (line) {
    case 0: print_vcpu(v); break;
    case 1: print_vcpu_time(v, "ran", RUNSTATE_running); break;
    default: print_vcpu_time(v, "waited", RUNSTATE_runnable); break;
    }
}

static void print_domain(const struct domain *d) {
    printk("d%u %s: %s%s\n", d->id, d->name, domain_state_name(d->state),
           d->pause_count > 0 ? ", paused" : "");
}

static void print_domain_line(const struct domain *d, unsigned int line) {
    if (line == 0) {
        print_domain(d);
    } else if (line <= VCPU_LINES * d->vcpu_count) {
        print_vcpu_line(d->vcpu[(line - 1) / VCPU_LINES], (line - 1) % VCPU_LINES);
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
    if (++next_line.line > VCPU_LINES * d->vcpu_count) {
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
    unsigned int line = machine_line++;

    (void)work;
    switch (line) {
    case 0: printk("up %llu ms\n", (unsigned long long)(clock_now() / NS_PER_MS)); break;
    case 1:
        printk("%u spurious interrupts, %u FIQs, %u asynchronous aborts\n",
               (unsigned int)irq_spurious_count(), (unsigned int)arch_fiq_count(),
               (unsigned int)arch_async_abort_count());
        break;
    default:
        printk("%u frames free, %u to be overwritten, %u KiB of the heap free\n", page_free_count(),
               page_dirty_count(), heap_free_pages() << (PAGE_SHIFT - 10));
        break;
    }
    return line < 2;
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
