/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions in both modes and both instruction sets: the guest kernel gets each one
 * with the right state.
 */
#include <string.h>

#include "core.h"
#include "hypercall.h"
#include "test.h"
#include "user.h"

/* exceptions_asm.S: one instruction each, kernel and user copies, then a return or SWI. */
struct pair {
    void (*kernel)(void);
    void (*user)(void);
    uint32_t kind;
};

#define DECLARE(name)         \
    void kernel_##name(void); \
    void user_##name(void)
DECLARE(udf);
DECLARE(udf_thumb);
DECLARE(bkpt);
DECLARE(bkpt_thumb);
DECLARE(cdp);
DECLARE(mcr_p14);
DECLARE(ldc);
DECLARE(mcr_p15_odd);
DECLARE(hvc);
/* r1-r10 and lr before and after a hypercall. */
void kernel_hypercall_registers(const uint32_t before[11], uint32_t after[11]);
void user_mrc_id(void);
uint32_t kernel_mrc_id(void);

static const struct pair pairs[] = {
    {kernel_udf, user_udf, TRAP_UNDEF},
    {kernel_udf_thumb, user_udf_thumb, TRAP_UNDEF},
    {kernel_bkpt, user_bkpt, TRAP_PREFETCH_ABORT},
    {kernel_bkpt_thumb, user_bkpt_thumb, TRAP_PREFETCH_ABORT},
    {kernel_cdp, user_cdp, TRAP_UNDEF},
    {kernel_mcr_p14, user_mcr_p14, TRAP_UNDEF},
    {kernel_ldc, user_ldc, TRAP_UNDEF},
    {kernel_mcr_p15_odd, user_mcr_p15_odd, TRAP_UNDEF},
};

static void expect_state(const struct trap *state, void (*code)(void), uint32_t mode) {
    uint32_t pc = (uint32_t)code;

    EXPECT_EQ(state->pc, pc & ~1u);
    EXPECT_EQ(state->psr & PSR_MODE, mode);
    EXPECT_EQ(!!(state->psr & PSR_T), pc & 1);
}

TEST(kernel_gets_its_own_exceptions) {
    for (unsigned int i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        EXPECT_TRAP(try_call(pairs[i].kernel, 0x77, NULL), pairs[i].kind);
        expect_state(&trap_caught, pairs[i].kernel, PSR_KERNEL);
        EXPECT_EQ(trap_caught.r[0], 0x77);
    }
}

TEST(kernel_gets_exceptions_of_user_code) {
    for (unsigned int i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        EXPECT_TRAP(user_run(pairs[i].user, 0x78, 0x79), pairs[i].kind);
        expect_state(&user_state, pairs[i].user, PSR_USER);
        EXPECT_EQ(user_state.r[0], 0x78);
        EXPECT_EQ(user_state.r[1], 0x79);
    }
}

/* Reserved for hypercalls from the kernel; user code has none. */
TEST(hvc_in_user_code_is_undefined) {
    EXPECT_TRAP(user_run(user_hvc, 0, 0), TRAP_UNDEF);
    expect_state(&user_state, user_hvc, PSR_USER);
}

/* BKPT reports a debug event, as the architecture does (fault status 0b0010). */
TEST(bkpt_has_the_status_of_a_debug_event) {
    EXPECT_TRAP(user_run(user_bkpt, 0, 0), TRAP_PREFETCH_ABORT);
    EXPECT_EQ(user_state.fsr & CORE_FSR_MASK, 2);
    EXPECT_EQ(user_state.far, (uint32_t)user_bkpt);
}

TEST(swi_from_thumb_user_code) {
    EXPECT_TRAP(user_run(user_syscall_thumb, 3, 4), TRAP_SWI);
    EXPECT_EQ(user_state.pc, ((uint32_t)user_syscall_thumb & ~1u) + 2);
    EXPECT_EQ(user_state.psr & (PSR_T | PSR_MODE), PSR_T | PSR_USER);
    EXPECT_EQ(user_state.r[0], 3);
    /* And back into Thumb state, to the second SWI. */
    EXPECT_TRAP(user_continue(), TRAP_SWI);
    EXPECT_EQ(user_state.pc, ((uint32_t)user_syscall_thumb & ~1u) + 4);
    EXPECT_TRUE(user_state.psr & PSR_T);
}

/* Every register and the flags survive the way to the kernel and back. */
TEST(user_registers_survive_a_system_call) {
    memset(&user_state, 0, sizeof(user_state));
    for (uint32_t i = 0; i < 13; i++) {
        user_state.r[i] = 0x1000 + i;
    }
    user_state.sp = 0x2000;
    user_state.lr = 0x3000;
    user_state.psr = PSR_USER | 0xf0000000;
    user_state.pc = (uint32_t)user_syscall;
    for (int round = 0; round < 2; round++) {
        EXPECT_TRAP(user_continue(), TRAP_SWI);
        for (uint32_t i = 0; i < 13; i++) {
            EXPECT_EQ(user_state.r[i], 0x1000 + i);
        }
        EXPECT_EQ(user_state.sp, 0x2000);
        EXPECT_EQ(user_state.lr, 0x3000);
        EXPECT_EQ(user_state.psr & 0xf0000000, 0xf0000000);
    }
}

/* Return to @pc, which the core might find unpredictable; with an event due, the hypervisor's C
 * does it. */
static void expect_return(uint32_t pc, uint32_t psr, uint32_t after) {
    for (uint8_t pending = 0; pending < 2; pending++) {
        memset(&user_state, 0, sizeof(user_state));
        user_state.pc = pc;
        user_state.psr = PSR_USER | psr;
        pv_page()->info.evtchn_upcall_pending = pending;
        EXPECT_TRAP(user_continue(), TRAP_SWI);
        EXPECT_EQ(user_state.pc, after);
        EXPECT_EQ(user_state.psr & (PSR_IT | PSR_T), psr & PSR_T);
    }
}

