/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which domains that ended are started again, and when.
 */
#ifndef CORE_DOMAIN_RESTART_H
#define CORE_DOMAIN_RESTART_H

#include <stdbool.h>
#include <stdint.h>

struct domain;

/*
 * A domain does not start more often than this, so that one that ends at once, over and over,
 * neither floods the log with reports nor keeps the machine busy building it.
 */
#define DOMAIN_RESTART_NS 1000000000u

/** domain_restart_init() - boot, once, after clock_init(). */
void domain_restart_init(void);

/** domain_restart_wanted() - is @d, which ended, to start again?  If it rebooted, or if it crashed and its
 * device-tree node says dacre,restart-on-crash. */
bool domain_restart_wanted(const struct domain *d);

/**
 * domain_restart() - build again what @record (struct domain.boot) describes, DOMAIN_RESTART_NS after it
 * last started, at @started (ns since boot), or at once if that is past.  The old domain is gone.
 */
void domain_restart(void *record, uint64_t started);

#endif /* CORE_DOMAIN_RESTART_H */
