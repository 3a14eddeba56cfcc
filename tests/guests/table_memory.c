/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table memory has a limit that only its own domain feels: -ENOMEM, and what was given
 * back can be used again.
 */
#include <stdio.h>

#include "core.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "trap.h"

#define FIRST_MIB 0x500u /* user part; 0x500..0xbff is free */
#define LAST_MIB  0xc00u
#define L1_MAX    64u

/* Attaches second-level tables of one L1 from @first on until it is refused; how many were made. */
static uint32_t fill(uint32_t *l1, uint32_t first, uint32_t tables_gpa, int32_t *error) {
    uint32_t n = 0;

    *error = 0;
    while (first + n < LAST_MIB) {
        *error =
            pt_update(page_gpa(&l1[first + n]), core_table(tables_gpa + n * 1024, PV_DOMAIN_USER));
        if (*error) {
            break;
        }
        n++;
    }
    return n;
}

static void empty(uint32_t *l1, uint32_t first, uint32_t n) {
    while (n--) {
        EXPECT_EQ(pt_update(page_gpa(&l1[first + n]), 0), 0);
    }
}

/* First-level tables until there is no memory for another. */
static uint32_t pin_all(uint32_t **tables, int32_t *error) {
    uint32_t n = 0;

    *error = 0;
    while (n < L1_MAX) {
        if (!tables[n]) {
            tables[n] = page_alloc(4);
        }
        *error = pt_pin(page_gpa(tables[n]));
        if (*error) {
            break;
        }
        n++;
    }
    return n;
}

TEST(first_level_tables_run_out_with_enomem) {
    static uint32_t *tables[L1_MAX];
    uint32_t before = 0;

    for (int round = 0; round < 3; round++) {
        int32_t error;
        uint32_t n = pin_all(tables, &error);

        EXPECT_EQ(error, -XEN_ENOMEM);
        EXPECT_TRUE(n > 0);
        EXPECT_TRUE(round == 0 || n == before);
        before = n;
        while (n--) {
            EXPECT_EQ(pt_unpin(page_gpa(tables[n])), 0);
        }
    }
    printf("%lu first-level tables\n", before);
}

TEST(second_level_tables_run_out_with_enomem) {
    static uint32_t *tables[L1_MAX];
    uint32_t *scratch = page_alloc(512); /* 2 MiB: 2048 tables */
    int32_t error;
    uint32_t pinned = pin_all(tables, &error);
    uint32_t before = 0;

    REQUIRE_EQ(pinned > 1, 1);
    EXPECT_EQ(pt_unpin(page_gpa(tables[--pinned])), 0); /* room for some tables */
    for (int round = 0; round < 3; round++) {
        uint32_t n = fill(pt_kernel_l1, FIRST_MIB, page_gpa(scratch), &error);

        EXPECT_EQ(error, -XEN_ENOMEM);
        EXPECT_TRUE(n > 0);
        EXPECT_TRUE(round == 0 || n == before);
        before = n;
        empty(pt_kernel_l1, FIRST_MIB, n);
    }
    printf("%lu second-level tables in the room of one first-level table\n", before);
    while (pinned--) {
        EXPECT_EQ(pt_unpin(page_gpa(tables[pinned])), 0);
    }
}

/* After all that the guest's own tables are as they were. */
TEST(guest_goes_on_after_running_out) {
    uint32_t value = 0;
    uint32_t *page = page_alloc(1);

    *page = 0x900d;
    EXPECT_EQ(pt_map(KERNEL_WINDOW, core_small(page_gpa(page), CORE_READ_WRITE)), 0);
    EXPECT_TRAP(try_read(KERNEL_WINDOW, &value), TRAP_NONE);
    EXPECT_EQ(value, 0x900d);
}
