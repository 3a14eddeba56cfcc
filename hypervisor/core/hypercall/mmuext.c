/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmuext_op: tables come and go, TLB and caches, whole pages.  An array of operations; a
 * long one gives way to interrupts and goes on where it was.
 */
#include "core/hypercall/mmuext.h"
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"
#include "core/space/pt_table.h"
#include "core/time/preempt.h"

#define OP_SIZE   ((uint32_t)sizeof(struct mmuext_op))
/* In count: r3 is no domain but how far the first operation is.  (r4 would not do: the caller's
 * compiler expects it back.) */
#define CONTINUED 0x80000000u

_Static_assert(sizeof(struct mmuext_op) == 24, "public ABI");

/* Xen's numbers, then Dacre's. */
static mmuext_fn *const xen_ops[] = {
    [MMUEXT_PIN_L1_TABLE] = mmuext_pin,
    [MMUEXT_UNPIN_TABLE] = mmuext_unpin,
    [MMUEXT_NEW_BASEPTR] = mmuext_new_base,
    [MMUEXT_TLB_FLUSH_LOCAL] = mmuext_tlb_flush,
    [MMUEXT_INVLPG_LOCAL] = mmuext_invlpg,
    [MMUEXT_TLB_FLUSH_MULTI] = mmuext_tlb_flush,
    [MMUEXT_INVLPG_MULTI] = mmuext_invlpg,
    [MMUEXT_TLB_FLUSH_ALL] = mmuext_tlb_flush,
    [MMUEXT_INVLPG_ALL] = mmuext_invlpg,
    [MMUEXT_FLUSH_CACHE] = mmuext_flush_cache,
    [MMUEXT_CLEAR_PAGE] = mmuext_clear_page,
    [MMUEXT_COPY_PAGE] = mmuext_copy_page,
    [MMUEXT_FLUSH_CACHE_GLOBAL] = mmuext_flush_cache,
};

static mmuext_fn *const pv_ops[] = {
    mmuext_cache_range, /* PV_MMUEXT_CLEAN_DCACHE */
    mmuext_cache_range, /* PV_MMUEXT_FLUSH_DCACHE */
    mmuext_cache_range, /* PV_MMUEXT_INVAL_DCACHE */
    mmuext_cache_range, /* PV_MMUEXT_SYNC_ICACHE */
    mmuext_tlb_range,   /* PV_MMUEXT_TLB_FLUSH_RANGE */
    mmuext_load_table,  /* PV_MMUEXT_LOAD_TABLE */
};

int mmuext_run(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    mmuext_fn *f = NULL;

    if (op->cmd < sizeof(xen_ops) / sizeof(xen_ops[0])) {
        f = xen_ops[op->cmd];
    } else if (op->cmd - PV_MMUEXT_CLEAN_DCACHE < sizeof(pv_ops) / sizeof(pv_ops[0])) {
        f = pv_ops[op->cmd - PV_MMUEXT_CLEAN_DCACHE];
    }
    return f ? f(v, op, progress) : -XEN_ENOSYS;
}

/* Operations until all are done, one fails, or it is time for an interrupt.  Returns how many. */
static uint32_t run_operations(struct vcpu *v, gvaddr_t from, uint32_t count, uint32_t *progress,
                               int *err) {
    uint32_t done = 0;

    do {
        struct mmuext_op op;

        *err = copy_from_guest(&op, gvaddr(from.v + done * OP_SIZE), sizeof(op));
        if (*err == 0) {
            *err = mmuext_run(v, &op, progress);
        }
        if (*err == 0) {
            *progress = 0;
            done++;
        } else if (*err == -XEN_EAGAIN) {
            *err = 0;
        }
    } while (*err == 0 && done < count && !preempt_check());
    return done;
}

int32_t do_mmuext_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t count = args[1] & ~CONTINUED;
    gvaddr_t where = gvaddr(args[2]);
    uint32_t progress = args[1] & CONTINUED ? args[3] : 0;
    uint32_t before = 0;
    uint32_t done = 0;
    int err = 0;

    if (!(args[1] & CONTINUED) && args[3] != DOMID_SELF) {
        return -XEN_EPERM;
    }
    if ((args[1] & CONTINUED) && where.v && copy_from_guest(&before, where, sizeof(before))) {
        return -XEN_EFAULT;
    }
    if (count) {
        done = run_operations(v, gvaddr(args[0]), count, &progress, &err);
    }
    if (where.v) {
        before += done;
        if (copy_to_guest(where, &before, sizeof(before))) {
            return -XEN_EFAULT;
        }
    }
    if (err || done == count) {
        return err;
    }
    args[0] += done * OP_SIZE;
    args[1] = (count - done) | CONTINUED;
    args[3] = progress;
    return HYPERCALL_AGAIN;
}
