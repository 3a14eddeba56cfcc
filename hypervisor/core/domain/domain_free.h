/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a domain, piece by piece; for domain.c and domain_reap.c.
 */
#ifndef CORE_DOMAIN_FREE_H
#define CORE_DOMAIN_FREE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/abi.h"

struct domain;
struct domain_build;

/** domain_free() - what domain_alloc(), domain_init() and arch_space_init() took; all else is gone
 * or never was. */
void domain_free(struct domain *d);

/** domain_reap_request() - @d ended, or nobody holds it any more: have it torn down, as far as that
 * goes, and started again if it asked for that.  One that a toolstack made keeps all that it has
 * after a shutdown, until domain_kill(). */
void domain_reap_request(struct domain *d);

/**
 * domain_reap_help() - a piece of the tearing down of domain @id, which is dying or gone, in the
 * time of who wants it gone.
 * @owner: its domain.pool; any value
 * Returns true if there is more to do; false: nothing is left of it but frames that wait to be
 * overwritten, or there is no such domain.
 */
bool domain_reap_help(unsigned int owner, domid_t id);

/**
 * domain_reap_bring() - a bounded step towards memory for others, in the time of who found none: of
 * overwriting what a domain had that is gone for good.
 * Returns true if there was something to do: it is worth while to look for memory again.
 */
bool domain_reap_bring(void);

/* Who builds domains, and keeps what is needed to build them again. */
struct domain_builder {
    /** @d is torn down: if it is still being built, that ends, and its reference is given back. */
    void (*cancel)(struct domain *d);
    /** @d is gone.  If it is to start again, returns what restart() gets; else all that was kept
     * for that is freed, but its pool, and the result is NULL. */
    struct domain_build *(*keep)(const struct domain *d);
    /** Build it again, when it is time: it ran last from @started on, ns since boot. */
    void (*restart)(struct domain_build *build, uint64_t started);
};

/** domain_reap_init() - boot. @noreboot: halt instead of resetting the board when dom0 ends. */
void domain_reap_init(bool noreboot, const struct domain_builder *builder);

#endif /* CORE_DOMAIN_FREE_H */
