/* SPDX-License-Identifier: GPL-2.0-only */
/* A domain from its creation to the last frame: what it gets, what is said at its end, what comes
 * back. */
/* links: core/domain */
#include "core/domain/domain.h"

#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <string.h>

#include "core/base/arch.h"
#include "core/base/percpu.h"
#include "core/console/console.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_list.h"
#include "core/domain/domain_sched.h"
#include "core/domain/time_info.h"
#include "core/domain/vcpu.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/space/pt_table.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/time/timer.h"
#include "new_domain.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define SEC 1000000000ull

static uint32_t frames_before, heap_before, vcpus_before;
static unsigned int cancelled, reset_count;
static struct domain_build *const record = (struct domain_build *)&reset_count;
static bool is_kept;
static const struct domain_build *restarted;
static uint64_t restarted_after;

static void cancel(struct domain *d) {
    (void)d;
    cancelled++;
}

static struct domain_build *keep(const struct domain *d) {
    (void)d;
    return is_kept ? record : NULL;
}

static void restart(struct domain_build *build, uint64_t started) {
    restarted = build;
    restarted_after = started;
}

static const struct domain_builder builder = {.cancel = cancel, .keep = keep, .restart = restart};

static void reset(void) {
    reset_count++;
}

static int power_on(void **state) {
    static const struct maddr_range ram = {{FAKE_RAM_PA}, FAKE_RAM_MIB * MIB};

    (void)state;
    support_domain_remove_all();
    fake_board_init(0);
    background_setup();
    fake_mm_init();
    pt_blocks = NULL;
    pt_units = NULL;
    assert_int_equal(page_init_early(&ram, 1, NULL, 0), 0);
    clock_init();
    timer_queue_init();
    vcpu_idle_init();
    domain_reap_init(false, &builder);
    devices.reset = reset;
    cancelled = reset_count = 0;
    is_kept = false;
    restarted = NULL;
    frames_before = page_free_count();
    heap_before = heap_free_pages();
    vcpus_before = sched_cpus[0].count;
    (void)fake_output();
    return 0;
}

/* All work that there is, while time passes. */
static void work(void) {
    for (unsigned int i = 0; i < 2000; i++) {
        while (background_step(BACKGROUND_NEEDED) && i < 2000) {
            i++;
            fake_advance(SEC / 100);
        }
        fake_advance(SEC / 1000);
        if (fake_board.pending[FAKE_ONESHOT_IRQ]) {
            devices.oneshot->ack();
            timer_interrupt();
        }
    }
}

static struct domain *create(domid_t id, unsigned int vcpu_count) {
    struct domain *d;
    struct vcpu *v;

    assert_int_equal(new_domain(id, "a name of more than thirty-one characters", &d), 0);
    d->pool = (uint8_t)(id + 1);
    d->is_privileged = id == 0;
    assert_int_equal(domain_appear(d), 0);
    for (unsigned int i = 0; i < vcpu_count; i++) {
        assert_int_equal(vcpu_create(d, i, &v), 0);
        assert_ptr_equal(d->vcpu[i], v);
        v->is_initialised = i == 0;
    }
    return d;
}

static void expect_all_back(void) {
    assert_null(domain_next(NULL));
    assert_int_equal(page_free_count() + page_dirty_count(), frames_before);
    assert_int_equal(heap_free_pages(), heap_before);
    assert_int_equal(sched_cpus[0].count, vcpus_before);
    assert_int_equal(fake_shared_maps, 0);
}

static void end(struct domain *d) {
    if (d->state != DOMAIN_DYING) {
        assert_int_equal(domain_kill(d), 0);
    }
    work();
}

static void a_new_domain_is_held_and_empty(void **state) {
    struct domain *d = create(1, 2);

    (void)state;
    assert_int_equal(d->state, DOMAIN_CREATED);
    assert_int_equal(strlen(d->name), DOMAIN_NAME_MAX - 1);
    assert_ptr_equal(domain_by_id(1), d);
    assert_int_equal(d->shared_info->evtchn_mask[0], 0);
    assert_int_equal(d->vcpu[1]->page->vcpu_id, 1);
    assert_int_equal(d->vcpu[1]->page->info.evtchn_upcall_mask, PV_MASK_EVENTS | PV_MASK_FRAME);
    assert_int_equal(d->vcpu[0]->page->counter_hz, FAKE_HZ);
    assert_int_equal(d->vcpu[0]->sched.pause_count, 1);
    end(d);
    expect_all_back();
}

