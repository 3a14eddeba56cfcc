/* SPDX-License-Identifier: GPL-2.0-only */
/* The shared console: focus, input, floods, a slow or dead UART, the hypercall. */
/* links: core/hypercall */
#include "core/console/console.h"

#include <arch/fake.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/percpu.h"
#include "core/base/printk.h"
#include "core/base/steps.h"
#include "core/console/console_keys.h"
#include "core/device/irq.h"
#include "core/domain/domain_keys.h"
#include "core/event/event.h"
#include "core/hypercall/hypercall.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/time/printk_limit.h"
#include "core/time/timer.h"
#include "lib/format.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define MS     1000000ull
#define SWITCH "\001\001\001"

static struct domain *a, *b; /* domains 0 and 1 */

static struct domain *add(domid_t id) {
    struct domain *d = support_domain_add(id, 1);

    console_domain_init(&d->console, d->id, d->name, &d->event);
    return d;
}

static void remove_domain(struct domain *d) {
    console_domain_destroy(&d->console);
    while (event_domain_destroy(&d->event)) {
    }
    support_domain_remove(d);
}

/* Serve interrupts as the CPU would, for @ns. */
static void run(uint64_t ns) {
    uint64_t end = fake_board.now + ns;

    do {
        irq_handle();
        timer_settle();
        uint64_t next = fake_board.oneshot_at < end ? fake_board.oneshot_at : end;
        fake_advance(next > fake_board.now ? next - fake_board.now : 1);
        irq_handle();
        timer_settle();
    } while (fake_board.now < end);
}

/* What came out, the hypervisor's own included, which the timer sends. */
static const char *printed(void) {
    run(5 * MS);
    return fake_output();
}

static void type(const char *text) {
    fake_type(text);
    run(10 * MS);
}

/* Until the focus is on @id. */
static void focus_on(domid_t id) {
    for (unsigned int i = 0; console_focus() != id; i++) {
        assert_true(i < 5);
        type(SWITCH);
    }
    console_flush();
    (void)fake_output();
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
    a = add(0);
    b = add(1);
    focus_on(0);
    return 0;
}

/* As the first test: nobody had the input yet. */
static void the_first_domain_that_starts_gets_the_input(void **state) {
    char text[64];

    (void)state;
    fake_board_init(0);
    clock_init();
    timer_queue_init();
    vcpu_idle_init();
    console_start();
    irq_init();
    timer_start();
    console_listen();
    a = add(2);
    b = add(3);
    assert_int_equal(console_focus(), DOMID_INVALID);
    type("lost");
    console_domain_started(&b->console); /* domain 2 cannot be built */
    console_domain_started(&a->console);
    assert_int_equal(console_focus(), 3);
    type("x");
    assert_int_equal(console_read(&b->console, text, 64), 1);
    assert_int_equal(console_read(&a->console, text, 64), 0);
    focus_on(2);
    console_domain_started(&b->console);
    assert_int_equal(console_focus(), 2);
}

static int power_off(void **state) {
    (void)state;
    for (struct domain *d = domain_next(NULL); d != NULL; d = domain_next(NULL)) {
        remove_domain(d);
    }
    support_domain_remove_all();
    return 0;
}

static int32_t console_io(struct domain *d, uint32_t args[HYPERCALL_ARGS]) {
    unsigned int tries = 0;
    int32_t result;

    do { /* the continuation */
        result = do_console_io(d->vcpu[0], args);
    } while (result == HYPERCALL_AGAIN && ++tries < 400);
    return result;
}

static int32_t write_text(struct domain *d, const char *text) {
    uint32_t count = (uint32_t)strlen(text);
    uint32_t args[HYPERCALL_ARGS] = {CONSOLEIO_write, count, fake_put(0, text, count).v};

    return console_io(d, args);
}

static int32_t read_text(struct domain *d, char *buf, uint32_t size) {
    uint32_t args[HYPERCALL_ARGS] = {CONSOLEIO_read, size, FAKE_GUEST_VA};
    int32_t count = console_io(d, args);

    if (count >= 0) {
        memcpy(buf, fake_guest, (size_t)count);
        buf[count] = '\0';
    }
    return count;
}

