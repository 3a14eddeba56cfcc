/* SPDX-License-Identifier: GPL-2.0-only */
/* ARMv7 table entries, against the figures of the Arm ARM (DDI 0406, B3.5.1). */
#define ARCH_PTE_H /* the level's format stands in for the fake machine's */
#include <stdint.h>

#include "arch/arm/v7/arch/pte_format.h"

static inline __attribute__((unused)) void arch_pte_write(uint32_t *entry, uint32_t hw) {
    *entry = hw;
}

#include "arch/arm/extended/pte.c"
#include "pte_extended_check.h"

static void shared_frames_have_a_type_of_their_own(void **state) {
    (void)state;
    assert_int_equal(arch_l2_shared(0x07e), 0x176);
    assert_int_equal(arch_l2_foreign(0x07e), 0x176);
    assert_int_equal(arch_l2_attr(0x176), 0); /* not a guest's choice */
}

int main(void) {
    const struct CMUnitTest test = cmocka_unit_test(shared_frames_have_a_type_of_their_own);

    return pte_extended_run(&test);
}