/* One that was never initialised has nothing but its structure. */
static void what_is_not_initialised_has_nothing_to_give_back(void **state) {
    struct domain *d = domain_alloc();

    (void)state;
    assert_non_null(d);
    assert_true(mfn_eq(d->shared_info_mfn, INVALID_MFN));
    domain_free(d);
    expect_all_back();
}

static void an_id_is_given_once(void **state) {
    struct domain *d = create(1, 1), *other;

    (void)state;
    assert_int_equal(new_domain(1, "other", &other), 0);
    assert_int_equal(domain_appear(other), -XEN_EEXIST);
    domain_free(other);
    end(d);
    expect_all_back();
}

/* Whatever is missing, nothing is kept of what there was. */
static void without_memory_nothing_is_made(void **state) {
    static mfn_t taken[FAKE_RAM_MIB * FRAMES_PER_MIB];
    struct domain *d = create(1, 0), *other;
    uint32_t count = 0;
    struct vcpu *v;

    (void)state;
    while (taken[count] = page_alloc(DOMID_XEN), !mfn_eq(taken[count], INVALID_MFN)) {
        count++;
    }
    assert_int_equal(new_domain(2, "other", &other), -XEN_ENOMEM);
    assert_int_equal(vcpu_create(d, 0, &v), -XEN_ENOMEM);
    assert_int_equal(d->vcpu_count, 0);
    while (count > 0) {
        page_put(taken[--count]);
    }
    while (heap_alloc(0)) {
    }
    assert_int_equal(new_domain(2, "other", &other), -XEN_ENOMEM);
    assert_int_equal(vcpu_create(d, 0, &v), -XEN_ENOMEM);
    heap_before = heap_free_pages() + 1; /* the domain's structure */
    end(d);
}

static void vcpus_come_in_order(void **state) {
    struct domain *d = create(1, 1);
    struct vcpu *v;

    (void)state;
    assert_int_equal(vcpu_create(d, 0, &v), -XEN_EEXIST);
    assert_int_equal(vcpu_create(d, 2, &v), -XEN_EINVAL);
    assert_int_equal(vcpu_create(d, DOMAIN_VCPU_MAX, &v), -XEN_EINVAL);
    end(d);
}

static void a_started_domain_runs(void **state) {
    struct domain *d = create(1, 2);
    struct sched_params params = {.weight = 512, .cap = 150};

    (void)state;
    assert_int_equal(domain_resume(d), -XEN_EINVAL);
    assert_int_equal(domain_start(d), 0);
    assert_int_equal(domain_start(d), -XEN_EINVAL);
    assert_ptr_equal(sched_pick(), &d->vcpu[0]->sched);
    assert_ptr_equal(vcpu_current(), d->vcpu[0]);
    assert_int_equal(d->vcpu[1]->sched.state, VCPU_OFFLINE); /* it was not initialised */
    assert_int_equal(domain_sched_set(d, &params), 0);
    params.cap = 201;
    assert_int_equal(domain_sched_set(d, &params), -XEN_EINVAL);
    params = (struct sched_params){0};
    assert_int_equal(domain_sched_set(d, &params), -XEN_EINVAL);
    domain_sched_get(d, &params);
    assert_int_equal(params.weight, 512);
    assert_int_equal(params.cap, 150);
    assert_int_equal(domain_kill(d), 0);
    work();
    assert_non_null(domain_by_id(1)); /* its vCPU has not left the pCPU */
    assert_ptr_equal(sched_pick(), sched_idle());
    work();
    expect_all_back();
}

static const char *said(void) {
    console_flush();
    return fake_output();
}

static void a_shutdown_is_reported_and_dom0_told(void **state) {
    struct domain *dom0 = create(0, 1), *d = create(1, 1);
    evtchn_port_t port;

    (void)state;
    assert_int_equal(event_bind_virq(&dom0->event, VIRQ_DOM_EXC, 0, &port), 0);
    assert_int_equal(domain_start(dom0), 0);
    assert_int_equal(domain_start(d), 0);
    domain_shutdown(d, SHUTDOWN_poweroff);
    assert_int_equal(d->state, DOMAIN_SHUTDOWN);
    assert_true(event_port_is_pending(&dom0->event, port));
    domain_shutdown(d, SHUTDOWN_crash); /* too late */
    work();
    const char *text = said();
    assert_non_null(strstr(text, "domain 1 (a name of more than thirty-one ): shutdown, poweroff"));
    assert_non_null(strstr(text, "domain 1: destroyed, "));
    assert_null(domain_by_id(1));
    assert_int_equal(cancelled, 1);
    assert_null(restarted);
    domain_list_remove(dom0); /* its end would be the board's */
    console_domain_destroy(&dom0->console);
}

