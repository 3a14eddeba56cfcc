/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers: order, stopping, bounds, and how often the hardware is touched. */
/* links: core/time */
#include "core/time/timer.h"

#include <arch/fake.h>
#include <stdlib.h>

#include "core/base/percpu.h"
#include "core/device/irq.h"
#include "core/time/clock.h"
#include "support_cmocka.h"

#define MS   1000000ull
#define MANY 400

struct probe {
    struct timer timer;
    uint64_t fired_at;
    unsigned int count;
};

static uint64_t last_fired;
static unsigned int fired_count;

static void fired(void *data) {
    struct probe *probe = data;

    assert_false(timer_is_set(&probe->timer));
    probe->fired_at = clock_now();
    probe->count++;
    assert_true(probe->timer.deadline >= last_fired);
    last_fired = probe->timer.deadline;
    fired_count++;
}

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    clock_init();
    timer_queue_init();
    last_fired = fired_count = 0;
    return 0;
}

static void serve(void) {
    if (fake_board.pending[FAKE_ONESHOT_IRQ]) {
        devices.oneshot->ack();
        timer_interrupt();
    }
}

static void run(uint64_t ns) {
    uint64_t end = fake_board.now + ns;

    while (fake_board.now < end) {
        uint64_t next = fake_board.oneshot_at < end ? fake_board.oneshot_at : end;

        fake_advance(next > fake_board.now ? next - fake_board.now : 1);
        serve();
    }
}

/* The hardware is set early, and what is left of the time is waited for unless others wait. */
static void an_exact_one_is_woken_early(void **state) {
    struct probe probe = {0};

    (void)state;
    devices.oneshot_late = 2000;
    timer_init(&probe.timer, fired, &probe);
    timer_be_exact(&probe.timer, true);
    timer_set(&probe.timer, 5 * MS);
    assert_in_range(fake_board.oneshot_at, 5 * MS - 2100, 5 * MS - 1900);
    devices.intc->unmask(FAKE_UART_IRQ);
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_advance(5 * MS - 1000);
    serve();
    assert_int_equal(probe.count, 0);
    assert_true(timer_is_set(&probe.timer));
    fake_board.pending[FAKE_UART_IRQ] = false;
    fake_advance(1500);
    serve();
    assert_int_equal(probe.count, 1);
    /* The interrupt came half a microsecond late. */
    assert_int_equal(timer_waited(), 0);
}

static uint32_t waited;

static void note_wait(void *data) {
    (void)data;
    waited = timer_waited();
}

/* Each look at the controller takes a while. */
static bool look_for_a_while(void) {
    fake_advance(10);
    return false;
}

static void how_long_was_waited_is_known(void **state) {
    static struct intc_ops slow;
    const struct intc_ops *real = devices.intc;
    struct timer timer;

    (void)state;
    slow = *real;
    slow.pending = look_for_a_while;
    devices.oneshot_late = 2000;
    timer_init(&timer, note_wait, NULL);
    timer_be_exact(&timer, true);
    timer_set(&timer, 5 * MS);
    fake_advance(5 * MS - 1500);
    devices.intc = &slow;
    timer_interrupt();
    devices.intc = real;
    /* To a step of the counter. */
    assert_in_range(waited, 1500, 1550);
    assert_in_range(clock_now(), 5 * MS, 5 * MS + 50);
    assert_int_equal(timer_waited(), 0);
}

/* Serves two timers of one deadline whose first one wakes somebody; how often the second ran. */
static unsigned int second_of_two(bool first_is_exact) {
    struct probe probe = {0}, next = {0};

    devices.oneshot_late = 1000;
    timer_init(&probe.timer, fired, &probe);
    timer_init(&next.timer, fired, &next);
    timer_be_exact(&probe.timer, first_is_exact);
    timer_be_exact(&next.timer, true);
    timer_set(&probe.timer, 5 * MS);
    timer_set(&next.timer, 5 * MS + 1000);
    fake_advance(5 * MS + 1100);
    this_cpu()->work = PERCPU_WORK_SCHED;
    timer_interrupt();
    this_cpu()->work = 0;
    assert_int_equal(probe.count, 1);
    unsigned int count = next.count;
    timer_settle();
    fake_advance(2000);
    timer_interrupt();
    assert_int_equal(next.count, 1);
    return count;
}

