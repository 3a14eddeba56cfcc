/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_domctl (r0 = struct xen_domctl *): dom0 manages domains.  Who may, which operation,
 * whom it is about; the operations are in domctl_*.c.
 */
#include "core/control/domctl.h"

#include "core/base/guest_access.h"
#include "core/control/domain_make.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"

#define HAS_RESULT 1u /* the structure is written back */
#define ANY_ID     2u /* there need be no such domain */
#define UNMADE     4u /* it may be one that is still being made */
#define NOT_ITSELF 8u /* -EINVAL for the caller's own domain, as Xen */

static const struct {
    domctl_fn *fn;
    unsigned int flags;
} ops[] = {
    [XEN_DOMCTL_createdomain] = {domctl_createdomain, HAS_RESULT | ANY_ID},
    [XEN_DOMCTL_destroydomain] = {domctl_destroydomain, ANY_ID},
    [XEN_DOMCTL_pausedomain] = {domctl_pausedomain, UNMADE | NOT_ITSELF},
    [XEN_DOMCTL_unpausedomain] = {domctl_unpausedomain, 0},
    [XEN_DOMCTL_resumedomain] = {domctl_resumedomain, NOT_ITSELF},
    [XEN_DOMCTL_getdomaininfo] = {domctl_getdomaininfo, HAS_RESULT | ANY_ID},
    [XEN_DOMCTL_setdomainhandle] = {domctl_setdomainhandle, UNMADE},
    [XEN_DOMCTL_max_vcpus] = {domctl_max_vcpus, NOT_ITSELF},
    [XEN_DOMCTL_setvcpucontext] = {domctl_setvcpucontext, NOT_ITSELF},
    [XEN_DOMCTL_getvcpucontext] = {domctl_getvcpucontext, NOT_ITSELF},
    [XEN_DOMCTL_getvcpuinfo] = {domctl_getvcpuinfo, HAS_RESULT | UNMADE},
    [XEN_DOMCTL_setvcpuaffinity] = {domctl_setvcpuaffinity, HAS_RESULT},
    [XEN_DOMCTL_getvcpuaffinity] = {domctl_getvcpuaffinity, HAS_RESULT | UNMADE},
    [XEN_DOMCTL_scheduler_op] = {domctl_scheduler_op, HAS_RESULT},
    [XEN_DOMCTL_max_mem] = {domctl_max_mem, 0},
    [XEN_DOMCTL_set_paging_mempool_size] = {domctl_set_paging_mempool_size, 0},
    [XEN_DOMCTL_get_paging_mempool_size] = {domctl_get_paging_mempool_size, HAS_RESULT | UNMADE},
    [XEN_DOMCTL_cacheflush] = {domctl_cacheflush, 0},
    [XEN_DOMCTL_setnodeaffinity] = {domctl_setnodeaffinity, 0},
    [XEN_DOMCTL_getnodeaffinity] = {domctl_getnodeaffinity, HAS_RESULT | UNMADE},
    [XEN_DOMCTL_set_address_size] = {domctl_set_address_size, 0},
};
#define OP_COUNT (sizeof(ops) / sizeof(ops[0]))

/* Of a domctl the domain is named by its number alone: not as DOMID_SELF. */
static int find(struct domctl *c, unsigned int flags) {
    domid_t id = c->op->domain;

    if (flags & ANY_ID) {
        return 0;
    }
    if (id >= DOMID_FIRST_RESERVED) {
        return -XEN_ESRCH;
    }
    int err = domain_lookup(c->v->domain, id, DOMAIN_RIGHT_MANAGE, &c->d);
    if (err != 0) {
        return err;
    }
    if ((flags & NOT_ITSELF) != 0 && c->d == c->v->domain) {
        return -XEN_EINVAL;
    }
    return (flags & UNMADE) != 0 || domain_is_whole(c->d) ? 0 : -XEN_EBUSY;
}

static int32_t run(struct domctl *c, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t cmd = c->op->cmd;

    if (cmd >= OP_COUNT || !ops[cmd].fn) {
        return -XEN_ENOSYS;
    }
    int32_t result = find(c, ops[cmd].flags);
    if (result == 0) {
        result = ops[cmd].fn(c);
    }
    if (result == HYPERCALL_AGAIN) {
        return continuation_write(args, c->going.first, c->going.second);
    }
    if (result == 0 && (ops[cmd].flags & HAS_RESULT) != 0 &&
        copy_to_guest(c->arg, c->op, sizeof(*c->op)) != 0) {
        return -XEN_EFAULT;
    }
    return result;
}

int32_t do_domctl(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct xen_domctl op;
    struct domctl c = {.v = v, .op = &op, .arg = gvaddr(args[0]), .going = continuation_read(args)};

    if (!v->domain->is_privileged) {
        return -XEN_EPERM;
    }
    if (copy_from_guest(&op, c.arg, sizeof(op)) != 0) {
        return -XEN_EFAULT;
    }
    if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION) {
        return -XEN_EACCES;
    }
    return run(&c, args);
}
