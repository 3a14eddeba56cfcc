/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: a toolstack makes, pauses, starts, looks at and destroys domains; and what it does wrong.
 */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <string.h>

#include "core/base/percpu.h"
#include "core/console/console.h"
#include "core/control/domain_id.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_list.h"
#include "core/domain/domain_owner.h"
#include "core/hypercall/hypercall_table.h"
#include "core/mm/heap.h"
#include "core/sched/sched_edf.h"
#include "core/space/pt_table.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/time/timer.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define AT   0u     /* of the structure in guest memory */
#define ELSE 0x400u /* of what it points to */
#define SEC  1000000000ull

static struct domain *dom0, *domu;
static struct xen_domctl op; /* the caller's copy: in and out */
static unsigned int again_count;
static uint32_t frames_before, heap_before;

static void cancel(struct domain *d) {
    (void)d;
}

static struct domain_build *keep(const struct domain *d) {
    (void)d;
    return NULL;
}

static void restart(struct domain_build *build, uint64_t started) {
    (void)build;
    (void)started;
}

static const struct domain_builder builder = {.cancel = cancel, .keep = keep, .restart = restart};

/* Domains that a test left: their memory is gone with the heap. */
static void forget_the_last(void) {
    for (struct domain *d; (d = domain_from(2)) != NULL;) {
        domain_list_remove(d);
        console_domain_destroy(&d->console);
        if (d->pool >= DOMAIN_OWNER_FIRST) {
            domain_owner_give(d->pool);
        }
    }
}

static int power_on(void **state) {
    static const struct maddr_range ram = {{FAKE_RAM_PA}, FAKE_RAM_MIB * MIB};

    (void)state;
    forget_the_last();
    support_domain_remove_all();
    fake_board_init(0);
    background_setup();
    fake_mm_init();
    pt_blocks = NULL;
    pt_units = NULL;
    assert_int_equal(page_init_early(&ram, 1, NULL, 0), 0);
    assert_int_equal(pt_mem_setup(), 0);
    clock_init();
    timer_queue_init();
    vcpu_idle_init();
    domain_reap_init(false, &builder);
    dom0 = support_domain_add(0, 1);
    domu = support_domain_add(1, 1);
    support_run(dom0->vcpu[0]);
    domain_id_given(1);
    memset(fake_guest, 0, sizeof(fake_guest));
    frames_before = page_free_count() + page_dirty_count();
    heap_before = heap_free_pages();
    return 0;
}

static void begin(uint32_t cmd, domid_t id) {
    memset(&op, 0, sizeof(op));
    op.cmd = cmd;
    op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op.domain = id;
}

/* By @d, to its end; what comes back is in op. */
static int32_t call_by(struct domain *d) {
    uint32_t args[HYPERCALL_ARGS] = {fake_put(AT, &op, sizeof(op)).v};
    int32_t result;

    again_count = 0;
    while ((result = hypercall_table[__HYPERVISOR_domctl](d->vcpu[0], args)) == HYPERCALL_AGAIN) {
        assert_true(++again_count < 10000);
        assert_int_equal(args[0], FAKE_GUEST_VA + AT);
        fake_advance(SEC / 1000);
        this_cpu()->work = 0; /* the way out picks a vCPU */
    }
    memcpy(&op, fake_guest + AT, sizeof(op));
    return result;
}

static int32_t call(void) {
    return call_by(dom0);
}

static int32_t simple(uint32_t cmd, domid_t id) {
    begin(cmd, id);
    return call();
}

/* What libxl asks for. */
static void begin_create(domid_t id) {
    begin(XEN_DOMCTL_createdomain, id);
    op.u.createdomain.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;
    op.u.createdomain.max_vcpus = 1;
    op.u.createdomain.max_evtchn_port = 1023;
    op.u.createdomain.max_grant_frames = -1;
    op.u.createdomain.max_maptrack_frames = -1;
    op.u.createdomain.grant_opts = 1;
    memset(op.u.createdomain.handle, 0x5a, sizeof(op.u.createdomain.handle));
}

static struct domain *created(domid_t id) {
    begin_create(id);
    assert_int_equal(call(), 0);
    return domain_by_id(op.domain);
}

static void work(void) {
    for (unsigned int i = 0; i < 2000; i++) {
        fake_advance(SEC / 1000);
        (void)background_step(BACKGROUND_NEEDED);
    }
}

/* What a test destroyed comes to its end. */
static int power_off(void **state) {
    (void)state;
    work();
    return 0;
}

static void expect_all_back(void) {
    work();
    assert_int_equal(page_free_count() + page_dirty_count(), frames_before);
    assert_int_equal(heap_free_pages(), heap_before);
}

static void destroy(domid_t id) {
    assert_int_equal(simple(XEN_DOMCTL_destroydomain, id), 0);
    assert_null(domain_by_id(id));
}

static void begin_context(domid_t id, uint32_t cpsr) {
    struct vcpu_guest_context context;

    memset(&context, 0, sizeof(context));
    context.flags = VGCF_online;
    context.user_regs.pc32 = 0x40008000;
    context.user_regs.r2_usr = 0x43fff000;
    context.user_regs.cpsr = cpsr;
    begin(XEN_DOMCTL_setvcpucontext, id);
    op.u.vcpucontext.ctxt.q = fake_put(ELSE, &context, sizeof(context)).v;
}

static void give_vcpu(domid_t id) {
    begin(XEN_DOMCTL_max_vcpus, id);
    op.u.max_vcpus.max = 1;
    assert_int_equal(call(), 0);
    begin_context(id, 0x1d3);
    assert_int_equal(call(), 0);
}

/* ---- Who may ---- */

static void a_domu_learns_nothing(void **state) {
    (void)state;
    for (uint32_t cmd = 0; cmd < 100; cmd++) {
        for (domid_t id = 0; id < 3; id++) {
            begin(cmd, id);
            op.interface_version += cmd & 1;
            assert_int_equal(call_by(domu), -XEN_EPERM);
        }
    }
    uint32_t args[HYPERCALL_ARGS] = {4};
    assert_int_equal(hypercall_table[__HYPERVISOR_domctl](domu->vcpu[0], args), -XEN_EPERM);
    assert_int_equal(hypercall_table[__HYPERVISOR_domctl](dom0->vcpu[0], args), -XEN_EFAULT);
}

static void wrong_calls_are_refused(void **state) {
    (void)state;
    begin(XEN_DOMCTL_getdomaininfo, 0);
    op.interface_version++;
    assert_int_equal(call(), -XEN_EACCES);
    assert_int_equal(simple(0, 0), -XEN_ENOSYS);
    assert_int_equal(simple(1003, 0), -XEN_ENOSYS);
    assert_int_equal(simple(~0u, 0), -XEN_ENOSYS);
    assert_int_equal(simple(XEN_DOMCTL_pausedomain, 7), -XEN_ESRCH);
    assert_int_equal(simple(XEN_DOMCTL_pausedomain, DOMID_SELF), -XEN_ESRCH);
    assert_int_equal(simple(XEN_DOMCTL_pausedomain, 0), -XEN_EINVAL);
    assert_int_equal(simple(XEN_DOMCTL_resumedomain, 0), -XEN_EINVAL);
    assert_int_equal(simple(XEN_DOMCTL_destroydomain, 0), -XEN_EINVAL);
    assert_int_equal(simple(XEN_DOMCTL_destroydomain, 9), -XEN_ESRCH);
    assert_int_equal(simple(XEN_DOMCTL_destroydomain, DOMID_SELF), -XEN_ESRCH);
    assert_int_equal(dom0->state, DOMAIN_RUNNING);
}

