/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attacks by guest user code on its own kernel and on the hypervisor: each must end in
 * an abort that the guest kernel gets, and change nothing.
 */
#include <string.h>

#include "clock.h"
#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "pt.h"
#include "random.h"
#include "test.h"
#include "user.h"
#include "vfp.h"

static volatile uint32_t kernel_secret = 0x5ec4e7;

struct way {
    const char *name;
    void (*code)(void);
};

static const struct way reads[] = {
    {"ldr", user_read},          {"ldrb", user_read_byte},   {"thumb ldr", user_read_thumb},
    {"ldm", user_read_multiple}, {"ldrd", user_read_double}, {"ldrt", user_read_translated},
};

static const struct way writes[] = {
    {"str", user_write},          {"strb", user_write_byte},   {"thumb str", user_write_thumb},
    {"stm", user_write_multiple}, {"strd", user_write_double}, {"strt", user_write_translated},
    {"swp", user_swap},
};

/* All that only kernel or hypervisor may touch. */
static const uint32_t forbidden[] = {
    KERNEL_BASE,   (uint32_t)&kernel_secret,
    PV_VCPU_VA(0), PV_VCPU_VA(1),
    PV_COUNTER_VA, 0xfe100000,
    0xfe200000,    0xff000000,
    0xffe00000,    0xffeff000,
    0xfff00000,    0xfffffff0,
};

