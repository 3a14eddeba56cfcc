/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts what it gets done, and what it is charged for that: alone, and then while others wake
 * and sleep beside it.  Options: start= (when they have begun, ms), ms= (how long).  Prints twice
 * "<alone|beside>: <units of work> units, charged <ns> of <ns>".
 */
#include <stdio.h>

#include "clock.h"
#include "hypercall.h"
#include "option.h"
#include "test.h"

#define UNIT_LOOPS 500u

/* 1,001 instructions, whatever the compiler thinks of it. */
static void do_unit(void) {
    uint32_t n = UNIT_LOOPS;

    __asm__ volatile("1: subs %0, %0, #1\n\tbne 1b" : "+r"(n) : : "cc");
}

static uint64_t charged(void) {
    struct vcpu_runstate_info runstate;

    EXPECT_EQ(vcpu_op(VCPUOP_get_runstate_info, 0, &runstate), 0);
    return runstate.time[RUNSTATE_running];
}

static void wait_until(uint64_t ns) {
    while (clock_ns() < ns) { /* spinning, so that it has no claim from sleeping */
    }
}

static void measure(const char *when, uint64_t start, uint64_t length) {
    uint32_t units = 0;
    uint64_t ran, now;

    wait_until(start);
    start = clock_ns();
    ran = charged();
    do {
        do_unit();
        units++;
        now = clock_ns();
    } while (now < start + length);
    ran = charged() - ran;
    printf("%s: %lu units, charged %lu of %lu\n", when, units, (unsigned long)ran,
           (unsigned long)(now - start));
}

TEST(work_is_counted) {
    uint64_t start = option_number("start", 200) * NS_PER_MS;

    measure("alone", clock_ns(), start / 2);
    measure("beside", start, option_number("ms", 1000) * NS_PER_MS);
}
