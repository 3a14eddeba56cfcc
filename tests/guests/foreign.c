/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As dom0: frames of a domain that it makes are in its own map, are written, and go in every order:
 * first the mapping, the frame, or the domain.  As a domU (option domu): nobody's frames are to be
 * had.
 */
#include <string.h>

#include "clock.h"
#include "core.h"
#include "event.h"
#include "hole.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "toolstack.h"
#include "user.h"

#define RAM    (PV_RAM_GPA >> 12) /* first frame of a domain that is made */
#define WINDOW KERNEL_WINDOW
#define LOOP   0xeafffffeu /* b . */

static bool is_domu(void) {
    return option_given("domu");
}

static domid_t make(void) {
    int32_t made = domctl_create(1);

    EXPECT_TRUE(made > 0);
    EXPECT_EQ(domctl_max_mem((domid_t)made, 4), 0);
    EXPECT_EQ(memory_extents((domid_t)made, XENMEM_populate_physmap, RAM, 1, 9), 1);
    return (domid_t)made;
}

static void end(domid_t id) {
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_destroydomain, id), 0);
}

TEST(others_settle) {
    clock_sleep(50 * NS_PER_MS);
}

/* What is written is the other's, at all addresses. */
TEST(frames_are_read_and_written) {
    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    volatile uint32_t *first = make_hole(), *second = make_hole();
    domid_t id = make();

    EXPECT_EQ(map_foreign(id, RAM + 5, frame_of(first)), 0);
    EXPECT_EQ(first[0], 0);
    first[0] = 0x12345678;
    first[1023] = 1;
    EXPECT_EQ(unmap_foreign(frame_of(first)), 0);
    EXPECT_TRAP(try_read((uint32_t)first, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(map_foreign(id, RAM + 5, frame_of(second)), 0);
    EXPECT_EQ(map_foreign(id, RAM + 6, frame_of(first)), 0);
    EXPECT_EQ(second[0], 0x12345678);
    EXPECT_EQ(first[0], 0);
    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa((const void *)second), CORE_READ_WRITE)), 0);
    EXPECT_EQ(*(volatile uint32_t *)(WINDOW + 4092), 1);
    EXPECT_EQ(unmap_foreign(frame_of(second)), 0); /* before its mapping */
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_read((uint32_t)second, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(unmap_foreign(frame_of(first)), 0);
    end(id);
    fill_hole(first);
    fill_hole(second);
    expect_free(before);
}

/* The frame stays as long as who maps it, and its content is nobody else's. */
TEST(a_domain_dies_that_others_map) {
    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    volatile uint32_t *page = make_hole();
    domid_t id = make();

    EXPECT_EQ(map_foreign(id, RAM + 5, frame_of(page)), 0);
    page[7] = 0xabcd;
    end(id);
    EXPECT_EQ(page[7], 0xabcd);
    domid_t next = make();
    EXPECT_EQ(page[7], 0xabcd);
    end(next);
    EXPECT_EQ(unmap_foreign(frame_of(page)), 0);
    fill_hole(page);
    expect_free(before);
}

/* What dom0 wrote there is what runs. */
TEST(what_is_written_runs) {
    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    volatile uint32_t *page = make_hole();
    struct xen_domctl op;
    domid_t id = make();

    EXPECT_EQ(map_foreign(id, RAM + 8, frame_of(page)), 0);
    page[0] = LOOP;
    EXPECT_EQ(unmap_foreign(frame_of(page)), 0);
    EXPECT_EQ(domctl_vcpus(id, 1), 0);
    EXPECT_EQ(domctl_context(id, PV_RAM_GPA + 0x8000, 0), 0);
    EXPECT_EQ(domctl_simple(XEN_DOMCTL_unpausedomain, id), 0);
    clock_sleep(5 * NS_PER_MS);
    domctl_begin(&op, XEN_DOMCTL_getdomaininfo, id);
    EXPECT_EQ(domctl(&op), 0);
    EXPECT_EQ(op.u.getdomaininfo.flags & XEN_DOMINF_shutdown, 0);
    EXPECT_TRUE(op.u.getdomaininfo.cpu_time > NS_PER_MS);
    end(id);
    fill_hole(page);
    expect_free(before);
}

TEST(wrong_frames) {
    if (is_domu()) {
        return;
    }
    uint64_t before = sysctl_free_frames();
    volatile uint32_t *page = make_hole();
    domid_t id = make();

    EXPECT_EQ(map_foreign(id, RAM - 1, frame_of(page)), -XEN_EINVAL);
    EXPECT_EQ(map_foreign(id, RAM + 512, frame_of(page)), -XEN_EINVAL);
    EXPECT_EQ(map_foreign(id, ~0ull, frame_of(page)), -XEN_EINVAL);
    EXPECT_EQ(map_foreign(id, RAM, ~0ull), -XEN_EINVAL);
    EXPECT_EQ(map_foreign(id, RAM, page_gpa(pt_new_l1()) >> 12), -XEN_EBUSY);
    EXPECT_EQ(map_foreign(0, RAM, frame_of(page)), -XEN_EINVAL);
    EXPECT_EQ(map_foreign(99, RAM, frame_of(page)), -XEN_ESRCH);
    EXPECT_EQ(map_foreign(DOMID_XEN, RAM, frame_of(page)), -XEN_ESRCH);
    EXPECT_EQ(unmap_foreign(frame_of(page)), -XEN_ENOENT);
    EXPECT_EQ(memory_op(XENMEM_add_to_physmap_batch, (void *)4), -XEN_EFAULT);
    EXPECT_EQ(memory_op(XENMEM_remove_from_physmap, (void *)4), -XEN_EFAULT);
    end(id);
    fill_hole(page);
    expect_free(before);
}

TEST(a_domu_has_nobodys) {
    if (!is_domu()) {
        return;
    }
    const void *page = page_alloc(1);

    for (domid_t id = 0; id < 4; id++) {
        EXPECT_EQ(map_foreign(id, RAM, frame_of(page)), -XEN_EPERM);
    }
}
