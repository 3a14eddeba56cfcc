/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As dom0: makes domains, starts, pauses and destroys them as Xen's toolstack does, and calls all
 * of that wrongly, too.  Nothing may be lost, and dom0 alone may do it: as a domU (option domu) it
 * learns nothing by any of these calls.
 */
#include <string.h>

#include "clock.h"
#include "event.h"
#include "hole.h"
#include "option.h"
#include "test.h"
#include "toolstack.h"

#define CYCLES     30u
#define MADE_RAM   (PV_RAM_GPA >> 12) /* first frame of a domain that is made */
#define MADE_MAGIC 0x39000u           /* where libxl puts pages of a console and a store */

static bool is_domu(void) {
    return option_given("domu");
}

static uint32_t domain_count(void) {
    static struct xen_domctl_getdomaininfo list[32];
    struct xen_sysctl op;

    sysctl_begin(&op, XEN_SYSCTL_getdomaininfolist);
    op.u.getdomaininfolist.max_domains = 32;
    op.u.getdomaininfolist.buffer.q = (uint32_t)list;
    return sysctl(&op) ? 0 : op.u.getdomaininfolist.num_domains;
}

/* The other domain gives a frame back as it starts. */
TEST(others_settle) {
    clock_sleep(50 * NS_PER_MS);
}

TEST(domu_learns_nothing) {
    struct xen_domctl op;
    struct xen_sysctl sys;

    if (!is_domu()) {
        return;
    }
    for (uint32_t cmd = 0; cmd < 90; cmd++) {
        for (domid_t id = 0; id < 4; id++) {
            domctl_begin(&op, cmd, id);
            EXPECT_EQ(domctl(&op), -XEN_EPERM);
            op.interface_version++;
            EXPECT_EQ(domctl(&op), -XEN_EPERM);
        }
        sysctl_begin(&sys, cmd);
        EXPECT_EQ(sysctl(&sys), -XEN_EPERM);
    }
    for (domid_t id = 0; id < 4; id += 2) { /* it is 1 */
        struct xen_memory_reservation claim = {.domid = id};
        struct xen_pod_target pod = {.domid = id};

        EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, MADE_RAM, 1, 0), -XEN_EPERM);
        EXPECT_EQ(memory_extents(id, XENMEM_decrease_reservation, MADE_RAM, 1, 0), -XEN_EPERM);
        EXPECT_EQ(memory_op(XENMEM_current_reservation, &id), -XEN_EPERM);
        EXPECT_EQ(memory_op(XENMEM_maximum_reservation, &id), -XEN_EPERM);
        EXPECT_EQ(memory_op(XENMEM_maximum_gpfn, &id), -XEN_EPERM);
        EXPECT_EQ(memory_op(XENMEM_claim_pages, &claim), -XEN_EPERM);
        EXPECT_EQ(memory_op(XENMEM_get_pod_target, &pod), -XEN_EPERM);
    }
    EXPECT_EQ(hypercall1(__HYPERVISOR_domctl, 4), -XEN_EPERM);
    EXPECT_EQ(hypercall1(__HYPERVISOR_sysctl, 4), -XEN_EPERM);
}

TEST(created_and_destroyed) {
    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    uint32_t count = domain_count();
    int32_t last = 0;

    EXPECT_TRUE(before > 0);
    EXPECT_TRUE(count >= 1);
    for (uint32_t i = 0; i < CYCLES; i++) {
        int32_t id = domctl_create(1);

        REQUIRE_EQ(id > last, true);
        last = id;
        EXPECT_EQ(domctl_vcpus((domid_t)id, 1), 0);
        EXPECT_EQ(domain_count(), count + 1);
        EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, (domid_t)id), 0);
        EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, (domid_t)id), -XEN_ESRCH);
        EXPECT_EQ(domain_count(), count);
    }
    expect_free(before);
}

/* It has no memory: its first instruction is its last, and that is what is seen of it. */
TEST(started_paused_and_seen) {
    struct xen_domctl op;
    int32_t id;

    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    id = domctl_create(1);
    REQUIRE_EQ(id > 0, true);
    EXPECT_EQ(domctl_vcpus((domid_t)id, 1), 0);
    EXPECT_EQ(domctl_context((domid_t)id, 0x40008000, 0), 0);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_pausedomain, (domid_t)id), 0);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_unpausedomain, (domid_t)id), 0);
    domctl_begin(&op, XEN_DOMCTL_getdomaininfo, (domid_t)id);
    EXPECT_EQ(domctl(&op), 0);
    EXPECT_TRUE(op.u.getdomaininfo.flags & XEN_DOMINF_paused);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_unpausedomain, (domid_t)id), 0);
    for (unsigned int i = 0; i < 1000; i++) {
        clock_sleep(NS_PER_MS);
        domctl_begin(&op, XEN_DOMCTL_getdomaininfo, (domid_t)id);
        EXPECT_EQ(domctl(&op), 0);
        if (op.u.getdomaininfo.flags & XEN_DOMINF_shutdown) {
            break;
        }
    }
    EXPECT_TRUE(op.u.getdomaininfo.flags & XEN_DOMINF_shutdown);
    EXPECT_EQ(op.u.getdomaininfo.flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask,
              SHUTDOWN_crash);
    EXPECT_EQ(op.u.getdomaininfo.domain, id);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, (domid_t)id), 0);
    expect_free(before);
}

static uint64_t frames_of(domid_t id) {
    struct xen_domctl op;

    domctl_begin(&op, XEN_DOMCTL_getdomaininfo, id);
    EXPECT_EQ(domctl(&op), 0);
    return op.u.getdomaininfo.tot_pages;
}

