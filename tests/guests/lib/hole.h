/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Places in dom0's memory for frames of other domains, and a look at whether all frames came back.
 */
#ifndef GUEST_HOLE_H
#define GUEST_HOLE_H

#include <stdint.h>

#include "clock.h"
#include "page.h"
#include "test.h"
#include "toolstack.h"

/** expect_free() - so many frames are free as @before; within 100 ms, for they come back in the
 * background. */
static inline void expect_free(uint64_t before) {
    for (unsigned int i = 0; i < 100 && sysctl_free_frames() != before; i++) {
        clock_sleep(NS_PER_MS);
    }
    EXPECT_EQ(sysctl_free_frames(), before);
}

/** frame_of() - the number of the guest frame at @page. */
static inline uint32_t frame_of(const volatile void *page) {
    return page_gpa((const void *)page) >> 12;
}

/** make_hole() - a page whose frame was given back. */
static inline volatile uint32_t *make_hole(void) {
    volatile uint32_t *page = page_alloc(1);

    EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_decrease_reservation, frame_of(page), 1, 0), 1);
    return page;
}

/** fill_hole() - it has a frame of its own again. */
static inline void fill_hole(volatile uint32_t *page) {
    EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_populate_physmap, frame_of(page), 1, 0), 1);
}

#endif /* GUEST_HOLE_H */
