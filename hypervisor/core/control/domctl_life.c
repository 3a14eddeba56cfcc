/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: a domain from its creation to its end. */
#include <string.h>

#include "core/base/guest_access.h"
#include "core/control/domain_info.h"
#include "core/control/domain_make.h"
#include "core/control/domctl.h"
#include "core/domain/domain.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_state.h"
#include "core/domain/vcpu.h"
#include "core/time/preempt.h"

/* Of which Xen's toolstack always asks for these two; there are no others. */
#define FLAGS_NEEDED        (XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap)
/* Shared interrupt lines of the largest GIC; none of ours gets any. */
#define SPIS_MAX            988u
#define GRANT_VERSION       1u

/* A maptrack's limit, as Xen has it by default. */
#define MAPTRACK_FRAMES_MAX 1024

/* ---- Creation ---- */

static bool grants_ok(const struct xen_domctl_createdomain *c) {
    return (c->grant_opts & ~XEN_DOMCTL_GRANT_version_mask) == 0 &&
           XEN_DOMCTL_GRANT_version(c->grant_opts) == GRANT_VERSION && c->max_grant_frames != 0 &&
           c->max_grant_frames <= (int32_t)GRANT_FRAMES_MAX &&
           c->max_maptrack_frames <= MAPTRACK_FRAMES_MAX;
}

static bool arch_ok(const struct xen_arch_domainconfig *a) {
    return (a->gic_version == XEN_DOMCTL_CONFIG_GIC_NATIVE ||
            a->gic_version == XEN_DOMCTL_CONFIG_GIC_V2) &&
           a->tee_type == XEN_DOMCTL_CONFIG_TEE_NONE && a->nr_spis <= SPIS_MAX;
}

static int check(const struct xen_domctl_createdomain *c) {
    if (c->flags != FLAGS_NEEDED || c->iommu_opts != 0 || c->vmtrace_size != 0 ||
        c->max_vcpus == 0 || c->max_vcpus > DOMAIN_VCPU_MAX || !grants_ok(c) ||
        !arch_ok(&c->arch)) {
        return -XEN_EINVAL;
    }
    return c->cpupool_id < POOL_COUNT ? 0 : -XEN_ENOENT;
}

/* 0 or one that is reserved asks for any. */
static domid_t wished_id(domid_t id) {
    return id < DOMID_FIRST_RESERVED ? id : 0;
}

static int32_t create(struct domctl *c) {
    struct xen_domctl_createdomain *create = &c->op->u.createdomain;
    struct domain_wish wish = {.id = wished_id(c->op->domain),
                               .vcpu_max = create->max_vcpus,
                               .is_realtime = create->cpupool_id == POOL_REALTIME,
                               .grant_frames = create->max_grant_frames,
                               .maptrack_frames = create->max_maptrack_frames};
    int err = check(create);

    if (err != 0) {
        return err;
    }
    /* While nothing is made yet: who cannot be told the id gets no domain. */
    if (copy_to_guest(c->arg, c->op, sizeof(*c->op)) != 0) {
        return -XEN_EFAULT;
    }
    memcpy(wish.handle, create->handle, sizeof(wish.handle));
    if (preempt_check()) {
        return HYPERCALL_AGAIN; /* nothing is begun */
    }
    int id = domain_make(&wish);
    if (id == -XEN_EAGAIN || (id == -XEN_ENOMEM && (preempt_check() || domain_reap_bring()))) {
        return HYPERCALL_AGAIN; /* as before: there may be memory then */
    }
    if (id < 0) {
        return id;
    }
    c->going.first = (uint32_t)id;
    c->going.second = c->arg.v;
    return HYPERCALL_AGAIN;
}

/* The words of the continuation: the id, and where the caller's structure is, so that what another
 * call began is not taken for this one's. */
