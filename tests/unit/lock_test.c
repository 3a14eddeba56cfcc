/* SPDX-License-Identifier: GPL-2.0-only */
/* The unit tests' locks: who breaks the order that lock.h gives, or takes or releases a lock that
 * is not to be taken or released, does not go on. */
/* links: core/base */
#include "core/base/lock.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support_cmocka.h"

static spinlock_t list = SPINLOCK_INIT(LOCK_DOMAIN_LIST), heap = SPINLOCK_INIT(LOCK_HEAP),
                  event = SPINLOCK_INIT(LOCK_EVENT), other_event = SPINLOCK_INIT(LOCK_EVENT),
                  space = SPINLOCK_INIT(LOCK_SPACE), other_space = SPINLOCK_INIT(LOCK_SPACE), bare;

/* Does @fn, in a process of its own, come to its end? */
static bool survives(void (*fn)(void)) {
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        (void)freopen("/dev/null", "w", stderr);
        signal(SIGABRT, SIG_DFL);
        fn();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) || WTERMSIG(status) == SIGABRT);
    return WIFEXITED(status);
}

static void inwards(void) {
    spin_lock(&list);
    spin_lock(&event);
    spin_lock(&heap);
    spin_unlock(&event); /* in any order */
    spin_unlock(&heap);
    spin_unlock(&list);
    spin_lock(&list);
}

static void outwards(void) {
    spin_lock(&heap);
    spin_lock(&event);
}

/* What was released does not count any more. */
static void one_after_the_other(void) {
    spin_lock(&heap);
    spin_unlock(&heap);
    spin_lock(&event);
}

static void outwards_of_the_first(void) {
    spin_lock(&event);
    spin_lock(&heap);
    spin_unlock(&heap);
    spin_lock(&list);
}

static void two_events(void) {
    spin_lock(&event);
    spin_lock(&other_event);
}

static void two_spaces(void) {
    spin_lock(&space);
    spin_lock(&other_space);
}

static void twice(void) {
    spin_lock(&event);
    spin_lock(&event);
}

static void not_initialised(void) {
    spin_lock(&bare);
}

static void not_held(void) {
    spin_lock(&event);
    spin_unlock(&other_event);
}

static void the_order_is_kept(void **state) {
    (void)state;
    assert_true(survives(inwards));
    assert_true(survives(one_after_the_other));
    assert_false(survives(outwards));
    assert_false(survives(outwards_of_the_first));
}

static void two_of_a_rank_only_where_that_is_ordered(void **state) {
    (void)state;
    assert_true(survives(two_events));
    assert_false(survives(two_spaces));
}

static void locks_are_taken_and_released_once(void **state) {
    (void)state;
    assert_false(survives(twice));
    assert_false(survives(not_initialised));
    assert_false(survives(not_held));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_kept),
        cmocka_unit_test(two_of_a_rank_only_where_that_is_ordered),
        cmocka_unit_test(locks_are_taken_and_released_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