/* Who was woken runs before the next timer's function. */
static void a_timer_behind_an_exact_one_that_woke_somebody_waits(void **state) {
    (void)state;
    assert_int_equal(second_of_two(true), 0);
}

/* It may be of a vCPU with a guarantee, which does not wait for the hardware once more. */
static void a_timer_behind_another_that_woke_somebody_does_not(void **state) {
    (void)state;
    assert_int_equal(second_of_two(false), 1);
}

/* What a pick sets comes first: the hardware is set once. */
static void with_a_pick_to_come_the_hardware_waits_for_it(void **state) {
    struct probe probe = {0}, next = {0};

    (void)state;
    timer_init(&probe.timer, fired, &probe);
    timer_init(&next.timer, fired, &next);
    timer_set(&probe.timer, 5 * MS);
    timer_set(&next.timer, 8 * MS);
    fake_advance(5 * MS + 100);
    this_cpu()->work = PERCPU_WORK_SCHED;
    timer_interrupt();
    this_cpu()->work = 0;
    assert_int_equal(probe.count, 1);
    assert_true(fake_board.oneshot_at > 9 * MS); /* not set */
    timer_settle();
    assert_in_range(fake_board.oneshot_at, 8 * MS, 8 * MS + 100);
}

static void fires_at_its_deadline_once(void **state) {
    struct probe probe = {0};

    (void)state;
    timer_init(&probe.timer, fired, &probe);
    assert_false(timer_is_set(&probe.timer));
    timer_set(&probe.timer, 5 * MS);
    assert_true(timer_is_set(&probe.timer));
    run(20 * MS);
    assert_int_equal(probe.count, 1);
    assert_in_range(probe.fired_at, 5 * MS, 5 * MS + 2000);
}

static void a_past_deadline_fires_soon_but_not_from_the_call(void **state) {
    struct probe probe = {0};

    (void)state;
    timer_init(&probe.timer, fired, &probe);
    fake_advance(9 * MS);
    timer_set(&probe.timer, 1);
    assert_int_equal(probe.count, 0);
    run(MS);
    assert_int_equal(probe.count, 1);
}

static void a_stopped_timer_does_not_fire(void **state) {
    struct probe a = {0}, b = {0};

    (void)state;
    timer_init(&a.timer, fired, &a);
    timer_init(&b.timer, fired, &b);
    timer_set(&a.timer, 2 * MS);
    timer_set(&b.timer, 3 * MS);
    timer_stop(&a.timer);
    timer_stop(&a.timer); /* twice is harmless */
    run(10 * MS);
    assert_int_equal(a.count, 0);
    assert_int_equal(b.count, 1);
}

static void setting_again_moves_it(void **state) {
    struct probe probe = {0};

    (void)state;
    timer_init(&probe.timer, fired, &probe);
    timer_set(&probe.timer, 2 * MS);
    timer_set(&probe.timer, 8 * MS);
    run(5 * MS);
    assert_int_equal(probe.count, 0);
    timer_set(&probe.timer, 6 * MS);
    run(2 * MS);
    assert_int_equal(probe.count, 1);
}

static void many_fire_in_order_of_their_deadlines(void **state) {
    static struct probe probes[MANY];

    (void)state;
    memset(probes, 0, sizeof(probes));
    srand(1);
    for (unsigned int i = 0; i < MANY; i++) {
        timer_init(&probes[i].timer, fired, &probes[i]);
        timer_set(&probes[i].timer, MS + (uint64_t)(rand() % 1000) * 1000);
    }
    for (unsigned int i = 0; i < MANY; i += 3) {
        timer_stop(&probes[i].timer);
    }
    run(10 * MS);
    assert_int_equal(fired_count, MANY - (MANY + 2) / 3);
    assert_null(timer_queues[0].first);
}

static void the_queue_keeps_its_order_under_random_use(void **state) {
    static struct probe probes[64];
    struct timer_queue *queue = &timer_queues[0];

    (void)state;
    srand(2);
    for (unsigned int i = 0; i < 64; i++) {
        timer_init(&probes[i].timer, fired, &probes[i]);
    }
    for (unsigned int step = 0; step < 20000; step++) {
        struct timer *timer = &probes[rand() % 64].timer;
        unsigned int set = 0, queued = 0;

        if (rand() % 3 == 0) {
            timer_stop(timer);
        } else {
            timer_set(timer, 100 * MS + (uint64_t)(rand() % 5000));
        }
        for (struct timer *t = queue->first; t != NULL; t = t->next, queued++) {
            assert_ptr_equal(*t->link, t);
            assert_true(t->next == NULL || t->next->deadline >= t->deadline);
        }
        for (unsigned int i = 0; i < 64; i++) {
            set += timer_is_set(&probes[i].timer);
        }
        assert_int_equal(set, queued);
    }
}

