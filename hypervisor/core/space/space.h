/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's memory: what is behind its guest-physical addresses, and the translation tables by
 * which its vCPUs reach it.  Whose it is, is the owner's number and nothing else.
 */
#ifndef CORE_SPACE_H
#define CORE_SPACE_H

#include "core/base/abi.h"
#include "core/base/lock.h"
#include "core/space/p2m.h"
#include "core/space/pt.h"

struct space {
    spinlock_t lock;    /* the space lock: p2m and pt */
    domid_t owner;      /* constant: of its frames and of its table memory */
    struct pt_space pt; /* first: halfwords at short offsets are loaded at once */
    struct p2m p2m;
    void *vectors; /* constant: its vector page, heap; arch_space_init() */
    void *shared;  /* constant: arch's tables for the shared MiB, heap; arch_space_init() */
};

/** space_init() - nothing is there yet.  @owner's frames are to be mapped in it. */
void space_init(struct space *s, domid_t owner);

#endif /* CORE_SPACE_H */
