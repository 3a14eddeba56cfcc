/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_grant_table_op (r0 = operation, r1 = its structures, r2 = how many): arguments in
 * and out, whose table is meant; the rest is core/grant.  Version 1 alone.
 *
 * Above the operation r0 says, as Xen's does, how much of the first structure is done, when a call
 * goes on.  A guest that makes that up loses what it left out.
 */
#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/control/handle.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/domain_state.h"
#include "core/domain/vcpu.h"
#include "core/grant/grant.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/page.h"
#include "core/time/preempt.h"

#define VERSION  1u
#define CMD_BITS 12u
#define CMD_MASK ((1u << CMD_BITS) - 1)

union grant_args {
    struct gnttab_map_grant_ref map;
    struct gnttab_unmap_grant_ref unmap;
    struct gnttab_copy copy;
    struct gnttab_cache_flush cache_flush;
    struct gnttab_setup_table setup;
    struct gnttab_query_size query;
    struct gnttab_set_version set_version;
    struct gnttab_get_version get_version;
};

/* GRANT_AGAIN, or what the call returns: 0, with which the structure goes out, or an error.  @done:
 * of the structure, in bytes. */
typedef int32_t grant_fn(struct domain *caller, union grant_args *args, uint32_t *done);

/* Whose table a caller without any right may still map of or copy from: GNTST_*.  A domU is told
 * the same of a domain that does not exist and of one that grants it nothing. */
static int find_granter(struct domain *caller, domid_t id, struct grant_domain **out) {
    struct domain *d;

    if (domain_lookup(caller, id, DOMAIN_RIGHT_CONNECT, &d) || domain_is_dying(d)) {
        return caller->is_privileged ? GNTST_bad_domain : GNTST_bad_gntref;
    }
    if (d == caller) {
        return GNTST_bad_domain;
    }
    *out = &d->grant;
    return 0;
}

/* Whose table the caller may look at and set up: GNTST_*. */
static int find_managed(struct domain *caller, domid_t id, struct grant_domain **out) {
    struct domain *d;
    int err = domain_lookup(caller, id, DOMAIN_RIGHT_MANAGE, &d);

    if (err) {
        return err == -XEN_ESRCH ? GNTST_bad_domain : GNTST_permission_denied;
    }
    *out = &d->grant;
    return 0;
}

static int32_t with_status(int result, int16_t *status) {
    *status = (int16_t)(result == GRANT_AGAIN ? 0 : result);
    return result == GRANT_AGAIN ? GRANT_AGAIN : 0;
}

static int32_t op_map(struct domain *caller, union grant_args *args, uint32_t *done) {
    struct gnttab_map_grant_ref *op = &args->map;
    struct grant_domain *granter;
    int err = find_granter(caller, op->dom, &granter);

    (void)done;
    return with_status(err ? err : grant_map(&caller->grant, granter, op), &op->status);
}

static int32_t op_unmap(struct domain *caller, union grant_args *args, uint32_t *done) {
    (void)done;
    return with_status(grant_unmap(&caller->grant, &args->unmap), &args->unmap.status);
}

/* As Xen: a frame by its number is the caller's, which has to say so. */
static int find_end(struct domain *caller, const struct gnttab_copy_ptr *end, bool granted,
                    struct grant_domain **out) {
    if (end->domid != DOMID_SELF && !granted) {
        return GNTST_permission_denied;
    }
    if (end->domid == DOMID_SELF || end->domid == caller->id) {
        *out = &caller->grant;
        return 0;
    }
    return find_granter(caller, end->domid, out);
}

static int32_t op_copy(struct domain *caller, union grant_args *args, uint32_t *done) {
    struct gnttab_copy *op = &args->copy;
    struct grant_domain *from, *to;
    int err = find_end(caller, &op->source, op->flags & GNTCOPY_source_gref, &from);

    if (err == 0) {
        err = find_end(caller, &op->dest, op->flags & GNTCOPY_dest_gref, &to);
    }
    return with_status(err ? err : grant_copy(&caller->grant, from, to, op, done), &op->status);
}

static int32_t op_cache_flush(struct domain *caller, union grant_args *args, uint32_t *done) {
    return grant_cache_flush(&caller->grant, &args->cache_flush, done);
}