static void one_interrupt_runs_a_bounded_number(void **state) {
    static struct probe probes[100];

    (void)state;
    memset(probes, 0, sizeof(probes));
    for (unsigned int i = 0; i < 100; i++) {
        timer_init(&probes[i].timer, fired, &probes[i]);
        timer_set(&probes[i].timer, MS);
    }
    fake_advance(2 * MS);
    serve();
    assert_in_range(fired_count, 1, 32);
    assert_true(fake_board.oneshot_at <= fake_board.now); /* again at once */
    run(MS);
    assert_int_equal(fired_count, 100);
}

static void again(void *data) {
    struct probe *probe = data;

    probe->count++;
    timer_set(&probe->timer, 0); /* a deadline in the past, always */
}

static void a_timer_that_sets_itself_does_not_keep_the_interrupt(void **state) {
    struct probe probe = {0};

    (void)state;
    timer_init(&probe.timer, again, &probe);
    timer_set(&probe.timer, 0);
    fake_advance(1);
    serve();
    assert_in_range(probe.count, 1, 32);
    timer_stop(&probe.timer);
}

static void later_deadlines_do_not_touch_the_hardware(void **state) {
    struct probe first = {0}, other = {0};

    (void)state;
    timer_init(&first.timer, fired, &first);
    timer_init(&other.timer, fired, &other);
    timer_set(&first.timer, 10 * MS);
    unsigned int sets = fake_board.oneshot_sets;
    for (unsigned int i = 0; i < 100; i++) {
        timer_set(&other.timer, 20 * MS + i);
        timer_stop(&other.timer);
    }
    assert_int_equal(fake_board.oneshot_sets, sets);
    timer_set(&other.timer, 5 * MS);
    assert_int_equal(fake_board.oneshot_sets, sets + 1);
}

static void very_far_deadlines_are_reached_in_steps(void **state) {
    struct probe probe = {0};

    (void)state;
    timer_init(&probe.timer, fired, &probe);
    timer_set(&probe.timer, 100000 * MS); /* 100 s, more than the hardware is asked for */
    run(99999 * MS);
    assert_int_equal(probe.count, 0);
    run(2 * MS);
    assert_int_equal(probe.count, 1);
}

static bool seen_due;

/* Its time passes while the first one is at work. */
static void work_until_the_next_is_due(void *data) {
    (void)data;
    fake_advance(5 * MS);
    seen_due = timer_is_due();
    assert_true(timer_queues[0].is_serving);
}

static void a_timer_at_work_sees_that_the_next_is_due(void **state) {
    struct timer first;
    struct probe second = {0};

    (void)state;
    timer_init(&first, work_until_the_next_is_due, NULL);
    timer_init(&second.timer, fired, &second);
    timer_set(&first, clock_now() + MS);
    timer_set(&second.timer, clock_now() + 4 * MS);
    assert_false(timer_is_due());
    run(9 * MS);
    assert_true(seen_due);
    assert_int_equal(second.count, 1);
    assert_false(timer_queues[0].is_serving);
    assert_false(timer_is_due());
}

static void never_is_never(void **state) {
    struct probe probe = {0};

    (void)state;
    timer_init(&probe.timer, fired, &probe);
    timer_set(&probe.timer, TIMER_NEVER);
    run(5000 * MS);
    assert_int_equal(probe.count, 0);
}

/* ---- What the hardware is asked for ---- */

static void the_longest_wait_is_a_second(void **state) {
    struct probe probe = {0};

    (void)state;
    timer_init(&probe.timer, fired, &probe);
    timer_set(&probe.timer, 1000000100);
    assert_int_equal(fake_board.oneshot_at, 1000000000);
    assert_int_equal(timer_queues[0].programmed, 1000000000);
    timer_stop(&probe.timer);
    timer_queue_init();
    timer_set(&probe.timer, 999999999);
    assert_in_range(fake_board.oneshot_at, 999999999, 999999999);
}

