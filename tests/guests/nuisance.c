/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests that behave badly without breaking a rule, or that end themselves.  Option
 * do= says how.  Most never come back: the test looks at the other domains.
 *
 *     spin            for ever, upcalls masked
 *     spin_user       the same in user mode
 *     yield           yields for ever
 *     flood           console output without end, no newline, control characters
 *     flood_ring      the same through the PV console ring, with wild indices
 *     storm           events to itself without end
 *     storm_port      events to port 1, 2... of domain 0, and to itself
 *     timer_storm     a timer that is always in the past
 *     undefined_storm an endless loop of undefined instructions in user mode
 *     undefined_kernel  the same in the kernel, of instructions whose refusal is logged
 *     undefined_once    one of these, at at= ms, and says so
 *     undefined_reboot  a hundred of them, then reboots
 *     hypercall_storm the longest hypercalls there are
 *     bad_stack       an exception with kernel_sp (sp=) pointing nowhere
 *     bad_handler     exception entries that point nowhere
 *     bad_stack_kernel a kernel fault with sp pointing nowhere
 *     undefined_in_entry  an exception entry whose first instruction is undefined
 *     fault_in_entry  the same with a data abort
 *     crash, reboot, poweroff     at once; reboot after until= ms is a poweroff
 *     balloon         gives frames of all its MiBs back and takes them again, without end, or
 *                     until= ms and then powers off
 *     outlive_shutdown, outlive_down   ends itself and comes back, in one multicall
 *     remember        fills its RAM with a mark and reboots; says so if it finds the mark
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <xen/io/console.h>

#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "trap.h"
#include "user.h"

static void do_spin(void) {
    event_mask_all();
    for (;;) {
        __asm__ volatile("");
    }
}

static void do_spin_user(void) {
    event_mask_all();
    user_run(user_count, 1, 0);
    for (;;) {
        user_run(user_count, 0, ~0u);
    }
}

static void do_yield(void) {
    for (;;) {
        sched_op(SCHEDOP_yield, NULL);
    }
}

static void do_flood(void) {
    static const char text[] = "\x1b[2J\x1b[31m(d0) PASS forged\rflood\x01\x01\x01\x08 \xff ";

    for (;;) {
        console_write(text, sizeof(text));
    }
}

static uint64_t hvm_param(uint32_t index) {
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = index};

    REQUIRE_EQ(hypercall_op(__HYPERVISOR_hvm_op, HVMOP_get_param, &param), 0);
    return param.value;
}

static void do_flood_ring(void) {
    volatile struct xencons_interface *ring = (void *)KERNEL_WINDOW;
    uint32_t port = (uint32_t)hvm_param(HVM_PARAM_CONSOLE_EVTCHN);

    REQUIRE_EQ(pt_map(KERNEL_WINDOW, core_small((uint32_t)hvm_param(HVM_PARAM_CONSOLE_PFN) << 12,
                                                CORE_READ_WRITE)),
               0);
    for (uint32_t i = 0;; i++) {
        ring->out[i % sizeof(ring->out)] = (char)i;
        /* Now and then indices that no honest frontend has. */
        ring->out_prod = i % 64 == 0 ? i * 0x01234567u : ring->out_cons + 1024;
        ring->in_cons = i * 0x9e3779b9u;
        event_send(port);
    }
}

static void do_storm(void) {
    uint32_t receiver;
    int32_t port = event_loopback(&receiver);

    for (;;) {
        event_send((uint32_t)port);
    }
}

static void do_storm_port(void) {
    int32_t port[8];

    for (uint32_t i = 0; i < 8; i++) {
        port[i] = event_bind_interdomain(0, i + 1);
    }
    for (uint32_t i = 0;; i++) {
        event_send((uint32_t)port[i % 8]);
    }
}

static void rearm(uint32_t port) {
    (void)port;
    clock_timer(1, 0);
}

static void do_timer_storm(void) {
    event_handle(clock_port, rearm);
    rearm(0);
    for (;;) {
        sched_op(SCHEDOP_block, NULL);
    }
}

static void do_undefined_storm(void) {
    static uint32_t code[2] USER_DATA = {0xe7f000f0, 0xe7f000f0};

    for (;;) {
        user_run((void (*)(void))code, 0, 0);
    }
}

/* Registers that no core has. */
static void undefined_kernel(uint32_t count) {
    uint32_t value;

    while (count--) {
        if (TRAP_EXPECT()) {
            __asm__ volatile("mrc p15, 7, %0, c15, c13, 7" : "=r"(value));
            trap_unexpect();
        }
    }
}

static void do_undefined_kernel(void) {
    for (;;) {
        undefined_kernel(1000);
    }
}

