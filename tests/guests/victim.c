/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Computes while another guest attacks: its results, memory, registers, events and
 * time must stay right.  Options: ms= how long, stay (do not power off at the end),
 * pause= (us between two rounds), peer= (open eight ports to that domain), reboot= (as dom0: that
 * domain begins again each 1.5 s, in whatever it has got stuck).
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "random.h"
#include "test.h"
#include "user.h"
#include "vfp.h"

#define BUFFER_PAGES  64
#define CANARY_PAGES  256
/* Of hash_once(), computed on the host from the same description (FNV-1a over xorshift32). */
#define HASH_EXPECTED 0xf34aa785u

/* FNV-1a over a buffer filled by xorshift32 from seed 1. */
static uint32_t hash_once(uint32_t *buffer) {
    uint32_t state = 1, hash = 0x811c9dc5u;
    const uint8_t *bytes = (const uint8_t *)buffer;

    for (uint32_t i = 0; i < BUFFER_PAGES * PAGE_SIZE / 4; i++) {
        buffer[i] = random_next(&state);
    }
    for (uint32_t i = 0; i < BUFFER_PAGES * PAGE_SIZE; i++) {
        hash = (hash ^ bytes[i]) * 0x01000193u;
    }
    return hash;
}

static void canary_set(uint32_t *page) {
    for (uint32_t i = 0; i < CANARY_PAGES * PAGE_SIZE / 4; i++) {
        page[i] = i * 0x9e3779b9u;
    }
}

static uint32_t canary_damage(const uint32_t *page) {
    uint32_t damage = 0;

    for (uint32_t i = 0; i < CANARY_PAGES * PAGE_SIZE / 4; i++) {
        damage += page[i] != i * 0x9e3779b9u;
    }
    return damage;
}

/* The VFP's registers before it sleeps, and that they are the same afterwards. */
static uint32_t vfp_marks[VFP_REGISTERS];

static void vfp_mark(uint32_t round) {
    for (uint32_t i = 0; i < VFP_REGISTERS; i++) {
        vfp_marks[i] = 0x71c70000 + round * VFP_REGISTERS + i;
    }
    vfp_load_all(vfp_marks);
}

static void vfp_check(void) {
    uint32_t got[VFP_REGISTERS];

    vfp_store_all(got);
    EXPECT_EQ(memcmp(got, vfp_marks, sizeof(got)), 0);
}

/* A little of everything that an attacker could have disturbed. */
static void check_services(void) {
    uint32_t receiver, value = 0;
    int32_t sender = event_loopback(&receiver);

    REQUIRE_EQ(sender > 0, 1);
    EXPECT_EQ(event_send((uint32_t)sender), 0);
    EXPECT_EQ(event_is_pending(receiver), 0);
    EXPECT_EQ(event_close((uint32_t)sender), 0);
    EXPECT_EQ(event_close(receiver), 0);
    EXPECT_TRAP(user_run(user_syscall, 1, 2), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 1);
    EXPECT_EQ(pt_map(KERNEL_WINDOW, core_small(page_gpa(pt_kernel_l1), CORE_READ_ONLY)), 0);
    EXPECT_TRAP(try_read(KERNEL_WINDOW, &value), TRAP_NONE);
    EXPECT_EQ(value, *pt_kernel_l1);
    EXPECT_EQ(pt_map(KERNEL_WINDOW, 0), 0);
    EXPECT_EQ(hypercall2(__HYPERVISOR_set_segment_base, PV_SEGBASE_TLS, 0x7157157), 0);
}

#define LIFE_NS (1500 * NS_PER_MS)

/* -ESRCH: it has just ended by itself. */
static void reboot_the_other(void) {
    static uint64_t last;
    struct sched_remote_shutdown other = {.domain_id = (domid_t)option_number("reboot", 0),
                                          .reason = SHUTDOWN_reboot};
    int32_t error;

    if (option_given("reboot") && clock_ns() - last > LIFE_NS) {
        last = clock_ns();
        error = hypercall2(__HYPERVISOR_sched_op, SCHEDOP_remote_shutdown, (uint32_t)&other);
        EXPECT_TRUE(error == 0 || error == -XEN_ESRCH);
    }
}

TEST(results_stay_right) {
    uint32_t *buffer = page_alloc(BUFFER_PAGES);
    uint32_t *canary = page_alloc(CANARY_PAGES);
    uint64_t end = clock_ns() + option_number("ms", 1000) * NS_PER_MS;
    uint32_t rounds = 0;

    for (int i = 0; option_given("peer") && i < 8; i++) {
        EXPECT_TRUE(event_alloc_unbound(option_number("peer", 1)) > 0);
    }
    EXPECT_EQ(vfp_trap(0), 0);
    canary_set(canary);
    check_services();
    do {
        EXPECT_EQ(hash_once(buffer), HASH_EXPECTED);
        vfp_mark(rounds);
        clock_sleep(option_number("pause", 200) * NS_PER_US);
        EXPECT_EQ(*(volatile uint32_t *)PV_TLS_VA, 0x7157157);
        vfp_check();
        check_services();
        reboot_the_other();
        rounds++;
    } while (clock_ns() < end);
    EXPECT_EQ(canary_damage(canary), 0);
    printf("%lu rounds\n", rounds);
}

/* Ends only when the test ends the machine. */
TEST(stays_if_asked) {
    while (option_given("stay")) {
        clock_sleep(NS_PER_S);
    }
}