static void what_is_over_is_asked_for_at_once(void **state) {
    struct probe probe = {0};

    (void)state;
    fake_advance(9 * MS);
    timer_init(&probe.timer, fired, &probe);
    timer_set(&probe.timer, 1);
    assert_int_equal(fake_board.oneshot_at, fake_board.now);
    assert_int_equal(fake_board.oneshot_sets, 1);
}

/* Four, with the next interrupt for the rest. */
static void one_interrupt_runs_four(void **state) {
    static struct probe probes[10];

    (void)state;
    memset(probes, 0, sizeof(probes));
    for (unsigned int i = 0; i < 10; i++) {
        timer_init(&probes[i].timer, fired, &probes[i]);
        timer_set(&probes[i].timer, MS);
    }
    fake_advance(2 * MS);
    serve();
    assert_int_equal(fired_count, 4);
    fake_advance(0);
    serve();
    assert_int_equal(fired_count, 8);
    fake_advance(0);
    serve();
    assert_int_equal(fired_count, 10);
    assert_int_equal(fake_board.oneshot_at, UINT64_MAX); /* nothing is to come */
}

/* While another interrupt waits, one timer at a time. */
static void another_interrupt_comes_between_two(void **state) {
    struct probe a = {0}, b = {0};

    (void)state;
    timer_init(&a.timer, fired, &a);
    timer_init(&b.timer, fired, &b);
    timer_set(&a.timer, MS);
    timer_set(&b.timer, MS);
    fake_advance(2 * MS);
    devices.oneshot->ack();
    devices.intc->unmask(FAKE_UART_IRQ);
    fake_board.pending[FAKE_UART_IRQ] = true;
    timer_interrupt();
    assert_int_equal(a.count, 1);
    assert_int_equal(b.count, 0);
    assert_int_equal(fake_board.oneshot_at, fake_board.now);
    fake_board.pending[FAKE_UART_IRQ] = false;
    timer_interrupt();
    assert_int_equal(b.count, 1);
}

/* Equal deadlines are served in the order in which they were set. */
static void equals_fire_in_the_order_of_setting(void **state) {
    struct probe a = {0}, b = {0}, c = {0};

    (void)state;
    timer_init(&a.timer, fired, &a);
    timer_init(&b.timer, fired, &b);
    timer_init(&c.timer, fired, &c);
    timer_set(&b.timer, MS);
    timer_set(&a.timer, MS);
    timer_set(&c.timer, MS);
    timer_set(&b.timer, MS); /* again: the last now */
    assert_ptr_equal(timer_queues[0].first, &a.timer);
    assert_ptr_equal(a.timer.next, &c.timer);
    assert_ptr_equal(c.timer.next, &b.timer);
    assert_null(b.timer.next);
    timer_stop(&c.timer);
    assert_ptr_equal(a.timer.next, &b.timer);
    assert_ptr_equal(b.timer.link, &a.timer.next);
    assert_false(timer_is_set(&c.timer));
}

static void an_exact_one_is_so_until_it_is_told(void **state) {
    struct probe probe = {0};

    (void)state;
    devices.oneshot_late = 2000;
    timer_init(&probe.timer, fired, &probe);
    timer_be_exact(&probe.timer, true);
    timer_set(&probe.timer, 1999); /* not before the beginning of time */
    assert_int_equal(probe.timer.deadline, 0);
    timer_set(&probe.timer, 2001);
    assert_int_equal(probe.timer.deadline, 1);
    timer_be_exact(&probe.timer, false);
    timer_set(&probe.timer, 5 * MS);
    assert_int_equal(probe.timer.deadline, 5 * MS);
    assert_int_equal(probe.timer.ahead, 0);
    assert_true(timer_is_near(&probe.timer, 5 * MS));
    assert_false(timer_is_near(&probe.timer, 5 * MS - 1));
    timer_stop(&probe.timer);
    assert_false(timer_is_near(&probe.timer, 5 * MS));
}

static unsigned int looks;

static bool count_look(void) {
    looks++;
    return false;
}

/* A counter that stops holds nobody for longer than so many looks. */
static void a_wait_ends_though_the_counter_stands_still(void **state) {
    static struct intc_ops counting;
    const struct intc_ops *real = devices.intc;
    struct probe probe = {0};

    (void)state;
    counting = *real;
    counting.pending = count_look;
    devices.oneshot_late = 300;
    timer_init(&probe.timer, fired, &probe);
    timer_be_exact(&probe.timer, true);
    timer_set(&probe.timer, 5 * MS);
    fake_advance(5 * MS - 200);
    looks = 0;
    devices.intc = &counting;
    timer_interrupt();
    devices.intc = real;
    assert_int_equal(probe.count, 1);
    assert_int_equal(looks, 300);
}

