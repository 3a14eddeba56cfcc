/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_restart.h. */
#include "core/build/domain_restart.h"

#include <stddef.h>

#include "core/base/panic.h"
#include "core/build/domain_build.h"
#include "core/domain/domain.h"
#include "core/time/timer.h"

/* Restarts that wait for their time.  A domain that waits has no vCPU, so that there is room for
 * its timer in the queue. */
static struct pending {
    struct timer timer;
    void *record; /* struct domain.boot; NULL = free */
} pending[DOMAIN_MAX];

static void restart_due(void *data) {
    struct pending *p = data;

    domain_build_restart(p->record);
    p->record = NULL;
}

void domain_restart_init(void) {
    for (unsigned int i = 0; i < DOMAIN_MAX; i++) {
        timer_init(&pending[i].timer, restart_due, &pending[i]);
    }
}

bool domain_restart_wanted(const struct domain *d) {
    return d->boot && (d->shutdown_reason == SHUTDOWN_reboot ||
                       (d->shutdown_reason == SHUTDOWN_crash && d->restart_on_crash));
}

void domain_restart(void *record, uint64_t started) {
    struct pending *p = pending;

    while (p->record) {
        p++;
        CHECK(p < pending + DOMAIN_MAX);
    }
    p->record = record;
    timer_set(&p->timer, started + DOMAIN_RESTART_NS);
}