/* ---- Output ---- */

static void each_domains_lines_are_told_apart(void **state) {
    (void)state;
    assert_int_equal(write_text(a, "from dom0\n"), 0);
    assert_int_equal(write_text(b, "from domU\n"), 0);
    printk("from us\n");
    assert_string_equal(printed(), "(d0) from dom0\r\n(d1) from domU\r\n(dacre) from us\r\n");
}

/* It may not have begun to handle its event. */
static void who_has_a_guarantee_is_let_by_and_pays_for_one_batch(void **state) {
    struct sched_vcpu realtime = {.home = &sched_edf};
    struct sched_vcpu *was = sched_cpus[0].running;

    (void)state;
    run(5 * MS);
    (void)fake_output();
    sched_cpus[0].running = &realtime;
    printk("a line\n");
    run(40000);
    assert_string_equal(fake_output(), ""); /* let by */
    run(210000);                            /* two of its four batches */
    sched_cpus[0].running = was;
    assert_in_range(strlen(fake_output()), 1, 2 * STEP_SEND);
    run(5 * MS);
    (void)fake_output();
}

static void a_long_write_is_done_whole(void **state) {
    char text[4000];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 2] = '\n';
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(write_text(a, text), 0);
    run(100 * MS);
    assert_int_equal(strlen(fake_output()), sizeof(text) - 1 + 5 + 1);
}

/* A line that is taken from its guest in parts is not cut by one of the hypervisor's. */
static void a_line_of_several_parts_stays_one(void **state) {
    char text[2 * STEP_OUTPUT + 10];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 2] = '\n';
    text[sizeof(text) - 1] = '\0';
    printk("mine\n");
    assert_int_equal(write_text(a, text), 0);
    run(100 * MS);
    const char *output = fake_output();
    const char *line = strstr(output, "(d0) ");
    assert_non_null(strstr(output, "(dacre) mine\r\n"));
    assert_non_null(line);
    assert_int_equal(strcspn(line, "\r"), 5 + sizeof(text) - 2);
}

static void a_write_gives_way_to_interrupts(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {CONSOLEIO_write, 1000, FAKE_GUEST_VA};

    (void)state;
    memset(fake_guest, 'x', 1000);
    fake_board.pending[FAKE_UART_IRQ] = true;
    assert_int_equal(do_console_io(a->vcpu[0], args), HYPERCALL_AGAIN);
    assert_in_range(args[1], 1, 999);
    assert_int_equal(args[2] - FAKE_GUEST_VA, 1000 - args[1]);
}

static void bad_calls_are_refused(void **state) {
    uint32_t null[HYPERCALL_ARGS] = {CONSOLEIO_write, 10, 0};
    uint32_t wrap[HYPERCALL_ARGS] = {CONSOLEIO_write, 0xffffffff, 0xfffffff0};
    uint32_t end[HYPERCALL_ARGS] = {CONSOLEIO_write, 200, FAKE_GUEST_VA + FAKE_GUEST_SIZE - 100};
    uint32_t unknown[HYPERCALL_ARGS] = {2, 1, FAKE_GUEST_VA};
    uint32_t none[HYPERCALL_ARGS] = {CONSOLEIO_write, 0, 0};
    uint32_t to_null[HYPERCALL_ARGS] = {CONSOLEIO_read, 10, 0};

    (void)state;
    assert_int_equal(console_io(a, null), -XEN_EFAULT);
    assert_int_equal(console_io(a, wrap), -XEN_EFAULT);
    assert_int_equal(console_io(a, end), -XEN_EFAULT);
    assert_int_equal(console_io(a, unknown), -XEN_ENOSYS);
    assert_int_equal(console_io(a, none), 0);
    type("x");
    assert_int_equal(console_io(a, to_null), -XEN_EFAULT);
}

