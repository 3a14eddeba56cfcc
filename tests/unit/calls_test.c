/* SPDX-License-Identifier: GPL-2.0-only */
/* The small calls: what a guest is told about the hypervisor, tells about itself, and hvm_op. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <string.h>

#include "core/base/version.h"
#include "core/boot/cmdline.h"
#include "core/domain/domain_free.h"
#include "core/hypercall/hypercall_table.h"
#include "core/space/pt_table.h"
#include "lib/format.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_log.h"
#include "support_mm.h"

static struct domain *dom0, *domu;

static int power_on(void **state) {
    (void)state;
    mm_setup();
    domain_reap_init(true, NULL);
    dom0 = mm_domain(0, 2);
    domu = mm_domain(1, 2);
    memset(fake_guest, 0, sizeof(fake_guest));
    return 0;
}

static int32_t call(uint32_t number, struct domain *d, uint32_t a, uint32_t b) {
    uint32_t args[HYPERCALL_ARGS] = {a, b};

    return hypercall_table[number](d->vcpu[0], args);
}

/* ---- The table ---- */

static void every_number_has_an_answer(void **state) {
    static const uint8_t unknown[] = {0, 19, 37, 44, 52, 63};

    (void)state;
    for (unsigned int i = 0; i < HYPERCALL_COUNT; i++) {
        assert_non_null(hypercall_table[i]);
    }
    for (unsigned int i = 0; i < sizeof(unknown); i++) {
        assert_int_equal(call(unknown[i], domu, 1, 2), -XEN_ENOSYS);
    }
}

/* ---- xen_version ---- */

static const char *text_of(uint32_t command) {
    memset(fake_guest, 'x', 64);
    fake_guest[63] = '\0';
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, command, FAKE_GUEST_VA), 0);
    return (const char *)fake_guest;
}

static void the_version_is_xens_and_ours(void **state) {
    char extra[32] = "-dacre-";

    (void)state;
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, XENVER_version, 0), 4 << 16 | 17);
    strcat(extra, version_release);
    assert_true(strlen(extra) < sizeof(xen_extraversion_t));
    assert_string_equal(text_of(XENVER_extraversion), extra);
    assert_string_equal(text_of(XENVER_changeset), version_changeset);
    assert_string_equal(text_of(XENVER_capabilities), "xen-3.0-armv7l xen-3.0-armv5tel ");
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, XENVER_pagesize, 0), PAGE_SIZE);
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, 1000, FAKE_GUEST_VA), -XEN_ENOSYS);
}

static void what_it_is_made_of_is_told(void **state) {
    struct xen_compile_info info;
    struct xen_platform_parameters parameters;

    (void)state;
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, XENVER_compile_info, FAKE_GUEST_VA), 0);
    memcpy(&info, fake_guest, sizeof(info));
    assert_non_null(strstr(info.compiler, "gcc "));
    assert_string_equal(info.compile_by, "dacre");
    assert_int_equal(
        call(__HYPERVISOR_xen_version, domu, XENVER_platform_parameters, FAKE_GUEST_VA), 0);
    memcpy(&parameters, fake_guest, sizeof(parameters));
    assert_int_equal(parameters.virt_start, PV_VIRT_START);
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, XENVER_guest_handle, FAKE_GUEST_VA), 0);
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, XENVER_guest_handle, 4), -XEN_EFAULT);
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, XENVER_extraversion, 4), -XEN_EFAULT);
}

/* dom0's toolstack looks there for dom0_mem=; it is no business of anybody else's. */
static void the_command_line_is_for_dom0(void **state) {
    char longer[CMDLINE_MAX + 10];
    struct cmdline options;

    (void)state;
    cmdline_parse("dom0_mem=64M noreboot", &options, NULL);
    assert_string_equal(text_of(XENVER_commandline), "<denied>");
    assert_int_equal(call(__HYPERVISOR_xen_version, dom0, XENVER_commandline, FAKE_GUEST_VA), 0);
    assert_string_equal((const char *)fake_guest, "dom0_mem=64M noreboot");
    memset(longer, 'n', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    cmdline_parse(longer, &options, NULL);
    assert_int_equal(call(__HYPERVISOR_xen_version, dom0, XENVER_commandline, FAKE_GUEST_VA), 0);
    assert_int_equal(strlen((const char *)fake_guest), CMDLINE_MAX - 1);
    assert_int_equal(call(__HYPERVISOR_xen_version, dom0, XENVER_build_id, FAKE_GUEST_VA),
                     -XEN_ENODATA);
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, XENVER_build_id, FAKE_GUEST_VA),
                     -XEN_EPERM);
}

static uint32_t features(struct domain *d, uint32_t map, int32_t result) {
    struct xen_feature_info info = {.submap_idx = map};

    fake_put(0, &info, sizeof(info));
    assert_int_equal(call(__HYPERVISOR_xen_version, d, XENVER_get_features, FAKE_GUEST_VA), result);
    memcpy(&info, fake_guest, sizeof(info));
    return info.submap;
}

