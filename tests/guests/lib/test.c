/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running tests; see test.h.  A test that fails many times prints few lines.
 */
#include "test.h"

#include <setjmp.h>
#include <stdio.h>

#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "trap.h"

#define MESSAGES_MAX 10

extern const struct test __tests_start[], __tests_end[];

static const struct test *running;
static uint32_t failures; /* of the running test */
static jmp_buf next_test;

static bool test_fail(void) {
    return ++failures <= MESSAGES_MAX;
}

bool test_compare(int64_t got, int64_t wanted, const char *what, const char *file, int line) {
    if (got != wanted && test_fail()) {
        printf("%s:%d: %s is %ld (0x%lx), not %ld (0x%lx)\n", file, line, what, (long)got,
               (unsigned long)got, (long)wanted, (unsigned long)wanted);
    }
    return got == wanted;
}

bool test_compare_trap(uint32_t got, uint32_t wanted, const char *what, const char *file,
                       int line) {
    if (got != wanted && test_fail()) {
        printf("%s:%d: %s ended in %s, not in %s\n", file, line, what, trap_name(got),
               trap_name(wanted));
    }
    return got == wanted;
}

void test_give_up(void) {
    if (!running) {
        test_abort_guest();
    }
    longjmp(next_test, 1);
}

void test_abort_guest(void) {
    printf("FAIL %s (the guest cannot go on)\n", running ? running->name : "start");
    shutdown(SHUTDOWN_crash);
}

static bool test_run(const struct test *test) {
    running = test;
    failures = 0;
    if (setjmp(next_test) == 0) {
        test->run();
    }
    trap_unexpect();
    event_unmask_all();
    running = NULL;
    printf("%s %s\n", failures ? "FAIL" : "PASS", test->name);
    return failures == 0;
}

void test_run_all(void) {
    unsigned int passed = 0, failed = 0;

    for (const struct test *test = __tests_start; test < __tests_end; test++) {
        if (option_given("only") && !option_is("only", test->name)) {
            continue;
        }
        if (test_run(test)) {
            passed++;
        } else {
            failed++;
        }
    }
    printf("DONE %u passed, %u failed\n", passed, failed);
    shutdown(SHUTDOWN_poweroff);
}
