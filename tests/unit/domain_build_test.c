/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains are built as the tree asks, again after a reboot, and what fails leaves nothing
 * behind. */
/* links: core/hypercall */
#include "core/build/domain_build.h"

#include "core/build/domain_build_record.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_list.h"
#include "core/domain/domain_sched.h"
#include "core/event/pirq.h"

#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arch.h"
#include "core/base/printk.h"
#include "core/base/steps.h"
#include "core/build/domain_load.h"
#include "core/build/guest_hw.h"
#include "core/domain/vcpu.h"
#include "core/mm/heap.h"
#include "core/mm/memory_wait.h"
#include "core/mm/page_pool.h"
#include "core/space/pt_table.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/time/timer.h"
#include "lib/format.h"
#include "support_domain.h"
#include "support_mm.h"

#define KERNEL0     (FAKE_RAM_PA + 0x100000u)
#define KERNEL1     (FAKE_RAM_PA + 0x110000u)
#define RAMDISK     (FAKE_RAM_PA + 0x120100u) /* not on a page */
#define KERNEL_SIZE 0x6001u
#define DISK_SIZE   0x2345u
#define TREE_TEXT   "the tree of domain %u, in RAM from %x on"
#define CONSOLE     7 /* port */
#define STORE       8
#define NEEDED      3 /* frames of the hypervisor's for domu: two vCPUs, the console */

static struct bootinfo boot;
static const char *error;
static struct guest_hw hw;
static unsigned int reap_requests, goes_on, assigned;
static int store_error, console_error, appear_error, create_error, tree_error,
    sched_error; /* domu's */

/* ---- What is around the builder ---- */

#define UNNAMED 100u /* the id of what is allocated and not a domain yet */

struct domain *domain_alloc(void) {
    return support_domain_add(UNNAMED, 0);
}

int domain_init(struct domain *d, domid_t id, const char *name) {
    if (create_error && id != 0) {
        support_domain_remove(d);
        return create_error;
    }
    domain_list_remove(d);
    d->id = id;
    d->state = DOMAIN_CREATED;
    strncpy(d->name, name, sizeof(d->name) - 1);
    space_init(&d->space, id);
    event_domain_init(&d->event, id, d->shared_info);
    grant_domain_init(&d->grant, &d->space);
    (void)domain_list_add(d);
    return 0;
}

int domain_appear(struct domain *d) {
    (void)d;
    return appear_error;
}

void domain_free(struct domain *d) {
    support_domain_remove(d);
}

int domain_start(struct domain *d) {
    d->state = DOMAIN_RUNNING;
    return 0;
}

int domain_kill(struct domain *d) {
    d->state = DOMAIN_DYING;
    reap_requests++;
    return 0;
}

/* Its last reference is gone. */
void domain_reap_request(struct domain *d) {
    assert_int_equal(d->references, 0);
    goes_on++;
}

int pirq_assign(struct event_domain *e, unsigned int irq) {
    (void)e;
    assigned++;
    return irq < IRQ_MAX ? 0 : -XEN_EINVAL;
}

int domain_sched_set(struct domain *d, const struct sched_params *params) {
    d->vcpu[0]->sched.params = *params;
    return d->id == 0 ? 0 : sched_error;
}

int console_ring_init(struct console_domain *c, struct xencons_interface *ring,
                      evtchn_port_t *port) {
    static const uint8_t zero[PAGE_SIZE];

    assert_memory_equal(ring, zero, PAGE_SIZE);
    c->ring = console_error ? NULL : ring;
    *port = CONSOLE;
    return console_error;
}

int event_alloc_unbound(struct event_domain *e, domid_t remote, evtchn_port_t *port) {
    (void)e;
    assert_int_equal(remote, 0);
    *port = STORE;
    return store_error;
}

int guest_hw_assign(const struct bootinfo *b, char *text) {
    (void)b;
    (void)text;
    return 0;
}