static void features_are_the_domains(void **state) {
    (void)state;
    dom0->is_direct_mapped = true;
    assert_int_equal(features(dom0, 0, 0), 1u << XENFEAT_auto_translated_physmap |
                                               1u << XENFEAT_direct_mapped | 1u << XENFEAT_dom0);
    assert_int_equal(features(domu, 0, 0),
                     1u << XENFEAT_auto_translated_physmap | 1u << XENFEAT_not_direct_mapped);
    features(domu, XENFEAT_NR_SUBMAPS, -XEN_EINVAL);
    assert_int_equal(call(__HYPERVISOR_xen_version, domu, XENVER_get_features, 4), -XEN_EFAULT);
}

/* ---- hvm_op ---- */

static int32_t param(struct domain *d, uint32_t op, struct xen_hvm_param p) {
    fake_put(0, &p, sizeof(p));
    return call(__HYPERVISOR_hvm_op, d, op, FAKE_GUEST_VA);
}

static void parameters_are_read_and_few_written(void **state) {
    struct xen_hvm_param p = {.domid = DOMID_SELF, .index = HVM_PARAM_CONSOLE_PFN, .value = 7};

    (void)state;
    domu->hvm_params[HVM_PARAM_CONSOLE_PFN] = 1234;
    assert_int_equal(param(domu, HVMOP_get_param, p), 0);
    memcpy(&p, fake_guest, sizeof(p));
    assert_int_equal(p.value, 1234);
    p.value = 7;
    assert_int_equal(param(domu, HVMOP_set_param, p), -XEN_EPERM);
    p.index = HVM_PARAM_CALLBACK_IRQ;
    assert_int_equal(param(domu, HVMOP_set_param, p), 0);
    assert_int_equal(domu->hvm_params[HVM_PARAM_CALLBACK_IRQ], 7);
    p.domid = 1;
    p.index = HVM_PARAM_CONSOLE_PFN;
    assert_int_equal(param(dom0, HVMOP_set_param, p), 0);
    assert_int_equal(domu->hvm_params[HVM_PARAM_CONSOLE_PFN], 7);
}

static void bad_parameters_are_refused(void **state) {
    struct xen_hvm_param p = {.domid = DOMID_SELF, .index = HVM_NR_PARAMS};

    (void)state;
    assert_int_equal(param(domu, HVMOP_get_param, p), -XEN_EINVAL);
    p.index = ~0u;
    assert_int_equal(param(dom0, HVMOP_set_param, p), -XEN_EINVAL);
    p = (struct xen_hvm_param){.domid = 0};
    assert_int_equal(param(domu, HVMOP_get_param, p), -XEN_EPERM);
    p.domid = 9;
    assert_int_equal(param(domu, HVMOP_get_param, p), -XEN_EPERM);
    assert_int_equal(param(dom0, HVMOP_get_param, p), -XEN_ESRCH);
    assert_int_equal(param(domu, 99, p), -XEN_ENOSYS);
    assert_int_equal(call(__HYPERVISOR_hvm_op, domu, HVMOP_get_param, 4), -XEN_EFAULT);
}

/* ---- memory_op ---- */

static int32_t reservation(uint32_t command, struct xen_memory_reservation r, uint64_t frame) {
    fake_put(512, &frame, sizeof(frame));
    if (r.extent_start.q == 0) {
        r.extent_start.q = FAKE_GUEST_VA + 512;
    }
    fake_put(0, &r, sizeof(r));
    return call(__HYPERVISOR_memory_op, domu, command, FAKE_GUEST_VA);
}

static void bad_reservations_are_refused(void **state) {
    static const struct xen_memory_reservation good = {.nr_extents = 1, .domid = DOMID_SELF};
    struct xen_memory_reservation r;
    domid_t id = 0;

    (void)state;
    assert_int_equal(call(__HYPERVISOR_memory_op, domu, XENMEM_decrease_reservation, 4),
                     -XEN_EFAULT);
    assert_int_equal(call(__HYPERVISOR_memory_op, domu, XENMEM_current_reservation, 4),
                     -XEN_EFAULT);
    assert_int_equal(call(__HYPERVISOR_memory_op, domu, 63, 4), -XEN_ENOSYS);
    fake_put(0, &id, sizeof(id));
    assert_int_equal(call(__HYPERVISOR_memory_op, domu, XENMEM_current_reservation, FAKE_GUEST_VA),
                     -XEN_EPERM);
    r = good;
    r.domid = 0;
    assert_int_equal(reservation(XENMEM_decrease_reservation, r, MM_BASE_GFN), -XEN_EPERM);
    r = good;
    r.extent_order = 1;
    assert_int_equal(reservation(XENMEM_decrease_reservation, r, MM_BASE_GFN), -XEN_EINVAL);
    r = good;
    r.nr_extents = ~0u;
    assert_int_equal(reservation(XENMEM_populate_physmap, r, MM_BASE_GFN), -XEN_EINVAL);
    r = good;
    r.extent_start.q = 1ull << 32 | FAKE_GUEST_VA;
    assert_int_equal(reservation(XENMEM_populate_physmap, r, MM_BASE_GFN), -XEN_EINVAL);
    r.extent_start.q = 4; /* not mapped: none was done */
    assert_int_equal(reservation(XENMEM_populate_physmap, r, MM_BASE_GFN), 0);
    assert_int_equal(reservation(XENMEM_decrease_reservation, good, 1ull << 20 | MM_BASE_GFN), 0);
    assert_int_equal(reservation(XENMEM_populate_physmap, good, MM_BASE_GFN), 0); /* it is there */
    assert_int_equal(reservation(XENMEM_populate_physmap, good, MM_BASE_GFN + 2 * 256), 0);
    assert_int_equal(domu->space.p2m.held, 512);
}