static void a_full_uart_makes_the_writer_wait_and_nobody_else(void **state) {
    (void)state;
    fake_board.tx_room = 0;
    unsigned int written = 0;
    while (write_text(b, "0123456789 flood 0123456789\n") == 0) {
        assert_true(++written < 100);
    }
    assert_int_equal(write_text(a, "dom0 lives\n"), 0); /* accepted at once */
    printk("so do we\n");
    fake_board.tx_room = FAKE_ROOM;
    run(50 * MS);
    const char *output = fake_output();
    assert_non_null(strstr(output, "(d0) dom0 lives\r\n"));
    assert_non_null(strstr(output, "(dacre) so do we\r\n"));
    /* They did not wait for the flood to pass. */
    assert_true(strstr(output, "dom0 lives") - output < 100);
    assert_true(strstr(output, "so do we") - output < 150);
}

static void a_slow_uart_gets_everything_by_and_by(void **state) {
    char expected[1200] = "";

    (void)state;
    fake_board.tx_room = 0;
    for (unsigned int i = 0; i < 60; i++) {
        char line[16];

        snprintf(line, sizeof(line), "line %u\n", i);
        assert_int_equal(write_text(a, line), 0);
        snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected),
                 "(d0) line %u\r\n", i);
    }
    for (unsigned int i = 0; i < 200; i++) {
        fake_board.tx_room = 16;
        run(2 * MS);
    }
    assert_string_equal(fake_output(), expected);
}

static void a_dead_uart_stops_nobody(void **state) {
    (void)state;
    fake_board.tx_room = 0;
    for (unsigned int i = 0; i < 10000; i++) {
        (void)write_text(b, "dead\n");
        printk("dead too\n");
    }
    run(100 * MS);
    fake_board.tx_room = FAKE_ROOM;
    run(1000 * MS);
    printk("back\n");
    run(10 * MS);
    const char *output = fake_output();
    assert_non_null(strstr(output, "bytes not printed]"));
    assert_non_null(strstr(output, "(dacre) back\r\n"));
}

static void a_flood_is_held_to_its_rate(void **state) {
    (void)state;
    for (unsigned int i = 0; i < 4000; i++) { /* 4 s of trying all the time */
        for (unsigned int j = 0; j < 20 && write_text(b, "flood flood flood flood flood\n") == 0;
             j++) {
        }
        run(MS);
    }
    size_t count = strlen(fake_output());
    /* The burst, four seconds' worth, and the prefixes. */
    assert_in_range(count, CONSOLE_BUDGET_BYTES + 3 * CONSOLE_BYTES_PER_SEC,
                    (CONSOLE_BUDGET_BYTES + 4 * CONSOLE_BYTES_PER_SEC) * 5 / 4);
}

static void printk_from_a_guests_fault_is_limited(void **state) {
    unsigned int lines = 0;

    (void)state;
    for (unsigned int i = 0; i < 1000; i++) {
        printk_ratelimited(3, "guest did it again\n");
    }
    const char *output = printed();
    for (const char *p = output; (p = strstr(p, "again")) != NULL; p++) {
        lines++;
    }
    assert_int_equal(lines, PRINTK_BURST);
    run(30000 * MS); /* forgiven; another site has its own allowance anyway */
    printk_ratelimited(3, "another site\n");
    assert_string_equal(printed(), "(dacre) another site\r\n");
}

/* All that others may print at a place does not take from what one may. */
static void one_source_does_not_silence_another(void **state) {
    (void)state;
    for (unsigned int i = 0; i < PRINTK_SOURCES * 20; i++) {
        unsigned int source =
            i < PRINTK_SOURCES * 20 - 1 ? i % (PRINTK_SOURCES - 1) : PRINTK_SOURCES - 1;

        printk_ratelimited(source, "from %u\n", source);
        run(MS);
    }
    const char *output = printed();
    assert_non_null(strstr(output, "(dacre) from 15\r\n"));
    assert_null(strstr(output, "bytes not printed"));
}

static struct printk_limit limit;

static void suppressed_messages_are_counted(void **state) {
    (void)state;
    for (unsigned int i = 0; i < 100; i++) {
        if (printk_allowed(&limit)) {
            printk("m\n");
        }
    }
    (void)printed();
    run(PRINTK_INTERVAL_NS + MS);
    assert_false(printk_allowed(&limit)); /* that one gave its place to the note */
    assert_string_equal(printed(), "(dacre) [91 messages like the next one were not printed]\r\n");
    assert_true(printk_allowed(&limit));
    assert_false(printk_allowed(&limit));
}

