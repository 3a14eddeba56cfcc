/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains: the unit of isolation.  A domain owns frames, translation tables,
 * event channels and vCPUs.  Each module keeps its own part of the structure,
 * declared in that module's header and locked as stated there.
 */
#ifndef CORE_DOMAIN_H
#define CORE_DOMAIN_H

#include "core/base/abi.h"
#include "core/base/addr.h"
#include "core/base/lock.h"
#include "core/console/console_domain.h"
#include "core/domain/domain_state.h"
#include "core/event/event.h"
#include "core/space/space.h"

#define DOMAIN_MAX      16 /* domains at one time */
#define DOMAIN_VCPU_MAX 8
#define DOMAIN_NAME_MAX 32

struct domain_build;
struct vcpu;

struct domain {
    domid_t id;                         /* constant */
    uint8_t place;                      /* constant while listed: below DOMAIN_MAX, its own */
    uint8_t pool;                       /* constant: its memory (page.h), and its background work */
    bool is_privileged;                 /* constant: dom0 */
    bool is_direct_mapped;              /* constant: gfn = mfn for its RAM */
    char name[DOMAIN_NAME_MAX];         /* constant, NUL-terminated */
    spinlock_t life_lock;               /* protects state and pause_count */
    enum domain_state state;            /* changed by domain_state.c alone */
    uint8_t pause_count;                /* the same */
    uint8_t shutdown_reason;            /* SHUTDOWN_*, set when it becomes DOMAIN_SHUTDOWN */
    const char *crash_why;              /* to be printed at its end, or NULL; domain_reap.c */
    uint8_t crash_vcpu, crash_line;     /* of its registers, printed next; domain_reap.c */
    uint16_t shutdown_code;             /* SCHEDOP_shutdown_code: latched reason + 1, 0 = none */
    spinlock_t lock;                    /* protects hvm_params */
    unsigned int vcpu_count;            /* constant after build */
    struct vcpu *vcpu[DOMAIN_VCPU_MAX]; /* constant after build */

    struct space space;            /* space.lock */
    struct event_domain event;     /* event.lock */
    struct console_domain console; /* console lock */

    struct shared_info *shared_info;    /* constant: uncached mapping, hypervisor address */
    mfn_t shared_info_mfn;              /* constant */
    uint64_t hvm_params[HVM_NR_PARAMS]; /* lock */

    struct pv_callbacks callbacks; /* set by the running vCPU, hypercall context */
    bool callbacks_set;

    struct domain_build *build; /* constant: what it is built of (build/), or NULL */
    bool restart_on_crash;      /* constant */
    uint64_t started;           /* ns since boot; constant once it runs */
    uint64_t stopped;           /* ns since boot, of its last shutdown; 0 = none: it was killed */
};

/**
 * domain_create() - allocate an empty domain in state DOMAIN_CREATED, of which nobody knows yet.
 * Next come arch_space_init() and domain_appear(): with these it would be too much for one step.
 * @id: its id, unique, below DOMID_FIRST_RESERVED
 * @name: at most DOMAIN_NAME_MAX - 1 bytes are kept
 * Returns 0 and *out, -ENOMEM.
 */
int domain_create(domid_t id, const char *name, struct domain **out);

/** domain_appear() - list it, among the domains and those that have a console.  Returns 0, or, with
 * nothing changed, -EEXIST or -ENOSPC (DOMAIN_MAX). */
int domain_appear(struct domain *d);

/** domain_by_id() - the domain with this id, or NULL (so for DOMID_SELF and all reserved ones). For
 * what a guest names there is domain_lookup(). */
struct domain *domain_by_id(domid_t id);

/** domain_next() - iterate: the domain after @prev (NULL = the first), or NULL. Order of ids. */
struct domain *domain_next(const struct domain *prev);

/**
 * domain_start() - bring its initialised vCPUs up and let it run, unless it is paused.
 * Returns 0 or -EINVAL (it is not DOMAIN_CREATED).
 */
int domain_start(struct domain *d);

/**
 * domain_shutdown() - stop all vCPUs of @d with a SHUTDOWN_* reason and report it on the console;
 * no effect unless it is DOMAIN_RUNNING.  What follows (destroy, rebuild, board reset) happens
 * outside of the domain's own context.
 */
void domain_shutdown(struct domain *d, uint8_t reason);

/**
 * domain_resume() - go on after a shutdown, as after SHUTDOWN_suspend: its vCPUs have the states
 * that they had.
 * Returns 0 or -EINVAL (it is not DOMAIN_SHUTDOWN).
 */
int domain_resume(struct domain *d);

/**
 * domain_kill() - stop @d for good, whether or not it ever ran or has shut down, and have it torn
 * down.
 * Returns 0 or -EINVAL (it is dying or dead already).
 */
int domain_kill(struct domain *d);

/**
 * domain_crash() - the guest broke a rule that it cannot be told about: print why, and shut it down
 * with SHUTDOWN_crash.  Its registers are printed before it is torn down.
 */
void domain_crash(struct domain *d, const char *why);

#endif /* CORE_DOMAIN_H */
