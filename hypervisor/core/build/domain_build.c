/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is built when: at boot all domains, one after the other, in one go; later one that restarts
 * as background work, a step at a time.  If there is no memory for a step, that waits until there
 * is, and is done again.
 */
#include "core/build/domain_build.h"

#include <stddef.h>
#include <string.h>

#include "core/base/panic.h"
#include "core/base/printk.h"
#include "core/build/domain_build_record.h"
#include "core/build/domain_restart.h"
#include "core/control/domain_id.h"
#include "core/domain/domain_free.h"
#include "core/mm/memory_wait.h"
#include "core/mm/page_pool.h"
#include "lib/format.h"

_Static_assert(BOOT_DOMAIN_MAX == DOMAIN_MAX, "the boot can start all that there can be");

_Static_assert(BOOT_DOMAIN_MAX < PAGE_POOLS, "each has a pool of its own");

/* Table memory of a domain for which the tree names none: a part of its RAM, within bounds. */
#define TABLE_SHARE 16u
#define TABLE_MAX   (4u * MIB)

static struct domain_build builds[BOOT_DOMAIN_MAX];

const struct bootinfo *domain_build_boot;

int domain_build_fail(struct domain_build *b, int err, const char *what) {
    b->why = what;
    return err;
}

static void begin_build(struct domain_build *b) {
    b->stage = 0;
    b->done = 0;
    b->is_short = false;
    b->is_stopped = false;
    b->domain = NULL;
}

/* ---- Later ---- */

void domain_build_again(struct domain_build *b) {
    begin_build(b);
    background_start(&b->work);
}

/* The next step sees it, be it that the build waits for memory. */
static void cancel_build(struct domain *d) {
    struct domain_build *b = d->build;

    if (b && b->domain == d) {
        background_start(&b->work);
    }
}

/* It starts again if it rebooted, or if it crashed and its device-tree node says
 * dacre,restart-on-crash.  One that dom0's tools know does not: they would take the new one for the
 * old, whose rings they still have. */
static bool is_restart_wanted(const struct domain *d) {
    if (d->build->is_enhanced) {
        return false;
    }
    return d->shutdown_reason == SHUTDOWN_reboot ||
           (d->shutdown_reason == SHUTDOWN_crash && d->restart_on_crash);
}

static struct domain_build *keep_for_restart(const struct domain *d) {
    struct domain_build *b = d->build;

    if (b && !is_restart_wanted(d)) {
        p2m_store_free(&b->store);
        return NULL;
    }
    return b;
}

const struct domain_builder domain_builder = {
    .cancel = cancel_build,
    .keep = keep_for_restart,
    .restart = domain_restart,
};

/* What it needs may only have to be scrubbed.  If not, wait. */
static bool scrub_or_wait(struct domain_build *b) {
    unsigned int pool = page_pool_dirty(b->pool) > 0 ? b->pool : PAGE_COMMON;

    if (page_pool_dirty(pool) > 0) {
        page_scrub_step(pool);
        return true;
    }
    if (!b->is_short) {
        b->is_short = true;
        printk("Domain %s waits to be built: %s\n", b->name, b->why);
    }
    memory_wait(&b->work);
    return false;
}

/* Hand the half-built domain to the reaper. */
static bool give_up_build(struct domain_build *b, int err) {
    printk("Domain %s cannot be built: %s (error %d)\n", b->name, b->why, err);
    b->is_stopped = true;
    if (b->domain) {
        struct domain *d = b->domain;

        d->is_privileged = false; /* it never ran: its end is not the board's */
        domain_build_let_go(b);
        CHECK(domain_kill(d) == 0);
    } else {
        p2m_store_free(&b->store);
    }
    return true;
}

static bool build_work(struct background_work *work) {
    struct domain_build *b =
        (struct domain_build *)((char *)work - offsetof(struct domain_build, work));

    if (b->domain && b->domain->state != DOMAIN_CREATED) {
        b->is_stopped = true;
        domain_build_let_go(b);
        return false; /* killed: domain_reap.c has it */
    }
    if (b->is_stopped) {
        return page_pool_drop_step(b->pool);
    }
    int result = domain_build_step(b);
    if (result == -XEN_ENOMEM) {
        return scrub_or_wait(b);
    }
    return result < 0 ? give_up_build(b, result) : result > 0;
}

/* ---- At boot ---- */

static uint32_t pt_table_size(const struct boot_domain *from) {
    uint32_t memory = from->table_memory ? from->table_memory : from->memory / TABLE_SHARE;

    if (memory < PT_LIMIT_MIN) {
        memory = PT_LIMIT_MIN;
    }
    return from->table_memory || memory < TABLE_MAX ? memory : TABLE_MAX;
}

static void record_build(struct domain_build *b, const struct boot_domain *from) {
    unsigned int index = (unsigned int)(b - builds);

    *b = (struct domain_build){
        .id = from->id,
        .index = index,
        .pool = (uint8_t)(index + 1),
        .is_dom0 = from->is_dom0,
        .vcpu_count = from->vcpu_count,
        .table_memory = pt_table_size(from),
        .restart_on_crash = from->restart_on_crash,
        .is_enhanced = from->is_enhanced,
        .sched = {.weight = (uint16_t)from->weight, .cap = (uint16_t)from->cap},
        .is_realtime = from->is_realtime,
        .rt = from->rt,
        .kernel = from->kernel,
        .ramdisk = from->ramdisk,
        .layout = {.ram_start = gpaddr(PV_RAM_GPA),
                   .ram_size = from->memory,
                   .ramdisk_size = from->ramdisk.size},
    };
    strncpy(b->name, from->name, sizeof(b->name) - 1);
    background_init(&b->work, build_work, b->pool, BACKGROUND_NEEDED);
}

static int build_at_boot(struct domain_build *b) {
    static char error[BOOT_TEXT_MAX];
    int result = guest_hw_collect(domain_build_boot, b->index, &b->hw, error);

    if (result) {
        return domain_build_fail(b, result, error);
    }
    begin_build(b);
    do {
        result = domain_build_step(b);
    } while (result > 0);
    return result;
}

/* What it took is free for the next before that is built. */
static void clear_failed(struct domain_build *b, int err) {
    give_up_build(b, err);
    while (background_step(BACKGROUND_NEEDED)) {
    }
}

int domain_build_all(const struct bootinfo *boot, const char **error) {
    static char text[BOOT_TEXT_MAX];
    unsigned int count = 0;
    int err = guest_hw_assign(boot, text);

    *error = text;
    domain_restart_init();
    domain_build_boot = boot;
    for (unsigned int i = 0; i < boot->domain_count && !err; i++) {
        record_build(&builds[i], &boot->domain[i]);
        int result = build_at_boot(&builds[i]);
        if (result) {
            clear_failed(&builds[i], result);
        } else {
            count++;
        }
    }
    domain_build_boot = NULL;
    domain_id_given(boot->domain_count ? boot->domain[boot->domain_count - 1].id : 0);
    if (!err && count == 0) {
        format_text(text, sizeof(text), "no domain can be started, see above");
        err = -XEN_EINVAL;
    }
    return err;
}
