/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains: the unit of isolation.  A domain owns frames, translation tables,
 * event channels and vCPUs.  Each module keeps its own part of the structure,
 * declared in that module's header and locked as stated there.
 *
 * How long a struct domain stays: whoever got one from domain_lookup(), domain_by_id() or
 * domain_next() has it until this entry into the hypervisor returns to a guest or answers
 * HYPERCALL_AGAIN.  Nothing is counted for that.  A domain is freed by a step of background work of
 * its own, which on one pCPU runs between entries; with several, that step comes after every pCPU
 * has left the entry it was in (a grace period), and the rule stays the same.
 *
 * What outlives the entry takes a reference with domain_get(): a build, and what will be a mapping
 * of another domain's frame or a grant.  Two kinds of pointers need none, since the first steps of
 * a domain's end remove them: an event channel is closed at both ends, and a console, a vCPU's
 * timers and background work are taken off their lists.
 */
#ifndef CORE_DOMAIN_H
#define CORE_DOMAIN_H

#include "core/base/abi.h"
#include "core/base/addr.h"
#include "core/base/lock.h"
#include "core/console/console_domain.h"
#include "core/domain/domain_state.h"
#include "core/event/event.h"
#include "core/grant/grant.h"
#include "core/space/space.h"

#define DOMAIN_MAX      16 /* domains at one time */
#define DOMAIN_VCPU_MAX 8
#define DOMAIN_NAME_MAX 32

struct domain_build;
struct vcpu;

struct domain {
    domid_t id;                         /* constant */
    uint8_t place;                      /* constant while listed: below DOMAIN_MAX, its own */
    uint8_t pool;                       /* constant: its memory (page.h), and its background work
                                         * (domain_owner.h) */
    bool is_privileged;                 /* constant: dom0 */
    bool is_direct_mapped;              /* constant: gfn = mfn for its RAM */
    bool is_managed;                    /* constant: a toolstack made it (domain_make.h) */
    bool is_made, has_space, has_flat;  /* how far that is; domain_make.c */
    bool wants_realtime;                /* vCPUs that it gets are of that class; domain_sched.c */
    uint32_t make_progress;             /* within the step; the same */
    char name[DOMAIN_NAME_MAX];         /* constant, NUL-terminated */
    spinlock_t life_lock;               /* protects the next three */
    enum domain_state state;            /* changed by domain_state.c alone */
    uint8_t pause_count;                /* the same */
    uint8_t released;                   /* the same: vCPUs, from 0 on, that it does not hold */
    uint32_t references;                /* of domain_get(); arch_atomic_add() */
    uint8_t shutdown_reason;            /* SHUTDOWN_*, set when it becomes DOMAIN_SHUTDOWN */
    const char *crash_why;              /* to be printed at its end, or NULL; domain_reap.c */
    uint8_t crash_vcpu, crash_line;     /* of its registers, printed next; domain_reap.c */
    uint16_t shutdown_code;             /* SCHEDOP_shutdown_code: latched reason + 1, 0 = none */
    spinlock_t lock;                    /* protects hvm_params, handle, max_frames, table_pool */
    xen_domain_handle_t handle;         /* lock: what its toolstack calls it */
    uint64_t max_frames;                /* lock: frames of RAM that it may have */
    uint64_t table_pool;                /* lock: bytes, as its toolstack set it */
    unsigned int vcpu_max;              /* constant: so many it gets */
    unsigned int vcpu_count;            /* constant after build */
    struct vcpu *vcpu[DOMAIN_VCPU_MAX]; /* constant after build */

    struct p2m_store p2m_store;    /* of one that a toolstack made; space.lock */
    struct space space;            /* space.lock */
    struct event_domain event;     /* event.lock */
    struct console_domain console; /* console lock */
    struct grant_domain grant;     /* grant.lock */

    struct shared_info *shared_info;    /* constant: uncached mapping, hypervisor address */
    mfn_t shared_info_mfn;              /* constant */
    uint64_t shared_info_gfn;           /* where the guest has it, ~0: nowhere; for toolstacks */
    uint64_t hvm_params[HVM_NR_PARAMS]; /* lock */

    struct pv_callbacks callbacks; /* set by the running vCPU, hypercall context */
    bool callbacks_set;

    struct domain_build *build; /* constant: what it is built of (build/), or NULL */
    bool restart_on_crash;      /* constant */
    uint64_t started;           /* ns since boot; constant once it runs */
    uint64_t stopped;           /* ns since boot, of its last shutdown; 0 = none: it was killed */
};

/** domain_alloc() - memory for a domain, which domain_init() takes; NULL if there is none. */
struct domain *domain_alloc(void);

/**
 * domain_init() - make @d, from domain_alloc(), an empty domain in state DOMAIN_CREATED, of which
 * nobody knows yet.  Next come arch_space_init() and domain_appear(): all of them would be too much
 * for one step.
 * @id: its id, unique, below DOMID_FIRST_RESERVED
 * @name: at most DOMAIN_NAME_MAX - 1 bytes are kept
 * Returns 0, or -ENOMEM, with @d given back.
 */
int domain_init(struct domain *d, domid_t id, const char *name);

/** domain_appear() - list it, among the domains and those that have a console.  Returns 0, or, with
 * nothing changed, -EEXIST or -ENOSPC (DOMAIN_MAX). */
int domain_appear(struct domain *d);

/** domain_by_id() - the domain with this id, or NULL (so for DOMID_SELF and all reserved ones). For
 * what a guest names there is domain_lookup(). */
struct domain *domain_by_id(domid_t id);

/** domain_next() - iterate: the domain after @prev (NULL = the first), or NULL. Order of ids. */
struct domain *domain_next(const struct domain *prev);

/** domain_from() - the domain with id @id, or with the next higher one there is, or NULL. */
struct domain *domain_from(domid_t id);

/**
 * domain_get() - @d, which the caller has for this entry, stays until domain_put().  When it dies,
 * its ports, tables, frames and vCPUs go at once; then it waits in state DOMAIN_DYING for the last
 * reference, still listed, so that its id is no other's.  Frames of it that others hold
 * (page_get()) keep their owner's id as long as who holds them has a reference.
 * Returns false, and takes none, if it is dying: nothing new comes to hold it.
 * Any context and lock; arch_atomic_add().
 */
bool domain_get(struct domain *d) __attribute__((warn_unused_result));

/** domain_put() - give back a reference of domain_get().  The caller has @d until the end of this
 * entry.  No lock held that background.h names: the last one lets @d's end go on. */
void domain_put(struct domain *d);

/**
 * domain_start() - bring its initialised vCPUs up and let it run, unless it is paused.  All of them
 * in one go: a domain of the boot has one, and one that a toolstack makes is paused.
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
 * that they had.  domain_release_step() is to follow.
 * Returns 0 or -EINVAL (it is not DOMAIN_SHUTDOWN).
 */
int domain_resume(struct domain *d);

/**
 * domain_kill() - stop @d for good, whether or not it ever ran or has shut down, and have it torn
 * down.
 * Returns 0 or -EINVAL (it is dying or dead already).
 */
int domain_kill(struct domain *d);

/** domain_tell_toolstack() - VIRQ_DOM_EXC to dom0, if there is one: a domain was shut down, is
 * being torn down, or is gone. */
void domain_tell_toolstack(void);

/**
 * domain_crash() - the guest broke a rule that it cannot be told about: print why, and shut it down
 * with SHUTDOWN_crash.  Its registers are printed before it is torn down.
 */
void domain_crash(struct domain *d, const char *why);

#endif /* CORE_DOMAIN_H */
