/* SPDX-License-Identifier: GPL-2.0-only */
/* Coprocessor transfers of a guest kernel are told from everything else, in ARM and in Thumb-2
 * state. */
#include <stdint.h>

/* As arch/arm's arch/types.h has it; the build host's has none. */
struct cpu_regs {
    uint32_t r[13];
    uint32_t sp;
    uint32_t lr;
    uint32_t pc;
    uint32_t cpsr;
};

#include "arch/arm/decode.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MASK_THUMB (PSR_IT | PSR_T)

const uint32_t level_psr_mask = MASK_THUMB;
static uint8_t guest_code[8];
static bool is_readable;

int copy_from_guest(void *to, gvaddr_t from, size_t size) {
    if (!is_readable || from.v != 0x8000) {
        return -XEN_EFAULT;
    }
    memcpy(to, guest_code, size);
    return 0;
}

static bool decode(uint32_t psr, struct transfer *t) {
    struct cpu_regs regs = {.pc = 0x8000, .cpsr = psr};

    return decode_transfer(&regs, t);
}

static bool decode_arm(uint32_t insn, uint32_t psr, struct transfer *t) {
    memcpy(guest_code, &insn, sizeof(insn));
    return decode(psr, t);
}

static bool decode_thumb(uint16_t first, uint16_t second, uint32_t psr, struct transfer *t) {
    memcpy(guest_code, &first, sizeof(first));
    memcpy(guest_code + 2, &second, sizeof(second));
    return decode(psr | PSR_T, t);
}

/* CPSR bits of an ITSTATE. */
static uint32_t it(uint32_t state) {
    return (state & 0xfc) << 8 | (state & 3) << 25;
}

static int readable(void **state) {
    (void)state;
    is_readable = true;
    return 0;
}

static void fields_are_taken_apart(void **state) {
    struct transfer t;

    (void)state;
    assert_true(decode_arm(0xee7a3fd5, 0, &t)); /* mrc p15, 3, r3, c10, c5, 6 */
    assert_int_equal(t.coproc, 15);
    assert_int_equal(t.opc1, 3);
    assert_int_equal(t.rt, 3);
    assert_int_equal(t.crn, 10);
    assert_int_equal(t.crm, 5);
    assert_int_equal(t.opc2, 6);
    assert_true(t.is_read && t.passes);
    assert_true(decode_arm(0xee010f10, 0, &t)); /* mcr p15, 0, r0, c1, c0, 0 */
    assert_false(t.is_read);
}

static void other_instructions_are_not_transfers(void **state) {
    struct transfer t;

    (void)state;
    assert_false(decode_arm(0xe7f000f0, 0, &t)); /* udf */
    assert_false(decode_arm(0xee000e00, 0, &t)); /* cdp */
    assert_false(decode_arm(0xec510f1e, 0, &t)); /* mrrc */
    assert_false(decode_arm(0xfe110f10, 0, &t)); /* mrc2 */
    assert_false(decode_thumb(0xfe11, 0x0f10, 0, &t));
    assert_false(decode_thumb(0xde00, 0xee11, 0, &t)); /* udf, of two bytes */
    is_readable = false;
    assert_false(decode_arm(0xee110f10, 0, &t));
    assert_false(decode_thumb(0xee11, 0x0f10, 0, &t));
}

static void conditions_are_looked_at(void **state) {
    struct transfer t;

    (void)state;
    assert_true(decode_arm(0x0e110f10, PSR_Z, &t)); /* mrceq */
    assert_true(t.passes);
    assert_true(decode_arm(0x0e110f10, 0, &t));
    assert_false(t.passes);
    assert_true(decode_arm(0x1e110f10, 0, &t)); /* mrcne */
    assert_true(t.passes);
}