static void a_crash_says_why_and_shows_registers(void **state) {
    struct domain *d = create(1, 1);

    (void)state;
    assert_int_equal(domain_start(d), 0);
    domain_crash(d, "it did not know better");
    work();
    const char *text = said();
    assert_non_null(strstr(text, "shutdown, crash"));
    assert_non_null(strstr(text, "domain 1: it did not know better"));
    assert_non_null(strstr(text, "  entry 0"));
    expect_all_back();
}

static void a_crash_that_comes_too_late_is_not_explained(void **state) {
    struct domain *d = create(1, 1);

    (void)state;
    assert_int_equal(domain_start(d), 0);
    fake_advance(SEC);
    domain_shutdown(d, SHUTDOWN_poweroff);
    assert_int_equal(d->stopped, clock_now());
    domain_crash(d, "nobody wants to know");
    assert_int_equal(d->shutdown_reason, SHUTDOWN_poweroff);
    work();
    assert_null(strstr(said(), "nobody wants to know"));
    expect_all_back();
}

static void reasons_have_names(void **state) {
    static const struct {
        uint8_t reason;
        const char *name;
    } reasons[] = {{SHUTDOWN_suspend, "suspend"},
                   {SHUTDOWN_watchdog, "watchdog"},
                   {SHUTDOWN_soft_reset, "soft reset"},
                   {6, "unknown reason"},
                   {99, "unknown reason"}};

    (void)state;
    for (unsigned int i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        struct domain *d = create(1, 1);

        assert_int_equal(domain_start(d), 0);
        domain_shutdown(d, reasons[i].reason);
        work();
        assert_non_null(strstr(said(), reasons[i].name));
    }
    expect_all_back();
}

/* As after a suspend: what was to end it is taken back in time. */
static void a_resumed_domain_goes_on(void **state) {
    struct domain *d = create(1, 1);

    (void)state;
    assert_int_equal(domain_start(d), 0);
    domain_shutdown(d, SHUTDOWN_suspend);
    assert_int_equal(domain_resume(d), 0);
    assert_false(domain_release_step(d));
    work();
    assert_int_equal(d->state, DOMAIN_RUNNING);
    assert_ptr_equal(sched_pick(), &d->vcpu[0]->sched);
    domain_shutdown(d, SHUTDOWN_poweroff);
    assert_ptr_equal(sched_pick(), sched_idle());
    work();
    expect_all_back();
}

/* What it printed is waited for, a second long. */
static void its_last_words_have_a_second(void **state) {
    struct domain *d = create(1, 1);

    (void)state;
    d->console.ring_waiting = true; /* something in its ring does not go out */
    assert_int_equal(domain_kill(d), 0);
    for (unsigned int i = 0; i < 100; i++) {
        d->stopped = clock_now() - 999999999;
        (void)background_step(BACKGROUND_NEEDED);
        assert_int_equal(cancelled, 0);
    }
    d->stopped = clock_now() - 1000000000;
    (void)background_step(BACKGROUND_NEEDED);
    (void)background_step(BACKGROUND_NEEDED);
    (void)background_step(BACKGROUND_NEEDED);
    assert_int_equal(cancelled, 1);
    work();
    expect_all_back();
}

static void a_killed_domain_ends_without_a_word(void **state) {
    struct domain *d = create(1, 1);

    (void)state;
    assert_int_equal(domain_kill(d), 0);
    assert_int_equal(domain_kill(d), -XEN_EINVAL);
    work();
    assert_null(strstr(said(), "shutdown"));
    expect_all_back();
}

static void who_starts_again_is_handed_over_with_its_time(void **state) {
    struct domain *d = create(1, 1);

    (void)state;
    is_kept = true;
    fake_advance(5 * SEC);
    assert_int_equal(domain_start(d), 0);
    uint64_t started = d->started;
    domain_shutdown(d, SHUTDOWN_reboot);
    work();
    assert_ptr_equal(restarted, record);
    assert_int_equal(restarted_after, started);
    expect_all_back();
}