/* Domain faults appear as permission faults: a guest kernel must not see 0x9/0xB. */
static void expect_refused(uint32_t kind, uint32_t address) {
    EXPECT_TRAP(kind, TRAP_DATA_ABORT);
    EXPECT_EQ(user_state.far, address);
    EXPECT_TRUE((user_state.fsr & CORE_FSR_MASK) != CORE_FSR_DOMAIN_L1 &&
                (user_state.fsr & CORE_FSR_MASK) != CORE_FSR_DOMAIN_L2);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TEST(user_code_runs_and_calls_its_kernel) {
    EXPECT_TRAP(user_run(user_syscall, 0x11, 0x22), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 0x11);
    EXPECT_EQ(user_state.r[1], 0x22);
    EXPECT_EQ(user_state.pc, (uint32_t)user_syscall + 4);
    EXPECT_EQ(user_state.psr & PSR_MODE, PSR_USER);
}

TEST(user_code_cannot_read_kernel_or_hypervisor) {
    for (unsigned int i = 0; i < COUNT(reads); i++) {
        for (unsigned int j = 0; j < COUNT(forbidden); j++) {
            uint32_t address = forbidden[j] & ~7u;

            expect_refused(user_run(reads[i].code, address, 0), address);
        }
    }
}

TEST(user_code_cannot_write_kernel_or_hypervisor) {
    for (unsigned int i = 0; i < COUNT(writes); i++) {
        for (unsigned int j = 0; j < COUNT(forbidden); j++) {
            uint32_t address = forbidden[j] & ~7u;

            expect_refused(user_run(writes[i].code, address, 0xbad), address);
        }
    }
    EXPECT_EQ(kernel_secret, 0x5ec4e7);
}

/*
 * All the others come right after the way out that nearly everything takes. This code was
 * interrupted before: by a timer of its own kernel, whose handler returns to it, and by what others
 * cause, on which the hypervisor returns by itself, now and then after another domain has run.
 */
TEST(user_code_that_was_interrupted_gains_nothing) {
    uint32_t seed = 1, interrupted = 0;

    for (uint32_t i = 0; i < 300; i++) {
        uint32_t address = forbidden[i % COUNT(forbidden)];
        uint32_t turns = 1 + random_next(&seed) % 40000;
        uint32_t expired = clock_expired;

        if (i % 2) {
            clock_timer(clock_ns() + turns, 0); /* half of its time */
        }
        expect_refused(user_run(i % 4 < 2 ? user_linger_read : user_linger_write, address, turns),
                       address);
        interrupted += clock_expired != expired;
        clock_timer_stop();
    }
    EXPECT_TRUE(interrupted > 100);
    EXPECT_EQ(kernel_secret, 0x5ec4e7);
}

/* How long this vCPU has waited for the CPU while it could have run, ns. */
static uint64_t time_preempted(void) {
    struct vcpu_runstate_info info;

    EXPECT_EQ(vcpu_op(VCPUOP_get_runstate_info, 0, &info), 0);
    return info.time[RUNSTATE_runnable];
}

/* Others had the CPU while it ran: the hypervisor switched away from user code and back to it. */
TEST(user_code_that_was_preempted_gains_nothing) {
    for (uint32_t i = 0; i < 2 * COUNT(forbidden); i++) {
        uint32_t address = forbidden[i / 2];
        void (*code)(void) = i % 2 ? user_linger_read : user_linger_write;
        uint64_t before = time_preempted(), end = clock_ns() + 100 * NS_PER_MS;

        do {
            expect_refused(user_run(code, address, 1000000), address); /* two ms */
        } while (time_preempted() == before && clock_ns() < end);
        EXPECT_TRUE(time_preempted() > before);
    }
    EXPECT_EQ(kernel_secret, 0x5ec4e7);
}

/* It faulted at first; its kernel has mapped the page and lets it go on. */
TEST(user_code_after_its_page_fault_gains_nothing) {
    uint32_t page = page_gpa(page_alloc(1));

    for (uint32_t i = 0; i < 2 * COUNT(forbidden); i++) {
        uint32_t address = forbidden[i / 2];

        EXPECT_EQ(pt_map(USER_WINDOW, 0), 0);
        expect_refused(user_run(i % 2 ? user_touch_read : user_touch_write, address, USER_WINDOW),
                       USER_WINDOW);
        EXPECT_EQ(pt_map(USER_WINDOW, core_small(page, CORE_READ_WRITE)), 0);
        expect_refused(user_continue(), address);
    }
    EXPECT_EQ(pt_map(USER_WINDOW, 0), 0);
    EXPECT_EQ(kernel_secret, 0x5ec4e7);
}

/* Its first use of the VFP made the hypervisor save another domain's registers and load its own. */
TEST(user_code_that_was_given_the_vfp_gains_nothing) {
    EXPECT_EQ(vfp_trap(0), 0);
    for (uint32_t i = 0; i < 2 * COUNT(forbidden); i++) {
        uint32_t address = forbidden[i / 2];

        clock_sleep(3 * NS_PER_MS); /* the victim uses it meanwhile */
        expect_refused(user_run(i % 2 ? user_vfp_read : user_vfp_write, address, 0xbad), address);
    }
    EXPECT_EQ(kernel_secret, 0x5ec4e7);
}

/* The ways back that the hypervisor's C takes: mode bits that mean user mode and are not its usual
 * ones, and an event that is due, which the kernel gets before user code goes on. */
TEST(user_code_after_an_unusual_iret_gains_nothing) {
    for (uint32_t i = 0; i < 4 * COUNT(forbidden); i++) {
        uint32_t address = forbidden[i / 4];

        memset(&user_state, 0, sizeof(user_state));
        user_state.pc = (uint32_t)(i & 1 ? user_read : user_write);
        user_state.psr = i & 2 ? PSR_USER : 0;
        user_state.r[0] = address & ~7u;
        event_mask_all();
        pv_page()->info.evtchn_upcall_pending = (i & 2) != 0;
        expect_refused(user_continue(), address & ~7u);
        EXPECT_EQ(pv_page()->info.evtchn_upcall_pending, 0); /* the upcall came */
        EXPECT_EQ(user_state.psr & PSR_MODE, PSR_USER);
        event_unmask_all();
    }
    EXPECT_EQ(kernel_secret, 0x5ec4e7);
}

TEST(user_code_cannot_write_vectors_or_helpers) {
    static const uint32_t words[] = {PV_VECTORS_VA, PV_VECTORS_VA + 8,
                                     PV_HELPERS_VA, PV_HELPERS_VA + 0x60,
                                     PV_TLS_VA,     PV_VECTORS_VA + 0xff8};
    uint32_t before[COUNT(words)];

    for (unsigned int j = 0; j < COUNT(words); j++) {
        before[j] = *(volatile uint32_t *)words[j];
    }
    for (unsigned int i = 0; i < COUNT(writes); i++) {
        for (unsigned int j = 0; j < COUNT(words); j++) {
            expect_refused(user_run(writes[i].code, words[j] & ~7u, 0xbad), words[j] & ~7u);
        }
    }
    for (unsigned int j = 0; j < COUNT(words); j++) {
        EXPECT_EQ(*(volatile uint32_t *)words[j], before[j]);
    }
}

TEST(user_code_reads_helpers_and_tls) {
    EXPECT_EQ(hypercall2(__HYPERVISOR_set_segment_base, PV_SEGBASE_TLS, 0x7151515), 0);
    EXPECT_TRAP(user_run(user_read, PV_TLS_VA, 0), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 0x7151515);
    EXPECT_EQ(hypercall2(__HYPERVISOR_set_segment_base, PV_SEGBASE_TLS, 0), 0);
}

/*
 * A multiple transfer that begins in memory of its own and ends in the next MiB, which is not:
 * no word beyond the border may change.
 */
TEST(user_code_cannot_cross_into_kernel) {
    uint32_t border = PV_VIRT_START;

    expect_refused(user_run(user_write_multiple, KERNEL_BASE - 16, 0xbad), KERNEL_BASE - 16);
    EXPECT_TRAP(user_run(user_write_multiple, border - 16, 0xbad), TRAP_DATA_ABORT);
}

static void expect_no_jump(uint32_t address) {
    uint32_t status;

    EXPECT_TRAP(user_run(user_jump, address, 0), TRAP_PREFETCH_ABORT);
    EXPECT_EQ(user_state.pc, address);
    EXPECT_EQ(user_state.far, address);
    status = user_state.fsr & CORE_FSR_MASK;
    EXPECT_TRUE(status == CORE_FSR_PERMISSION_L1 || status == CORE_FSR_PERMISSION_L2);
}

TEST(user_code_cannot_jump_into_kernel) {
    expect_no_jump(KERNEL_BASE + KERNEL_OFFSET);
    expect_no_jump((uint32_t)entry_swi);
    EXPECT_TRAP(user_run(user_jump, KERNEL_BASE + KERNEL_OFFSET + 1, 0), TRAP_PREFETCH_ABORT);
}

TEST(user_code_cannot_jump_into_the_hole) {
    for (uint32_t address = PV_VIRT_START; address < PV_VECTORS_VA && address >= PV_VIRT_START;
         address += SECTION_SIZE) {
        EXPECT_TRAP(user_run(user_jump, address, 0), TRAP_PREFETCH_ABORT);
    }
}

/* The vectors themselves may be readable, but what they branch to is not: USR mode stays USR. */
TEST(user_code_that_jumps_to_a_vector_gains_nothing) {
    for (uint32_t vector = PV_VECTORS_VA; vector < PV_VECTORS_VA + 0x20; vector += 4) {
        uint32_t kind = user_run(user_jump, vector, 0);

        EXPECT_TRUE(kind == TRAP_PREFETCH_ABORT || kind == TRAP_UNDEF || kind == TRAP_DATA_ABORT);
        EXPECT_EQ(user_state.psr & PSR_MODE, PSR_USER);
    }
}

/* A SWI in user mode is a system call whatever r12 says: here a shutdown that must not happen. */
TEST(user_code_has_no_hypercalls) {
    static struct sched_shutdown crash USER_DATA = {.reason = SHUTDOWN_crash};

    memset(&user_state, 0, sizeof(user_state));
    user_state.pc = (uint32_t)user_syscall;
    user_state.psr = PSR_USER;
    user_state.r[0] = SCHEDOP_shutdown;
    user_state.r[1] = (uint32_t)&crash;
    user_state.r[12] = __HYPERVISOR_sched_op;
    EXPECT_TRAP(user_continue(), TRAP_SWI);
    EXPECT_EQ(user_state.r[12], __HYPERVISOR_sched_op);
}

/* iret to user code gives user rights whatever other bits the frame has. */
TEST(iret_cannot_raise_rights) {
    static const uint32_t modes[] = {0x00, 0x11, 0x12, 0x17, 0x1b, 0x1f, 0xc0 | 0x10, 0x1f | 0xc0};

    for (unsigned int i = 0; i < COUNT(modes); i++) {
        static uint32_t stack[128]; /* for the kernel's handler, should it run as kernel code */

        memset(&user_state, 0, sizeof(user_state));
        user_state.sp = (uint32_t)(stack + 128);
        user_state.pc = (uint32_t)user_read;
        user_state.r[0] = 0xff000000;
        user_state.psr = modes[i];
        /* Refused, or run as user or kernel code, neither of which may read the hole. */
        if (TRAP_EXPECT()) {
            uint32_t kind = user_continue();

            trap_unexpect();
            EXPECT_TRAP(kind, TRAP_DATA_ABORT);
        } else {
            EXPECT_TRAP(trap_caught.kind, TRAP_DATA_ABORT);
        }
        *pv_mask() = 0;
    }
}