int guest_hw_collect(const struct bootinfo *b, unsigned int index, struct guest_hw *out,
                     char *text) {
    (void)b;
    (void)text;
    *out = index == 0 ? hw : (struct guest_hw){0};
    return 0;
}

int guest_fdt_build(const struct bootinfo *b, unsigned int index, const struct guest_layout *layout,
                    void *buf, size_t size, char *text) {
    assert_ptr_equal(b, &boot);
    if (tree_error && index != 0) {
        format_text(text, PRINTK_MAX, "no tree for number %u", index);
        return tree_error;
    }
    return (int)format_text(buf, size, TREE_TEXT, index, layout->ram_start.v) + 1;
}

/* ---- The machine: images in memory, nothing else in use ---- */

static uint8_t image_byte(maddr_t at) {
    return (uint8_t)(at.v * 13 + (at.v >> 8));
}

static void fill(struct boot_module module) {
    for (uint32_t i = 0; i < module.size; i++) {
        maddr_t at = maddr(module.start.v + i);

        fake_frame(maddr_to_mfn(at))[at.v & ~PAGE_MASK] = image_byte(at);
    }
}

static void power_on(void) {
    static const struct maddr_range ram = {{FAKE_RAM_PA}, FAKE_RAM_MIB * MIB};
    static const struct maddr_range modules = {{FAKE_RAM_PA}, 3 * MIB};

    memset(fake_ram, 0xa5, sizeof(fake_ram)); /* left there by the last boot */
    memory_waiting = 0;
    mm_setup(); /* heap and board; the frames anew, without the modules */
    background_setup();
    fake_mm_init();
    pt_blocks = NULL;
    pt_units = NULL;
    assert_int_equal(page_init_early(&ram, 1, &modules, 1), 0);
}

static int setup(void **state) {
    static const struct boot_domain dom0 = {
        .name = "dom0",
        .is_dom0 = true,
        .memory = 6 * MIB,
        .vcpu_count = 1,
        .kernel = {{KERNEL0}, KERNEL_SIZE},
        .bootargs = "",
        .weight = 256,
        .table_memory = PT_LIMIT_MIN,
    };
    static const struct boot_domain domu = {
        .name = "guest",
        .id = 1,
        .memory = 5 * MIB,
        .vcpu_count = 2,
        .kernel = {{KERNEL1}, KERNEL_SIZE},
        .ramdisk = {{RAMDISK}, DISK_SIZE},
        .bootargs = "",
        .weight = 512,
        .cap = 50,
        .table_memory = PT_LIMIT_MIN,
    };

    (void)state;
    power_on();
    fill(dom0.kernel);
    fill(domu.kernel);
    fill(domu.ramdisk);
    boot = (struct bootinfo){.domain_count = 2, .domain = {dom0, domu}};
    hw = (struct guest_hw){
        .io_count = 1, .io = {{{0x60000000}, 0x2000}}, .pirq_count = 2, .pirq = {5, 9}};
    reap_requests = assigned = 0;
    store_error = console_error = appear_error = create_error = tree_error = sched_error = 0;
    sched_edf_set_figures(&(struct sched_figures){.reserve_percent = 5});
    return 0;
}

static void build(void) {
    if (domain_build_all(&boot, &error)) {
        fail_msg("%s", error);
    }
}

/* One of the domains is not built, for that reason; it does not hinder another. */
static void check_refused(const char *sentence) {
    static char printed[1024];
    uint32_t position = printk_log_end();
    int err = domain_build_all(&boot, &error);
    assert_int_equal(err, boot.domain_count == 1 ? -XEN_EINVAL : 0);
    printed[printk_log_read(&position, printed, sizeof(printed) - 1)] = '\0';
    if (!strstr(printed, sentence)) {
        fail_msg("'%s', not '%s'", printed, sentence);
    }
}

/* ---- What must be in a domain ---- */