TEST(iret_to_a_misaligned_address_goes_to_the_instruction) {
    uint32_t arm = (uint32_t)user_syscall, thumb = (uint32_t)user_syscall_thumb & ~1u;

    for (uint32_t low = 0; low < 4; low++) {
        expect_return(arm + low, 0, arm + 4);
    }
    for (uint32_t offset = 0; offset < 4; offset++) { /* the second SWI is at 2 */
        expect_return(thumb + offset, PSR_T, thumb + (offset & 2) + 2);
    }
}

TEST(iret_to_arm_state_has_no_it_bits) {
    expect_return((uint32_t)user_syscall, PSR_IT, (uint32_t)user_syscall + 4);
}

TEST(kernel_registers_survive_a_hypercall) {
    static const uint32_t before[11] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
                                        0x77, 0x88, 0x99, 0xaa, 0xee};
    uint32_t after[11];

    kernel_hypercall_registers(before, after);
    EXPECT_EQ(memcmp(before, after, sizeof(before)), 0);
}

/* Identification is readable by the kernel (emulated) and not by user code. */
TEST(cp15_identification_is_emulated_for_the_kernel_only) {
    uint32_t id = 0;

    EXPECT_TRAP(try_call((void (*)(void))kernel_mrc_id, 0, &id), TRAP_NONE);
    EXPECT_EQ(id >> 24, 0x41);
    EXPECT_TRAP(user_run(user_mrc_id, 0, 0), TRAP_UNDEF);
    expect_state(&user_state, user_mrc_id, PSR_USER);
}

/* Unknown hypercalls say so; the immediate of the SWI does not matter. */
TEST(unknown_hypercall_is_enosys) {
    EXPECT_EQ(hypercall1(63, 0), -XEN_ENOSYS);
    EXPECT_EQ(hypercall1(64, 0), -XEN_ENOSYS);
    EXPECT_EQ(hypercall1(0x7fffffff, 0), -XEN_ENOSYS);
    EXPECT_EQ(hypercall1(0x80000000, 0), -XEN_ENOSYS);
    EXPECT_EQ(hypercall1(~0u, 0), -XEN_ENOSYS);
    EXPECT_EQ(hypercall1(__HYPERVISOR_set_gdt, 0), -XEN_ENOSYS);
    EXPECT_EQ(hypercall2(__HYPERVISOR_xsm_op, 6, 0), -XEN_ENOSYS);
}

/* Faults at unusual addresses carry their address. */
TEST(data_abort_tells_the_address) {
    EXPECT_TRAP(try_read(0x00000010, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(trap_caught.far, 0x10);
    EXPECT_TRAP(try_write(0x7ffffffc, 1), TRAP_DATA_ABORT);
    EXPECT_EQ(trap_caught.far, 0x7ffffffc);
    EXPECT_EQ(trap_caught.fsr & CORE_FSR_MASK, CORE_FSR_TRANSLATION_L1);
    EXPECT_TRAP(try_jump(0x00000020), TRAP_PREFETCH_ABORT);
    EXPECT_EQ(trap_caught.far, 0x20);
    EXPECT_EQ(trap_caught.pc, 0x20);
}

/* Bytes that user code and the kernel access at the same address. */
static USER_DATA __attribute__((aligned(8))) uint8_t bytes[64];

#define ALWAYS    true
#define BEFORE_V6 (CORE_LEVEL < 6)

/* Which accesses check the address: all on ARMv5 with SCTLR.A = 1 (DDI 0100, A2.7.4), from ARMv6 on
 * with A = 0 and U = 1 those of several words (DDI 0406, A3.2.1). */
static const struct {
    void (*code)(void);
    bool checked;
} accesses[] = {
    {user_read, BEFORE_V6},       {user_read_thumb, BEFORE_V6},  {user_read_translated, BEFORE_V6},
    {user_write, BEFORE_V6},      {user_write_thumb, BEFORE_V6}, {user_write_translated, BEFORE_V6},
    {user_read_multiple, ALWAYS}, {user_read_double, ALWAYS},    {user_write_multiple, ALWAYS},
    {user_write_double, ALWAYS},  {user_read_half, BEFORE_V6},   {user_read_signed_half, BEFORE_V6},
    {user_write_half, BEFORE_V6},
};

static void expect_alignment_fault(const struct trap *state, uint32_t address) {
    EXPECT_EQ(state->fsr & CORE_FSR_MASK, CORE_FSR_ALIGNMENT);
    EXPECT_EQ(state->far, address);
}

TEST(alignment_is_checked_for_user_code) {
    for (unsigned int i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
        uint32_t wanted = accesses[i].checked ? TRAP_DATA_ABORT : TRAP_SWI;

        for (uint32_t odd = 1; odd < 4; odd += 2) {
            uint32_t address = (uint32_t)bytes + odd;

            EXPECT_TRAP(user_run(accesses[i].code, address, 0), wanted);
            if (user_state.kind == TRAP_DATA_ABORT) {
                expect_alignment_fault(&user_state, address);
            }
        }
        EXPECT_TRAP(user_run(accesses[i].code, (uint32_t)bytes, 0), TRAP_SWI);
    }
}

TEST(alignment_is_checked_for_the_kernel) {
    uint32_t wanted = BEFORE_V6 ? TRAP_DATA_ABORT : TRAP_NONE;
    uint32_t address = (uint32_t)bytes + 1;

    EXPECT_TRAP(try_read(address, NULL), wanted);
    if (BEFORE_V6) {
        expect_alignment_fault(&trap_caught, address);
    }
    EXPECT_TRAP(try_write(address, 1), wanted);
}