static void do_undefined_once(void) {
    clock_sleep(option_number("at", 500) * NS_PER_MS - clock_ns());
    undefined_kernel(1);
    printf("did it\n");
    for (;;) {
        clock_sleep(NS_PER_S);
    }
}

static void do_undefined_reboot(void) {
    undefined_kernel(100);
    shutdown(SHUTDOWN_reboot);
}

static void do_hypercall_storm(void) {
    static struct mmu_update updates[4096];
    uint32_t l2 = page_gpa(pt_window(KERNEL_WINDOW));

    for (uint32_t i = 0; i < 4096; i++) {
        updates[i].ptr = l2 + i % 256 * 4;
        updates[i].val = core_small(page_gpa(updates) & ~0xfffu, CORE_READ_WRITE);
    }
    for (;;) {
        mmu_update(updates, 4096, NULL);
        pt_ext(PV_MMUEXT_FLUSH_DCACHE, KERNEL_BASE, page_ram_size);
    }
}

static void do_bad_stack(void) {
    static struct trap state = {.psr = PSR_USER};

    state.pc = (uint32_t)user_syscall;
    event_mask_all();
    pv_page()->kernel_sp = option_number("sp", 0x70000000);
    trap_resume(&state);
}

static void do_bad_handler(void) {
    struct pv_callbacks callbacks = {
        .undef = 0x70000000,
        .swi = 0x70000000,
        .prefetch_abort = 0x70000000,
        .data_abort = 0x70000000,
        .event = 0x70000000,
        .kernel_virt_start = KERNEL_BASE,
    };

    printf("set_callbacks: %ld\n", set_callbacks(&callbacks));
    user_run(user_syscall, 0, 0);
}

static void do_bad_stack_kernel(void) {
    __asm__ volatile("mov sp, #0x70000000\n\tmov r0, #0\n\tldr r0, [r0]" : : : "r0");
}

/* Entries that fault before they have taken the frame over. */
__attribute__((naked)) static void undefined_entry(void) {
    __asm__ volatile("udf #0");
}

/* Each register has its number when it faults; r0 is where. */
__attribute__((naked)) static void faulting_entry(void) {
    __asm__ volatile("mov r0, #0\n\tmov r1, #1\n\tmov r2, #2\n\tmov r3, #3\n\tmov r4, #4\n\t"
                     "mov r5, #5\n\tmov r6, #6\n\tmov r7, #7\n\tmov r8, #8\n\tmov r9, #9\n\t"
                     "mov r10, #10\n\tmov r11, #11\n\tmov r12, #12\n\tmov lr, #14\n\t"
                     "ldr r0, [r0]");
}

static void enter_at(void (*entry)(void)) {
    struct pv_callbacks callbacks = {
        .undef = (uint32_t)entry,
        .swi = (uint32_t)entry,
        .prefetch_abort = (uint32_t)entry,
        .data_abort = (uint32_t)entry,
        .event = (uint32_t)entry_event,
        .kernel_virt_start = KERNEL_BASE,
    };

    event_mask_all();
    REQUIRE_EQ(set_callbacks(&callbacks), 0);
    user_run(user_syscall, 0, 0);
}

static void do_undefined_in_entry(void) {
    enter_at(undefined_entry);
}

static void do_fault_in_entry(void) {
    enter_at(faulting_entry);
}

static void do_crash(void) {
    shutdown(SHUTDOWN_crash);
}

/* Has the time of option until= come? */
static bool is_over(void) {
    return option_given("until") && clock_ns() >= option_number("until", 0) * NS_PER_MS;
}

static void do_reboot(void) {
    shutdown(is_over() ? SHUTDOWN_poweroff : SHUTDOWN_reboot);
}

static void do_poweroff(void) {
    shutdown(SHUTDOWN_poweroff);
}

/*
 * One multicall that ends this domain, by its first entry, and brings its vCPU up again, and then
 * whatever a vCPU can do that its domain does not know of any more.  A long line before it: the
 * hypervisor's own line about the shutdown then waits, and no interrupt of the UART comes at once.
 */
static void outlive(uint64_t op, uint64_t command, uint64_t argument) {
    static const char line[] =
        "nothing but a long line, which keeps the UART busy for as long as it "
        "takes to send all of it, and that is long enough for this purpose\n";
    static struct multicall_entry calls[4];
    static struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = 1};

    calls[0] = (struct multicall_entry){.op = op, .args = {command, argument}};
    calls[1] = (struct multicall_entry){.op = __HYPERVISOR_vcpu_op, .args = {VCPUOP_up, 0}};
    calls[2] = (struct multicall_entry){.op = __HYPERVISOR_vcpu_op,
                                        .args = {VCPUOP_set_singleshot_timer, 0, (uint32_t)&timer}};
    calls[3] = (struct multicall_entry){.op = __HYPERVISOR_sched_op, .args = {SCHEDOP_yield}};
    event_mask_all();
    console_write(line, sizeof(line) - 1);
    hypercall2(__HYPERVISOR_multicall, (uint32_t)calls, 4);
    for (;;) {
        hypercall2(__HYPERVISOR_xen_version, XENVER_version, 0);
        vcpu_op(VCPUOP_up, 0, NULL);
    }
}