/* ---- What a kernel says of itself ---- */

#define VERSION (PV_ABI_MAGIC + PV_ABI_VERSION)

static const struct pv_callbacks good = {
    .undef = 0xc0008000,
    .swi = 0xc0008004,
    .prefetch_abort = 0xc0008008,
    .data_abort = 0xc000800c,
    .event = 0xc0008010,
    .restart_start = 0xc0008100,
    .restart_end = 0xc0008140,
    .kernel_virt_start = 0xc0000000,
};

static int32_t set_callbacks(struct pv_callbacks cb, uint32_t version) {
    fake_put(0, &cb, sizeof(cb));
    return call(__HYPERVISOR_set_callbacks, domu, FAKE_GUEST_VA, version);
}

static void callbacks_are_kept(void **state) {
    (void)state;
    domu->vcpu[0]->page->info.evtchn_upcall_mask = PV_MASK_EVENTS | PV_MASK_FRAME;
    assert_int_equal(set_callbacks(good, VERSION), 0);
    assert_memory_equal(&domu->callbacks, &good, sizeof(good));
    assert_int_equal(domu->space.pt.kernel_index, 0xc00);
    assert_int_equal(set_callbacks(good, VERSION), 0); /* the same once more */
    struct pv_callbacks cb = good;
    cb.kernel_virt_start = 0x80000000;
    assert_int_equal(set_callbacks(cb, VERSION), -XEN_EBUSY);
}

static void bad_callbacks_are_refused(void **state) {
    struct pv_callbacks cb;
    char line[80];

    (void)state;
    support_log_start();
    assert_int_equal(set_callbacks(good, VERSION + 1), -XEN_EOPNOTSUPP);
    format_text(line, sizeof(line), "domain 1: PV ABI %u here, its kernel has %u\n", PV_ABI_VERSION,
                PV_ABI_VERSION + 1);
    assert_string_equal(support_log(), line);
    support_log_start();
    assert_int_equal(set_callbacks(good, 0), -XEN_EOPNOTSUPP);
    format_text(line, sizeof(line), "domain 1: PV ABI %u here, its kernel names none\n",
                PV_ABI_VERSION);
    assert_string_equal(support_log(), line);
    cb = good;
    cb.swi = PV_VIRT_START;
    assert_int_equal(set_callbacks(cb, VERSION), -XEN_EINVAL);
    cb = good;
    cb.event |= 2;
    assert_int_equal(set_callbacks(cb, VERSION), -XEN_EINVAL);
    cb = good;
    cb.restart_end = cb.restart_start - 32;
    assert_int_equal(set_callbacks(cb, VERSION), -XEN_EINVAL);
    cb = good;
    cb.restart_start += 4;
    assert_int_equal(set_callbacks(cb, VERSION), -XEN_EINVAL);
    cb = good;
    cb.helpers = 4;
    assert_int_equal(set_callbacks(cb, VERSION), -XEN_EFAULT);
    cb = good;
    cb.kernel_virt_start = 0xc0001000;
    assert_int_equal(set_callbacks(cb, VERSION), -XEN_EINVAL);
    assert_int_equal(call(__HYPERVISOR_set_callbacks, domu, 4, VERSION), -XEN_EFAULT);
    assert_false(domu->callbacks_set);
}

static void the_running_task_is_told(void **state) {
    (void)state;
    assert_int_equal(call(__HYPERVISOR_set_segment_base, domu, PV_SEGBASE_TLS, 0x1234), 0);
    assert_int_equal(domu->vcpu[0]->arch.tls, 0x1234);
    assert_int_equal(call(__HYPERVISOR_set_segment_base, domu, 99, 0x1234), -XEN_EINVAL);
    assert_int_equal(call(__HYPERVISOR_fpu_taskswitch, domu, 0, 0), 0);
    assert_true(domu->vcpu[0]->arch.fpu_enabled);
    assert_int_equal(call(__HYPERVISOR_fpu_taskswitch, domu, 1, 0), 0);
    assert_false(domu->vcpu[0]->arch.fpu_enabled);
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(every_number_has_an_answer),   test(the_version_is_xens_and_ours),
        test(what_it_is_made_of_is_told),   test(features_are_the_domains),
        test(the_command_line_is_for_dom0), test(parameters_are_read_and_few_written),
        test(bad_parameters_are_refused),   test(bad_reservations_are_refused),
        test(callbacks_are_kept),           test(bad_callbacks_are_refused),
        test(the_running_task_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