/* ---- Creation ---- */

static void a_new_domain_is_empty_and_paused(void **state) {
    struct domain *d = created(DOMID_INVALID);

    (void)state;
    assert_non_null(d);
    assert_true(again_count > 0);
    assert_int_equal(d->id, 2);
    assert_int_equal(d->state, DOMAIN_CREATED);
    assert_int_equal(d->pause_count, 1);
    assert_int_equal(op.u.createdomain.arch.gic_version, XEN_DOMCTL_CONFIG_GIC_V2);
    assert_int_equal(op.u.createdomain.arch.clock_frequency, 0);
    assert_int_equal(d->handle[15], 0x5a);
    destroy(2);
    expect_all_back();
}

/* A toolstack that sees an id again soon after it was destroyed tries for a minute to get another.
 */
static void ids_go_upwards_and_rest(void **state) {
    (void)state;
    for (domid_t id = 2; id < 40; id++) {
        assert_int_equal(created(0)->id, id);
        destroy(id);
        work();
    }
    assert_int_equal(created(7)->id, 7); /* asked for by number */
    begin_create(7);
    assert_int_equal(call(), -XEN_EEXIST);
    assert_int_equal(created(0)->id, 40);
    domain_id_given(DOMID_FIRST_RESERVED - 2);
    assert_int_equal(created(0)->id, DOMID_FIRST_RESERVED - 1);
    assert_int_equal(created(0)->id, 2); /* 1 is there */
    destroy(7);
    destroy(40);
    destroy(DOMID_FIRST_RESERVED - 1);
    destroy(2);
    expect_all_back();
}

static void expect_refused(int32_t err) {
    assert_int_equal(call(), err);
    assert_null(domain_from(2));
}

static void what_is_not_there_is_not_promised(void **state) {
    (void)state;
#define WITH(field, value, err)        \
    begin_create(0);                   \
    op.u.createdomain.field = (value); \
    expect_refused(err)
    WITH(flags, 0, -XEN_EINVAL);
    WITH(flags, XEN_DOMCTL_CDF_hvm, -XEN_EINVAL);
    WITH(flags, 3 | XEN_DOMCTL_CDF_iommu, -XEN_EINVAL);
    WITH(flags, ~0u, -XEN_EINVAL);
    WITH(iommu_opts, 1, -XEN_EINVAL);
    WITH(max_vcpus, 0, -XEN_EINVAL);
    WITH(max_vcpus, DOMAIN_VCPU_MAX + 1, -XEN_EINVAL);
    WITH(max_grant_frames, 0, -XEN_EINVAL);
    WITH(max_grant_frames, 65, -XEN_EINVAL);
    WITH(max_maptrack_frames, 1025, -XEN_EINVAL);
    WITH(grant_opts, 0, -XEN_EINVAL);
    WITH(grant_opts, 2, -XEN_EINVAL);
    WITH(grant_opts, 17, -XEN_EINVAL);
    WITH(vmtrace_size, 4096, -XEN_EINVAL);
    WITH(cpupool_id, 9, -XEN_ENOENT);
    WITH(arch.gic_version, XEN_DOMCTL_CONFIG_GIC_V3, -XEN_EINVAL);
    WITH(arch.tee_type, 1, -XEN_EINVAL);
    WITH(arch.nr_spis, 989, -XEN_EINVAL);
#undef WITH
    expect_all_back();
}

/* The largest figures that are accepted; those of what_is_not_there_is_not_promised() are one more.
 */
static void what_is_just_allowed_is_accepted(void **state) {
    (void)state;
    begin_create(0);
    op.u.createdomain.max_vcpus = DOMAIN_VCPU_MAX;
    op.u.createdomain.max_grant_frames = 64;
    op.u.createdomain.max_maptrack_frames = 1024;
    op.u.createdomain.arch.nr_spis = 988;
    op.u.createdomain.arch.gic_version = XEN_DOMCTL_CONFIG_GIC_V2;
    op.u.createdomain.arch.clock_frequency = 1;
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.createdomain.arch.gic_version, XEN_DOMCTL_CONFIG_GIC_V2);
    assert_int_equal(op.u.createdomain.arch.clock_frequency, 0);
    struct domain *d = domain_from(2);
    assert_non_null(d);
    assert_int_equal(d->vcpu_max, 8);
    assert_int_equal(d->grant.frame_max, 64);
    assert_int_equal(d->grant.page_max, 64);
    assert_string_equal(d->name, "d2");
    begin_create(0);
    op.u.createdomain.max_grant_frames = 1;
    op.u.createdomain.max_maptrack_frames = 0;
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.createdomain.arch.gic_version, XEN_DOMCTL_CONFIG_GIC_V2);
    assert_int_equal(domain_from(3)->grant.frame_max, 1);
    assert_int_equal(domain_from(3)->grant.page_max, 0);
    assert_int_equal(domain_from(3)->vcpu_max, 1);
    destroy(2);
    destroy(3);
}

static const struct {
    uint32_t cmd;
    bool is_for_unmade, is_for_others;
} rights[] = {{XEN_DOMCTL_pausedomain, true, true},
              {XEN_DOMCTL_unpausedomain, false, false},
              {XEN_DOMCTL_resumedomain, false, true},
              {XEN_DOMCTL_setdomainhandle, true, false},
              {XEN_DOMCTL_max_vcpus, false, true},
              {XEN_DOMCTL_setvcpucontext, false, true},
              {XEN_DOMCTL_getvcpucontext, false, true},
              {XEN_DOMCTL_getvcpuinfo, true, false},
              {XEN_DOMCTL_setvcpuaffinity, false, false},
              {XEN_DOMCTL_getvcpuaffinity, true, false},
              {XEN_DOMCTL_scheduler_op, false, false},
              {XEN_DOMCTL_max_mem, false, false},
              {XEN_DOMCTL_set_paging_mempool_size, false, false},
              {XEN_DOMCTL_get_paging_mempool_size, true, false},
              {XEN_DOMCTL_cacheflush, false, false},
              {XEN_DOMCTL_setnodeaffinity, false, false},
              {XEN_DOMCTL_getnodeaffinity, true, false},
              {XEN_DOMCTL_set_address_size, false, false}};

/* What is still being made can be looked at, and be paused; the caller itself is nobody's to pause,
 * to resume or to equip. */