/* As libxl gives it to a domain: most of it in extents of 2 MiB, four single pages. */
TEST(memory_comes_and_goes) {
    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    int32_t made = domctl_create(1);
    REQUIRE_EQ(made > 0, true);
    domid_t id = (domid_t)made;

    EXPECT_EQ(domctl_max_mem(id, 9), 0);
    EXPECT_EQ(memory_op(XENMEM_maximum_reservation, &id), 9 * 256);
    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, MADE_RAM, 4, 9), 4);
    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, MADE_MAGIC, 4, 0), 4);
    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, 0, 1, 0), 1);
    EXPECT_EQ(memory_op(XENMEM_maximum_gpfn, &id), MADE_RAM + 4 * 512 - 1);
    EXPECT_EQ(memory_op(XENMEM_current_reservation, &id), 4 * 512 + 5);
    EXPECT_EQ(frames_of(id), 4 * 512 + 5);
    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, MADE_RAM + 4 * 512, 64, 2), 62);
    EXPECT_EQ(frames_of(id), 9 * 256);
    EXPECT_EQ(memory_extents(id, XENMEM_decrease_reservation, MADE_RAM, 3, 9), 3);
    EXPECT_EQ(memory_extents(id, XENMEM_decrease_reservation, MADE_MAGIC, 2, 0), 2);
    EXPECT_EQ(frames_of(id), 9 * 256 - 3 * 512 - 2);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, id), 0);
    expect_free(before);
}

TEST(wrong_memory) {
    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    int32_t made = domctl_create(1);
    REQUIRE_EQ(made > 0, true);
    domid_t id = (domid_t)made;
    struct xen_memory_reservation claim = {.domid = id, .nr_extents = 1u << 31};

    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, MADE_RAM, 1, 0), 0); /* no maximum */
    EXPECT_EQ(domctl_max_mem(id, 4), 0);
    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, MADE_RAM, 1, 10), -XEN_EINVAL);
    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, MADE_RAM, 1, ~0u), -XEN_EINVAL);
    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, MADE_RAM, ~0u, 0), -XEN_EINVAL);
    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, MADE_RAM + 1, 1, 9), 0);
    EXPECT_EQ(memory_extents(id, XENMEM_populate_physmap, 0x100000 - 512, 1, 9), 0);
    EXPECT_EQ(memory_extents(id, XENMEM_decrease_reservation, MADE_RAM, 1, 9), 0);
    EXPECT_EQ(memory_extents(99, XENMEM_populate_physmap, MADE_RAM, 1, 0), -XEN_ESRCH);
    EXPECT_EQ(memory_extents(DOMID_XEN, XENMEM_populate_physmap, 0, 1, 0), -XEN_ESRCH);
    EXPECT_EQ(memory_op(XENMEM_populate_physmap, (void *)4), -XEN_EFAULT);
    EXPECT_EQ(memory_op(XENMEM_claim_pages, &claim), -XEN_ENOMEM);
    claim.nr_extents = 0;
    EXPECT_EQ(memory_op(XENMEM_claim_pages, &claim), 0);
    EXPECT_TRUE(frames_of(id) <= 4 * 256);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, id), 0);
    expect_free(before);
}

/* As many as there is room for, then none. */
TEST(too_many) {
    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    domid_t ids[40];
    uint32_t count = 0;
    int32_t id;

    while (count < 40 && (id = domctl_create(1)) > 0) {
        ids[count++] = (domid_t)id;
    }
    EXPECT_TRUE(count > 0);
    EXPECT_EQ(id, -XEN_ENOMEM);
    while (count > 0) {
        EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, ids[--count]), 0);
    }
    expect_free(before);
}

TEST(wrong_calls) {
    struct xen_domctl op;
    int32_t id;

    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    id = domctl_create(2);
    REQUIRE_EQ(id > 0, true);
    EXPECT_EQ(domctl_vcpus((domid_t)id, 1), -XEN_EINVAL);
    EXPECT_EQ(domctl_vcpus((domid_t)id, ~0u), -XEN_EINVAL);
    EXPECT_EQ(domctl_context((domid_t)id, 0, 0), -XEN_EINVAL);
    EXPECT_EQ(domctl_vcpus((domid_t)id, 2), 0);
    domctl_begin(&op, XEN_DOMCTL_setvcpucontext, (domid_t)id);
    op.u.vcpucontext.ctxt.q = 4;
    EXPECT_EQ(domctl(&op), -XEN_EFAULT);
    op.u.vcpucontext.ctxt.q = 0xffffff00u; /* wraps */
    EXPECT_EQ(domctl(&op), -XEN_EFAULT);
    op.u.vcpucontext.vcpu = 2;
    EXPECT_EQ(domctl(&op), -XEN_EINVAL);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, 0), -XEN_EINVAL);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_pausedomain, 0), -XEN_EINVAL);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, DOMID_SELF), -XEN_ESRCH);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_pausedomain, DOMID_XEN), -XEN_ESRCH);
    EXPECT_EQ(domctl_simple(90, (domid_t)id), -XEN_ENOSYS);
    EXPECT_EQ(domctl_simple(~0u, (domid_t)id), -XEN_ENOSYS);
    for (uint32_t word = 0; word < sizeof(op) / 4; word++) {
        domctl_begin(&op, XEN_DOMCTL_createdomain, DOMID_INVALID);
        memset(&op.u, 0xff, sizeof(op.u));
        ((uint32_t *)(void *)&op)[word] ^= 0x80000001u;
        op.cmd = XEN_DOMCTL_createdomain;
        EXPECT_TRUE(domctl(&op) < 0);
    }
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, (domid_t)id), 0);
    expect_free(before);
}
