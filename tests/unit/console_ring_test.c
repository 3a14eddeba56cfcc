/* SPDX-License-Identifier: GPL-2.0-only */
/* The PV console ring: both directions, back pressure, and a guest that forges its indices. */
/* links: core/domain */
#include "core/console/console_ring.h"

#include <arch/fake.h>
#include <stdlib.h>

#include <xen/io/console.h>

#include "core/base/percpu.h"
#include "core/console/console.h"
#include "core/device/irq.h"
#include "core/event/event.h"
#include "core/time/clock.h"
#include "core/time/preempt.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define MS     1000000ull
#define SWITCH "\001\001\001"

static struct domain *d; /* domain 1 */
static evtchn_port_t port;
/* The ring with a guard on both sides: it shares its page with nothing else. */
static struct {
    uint8_t before[256];
    struct xencons_interface ring;
    uint8_t after[256];
} page;
#define ring (page.ring)

/* As a CPU does that has nothing else to do. */
static void serve(void) {
    do {
        irq_handle();
    } while (irq_waits());
}

static void run(uint64_t ns) {
    uint64_t end = fake_board.now + ns;

    do {
        serve();
        uint64_t next = fake_board.oneshot_at < end ? fake_board.oneshot_at : end;
        fake_advance(next > fake_board.now ? next - fake_board.now : 1);
        serve();
    } while (fake_board.now < end);
}

static void type(const char *text) {
    fake_type(text);
    run(5 * MS);
}

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    clock_init();
    timer_queue_init();
    vcpu_idle_init();
    console_start();
    irq_init();
    timer_start();
    console_listen();
    d = support_domain_add(1, 1);
    console_domain_init(&d->console, d->id, d->name, &d->event);
    memset(&page, 0, sizeof(page));
    memset(page.before, 0xa5, sizeof(page.before));
    memset(page.after, 0xa5, sizeof(page.after));
    assert_int_equal(console_ring_init(&d->console, &ring, &port), 0);
    while (console_focus() != 1) {
        type(SWITCH);
    }
    run(MS);
    (void)fake_output();
    return 0;
}

static int power_off(void **state) {
    (void)state;
    for (unsigned int i = 0; i < sizeof(page.before); i++) {
        assert_int_equal(page.before[i], 0xa5);
        assert_int_equal(page.after[i], 0xa5);
    }
    console_domain_destroy(&d->console);
    while (event_domain_destroy(&d->event)) {
    }
    support_domain_remove_all();
    return 0;
}

/* The guest's side, as Linux does it: what fits, then an event. */
static uint32_t guest_write(const char *text) {
    uint32_t sent = 0;

    while (text[sent] != '\0' && ring.out_prod - ring.out_cons < sizeof(ring.out)) {
        ring.out[MASK_XENCONS_IDX(ring.out_prod, ring.out)] = text[sent++];
        ring.out_prod++;
    }
    assert_int_equal(event_send(&d->event, port), 0);
    return sent;
}

static uint32_t guest_read(char *buf, uint32_t size) {
    uint32_t count = 0;

    while (count < size && ring.in_prod != ring.in_cons) {
        buf[count++] = ring.in[MASK_XENCONS_IDX(ring.in_cons, ring.in)];
        ring.in_cons++;
    }
    assert_int_equal(event_send(&d->event, port), 0);
    return count;
}

static bool take_event(void) {
    uint64_t bit = 1ull << port;
    bool was = (d->shared_info->evtchn_pending[0] & bit) != 0;

    d->shared_info->evtchn_pending[0] &= ~bit;
    return was;
}

static void output_appears_and_is_consumed(void **state) {
    (void)state;
    assert_int_equal(guest_write("hello\n"), 6);
    assert_string_equal(fake_output(), "(d1) hello\r\n");
    assert_int_equal(ring.out_cons, 6);
    assert_false(take_event()); /* the ring was never full: nobody waits */
}

static void a_full_ring_is_emptied_and_the_guest_told(void **state) {
    char text[4000];
    uint32_t sent = 0;

    (void)state;
    memset(text, 'z', sizeof(text));
    text[sizeof(text) - 2] = '\n';
    text[sizeof(text) - 1] = '\0';
    fake_board.tx_room = 0; /* so that it fills up */
    sent = guest_write(text);
    assert_in_range(sent, 2048, 3999);
    fake_board.tx_room = FAKE_ROOM;
    (void)take_event();
    for (unsigned int i = 0; i < 100 && sent < sizeof(text) - 1; i++) {
        run(5 * MS);
        assert_true(take_event());
        sent += guest_write(text + sent);
    }
    run(50 * MS);
    assert_int_equal(sent, sizeof(text) - 1);
    assert_int_equal(ring.out_cons, ring.out_prod);
    /* Nothing is lost or doubled; a long line may be given its prefix again. */
    const char *output = fake_output();
    unsigned int count = 0;
    for (; *output != '\0'; output++) {
        count += *output == 'z';
    }
    assert_int_equal(count, sizeof(text) - 2);
}

