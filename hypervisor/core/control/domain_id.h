/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ids of domains that a toolstack creates.  They count upwards, and one that was given out
 * rests until all others were: a toolstack goes on using the id of a domain that is gone for a
 * while (Xen's own refuses one that it saw less than a minute ago), and must never mean another
 * one.
 */
#ifndef CORE_DOMAIN_ID_H
#define CORE_DOMAIN_ID_H

#include "core/base/abi.h"

/** domain_id_given() - @id was given out, the last so far: the next one comes after it.  Boot (all
 * that the boot gave out were up to it), or hypercall context. */
void domain_id_given(domid_t id);

/** domain_id_next() - the next id that no domain has: never 0.  It is not given out yet.  Takes the
 * domain list lock. */
domid_t domain_id_next(void);

#endif /* CORE_DOMAIN_ID_H */