static struct sched_shutdown outlived = {.reason = SHUTDOWN_poweroff};

static void do_outlive_shutdown(void) {
    outlive(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uint32_t)&outlived);
}

static void do_outlive_down(void) {
    outlive(__HYPERVISOR_vcpu_op, VCPUOP_down, 0);
}

#define BALLOON_BATCH 64

/* So many were given back, or obtained. */
static uint32_t balloon(uint32_t command, xen_pfn_t *frame, uint32_t count) {
    struct xen_memory_reservation reservation = {.nr_extents = count, .domid = DOMID_SELF};

    set_xen_guest_handle(reservation.extent_start, frame);
    return (uint32_t)memory_op(command, &reservation);
}

/*
 * A batch has a frame of each of so many MiBs, and the next ones those of the others, so that all
 * of its MiBs are broken up, and what is free anywhere is asked for in single frames, at every
 * moment.  The first MiB is the kernel's, the last two are the tree's.
 */
static void do_balloon(void) {
    static xen_pfn_t frame[BALLOON_BATCH];
    uint32_t first = (page_ram_base + SECTION_SIZE) / PAGE_SIZE;
    uint32_t mibs = page_ram_size / SECTION_SIZE - 3;

    for (uint32_t next = 0; !is_over();) {
        for (uint32_t i = 0; i < BALLOON_BATCH; i++, next++) {
            frame[i] = first + next % mibs * 256 + next / mibs % 256;
        }
        EXPECT_EQ(balloon(XENMEM_decrease_reservation, frame, BALLOON_BATCH), BALLOON_BATCH);
        EXPECT_EQ(balloon(XENMEM_populate_physmap, frame, BALLOON_BATCH), BALLOON_BATCH);
    }
    shutdown(SHUTDOWN_poweroff);
}

/* How many words of free RAM hold the mark of an earlier life; now they all do. */
static uint32_t leave_mark(void) {
    const uint32_t mark = 0x1eaf1eaf;
    uint32_t found = 0;
    uint32_t end = KERNEL_BASE + page_ram_size - SECTION_SIZE; /* the tree is at the end */

    for (uint32_t va = (uint32_t)page_alloc(1); va < end; va += 4) {
        found += *(uint32_t *)va == mark;
        *(uint32_t *)va = mark;
    }
    return found;
}

static void do_remember(void) {
    uint32_t found = leave_mark();

    EXPECT_TRUE(leave_mark() > 1000); /* the mark can be found, if it is there */
    printf("%s: %lu words of an earlier life\n", found ? "FAIL" : "clean", found);
    shutdown(SHUTDOWN_reboot);
}

#define NUISANCE(name) \
    { #name, do_##name }
static const struct {
    const char *name;
    void (*run)(void);
} nuisances[] = {
    NUISANCE(spin),
    NUISANCE(spin_user),
    NUISANCE(yield),
    NUISANCE(flood),
    NUISANCE(flood_ring),
    NUISANCE(storm),
    NUISANCE(storm_port),
    NUISANCE(timer_storm),
    NUISANCE(undefined_storm),
    NUISANCE(undefined_kernel),
    NUISANCE(undefined_once),
    NUISANCE(undefined_reboot),
    NUISANCE(hypercall_storm),
    NUISANCE(bad_stack),
    NUISANCE(bad_handler),
    NUISANCE(bad_stack_kernel),
    NUISANCE(undefined_in_entry),
    NUISANCE(fault_in_entry),
    NUISANCE(crash),
    NUISANCE(reboot),
    NUISANCE(poweroff),
    NUISANCE(balloon),
    NUISANCE(outlive_shutdown),
    NUISANCE(outlive_down),
    NUISANCE(remember),
};

TEST(nuisance) {
    for (unsigned int i = 0; i < sizeof(nuisances) / sizeof(nuisances[0]); i++) {
        if (option_is("do", nuisances[i].name)) {
            printf("doing %s at %lu ms\n", nuisances[i].name,
                   (unsigned long)(clock_ns() / NS_PER_MS));
            nuisances[i].run();
        }
    }
    EXPECT_TRUE(!"an option do= that is known");
}
