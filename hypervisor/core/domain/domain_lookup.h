/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domain that a hypercall names, for a caller with the right to it: the one place that decides
 * who may act on whom, and what a caller without the right learns, which is nothing.
 */
#ifndef CORE_DOMAIN_LOOKUP_H
#define CORE_DOMAIN_LOOKUP_H

#include "core/base/abi.h"

struct domain;

/* What the caller wants with the domain that it names. */
enum domain_right {
    DOMAIN_RIGHT_ITSELF,  /* a call that works on the caller alone */
    DOMAIN_RIGHT_MANAGE,  /* look at it or change it: itself; a privileged caller, any */
    DOMAIN_RIGHT_END,     /* end it: a privileged caller, any but itself */
    DOMAIN_RIGHT_CONNECT, /* bind to a port that it offers: everyone, any; the port is checked next
                           */
};

/** domain_lookup_id() - @id, or the caller's own for DOMID_SELF; there need be no such domain. */
domid_t domain_lookup_id(const struct domain *caller, domid_t id);

/**
 * domain_lookup() - the domain @id (DOMID_SELF: @caller) for a hypercall of @caller that needs
 * @right.  Any value of @id.  *@out is valid when 0 is returned, and is held until this entry into
 * the hypervisor ends, with a result or with HYPERCALL_AGAIN (domain.h says how): it is not kept
 * beyond without domain_get(), and a call that goes on looks it up again.  It may be shut down or
 * dying.  No lock held; takes the domain list lock.
 *
 * Returns 0; for a privileged caller -ESRCH (no such domain) and -EPERM (there is one, but not for
 * that), as Xen; for others always -EPERM, whether or not there is one, except that
 * DOMAIN_RIGHT_CONNECT is answered with -EINVAL where there is none: what a domain answers that
 * does not offer the port.
 */
int domain_lookup(struct domain *caller, domid_t id, enum domain_right right, struct domain **out)
    __attribute__((warn_unused_result));

#endif /* CORE_DOMAIN_LOOKUP_H */
