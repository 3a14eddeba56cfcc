/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_console_io: any domain writes to its own output and reads what was typed
 * while it had the focus.
 */
#include "core/base/guest_access.h"
#include "core/base/steps.h"
#include "core/console/console.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"
#include "core/sched/sched.h"

/*
 * args: command, count, buffer.  When the output buffer is full the domain tries again
 * when it runs next: it waits for the UART on its own time.
 */
static int32_t write(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t count = args[1] < STEP_OUTPUT ? args[1] : STEP_OUTPUT;
    char text[STEP_OUTPUT];

    if (copy_from_guest(text, gvaddr(args[2]), count) != 0) {
        return -XEN_EFAULT;
    }
    uint32_t taken = (uint32_t)console_write(&v->domain->console, text, count, args[1] > count);
    args[1] -= taken;
    args[2] += taken;
    if (taken < count) {
        sched_give_way(&v->sched);
    }
    return args[1] > 0 ? HYPERCALL_AGAIN : 0;
}

/* Input that cannot be stored is lost, as it is when read from a device. */
static int32_t read(struct vcpu *v, const uint32_t args[HYPERCALL_ARGS]) {
    char text[CONSOLE_IN_SIZE];
    uint32_t wanted = args[1] < sizeof(text) ? args[1] : sizeof(text);
    uint32_t count = (uint32_t)console_read(&v->domain->console, text, wanted);

    if (copy_to_guest(gvaddr(args[2]), text, count) != 0) {
        return -XEN_EFAULT;
    }
    return (int32_t)count;
}

int32_t do_console_io(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    switch (args[0]) {
    case CONSOLEIO_write: return write(v, args);
    case CONSOLEIO_read: return read(v, args);
    default: return -XEN_ENOSYS;
    }
}
