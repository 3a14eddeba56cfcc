/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/domain/vcpu.h"

#include <stddef.h>
#include <string.h>

#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/base/percpu.h"
#include "core/domain/domain.h"
#include "core/domain/time_info.h"
#include "core/event/event.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"

_Static_assert(offsetof(struct pv_vcpu, frame) == PV_VCPU_FRAME_SP, "public ABI");
_Static_assert(offsetof(struct pv_vcpu, frame.lr) == PV_VCPU_FRAME_LR, "public ABI");
_Static_assert(offsetof(struct pv_vcpu, frame.pc) == PV_VCPU_FRAME_PC, "public ABI");
_Static_assert(offsetof(struct pv_vcpu, frame.psr) == PV_VCPU_FRAME_PSR, "public ABI");
_Static_assert(offsetof(struct pv_vcpu, frame.r12) == PV_VCPU_FRAME_R12, "public ABI");
_Static_assert(offsetof(struct pv_vcpu, fsr) == PV_VCPU_FSR, "public ABI");
_Static_assert(offsetof(struct pv_vcpu, far) == PV_VCPU_FAR, "public ABI");
_Static_assert(offsetof(struct pv_vcpu, kernel_sp) == PV_VCPU_KERNEL_SP, "public ABI");
_Static_assert(offsetof(struct pv_vcpu, abi) == PV_VCPU_ABI, "public ABI");
_Static_assert(offsetof(struct pv_vcpu, info.evtchn_upcall_pending) == PV_VCPU_PENDING, "ABI");
_Static_assert(offsetof(struct pv_vcpu, info.evtchn_upcall_mask) == PV_VCPU_MASK, "public ABI");
_Static_assert(offsetof(struct vcpu, arch) == 0, "entry.S finds the registers there");

static struct vcpu idle_vcpu[ARCH_CPU_MAX];

void vcpu_idle_init(void) {
    sched_init(&idle_vcpu[this_cpu_index()].sched);
}

/* ---- Timers ---- */

static void singleshot_fired(void *data) {
    struct vcpu *v = data;

    if (timer_waited() > 0) {
        sched_waited(&v->sched, timer_waited());
    }
    event_send_virq(&v->event, VIRQ_TIMER);
}

int vcpu_set_realtime(struct vcpu *v, const struct sched_rt_params *params) {
    int err = sched_set_realtime(&v->sched, params);

    if (err == 0) {
        timer_be_exact(&v->singleshot, true);
    }
    return err;
}

void vcpu_set_fair(struct vcpu *v) {
    sched_set_fair(&v->sched);
    timer_be_exact(&v->singleshot, false);
}

static void poll_timed_out(void *data) {
    struct vcpu *v = data;

    sched_wake(&v->sched);
}

static void init_timers(struct vcpu *v) {
    timer_init(&v->singleshot, singleshot_fired, v);
    timer_init(&v->poll, poll_timed_out, v);
}

void vcpu_stop_timers(struct vcpu *v) {
    timer_stop(&v->singleshot);
    timer_stop(&v->poll);
}

/* ---- From its creation to its end ---- */

static void init_page(struct vcpu *v) {
    struct pv_vcpu *page = v->page;

    memset(page, 0, PAGE_SIZE);
    /* A fault before the first set_callbacks has nowhere to go. */
    page->info.evtchn_upcall_mask = PV_MASK_EVENTS | PV_MASK_FRAME;
    page->vcpu_id = v->id;
    page->arch_level = arch_cpu_level();
    page->abi = PV_ABI_MAGIC + PV_ABI_VERSION;
}

static int alloc_page(struct vcpu *v) {
    v->page_mfn = page_alloc(DOMID_XEN);
    if (mfn_eq(v->page_mfn, INVALID_MFN)) {
        return -XEN_ENOMEM;
    }
    v->page = arch_map_shared(v->page_mfn);
    if (!v->page) {
        return -XEN_ENOMEM;
    }
    init_page(v);
    return arch_space_map_vcpu_page(&v->domain->space, v->id, v->page_mfn);
}

void vcpu_init_parts(struct vcpu *v, struct domain *d, unsigned int id) {
    v->domain = d;
    v->id = id;
    v->page_mfn = INVALID_MFN;
    v->affinity_soft = SCHED_ALL_CPUS;
    sched_vcpu_init(&v->sched);
    event_vcpu_init(&v->event, &d->event, v, &v->sched);
    init_timers(v);
    v->sched.alarm = &v->singleshot;
}

int vcpu_create(struct domain *d, unsigned int id, struct vcpu **out) {
    struct vcpu *v;
    int err;

    if (id >= DOMAIN_VCPU_MAX || id != d->vcpu_count) {
        return id < d->vcpu_count ? -XEN_EEXIST : -XEN_EINVAL;
    }
    v = heap_alloc(heap_order(sizeof(*v)));
    if (!v) {
        return -XEN_ENOMEM;
    }
    vcpu_init_parts(v, d, id);
    err = alloc_page(v);
    if (err) {
        vcpu_destroy(v);
        return err;
    }
    time_info_vcpu_init(v);
    d->vcpu[d->vcpu_count++] = v;
    *out = v;
    return 0;
}

void vcpu_destroy(struct vcpu *v) {
    event_vcpu_destroy(&v->event);
    sched_vcpu_destroy(&v->sched);
    if (v->page) {
        arch_unmap_shared(v->page);
    }
    if (!mfn_eq(v->page_mfn, INVALID_MFN)) {
        page_put(v->page_mfn);
    }
    heap_free(v, heap_order(sizeof(*v)));
}

void vcpu_publish_runstate(struct vcpu *v) {
    const struct vcpu_runstate_info *info = &v->sched.runstate;

    if (v->runstate_area.v == 0 || v->runstate_published == info->state_entry_time) {
        return;
    }
    /* An area that is not mapped now is the guest's loss. */
    (void)copy_to_guest(v->runstate_area, info, sizeof(*info));
    v->runstate_published = info->state_entry_time;
}
