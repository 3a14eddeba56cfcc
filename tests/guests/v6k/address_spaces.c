/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of one table are never seen through another, whatever the entries say about being
 * global and however many tables there are: ASIDs are the hypervisor's.
 *
 * Two of these guests run side by side with different marks (option mark=) at the same addresses.
 */
#include "core.h"
#include "hypercall.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "trap.h"

#define USER_VA USER_WINDOW
#define TABLES  24
#define ROUNDS  40

struct space {
    uint32_t *l1, *l2;
    uint32_t mark;
};

static uint32_t marked_page(uint32_t mark) {
    uint32_t *page = page_alloc(1);

    *page = mark;
    return page_gpa(page);
}

static struct space new_space(uint32_t mark, uint32_t bits) {
    struct space space = {.l1 = pt_new_l1(), .l2 = pt_new_l2(), .mark = mark};

    REQUIRE_EQ(pt_attach(space.l1, USER_VA, space.l2, PV_DOMAIN_USER), 0);
    REQUIRE_EQ(pt_set(space.l2, core_small(marked_page(mark), CORE_READ_WRITE) | bits), 0);
    return space;
}

static void drop_space(struct space *space) {
    EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
    EXPECT_EQ(pt_unpin(page_gpa(space->l1)), 0);
}

static void expect_word(uint32_t va, uint32_t wanted) {
    uint32_t value = 0;

    EXPECT_TRAP(try_read(va, &value), TRAP_NONE);
    EXPECT_EQ(value, wanted);
}

static uint32_t own_mark(void) {
    return option_number("mark", 0x1234) << 16;
}

/* One with a page here, the other without: its TLB entry must not answer for both. */
static void see_nothing_of(uint32_t bits) {
    struct space with = new_space(own_mark() | 1, bits);
    uint32_t *without = pt_new_l1();

    for (int i = 0; i < 4; i++) {
        EXPECT_EQ(pt_switch(with.l1), 0);
        expect_word(USER_VA, with.mark);
        EXPECT_EQ(pt_switch(without), 0);
        EXPECT_TRAP(try_read(USER_VA, NULL), TRAP_DATA_ABORT);
        EXPECT_EQ(trap_caught.fsr & CORE_FSR_MASK, CORE_FSR_TRANSLATION_L1);
    }
    drop_space(&with);
    EXPECT_EQ(pt_unpin(page_gpa(without)), 0);
}

TEST(page_of_one_space_is_not_seen_in_another) {
    see_nothing_of(CORE_SMALL_NG);
}

TEST(page_that_claims_to_be_global_is_not_either) {
    see_nothing_of(0);
}

/* More spaces than are at hand at once, in changing order, with others' running between. */
TEST(many_spaces_keep_apart) {
    static struct space spaces[TABLES];

    for (uint32_t i = 0; i < TABLES; i++) {
        spaces[i] = new_space(own_mark() | i, i % 3 ? CORE_SMALL_NG : 0);
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < TABLES; i++) {
            struct space *space = &spaces[(i * 7 + round) % TABLES];

            EXPECT_EQ(pt_switch(space->l1), 0);
            expect_word(USER_VA, space->mark);
            if (i % 8 == 0) {
                sched_op(SCHEDOP_yield, NULL);
                expect_word(USER_VA, space->mark);
            }
        }
    }
    for (uint32_t i = 0; i < TABLES; i++) {
        drop_space(&spaces[i]);
    }
}

/* Tables made and dropped more often than there are ASIDs: none inherits what another left. */
TEST(new_table_inherits_nothing) {
    uint32_t *l2 = pt_new_l2();
    uint32_t *l1 = page_alloc(4);
    uint32_t gpa = marked_page(own_mark() | 0x77);

    for (uint32_t i = 0; i < 600; i++) {
        REQUIRE_EQ(pt_pin(page_gpa(l1)), 0);
        EXPECT_EQ(pt_switch(l1), 0);
        EXPECT_TRAP(try_read(USER_VA, NULL), TRAP_DATA_ABORT);
        EXPECT_EQ(pt_attach(l1, USER_VA, l2, PV_DOMAIN_USER), 0);
        EXPECT_EQ(pt_set(l2, core_small(gpa, CORE_READ_WRITE) | CORE_SMALL_NG), 0);
        expect_word(USER_VA, own_mark() | 0x77);
        EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
        REQUIRE_EQ(pt_unpin(page_gpa(l1)), 0);
    }
}

/* A guest kernel flushes what it changed before that space runs again, by range or all. */
TEST(flush_reaches_spaces_that_are_not_loaded) {
    struct space other = new_space(own_mark() | 5, CORE_SMALL_NG);
    uint32_t first = *other.l2;
    uint32_t second = core_small(marked_page(own_mark() | 6), CORE_READ_WRITE) | CORE_SMALL_NG;

    for (int i = 0; i < 4; i++) {
        EXPECT_EQ(pt_switch(other.l1), 0);
        expect_word(USER_VA, own_mark() | (i % 2 ? 6 : 5));
        EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
        EXPECT_EQ(pt_set(other.l2, i % 2 ? first : second), 0);
        if (i < 2) {
            EXPECT_EQ(pt_ext(PV_MMUEXT_TLB_FLUSH_RANGE, USER_VA, PAGE_SIZE), 0);
        } else {
            pt_flush_tlb();
        }
    }
    drop_space(&other);
}

/* CONTEXTIDR is not the guest's: a write is refused or has no effect. */
static void write_contextidr(void) {
    __asm__ volatile("mov r3, #1\n\tmcr p15, 0, r3, c13, c0, 1" : : : "r3", "memory");
}

TEST(kernel_cannot_choose_an_asid) {
    struct space a = new_space(own_mark() | 0xa, CORE_SMALL_NG);
    struct space b = new_space(own_mark() | 0xb, CORE_SMALL_NG);

    for (int i = 0; i < 4; i++) {
        uint32_t kind;

        EXPECT_EQ(pt_switch(i % 2 ? a.l1 : b.l1), 0);
        kind = try_call(write_contextidr, 0, NULL);
        EXPECT_TRUE(kind == TRAP_NONE || kind == TRAP_UNDEF);
        expect_word(USER_VA, i % 2 ? a.mark : b.mark);
    }
    drop_space(&a);
    drop_space(&b);
}
