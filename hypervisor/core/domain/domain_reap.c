/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * After a domain's shutdown: its last words, then everything is given back, in bounded steps, and
 * scrubbed; it is reported, and started again if it asked for that.  Each domain's end is
 * background work of its own.
 */
#include <stddef.h>
#include <string.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/base/printk.h"
#include "core/console/console.h"
#include "core/device/device.h"
#include "core/domain/domain.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_list.h"
#include "core/domain/domain_owner.h"
#include "core/domain/vcpu.h"
#include "core/event/pirq.h"
#include "core/mm/page_pool.h"
#include "core/time/background.h"
#include "core/time/clock.h"

#define DRAIN_MAX 1000000000u /* ns */

/* The end of the domain that has this pool: one at a time, for it is built again only after
 * this. */
struct reap {
    struct background_work work;
    unsigned int stage;
    struct domain *d;
    domid_t id;                  /* of @d, also when that is gone */
    struct domain_build *record; /* of a domain that is to start again, or NULL */
    uint64_t started;            /* when it did last, ns since boot */
    struct printk_line line;     /* what the next step says */
};

static struct reap reaps[PAGE_POOLS];
static bool no_reset;
static const struct domain_builder *builder; /* constant after boot */

static void end_of_board(void) {
    bool reset = !no_reset && devices.reset;

    printk("dom0 has shut down: %s the board\n", reset ? "resetting" : "halting");
    printk_sync(); /* nobody will send later what still waits */
    if (reset) {
        devices.reset();
    }
    arch_halt();
}

/* ---- Stages.  Each returns true as long as there is more of it to do. ---- */

static const char *reason_name(uint8_t reason) {
    static const char *const name[] = {
        [SHUTDOWN_poweroff] = "poweroff", [SHUTDOWN_reboot] = "reboot",
        [SHUTDOWN_suspend] = "suspend",   [SHUTDOWN_crash] = "crash",
        [SHUTDOWN_watchdog] = "watchdog", [SHUTDOWN_soft_reset] = "soft reset",
    };

    return reason < sizeof(name) / sizeof(name[0]) && name[reason] ? name[reason]
                                                                   : "unknown reason";
}

/* Said here and not at the shutdown, which is long enough without a line.  What was killed had
 * none. */
static bool reap_announce(struct reap *r) {
    if (r->d->state == DOMAIN_SHUTDOWN) {
        printk_prepare(&r->line, "domain %u (%s): shutdown, %s\n", r->d->id, r->d->name,
                       reason_name(r->d->shutdown_reason));
    }
    return false;
}

static bool reap_explain(struct reap *r) {
    if (r->d->crash_why) {
        printk_prepare(&r->line, "domain %u: %s\n", r->d->id, r->d->crash_why);
        r->d->crash_why = NULL;
    }
    return false;
}

/* One line of a crashed domain's registers; false when all are printed. */
static bool reap_registers(struct reap *r) {
    struct domain *d = r->d;

    if (d->shutdown_reason != SHUTDOWN_crash || d->crash_vcpu == d->vcpu_count) {
        return false;
    }
    if (!arch_vcpu_line(d->vcpu[d->crash_vcpu], d->crash_line++, &r->line)) {
        d->crash_vcpu++;
        d->crash_line = 0;
    }
    return true;
}

/* Its last words, for a limited time: the UART may be stuck. */
static bool reap_console(struct reap *r) {
    return clock_now() - r->d->stopped < DRAIN_MAX && !console_domain_drain(&r->d->console);
}

static bool reap_stop(struct reap *r) {
    if (r->d->is_privileged) {
        end_of_board();
    }
    if (r->d->state == DOMAIN_SHUTDOWN) {
        (void)domain_kill(r->d);
    }
    return !domain_is_off_cpu(r->d);
}

static void release_console(struct domain *d) {
    void *ring = d->console.ring;

    console_domain_destroy(&d->console);
    if (ring) {
        arch_unmap_shared(ring);
    }
}

static bool reap_devices(struct reap *r) {
    struct domain *d = r->d;

    builder->cancel(d);
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        vcpu_stop_timers(d->vcpu[i]);
        arch_vcpu_unload(d->vcpu[i]);
    }
    pirq_release_all(&d->event);
    release_console(d);
    return false;
}

static bool reap_events(struct reap *r) {
    return event_domain_destroy(&r->d->event);
}

static bool reap_grants(struct reap *r) {
    return grant_domain_destroy(&r->d->grant);
}

static bool reap_tables(struct reap *r) {
    return pt_destroy_step(&r->d->space);
}

static bool reap_frames(struct reap *r) {
    return p2m_destroy_step(&r->d->space);
}

