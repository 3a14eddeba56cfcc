/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seeded fuzzer: every hypercall number from 0 to 63 with random arguments.  The guest
 * may be refused, and may well ruin itself; the machine and other guests must not notice.
 *
 * Options: seed=, rounds= (calls), wild (also those by which a guest ends or replaces
 * itself: shutdown, iret, new callbacks, new tables).
 */
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "random.h"
#include "test.h"

#define SCRATCH_PAGES 4

static uint32_t seed;
static uint32_t *scratch;

static uint32_t next(void) {
    return random_next(&seed);
}

static uint32_t fuzz_pointer(void) {
    static const uint32_t odd[] = {0,          1,          0xfe000000, 0xff000000,
                                   0xffff0000, 0xfffffffc, ~0u,        0x70000000};

    if (next() % 4 == 0) {
        return odd[next() % (sizeof(odd) / sizeof(odd[0]))];
    }
    return (uint32_t)scratch + next() % (SCRATCH_PAGES * PAGE_SIZE) / 2;
}

static uint32_t fuzz_argument(void) {
    switch (next() % 6) {
    case 0: return next();
    case 1: return next() % 40;
    case 2: return next() % 3;
    case 3: return 1u << (next() % 32);
    default: return fuzz_pointer();
    }
}

/* Numbers that mean something here: frames and tables of our own scratch memory, ports, ids. */
static uint32_t fuzz_word(void) {
    switch (next() % 6) {
    case 0: return (page_gpa(scratch) >> 12) + next() % SCRATCH_PAGES;
    case 1: return page_gpa(scratch) + next() % (SCRATCH_PAGES * PAGE_SIZE);
    case 2: return fuzz_argument();
    default: return next() % 64;
    }
}

static void fuzz_scratch(void) {
    for (uint32_t i = 0; i < SCRATCH_PAGES * PAGE_SIZE / 8; i += 1 + next() % 4) {
        scratch[i] = fuzz_word();
    }
}

/* Calls by which this guest could only end itself, or take away the ground the fuzzer stands on. */
static bool fuzz_is_suicide(uint32_t number, uint32_t first) {
    if (option_given("wild")) {
        return false;
    }
    return number == __HYPERVISOR_iret || number == __HYPERVISOR_set_callbacks ||
           number == __HYPERVISOR_multicall || number == __HYPERVISOR_memory_op ||
           number == __HYPERVISOR_mmuext_op ||
           (number == __HYPERVISOR_sched_op && first != SCHEDOP_yield) ||
           number == __HYPERVISOR_sched_op_compat ||
           (number == __HYPERVISOR_vcpu_op && first == VCPUOP_down) ||
           number == __HYPERVISOR_console_io;
}

static void fuzz_run(uint32_t rounds, bool (*is_skipped)(uint32_t, uint32_t)) {
    for (uint32_t i = 0; i < rounds; i++) {
        uint32_t number = next() % 64;
        uint32_t first = fuzz_argument();

        if (is_skipped(number, first)) {
            continue;
        }
        if (i % 16 == 0) {
            fuzz_scratch();
        }
        hypercall5(number, first, fuzz_argument(), fuzz_argument(), fuzz_argument(),
                   fuzz_argument());
        *pv_mask() = 0;
    }
}

TEST(random_hypercalls_do_no_harm) {
    uint32_t rounds = option_number("rounds", 20000);

    seed = option_number("seed", 1);
    scratch = page_alloc(SCRATCH_PAGES);
    printf("seed %lu, %lu calls%s\n", seed, rounds, option_given("wild") ? ", wild" : "");
    fuzz_run(rounds, fuzz_is_suicide);
    EXPECT_TRUE(hypercall2(__HYPERVISOR_xen_version, XENVER_version, 0) > 0);
}

/* Table and memory calls with arguments in the right places, on memory of our own. */
static void fuzz_tables_once(void) {
    struct mmu_update update = {
        .ptr = next() % 8 ? page_gpa(scratch) + next() % (SCRATCH_PAGES * PAGE_SIZE)
                          : (uint64_t)next() << 32 | next(),
        .val = next() % 2 ? next() : (page_gpa(scratch) & ~0xfffu) | (next() & 0xfff),
    };
    static const uint32_t commands[] = {MMUEXT_PIN_L1_TABLE,
                                        MMUEXT_UNPIN_TABLE,
                                        MMUEXT_INVLPG_LOCAL,
                                        MMUEXT_TLB_FLUSH_LOCAL,
                                        PV_MMUEXT_CLEAN_DCACHE,
                                        PV_MMUEXT_LOAD_TABLE,
                                        99};

    (void)mmu_update(&update, 1, NULL);
    (void)pt_ext(commands[next() % 7], page_gpa(scratch) >> 12, fuzz_pointer());
    (void)pt_ext(commands[next() % 7], fuzz_word(), fuzz_word());
}

TEST(random_table_updates_do_no_harm) {
    uint32_t rounds = option_number("rounds", 20000) / 4;

    seed = option_number("seed", 1) ^ 0x55aa;
    scratch = page_alloc(SCRATCH_PAGES);
    for (uint32_t i = 0; i < rounds; i++) {
        fuzz_tables_once();
    }
    pt_flush_tlb();
    EXPECT_TRUE(hypercall2(__HYPERVISOR_xen_version, XENVER_version, 0) > 0);
}
