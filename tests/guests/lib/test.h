/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of a guest:
 *
 *     TEST(name_of_the_behaviour) { EXPECT_EQ(what, value); }
 *
 * Each prints "PASS name" or "FAIL name"; at the end "DONE guest: n passed, n failed"
 * and power off.  Option only=name runs one.
 */
#ifndef GUEST_TEST_H
#define GUEST_TEST_H

#include <stdbool.h>
#include <stdint.h>

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(test_name)                                                     \
    static void test_name(void);                                            \
    static const struct test test_of_##test_name                            \
        __attribute__((section(".tests"), used)) = {#test_name, test_name}; \
    static void test_name(void)

/* EXPECT goes on after a failure, REQUIRE ends the test. */
#define EXPECT_EQ(got, wanted) \
    test_compare((int64_t)(got), (int64_t)(wanted), #got, __FILE__, __LINE__)
#define EXPECT_TRUE(claim) EXPECT_EQ(!!(claim), 1)
#define REQUIRE_EQ(got, wanted)        \
    do {                               \
        if (!EXPECT_EQ(got, wanted)) { \
            test_give_up();            \
        }                              \
    } while (0)
/* got must be one of the TRAP_* kinds. */
#define EXPECT_TRAP(got, wanted) test_compare_trap(got, wanted, #got, __FILE__, __LINE__)

bool test_compare(int64_t got, int64_t wanted, const char *what, const char *file, int line);
bool test_compare_trap(uint32_t got, uint32_t wanted, const char *what, const char *file, int line);
/** test_give_up() - end the running test as failed; outside of one, the guest. */
_Noreturn void test_give_up(void);
/** test_abort_guest() - the guest cannot go on: "FAIL", crash shutdown. */
_Noreturn void test_abort_guest(void);
/** test_run_all() - then power off. */
_Noreturn void test_run_all(void);

#endif /* GUEST_TEST_H */
