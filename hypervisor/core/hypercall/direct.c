/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest kernel asks for most, with all arguments in registers: nothing is copied from
 * its memory.
 */
#include "core/base/arch.h"
#include "core/hypercall/hypercall.h"
#include "core/hypercall/mmuext.h"

int32_t do_pv_mmuext(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    const struct mmuext_op op = {
        .cmd = args[0],
        /* The widest member of each union: the others are its low word. */
        .arg1.mfn = args[1],
        .arg2.src_mfn = args[2],
    };
    int err = mmuext_run(v, &op, &args[3]);

    return err == -XEN_EAGAIN ? HYPERCALL_AGAIN : err;
}

int32_t do_pv_task_switch(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    if (args[0] != PV_SWITCH_SAME_TABLE) {
        int err = args[0] >> (32 - PAGE_SHIFT) ? -XEN_EINVAL : mmuext_load_base(v, gfn(args[0]));

        if (err) {
            return err == -XEN_EAGAIN ? HYPERCALL_AGAIN : err;
        }
    }
    arch_vcpu_set_tls(v, args[1]);
    if (args[2] & PV_SWITCH_FPU_OFF) {
        arch_vcpu_set_fpu(v, false);
    }
    return 0;
}
