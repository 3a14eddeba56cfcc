/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unaligned accesses (DDI 0406, A3.2.1): single loads and stores of words and halfwords work, in
 * both modes and over the border of two pages; what must be aligned faults with an alignment
 * status.
 */
#include "core.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "user.h"

#define AT USER_WINDOW

/* alignment_asm.S: r0 = address, r1 = value; then SWI. */
void user_read_half(void);
void user_read_pair(void);
void user_read_exclusive(void);

/* Two pages in a row with bytes 0, 1, 2... in the eight around the border. */
static uint32_t border(void) {
    uint8_t *pages = page_alloc(2);

    for (int i = 0; i < 8; i++) {
        pages[PAGE_SIZE - 4 + i] = (uint8_t)i;
    }
    EXPECT_EQ(pt_map(AT, core_small(page_gpa(pages), CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_map(AT + PAGE_SIZE, core_small(page_gpa(pages + PAGE_SIZE), CORE_READ_WRITE)), 0);
    return AT + PAGE_SIZE - 4;
}

TEST(words_and_halfwords_may_be_anywhere) {
    static const uint32_t words[] = {0x03020100, 0x04030201, 0x05040302, 0x06050403};
    uint32_t at = border();

    for (uint32_t i = 0; i < 4; i++) {
        uint32_t value = 0;

        EXPECT_TRAP(try_read(at + i, &value), TRAP_NONE);
        EXPECT_EQ(value, words[i]);
        EXPECT_TRAP(user_run(user_read, at + i, 0), TRAP_SWI);
        EXPECT_EQ(user_state.r[0], words[i]);
        EXPECT_TRAP(user_run(user_read_half, at + i, 0), TRAP_SWI);
        EXPECT_EQ(user_state.r[0], words[i] & 0xffff);
    }
}

TEST(stores_may_be_anywhere) {
    uint32_t at = border();
    uint32_t value = 0;

    EXPECT_TRAP(user_run(user_write, at + 2, 0xaabbccdd), TRAP_SWI);
    EXPECT_TRAP(try_read(at, &value), TRAP_NONE);
    EXPECT_EQ(value, 0xccdd0100);
    EXPECT_TRAP(try_read(at + 4, &value), TRAP_NONE);
    EXPECT_EQ(value, 0x0706aabb);
}

static void expect_alignment_fault(void (*code)(void), uint32_t address) {
    EXPECT_TRAP(user_run(code, address, 0), TRAP_DATA_ABORT);
    EXPECT_EQ(user_state.fsr & CORE_FSR_MASK, CORE_FSR_ALIGNMENT);
    EXPECT_EQ(user_state.far, address);
    EXPECT_EQ(user_state.pc, (uint32_t)code);
}

TEST(multiple_double_and_exclusive_must_be_aligned) {
    uint32_t at = border() & ~0xffu;

    for (uint32_t i = 1; i < 4; i++) {
        expect_alignment_fault(user_read_multiple, at + i);
        expect_alignment_fault(user_write_multiple, at + i);
        expect_alignment_fault(user_read_pair, at + i);
        expect_alignment_fault(user_read_exclusive, at + i);
    }
}

/* Bit 11, which ARMv5 has not. */
TEST(fault_status_tells_a_write) {
    uint32_t at = border();

    EXPECT_EQ(pt_map(AT, 0), 0);
    EXPECT_TRAP(user_run(user_write, at, 1), TRAP_DATA_ABORT);
    EXPECT_EQ(user_state.fsr & CORE_FSR_WRITE, CORE_FSR_WRITE);
    EXPECT_TRAP(user_run(user_read, at, 1), TRAP_DATA_ABORT);
    EXPECT_EQ(user_state.fsr & CORE_FSR_WRITE, 0);
}

/* A fault on the second page of an access tells an address within it. */
TEST(access_over_a_border_faults_behind_it) {
    uint32_t at = border();

    EXPECT_EQ(pt_map(AT + PAGE_SIZE, 0), 0);
    EXPECT_TRAP(user_run(user_read, at + 2, 0), TRAP_DATA_ABORT);
    EXPECT_EQ(user_state.fsr & CORE_FSR_MASK, CORE_FSR_TRANSLATION_L2);
    EXPECT_EQ(user_state.far & ~3u, at + 4);
    EXPECT_EQ(pt_map(AT, 0), 0);
}
