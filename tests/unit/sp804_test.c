/* SPDX-License-Identifier: GPL-2.0-only */
/* The one-shot timer never fires early, and what it is told fits its registers. */
/* links: core/device */
#include "drivers/sp804.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CONTROL_RUNNING \
    (TIMERCONTROL_ENABLE | TIMERCONTROL_INT | TIMERCONTROL_32BIT | TIMERCONTROL_ONESHOT)

static uint32_t registers[16];
static uint32_t clock_hz;
static int irq;
static int maps;

void *driver_map(const void *fdt, int node, unsigned int index, maddr_t *base) {
    (void)fdt;
    (void)node;
    (void)base;
    assert_int_equal(index, 0);
    maps++;
    return registers;
}

uint32_t driver_clock_hz(const void *fdt, int node, const char *name) {
    (void)fdt;
    (void)node;
    assert_string_equal(name, "timer0");
    return clock_hz;
}

int intc_irq(const void *fdt, int node, unsigned int index) {
    (void)fdt;
    (void)node;
    assert_int_equal(index, 0);
    return irq;
}

static int probe(uint32_t hz) {
    devices = (struct devices){0};
    clock_hz = hz;
    irq = 4;
    maps = 0;
    registers[TIMER1CONTROL / 4] = registers[TIMER2CONTROL / 4] = 0xff;
    return sp804_probe(NULL, 0);
}

static uint32_t load_for(uint32_t ns) {
    devices.oneshot->set(ns);
    assert_int_equal(registers[TIMER1CONTROL / 4], CONTROL_RUNNING);
    return registers[TIMER1LOAD / 4];
}

static void deadlines_are_rounded_up(void **state) {
    (void)state;
    assert_int_equal(probe(1000000), 0);
    for (uint64_t ns = 0; ns <= UINT32_MAX; ns += ns < 10000 ? 1 : 999983) {
        uint64_t whole =
            load_for((uint32_t)ns) - 1; /* what is left of the present tick counts nothing */

        assert_in_range(whole * 1000, ns, ns + 2000);
    }
    assert_in_range(load_for(UINT32_MAX), 4294969, 4294970);
}

static void a_clock_that_is_no_whole_number_of_ns_is_not_early(void **state) {
    (void)state;
    assert_int_equal(probe(24000000), 0);
    for (uint32_t ns = 1; ns < 4000000000u; ns += 12345677) {
        assert_true((uint64_t)load_for(ns) * 1000000000u >= (uint64_t)ns * 24000000u);
    }
}

static void both_timers_are_off_after_the_probe(void **state) {
    (void)state;
    assert_int_equal(probe(1000000), 0);
    assert_int_equal(devices.oneshot_irq, 4);
    assert_false(registers[TIMER1CONTROL / 4] & TIMERCONTROL_ENABLE);
    assert_false(registers[TIMER2CONTROL / 4] & TIMERCONTROL_ENABLE);
    load_for(1000);
    devices.oneshot->stop();
    assert_false(registers[TIMER1CONTROL / 4] & TIMERCONTROL_ENABLE);
}

static void a_second_module_is_taken_but_not_used(void **state) {
    (void)state;
    assert_int_equal(probe(1000000), 0);
    assert_int_equal(sp804_probe(NULL, 1), 0);
    assert_int_equal(maps, 1);
}

static void it_needs_a_clock_and_a_line(void **state) {
    (void)state;
    assert_int_equal(probe(0), -XEN_EINVAL);
    assert_int_equal(probe(2000000000), -XEN_EINVAL);
    assert_null(devices.oneshot);
    devices = (struct devices){0};
    clock_hz = 1000000;
    irq = -XEN_EAGAIN;
    assert_int_equal(sp804_probe(NULL, 0), -XEN_EAGAIN);
    assert_null(devices.oneshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_are_rounded_up),
        cmocka_unit_test(a_clock_that_is_no_whole_number_of_ns_is_not_early),
        cmocka_unit_test(both_timers_are_off_after_the_probe),
        cmocka_unit_test(a_second_module_is_taken_but_not_used),
        cmocka_unit_test(it_needs_a_clock_and_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
