/* SPDX-License-Identifier: GPL-2.0-only */
/* ARMv6 table entries, against the figures of the Arm ARM (DDI 0100, B4.7). */
#define ARCH_PTE_H /* the level's format stands in for the fake machine's */
#include <stdint.h>

#include "arch/arm/v6/arch/pte_format.h"

static inline __attribute__((unused)) void arch_pte_write(uint32_t *entry, uint32_t hw) {
    *entry = hw;
}

#include "arch/arm/extended/pte.c"
#include "pte_extended_check.h"

static void shared_frames_have_a_type_of_their_own(void **state) {
    (void)state;
    assert_int_equal(arch_l2_shared(0x07e), 0x072);
    assert_int_equal(arch_l2_foreign(0x07e), 0x176);
}

int main(void) {
    const struct CMUnitTest test = cmocka_unit_test(shared_frames_have_a_type_of_their_own);

    return pte_extended_run(&test);
}
