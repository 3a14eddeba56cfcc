/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which domains that ended are started again, and when.
 */
#ifndef CORE_DOMAIN_RESTART_H
#define CORE_DOMAIN_RESTART_H

#include <stdbool.h>

struct domain;

/*
 * A domain does not start more often than this, so that one that ends at once, over and over,
 * neither floods the log with reports nor keeps the machine busy building it.
 */
#define DOMAIN_RESTART_NS 1000000000u

/** domain_restart_init() - boot, once, after clock_init(). */
void domain_restart_init(void);

/**
 * domain_restart() - start @d again, if it rebooted, or if it crashed and its device-tree node says
 * dacre,restart-on-crash: DOMAIN_RESTART_NS after its last start, or at once if that is past.
 * @d is dead: its memory is given back, it is off the list; it is not referred to later.
 */
void domain_restart(const struct domain *d);

#endif /* CORE_DOMAIN_RESTART_H */