static uint8_t guest_byte(const struct domain *d, uint32_t gpa) {
    mfn_t frame = p2m_to_mfn(&d->space.p2m, gpaddr_to_gfn(gpaddr(gpa)));

    assert_false(mfn_eq(frame, INVALID_MFN));
    return fake_frame(frame)[gpa & ~PAGE_MASK];
}

static void check_image(const struct domain *d, uint32_t gpa, struct boot_module module) {
    for (uint32_t i = 0; i < module.size; i++) {
        assert_int_equal(guest_byte(d, gpa + i), image_byte(maddr(module.start.v + i)));
    }
}

static void check_tree(const struct domain *d, unsigned int index, uint32_t ram_start) {
    char text[80];
    size_t size = format_text(text, sizeof(text), TREE_TEXT, index, ram_start) + 1;
    uint32_t tree = d->vcpu[0]->arch.fdt;

    for (uint32_t i = 0; i < size; i++) {
        assert_int_equal(guest_byte(d, tree + i), text[i]);
    }
}

static void check_guest(void) {
    struct domain *d = domain_by_id(1);

    assert_non_null(d);
    assert_string_equal(d->name, "guest");
    assert_int_equal(d->state, DOMAIN_RUNNING);
    assert_false(d->is_privileged);
    assert_int_equal(d->vcpu_count, 2);
    assert_int_equal(d->vcpu[0]->arch.entry, PV_RAM_GPA + 0x8000);
    assert_int_equal(d->vcpu[0]->page->arch_level, arch_cpu_level());
    assert_int_equal(d->vcpu[0]->sched.params.weight, 512);
    assert_int_equal(d->vcpu[0]->sched.params.cap, 50);
    assert_int_equal(d->space.p2m.count, 5 * FRAMES_PER_MIB);
    check_image(d, PV_RAM_GPA + 0x8000, boot.domain[1].kernel);
    check_image(d, d->vcpu[0]->arch.fdt + GUEST_FDT_MAX, boot.domain[1].ramdisk);
    check_tree(d, 1, PV_RAM_GPA);
    assert_int_equal(d->hvm_params[HVM_PARAM_CONSOLE_PFN], PV_MAGIC_CONSOLE_GFN);
    assert_int_equal(d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN], CONSOLE);
    uint32_t console = p2m_lookup(&d->space.p2m, gfn(PV_MAGIC_CONSOLE_GFN));
    assert_int_equal(p2m_entry_type(console), P2M_SHARED);
    assert_ptr_equal(fake_frame(p2m_entry_mfn(console)), d->console.ring);
}

static void both_domains_are_built(void **state) {
    unsigned int flushes = fake_cache_flushes;
    struct domain *d;

    (void)state;
    build();
    assert_int_equal(fake_cache_flushes - flushes, boot.domain_count); /* nothing old is fetched */
    check_guest();
    d = domain_by_id(0);
    assert_true(d->is_privileged);
    assert_true(d->is_direct_mapped);
    uint32_t ram = d->space.p2m.base.v << PAGE_SHIFT;
    assert_int_equal(ram % (2 * MIB), 0);
    for (uint32_t i = 0; i < 6 * FRAMES_PER_MIB; i++) {
        assert_int_equal(p2m_to_mfn(&d->space.p2m, gfn(d->space.p2m.base.v + i)).v,
                         d->space.p2m.base.v + i);
    }
    check_image(d, ram + 0x8000, boot.domain[0].kernel);
    check_tree(d, 0, ram);
    assert_int_equal(d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN], 0);
    uint32_t io = p2m_lookup(&d->space.p2m, gfn(0x60001));
    assert_int_equal(p2m_entry_type(io), P2M_DEVICE);
    assert_int_equal(p2m_entry_mfn(io).v, 0x60001);
    assert_int_equal(assigned, 2);
    mm_check();
}

/* ---- Restarts ---- */

static void destroy_vcpus(struct domain *d) {
    while (d->vcpu_count > 0) {
        vcpu_destroy(d->vcpu[--d->vcpu_count]);
    }
}

