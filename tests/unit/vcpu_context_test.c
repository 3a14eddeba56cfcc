/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU's registers as toolstacks read and write them: each in its place, no mode but a guest's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm/include/arch/types.h" /* not the fake machine's */

#include "arch/arm/vcpu_context.c"

#define MASK 0xf80f0200u /* of a CPSR: flags, GE, the byte order */

static struct vcpu v;
static struct pv_vcpu page;
static struct vcpu_guest_context context;
static unsigned int started;

struct pv_vcpu *arch_vcpu_page(const struct vcpu *of) {
    assert_ptr_equal(of, &v);
    return &page;
}

void arch_vcpu_init(struct vcpu *of, gpaddr_t entry, gpaddr_t fdt) {
    assert_int_equal(fdt.v, 0);
    memset(&of->arch, 0, sizeof(of->arch));
    of->arch.regs.pc = entry.v;
    of->arch.psr_mask = MASK | PSR_MODE_USR;
    of->arch.in_kernel = DACR_KERNEL;
    started++;
}

static int power_on(void **state) {
    (void)state;
    memset(&v, 0, sizeof(v));
    memset(&page, 0, sizeof(page));
    memset(&context, 0, sizeof(context));
    started = 0;
    for (unsigned int i = 0; i < 13; i++) {
        v.arch.regs.r[i] = 0x100 + i;
    }
    v.arch.regs.sp = 0x1d;
    v.arch.regs.lr = 0x1e;
    v.arch.regs.pc = 0x1f;
    v.arch.regs.cpsr = 0x60000010;
    v.arch.sctlr = 0x12345;
    page.kernel_sp = 0x99;
    page.frame.sp = 0x2d;
    page.frame.lr = 0x2e;
    page.frame.psr = 0x20000010;
    return 0;
}

static void expect_common(void) {
    const struct vcpu_guest_core_regs *r = &context.user_regs;
    const uint32_t got[] = {(uint32_t)r->r0_usr, (uint32_t)r->r1_usr,  (uint32_t)r->r2_usr,
                            (uint32_t)r->r3_usr, (uint32_t)r->r4_usr,  (uint32_t)r->r5_usr,
                            (uint32_t)r->r6_usr, (uint32_t)r->r7_usr,  (uint32_t)r->r8_usr,
                            (uint32_t)r->r9_usr, (uint32_t)r->r10_usr, (uint32_t)r->r11_usr,
                            (uint32_t)r->r12_usr};

    for (unsigned int i = 0; i < 13; i++) {
        assert_int_equal(got[i], 0x100 + i);
    }
    assert_int_equal(r->pc32, 0x1f);
    assert_int_equal(context.sctlr, 0x12345);
}

static void user_code_is_shown_with_its_kernels_stack(void **state) {
    (void)state;
    arch_vcpu_get_context(&v, &context);
    expect_common();
    assert_int_equal(context.user_regs.sp_usr, 0x1d);
    assert_int_equal(context.user_regs.lr_usr, 0x1e);
    assert_int_equal(context.user_regs.sp_svc, 0x99);
    assert_int_equal(context.user_regs.lr_svc, 0);
    assert_int_equal(context.user_regs.spsr_svc, 0);
    assert_int_equal(context.user_regs.cpsr, 0x60000010);
}

static void its_kernel_is_shown_as_supervisor(void **state) {
    (void)state;
    v.arch.in_kernel = DACR_KERNEL;
    arch_vcpu_get_context(&v, &context);
    expect_common();
    assert_int_equal(context.user_regs.sp_svc, 0x1d);
    assert_int_equal(context.user_regs.lr_svc, 0x1e);
    assert_int_equal(context.user_regs.sp_usr, 0); /* the frame was taken over */
    assert_int_equal(context.user_regs.lr_usr, 0);
    assert_int_equal(context.user_regs.spsr_svc, 0);
    assert_int_equal(context.user_regs.cpsr, 0x60000013);
    page.info.evtchn_upcall_mask = PV_MASK_EVENTS;
    arch_vcpu_get_context(&v, &context);
    assert_int_equal(context.user_regs.sp_usr, 0);
    assert_int_equal(context.user_regs.cpsr, 0x60000093);
}

