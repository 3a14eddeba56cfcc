/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor's end: what it still says, with a lock held, a UART that hangs, twice. */
/* links: core/domain */
#include "core/base/panic.h"

#include <arch/fake.h>

#include "core/base/percpu.h"
#include "core/base/printk.h"
#include "core/console/console.h"
#include "core/time/clock.h"
#include "core/time/timer.h"
#include "support_cmocka.h"

/* One program, one panic: the tests run in this order. */

static void messages_before_the_uart_are_kept(void **state) {
    (void)state;
    devices = (struct devices){0};
    printk("very early\n");
    fake_board_init(0);
    printk("later\n");
    assert_string_equal(fake_output(), "(dacre) very early\r\n(dacre) later\r\n");
}

static void before_console_start_output_waits_for_the_uart(void **state) {
    (void)state;
    fake_board.tx_room = 5; /* then it hangs: the wait is bounded */
    printk("boot\n");
    assert_string_equal(fake_output(), "(dacr");
    fake_board.tx_room = FAKE_ROOM;
    printk("x\n");
}

static void check_fails(void) {
    CHECK(1 + 1 == 3);
}

static void panic_says_what_was_waiting_and_why_and_halts(void **state) {
    jmp_buf halted;

    (void)state;
    clock_init();
    timer_queue_init();
    console_start();
    (void)fake_output();
    fake_board.tx_room = 0;
    printk("waiting in the buffer\n");
    fake_board.tx_room = FAKE_ROOM;
    console_lock(); /* the panic may come from anywhere */
    fake_halt_jump = &halted;
    if (setjmp(halted) == 0) {
        check_fails();
        fail();
    }
    const char *output = fake_output();
    assert_non_null(strstr(output, "(dacre) waiting in the buffer\r\n"));
    assert_non_null(strstr(output, "\r\n(dacre) PANIC: tests/unit/panic_test.c:"));
    assert_non_null(strstr(output, ": CHECK(1 + 1 == 3)\r\n"
                                   "(dacre)   no backtrace on the build host\r\n"
                                   "(dacre) Stopped.\r\n"));
}

static void a_panic_within_a_panic_just_halts(void **state) {
    jmp_buf halted;

    (void)state;
    fake_halt_jump = &halted;
    if (setjmp(halted) == 0) {
        panic("again");
    }
    assert_string_equal(fake_output(), "");
}

/* There is nobody left who would end it. */
static void after_it_a_line_needs_no_end(void **state) {
    (void)state;
    printk("unfinished");
    assert_string_equal(fake_output(), "(dacre) unfinished");
}

int main(void) {
    console_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_before_the_uart_are_kept),
        cmocka_unit_test(before_console_start_output_waits_for_the_uart),
        cmocka_unit_test(panic_says_what_was_waiting_and_why_and_halts),
        cmocka_unit_test(a_panic_within_a_panic_just_halts),
        cmocka_unit_test(after_it_a_line_needs_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