/* As domain_reap.c does it, without the rest of the machine. */
static void *tear_down(struct domain *d) {
    struct domain_build *record = d->build;
    unsigned int pool = d->pool;

    domain_builder.cancel(d);
    destroy_vcpus(d);
    while (d->references != 0) { /* its build's: that sees that it is over */
        assert_true(background_step(BACKGROUND_NEEDED));
    }
    mm_destroy(d);
    while (page_scrub_step(pool)) {
    }
    return record;
}

/* All there is to do, as long as nothing else is. */
static unsigned int work(void) {
    unsigned int steps = 0;

    while (background_step(BACKGROUND_NEEDED) && steps < 100000) {
        steps++;
    }
    assert_in_range(steps, 0, 99999);
    return steps;
}

static unsigned int rebuild(struct domain_build *record) {
    domain_build_again(record);
    return work();
}

static void a_restart_finds_everything_again(void **state) {
    uint32_t free_before;

    (void)state;
    build();
    free_before = page_free_count();
    for (unsigned int i = 0; i < 5; i++) {
        struct domain *d = domain_by_id(1);

        /* What the guest did to its own memory is not seen by the next one. */
        memset(fake_frame(p2m_to_mfn(&d->space.p2m, gfn(PV_RAM_GPA >> PAGE_SHIFT))), 0xee,
               PAGE_SIZE);
        unsigned int steps = rebuild(tear_down(d));
        /* At least one for so many frames, and for so many bytes of the images. */
        assert_in_range(
            steps, 5 * FRAMES_PER_MIB / STEP_BUILD + (KERNEL_SIZE + DISK_SIZE) / STEP_COPY, 600);
        check_guest();
        assert_int_equal(guest_byte(domain_by_id(1), PV_RAM_GPA), 0);
        assert_int_equal(page_free_count(), free_before);
        mm_check();
    }
    assert_int_equal(reap_requests, 0);
}

/* A guest gives a frame back, and takes it again. */
static void give(struct domain *d, uint32_t g) {
    assert_int_equal(mm_change(d, g, INVALID_MFN, P2M_RAM), 0);
}

static void take(struct domain *d, uint32_t g) {
    while (page_scrub_step(d->pool)) {
    }
    assert_int_equal(page_alloc_at(mfn(g), d->id), 0);
    assert_int_equal(mm_change(d, g, mfn(g), P2M_RAM), 0);
}

/* Take every frame that anybody can have, in pieces so that no MiB is whole; how many. */
static uint32_t hog(mfn_t *taken) {
    uint32_t count = 0;
    mfn_t frame;

    while (frame = page_alloc(DOMID_XEN), !mfn_eq(frame, INVALID_MFN)) {
        taken[count++] = frame;
    }
    return count;
}

/* Whatever others take meanwhile: its RAM is its own, before and after the last frame is
 * scrubbed. */
static void a_restart_keeps_its_memory(void **state) {
    static mfn_t taken[FAKE_RAM_MIB * FRAMES_PER_MIB];
    struct domain *d;

    (void)state;
    build();
    d = domain_by_id(1);
    struct domain_build *record = d->build;
    hog(taken);
    domain_builder.cancel(d);
    destroy_vcpus(d);
    while (pt_destroy_step(&d->space) || p2m_destroy_step(&d->space)) {
        assert_true(mfn_eq(page_alloc(DOMID_XEN), INVALID_MFN));
    }
    support_domain_remove(d);
    rebuild(record); /* what it needs of the hypervisor's is what it had of that */
    check_guest();
    assert_int_equal(page_free_count(), 0);
    mm_check();
}

/* Somebody has the last frame that is needed.  It costs nothing to wait, and what others give back
 * to themselves is no reason to look. */