static void a_thumb_transfer_is_the_arm_one(void **state) {
    struct transfer arm, thumb;

    (void)state;
    assert_true(decode_arm(0xee110f10, 0, &arm));
    assert_true(decode_thumb(0xee11, 0x0f10, 0, &thumb));
    assert_memory_equal(&arm, &thumb, offsetof(struct transfer, is_read)); /* no padding in there */
    assert_true(arm.is_read && thumb.is_read && arm.passes && thumb.passes);
}

static void an_it_block_is_the_condition(void **state) {
    struct transfer t;

    (void)state;
    assert_true(decode_thumb(0xee11, 0x0f10, it(0x08), &t)); /* it eq */
    assert_false(t.passes);
    assert_true(decode_thumb(0xee11, 0x0f10, it(0x08) | PSR_Z, &t));
    assert_true(t.passes);
    assert_true(decode_thumb(0xee11, 0x0f10, it(0x18), &t)); /* it ne */
    assert_true(t.passes);
}

/* itte eq (ARM ARM A2.5.2): eq, eq, ne, then out of the block. */
static void an_it_block_goes_on(void **state) {
    struct cpu_regs regs = {.pc = 0x8000, .cpsr = PSR_T | it(0x06)};

    (void)state;
    decode_skip(&regs);
    assert_int_equal(regs.pc, 0x8004);
    assert_int_equal(regs.cpsr, PSR_T | it(0x0c));
    decode_skip(&regs);
    assert_int_equal(regs.cpsr, PSR_T | it(0x18));
    decode_skip(&regs);
    assert_int_equal(regs.cpsr, PSR_T);
}

/* ConditionPassed(), ARM ARM DDI 0406, A8.3.1. */
static bool passes(uint32_t cond, uint32_t flags) {
    bool n = flags & 8, z = flags & 4, c = flags & 2, v = flags & 1;
    const bool by_condition[] = {z,   !z,      c,       !c,     n,      !n,           v,
                                 !v,  c && !z, !c || z, n == v, n != v, !z && n == v, z || n != v,
                                 true};

    return by_condition[cond];
}

static void each_condition_is_the_manuals(void **state) {
    struct transfer t;

    (void)state;
    for (uint32_t flags = 0; flags < 16; flags++) {
        for (uint32_t cond = 0; cond < 15; cond++) {
            assert_true(decode_arm(0x0e110f10 | cond << 28, flags << 28, &t));
            assert_int_equal(t.passes, passes(cond, flags));
            assert_true(decode_thumb(0xee11, 0x0f10, it(cond << 4 | 8) | flags << 28, &t));
            assert_int_equal(t.passes, passes(cond, flags));
        }
        assert_false(decode_arm(0xfe110f10, flags << 28, &t));
    }
}

/* ITAdvance(), A2.5.2; all else in the CPSR stays. */
static void each_it_state_goes_on(void **state) {
    (void)state;
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t next = n & 7 ? (n & 0xe0) | (n << 1 & 0x1f) : 0;
        struct cpu_regs thumb = {.pc = 0x8000, .cpsr = it(n) | (~PSR_IT & 0xffffffffu)};
        struct cpu_regs arm = {.pc = 0x8000, .cpsr = it(n)};

        decode_skip(&thumb);
        assert_int_equal(thumb.cpsr, it(next) | (~PSR_IT & 0xffffffffu));
        decode_skip(&arm);
        assert_int_equal(arm.cpsr, it(n));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(fields_are_taken_apart, readable),
        cmocka_unit_test_setup(other_instructions_are_not_transfers, readable),
        cmocka_unit_test_setup(conditions_are_looked_at, readable),
        cmocka_unit_test_setup(a_thumb_transfer_is_the_arm_one, readable),
        cmocka_unit_test_setup(an_it_block_is_the_condition, readable),
        cmocka_unit_test_setup(an_it_block_goes_on, readable),
        cmocka_unit_test_setup(each_condition_is_the_manuals, readable),
        cmocka_unit_test_setup(each_it_state_goes_on, readable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
