/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the hypervisor takes from a guest about itself - entries, restart range, exception
 * frame, continuation state - is checked or harmless.
 */
#include <string.h>

#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "user.h"

static struct pv_callbacks usual(void) {
    return (struct pv_callbacks){
        .undef = (uint32_t)entry_undef,
        .swi = (uint32_t)entry_swi,
        .prefetch_abort = (uint32_t)entry_prefetch_abort,
        .data_abort = (uint32_t)entry_data_abort,
        .event = (uint32_t)entry_event,
        .kernel_virt_start = KERNEL_BASE,
        .restart_start = (uint32_t)__restart_start,
        .restart_end = (uint32_t)__restart_end,
    };
}

TEST(another_version_of_the_interface_is_refused) {
    static const uint32_t other[] = {PV_ABI_MAGIC + PV_ABI_VERSION + 1, PV_ABI_MAGIC, 0};
    struct pv_callbacks callbacks = usual();

    EXPECT_EQ(pv_page()->abi, PV_ABI_MAGIC + PV_ABI_VERSION);
    callbacks.swi = 0x70000000;
    for (unsigned int i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        EXPECT_EQ(hypercall2(__HYPERVISOR_set_callbacks, (uint32_t)&callbacks, other[i]),
                  -XEN_EOPNOTSUPP);
    }
    EXPECT_TRAP(user_run(user_syscall, 1, 2), TRAP_SWI);
}

TEST(entries_in_the_hole_are_refused) {
    static const uint32_t bad[] = {PV_VIRT_START, 0xff000000, PV_VECTORS_VA, 0xfffffffc, 0x1, 0x2};

    for (unsigned int entry = 0; entry < 5; entry++) {
        for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
            struct pv_callbacks callbacks = usual();

            (&callbacks.undef)[entry] = bad[i];
            EXPECT_EQ(set_callbacks(&callbacks), -XEN_EINVAL);
        }
    }
    EXPECT_TRAP(user_run(user_syscall, 1, 2), TRAP_SWI);
}

TEST(restart_range_is_checked) {
    struct pv_callbacks callbacks = usual();

    callbacks.restart_start += 4;
    EXPECT_EQ(set_callbacks(&callbacks), -XEN_EINVAL);
    callbacks = usual();
    callbacks.restart_end += 16;
    EXPECT_EQ(set_callbacks(&callbacks), -XEN_EINVAL);
    callbacks = usual();
    callbacks.restart_start = callbacks.restart_end + 32;
    EXPECT_EQ(set_callbacks(&callbacks), -XEN_EINVAL);
    callbacks = usual();
    callbacks.restart_end = 0xfffffe00;
    EXPECT_EQ(set_callbacks(&callbacks), -XEN_EINVAL);
}

TEST(kernel_start_is_set_once) {
    static const uint32_t other[] = {0x00000000, 0x80000000,    0xc0100000,
                                     0xc0000004, PV_VIRT_START, 0xfff00000};

    for (unsigned int i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        struct pv_callbacks callbacks = usual();

        callbacks.kernel_virt_start = other[i];
        bool is_possible = other[i] % SECTION_SIZE == 0 && other[i] < PV_VIRT_START;

        EXPECT_EQ(set_callbacks(&callbacks), is_possible ? -XEN_EBUSY : -XEN_EINVAL);
    }
    struct pv_callbacks callbacks = usual();

    EXPECT_EQ(set_callbacks(&callbacks), 0);
}

TEST(helpers_are_copied_once) {
    static uint8_t helpers[PV_HELPERS_SIZE];
    struct pv_callbacks callbacks = usual();

    memset(helpers, 0x5a, sizeof(helpers));
    callbacks.helpers = (uint32_t)helpers;
    EXPECT_EQ(set_callbacks(&callbacks), 0);
    EXPECT_EQ(*(volatile uint32_t *)PV_HELPERS_VA, 0x5a5a5a5a);
    memset(helpers, 0xa5, sizeof(helpers));
    EXPECT_EQ(*(volatile uint32_t *)PV_HELPERS_VA, 0x5a5a5a5a);
    callbacks.helpers = 0xff000000;
    EXPECT_EQ(set_callbacks(&callbacks), -XEN_EFAULT);
    EXPECT_EQ(*(volatile uint32_t *)PV_HELPERS_VA, 0x5a5a5a5a);
    EXPECT_TRAP(try_write(PV_HELPERS_VA, 0), TRAP_DATA_ABORT);
}

