/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_restart.h. */
#include "core/build/domain_restart.h"

#include <stddef.h>

#include "core/base/panic.h"
#include "core/build/domain_build_record.h"
#include "core/domain/domain.h"
#include "core/time/timer.h"

/* Restarts that wait for their time.  A domain that waits has no vCPU, so that there is room for
 * its timer in the queue. */
static struct pending {
    struct timer timer;
    struct domain_build *build; /* NULL = free */
} pending[DOMAIN_MAX];

static void restart_due(void *data) {
    struct pending *p = data;

    domain_build_again(p->build);
    p->build = NULL;
}

void domain_restart_init(void) {
    for (unsigned int i = 0; i < DOMAIN_MAX; i++) {
        timer_init(&pending[i].timer, restart_due, &pending[i]);
    }
}

void domain_restart(struct domain_build *build, uint64_t started) {
    struct pending *p = pending;

    while (p->build) {
        p++;
        CHECK(p < pending + DOMAIN_MAX);
    }
    p->build = build;
    timer_set(&p->timer, started + DOMAIN_RESTART_NS);
}