static unsigned int allowed(struct printk_limit *of) {
    unsigned int count = 0;

    while (printk_allowed(of)) {
        count++;
    }
    of->suppressed = 0;
    return count;
}

/* For each whole interval since the first of what is counted one more. */
static void what_was_printed_is_forgiven_one_by_one(void **state) {
    (void)state;
    for (unsigned int used = 1; used <= PRINTK_BURST; used++) {
        for (unsigned int intervals = 0; intervals <= PRINTK_BURST + 2; intervals++) {
            struct printk_limit other = {0};
            unsigned int back = intervals < used ? intervals : used;

            for (unsigned int i = 0; i < used; i++) {
                assert_true(printk_allowed(&other));
            }
            other.last = clock_now() - intervals * (uint64_t)PRINTK_INTERVAL_NS;
            assert_int_equal(allowed(&other), PRINTK_BURST - used + back);
            for (unsigned int i = 0; i < used; i++) {
                assert_false(printk_allowed(&other));
            }
        }
    }
}

/* A nanosecond is missing, then not: at an interval's end and at that of the whole burst. */
static void it_is_forgiven_when_the_interval_is_over(void **state) {
    (void)state;
    for (unsigned int intervals = 1; intervals <= PRINTK_BURST; intervals++) {
        uint64_t now = clock_now();
        struct printk_limit early = {.used = PRINTK_BURST,
                                     .last = now + 1 - intervals * (uint64_t)PRINTK_INTERVAL_NS};
        struct printk_limit late = {.used = PRINTK_BURST,
                                    .last = now - intervals * (uint64_t)PRINTK_INTERVAL_NS};

        assert_int_equal(allowed(&early), intervals - 1);
        assert_int_equal(allowed(&late), intervals);
        assert_true(late.last == now);
    }
}

/* However long it was quiet, the next interval begins with the next message. */
static void a_long_silence_is_no_credit(void **state) {
    struct printk_limit other = {.used = 3, .last = 0};

    (void)state;
    run(100 * (uint64_t)PRINTK_INTERVAL_NS);
    uint64_t now = clock_now();
    assert_int_equal(allowed(&other), PRINTK_BURST);
    assert_true(other.last == now);
    struct printk_limit one = {.suppressed = 1};
    assert_false(printk_allowed(&one)); /* the note */
    assert_int_equal(one.suppressed, 0);
}

static void the_log_keeps_the_latest_and_can_be_read_in_pieces(void **state) {
    char text[PRINTK_LOG_SIZE + 1];
    uint32_t position = 0;

    (void)state;
    for (unsigned int i = 0; i < 3000; i++) {
        printk("message %u\n", i);
        run(MS);
    }
    size_t count = printk_log_read(&position, text, 100);
    assert_int_equal(count, 100);
    uint32_t first = 3000;
    count += printk_log_read(&position, text + 100, PRINTK_LOG_SIZE - 100);
    assert_int_equal(count, PRINTK_LOG_SIZE);
    text[count] = '\0';
    assert_string_equal(text + count - 13, "message 2999\n");
    /* Whole to the last byte, wherever the log comes round: those with four figures, backwards. */
    for (size_t at = count; at >= 13 && first > 1000; at -= 13) {
        char line[14];

        format_text(line, sizeof(line), "message %u\n", --first);
        assert_memory_equal(text + at - 13, line, 13);
    }
    assert_in_range(first, 1000, 3000 - PRINTK_LOG_SIZE / 13);
    assert_int_equal(printk_log_read(&position, text, 10), 0);
}

