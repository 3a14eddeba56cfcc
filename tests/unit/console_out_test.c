/* SPDX-License-Identifier: GPL-2.0-only */
/* Several sources on one line printer: prefixes, whole lines, fairness, odd bytes. */
/* links: core/console */
#include "core/console/console_out.h"

#include "support_cmocka.h"

#define SIZE 128u

static struct console_out a, b;
static char a_bytes[SIZE], b_bytes[SIZE];
static char output[8192];

static int power_on(void **state) {
    (void)state;
    strcpy(a.prefix, "(a) ");
    strcpy(b.prefix, "(b) ");
    console_out_add(&a, a_bytes, SIZE);
    console_out_add(&b, b_bytes, SIZE);
    return 0;
}

static int console_out_next(void) {
    const char *run;

    if (console_out_run(&run) == 0) {
        return -1;
    }
    console_out_sent(1);
    return (unsigned char)*run;
}

static const char *drain(void) {
    size_t count = 0;

    for (int byte = console_out_next(); byte >= 0; byte = console_out_next()) {
        assert_true(count < sizeof(output) - 1);
        output[count++] = (char)byte;
    }
    output[count] = '\0';
    return output;
}

/* A source that stays, since the last one may not go. */
static struct console_out keeper;
static char keeper_bytes[SIZE];

static int add_keeper(void **state) {
    (void)state;
    console_out_add(&keeper, keeper_bytes, SIZE);
    return 0;
}

static int power_off(void **state) {
    (void)state;
    console_out_remove(&a);
    console_out_remove(&b);
    console_out_foreground(NULL);
    (void)drain();
    return 0;
}

static void put(struct console_out *out, const char *text) {
    assert_int_equal(console_out_put(out, text, strlen(text)), strlen(text));
}

static void lines_get_prefix_and_cr_lf(void **state) {
    (void)state;
    put(&a, "one\ntwo\r\nthree\r\r\n");
    assert_string_equal(drain(), "(a) one\r\n(a) two\r\n(a) three\r\n");
}

static void a_background_source_is_printed_by_whole_lines(void **state) {
    (void)state;
    put(&a, "begin");
    assert_string_equal(drain(), "");
    assert_false(console_out_ready());
    put(&a, " end\nmore");
    assert_true(console_out_ready());
    assert_string_equal(drain(), "(a) begin end\r\n");
}

static void the_foreground_is_printed_at_once(void **state) {
    (void)state;
    console_out_foreground(&a);
    put(&a, "/ # ");
    assert_string_equal(drain(), "(a) / # ");
    put(&a, "l");
    assert_string_equal(drain(), "l");
    put(&a, "s\n");
    assert_string_equal(drain(), "s\r\n");
}

static void another_source_breaks_the_line_and_it_goes_on_after(void **state) {
    (void)state;
    console_out_foreground(&a);
    put(&a, "/ # ");
    assert_string_equal(drain(), "(a) / # ");
    put(&b, "hello\n");
    assert_string_equal(drain(), "\r\n(b) hello\r\n");
    put(&a, "ls");
    assert_string_equal(drain(), "(a) ls");
}

static void coming_to_the_foreground_shows_what_waits(void **state) {
    (void)state;
    put(&a, "login: ");
    assert_string_equal(drain(), "");
    console_out_foreground(&a);
    assert_string_equal(drain(), "(a) login: ");
}

static void lines_of_two_sources_take_turns(void **state) {
    (void)state;
    put(&a, "1\n2\n3\n");
    put(&b, "x\ny\n");
    assert_string_equal(drain(), "(b) x\r\n(a) 1\r\n(b) y\r\n(a) 2\r\n(a) 3\r\n");
}

static void a_line_longer_than_the_buffer_is_printed_in_pieces(void **state) {
    char text[SIZE];

    (void)state;
    memset(text, 'x', SIZE);
    assert_int_equal(console_out_put(&a, text, SIZE), SIZE);
    assert_int_equal(console_out_put(&a, text, 1), 0);
    assert_int_equal(strlen(drain()), 4 + SIZE);
    put(&a, "end\n");
    assert_string_equal(drain(), "end\r\n");
}