static void each_call_has_its_domains(void **state) {
    struct domain *d = created(0);

    (void)state;
    d->is_made = false;
    for (unsigned int i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        assert_int_equal(simple(rights[i].cmd, 2) == -XEN_EBUSY, !rights[i].is_for_unmade);
        if (rights[i].is_for_others) {
            assert_int_equal(simple(rights[i].cmd, 0), -XEN_EINVAL);
        }
        assert_int_equal(simple(rights[i].cmd, 7), -XEN_ESRCH);
        assert_int_equal(simple(rights[i].cmd, DOMID_SELF), -XEN_ESRCH);
    }
    d->is_made = true;
    destroy(2);
    begin(XEN_DOMCTL_getvcpuinfo, 0); /* of itself it may */
    dom0->vcpu_max = 1;
    assert_int_equal(call(), 0);
    begin(XEN_DOMCTL_setdomainhandle, 0);
    assert_int_equal(call(), 0);
    begin(XEN_DOMCTL_cacheflush, 0);
    assert_int_equal(call(), 0);
    begin(XEN_DOMCTL_max_mem, 0);
    assert_int_equal(call(), 0);
    begin(XEN_DOMCTL_get_paging_mempool_size, 0);
    assert_int_equal(call(), 0);
    begin(XEN_DOMCTL_scheduler_op, 0);
    op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
    op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_getinfo;
    assert_int_equal(call(), 0);
}

/* A structure without a result may lie where the caller cannot write. */
static void what_has_no_result_is_not_written(void **state) {
    struct domain *d = created(0);

    (void)state;
    fake_guest_readonly = true;
    assert_int_equal(simple(XEN_DOMCTL_pausedomain, 2), 0);
    assert_int_equal(simple(XEN_DOMCTL_unpausedomain, 2), 0);
    assert_int_equal(simple(XEN_DOMCTL_resumedomain, 2), 0);
    assert_int_equal(simple(XEN_DOMCTL_setdomainhandle, 2), 0);
    assert_int_equal(simple(XEN_DOMCTL_max_mem, 2), 0);
    assert_int_equal(simple(XEN_DOMCTL_cacheflush, 2), 0);
    begin(XEN_DOMCTL_set_address_size, 2);
    op.u.address_size.size = 32;
    assert_int_equal(call(), 0);
    begin(XEN_DOMCTL_max_vcpus, 2);
    op.u.max_vcpus.max = 1;
    assert_int_equal(call(), 0);
    begin_context(2, 0x1d3);
    assert_int_equal(call(), 0);
    assert_int_equal(simple(XEN_DOMCTL_getvcpuinfo, 2), -XEN_EFAULT);
    assert_int_equal(simple(XEN_DOMCTL_getdomaininfo, 2), -XEN_EFAULT);
    assert_int_equal(simple(XEN_DOMCTL_get_paging_mempool_size, 2), -XEN_EFAULT);
    assert_true(d->vcpu[0]->is_initialised);
    fake_guest_readonly = false;
    destroy(2);
    expect_all_back();
}

static void there_is_a_limit(void **state) {
    unsigned int count = 2;

    (void)state;
    for (;;) {
        begin_create(0);
        int32_t result = call();
        if (result != 0) {
            assert_int_equal(result, -XEN_ENOMEM);
            break;
        }
        assert_true(++count <= DOMAIN_MAX);
    }
    assert_true(count > 2);
    for (struct domain *d; (d = domain_from(2)) != NULL;) {
        destroy(d->id);
    }
    expect_all_back();
    assert_non_null(created(0));
}

/* A call that does not come back for the rest of its work: the domain is seen, and can be
 * destroyed, and that is all. */
static void a_half_made_domain_can_be_destroyed(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {0};

    (void)state;
    begin_create(0);
    args[0] = fake_put(AT, &op, sizeof(op)).v;
    assert_int_equal(hypercall_table[__HYPERVISOR_domctl](dom0->vcpu[0], args), HYPERCALL_AGAIN);
    assert_int_equal(hypercall_table[__HYPERVISOR_domctl](dom0->vcpu[0], args), HYPERCALL_AGAIN);
    assert_null(domain_by_id(2)); /* not even listed */
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
    assert_int_equal(hypercall_table[__HYPERVISOR_domctl](dom0->vcpu[0], args), HYPERCALL_AGAIN);
    fake_board.pending[FAKE_UART_IRQ] = false;
    begin(XEN_DOMCTL_max_vcpus, 2);
    op.u.max_vcpus.max = 1;
    assert_int_equal(call(), -XEN_EBUSY);
    assert_int_equal(simple(XEN_DOMCTL_unpausedomain, 2), -XEN_EBUSY);
    assert_int_equal(simple(XEN_DOMCTL_getdomaininfo, 2), 0);
    destroy(2);
    /* And now it comes. */
    begin_create(0);
    fake_put(AT, &op, sizeof(op));
    assert_int_equal(hypercall_table[__HYPERVISOR_domctl](dom0->vcpu[0], args), -XEN_ESRCH);
    expect_all_back();
}

/* Neither does one that was not even listed stay: the next takes its place. */
static void one_that_nobody_goes_on_with_is_replaced(void **state) {
    (void)state;
    for (unsigned int i = 0; i < 40; i++) {
        uint32_t args[HYPERCALL_ARGS] = {0};

        begin_create(0);
        args[0] = fake_put(AT, &op, sizeof(op)).v;
        assert_int_equal(hypercall_table[__HYPERVISOR_domctl](dom0->vcpu[0], args),
                         HYPERCALL_AGAIN);
    }
    struct domain *d = created(0);
    assert_non_null(d);
    destroy(d->id);
    expect_all_back();
}

static void made_up_progress_makes_nothing(void **state) {
    uint32_t args[HYPERCALL_ARGS];

    (void)state;
    for (uint32_t id = 1; id < 4; id++) {
        begin_create(0);
        args[0] = fake_put(AT, &op, sizeof(op)).v;
        args[1] = id;
        args[2] = args[0];
        args[3] = args[1] ^ args[2] ^ 0x44636172u;
        assert_int_equal(hypercall_table[__HYPERVISOR_domctl](dom0->vcpu[0], args), -XEN_ESRCH);
    }
    expect_all_back();
}

/* ---- vCPUs ---- */

static void vcpus_are_those_that_were_asked_for(void **state) {
    struct domain *d = created(0);

    (void)state;
    begin(XEN_DOMCTL_max_vcpus, 2);
    op.u.max_vcpus.max = 2;
    assert_int_equal(call(), -XEN_EINVAL);
    begin_context(2, 0x1d3);
    assert_int_equal(call(), -XEN_EINVAL); /* none yet */
    begin(XEN_DOMCTL_getvcpuinfo, 2);
    assert_int_equal(call(), -XEN_ESRCH);
    begin(XEN_DOMCTL_getvcpucontext, 2);
    assert_int_equal(call(), -XEN_EINVAL);
    give_vcpu(2);
    assert_int_equal(d->vcpu_count, 1);
    assert_int_equal(d->vcpu[0]->arch.entry, 0x40008000);
    begin(XEN_DOMCTL_max_vcpus, 2);
    op.u.max_vcpus.max = 1;
    assert_int_equal(call(), 0); /* again: nothing */
    begin(XEN_DOMCTL_getvcpuinfo, 2);
    op.u.getvcpuinfo.vcpu = 1;
    assert_int_equal(call(), -XEN_EINVAL);
    memset(&op.u, 0xa5, sizeof(op.u));
    op.u.getvcpuinfo.vcpu = 0;
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.getvcpuinfo.online, 1); /* though it has not run */
    assert_int_equal(op.u.getvcpuinfo.blocked, 0);
    assert_int_equal(op.u.getvcpuinfo.running, 0);
    assert_int_equal(op.u.getvcpuinfo.cpu_time, 0);
    assert_int_equal(op.u.getvcpuinfo.cpu, 0);
    begin_context(2, 0x10);
    assert_int_equal(call(), -XEN_EINVAL);
    begin_context(2, 0x1d3);
    op.u.vcpucontext.vcpu = 1;
    assert_int_equal(call(), -XEN_EINVAL);
    begin_context(2, 0x1d3);
    op.u.vcpucontext.ctxt.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    op.u.vcpucontext.ctxt.q = 1ull << 32 | (FAKE_GUEST_VA + ELSE);
    assert_int_equal(call(), -XEN_EFAULT);
    destroy(2);
    expect_all_back();
}