/* What it had open, armed and asked for is gone with it. */
/* The hypervisor's mappings of its pages: its own, its vCPU's and its console's. */
static void nothing_of_it_stays_mapped(void **state) {
    struct domain *d = create(1, 1);
    evtchn_port_t port;

    (void)state;
    void *ring = arch_map_shared(mfn(FAKE_RAM_PA >> PAGE_SHIFT));
    assert_int_equal(console_ring_init(&d->console, ring, &port), 0);
    assert_int_equal(fake_shared_maps, 3);
    end(d);
    expect_all_back();
}

static void nothing_of_it_comes_later(void **state) {
    struct domain *d = create(1, 2), *peer = create(2, 1);
    unsigned int unloaded = fake_unload_count;
    evtchn_port_t mine, its;
    struct evtchn_status status;

    (void)state;
    assert_int_equal(event_alloc_unbound(&peer->event, 1, &its), 0);
    assert_int_equal(event_bind_interdomain(&d->event, &peer->event, its, &mine), 0);
    timer_set(&d->vcpu[0]->singleshot, clock_now() + SEC / 2);
    timer_set(&d->vcpu[0]->poll, clock_now() + SEC / 2);
    timer_set(&d->vcpu[1]->singleshot, clock_now() + SEC / 2);
    timer_set(&d->vcpu[1]->poll, clock_now() + SEC / 2);
    end(d);
    assert_null(timer_queues[0].first);
    assert_int_equal(fake_unload_count, unloaded + 2);
    assert_int_equal(event_status(&peer->event, its, &status), 0);
    assert_int_equal(status.status, EVTCHNSTAT_unbound);
    assert_int_equal(status.u.unbound.dom, 1);
    assert_int_equal(event_send(&peer->event, its), 0); /* to nobody */
    end(peer);
    assert_int_equal(fake_unload_count, unloaded + 3);
    expect_all_back();
}

/* What outlives an entry holds it: nothing but the domain itself is left, under its own name. */
static void who_is_held_stays_until_it_is_let_go(void **state) {
    struct domain *d = create(1, 1), *other;

    (void)state;
    assert_true(domain_get(d));
    assert_true(domain_get(d));
    assert_int_equal(domain_start(d), 0);
    domain_shutdown(d, SHUTDOWN_poweroff);
    work();
    assert_ptr_equal(domain_by_id(1), d);
    assert_int_equal(d->state, DOMAIN_DYING);
    assert_int_equal(d->vcpu_count, 0);
    assert_int_equal(d->space.p2m.count, 0);
    assert_false(domain_get(d)); /* too late for more */
    assert_int_equal(new_domain(1, "other", &other), 0);
    assert_int_equal(domain_appear(other), -XEN_EEXIST);
    domain_free(other);
    domain_put(d);
    work();
    assert_ptr_equal(domain_by_id(1), d);
    assert_null(strstr(said(), "destroyed"));
    domain_put(d);
    work();
    assert_non_null(strstr(said(), "domain 1: destroyed"));
    expect_all_back();
}

/* A reference that goes before the end costs it nothing. */
static void who_was_held_ends_at_once(void **state) {
    struct domain *d = create(1, 1);

    (void)state;
    assert_true(domain_get(d));
    domain_put(d);
    end(d);
    expect_all_back();
}

static void the_end_of_dom0_is_the_boards(void **state) {
    struct domain *d = create(0, 1);
    jmp_buf halted;

    (void)state;
    assert_int_equal(domain_start(d), 0);
    domain_shutdown(d, SHUTDOWN_poweroff);
    fake_halt_jump = &halted;
    if (setjmp(halted) == 0) {
        work();
        fail();
    }
    assert_int_equal(reset_count, 1);
    assert_non_null(strstr(fake_output(), "dom0 has shut down: resetting the board"));
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(a_new_domain_is_held_and_empty),
        test(what_is_not_initialised_has_nothing_to_give_back),
        test(an_id_is_given_once),
        test(a_crash_that_comes_too_late_is_not_explained),
        test(without_memory_nothing_is_made),
        test(vcpus_come_in_order),
        test(a_started_domain_runs),
        test(a_shutdown_is_reported_and_dom0_told),
        test(a_crash_says_why_and_shows_registers),
        test(reasons_have_names),
        test(a_resumed_domain_goes_on),
        test(its_last_words_have_a_second),
        test(a_killed_domain_ends_without_a_word),
        test(who_starts_again_is_handed_over_with_its_time),
        test(nothing_of_it_stays_mapped),
        test(nothing_of_it_comes_later),
        test(who_is_held_stays_until_it_is_let_go),
        test(who_was_held_ends_at_once),
        test(the_end_of_dom0_is_the_boards), /* the last: the log prints synchronously from here on
                                              */
    };

    console_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