/* Whatever the loader left in the hardware and in memory. */
static void a_new_queue_is_empty_and_its_hardware_stands_still(void **state) {
    struct probe probe = {0};

    (void)state;
    timer_init(&probe.timer, fired, &probe);
    timer_set(&probe.timer, MS);
    timer_queues[0].is_serving = timer_queues[0].is_unsettled = true;
    timer_queues[0].waited = 7;
    timer_queue_init();
    assert_int_equal(fake_board.oneshot_at, UINT64_MAX);
    assert_null(timer_queues[0].first);
    assert_int_equal(timer_queues[0].programmed, TIMER_NEVER);
    assert_int_equal(timer_waited(), 0);
    assert_false(timer_is_due() || timer_is_unseen());
    assert_false(timer_queues[0].is_unsettled);
}

static void the_interrupt_is_claimed_and_listened_to(void **state) {
    struct probe probe = {0};

    (void)state;
    irq_init();
    assert_true(fake_board.masked[FAKE_ONESHOT_IRQ]);
    timer_start();
    assert_false(fake_board.masked[FAKE_ONESHOT_IRQ]);
    timer_init(&probe.timer, fired, &probe);
    timer_set(&probe.timer, MS);
    fake_advance(2 * MS);
    assert_true(devices.intc->pending());
    irq_handle();
    assert_int_equal(probe.count, 1);
    assert_false(devices.intc->pending()); /* acknowledged */
    devices.intc->mask(FAKE_ONESHOT_IRQ);
    timer_start_here();
    assert_false(fake_board.masked[FAKE_ONESHOT_IRQ]);
}

/* Settled once; what was programmed since is left. */
static void a_queue_is_settled_when_it_has_to_be(void **state) {
    struct probe a = {0}, b = {0};

    (void)state;
    timer_init(&a.timer, fired, &a);
    timer_init(&b.timer, fired, &b);
    timer_set(&a.timer, MS);
    timer_set(&b.timer, 8 * MS);
    fake_advance(2 * MS);
    this_cpu()->work = PERCPU_WORK_SCHED;
    devices.oneshot->ack();
    timer_interrupt();
    this_cpu()->work = 0;
    assert_true(timer_queues[0].is_unsettled);
    unsigned int sets = fake_board.oneshot_sets;
    timer_settle();
    assert_false(timer_queues[0].is_unsettled);
    assert_int_equal(fake_board.oneshot_sets, sets + 1);
    timer_settle();
    assert_int_equal(fake_board.oneshot_sets, sets + 1);
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(an_exact_one_is_woken_early),
        test(how_long_was_waited_is_known),
        test(a_timer_behind_an_exact_one_that_woke_somebody_waits),
        test(a_timer_behind_another_that_woke_somebody_does_not),
        test(with_a_pick_to_come_the_hardware_waits_for_it),
        test(fires_at_its_deadline_once),
        test(a_past_deadline_fires_soon_but_not_from_the_call),
        test(a_stopped_timer_does_not_fire),
        test(setting_again_moves_it),
        test(many_fire_in_order_of_their_deadlines),
        test(the_queue_keeps_its_order_under_random_use),
        test(one_interrupt_runs_a_bounded_number),
        test(a_timer_that_sets_itself_does_not_keep_the_interrupt),
        test(later_deadlines_do_not_touch_the_hardware),
        test(very_far_deadlines_are_reached_in_steps),
        test(the_longest_wait_is_a_second),
        test(what_is_over_is_asked_for_at_once),
        test(one_interrupt_runs_four),
        test(another_interrupt_comes_between_two),
        test(equals_fire_in_the_order_of_setting),
        test(an_exact_one_is_so_until_it_is_told),
        test(a_wait_ends_though_the_counter_stands_still),
        test(a_new_queue_is_empty_and_its_hardware_stands_still),
        test(the_interrupt_is_claimed_and_listened_to),
        test(a_queue_is_settled_when_it_has_to_be),
        test(never_is_never),
        test(a_timer_at_work_sees_that_the_next_is_due),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