static void output_waits_for_the_uart_not_the_guest(void **state) {
    (void)state;
    fake_board.tx_room = 0;
    for (unsigned int i = 0; i < 1000; i++) {
        (void)guest_write("0123456789\n"); /* returns at once, always */
    }
    assert_int_equal(ring.out_prod - ring.out_cons, sizeof(ring.out));
    fake_board.tx_room = FAKE_ROOM;
    run(100 * MS);
    assert_int_equal(ring.out_prod, ring.out_cons);
}

static void output_beyond_the_budget_is_printed_later(void **state) {
    (void)state;
    while (console_write(&d->console, "0123456789abcde\n", 16, false) > 0) {
    }
    (void)fake_output();
    assert_int_equal(guest_write("later\n"), 6);
    run(MS / 2);
    assert_int_equal(ring.out_prod - ring.out_cons, 6);
    run(20 * MS); /* without another event from the guest */
    assert_int_equal(ring.out_prod, ring.out_cons);
    assert_non_null(strstr(fake_output(), "later\r\n"));
}

static void last_words_are_waited_for(void **state) {
    (void)state;
    fake_board.tx_room = 0;
    for (unsigned int i = 0; i < 150; i++) { /* more than its buffer holds */
        (void)guest_write("0123456789\n");
    }
    (void)guest_write("no newline");
    assert_false(console_domain_drain(&d->console));
    run(50 * MS);
    assert_false(console_domain_drain(&d->console));
    fake_board.tx_room = FAKE_ROOM;
    run(50 * MS);
    for (unsigned int i = 0; i < 10 && !console_domain_drain(&d->console); i++) {
        run(5 * MS);
    }
    assert_true(console_domain_drain(&d->console));
    assert_non_null(strstr(fake_output(), "no newline"));
}

static void typed_text_arrives_with_an_event(void **state) {
    char buf[64] = "";

    (void)state;
    type("ls\r");
    assert_true(take_event());
    assert_int_equal(guest_read(buf, sizeof(buf)), 3);
    assert_memory_equal(buf, "ls\r", 3);
}

static void a_full_input_ring_is_filled_again_when_there_is_room(void **state) {
    char buf[2048];

    (void)state;
    for (unsigned int i = 0; i < 110; i++) { /* ring 1024, buffer behind it 256 */
        type("0123456789");
    }
    assert_int_equal(ring.in_prod - ring.in_cons, sizeof(ring.in));
    (void)take_event();
    uint32_t count = guest_read(buf, 100);
    assert_true(take_event()); /* there is more */
    assert_int_equal(ring.in_prod - ring.in_cons, 1000);
    count += guest_read(buf + count, 2048 - 100);
    assert_int_equal(count, 1100);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(buf[i], '0' + i % 10);
    }
}

static void indices_wrap(void **state) {
    char buf[8];

    (void)state;
    ring.out_prod = ring.out_cons = 0xfffffffd;
    ring.in_prod = ring.in_cons = 0xfffffffe;
    assert_int_equal(guest_write("wrap\n"), 5);
    assert_string_equal(fake_output(), "(d1) wrap\r\n");
    type("abcd");
    assert_int_equal(guest_read(buf, 8), 4);
    assert_memory_equal(buf, "abcd", 4);
    assert_int_equal(ring.in_prod, 2);
}

static void forged_output_indices_print_nothing_and_end(void **state) {
    static const uint32_t forged[] = {2049, 0x80000000, 0xffffffff, 4096};

    (void)state;
    for (unsigned int i = 0; i < 4; i++) {
        ring.out_cons = 17;
        ring.out_prod = 17 + forged[i];
        assert_int_equal(event_send(&d->event, port), 0);
        assert_int_equal(ring.out_cons, ring.out_prod);
        run(MS);
        assert_string_equal(fake_output(), "");
    }
    assert_int_equal(guest_write("sane again\n"), 11);
    assert_string_equal(fake_output(), "(d1) sane again\r\n");
}