int32_t domctl_createdomain(struct domctl *c) {
    struct xen_domctl_createdomain *created = &c->op->u.createdomain;
    domid_t id = (domid_t)c->going.first;
    int more;

    if (!c->going.goes_on || id == 0) {
        return create(c);
    }
    if (c->going.second != c->arg.v) {
        return -XEN_ESRCH;
    }
    do {
        more = domain_make_step(id);
    } while (more > 0 && !preempt_check());
    if (more != 0) {
        return more > 0 ? HYPERCALL_AGAIN : more;
    }
    c->op->domain = id;
    created->arch.gic_version = XEN_DOMCTL_CONFIG_GIC_V2;
    created->arch.clock_frequency = 0;
    return 0;
}

/* ---- The end ---- */

/*
 * Comes back when nothing is left of it but frames that wait to be overwritten: they are free to
 * who counts, and who finds no others overwrites them.  The domain is found each time; the word of
 * the continuation is the owner of its memory, for when there is no domain any more.
 */
int32_t domctl_destroydomain(struct domctl *c) {
    struct domain *d = c->op->domain < DOMID_FIRST_RESERVED ? domain_by_id(c->op->domain) : NULL;
    bool more;

    if (!d && !c->going.goes_on) {
        return -XEN_ESRCH;
    }
    if (d == c->v->domain) {
        return -XEN_EINVAL;
    }
    if (d) {
        c->going.first = d->pool;
        if (!c->going.goes_on && preempt_check()) {
            return HYPERCALL_AGAIN; /* nothing is begun: all its vCPUs stop in one go */
        }
        (void)domain_kill(d); /* it may be dying already */
        if (!domain_is_off_cpu(d)) {
            return HYPERCALL_AGAIN; /* another pCPU is to look first */
        }
    }
    do {
        more = domain_reap_help(c->going.first, c->op->domain);
    } while (more && !preempt_check());
    return more ? HYPERCALL_AGAIN : 0;
}

/* ---- Pausing ---- */

#define RELEASING 1u /* in a continuation: it is unpaused, and its vCPUs follow */
#define PAUSING   2u /* it is paused, but has not left all pCPUs: who paused it may rely on that */

int32_t domctl_pausedomain(struct domctl *c) {
    int err = c->going.goes_on && c->going.first == PAUSING ? 0 : domain_pause(c->d);

    if (err || domain_is_off_cpu(c->d)) {
        return err;
    }
    c->going.first = PAUSING;
    return HYPERCALL_AGAIN;
}

/* Its vCPUs, one after the other; that is what the call goes on with. */
static int32_t release(struct domctl *c) {
    bool more;

    do {
        more = domain_release_step(c->d);
    } while (more && !preempt_check());
    c->going.first = RELEASING;
    return more ? HYPERCALL_AGAIN : 0;
}

/* The last unpause of one that was never started starts it. */
int32_t domctl_unpausedomain(struct domctl *c) {
    struct domain *d = c->d;

    if (c->going.goes_on && c->going.first == RELEASING) {
        return release(c);
    }
    if (d->state == DOMAIN_CREATED && d->pause_count == 1) {
        int more;

        do {
            more = domain_make_run_step(d);
        } while (more > 0 && !preempt_check());
        if (more != 0) {
            return more > 0 ? HYPERCALL_AGAIN : more;
        }
    }
    int err = domain_unpause(d);
    return err ? err : release(c);
}

/* As Xen: no error for one that is not shut down. */
int32_t domctl_resumedomain(struct domctl *c) {
    if (!c->going.goes_on) { /* it may have ended again meanwhile */
        (void)domain_resume(c->d);
    }
    return release(c);
}

/* ---- What it is ---- */

int32_t domctl_getdomaininfo(struct domctl *c) {
    struct domain *d;

    if (c->op->domain >= DOMID_FIRST_RESERVED) {
        return -XEN_EINVAL;
    }
    d = domain_from(c->op->domain);
    if (!d) {
        return -XEN_ESRCH;
    }
    domain_info(d, &c->op->u.getdomaininfo);
    c->op->domain = d->id;
    return 0;
}

int32_t domctl_setdomainhandle(struct domctl *c) {
    spin_lock(&c->d->lock);
    memcpy(c->d->handle, c->op->u.setdomainhandle.handle, sizeof(c->d->handle));
    spin_unlock(&c->d->lock);
    return 0;
}