static void a_restart_waits_for_memory(void **state) {
    static mfn_t taken[FAKE_RAM_MIB * FRAMES_PER_MIB];

    (void)state;
    build();
    struct domain_build *record = tear_down(domain_by_id(1));
    uint32_t count = hog(taken);
    rebuild(record);
    assert_int_equal(reap_requests, 0);
    assert_int_equal(work(), 0);
    struct domain *other = domain_by_id(0);
    give(other, other->space.p2m.base.v);
    while (page_scrub_step(other->pool)) {
    }
    assert_int_equal(work(), 0);
    take(other, other->space.p2m.base.v);
    for (unsigned int i = 1; i <= NEEDED; i++) { /* the last of them is enough, and no sooner */
        assert_int_equal(domain_by_id(1)->state, DOMAIN_CREATED);
        page_put(taken[count - i]);
        while (background_step(BACKGROUND_SPARE)) {
        }
        assert_true(work() > 0);
    }
    check_guest();
    mm_check();
}

/* The end of a domain waits for its build, and that for memory which only this end may bring. */
static void a_build_lets_go_of_who_is_killed(void **state) {
    static mfn_t taken[FAKE_RAM_MIB * FRAMES_PER_MIB];

    (void)state;
    build();
    assert_int_equal(domain_by_id(1)->references, 0);
    struct domain_build *record = tear_down(domain_by_id(1));
    hog(taken);
    rebuild(record);
    struct domain *d = domain_by_id(1);
    assert_int_equal(d->references, 1);
    assert_int_equal(domain_kill(d), 0);
    goes_on = 0;
    domain_builder.cancel(d);
    work();
    assert_int_equal(goes_on, 1);
    tear_down(d);
}

/* One frame of its RAM is still in use by somebody, as one could that has it mapped. */
static void a_restart_waits_for_its_last_frame(void **state) {
    mfn_t frame;

    (void)state;
    build();
    frame = p2m_to_mfn(&domain_by_id(1)->space.p2m, gfn((PV_RAM_GPA >> PAGE_SHIFT) + 700));
    page_get(frame);
    rebuild(tear_down(domain_by_id(1)));
    assert_int_equal(domain_by_id(1)->state, DOMAIN_CREATED);
    assert_int_equal(work(), 0);
    page_put(frame);
    while (background_step(BACKGROUND_SPARE)) {
    }
    work();
    check_guest();
    mm_check();
}

/* Another guest has dirty frames at every moment: not one piece more is done for it. */
static void a_ballooning_guest_delays_no_restart(void **state) {
    struct domain *other;
    unsigned int alone, beside = 0;

    (void)state;
    build();
    alone = rebuild(tear_down(domain_by_id(1)));
    other = domain_by_id(0);
    domain_build_again(tear_down(domain_by_id(1)));
    for (bool more = true; more; beside += more) {
        uint32_t g = other->space.p2m.base.v + beside * 67 % other->space.p2m.count;

        give(other, g);
        assert_int_equal(page_pool_dirty(other->pool), 1);
        more = background_step(BACKGROUND_NEEDED);
        assert_int_equal(page_pool_dirty(other->pool), 1);
        take(other, g);
    }
    assert_int_equal(beside, alone);
    check_guest();
    mm_check();
}

/* One part of what a failed build holds is given back as that of a domain that ended. */
static void a_restart_without_console_is_given_up(void **state) {
    struct domain *d;
    uint32_t free_before;

    (void)state;
    build();
    struct domain_build *record = tear_down(domain_by_id(1));
    free_before = page_free_count();
    console_error = -XEN_ENOSPC;
    rebuild(record);
    assert_int_equal(work(), 0);
    assert_int_equal(reap_requests, 1);
    d = domain_by_id(1);
    assert_int_equal(d->state, DOMAIN_DYING);
    tear_down(d);
    assert_int_equal(page_free_count(), free_before);
    mm_check();
}

