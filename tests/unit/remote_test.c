/* SPDX-License-Identifier: GPL-2.0-only */
/* Maintenance that other CPUs do for one, wherever they are: arch/arm/v6mp/remote.c on four CPUs,
 * of which each does a step whenever another one waits. */
#define ARCH_CPUS_H      /* the fake machine has one CPU */
#define ARCH_CPU_MAX     4
#define ARCH_OWN_KERNELS 8
struct arch_percpu {};

#include "arch/arm/v6mp/remote.c"

#include <stdlib.h>
#include <string.h>

#include "support_cmocka.h"

enum place { ABSENT, IN_GUEST, ASLEEP, WAITS_FOR_LOCK };

static struct cpu {
    enum place place;
    bool is_kicked, has_event; /* an interrupt, masked while it waits for a lock; what ends a WFE */
    bool asks;                 /* something of everybody, before it answers */
    unsigned int tlb, icache, dcache;
} cpus[ARCH_CPU_MAX];
static unsigned int me;
static unsigned int depth; /* of CPUs that wait for each other */
static bool asks_again;    /* CPU 0 asks CPU 1 once more while that one answers */
void (*fake_on_barrier)(void);
void (*fake_on_replace)(volatile uint32_t *word);

unsigned int arch_cpu_id(void) {
    return me;
}

bool cpu_is_up(unsigned int cpu) {
    return cpus[cpu].place != ABSENT;
}

void cpus_kick(uint32_t mask) {
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        cpus[i].is_kicked |= (mask & 1u << i) != 0;
    }
}

void cpu_wake_waiting(void) {
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        cpus[i].has_event = true;
    }
}

void cpu_stop_if_asked(void) {}

void panic(const char *format, ...) {
    fail_msg("%s", format);
    abort();
}

void here_tlb(void) {
    cpus[me].tlb++;
    if (asks_again) {
        asks_again = false;
        (void)ask(1, REMOTE_TLB);
    }
}

void here_icache(void) {
    cpus[me].icache++;
}

void here_dcache(void) {
    cpus[me].dcache++;
}

/* What this CPU does when it is its turn. */
static void step(struct cpu *cpu) {
    bool comes_in = cpu->place == WAITS_FOR_LOCK ? cpu->has_event : cpu->is_kicked;

    if (cpu->place == ABSENT || !comes_in) {
        return;
    }
    cpu->is_kicked = cpu->has_event = false;
    if (cpu->asks) {
        cpu->asks = false;
        remote_do(REMOTE_TLB, ~0u);
    }
    remote_answer();
}

void arch_cpu_relax(void) {
    unsigned int waits = me;

    assert_true(++depth < 100);
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if (i != waits) {
            me = i;
            step(&cpus[i]);
        }
    }
    me = waits;
    depth--;
}

/* All up, with what they do at first behind them. */
static int start(void **state) {
    (void)state;
    memset(cpus, 0, sizeof(cpus));
    depth = 0;
    for (me = 0; me < ARCH_CPU_MAX; me++) {
        cpus[me].place = IN_GUEST;
        remote_answer();
    }
    memset(cpus, 0, sizeof(cpus));
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        cpus[i].place = IN_GUEST;
    }
    me = 0;
    return 0;
}

static void all_that_are_asked_have_done_it(void **state) {
    (void)state;
    cpus[1].place = IN_GUEST;
    cpus[2].place = ASLEEP;
    cpus[3].place = WAITS_FOR_LOCK;
    remote_do(REMOTE_TLB, ~0u);
    assert_int_equal(cpus[0].tlb, 0);
    for (unsigned int i = 1; i < ARCH_CPU_MAX; i++) {
        assert_int_equal(cpus[i].tlb, 1);
        assert_int_equal(cpus[i].icache + cpus[i].dcache, 0);
    }
}

static void only_those_do_it(void **state) {
    (void)state;
    remote_do(REMOTE_ICACHE | REMOTE_DCACHE, 1u << 2 | 1u << 0);
    assert_int_equal(cpus[2].icache, 1);
    assert_int_equal(cpus[2].dcache, 1);
    assert_int_equal(cpus[2].tlb, 0);
    assert_int_equal(cpus[1].icache + cpus[3].icache + cpus[0].icache, 0);
    assert_false(cpus[1].is_kicked || cpus[3].is_kicked);
    remote_do(REMOTE_TLB, 0);
    assert_int_equal(cpus[1].tlb + cpus[2].tlb + cpus[3].tlb, 0);
}

/* Whatever it was asked before it came, nobody waited for it: it does everything when it comes. */
static void one_that_comes_later_does_everything(void **state) {
    (void)state;
    memset(remotes, 0, sizeof(remotes));
    remotes[3] = (struct remote){.what = REMOTE_ALL, .asked = 1};
    cpus[3].place = ABSENT;
    remote_do(REMOTE_TLB, ~0u);
    assert_int_equal(cpus[3].tlb, 0);
    me = 3;
    cpus[3].place = IN_GUEST;
    remote_answer();
    assert_int_equal(cpus[3].tlb, 1);
    assert_int_equal(cpus[3].icache, 1);
    assert_int_equal(cpus[3].dcache, 1);
    remote_answer();
    assert_int_equal(cpus[3].tlb, 1);
}

/* Two that wait for each other answer each other. */
static void who_waits_answers(void **state) {
    (void)state;
    cpus[2].asks = true;
    remote_do(REMOTE_ICACHE, 1u << 2);
    assert_int_equal(cpus[2].icache, 1);
    assert_int_equal(cpus[0].tlb, 1);
    assert_int_equal(cpus[1].tlb, 1);
    assert_int_equal(cpus[3].tlb, 1);
}

static void what_is_asked_during_an_answer_is_done_after_it(void **state) {
    (void)state;
    asks_again = true;
    remote_do(REMOTE_TLB, 1u << 1);
    assert_int_equal(cpus[1].tlb, 1);
    me = 1;
    remote_answer();
    assert_int_equal(cpus[1].tlb, 2);
    remote_answer();
    assert_int_equal(cpus[1].tlb, 2);
}

static void the_count_may_wrap(void **state) {
    (void)state;
    remotes[1].asked = remotes[1].answered = UINT32_MAX;
    remote_do(REMOTE_TLB, 1u << 1);
    assert_int_equal(cpus[1].tlb, 1);
    assert_int_equal(remotes[1].answered, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_that_are_asked_have_done_it, start),
        cmocka_unit_test_setup(only_those_do_it, start),
        cmocka_unit_test_setup(one_that_comes_later_does_everything, start),
        cmocka_unit_test_setup(who_waits_answers, start),
        cmocka_unit_test_setup(what_is_asked_during_an_answer_is_done_after_it, start),
        cmocka_unit_test_setup(the_count_may_wrap, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
