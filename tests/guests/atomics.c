/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomics: an interrupted read-modify-write starts again, so that no update is lost between
 * kernel code and upcalls.  By restartable sequences on all cores, and by the core's own way.
 */
#include "clock.h"
#include "core.h"
#include "event.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "restart.h"
#include "test.h"
#include "trap.h"

#define RUN_NS    (60 * NS_PER_MS)
#define PERIOD_NS (13 * NS_PER_US)

static volatile uint32_t counter;
static volatile uint32_t upcalls;

/* Adds as well: if the interrupted sequence went on with its old value, this would be lost. */
static void add_in_upcall(uint32_t port) {
    (void)port;
    core_add(&counter, 1);
    upcalls++;
    clock_timer(clock_ns() + PERIOD_NS + upcalls % 97 * 40, 0);
}

/* How many additions were lost when @add ran against timer upcalls. */
static uint32_t lost_with(uint32_t (*add)(volatile uint32_t *word, uint32_t n)) {
    uint64_t end = clock_ns() + RUN_NS;
    uint32_t added = 0;

    counter = 0;
    upcalls = 0;
    clock_timer(clock_ns() + PERIOD_NS, 0);
    while (clock_ns() < end) {
        for (int i = 0; i < 64; i++) {
            add(&counter, 1);
        }
        added += 64;
    }
    clock_timer_stop();
    return added + upcalls - counter;
}

/* The same sequence outside of the restart range: the control that shows the test can fail. */
static uint32_t plain_add(volatile uint32_t *word, uint32_t n) {
    uint32_t old = *word;

    __asm__ volatile("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop" : "+r"(old));
    *word = old + n;
    return old + n;
}

TEST(plain_sequence_loses_updates) {
    event_handle(clock_port, add_in_upcall);
    EXPECT_TRUE(lost_with(plain_add) > 0);
    EXPECT_TRUE(upcalls > 100);
}

TEST(restartable_sequence_loses_nothing) {
    event_handle(clock_port, add_in_upcall);
    EXPECT_EQ(lost_with(restart_add), 0);
    EXPECT_EQ(lost_with(restart_add_slowly), 0);
    EXPECT_TRUE(upcalls > 100);
}

TEST(own_atomics_of_the_core_lose_nothing) {
    event_handle(clock_port, add_in_upcall);
    EXPECT_EQ(lost_with(core_add), 0);
    EXPECT_TRUE(upcalls > 100);
}

/*
 * A fault inside of a sequence restarts it too, once the kernel has repaired the cause: where it is
 * said to have been is the start of its slot, though the load went through and the store, seven
 * instructions later, did not.
 */
TEST(fault_inside_a_sequence_is_at_its_start) {
    uint32_t *page = page_alloc(1);
    static uint32_t (*const sequences[])(volatile uint32_t * word, uint32_t n) = {
        restart_add, restart_clear_bits, restart_set_bits, restart_add_slowly};

    REQUIRE_EQ(pt_map(KERNEL_WINDOW, core_small(page_gpa(page), CORE_READ_ONLY)), 0);
    for (unsigned int i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
        EXPECT_TRAP(try_call((void (*)(void))sequences[i], KERNEL_WINDOW + 8, NULL),
                    TRAP_DATA_ABORT);
        EXPECT_EQ(trap_caught.far, KERNEL_WINDOW + 8);
        EXPECT_EQ(trap_caught.pc, (uint32_t)sequences[i]);
        EXPECT_EQ(trap_caught.r[0], KERNEL_WINDOW + 8);
    }
    EXPECT_EQ(pt_map(KERNEL_WINDOW, 0), 0);
    EXPECT_TRAP(try_call((void (*)(void))restart_add, KERNEL_WINDOW + SECTION_SIZE, NULL),
                TRAP_DATA_ABORT);
    EXPECT_EQ(trap_caught.far, KERNEL_WINDOW + SECTION_SIZE);
    EXPECT_EQ(trap_caught.pc, (uint32_t)restart_add);
}