/* There is no domain yet that could be killed: what was kept for it goes by itself. */
static void a_restart_without_a_place_is_given_up(void **state) {
    (void)state;
    build();
    struct domain_build *record = tear_down(domain_by_id(1));
    uint32_t free_before = page_free_count();
    unsigned int heap_before = heap_free_pages();
    appear_error = -XEN_ENOSPC;
    rebuild(record);
    assert_null(domain_by_id(1));
    assert_int_equal(reap_requests, 0);
    assert_int_equal(page_free_count(), free_before);
    /* Its frame map's. */
    assert_true(heap_free_pages() > heap_before);
    /* All that the domain had can be another's; one MiB has dom0's vCPU page. */
    for (uint32_t mibs = FAKE_RAM_MIB - 3 - 6 - 1; mibs > 0; mibs--) {
        assert_false(mfn_eq(page_alloc_mib(DOMID_XEN, 1, 1), INVALID_MFN));
    }
}

static void pass(uint64_t ns) {
    fake_advance(ns);
    if (fake_board.pending[FAKE_ONESHOT_IRQ]) {
        devices.oneshot->ack();
        timer_interrupt();
    }
}

/* Not more often than once a second, however soon it ended. */
static void a_restart_waits_for_its_time(void **state) {
    (void)state;
    build();
    clock_init();
    timer_queue_init();
    struct domain_build *record = tear_down(domain_by_id(1));
    domain_builder.restart(record, clock_now());
    pass(900000000);
    assert_null(domain_by_id(1));
    assert_int_equal(work(), 0);
    pass(200000000);
    work();
    check_guest();
    record = tear_down(domain_by_id(1));
    domain_builder.restart(record, 0); /* long ago */
    pass(1000);
    work();
    check_guest();
}

/* Whom dom0's store is to know: a channel for it, and no page yet.  It is not built again. */
static void a_domain_has_a_channel_to_the_store(void **state) {
    struct domain *d;

    (void)state;
    boot.domain[1].is_enhanced = true;
    build();
    d = domain_by_id(1);
    assert_int_equal(d->hvm_params[HVM_PARAM_STORE_EVTCHN], STORE);
    assert_int_equal(d->hvm_params[HVM_PARAM_STORE_PFN], ~(uint64_t)0);
    d->shutdown_reason = SHUTDOWN_reboot;
    assert_null(domain_builder.keep(d));
    d = domain_by_id(0);
    assert_int_equal(d->hvm_params[HVM_PARAM_STORE_EVTCHN], 0);
    assert_int_equal(d->hvm_params[HVM_PARAM_STORE_PFN], 0);
}

static void without_a_channel_to_the_store_it_is_not_built(void **state) {
    (void)state;
    boot.domain[1].is_enhanced = true;
    store_error = -XEN_ENOSPC;
    check_refused("no event channel for its store");
}

/* Who rebooted, and who crashed and asked for that. */
static void who_is_kept_starts_again(void **state) {
    struct domain *d;

    (void)state;
    build();
    d = domain_by_id(1);
    d->shutdown_reason = SHUTDOWN_reboot;
    assert_ptr_equal(domain_builder.keep(d), d->build);
    d->shutdown_reason = SHUTDOWN_crash;
    d->restart_on_crash = true;
    assert_ptr_equal(domain_builder.keep(d), d->build);
    d->restart_on_crash = false;
    assert_null(domain_builder.keep(d));
    d->shutdown_reason = SHUTDOWN_poweroff;
    assert_null(domain_builder.keep(d));
}

/* Long runs of the heap that others' tables break up as soon as they are free are not given up. */
static void a_restart_keeps_the_memory_of_its_map(void **state) {
    const uint32_t *entry;

    (void)state;
    build();
    entry = domain_by_id(1)->space.p2m.entry;
    struct domain_build *record = tear_down(domain_by_id(1));
    domain_build_again(record);
    while (!domain_by_id(1) || domain_by_id(1)->space.pt.block_limit == 0) {
        background_step(BACKGROUND_NEEDED);
    }
    while (heap_alloc_dirty(0)) {
    }
    while (!domain_by_id(1)->space.p2m.entry) {
        assert_true(background_step(BACKGROUND_NEEDED));
    }
    assert_ptr_equal(domain_by_id(1)->space.p2m.entry, entry);
}

