/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains: the unit of isolation.  A domain owns frames, translation tables,
 * event channels and vCPUs.  Each module keeps its own part of the structure,
 * declared in that module's header and locked as stated there.
 */
#ifndef CORE_DOMAIN_H
#define CORE_DOMAIN_H

#include "core/abi.h"
#include "core/addr.h"
#include "core/console_domain.h"
#include "core/event.h"
#include "core/lock.h"
#include "core/p2m.h"
#include "core/pirq.h"
#include "core/pt.h"

#define DOMAIN_MAX      16 /* domains at one time */
#define DOMAIN_VCPU_MAX 8
#define DOMAIN_NAME_MAX 32

struct vcpu;

enum domain_state {
    DOMAIN_BUILDING, /* being built; no vCPU runs */
    DOMAIN_RUNNING,
    DOMAIN_SHUTDOWN, /* vCPUs stopped, shutdown_reason is valid, memory still held */
    DOMAIN_DYING,    /* being torn down, step by step */
};

struct domain {
    domid_t id;                         /* constant */
    bool is_privileged;                 /* constant: dom0 */
    bool is_direct_mapped;              /* constant: gfn = mfn for its RAM */
    char name[DOMAIN_NAME_MAX];         /* constant, NUL-terminated */
    enum domain_state state;            /* domain list lock */
    uint8_t shutdown_reason;            /* SHUTDOWN_*, valid from DOMAIN_SHUTDOWN on */
    uint8_t crash_vcpu, crash_line;     /* of its registers, printed next; domain_reap.c */
    uint16_t shutdown_code;             /* SCHEDOP_shutdown_code: latched reason + 1, 0 = none */
    spinlock_t lock;                    /* protects p2m, pt, hvm_params, shared_info placement */
    unsigned int vcpu_count;            /* constant after build */
    struct vcpu *vcpu[DOMAIN_VCPU_MAX]; /* constant after build */

    struct p2m p2m;                /* lock */
    struct pt_domain pt;           /* lock */
    struct event_domain event;     /* event.lock */
    struct pirq_domain pirq;       /* event.lock */
    struct console_domain console; /* console lock */

    struct shared_info *shared_info;    /* constant: uncached mapping, hypervisor address */
    mfn_t shared_info_mfn;              /* constant */
    uint64_t hvm_params[HVM_NR_PARAMS]; /* lock */

    struct pv_callbacks callbacks; /* set by the running vCPU, hypercall context */
    bool callbacks_set;
    void *vectors;    /* constant: its vector page, heap */
    void *arch_space; /* constant: arch's tables for the shared MiB */

    void *boot;            /* domain_build's private record for a restart */
    bool restart_on_crash; /* constant */
    uint64_t started;      /* ns since boot; constant once it runs */
    uint64_t stopped;      /* ns since boot; constant once it is shut down */
};

/**
 * domain_create() - allocate an empty domain in state DOMAIN_BUILDING.
 * @id: its id, unique, below DOMID_FIRST_RESERVED
 * @name: at most DOMAIN_NAME_MAX - 1 bytes are kept
 * Returns 0 and *out, -EEXIST, -ENOSPC (DOMAIN_MAX), -ENOMEM.
 */
int domain_create(domid_t id, const char *name, struct domain **out);

/** domain_by_id() - the domain with this id, or NULL (so for DOMID_SELF and all reserved ones).  For
 * what a guest names there is domain_lookup(). */
struct domain *domain_by_id(domid_t id);

/** domain_next() - iterate: the domain after @prev (NULL = the first), or NULL. Order of ids. */
struct domain *domain_next(const struct domain *prev);

/** domain_start() - make its initialised vCPUs runnable; from DOMAIN_BUILDING only. */
void domain_start(struct domain *d);

/**
 * domain_shutdown() - stop all vCPUs of @d with a SHUTDOWN_* reason and report it
 * on the console.  What follows (destroy, rebuild, board reset) happens from
 * domain_reap() outside of the domain's own context.
 */
void domain_shutdown(struct domain *d, uint8_t reason);

/**
 * domain_crash() - the guest broke a rule that it cannot be told about: print why, and shut it down
 * with SHUTDOWN_crash.  Its registers are printed before it is torn down.
 */
void domain_crash(struct domain *d, const char *why);

/**
 * domain_reap_step() - do a bounded piece of tearing down or rebuilding of domains
 * that ended.  Called when a CPU has nothing better to do, or between guests.
 * Returns true if there is more to do.
 */
bool domain_reap_step(void);

#endif /* CORE_DOMAIN_H */
