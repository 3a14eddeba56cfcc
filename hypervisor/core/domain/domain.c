/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain from its creation to its shutdown.  What follows is domain_reap.c's.
 */
#include "core/domain/domain.h"

#include <stddef.h>
#include <string.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_list.h"
#include "core/domain/time_info.h"
#include "core/domain/vcpu.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/time/clock.h"
#include "core/time/printk_limit.h"

_Static_assert(DOMAIN_MAX <= PRINTK_SOURCES, "a domain's place is a source of messages");
_Static_assert(DOMAIN_VCPU_MAX <= PT_VCPU_MAX, "every vCPU has its place");
_Static_assert(DOMAIN_VCPU_MAX <= EVENT_VCPU_MAX, "every vCPU has its place");

static int alloc_shared_info(struct domain *d) {
    d->shared_info_mfn = page_alloc(DOMID_XEN);
    if (mfn_eq(d->shared_info_mfn, INVALID_MFN)) {
        return -XEN_ENOMEM;
    }
    d->shared_info = arch_map_shared(d->shared_info_mfn);
    if (!d->shared_info) {
        return -XEN_ENOMEM;
    }
    memset(d->shared_info, 0, PAGE_SIZE);
    time_info_domain_init(d);
    return 0;
}

struct domain *domain_alloc(void) {
    struct domain *d = heap_alloc_dirty(heap_order(sizeof(*d)));

    if (d) {
        memset(d, 0, sizeof(*d)); /* without the rest of its pages, which takes as long */
        d->shared_info_mfn = INVALID_MFN;
    }
    return d;
}

int domain_init(struct domain *d, domid_t id, const char *name) {
    d->id = id;
    d->life_lock = (spinlock_t)SPINLOCK_INIT(LOCK_LIFE);
    d->lock = (spinlock_t)SPINLOCK_INIT(LOCK_DOMAIN);
    d->state = DOMAIN_CREATED;
    space_init(&d->space, id);
    d->shared_info_gfn = ~0ull;
    memcpy(d->name, name, strnlen(name, sizeof(d->name) - 1)); /* the rest is 0, as all of it */
    int err = alloc_shared_info(d);
    if (err) {
        domain_free(d);
        return err;
    }
    event_domain_init(&d->event, id, d->shared_info);
    grant_domain_init(&d->grant, &d->space);
    return 0;
}

int domain_appear(struct domain *d) {
    int err = domain_list_add(d);

    if (err == 0) {
        console_domain_init(&d->console, d->id, d->name,
                            &d->event); /* it links @d into the console's list */
    }
    return err;
}

void domain_free(struct domain *d) {
    p2m_store_free(&d->p2m_store);
    arch_space_destroy(&d->space);
    if (d->shared_info) {
        arch_unmap_shared(d->shared_info);
    }
    if (!mfn_eq(d->shared_info_mfn, INVALID_MFN)) {
        page_put(d->shared_info_mfn);
    }
    heap_free(d, heap_order(sizeof(*d)));
}

int domain_start(struct domain *d) {
    if (d->state != DOMAIN_CREATED) {
        return -XEN_EINVAL;
    }
    d->started = clock_now();
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        if (d->vcpu[i]->is_initialised) {
            sched_start(&d->vcpu[i]->sched);
        }
    }
    console_domain_started(&d->console);
    CHECK(domain_change_state(d, DOMAIN_RUNNING) == 0);
    while (domain_release_step(d)) {
    }
    return 0;
}

void domain_tell_toolstack(void) {
    struct domain *dom0 = domain_by_id(0);

    if (dom0) {
        event_send_domain_virq(&dom0->event, VIRQ_DOM_EXC);
    }
}

void domain_shutdown(struct domain *d, uint8_t reason) {
    if (domain_end(d, reason, clock_now())) {
        return;
    }
    domain_tell_toolstack();
    domain_reap_request(d);
}

int domain_resume(struct domain *d) {
    return d->state == DOMAIN_SHUTDOWN ? domain_change_state(d, DOMAIN_RUNNING) : -XEN_EINVAL;
}

int domain_kill(struct domain *d) {
    int err = domain_change_state(d, DOMAIN_DYING);

    if (err == 0) {
        domain_tell_toolstack();
        domain_reap_request(d);
    }
    return err;
}

void domain_crash(struct domain *d, const char *why) {
    if (d->state == DOMAIN_RUNNING) {
        d->crash_why = why;
    }
    domain_shutdown(d, SHUTDOWN_crash);
}