/* Nor is the ring looked at again and again afterwards, whatever was before. */
static void a_forged_ring_does_not_wait(void **state) {
    (void)state;
    d->console.ring_waiting = true;
    ring.out_cons = 100;
    ring.out_prod = 100 + sizeof(ring.out) + 1;
    console_lock();
    console_ring_serve(&d->console);
    console_unlock();
    assert_false(d->console.ring_waiting);
    assert_false(d->console.notify);
    assert_int_equal(ring.out_cons, 100 + sizeof(ring.out) + 1);
    /* As much as it holds is none. */
    ring.out_prod = ring.out_cons + sizeof(ring.out);
    memset(ring.out, 'x', sizeof(ring.out));
    console_lock();
    console_ring_serve(&d->console);
    console_unlock();
    assert_true(d->console.ring_waiting);
    assert_true(d->console.notify);
    assert_int_equal(ring.out_prod - ring.out_cons, sizeof(ring.out) - 12);
}

/* Half of it is enough to be told when there is room again. */
static void who_filled_half_of_its_ring_is_told(void **state) {
    (void)state;
    for (uint32_t used = sizeof(ring.out) / 2 - 1; used <= sizeof(ring.out) / 2; used++) {
        ring.out_prod = ring.out_cons + used;
        console_lock();
        d->console.notify = false;
        console_ring_serve(&d->console);
        console_unlock();
        assert_int_equal(d->console.notify, used == sizeof(ring.out) / 2);
    }
    ring.out_prod = ring.out_cons;
    d->console.notify = false;
}

static void forged_input_indices_write_nothing_outside(void **state) {
    static const uint32_t used[] = {1025, 0x80000000, 0xffffffff};

    (void)state;
    for (unsigned int i = 0; i < 3; i++) {
        ring.in_prod = 5;
        ring.in_cons = 5 - used[i];
        type("x");
        assert_int_equal(ring.in_prod, 5);
    }
    ring.in_cons = ring.in_prod;
    type("y");
    assert_int_equal(ring.in_prod, 5 + 4); /* what had waited, too */
}

static void random_scribbling_harms_nobody(void **state) {
    struct domain *other = support_domain_add(0, 1);

    (void)state;
    console_domain_init(&other->console, other->id, other->name, &other->event);
    srand(4);
    for (unsigned int i = 0; i < 20000; i++) {
        uint8_t *bytes = (uint8_t *)&ring;

        bytes[(unsigned int)rand() % sizeof(ring)] = (uint8_t)rand();
        if (i % 16 == 0) {
            ring.out_prod = ring.out_cons + (uint32_t)rand() % 3000;
        }
        assert_int_equal(event_send(&d->event, port), 0);
        if (i % 64 == 0) {
            fake_type("k");
            run(MS);
            assert_int_equal(console_write(&other->console, "fine\n", 5, false), 5);
        }
        if (i % 256 == 0) {
            (void)fake_output();
        }
    }
    run(100 * MS);
    (void)fake_output();
    assert_int_equal(console_write(&other->console, "fine\n", 5, false), 5);
    run(5 * MS);
    assert_non_null(strstr(fake_output(), "(d0) fine\r\n"));
    console_domain_destroy(&other->console);
    while (event_domain_destroy(&other->event)) {
    }
}

static void an_event_storm_is_bounded_work_each(void **state) {
    (void)state;
    ring.out_prod = sizeof(ring.out);
    memset(ring.out, 'q', sizeof(ring.out));
    fake_board.tx_room = 0;
    for (unsigned int i = 0; i < 100000; i++) {
        assert_int_equal(event_send(&d->event, port), 0);
    }
    assert_in_range(ring.out_cons, 1, CONSOLE_OUT_SIZE + 64);
}

static void after_destruction_the_ring_is_not_touched(void **state) {
    (void)state;
    (void)guest_write("last\n");
    console_domain_destroy(&d->console);
    struct xencons_interface copy = ring;
    ring.out_prod += 10;
    copy.out_prod += 10;
    (void)event_send(&d->event, port);
    type("z");
    assert_memory_equal(&copy, &ring, sizeof(ring));
    console_domain_init(&d->console, d->id, d->name, &d->event); /* for the tear-down */
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    console_init();
    const struct CMUnitTest tests[] = {
        test(output_appears_and_is_consumed),
        test(a_full_ring_is_emptied_and_the_guest_told),
        test(output_waits_for_the_uart_not_the_guest),
        test(output_beyond_the_budget_is_printed_later),
        test(last_words_are_waited_for),
        test(typed_text_arrives_with_an_event),
        test(a_full_input_ring_is_filled_again_when_there_is_room),
        test(indices_wrap),
        test(forged_output_indices_print_nothing_and_end),
        test(a_forged_ring_does_not_wait),
        test(who_filled_half_of_its_ring_is_told),
        test(forged_input_indices_write_nothing_outside),
        test(random_scribbling_harms_nobody),
        test(an_event_storm_is_bounded_work_each),
        test(after_destruction_the_ring_is_not_touched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