/* At whatever step it is killed, all of it comes back, and it can be built again. */
static void a_domain_can_be_killed_while_it_is_built(void **state) {
    (void)state;
    build();
    struct domain_build *record = tear_down(domain_by_id(1));
    uint32_t free_before = page_free_count();
    unsigned int end = rebuild(record) - 1;
    tear_down(domain_by_id(1));
    for (unsigned int kill = 2; kill < end; kill++) { /* the first step makes nothing to kill */
        domain_build_again(record);
        for (unsigned int i = 0; i < kill; i++) {
            assert_true(background_step(BACKGROUND_NEEDED));
        }
        struct domain *d = domain_by_id(1);
        assert_int_equal(d->state, DOMAIN_CREATED);
        assert_int_equal(domain_kill(d), 0);
        if (kill % 2) { /* it looks by itself, or when it is told */
            assert_int_equal(work(), 1);
        }
        tear_down(d);
        work();
        assert_int_equal(page_free_count(), free_before);
        assert_false(background_step(BACKGROUND_NEEDED));
    }
    mm_check();
    rebuild(record);
    check_guest();
}

/* ---- Refusals at boot ---- */

static void too_much_memory_is_refused(void **state) {
    (void)state;
    boot.domain[1].memory = 60 * MIB;
    check_refused("guest cannot be built: not so much memory");
}

static void memory_in_pieces_is_not_enough_for_dom0(void **state) {
    (void)state;
    mfn_t middle;

    do {
        middle = page_alloc_mib(DOMID_XEN, 1, 1);
    } while (middle.v < (FAKE_RAM_PA + 16 * MIB) >> PAGE_SHIFT);
    boot.domain[0].memory = 20 * MIB;
    check_refused("dom0 cannot be built: not so much memory in one piece");
}

static void too_much_table_memory_is_refused(void **state) {
    (void)state;
    boot.domain[1].table_memory = 64 * MIB;
    check_refused("guest cannot be built: no memory for its translation tables");
}

static void a_wrong_kernel_is_refused(void **state) {
    (void)state;
    memcpy(fake_frame(maddr_to_mfn(maddr(KERNEL1))), "\177ELF", 4);
    check_refused("guest cannot be built: its kernel is an ELF");
}

/* dom0's end is the board's, but not of one that never ran. */
static void without_a_dom0_that_can_be_built_the_others_run(void **state) {
    (void)state;
    memcpy(fake_frame(maddr_to_mfn(maddr(KERNEL0))), "\177ELF", 4);
    check_refused("Domain dom0 cannot be built: its kernel is an ELF");
    assert_int_equal(domain_by_id(0)->state, DOMAIN_DYING);
    assert_false(domain_by_id(0)->is_privileged);
    check_guest();
}

static void no_domain_at_all_is_an_error(void **state) {
    (void)state;
    memcpy(fake_frame(maddr_to_mfn(maddr(KERNEL0))), "\177ELF", 4);
    memcpy(fake_frame(maddr_to_mfn(maddr(KERNEL1))), "\177ELF", 4);
    assert_int_equal(domain_build_all(&boot, &error), -XEN_EINVAL);
    assert_string_equal(error, "no domain can be started, see above");
}

static void memory_too_small_for_the_images_is_refused(void **state) {
    (void)state;
    boot.domain[1].memory = MIB;
    check_refused("guest cannot be built: its memory is too small");
}

static void registers_where_ram_is_are_refused(void **state) {
    (void)state;
    boot.domain[0] = boot.domain[1];
    boot.domain_count = 1;
    hw.io[0].start = maddr(PV_RAM_GPA + MIB);
    check_refused("a register range or interrupt line");
    power_on();
    hw.io[0].start = maddr(PV_MAGIC_GPA);
    check_refused("no place for its console");
}

static void a_line_that_is_not_there_is_refused(void **state) {
    (void)state;
    hw.pirq[1] = IRQ_MAX;
    check_refused("dom0 cannot be built: a register range or interrupt line");
}