/* iret to anywhere is a fault there, of the guest. */
TEST(iret_to_the_hole_faults_in_the_guest) {
    static const uint32_t bad[] = {PV_VIRT_START, 0xfe100000, 0xff000000, 0xffefff00, 0x70000000};

    for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT_TRAP(user_run((void (*)(void))bad[i], 0, 0), TRAP_PREFETCH_ABORT);
        EXPECT_EQ(user_state.far, bad[i]);
        EXPECT_EQ(user_state.psr & PSR_MODE, PSR_USER);
    }
}

/* Flags go back and forth; nothing else of a wild psr does. */
TEST(iret_takes_only_harmless_psr_bits) {
    memset(&user_state, 0, sizeof(user_state));
    user_state.pc = (uint32_t)user_syscall;
    user_state.psr = 0xf9fffdd0; /* all flags, J, A, I, F and reserved bits; mode USR */
    EXPECT_TRAP(user_continue(), TRAP_SWI);
    EXPECT_EQ(user_state.psr & 0xf0000000, 0xf0000000);
    EXPECT_EQ(user_state.psr & 0x010000df, PSR_USER);
}

/* The vCPU page is the guest's to ruin: values the hypervisor wrote there it does not trust. */
TEST(rubbish_in_the_shared_page_hurts_nobody_else) {
    volatile uint32_t *page = (volatile uint32_t *)pv_page();
    uint32_t saved[0x80 / 4];

    event_mask_all();
    memcpy(saved, (const void *)page, sizeof(saved));
    for (uint32_t i = 0x40 / 4; i < PAGE_SIZE / 4; i++) {
        page[i] = 0xdeadbee0 + i;
    }
    EXPECT_TRUE(hypercall2(__HYPERVISOR_xen_version, XENVER_version, 0) > 0);
    EXPECT_EQ(sched_op(SCHEDOP_yield, NULL), 0);
    for (uint32_t i = 0x40 / 4; i < sizeof(saved) / 4; i++) {
        page[i] = saved[i];
    }
    event_unmask_all();
    EXPECT_TRAP(user_run(user_syscall, 1, 2), TRAP_SWI);
}

/* Bit 31 of a count and r4 carry a preempted call's progress: a guest may claim any. */
TEST(forged_continuations_are_harmless) {
    static uint32_t entries[256];
    static const uint32_t progress[] = {1, 3, 31, 32, 224, 255, 256, 257, 0x1000, 0x7fffffff, ~0u};
    static const uint32_t commands[] = {PV_MMUEXT_LOAD_TABLE, PV_MMUEXT_CLEAN_DCACHE,
                                        PV_MMUEXT_INVAL_DCACHE, MMUEXT_UNPIN_TABLE};
    struct mmuext_op op;
    uint32_t done = 5;

    for (unsigned int c = 0; c < 4; c++) {
        for (unsigned int i = 0; i < sizeof(progress) / sizeof(progress[0]); i++) {
            memset(&op, 0, sizeof(op));
            op.cmd = commands[c];
            op.arg1.mfn = c == 0   ? page_gpa(pt_window(KERNEL_WINDOW))
                          : c == 3 ? 0
                                   : (uint32_t)entries;
            op.arg2.nr_ents = c == 0 ? (uint32_t)entries : 64;
            (void)hypercall5(__HYPERVISOR_mmuext_op, (uint32_t)&op, 0x80000001, (uint32_t)&done,
                             DOMID_SELF, progress[i]);
        }
    }
    EXPECT_EQ(hypercall4(__HYPERVISOR_mmu_update, 0x70000000, 0x80000001, 0, DOMID_SELF),
              -XEN_EFAULT);
    for (uint32_t extent = 0; extent < 32; extent++) {
        struct xen_memory_reservation reservation = {.nr_extents = 1, .domid = DOMID_SELF};

        set_xen_guest_handle(reservation.extent_start, (xen_pfn_t *)0x70000000);
        EXPECT_EQ(memory_op(XENMEM_decrease_reservation | 1u << extent << 6, &reservation),
                  (int32_t)(1u << extent << 6 >> 6));
    }
    EXPECT_EQ(pt_map(KERNEL_WINDOW, 0), 0);
}

