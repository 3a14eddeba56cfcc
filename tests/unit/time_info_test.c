/* SPDX-License-Identifier: GPL-2.0-only */
/* The time that guests read is the hypervisor's, and the wall clock reaches all of them. */
/* links: core/domain */
#include "core/domain/time_info.h"

#include <arch/fake.h>

#include "core/time/clock.h"
#include "core/time/timer.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define SEC 1000000000ull

static int power_on(void **state) {
    (void)state;
    fake_board_init(0xfffff000); /* about to wrap */
    clock_init();
    timer_queue_init();
    time_info_init(0);
    return 0;
}

static int power_off(void **state) {
    (void)state;
    support_domain_remove_all();
    return 0;
}

/* Let @ns pass as a machine does: its timer interrupts are served. */
static void run(uint64_t ns) {
    uint64_t end = fake_board.now + ns;

    while (fake_board.now < end) {
        uint64_t next = fake_board.oneshot_at < end ? fake_board.oneshot_at : end;

        fake_advance(next - fake_board.now);
        if (fake_board.pending[FAKE_ONESHOT_IRQ]) {
            devices.oneshot->ack();
            timer_interrupt();
        }
    }
}

/* What a guest does (arch-arm-pv.h, "Time in nanoseconds"). */
static uint64_t guest_now(const struct vcpu *v) {
    const struct vcpu_time_info *t = &v->page->info.time;
    uint64_t delta = (fake_board.counter - (uint32_t)t->tsc_timestamp) & v->page->counter_mask;

    assert_int_equal(t->version & 1, 0);
    delta <<= t->tsc_shift;
    return t->system_time + (uint64_t)((unsigned __int128)delta * t->tsc_to_system_mul >> 32);
}

static void guests_read_the_same_time(void **state) {
    struct vcpu *v = support_domain_add(0, 1)->vcpu[0];

    (void)state;
    devices.counter.offset = 0x5c;
    time_info_vcpu_init(v);
    clock_start();
    assert_int_equal(v->page->counter_offset, 0x5c);
    assert_int_equal(v->page->counter_hz, FAKE_HZ);
    assert_int_equal(v->page->counter_mask, UINT32_MAX);
    for (unsigned int i = 0; i < 100; i++) {
        run(7 * SEC + 12345);
        assert_int_equal(guest_now(v), clock_now());
    }
}

static void time_info_is_renewed_well_before_a_wrap(void **state) {
    struct vcpu *v = support_domain_add(0, 1)->vcpu[0];
    uint64_t oldest = 0;

    (void)state;
    time_info_vcpu_init(v);
    clock_start();
    for (unsigned int i = 0; i < 400; i++) {
        run(SEC);
        /* A look each second: an age of more than half a wrap would not be missed. */
        uint32_t age = *devices.counter.reg - (uint32_t)v->page->info.time.tsc_timestamp;
        oldest = age > oldest ? age : oldest;
    }
    assert_in_range(oldest, 1, UINT32_MAX / 2);
}

static void a_guest_that_breaks_its_version_gets_an_even_one(void **state) {
    struct vcpu *v = support_domain_add(0, 1)->vcpu[0];

    (void)state;
    time_info_vcpu_init(v);
    uint32_t before = v->page->info.time.version;
    clock_update();
    assert_int_equal(v->page->info.time.version, before + 2);
    v->page->info.time.version = 7;
    clock_update();
    assert_int_equal(v->page->info.time.version & 1, 0);
}

static void wall_clock_reaches_all_domains(void **state) {
    struct domain *a = support_domain_add(0, 1), *b = support_domain_add(1, 1);

    (void)state;
    time_info_set_wallclock(1000000000000ull, 5, 3 * SEC + 10);
    assert_int_equal(a->shared_info->wc_version, 2);
    for (unsigned int i = 0; i < 2; i++) {
        const struct shared_info *s = (i == 0 ? a : b)->shared_info;

        assert_int_equal(s->wc_sec | (uint64_t)s->wc_sec_hi << 32, 1000000000000ull - 4);
        assert_int_equal(s->wc_nsec, SEC - 5);
    }
    struct domain *late = support_domain_add(2, 1);
    time_info_domain_init(late);
    assert_int_equal(late->shared_info->wc_nsec, SEC - 5);
}

/* What the board's clock says at boot, to the second. */
static void the_date_at_boot_is_told(void **state) {
    struct domain *d;

    (void)state;
    time_info_init(1700000000);
    d = support_domain_add(0, 1);
    time_info_domain_init(d);
    assert_int_equal(d->shared_info->wc_sec, 1700000000);
    assert_int_equal(d->shared_info->wc_sec_hi, 0);
    assert_int_equal(d->shared_info->wc_nsec, 0);
}

static void a_wall_clock_before_the_epoch_is_the_epoch(void **state) {
    struct domain *d = support_domain_add(0, 1);

    (void)state;
    time_info_set_wallclock(1, 0, 10 * SEC);
    assert_int_equal(d->shared_info->wc_sec, 0);
    assert_int_equal(d->shared_info->wc_sec_hi, 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(guests_read_the_same_time),
        test(time_info_is_renewed_well_before_a_wrap),
        test(a_guest_that_breaks_its_version_gets_an_even_one),
        test(wall_clock_reaches_all_domains),
        test(the_date_at_boot_is_told),
        test(a_wall_clock_before_the_epoch_is_the_epoch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
