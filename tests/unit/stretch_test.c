/* SPDX-License-Identifier: GPL-2.0-only */
/* What ends a stretch of instructions with interrupts off, and what does not (tools/plugin). */
/* links: tools/plugin/stretch.c tools/plugin/table.c */
#include "../../tools/plugin/stretch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VECTORS     0xffff0000u
#define VECTORS_END 0xffff0f00u
#define IRQ_VECTOR  0xffff0018u
#define SWI_VECTOR  0xffff0008u
#define LOOK        0xfe110000u
#define LOOK_DUE    0xfe110100u
#define TIMER       0xfe110200u /* timer_interrupt() */
#define EOI         0xfe110300u
#define WORK        0xfe118000u

/* As QEMU does it: the call comes as the block begins, then its instructions are counted. */
static void run(uint32_t address, uint32_t insns) {
    stretch_block(address, stretch_place_of(address));
    stretch_inside += insns;
}

static void guest(void) {
    stretch_outside += 10;
}

/* What was printed of all runs up to here. */
static char *report(void) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    guest();
    run(SWI_VECTOR, 1);
    guest();
    fputc('\n', out);
    stretch_print(out);
    fclose(out);
    return text;
}

static void expect(const char *line, bool is_there) {
    char *text = report();

    if ((strstr(text, line) != NULL) != is_there) {
        fail_msg("%s: %s in\n%s", line, is_there ? "not" : "there", text);
    }
    free(text);
}

/* Each test is a row of its own, so that none sees what another did. */
static uint32_t row;

static int next_row(void **state) {
    (void)state;
    stretch_row(++row);
    guest();
    return 0;
}

static int set_up(void **state) {
    (void)state;
    stretch_init(VECTORS, VECTORS_END);
    assert_true(stretch_place_at(LOOK, STRETCH_LOOK));
    assert_true(stretch_place_at(LOOK_DUE, STRETCH_LOOK_DUE));
    assert_true(stretch_place_at(TIMER, STRETCH_BLIND));
    assert_true(stretch_place_at(EOI, STRETCH_SEEING));
    return 0;
}

static void expect_longest(uint32_t insns) {
    char line[64];

    snprintf(line, sizeof(line), "\nrow %u %u\n", row, insns);
    expect(line, true);
}

static void a_stay_is_what_runs_between_two_of_the_guest(void **state) {
    (void)state;
    run(SWI_VECTOR, 4);
    run(WORK, 100);
    run(WORK + 64, 30);
    guest();
    run(SWI_VECTOR, 4);
    run(WORK, 20);
    expect_longest(134);
}

static void a_look_ends_it(void **state) {
    (void)state;
    run(SWI_VECTOR, 4);
    run(WORK, 700);
    run(LOOK, 16);
    run(WORK, 600);
    expect_longest(704);
}

static void sleep_ends_it(void **state) {
    (void)state;
    run(SWI_VECTOR, 4);
    run(WORK, 700);
    stretch_idle();
    run(WORK, 800);
    expect_longest(800);
}

/* The timer's callbacks look, but the hardware is not set for the next deadline yet. */
static void a_look_in_a_timer_callback_ends_nothing(void **state) {
    (void)state;
    run(IRQ_VECTOR, 10);
    run(LOOK, 20); /* takes the interrupt */
    run(TIMER, 30);
    for (int i = 0; i < 4; i++) {
        run(WORK, 1000);
        run(LOOK, 16);
    }
    run(EOI, 12);
    run(WORK, 40);
    expect_longest(20 + 30 + 4 * 1016 + 12 + 40);
}

static void after_the_end_of_the_interrupt_a_look_sees(void **state) {
    (void)state;
    run(IRQ_VECTOR, 10);
    run(TIMER, 30);
    run(WORK, 500);
    run(EOI, 12);
    run(LOOK, 16);
    run(WORK, 900);
    expect_longest(916);
}

static void a_look_for_due_timers_sees_in_a_callback(void **state) {
    (void)state;
    run(IRQ_VECTOR, 10);
    run(TIMER, 30);
    run(WORK, 700);
    run(LOOK, 16);
    run(LOOK_DUE, 8);
    run(WORK, 600);
    run(LOOK, 16);
    run(LOOK_DUE, 8);
    run(EOI, 12);
    expect_longest(10 + 30 + 700 + 16);
}

static void blindness_does_not_outlive_the_stay(void **state) {
    (void)state;
    run(IRQ_VECTOR, 10);
    run(TIMER, 30);
    guest();
    run(SWI_VECTOR, 4);
    run(WORK, 300);
    run(LOOK, 16);
    run(WORK, 310);
    expect_longest(326);
}

static void the_place_is_where_most_of_it_went(void **state) {
    char line[64];

    (void)state;
    run(SWI_VECTOR, 4);
    for (int i = 0; i < 20; i++) {
        run(WORK + 0x40, 30);
        run(WORK + 0x80, 31);
    }
    snprintf(line, sizeof(line), "stretch 1224 %08x %08x %u\n", SWI_VECTOR, WORK + 0x80, row);
    expect(line, true);
}

static void what_ran_before_a_row_is_not_of_it(void **state) {
    (void)state;
    run(SWI_VECTOR, 4);
    run(WORK, 900);
    next_row(state);
    run(SWI_VECTOR, 4);
    run(WORK, 50);
    expect_longest(54);
}

/* The boot came from no vector. */
static void what_begins_elsewhere_does_not_count(void **state) {
    char line[32];

    (void)state;
    run(WORK, 5000);
    run(LOOK, 16);
    run(WORK, 5000);
    snprintf(line, sizeof(line), "\nrow %u ", row);
    expect(line, false);
}

static void places_run_out(void **state) {
    (void)state;
    while (stretch_place_at(WORK + 0x1000, STRETCH_LOOK)) {
    }
    assert_int_equal(stretch_place_of(WORK), STRETCH_PLAIN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_stay_is_what_runs_between_two_of_the_guest, next_row),
        cmocka_unit_test_setup(a_look_ends_it, next_row),
        cmocka_unit_test_setup(sleep_ends_it, next_row),
        cmocka_unit_test_setup(a_look_in_a_timer_callback_ends_nothing, next_row),
        cmocka_unit_test_setup(after_the_end_of_the_interrupt_a_look_sees, next_row),
        cmocka_unit_test_setup(a_look_for_due_timers_sees_in_a_callback, next_row),
        cmocka_unit_test_setup(blindness_does_not_outlive_the_stay, next_row),
        cmocka_unit_test_setup(the_place_is_where_most_of_it_went, next_row),
        cmocka_unit_test_setup(what_ran_before_a_row_is_not_of_it, next_row),
        cmocka_unit_test_setup(what_begins_elsewhere_does_not_count, next_row),
        cmocka_unit_test(places_run_out),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