/* What calls leave behind is not zero. */
static __attribute__((noinline)) void dirty_the_stack(void) {
    volatile uint8_t used[16384];

    for (unsigned int i = 0; i < sizeof(used); i++) {
        used[i] = 0xa5;
    }
}

static void registers_are_read_back(void **state) {
    struct vcpu_guest_context context;

    (void)state;
    created(0);
    begin(XEN_DOMCTL_max_vcpus, 2);
    op.u.max_vcpus.max = 1;
    assert_int_equal(call(), 0);
    begin(XEN_DOMCTL_getvcpucontext, 2);
    op.u.vcpucontext.ctxt.q = FAKE_GUEST_VA + ELSE;
    assert_int_equal(call(), -XEN_ENODATA);
    begin_context(2, 0x1d3);
    assert_int_equal(call(), 0);
    op.cmd = XEN_DOMCTL_getvcpucontext;
    memset(fake_guest + ELSE, 0xff, sizeof(context));
    dirty_the_stack();
    assert_int_equal(call(), 0);
    memcpy(&context, fake_guest + ELSE, sizeof(context));
    assert_int_equal(sizeof(context), 352);
    assert_int_equal(context.user_regs.pc32, 0x40008000);
    assert_int_equal(context.user_regs.r2_usr, 0x43fff000);
    assert_int_equal(context.user_regs.sp_fiq, 0);
    assert_int_equal(context.user_regs.lr_usr,
                     0); /* nor is anything else of the hypervisor's told */
    assert_int_equal(context.sctlr, 0);
    assert_int_equal(context.ttbr1, 0);
    assert_int_equal(context.flags, 0); /* it is not up yet */
    op.u.vcpucontext.ctxt.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    destroy(2);
}

static uint8_t *map_at(struct xenctl_bitmap *map, uint32_t bits, uint8_t value) {
    memset(fake_guest + ELSE, 0xaa, 64);
    fake_guest[ELSE] = value;
    map->bitmap.q = FAKE_GUEST_VA + ELSE;
    map->nr_bits = bits;
    return fake_guest + ELSE;
}

static void affinity_is_kept_and_what_counts_told(void **state) {
    (void)state;
    created(0);
    give_vcpu(2);
    begin(XEN_DOMCTL_setvcpuaffinity, 2);
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
    assert_int_equal(call(), -XEN_EINVAL); /* no map */
    uint8_t *bytes = map_at(&op.u.vcpuaffinity.cpumap_hard, 16, 0xff);
    assert_int_equal(call(), 0);
    assert_int_equal(bytes[0], 1); /* there is one CPU */
    assert_int_equal(bytes[1], 0);
    assert_int_equal(bytes[2], 0xaa);
    map_at(&op.u.vcpuaffinity.cpumap_hard, 8, 2);
    assert_int_equal(call(), -XEN_EINVAL); /* not this one */
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_SOFT;
    bytes = map_at(&op.u.vcpuaffinity.cpumap_soft, 1, 0xff);
    assert_int_equal(call(), 0);
    assert_int_equal(bytes[0], 1);
    op.cmd = XEN_DOMCTL_getvcpuaffinity;
    bytes = map_at(&op.u.vcpuaffinity.cpumap_soft, 8, 0);
    assert_int_equal(call(), 0);
    assert_int_equal(bytes[0], 1);
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
    bytes = map_at(&op.u.vcpuaffinity.cpumap_hard, 8, 0);
    assert_int_equal(call(), 0);
    assert_int_equal(bytes[0], 1);
    op.u.vcpuaffinity.vcpu = 1;
    bytes[0] = 0;
    assert_int_equal(call(), -XEN_EINVAL);
    assert_int_equal(bytes[0], 0);
    op.u.vcpuaffinity.vcpu = 0;
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_SOFT;
    map_at(&op.u.vcpuaffinity.cpumap_soft, 8, 0);
    op.u.vcpuaffinity.cpumap_soft.nr_bits = 1025;
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.vcpuaffinity.cpumap_soft.nr_bits = ~0u;
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.vcpuaffinity.cpumap_soft.nr_bits = 8;
    op.u.vcpuaffinity.flags = 0;
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.vcpuaffinity.flags = 8 | XEN_VCPUAFFINITY_SOFT;
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_SOFT;
    op.u.vcpuaffinity.vcpu = 1;
    assert_int_equal(call(), -XEN_EINVAL);
    destroy(2);
}

/* Where it would rather run is kept, whatever is allowed. */
static void what_is_preferred_is_not_what_is_allowed(void **state) {
    (void)state;
    created(0);
    give_vcpu(2);
    begin(XEN_DOMCTL_setvcpuaffinity, 2);
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_SOFT;
    uint8_t *bytes = map_at(&op.u.vcpuaffinity.cpumap_soft, 8, 2); /* a CPU that is not there */
    assert_int_equal(call(), 0);
    assert_int_equal(bytes[0], 0);
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
    map_at(&op.u.vcpuaffinity.cpumap_hard, 8, 1);
    assert_int_equal(call(), 0);
    op.cmd = XEN_DOMCTL_getvcpuaffinity;
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_SOFT;
    bytes = map_at(&op.u.vcpuaffinity.cpumap_soft, 8, 0xff);
    assert_int_equal(call(), 0);
    assert_int_equal(bytes[0], 0);
    destroy(2);
}

static void weight_and_cap_are_the_domains(void **state) {
    struct xen_domctl_scheduler_op *s = &op.u.scheduler_op;

    (void)state;
    created(0);
    give_vcpu(2);
    begin(XEN_DOMCTL_scheduler_op, 2);
    s->sched_id = XEN_SCHEDULER_CREDIT2;
    s->cmd = XEN_DOMCTL_SCHEDOP_getinfo;
    assert_int_equal(call(), 0);
    assert_int_equal(s->u.credit2.weight, 256);
    assert_int_equal(s->u.credit2.cap, 0);
    s->cmd = XEN_DOMCTL_SCHEDOP_putinfo;
    s->u.credit2.weight = 512;
    s->u.credit2.cap = 50;
    assert_int_equal(call(), 0);
    s->u.credit2.weight = 0; /* as it is */
    s->u.credit2.cap = 20;
    assert_int_equal(call(), 0);
    s->cmd = XEN_DOMCTL_SCHEDOP_getinfo;
    memset(&s->u, 0xa5, sizeof(s->u));
    assert_int_equal(call(), 0);
    assert_int_equal(s->u.credit2.weight, 512);
    assert_int_equal(s->u.credit2.cap, 20);
    s->cmd = XEN_DOMCTL_SCHEDOP_putinfo;
    s->u.credit2.cap = 101;
    assert_int_equal(call(), -XEN_EINVAL);
    s->cmd = XEN_DOMCTL_SCHEDOP_getvcpuinfo;
    assert_int_equal(call(), -XEN_EINVAL);
    s->cmd = XEN_DOMCTL_SCHEDOP_getinfo;
    s->sched_id = XEN_SCHEDULER_CREDIT;
    assert_int_equal(call(), -XEN_EINVAL);
    destroy(2);
}

