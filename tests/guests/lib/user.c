/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running code as guest user code: DACR domain KERNEL is not accessible to it.
 */
#include "user.h"

#include <string.h>

#include "hypercall.h"

static uint8_t user_stack[1024] USER_DATA __attribute__((aligned(8)));

uint32_t user_continue(void) {
    uint8_t mask = *pv_mask();
    uint32_t kind = user_enter(&user_state);

    *pv_mask() = mask;
    return kind;
}

uint32_t user_run(void (*code)(void), uint32_t r0, uint32_t r1) {
    uint32_t pc = (uint32_t)code;

    memset(&user_state, 0, sizeof(user_state));
    user_state.r[0] = r0;
    user_state.r[1] = r1;
    user_state.sp = (uint32_t)(user_stack + sizeof(user_stack));
    user_state.pc = pc & ~1u;
    user_state.psr = PSR_USER | (pc & 1 ? PSR_T : 0);
    return user_continue();
}
