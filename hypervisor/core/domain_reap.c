/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * After a domain's shutdown: give everything back in bounded steps, scrub it, start the
 * domain again if it asked for that.  Steps run while the machine is idle, and from
 * a timer while it is not, for an eighth of the time: a guest that never sleeps cannot stop them,
 * and one that ends and starts all the time cannot stop the others.
 */
#include <stddef.h>

#include "core/arch.h"
#include "core/clock.h"
#include "core/console.h"
#include "core/device.h"
#include "core/domain.h"
#include "core/domain_build.h"
#include "core/domain_free.h"
#include "core/domain_list.h"
#include "core/domain_restart.h"
#include "core/irq.h"
#include "core/page.h"
#include "core/panic.h"
#include "core/printk.h"
#include "core/timer.h"
#include "core/vcpu.h"
#include "core/vcpu_op.h"

/* While guests run: so many steps in one go, and then that many times as long for the guests. */
#define REAP_STEPS    4u
#define REAP_REST     7u
#define REAP_REST_MIN 20000u      /* ns, also before the first */
#define DRAIN_MAX     1000000000u /* ns */

static struct domain *dying; /* the one being torn down, NULL = none */
static bool report_pending;  /* its frames are being scrubbed */
static domid_t report_id;
static struct timer reap_timer;
static bool no_reset;

static void end_of_board(void) {
    bool reset = !no_reset && devices.reset;

    printk("dom0 has shut down: %s the board\n", reset ? "resetting" : "halting");
    console_sync(); /* nobody will send later what still waits */
    if (reset) {
        devices.reset();
    }
    arch_halt();
}

static void release_console(struct domain *d) {
    void *ring = d->console.ring;

    console_domain_destroy(d);
    if (ring) {
        arch_unmap_shared(ring);
    }
}

static void begin(struct domain *d) {
    dying = d;
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        vcpu_op_destroy(d->vcpu[i]);
        arch_vcpu_unload(d->vcpu[i]);
    }
    pirq_release_all(d);
    release_console(d);
}

static void finish(struct domain *d) {
    CHECK(domain_change_state(d, DOMAIN_DEAD) == 0);
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        vcpu_destroy(d->vcpu[i]);
    }
    domain_list_remove(d);
    domain_restart(d);
    report_id = d->id;
    report_pending = true;
    domain_free(d);
}

static struct domain *find_ended(void) {
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d)) {
        if (d->state == DOMAIN_SHUTDOWN || d->state == DOMAIN_DYING) {
            return d;
        }
    }
    return NULL;
}

/* Scrub what was freed, then say what there is again. */
static void report_step(void) {
    if (!page_scrub_step()) {
        report_pending = false;
        printk("domain %u: destroyed, %u frames free\n", report_id, page_free_count());
    }
}

static void destroy_step(void) {
    struct domain *d = dying;

    if (!event_domain_destroy(d) && !pt_destroy_step(d) && !p2m_destroy_step(d)) {
        dying = NULL;
        finish(d);
    }
}

/* One line of a crashed domain's registers; false when all are printed. */
static bool print_step(struct domain *d) {
    if (d->shutdown_reason != SHUTDOWN_crash || d->crash_vcpu == d->vcpu_count) {
        return false;
    }
    if (!arch_vcpu_print(d->vcpu[d->crash_vcpu], d->crash_line++)) {
        d->crash_vcpu++;
        d->crash_line = 0;
    }
    return true;
}

/* Its last words, for a limited time: the UART may be stuck. */
static bool drain_step(struct domain *d) {
    return clock_now() - d->stopped < DRAIN_MAX && !console_domain_drain(d);
}

/* One domain after the other: torn down, scrubbed, reported; restarts when none is left. */
bool domain_reap_step(void) {
    struct domain *d;

    if (dying) {
        destroy_step();
        return true;
    }
    if (report_pending) {
        report_step();
        return true;
    }
    d = find_ended();
    if (!d) {
        return page_scrub_step() || domain_build_step();
    }
    if (print_step(d) || drain_step(d)) {
        return true;
    }
    if (d->is_privileged) {
        end_of_board();
    }
    if (d->state == DOMAIN_SHUTDOWN) {
        (void)domain_kill(d);
    }
    if (domain_is_off_cpu(d)) {
        begin(d);
    }
    return true;
}

static void reap_tick(void *data) {
    uint64_t start = clock_now(), rest;
    bool more = true;

    (void)data;
    for (unsigned int i = 0; i < REAP_STEPS && more && (i == 0 || !irq_waits()); i++) {
        more = domain_reap_step();
    }
    if (more) {
        rest = (clock_now() - start) * REAP_REST;
        timer_set(&reap_timer, clock_now() + (rest > REAP_REST_MIN ? rest : REAP_REST_MIN));
    }
}

void domain_reap_request(void) {
    timer_set(&reap_timer, clock_now() + REAP_REST_MIN);
}

void domain_reap_init(bool noreboot) {
    no_reset = noreboot;
    timer_init(&reap_timer, reap_tick, NULL);
    domain_restart_init();
}