/* ---- A real-time domain ---- */

static const struct sched_figures figures = {.cost_ns = 1, .stretch_ns = 1, .reserve_percent = 5};

/* Domain 2, with @vcpus vCPUs, made in the pool of the class. */
static struct domain *make_realtime(unsigned int vcpus) {
    sched_edf_set_figures(&figures);
    begin_create(0);
    op.u.createdomain.max_vcpus = vcpus;
    op.u.createdomain.cpupool_id = 1;
    assert_int_equal(call(), 0);
    begin(XEN_DOMCTL_max_vcpus, 2);
    op.u.max_vcpus.max = vcpus;
    assert_int_equal(call(), 0);
    return domain_by_id(2);
}

static struct xen_domctl_scheduler_op *rtds(uint32_t cmd) {
    begin(XEN_DOMCTL_scheduler_op, 2);
    op.u.scheduler_op.sched_id = XEN_SCHEDULER_RTDS;
    op.u.scheduler_op.cmd = cmd;
    return &op.u.scheduler_op;
}

static int32_t put_all(uint32_t period, uint32_t budget) {
    struct xen_domctl_scheduler_op *s = rtds(XEN_DOMCTL_SCHEDOP_putinfo);

    s->u.rtds.period = period;
    s->u.rtds.budget = budget;
    return call();
}

static int32_t with_list(uint32_t cmd, xen_domctl_schedparam_vcpu_t *list, uint32_t count) {
    struct xen_domctl_scheduler_op *s = rtds(cmd);

    s->u.v.vcpus.q = fake_put(ELSE, list, count * sizeof(*list)).v;
    s->u.v.nr_vcpus = count;
    int32_t result = call();
    memcpy(list, fake_guest + ELSE, count * sizeof(*list));
    return result;
}

static void a_domain_is_made_real_time(void **state) {
    xen_domctl_schedparam_vcpu_t list[2] = {{.vcpuid = 1}, {.vcpuid = 0}};
    struct domain *d = make_realtime(2);

    (void)state;
    assert_true(sched_is_realtime(&d->vcpu[0]->sched));
    assert_true(sched_is_realtime(&d->vcpu[1]->sched));
    struct xen_domctl_scheduler_op *s = rtds(XEN_DOMCTL_SCHEDOP_getinfo);
    assert_int_equal(call(), 0);
    assert_int_equal(s->u.rtds.period, 10000);
    assert_int_equal(s->u.rtds.budget, 100);
    assert_int_equal(s->u.rtds.flags, XEN_DOMCTL_SCHEDRT_extra);
    assert_int_equal(put_all(10000, 100), 0); /* as libxl at a creation */
    assert_int_equal(put_all(5000, 1000), 0);
    assert_int_equal(with_list(XEN_DOMCTL_SCHEDOP_getvcpuinfo, list, 2), 0);
    assert_int_equal(op.u.scheduler_op.u.v.nr_vcpus, 2);
    for (unsigned int i = 0; i < 2; i++) {
        assert_int_equal(list[i].u.rtds.period, 5000);
        assert_int_equal(list[i].u.rtds.budget, 1000);
        assert_int_equal(list[i].u.rtds.flags, XEN_DOMCTL_SCHEDRT_extra);
    }
    list[0].u.rtds = (struct xen_domctl_sched_rtds){.period = 2000, .budget = 500};
    assert_int_equal(with_list(XEN_DOMCTL_SCHEDOP_putvcpuinfo, list, 1), 0);
    assert_int_equal(with_list(XEN_DOMCTL_SCHEDOP_getvcpuinfo, list, 2), 0);
    assert_int_equal(list[0].u.rtds.period, 2000);
    assert_int_equal(list[0].u.rtds.budget, 500);
    assert_int_equal(list[0].u.rtds.flags, 0);
    assert_int_equal(list[1].u.rtds.period, 5000);
    destroy(2);
}

static void more_than_the_cpu_has_is_refused(void **state) {
    xen_domctl_schedparam_vcpu_t list[1] = {{.vcpuid = 0}};

    (void)state;
    (void)make_realtime(1);
    assert_int_equal(put_all(10000, 9600), -XEN_ENOSPC);
    assert_int_equal(put_all(10000, 9000), 0);
    assert_int_equal(put_all(10000, 100), 0);
    assert_int_equal(put_all(10000, 10001), -XEN_EINVAL);
    assert_int_equal(put_all(0, 0), -XEN_EINVAL);
    list[0].u.rtds = (struct xen_domctl_sched_rtds){.period = 10000, .budget = 9600};
    assert_int_equal(with_list(XEN_DOMCTL_SCHEDOP_putvcpuinfo, list, 1), -XEN_ENOSPC);
    list[0].vcpuid = 1;
    assert_int_equal(with_list(XEN_DOMCTL_SCHEDOP_getvcpuinfo, list, 1), -XEN_EINVAL);
    assert_int_equal(with_list(XEN_DOMCTL_SCHEDOP_putvcpuinfo, list, 1), -XEN_EINVAL);
    struct xen_domctl_scheduler_op *s = rtds(XEN_DOMCTL_SCHEDOP_getvcpuinfo);
    s->u.v.nr_vcpus = 1;
    s->u.v.vcpus.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    s->u.v.vcpus.q = 1ull << 32;
    assert_int_equal(call(), -XEN_EFAULT);
    s = rtds(7);
    assert_int_equal(call(), -XEN_EINVAL);
    s->sched_id = XEN_SCHEDULER_CREDIT2;
    s->cmd = XEN_DOMCTL_SCHEDOP_getinfo;
    assert_int_equal(call(), -XEN_EINVAL);
    destroy(2);
}

/* What one gives up may be in use until its period ends: who wants it waits, at most so long. */
static void a_share_is_waited_for(void **state) {
    struct sched_rt_params most = {.period_us = 10000, .budget_us = 9300};

    (void)state;
    sched_edf_set_figures(&figures);
    assert_int_equal(vcpu_set_realtime(domu->vcpu[0], &most), 0);
    domu->vcpu[0]->sched.edf.deadline = clock_now() + 10000000;
    vcpu_set_fair(domu->vcpu[0]);
    (void)make_realtime(1);
    assert_int_equal(put_all(10000, 9000), 0);
    assert_in_range(again_count, 1, 11);
    destroy(2);
}

static void a_pool_is_chosen_among_two(void **state) {
    (void)state;
    begin_create(0);
    op.u.createdomain.cpupool_id = 2;
    assert_int_equal(call(), -XEN_ENOENT);
}

/* ---- Running ---- */

