/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl: the hypervisor's log, and the keys of its console. */
#include "core/base/guest_access.h"
#include "core/base/printk.h"
#include "core/base/steps.h"
#include "core/console/console_keys.h"
#include "core/control/handle.h"
#include "core/control/sysctl.h"
#include "core/time/preempt.h"

/* Where a reading of the log begins that does not say so itself; it moves when the log is cleared.
 */
static uint32_t cleared; /* bytes ever logged; hypercall context */

static uint32_t start_of(const struct xen_sysctl_readconsole *r) {
    uint32_t start = cleared;

    (void)printk_log_skip(&start);
    /* Positions come round; an index that is further on is where the reader left off. */
    return r->incremental && (int32_t)(r->index - start) > 0 &&
                   (int32_t)(printk_log_end() - r->index) >= 0
               ? r->index
               : start;
}

/*
 * A step of at most STEP_LOG bytes, from position *@at, where *@done were written before.  1: there
 * is more; 0; -EFAULT.
 */
static int read_step(const struct xen_sysctl_readconsole *r, gvaddr_t to, uint32_t *at,
                     uint32_t *done) {
    char text[STEP_LOG];
    uint32_t wanted = r->count - *done < sizeof(text) ? r->count - *done : sizeof(text);
    uint32_t count = (uint32_t)printk_log_read(at, text, wanted);

    if (copy_to_guest(gvaddr(to.v + *done), text, count) != 0) {
        return -XEN_EFAULT;
    }
    *done += count;
    return count > 0 && *done < r->count;
}

/* The words of the continuation: the position in the log, and the bytes that were read. */
int32_t sysctl_readconsole(struct sysctl *c) {
    struct xen_sysctl_readconsole *r = &c->op->u.readconsole;
    uint32_t at = c->going.goes_on ? c->going.first : start_of(r);
    uint32_t done = c->going.second < r->count ? c->going.second : 0;
    gvaddr_t to;
    int more;

    if (!handle_ok(r->buffer.q, &to)) {
        return -XEN_EFAULT;
    }
    do {
        more = read_step(r, to, &at, &done);
    } while (more > 0 && !preempt_check());
    if (more > 0) {
        c->going.first = at;
        c->going.second = done;
        return HYPERCALL_AGAIN;
    }
    if (more == 0) {
        cleared = r->clear ? at : cleared;
        r->index = at;
        r->count = done;
    }
    return more;
}

/* One a step. */
int32_t sysctl_debug_keys(struct sysctl *c) {
    const struct xen_sysctl_debug_keys *k = &c->op->u.debug_keys;
    uint8_t key;
    gvaddr_t from;

    while (c->going.first < k->nr_keys) {
        if (!handle_ok(k->keys.q, &from) ||
            copy_from_guest(&key, gvaddr(from.v + c->going.first), sizeof(key)) != 0) {
            return -XEN_EFAULT;
        }
        console_key(key);
        c->going.first++;
        if (c->going.first < k->nr_keys && preempt_check()) {
            return HYPERCALL_AGAIN;
        }
    }
    return 0;
}
