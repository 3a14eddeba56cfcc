/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What to build, and how far that is: between domain_build.c, which decides what is built when, and
 * domain_build_stages.c, which builds.
 */
#ifndef CORE_DOMAIN_BUILD_RECORD_H
#define CORE_DOMAIN_BUILD_RECORD_H

#include "core/boot/bootinfo.h"
#include "core/build/guest_fdt.h"
#include "core/build/guest_hw.h"
#include "core/domain/domain.h"
#include "core/sched/sched.h"
#include "core/time/background.h"

struct domain_build {
    /* Constant after boot: what to build. */
    domid_t id;
    uint8_t pool;       /* page_pool.h */
    unsigned int index; /* of its node in the tree */
    bool is_dom0;
    char name[DOMAIN_NAME_MAX];
    unsigned int vcpu_count;
    uint32_t table_memory;
    bool restart_on_crash;
    bool is_enhanced; /* its store page is dom0's to bring; it is not built again */
    struct sched_params sched;
    bool is_realtime;
    struct sched_rt_params rt;
    struct boot_module kernel, ramdisk;
    struct guest_hw hw;
    struct guest_layout layout;
    gpaddr_t tree_start;
    void *tree;
    uint32_t tree_size;
    /* How far it is. */
    struct p2m_store store; /* of its map */
    struct background_work work;
    unsigned int stage;
    uint32_t done;         /* bytes or frames, within the stage */
    mfn_t mib;             /* whose frames it is being given */
    bool is_short;         /* it waits for memory, and has said so */
    bool is_stopped;       /* it is not to be built: what it kept is let go */
    const char *why;       /* what it failed for last */
    struct domain *memory; /* what is to be a domain in the next step, or NULL */
    struct domain *domain; /* as long as it is being built, with a reference; else NULL */
};

/* Set at boot, while the machine's tree is there; a restart has domain_build.tree already. */
extern const struct bootinfo *domain_build_boot;

/** domain_build_fail() - note that @what, which stays, is why @b cannot be built; returns @err. */
int domain_build_fail(struct domain_build *b, int err, const char *what);

/** domain_build_let_go() - the build has no more to do with its domain. */
void domain_build_let_go(struct domain_build *b);

/**
 * domain_build_again() - build the domain that @b describes once more, as background work.  The old
 * domain is gone; its pool still has its memory.  The new one has the same name and id.  While
 * there is too little memory it waits, which is said on the console; on any other failure it is
 * given up, with a line about it.
 */
void domain_build_again(struct domain_build *b);

/**
 * domain_build_step() - one step of the stage that @b is in: a piece of the size that steps.h
 * allows, at boot more.  All that it takes is in the domain or in @b when it ends.
 * Returns 0: it stands and runs; 1: more to do; or an error, with domain_build.why.  -ENOMEM:
 * nothing has changed, and the same step may succeed when memory has become free.
 */
int domain_build_step(struct domain_build *b);

#endif /* CORE_DOMAIN_BUILD_RECORD_H */