static void the_first_unpause_starts_it(void **state) {
    struct domain *d = created(0);

    (void)state;
    give_vcpu(2);
    assert_int_equal(simple(XEN_DOMCTL_pausedomain, 2), 0);
    assert_int_equal(simple(XEN_DOMCTL_unpausedomain, 2), 0);
    assert_int_equal(d->state, DOMAIN_CREATED);
    assert_int_equal(simple(XEN_DOMCTL_unpausedomain, 2), 0);
    assert_int_equal(again_count, 0); /* nothing asks for a pause */
    assert_int_equal(d->state, DOMAIN_RUNNING);
    assert_int_equal(d->pause_count, 0);
    assert_ptr_equal(d->vcpu[0]->arch.l1, pt_vcpu_l1(&d->space, 0));
    assert_int_equal(d->vcpu[0]->sched.pause_count, 0);
    assert_int_equal(d->vcpu[0]->sched.state, VCPU_RUNNABLE);
    assert_int_equal(simple(XEN_DOMCTL_unpausedomain, 2), -XEN_EINVAL);
    begin_context(2, 0x1d3);
    assert_int_equal(call(), -XEN_EINVAL); /* it runs */
    destroy(2);
    expect_all_back();
}

/* Each of its steps gives way; all of them are done, and then it runs. */
static void a_first_unpause_that_gives_way_is_gone_on_with(void **state) {
    struct domain *d = created(0);

    (void)state;
    give_vcpu(2);
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
    assert_int_equal(simple(XEN_DOMCTL_unpausedomain, 2), 0);
    fake_board.pending[FAKE_UART_IRQ] = false;
    assert_true(again_count > 1);
    assert_int_equal(d->state, DOMAIN_RUNNING);
    assert_int_equal(d->pause_count, 0);
    assert_int_equal(d->vcpu[0]->sched.state, VCPU_RUNNABLE);
    destroy(2);
    expect_all_back();
}

static void pauses_are_counted(void **state) {
    struct domain *d = created(0);

    (void)state;
    give_vcpu(2);
    for (unsigned int i = 1; i < 255; i++) {
        assert_int_equal(simple(XEN_DOMCTL_pausedomain, 2), 0);
    }
    assert_int_equal(simple(XEN_DOMCTL_pausedomain, 2), -XEN_EOVERFLOW);
    assert_int_equal(d->pause_count, 255);
    destroy(2);
    expect_all_back();
}

static uint32_t flags_of(domid_t id) {
    assert_int_equal(simple(XEN_DOMCTL_getdomaininfo, id), 0);
    return op.u.getdomaininfo.flags;
}

static void a_toolstack_sees_what_it_is(void **state) {
    struct domain *d = created(0);
    const struct xen_domctl_getdomaininfo *info = &op.u.getdomaininfo;

    (void)state;
    assert_int_equal(flags_of(2), XEN_DOMINF_hvm_guest | XEN_DOMINF_hap | XEN_DOMINF_paused |
                                      0xffffu << XEN_DOMINF_shutdownshift);
    assert_int_equal(info->max_vcpu_id, XEN_INVALID_MAX_VCPU_ID);
    assert_int_equal(info->nr_online_vcpus, 0);
    assert_int_equal(info->gpaddr_bits, 32);
    assert_true(info->shared_info_frame == ~0ull);
    assert_int_equal(info->handle[3], 0x5a);
    give_vcpu(2);
    assert_int_equal(flags_of(2) & (XEN_DOMINF_blocked | XEN_DOMINF_running), 0);
    assert_int_equal(info->nr_online_vcpus, 1);
    assert_int_equal(simple(XEN_DOMCTL_unpausedomain, 2), 0);
    assert_int_equal(flags_of(2) & (XEN_DOMINF_paused | XEN_DOMINF_blocked | XEN_DOMINF_running),
                     0);
    assert_int_equal(info->nr_online_vcpus, 1);
    assert_int_equal(info->max_vcpu_id, 0);
    d->vcpu[0]->sched.state = VCPU_BLOCKED;
    assert_int_equal(flags_of(2) & (XEN_DOMINF_blocked | XEN_DOMINF_running), XEN_DOMINF_blocked);
    assert_int_equal(simple(XEN_DOMCTL_getvcpuinfo, 2), 0);
    assert_int_equal(op.u.getvcpuinfo.blocked, 1);
    assert_int_equal(op.u.getvcpuinfo.running, 0);
    d->vcpu[0]->sched.state = VCPU_RUNNING;
    assert_int_equal(flags_of(2) & (XEN_DOMINF_blocked | XEN_DOMINF_running), XEN_DOMINF_running);
    assert_int_equal(info->nr_online_vcpus, 1);
    assert_int_equal(simple(XEN_DOMCTL_getvcpuinfo, 2), 0);
    assert_int_equal(op.u.getvcpuinfo.blocked, 0);
    assert_int_equal(op.u.getvcpuinfo.running, 1);
    d->vcpu[0]->sched.state = VCPU_OFFLINE;
    assert_int_equal(flags_of(2) & (XEN_DOMINF_blocked | XEN_DOMINF_running), 0);
    assert_int_equal(info->nr_online_vcpus, 0);
    assert_int_equal(info->max_vcpu_id, 0);
    d->vcpu[0]->sched.state = VCPU_RUNNABLE;
    d->max_frames = 77;
    d->shared_info_gfn = 0x1234;
    assert_int_equal(simple(XEN_DOMCTL_getdomaininfo, 2), 0);
    assert_int_equal(info->max_pages, 77);
    assert_int_equal(info->tot_pages, 0);
    assert_int_equal(info->shared_info_frame, 0x1234);
    assert_int_equal(simple(XEN_DOMCTL_getdomaininfo, 1), 0);
    assert_int_equal(op.domain, 1);
    created(0);
    destroy(2);
    assert_int_equal(simple(XEN_DOMCTL_getdomaininfo, 2), 0); /* the next one */
    assert_int_equal(op.domain, 3);
    assert_int_equal(info->domain, 3);
    assert_int_equal(simple(XEN_DOMCTL_getdomaininfo, 4), -XEN_ESRCH);
    assert_int_equal(simple(XEN_DOMCTL_getdomaininfo, DOMID_SELF), -XEN_EINVAL);
    destroy(3);
}

/* What happens to it is the toolstack's to say. */
static void one_that_shut_down_stays_until_it_is_destroyed(void **state) {
    struct domain *d = created(0);
    evtchn_port_t port;

    (void)state;
    assert_int_equal(event_bind_virq(&dom0->event, VIRQ_DOM_EXC, 0, &port), 0);
    give_vcpu(2);
    assert_int_equal(simple(XEN_DOMCTL_unpausedomain, 2), 0);
    domain_shutdown(d, SHUTDOWN_reboot);
    assert_true(event_port_is_pending(&dom0->event, port));
    work();
    assert_ptr_equal(domain_by_id(2), d);
    assert_int_equal(flags_of(2) & ~0xfu,
                     XEN_DOMINF_hvm_guest * 0 +
                         (XEN_DOMINF_hap | (uint32_t)SHUTDOWN_reboot << XEN_DOMINF_shutdownshift));
    assert_true(flags_of(2) & XEN_DOMINF_shutdown);
    assert_int_equal(d->vcpu[0]->sched.pause_count, 1);
    assert_int_equal(simple(XEN_DOMCTL_resumedomain, 2), 0);
    assert_int_equal(d->state, DOMAIN_RUNNING);
    assert_int_equal(d->vcpu[0]->sched.pause_count, 0);
    assert_int_equal(simple(XEN_DOMCTL_resumedomain, 2), 0); /* no error either */
    work();
    domain_shutdown(d, SHUTDOWN_poweroff);
    work();
    assert_ptr_equal(domain_by_id(2), d);
    dom0->shared_info->evtchn_pending[0] = 0;
    destroy(2);
    assert_true(event_port_is_pending(&dom0->event, port));
    expect_all_back();
}