static void a_message_longer_than_the_limit_is_cut(void **state) {
    char text[1000];

    (void)state;
    memset(text, 'y', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    printk("%s", text);
    printk("\n");
    assert_int_equal(strlen(printed()), 8 + 255 + 2);
}

/* ---- Input ---- */

static void typed_text_goes_to_the_focus_alone(void **state) {
    char text[64];
    evtchn_port_t port;

    (void)state;
    assert_int_equal(event_bind_virq(&a->event, VIRQ_CONSOLE, 0, &port), 0);
    type("ls\r");
    assert_true(event_port_is_pending(&a->event, port));
    a->shared_info->evtchn_pending[0] = 0;
    type(""); /* an interrupt for nothing is no news */
    assert_false(event_port_is_pending(&a->event, port));
    assert_int_equal(read_text(b, text, 64), 0);
    assert_int_equal(read_text(a, text, 2), 2);
    assert_string_equal(text, "ls");
    assert_int_equal(read_text(a, text, 64), 1);
    assert_string_equal(text, "\r");
    assert_int_equal(read_text(a, text, 64), 0);
}

static void ctrl_a_three_times_moves_the_focus_around(void **state) {
    char text[64];

    (void)state;
    type(SWITCH);
    assert_int_equal(console_focus(), 1);
    assert_string_equal(fake_output(), "(dacre) *** console input: d1 test1\r\n");
    type("x");
    assert_int_equal(read_text(b, text, 64), 1);
    type(SWITCH);
    assert_int_equal(console_focus(), CONSOLE_FOCUS_HYPERVISOR);
    type(SWITCH);
    assert_int_equal(console_focus(), 0);
    type(SWITCH SWITCH);
    assert_int_equal(console_focus(), CONSOLE_FOCUS_HYPERVISOR);
}

static void fewer_ctrl_a_are_passed_on(void **state) {
    char text[64];

    (void)state;
    type("\001\001");
    assert_int_equal(read_text(a, text, 64), 0); /* held until it is clear what they are */
    type("b");
    assert_int_equal(read_text(a, text, 64), 3);
    assert_string_equal(text, "\001\001b");
    type("\001x\001y\001z");
    assert_int_equal(read_text(a, text, 64), 6);
    assert_int_equal(console_focus(), 0);
}

static void input_beyond_the_buffer_is_lost_not_written(void **state) {
    char text[1024];

    (void)state;
    for (unsigned int i = 0; i < 100; i++) {
        type("0123456789");
    }
    uint32_t count = 0;
    for (int32_t n; (n = read_text(a, text, sizeof(text) - 1)) > 0;) {
        count += (uint32_t)n;
    }
    assert_int_equal(count, CONSOLE_IN_SIZE);
}

/* Who types without end gets a batch a pause, whoever runs. */
static void input_interrupts_no_faster_than_a_line_brings_it(void **state) {
    char text[64];

    (void)state;
    fake_type("0123456789");
    irq_handle();
    irq_handle();
    assert_false(fake_board.pending[FAKE_UART_IRQ]);
    assert_int_equal(read_text(a, text, 64), STEP_RECEIVE);
    run(RECEIVE_PAUSE_NS - MS / 100);
    assert_int_equal(read_text(a, text, 64), 0);
    run(MS / 50);
    assert_int_equal(read_text(a, text, 64), STEP_RECEIVE);
    run(RECEIVE_PAUSE_NS);
    assert_int_equal(read_text(a, text, 64), 10 - 2 * STEP_RECEIVE);
    fake_type("x");
    run(2 * RECEIVE_PAUSE_NS);
    assert_int_equal(read_text(a, text, 64), 1);
}

static void the_focused_domains_prompt_appears_at_once(void **state) {
    (void)state;
    assert_int_equal(write_text(a, "/ # "), 0);
    assert_string_equal(fake_output(), "(d0) / # ");
    assert_int_equal(write_text(b, "login: "), 0);
    assert_string_equal(fake_output(), "");
    type(SWITCH);
    const char *output = fake_output();
    assert_non_null(strstr(output, "\r\n(d1) login: "));
}

static void the_focus_waits_for_a_domain_that_restarts(void **state) {
    char text[64];

    (void)state;
    focus_on(1);
    remove_domain(b);
    type("lost"); /* nobody there */
    assert_int_equal(console_focus(), 1);
    b = add(1);
    assert_int_equal(write_text(b, "again"), 0);
    run(MS);
    assert_string_equal(fake_output(), "(d1) again"); /* in the foreground */
    type("x");
    assert_int_equal(read_text(b, text, 64), 1);
    remove_domain(b);
    type(SWITCH);
    assert_int_equal(console_focus(), CONSOLE_FOCUS_HYPERVISOR);
}

static void a_domain_that_ends_leaves_its_last_words(void **state) {
    (void)state;
    assert_int_equal(write_text(b, "no newline"), 0);
    remove_domain(b);
    printk("next\n");
    const char *output = printed();
    assert_non_null(strstr(output, "(d1) no newline\r\n"));
    assert_non_null(strstr(output, "(dacre) next\r\n"));
}

/* What a key prints comes in the background. */
static const char *said_by(const char *key) {
    type(key);
    while (background_step(BACKGROUND_NEEDED)) {
    }
    return printed();
}

static unsigned int lines_of(const char *output, const char *word) {
    unsigned int count = 0;

    while ((output = strstr(output, word)) != NULL) {
        output += strlen(word);
        count++;
    }
    return count;
}

/* A line a step: the domain that is to be told of next is gone, or goes in the middle. */
static void a_domain_that_ends_is_told_of_no_more(void **state) {
    (void)state;
    focus_on(CONSOLE_FOCUS_HYPERVISOR);
    type("d");
    for (unsigned int lines = 0; lines < 2; lines++) { /* the head and the first of d0 */
        assert_true(background_step(BACKGROUND_NEEDED));
    }
    remove_domain(a);
    while (background_step(BACKGROUND_NEEDED)) {
    }
    const char *output = printed();
    assert_int_equal(lines_of(output, "d0 test0: "), 1);
    assert_int_equal(lines_of(output, "d1 test1: "), 1);
    assert_int_equal(lines_of(output, "vCPU 0"), 2);
    assert_int_equal(lines_of(output, " waited "), 1);
    a = add(0);
}

static void the_hypervisor_has_keys(void **state) {
    (void)state;
    focus_on(CONSOLE_FOCUS_HYPERVISOR);
    assert_non_null(strstr(said_by("h"), "h: this help"));
    const char *domains = said_by("d");
    assert_non_null(strstr(domains, "d1 test1: running\r\n(dacre)   vCPU 0 offline"));
    assert_non_null(strstr(domains, "    waited 0 ms"));
    assert_int_equal(lines_of(domains, "vCPU"), 2);
    assert_int_equal(lines_of(domains, " ran "), 2);
    assert_int_equal(lines_of(domains, " waited "), 2);
    const char *machine = said_by("i");
    assert_non_null(strstr(machine, "0 spurious interrupts, 0 FIQs, "));
    assert_non_null(strstr(machine, " frames free, 0 to be overwritten, "));
    assert_string_equal(said_by("\377z"), "");
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    console_init();
    console_keys_init();
    domain_keys_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_first_domain_that_starts_gets_the_input, power_off),
        test(each_domains_lines_are_told_apart),
        test(who_has_a_guarantee_is_let_by_and_pays_for_one_batch),
        test(a_long_write_is_done_whole),
        test(a_line_of_several_parts_stays_one),
        test(a_write_gives_way_to_interrupts),
        test(bad_calls_are_refused),
        test(a_full_uart_makes_the_writer_wait_and_nobody_else),
        test(a_slow_uart_gets_everything_by_and_by),
        test(a_dead_uart_stops_nobody),
        test(a_flood_is_held_to_its_rate),
        test(printk_from_a_guests_fault_is_limited),
        test(one_source_does_not_silence_another),
        test(suppressed_messages_are_counted),
        test(what_was_printed_is_forgiven_one_by_one),
        test(it_is_forgiven_when_the_interval_is_over),
        test(a_long_silence_is_no_credit),
        test(the_log_keeps_the_latest_and_can_be_read_in_pieces),
        test(a_message_longer_than_the_limit_is_cut),
        test(typed_text_goes_to_the_focus_alone),
        test(ctrl_a_three_times_moves_the_focus_around),
        test(fewer_ctrl_a_are_passed_on),
        test(input_beyond_the_buffer_is_lost_not_written),
        test(input_interrupts_no_faster_than_a_line_brings_it),
        test(the_focused_domains_prompt_appears_at_once),
        test(the_focus_waits_for_a_domain_that_restarts),
        test(a_domain_that_ends_leaves_its_last_words),
        test(a_domain_that_ends_is_told_of_no_more),
        test(the_hypervisor_has_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
