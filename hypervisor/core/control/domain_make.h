/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains that a toolstack creates: XEN_DOMCTL_createdomain up to the first
 * XEN_DOMCTL_unpausedomain.  Such a domain is listed from its second step on, so that what a
 * toolstack leaves half-made can be seen and destroyed; it is DOMAIN_CREATED, and paused once,
 * until the toolstack starts it.  It is torn down when its toolstack says so, and never started
 * again.
 *
 * All calls: hypercall context, no lock held.
 */
#ifndef CORE_DOMAIN_MAKE_H
#define CORE_DOMAIN_MAKE_H

#include <stdbool.h>

#include "core/base/abi.h"

struct domain;

struct domain_wish {
    domid_t id;                 /* 0: the next one that is free */
    unsigned int vcpu_max;      /* 1..DOMAIN_VCPU_MAX */
    bool is_realtime;           /* the class of its vCPUs */
    int grant_frames;           /* at most, 1..GRANT_FRAMES_MAX; negative: the default */
    int maptrack_frames;        /* the same for its maptrack: grant_set_limits() */
    xen_domain_handle_t handle; /* the toolstack's name for it */
};

/**
 * domain_make() - an empty domain, which nobody finds yet.  domain_make_step() is next; if that
 * does not come, the next domain_make() takes its place.  Its memory is found
 * in a step of its own, and waits for the next call.
 * Returns its id (> 0), -EAGAIN (call again), -EEXIST (the one wished for is in use), -ENOMEM.
 */
int domain_make(const struct domain_wish *wish);

/**
 * domain_make_step() - a step of what must be there before anything is done with domain @id, which
 * domain_make() made: first of all, that it is listed.
 * Returns 1 (call again), 0 (it is whole), -ESRCH (there is none that is being made),
 * -ENOMEM (memory, or DOMAIN_MAX domains): it has been killed.
 */
int domain_make_step(domid_t id);

/** domain_is_whole() - may a toolstack work on it?  Not while it is being made, by
 * domain_make_step() or by the builder. */
bool domain_is_whole(const struct domain *d);

/**
 * domain_make_run_step() - a step towards the first run of @d, which is whole and still
 * DOMAIN_CREATED: what its memory looks like to it, what the caches hold of it; at last it runs,
 * as soon as its pause count is 0.
 * Returns 1 (call again), 0, -ENOMEM (no table memory: more of it may be given, and it tried
 * again).
 */
int domain_make_run_step(struct domain *d);

#endif /* CORE_DOMAIN_MAKE_H */