/* An interrupted xl: the call is made anew, by another program, and does the rest. */
static void an_interrupted_destruction_is_gone_on_with(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {0};

    (void)state;
    created(0);
    give_vcpu(2);
    begin(XEN_DOMCTL_destroydomain, 2);
    args[0] = fake_put(AT, &op, sizeof(op)).v;
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
    assert_int_equal(hypercall_table[__HYPERVISOR_domctl](dom0->vcpu[0], args), HYPERCALL_AGAIN);
    assert_int_equal(domain_by_id(2)->state, DOMAIN_CREATED); /* a look, before all that at once */
    assert_int_equal(hypercall_table[__HYPERVISOR_domctl](dom0->vcpu[0], args), HYPERCALL_AGAIN);
    fake_board.pending[FAKE_UART_IRQ] = false;
    assert_true(flags_of(2) & XEN_DOMINF_dying);
    assert_int_equal(simple(XEN_DOMCTL_unpausedomain, 2), 0);
    destroy(2);
    expect_all_back();
}

/* ---- The rest ---- */

static void memory_limits_are_kept_as_they_were_set(void **state) {
    struct domain *d = created(0);

    (void)state;
    begin(XEN_DOMCTL_max_mem, 2);
    op.u.max_mem.max_memkb = 66560;
    assert_int_equal(call(), 0);
    assert_int_equal(d->max_frames, 16640);
    op.u.max_mem.max_memkb = ~0ull;
    assert_int_equal(call(), 0);
    assert_int_equal(simple(XEN_DOMCTL_get_paging_mempool_size, 2), 0);
    assert_int_equal(op.u.paging_mempool.size, 65536);
    op.cmd = XEN_DOMCTL_set_paging_mempool_size;
    op.u.paging_mempool.size = 1835008;
    assert_int_equal(call(), 0);
    assert_int_equal(d->space.pt.block_limit, 1835008 >> 14);
    op.u.paging_mempool.size = 1835009;
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.paging_mempool.size = 1ull << 40;
    assert_int_equal(call(), -XEN_EINVAL);
    assert_int_equal(simple(XEN_DOMCTL_get_paging_mempool_size, 2), 0);
    assert_int_equal(op.u.paging_mempool.size, 1835008);
    destroy(2);
    expect_all_back();
}

/* The caches go in steps of their own, each of which an interrupt may end. */
static void a_flush_gives_way_and_is_gone_on_with(void **state) {
    (void)state;
    created(0);
    begin(XEN_DOMCTL_cacheflush, 2);
    op.u.cacheflush.nr_pfns = 1;
    assert_int_equal(call(), 0);
    assert_int_equal(again_count, 0);
    unsigned int before = fake_cache_flushes;
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
    assert_int_equal(call(), 0);
    assert_int_equal(again_count, FAKE_FLUSH_STEPS - 1);
    assert_int_equal(fake_cache_flushes - before, 1);
    fake_board.pending[FAKE_UART_IRQ] = false;
    op.u.cacheflush.nr_pfns = 1u << 18;
    op.u.cacheflush.start_pfn = ~0ull - (1u << 18);
    assert_int_equal(call(), 0);
    op.u.cacheflush.start_pfn++; /* beyond the end of all numbers */
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.cacheflush.start_pfn = 0;
    op.u.cacheflush.nr_pfns++;
    assert_int_equal(call(), -XEN_EINVAL);
    destroy(2);
}

static void bitmaps_are_checked(void **state) {
    struct xenctl_bitmap *map = &op.u.nodeaffinity.nodemap;
    uint8_t *bytes;

    (void)state;
    created(0);
    begin(XEN_DOMCTL_setnodeaffinity, 2);
    map_at(map, 1025, 1);
    assert_int_equal(call(), -XEN_EINVAL);
    map->nr_bits = 1024;
    assert_int_equal(call(), 0);
    map->bitmap.q |= 1ull << 32;
    assert_int_equal(call(), -XEN_EFAULT);
    map->bitmap.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    map_at(map, 0, 0xff);
    assert_int_equal(call(), -XEN_EINVAL); /* no bit of it counts */
    op.cmd = XEN_DOMCTL_getnodeaffinity;
    bytes = map_at(map, 32, 0);
    assert_int_equal(call(), 0);
    assert_int_equal(bytes[0], 1);
    assert_int_equal(bytes[3], 0);
    assert_int_equal(bytes[4], 0xaa);
    map->bitmap.q |= 1ull << 32;
    assert_int_equal(call(), -XEN_EFAULT);
    map->bitmap.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    map->nr_bits = 1025;
    assert_int_equal(call(), -XEN_EINVAL);
    destroy(2);
}

/* There are fewer owners of memory than there may be ids: without one there is no domain, and what
 * was made of it is gone. */
static void without_an_owner_there_is_no_domain(void **state) {
    int owners[PAGE_POOLS];
    unsigned int count = 0;

    (void)state;
    while ((owners[count] = domain_owner_take()) >= 0) {
        assert_true(owners[count] >= (int)DOMAIN_OWNER_FIRST && owners[count] < (int)PAGE_POOLS);
        count++;
    }
    assert_int_equal(owners[count], -XEN_ENOMEM);
    assert_int_equal(owners[0], DOMAIN_MAX + 1); /* the boot's are those up to there */
    assert_int_equal(count, PAGE_POOLS - DOMAIN_MAX - 1);
    begin_create(0);
    assert_int_equal(call(), -XEN_ENOMEM);
    while (count > 0) {
        domain_owner_give((unsigned int)owners[--count]);
    }
    domain_owner_give(0); /* the boot's are nobody's to give */
    assert_non_null(created(0));
    destroy(2);
    expect_all_back();
}

/* ---- Memory of those that are gone ---- */

/* @count times 2 MiB for that domain, from the beginning of its bank on. */
static int32_t populate(domid_t id, uint32_t count) {
    struct xen_memory_reservation r = {.domid = id,
                                       .nr_extents = count,
                                       .extent_order = 9,
                                       .extent_start.q = FAKE_GUEST_VA + ELSE};
    uint32_t args[HYPERCALL_ARGS] = {XENMEM_populate_physmap, fake_put(AT, &r, sizeof(r)).v};
    int32_t result;

    begin(XEN_DOMCTL_max_mem, id);
    op.u.max_mem.max_memkb = count << 11;
    assert_int_equal(call(), 0);
    fake_put(AT, &r, sizeof(r));
    for (uint32_t i = 0; i < count; i++) {
        xen_pfn_t first = (PV_RAM_GPA >> PAGE_SHIFT) + (i << 9);

        fake_put(ELSE + i * (uint32_t)sizeof(first), &first, sizeof(first));
    }
    do {
        result = hypercall_table[__HYPERVISOR_memory_op](dom0->vcpu[0], args);
    } while (result == HYPERCALL_AGAIN);
    return result;
}

#define MOST (FAKE_RAM_MIB / 2 - 2) /* of 2 MiB, of which not two domains can have so many */