static void an_endless_line_does_not_keep_others_from_printing(void **state) {
    unsigned int printed = 0;

    (void)state;
    console_out_foreground(&a);
    put(&a, "begun");
    assert_string_equal(drain(), "(a) begun");
    put(&b, "b\n");
    for (; printed < 4 * CONSOLE_TURN_MAX; printed++) {
        while (console_out_put(&a, "x", 1) == 1) {
        }
        if (console_out_next() == 'b') {
            break;
        }
    }
    assert_in_range(printed, 0, CONSOLE_TURN_MAX + 64);
    assert_non_null(strstr(drain(), "\r\n"));
}

static void a_flood_of_lines_leaves_every_second_line_to_others(void **state) {
    unsigned int other = 0;

    (void)state;
    for (unsigned int i = 0; i < 100; i++) {
        (void)console_out_put(&a, "flood\n", 6);
        (void)console_out_put(&b, "b\n", 2);
        for (unsigned int byte = 0; byte < 12; byte++) { /* slower than what comes */
            int c = console_out_next();

            other += c == 'b';
        }
    }
    assert_in_range(other, 60, 200); /* each of b's lines has two */
}

static void odd_bytes_pass(void **state) {
    (void)state;
    assert_int_equal(console_out_put(&a, "\0\033[1m\377\n", 7), 7);
    size_t count = 0;
    for (int byte = console_out_next(); byte >= 0; byte = console_out_next()) {
        output[count++] = (char)byte;
    }
    assert_int_equal(count, 4 + 6 + 2);
    assert_memory_equal(output, "(a) \0\033[1m\377\r\n", count);
}

static void carriage_returns_alone_never_hang(void **state) {
    (void)state;
    console_out_foreground(&a);
    put(&a, "\r\r\r\r");
    assert_string_equal(drain(), "(a) ");
    put(&a, "x");
    assert_string_equal(drain(), "\r(a) x");
}

static void a_carriage_return_does_not_print_over_the_prefix(void **state) {
    (void)state;
    put(&a, "10%\r20%\r\r(b) forged\n");
    assert_string_equal(drain(), "(a) 10%\r(a) 20%\r(a) (b) forged\r\n");
    put(&a, "\r(b) forged\n");
    assert_string_equal(drain(), "(a) (b) forged\r\n");
}

static void carriage_returns_buy_no_longer_turn(void **state) {
    unsigned int printed = 0;

    (void)state;
    console_out_foreground(&a);
    put(&a, "x");
    (void)drain();
    put(&b, "b\n");
    for (; console_out_next() != 'b'; printed++) {
        (void)console_out_put(&a, "\rx", 2);
        assert_in_range(printed, 0, CONSOLE_TURN_MAX + 64);
    }
}

static void removal_in_the_middle_of_a_line_ends_the_line(void **state) {
    (void)state;
    console_out_foreground(&a);
    put(&a, "half");
    assert_string_equal(drain(), "(a) half");
    console_out_remove(&a);
    put(&b, "next\n");
    assert_string_equal(drain(), "\r\n(b) next\r\n");
    console_out_add(&a, a_bytes, SIZE);
}

static void urgent_text_does_not_wait_for_its_newline(void **state) {
    (void)state;
    a.is_urgent = true;
    put(&a, "PANIC");
    assert_string_equal(drain(), "(a) PANIC");
}

static void indices_may_wrap(void **state) {
    (void)state;
    a.head = a.tail = 0xfffffffe;
    put(&a, "wrapped\n");
    assert_int_equal(console_out_used(&a), 8);
    assert_string_equal(drain(), "(a) wrapped\r\n");
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(lines_get_prefix_and_cr_lf),
        test(a_background_source_is_printed_by_whole_lines),
        test(the_foreground_is_printed_at_once),
        test(another_source_breaks_the_line_and_it_goes_on_after),
        test(coming_to_the_foreground_shows_what_waits),
        test(lines_of_two_sources_take_turns),
        test(a_line_longer_than_the_buffer_is_printed_in_pieces),
        test(an_endless_line_does_not_keep_others_from_printing),
        test(a_flood_of_lines_leaves_every_second_line_to_others),
        test(odd_bytes_pass),
        test(carriage_returns_alone_never_hang),
        test(a_carriage_return_does_not_print_over_the_prefix),
        test(carriage_returns_buy_no_longer_turn),
        test(removal_in_the_middle_of_a_line_ends_the_line),
        test(urgent_text_does_not_wait_for_its_newline),
        test(indices_may_wrap),
    };

    return cmocka_run_group_tests(tests, add_keeper, NULL);
}