/* A multicall within a multicall, an iret in one, a count without end. */
TEST(multicalls_do_not_nest) {
    static struct multicall_entry inner[2], outer[2];

    inner[0] = (struct multicall_entry){.op = __HYPERVISOR_xen_version};
    outer[0] = (struct multicall_entry){.op = __HYPERVISOR_multicall, .args = {(uint32_t)inner, 1}};
    outer[1] = (struct multicall_entry){.op = __HYPERVISOR_iret};
    EXPECT_EQ(hypercall2(__HYPERVISOR_multicall, (uint32_t)outer, 2), 0);
    EXPECT_EQ((int32_t)outer[0].result, -XEN_ENOSYS);
    EXPECT_EQ((int32_t)outer[1].result, -XEN_ENOSYS);
    /* The list ends with the page, long before the count. */
    EXPECT_EQ(pt_map(KERNEL_WINDOW, core_small(page_gpa(page_alloc(1)), CORE_READ_WRITE)), 0);
    EXPECT_EQ(hypercall2(__HYPERVISOR_multicall, KERNEL_WINDOW, ~0u), -XEN_EFAULT);
    EXPECT_EQ(pt_map(KERNEL_WINDOW, 0), 0);
}

TEST(vcpu_info_stays_where_it_is) {
    struct vcpu_register_vcpu_info info = {.mfn = PV_MAGIC_VCPU_GFN(0), .offset = 0};

    EXPECT_EQ(vcpu_op(VCPUOP_register_vcpu_info, 0, &info), 0);
    info.offset = 64;
    EXPECT_EQ(vcpu_op(VCPUOP_register_vcpu_info, 0, &info), -XEN_EINVAL);
    info = (struct vcpu_register_vcpu_info){.mfn = page_ram_base >> 12};
    EXPECT_EQ(vcpu_op(VCPUOP_register_vcpu_info, 0, &info), -XEN_EINVAL);
    EXPECT_EQ(vcpu_op(VCPUOP_register_vcpu_info, 1, &info), -XEN_ENOENT);
}

/* Management calls are not for a domU; unknown parameters and domains are errors. */
TEST(other_domains_cannot_be_named) {
    struct xen_hvm_param param = {.domid = 0, .index = HVM_PARAM_CONSOLE_PFN};
    struct xen_add_to_physmap place = {.domid = 0, .space = XENMAPSPACE_shared_info};
    struct xen_memory_reservation reservation = {.nr_extents = 0, .domid = 0};
    struct evtchn_status status = {.dom = 0, .port = 1};

    EXPECT_EQ(hypercall_op(__HYPERVISOR_hvm_op, HVMOP_get_param, &param), -XEN_EPERM);
    EXPECT_EQ(hypercall_op(__HYPERVISOR_hvm_op, HVMOP_set_param, &param), -XEN_EPERM);
    EXPECT_EQ(memory_op(XENMEM_add_to_physmap, &place), -XEN_EPERM);
    EXPECT_EQ(memory_op(XENMEM_decrease_reservation, &reservation), -XEN_EPERM);
    EXPECT_EQ(event_op(EVTCHNOP_status, &status), -XEN_EPERM);
    EXPECT_EQ(hypercall4(__HYPERVISOR_mmu_update, 0, 0, 0, 0), -XEN_EPERM);
    EXPECT_EQ(hypercall4(__HYPERVISOR_mmuext_op, 0, 0, 0, 0), -XEN_EPERM);
    param = (struct xen_hvm_param){.domid = DOMID_SELF, .index = HVM_NR_PARAMS};
    EXPECT_EQ(hypercall_op(__HYPERVISOR_hvm_op, HVMOP_get_param, &param), -XEN_EINVAL);
    param.index = ~0u;
    EXPECT_EQ(hypercall_op(__HYPERVISOR_hvm_op, HVMOP_set_param, &param), -XEN_EINVAL);
}