/* Destruction does not wait until all is overwritten; who needs the memory does that. */
static void what_the_gone_had_is_brought_to_who_needs_it(void **state) {
    (void)state;
    created(0);
    assert_int_equal(populate(2, MOST), MOST);
    destroy(2);
    assert_true(page_dirty_count() >= MOST * 512);
    assert_int_equal(created(0)->id, 3);
    assert_int_equal(populate(3, MOST), MOST);
    destroy(3);
    expect_all_back();
    /* Nothing is to come from one that is there. */
    assert_int_equal(created(0)->id, 4);
    assert_int_equal(populate(4, MOST), MOST);
    assert_int_equal(created(0)->id, 5);
    assert_true(populate(5, MOST) <= 2);
    destroy(5);
    destroy(4);
    expect_all_back();
}

/* Its MiBs come one by one, not when the last is overwritten. */
static void a_mib_comes_as_soon_as_it_is_overwritten(void **state) {
    (void)state;
    created(0);
    assert_int_equal(populate(2, MOST), MOST);
    destroy(2);
    assert_int_equal(created(0)->id, 3);
    assert_int_equal(populate(3, 4), 4);
    assert_true(page_dirty_count() >= (MOST - 6) * 512);
    destroy(3);
    expect_all_back();
}

/* All frames are others': the pages of a domain and of its vCPU come from what is overwritten. */
static void the_last_frames_are_brought_too(void **state) {
    uint32_t all[FAKE_RAM_MIB * FRAMES_PER_MIB];
    uint32_t count = 0;

    (void)state;
    created(0);
    assert_int_equal(populate(2, 1), 1);
    for (mfn_t m; !mfn_eq(m = page_alloc(DOMID_XEN), INVALID_MFN);) {
        all[count++] = m.v;
    }
    begin_create(0);
    assert_int_equal(call(), -XEN_ENOMEM);
    destroy(2);
    assert_int_equal(created(0)->id, 3);
    for (mfn_t m; !mfn_eq(m = page_alloc(DOMID_XEN), INVALID_MFN);) {
        all[count++] = m.v;
    }
    give_vcpu(3);
    destroy(3);
    while (count > 0) {
        page_put(mfn(all[--count]));
    }
    expect_all_back();
}

/* Neither has anybody to wait for the number of one that is gone. */
static void an_owner_is_brought_as_memory_is(void **state) {
    unsigned int owners[PAGE_POOLS];
    unsigned int count = 0;

    (void)state;
    created(0);
    assert_int_equal(populate(2, 1), 1);
    for (int owner; (owner = domain_owner_take()) >= 0;) {
        owners[count++] = (unsigned int)owner;
    }
    begin_create(0);
    assert_int_equal(call(), -XEN_ENOMEM);
    destroy(2);
    assert_int_equal(created(0)->id, 3);
    destroy(3);
    while (count > 0) {
        domain_owner_give(owners[--count]);
    }
    expect_all_back();
}

/* The hypervisor's memory ends at each point of a creation in turn. */
static void without_memory_nothing_is_left(void **state) {
    static void *taken[4096];
    int32_t result = -XEN_ENOMEM;
    unsigned int left;

    (void)state;
    for (left = 0; result == -XEN_ENOMEM; left++) {
        unsigned int count = 0;

        while (heap_free_pages() > left && (taken[count] = heap_alloc(0)) != NULL) {
            assert_true(++count < 4096);
        }
        begin_create(0);
        result = call();
        while (count > 0) {
            heap_free(taken[--count], 0);
        }
        work();
        if (result == -XEN_ENOMEM) {
            assert_null(domain_from(2));
            expect_all_back();
        }
    }
    assert_int_equal(result, 0);
    assert_true(left > 2);
    destroy(op.domain);
    expect_all_back();
}

static void there_is_one_node_one_width_and_one_cache(void **state) {
    (void)state;
    created(0);
    begin(XEN_DOMCTL_setnodeaffinity, 2);
    uint8_t *bytes = map_at(&op.u.nodeaffinity.nodemap, 8, 1);
    assert_int_equal(call(), 0);
    map_at(&op.u.nodeaffinity.nodemap, 8, 2);
    assert_int_equal(call(), -XEN_EINVAL);
    op.cmd = XEN_DOMCTL_getnodeaffinity;
    assert_int_equal(call(), 0);
    assert_int_equal(bytes[0], 1);
    begin(XEN_DOMCTL_set_address_size, 2);
    op.u.address_size.size = 32;
    assert_int_equal(call(), 0);
    op.u.address_size.size = 64;
    assert_int_equal(call(), -XEN_EINVAL);
    begin(XEN_DOMCTL_cacheflush, 2);
    op.u.cacheflush.start_pfn = 1u << 20;
    op.u.cacheflush.nr_pfns = 1u << 18;
    unsigned int before = fake_cache_flushes;
    assert_int_equal(call(), 0);
    assert_true(fake_cache_flushes > before);
    op.u.cacheflush.nr_pfns++;
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.cacheflush.start_pfn = ~0ull;
    op.u.cacheflush.nr_pfns = 2;
    assert_int_equal(call(), -XEN_EINVAL);
    begin(XEN_DOMCTL_setdomainhandle, 2);
    memset(op.u.setdomainhandle.handle, 7, 16);
    assert_int_equal(call(), 0);
    flags_of(2);
    assert_int_equal(op.u.getdomaininfo.handle[15], 7);
    destroy(2);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(a_domu_learns_nothing),
        test(wrong_calls_are_refused),
        test(a_new_domain_is_empty_and_paused),
        test(ids_go_upwards_and_rest),
        test(what_is_not_there_is_not_promised),
        test(what_is_just_allowed_is_accepted),
        test(each_call_has_its_domains),
        test(what_has_no_result_is_not_written),
        test(there_is_a_limit),
        test(a_half_made_domain_can_be_destroyed),
        test(one_that_nobody_goes_on_with_is_replaced),
        test(made_up_progress_makes_nothing),
        test(vcpus_are_those_that_were_asked_for),
        test(registers_are_read_back),
        test(affinity_is_kept_and_what_counts_told),
        test(what_is_preferred_is_not_what_is_allowed),
        test(weight_and_cap_are_the_domains),
        test(a_domain_is_made_real_time),
        test(more_than_the_cpu_has_is_refused),
        test(a_share_is_waited_for),
        test(a_pool_is_chosen_among_two),
        test(the_first_unpause_starts_it),
        test(a_first_unpause_that_gives_way_is_gone_on_with),
        test(pauses_are_counted),
        test(a_toolstack_sees_what_it_is),
        test(one_that_shut_down_stays_until_it_is_destroyed),
        test(an_interrupted_destruction_is_gone_on_with),
        test(memory_limits_are_kept_as_they_were_set),
        test(a_flush_gives_way_and_is_gone_on_with),
        test(bitmaps_are_checked),
        test(without_an_owner_there_is_no_domain),
        test(what_the_gone_had_is_brought_to_who_needs_it),
        test(a_mib_comes_as_soon_as_it_is_overwritten),
        test(the_last_frames_are_brought_too),
        test(an_owner_is_brought_as_memory_is),
        test(without_memory_nothing_is_left),
        test(there_is_one_node_one_width_and_one_cache),
    };

    console_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