static int teardown(void **state) {
    (void)state;
    support_domain_remove_all();
    return 0;
}

/* Each with its own sentence, and the other domain runs. */
static void what_goes_wrong_on_the_way_is_told(void **state) {
    (void)state;
    create_error = -XEN_ENOMEM;
    check_refused("guest cannot be built: no memory for another domain");
    assert_null(domain_by_id(1));
    teardown(NULL);
    setup(NULL);
    tree_error = -XEN_EINVAL;
    check_refused("guest cannot be built: no tree for number 1");
    assert_int_equal(domain_by_id(1)->state, DOMAIN_DYING);
    teardown(NULL);
    setup(NULL);
    sched_error = -XEN_EINVAL;
    check_refused("guest cannot be built: weight or cap is not valid");
    assert_int_equal(domain_by_id(0)->state, DOMAIN_RUNNING);
}

/* ---- Promises ---- */

static void promise(uint32_t period_us, uint32_t budget_us) {
    boot.domain[1].is_realtime = true;
    boot.domain[1].rt = (struct sched_rt_params){.period_us = period_us, .budget_us = budget_us};
}

static const struct sched_figures figures = {
    .cost_ns = 1000, .stretch_ns = 1000, .reserve_percent = 5};

static void each_vcpu_gets_its_budget(void **state) {
    (void)state;
    sched_edf_set_figures(&figures);
    promise(10000, 4000);
    build();
    for (unsigned int i = 0; i < 2; i++) {
        const struct sched_vcpu *v = &domain_by_id(1)->vcpu[i]->sched;

        assert_true(sched_is_realtime(v));
        assert_int_equal(v->edf.params.budget_us, 4000);
    }
    assert_false(sched_is_realtime(&domain_by_id(0)->vcpu[0]->sched));
}

static void a_promise_that_cannot_be_kept_is_not_made(void **state) {
    (void)state;
    promise(10000, 4000);
    check_refused("the tree has no dacre,rt-cost-ns and dacre,rt-stretch-ns");
    teardown(NULL);
    setup(NULL);
    sched_edf_set_figures(&figures);
    promise(10000, 4800); /* twice that is too much */
    check_refused("its real-time budget is more than the CPU can promise");
    teardown(NULL);
    setup(NULL);
    sched_edf_set_figures(&figures);
    promise(10000, 10001);
    check_refused("its real-time budget is not valid");
    assert_int_equal(domain_by_id(0)->state, DOMAIN_RUNNING);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(both_domains_are_built),
        test(a_restart_finds_everything_again),
        test(a_restart_keeps_its_memory),
        test(a_restart_waits_for_memory),
        test(a_build_lets_go_of_who_is_killed),
        test(a_restart_waits_for_its_last_frame),
        test(a_ballooning_guest_delays_no_restart),
        test(a_restart_without_a_place_is_given_up),
        test(a_restart_waits_for_its_time),
        test(who_is_kept_starts_again),
        test(a_restart_keeps_the_memory_of_its_map),
        test(a_domain_has_a_channel_to_the_store),
        test(without_a_channel_to_the_store_it_is_not_built),
        test(a_domain_can_be_killed_while_it_is_built),
        test(a_restart_without_console_is_given_up),
        test(too_much_memory_is_refused),
        test(memory_in_pieces_is_not_enough_for_dom0),
        test(too_much_table_memory_is_refused),
        test(a_wrong_kernel_is_refused),
        test(memory_too_small_for_the_images_is_refused),
        test(without_a_dom0_that_can_be_built_the_others_run),
        test(no_domain_at_all_is_an_error),
        test(registers_where_ram_is_are_refused),
        test(a_line_that_is_not_there_is_refused),
        test(what_goes_wrong_on_the_way_is_told),
        test(each_vcpu_gets_its_budget),
        test(a_promise_that_cannot_be_kept_is_not_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
