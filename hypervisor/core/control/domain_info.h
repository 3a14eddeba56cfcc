/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What toolstacks read of a domain, in Xen's structure: libxl, xenstored, xenconsoled, xentop and
 * libvirt all decide by it what is going on.
 */
#ifndef CORE_DOMAIN_INFO_H
#define CORE_DOMAIN_INFO_H

#include "core/base/abi.h"

struct domain;
struct vcpu;

/** domain_info() - fill *@info, all of it.  Looks that need not be of the same moment. */
void domain_info(struct domain *d, struct xen_domctl_getdomaininfo *info);

/** domain_vcpu_info() - what there is of @v in *@info, but for its number. */
void domain_vcpu_info(struct vcpu *v, struct xen_domctl_getvcpuinfo *info);

#endif /* CORE_DOMAIN_INFO_H */