static void a_frame_in_use_is_the_user_codes(void **state) {
    (void)state;
    v.arch.in_kernel = DACR_KERNEL;
    page.info.evtchn_upcall_mask = PV_MASK_FRAME;
    arch_vcpu_get_context(&v, &context);
    assert_int_equal(context.user_regs.sp_usr, 0x2d);
    assert_int_equal(context.user_regs.lr_usr, 0x2e);
    assert_int_equal(context.user_regs.spsr_svc, 0x20000010);
    assert_int_equal(context.user_regs.sp_svc, 0x1d);
    assert_int_equal(context.user_regs.cpsr, 0x60000093);
}

static int set(uint64_t cpsr) {
    struct vcpu_guest_core_regs *r = &context.user_regs;

    r->r0_usr = 0x200;
    r->r1_usr = 0x201;
    r->r2_usr = 0x202;
    r->r3_usr = 0x203;
    r->r4_usr = 0x204;
    r->r5_usr = 0x205;
    r->r6_usr = 0x206;
    r->r7_usr = 0x207;
    r->r8_usr = 0x208;
    r->r9_usr = 0x209;
    r->r10_usr = 0x20a;
    r->r11_usr = 0x20b;
    r->r12_usr = 0x20c;
    r->sp_svc = 0x20d;
    r->lr_svc = 0x20e;
    r->sp_usr = r->lr_usr = 0xbad;
    r->pc32 = 0x40008007;
    r->cpsr = (uint32_t)cpsr;
    return arch_vcpu_set_context(&v, &context);
}

static void all_registers_are_set(void **state) {
    (void)state;
    assert_int_equal(set(0x1d3), 0);
    assert_int_equal(started, 1);
    for (unsigned int i = 0; i < 13; i++) {
        assert_int_equal(v.arch.regs.r[i], 0x200 + i);
    }
    assert_int_equal(v.arch.regs.sp, 0x20d);
    assert_int_equal(v.arch.regs.lr, 0x20e);
    assert_int_equal(v.arch.regs.pc, 0x40008004);
    assert_int_equal(v.arch.regs.cpsr, 0x10);
}

static void of_the_status_a_guest_has_its_part(void **state) {
    (void)state;
    assert_int_equal(set(0xfffffd9f & ~0x20u & ~0x200u), 0);
    assert_int_equal(v.arch.regs.cpsr, 0xf80f0010);
    assert_int_equal(set(0x1d3 | 0x20), 0); /* Thumb */
    assert_int_equal(v.arch.regs.cpsr, 0x30);
    assert_int_equal(v.arch.regs.pc, 0x40008006);
}

static void kernels_modes_alone_are_taken(void **state) {
    (void)state;
    for (uint32_t mode = 0; mode < 32; mode++) {
        bool is_kernels = mode == 0x11 || mode == 0x12 || mode == 0x13 || mode == 0x17 ||
                          mode == 0x1b || mode == 0x1f;

        assert_int_equal(set(mode), is_kernels ? 0 : -XEN_EINVAL);
    }
    assert_int_equal(started, 6);
    assert_int_equal(set(0x13 | 1u << 9), -XEN_EINVAL); /* big-endian data */
    context.ttbr0 = 1;
    assert_int_equal(set(0x13), -XEN_EINVAL);
    context.ttbr0 = 0;
    context.ttbr1 = 1;
    assert_int_equal(set(0x13), -XEN_EINVAL);
    assert_int_equal(started, 6);
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(user_code_is_shown_with_its_kernels_stack), test(its_kernel_is_shown_as_supervisor),
        test(a_frame_in_use_is_the_user_codes),          test(all_registers_are_set),
        test(of_the_status_a_guest_has_its_part),        test(kernels_modes_alone_are_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