/* One a step, from the last. */
static bool reap_vcpus(struct reap *r) {
    struct domain *d = r->d;

    if (d->vcpu_count > 0) {
        vcpu_destroy(d->vcpu[--d->vcpu_count]);
    }
    return d->vcpu_count > 0;
}

static bool reap_domain(struct reap *r) {
    struct domain *d = r->d;

    CHECK(domain_change_state(d, DOMAIN_DEAD) == 0);
    domain_list_remove(d);
    domain_tell_toolstack();
    r->record = builder->keep(d);
    r->started = d->started;
    r->d = NULL;
    domain_free(d);
    return false;
}

/* Each MiB is for others as soon as it is overwritten, but of a domain that starts again. */
static bool reap_scrub(struct reap *r) {
    bool more = page_scrub_step(r->work.owner);

    if (!r->record) {
        page_pool_drop_whole(r->work.owner);
    }
    return more;
}

/* What it had of the hypervisor's own. */
static bool reap_scrub_common(struct reap *r) {
    (void)r;
    return page_scrub_step(PAGE_COMMON);
}

/* A domain that starts again keeps its memory. */
static bool reap_pool(struct reap *r) {
    return !r->record && page_pool_drop_step(r->work.owner);
}

/* Before it may be built again, so that the number is what it left.  What others gave back counts,
 * though it need not be scrubbed yet. */
static bool reap_report(struct reap *r) {
    printk_prepare(&r->line, "domain %u: destroyed, %u frames free\n", r->id,
                   page_free_count() + page_dirty_count());
    return false;
}

static bool reap_owner(struct reap *r) {
    domain_owner_give(r->work.owner);
    if (r->record) {
        builder->restart(r->record, r->started);
    }
    return false;
}

static bool (*const reap_stages[])(struct reap *r) = {
    reap_announce,     reap_explain, reap_registers, reap_console, reap_stop,  reap_devices,
    reap_events,       reap_grants,  reap_tables,    reap_frames,  reap_vcpus, reap_domain,
    reap_scrub_common, reap_scrub,   reap_pool,      reap_report,  reap_owner,
};
#define STAGE_COUNT (sizeof(reap_stages) / sizeof(reap_stages[0]))

/* Others hold it, and nothing but itself is left: it waits, and domain_put() has it go on. */
static bool is_held(const struct reap *r) {
    return reap_stages[r->stage] == reap_domain && r->d->references != 0;
}

/* It runs on: what ended it was taken back in time. */
static bool is_resumed(const struct reap *r) {
    return r->d && r->d->state == DOMAIN_RUNNING;
}

/* One that a toolstack made waits for it before it is stopped for good: the toolstack may want to
 * look at what there is, or resume it. */
static bool is_left(const struct reap *r) {
    return r->d && r->d->is_managed && r->d->state == DOMAIN_SHUTDOWN &&
           reap_stages[r->stage] == reap_stop;
}

static bool reap_step(struct background_work *work) {
    struct reap *r = (struct reap *)work;

    if (r->line.count > 0) {
        printk_line(&r->line);
        return true;
    }
    if (is_resumed(r)) {
        r->d = NULL;
        r->stage = STAGE_COUNT;
        return false;
    }
    if (r->stage == STAGE_COUNT || is_left(r)) {
        return false;
    }
    if (is_held(r)) {
        return false;
    }
    if (!reap_stages[r->stage](r)) {
        r->stage++;
    }
    return r->stage < STAGE_COUNT;
}

bool domain_reap_help(unsigned int owner, domid_t id) {
    struct reap *r = &reaps[owner < PAGE_POOLS ? owner : 0];

    return r->id == id && r->d && reap_step(&r->work) && r->d;
}

/* Only memory is left of it, and not for itself. */
static bool leaves_memory(const struct reap *r) {
    return !r->d && !r->record && r->stage < STAGE_COUNT;
}

bool domain_reap_bring(void) {
    for (unsigned int i = 0; i < PAGE_POOLS; i++) {
        if (leaves_memory(&reaps[i])) {
            (void)reap_step(&reaps[i].work);
            return true;
        }
    }
    return false;
}

void domain_reap_request(struct domain *d) {
    struct reap *r = &reaps[d->pool];

    CHECK(!r->d || r->d == d);
    if (!r->d || d->state == DOMAIN_SHUTDOWN) {
        r->stage = 0;
    }
    r->d = d;
    r->id = d->id;
    background_start(&r->work);
}

void domain_reap_init(bool noreboot, const struct domain_builder *with) {
    no_reset = noreboot;
    builder = with;
    memset(reaps, 0, sizeof(reaps));
    for (unsigned int i = 0; i < PAGE_POOLS; i++) {
        reaps[i].stage = STAGE_COUNT;
        background_init(&reaps[i].work, reap_step, i, BACKGROUND_NEEDED);
    }
}
