/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When domains that ended are started again.
 */
#ifndef CORE_DOMAIN_RESTART_H
#define CORE_DOMAIN_RESTART_H

#include <stdint.h>

struct domain_build;

/*
 * A domain does not start more often than this, so that one that ends at once, over and over,
 * neither floods the log with reports nor keeps the machine busy building it.
 */
#define DOMAIN_RESTART_NS 1000000000u

/** domain_restart_init() - boot, once, after clock_init(). */
void domain_restart_init(void);

/**
 * domain_restart() - build again what @build describes, DOMAIN_RESTART_NS after it last started, at
 * @started (ns since boot), or at once if that is past.  The old domain is gone.
 */
void domain_restart(struct domain_build *build, uint64_t started);

#endif /* CORE_DOMAIN_RESTART_H */