/* The first frames are there, and where they are is told. */
static int setup(struct grant_domain *g, const struct gnttab_setup_table *op, gvaddr_t list) {
    xen_pfn_t gfns[GRANT_FRAMES_MAX];
    mfn_t last;

    if (op->nr_frames == 0) {
        return 0;
    }
    int err = grant_frame(g, op->nr_frames - 1, &last);
    if (err) {
        return err == -XEN_EAGAIN ? GRANT_AGAIN : GNTST_general_error;
    }
    page_put(last);
    grant_frame_gfns(g, op->nr_frames, gfns);
    return copy_to_guest(list, gfns, op->nr_frames * sizeof(gfns[0])) ? GNTST_bad_virt_addr : 0;
}

static int32_t op_setup_table(struct domain *caller, union grant_args *args, uint32_t *done) {
    struct gnttab_setup_table *op = &args->setup;
    struct grant_domain *g;
    gvaddr_t list;
    int err = find_managed(caller, op->dom, &g);

    (void)done;
    if (err == 0 && !handle_ok(op->frame_list.q, &list)) {
        err = GNTST_bad_virt_addr;
    }
    return with_status(err ? err : setup(g, op, list), &op->status);
}

static int32_t op_query_size(struct domain *caller, union grant_args *args, uint32_t *done) {
    struct gnttab_query_size *op = &args->query;
    struct grant_domain *g;
    int err = find_managed(caller, op->dom, &g);

    (void)done;
    if (err == 0) {
        grant_frame_sizes(g, &op->nr_frames, &op->max_nr_frames);
    }
    return with_status(err, &op->status);
}

/* Linux asks for 2, and takes 1 when that is refused. */
static int32_t op_set_version(struct domain *caller, union grant_args *args, uint32_t *done) {
    uint32_t wish = args->set_version.version;

    (void)caller;
    (void)done;
    return wish == VERSION ? 0 : wish == 2 ? -XEN_ENOSYS : -XEN_EINVAL;
}

static int32_t op_get_version(struct domain *caller, union grant_args *args, uint32_t *done) {
    struct domain *d;
    int err = domain_lookup(caller, args->get_version.dom, DOMAIN_RIGHT_MANAGE, &d);

    (void)done;
    args->get_version.version = VERSION;
    return err;
}

/* @is_list: any number of them in a call; @by_frame: which reads or writes frames, whatever their
 * addresses */
#define OP(name, fn, is_list, by_frame) \
    [GNTTABOP_##name] = {fn, sizeof(struct gnttab_##name), is_list, by_frame}

static const struct grant_op {
    grant_fn *fn;
    uint8_t size;
    bool is_list;
    bool by_frame;
} ops[] = {
    OP(map_grant_ref, op_map, true, false),        OP(unmap_grant_ref, op_unmap, true, false),
    OP(setup_table, op_setup_table, false, false), OP(copy, op_copy, true, true),
    OP(query_size, op_query_size, false, false),   OP(set_version, op_set_version, false, false),
    OP(get_version, op_get_version, false, false), OP(cache_flush, op_cache_flush, true, true),
};

/* One of them: 0, GRANT_AGAIN, or an error that ends the call. */
static int32_t do_one(struct domain *caller, const struct grant_op *op, gvaddr_t at,
                      uint32_t *done) {
    union grant_args args;

    if (copy_from_guest(&args, at, op->size)) {
        return -XEN_EFAULT;
    }
    int32_t result = op->fn(caller, &args, done);
    if (result == 0 && copy_to_guest(at, &args, op->size)) {
        return -XEN_EFAULT;
    }
    return result;
}

/* Some of the list, which @args[1] and @args[2] say: 0, an error or HYPERCALL_AGAIN. */
static int32_t do_list(struct vcpu *v, const struct grant_op *op, uint32_t args[HYPERCALL_ARGS],
                       uint32_t *done) {
    while (args[2] > 0) {
        int32_t result = do_one(v->domain, op, gvaddr(args[1]), done);

        if (result < 0) {
            return result;
        }
        if (result == 0) {
            args[1] += op->size;
            args[2]--;
            *done = 0;
        }
        if (args[2] > 0 && preempt_check()) {
            return HYPERCALL_AGAIN;
        }
    }
    return 0;
}

int32_t do_grant_table_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t cmd = args[0] & CMD_MASK, done = args[0] >> CMD_BITS;
    const struct grant_op *op = cmd < sizeof(ops) / sizeof(ops[0]) ? &ops[cmd] : NULL;

    if (!op || !op->fn) {
        return -XEN_ENOSYS;
    }
    if ((int32_t)args[2] < 0 || (!op->is_list && args[2] != 1) || (done && !op->by_frame)) {
        return -XEN_EINVAL;
    }
    if (op->by_frame) {
        arch_dcache_flush_aliases();
    }
    int32_t result = do_list(v, op, args, &done);
    args[0] = done << CMD_BITS | cmd;
    return result;
}
