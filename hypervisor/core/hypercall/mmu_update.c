/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmu_update and update_va_mapping: a guest's changes to its tables (space/pt_update.h), one or a
 * list.
 */
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"
#include "core/space/pt_table.h"
#include "core/space/pt_update.h"

#define UPDATE_SIZE ((uint32_t)sizeof(struct mmu_update))
#define CONTINUED   0x80000000u /* in count: *done holds what was done before */

_Static_assert(sizeof(struct mmu_update) == 16, "public ABI");

static inline int32_t result_of(int err) {
    return err == -XEN_EAGAIN ? HYPERCALL_AGAIN : err;
}

static int put_done(gvaddr_t where, uint32_t before, uint32_t done) {
    uint32_t total = before + done;

    return where.v ? copy_to_guest(where, &total, sizeof(total)) : 0;
}

/* Updates from @from on until all @count are done, one fails or it is time to give way. */
static uint32_t update(struct space *s, gvaddr_t from, uint32_t count, int *err) {
    struct guest_update batch[STEP_UPDATES_ON + 1];
    uint32_t most = STEP_UPDATES;
    uint32_t done = 0;

    s->pt.work = 0;
    do {
        uint32_t n = count - done < most ? count - done : most;
        int valid = copy_updates_from_guest(batch, gvaddr(from.v + done * UPDATE_SIZE), n);
        uint32_t applied;

        if (valid < 0) {
            *err = valid;
            break;
        }
        s->pt.work += n / PT_WORK_COPIED;
        spin_lock(&s->lock);
        applied = pt_update_list(s, batch, (uint32_t)valid, err);
        spin_unlock(&s->lock);
        done += applied;
        most = STEP_UPDATES_ON;
        if (*err == 0 && applied < n) {
            *err = -XEN_EINVAL; /* all that could be copied is done, the next one is malformed */
        }
        if (*err == 0 && done < count) {
            *err = preempt_check() ? -XEN_EAGAIN : 0; /* copying more takes long by itself */
            s->pt.work = 0;
        }
    } while (*err == 0 && done < count);
    arch_pte_sync();
    return done;
}

/* What is left of a table that an earlier part of the call dropped goes first.  0 or -EAGAIN. */
static int finish_drop(struct space *s) {
    int err = 0;

    while (s->pt.dropping && err == 0) {
        spin_lock(&s->lock);
        if (s->pt.dropping) {
            pt_drop_step(s);
        }
        spin_unlock(&s->lock);
        err = preempt_check() ? -XEN_EAGAIN : 0;
    }
    arch_pte_sync();
    return err;
}

static __attribute__((noinline)) int32_t update_many(struct vcpu *v,
                                                     uint32_t args[HYPERCALL_ARGS]) {
    uint32_t count = args[1] & ~CONTINUED;
    gvaddr_t where = gvaddr(args[2]);
    uint32_t before = 0;
    uint32_t done = 0;
    int err = 0;

    if ((args[1] & CONTINUED) && where.v && copy_from_guest(&before, where, sizeof(before))) {
        return -XEN_EFAULT;
    }
    if (v->domain->space.pt.dropping) {
        err = finish_drop(&v->domain->space);
    }
    if (err == 0 && count) {
        done = update(&v->domain->space, gvaddr(args[0]), count, &err);
    }
    if (where.v && put_done(where, before, done)) {
        return -XEN_EFAULT;
    }
    if (err != -XEN_EAGAIN) {
        return err;
    }
    args[0] += done * UPDATE_SIZE;
    args[1] = (count - done) | CONTINUED;
    return HYPERCALL_AGAIN;
}

static inline __attribute__((always_inline)) int32_t update_one(struct space *s, uint32_t ptr,
                                                                uint32_t val) {
    int err;

    spin_lock(&s->lock);
    err = pt_update_one(s, ptr, val);
    spin_unlock(&s->lock);
    arch_pte_sync();
    return result_of(err);
}

int32_t do_mmu_update(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct guest_update u;

    if (args[3] != DOMID_SELF) {
        return -XEN_EPERM;
    }
    if (args[1] == 1 && args[2] == 0 && copy_update_from_guest(&u, gvaddr(args[0])) == 0) {
        return update_one(&v->domain->space, u.ptr, u.val);
    }
    return update_many(v, args);
}

int32_t do_pv_update(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    int32_t result = update_one(&v->domain->space, args[0], args[1]);

    if (args[2] < PV_VIRT_START) {
        arch_tlb_flush_page(gvaddr(args[2]));
    }
    return result;
}

static void flush_va(struct space *s, gvaddr_t va, uint32_t flags) {
    if ((flags & UVMF_FLUSHTYPE_MASK) == UVMF_TLB_FLUSH) {
        pt_flush_tlb(s);
    } else if ((flags & UVMF_FLUSHTYPE_MASK) == UVMF_INVLPG) {
        arch_tlb_flush_page(va);
    }
}

int32_t do_update_va_mapping(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct space *s = &v->domain->space;
    gvaddr_t va = gvaddr(args[0]);
    int err;

    if (va.v >= PV_VIRT_START) {
        return -XEN_EPERM;
    }
    spin_lock(&s->lock);
    err = pt_update_va(s, v->id, va, args[1]);
    spin_unlock(&s->lock);
    arch_pte_sync();
    if (err == 0) {
        flush_va(s, va, args[2]);
    }
    return err;
}
