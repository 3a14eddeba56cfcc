/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A dom0 maps the devices it was given and none of the hypervisor's, nor any RAM that is
 * not its own, though its frames are machine frames.  The addresses are the board's.
 */
#include "core.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "trap.h"

#define WINDOW   KERNEL_WINDOW
#define UART1    0x101f2000u /* PL011, given */
#define PL011_ID 0xfe0u      /* four identification bytes: 0x11 0x10 ... */

/* Counter, interrupt controllers, timers, console UART of the hypervisor. */
static const uint32_t withheld[] = {0x10000000, 0x10003000, 0x10140000,
                                    0x101e2000, 0x101e3000, 0x101f1000};
/* The hypervisor's image and heap, which lie before dom0's RAM; the end of RAM: modules. */
static const uint32_t ram_of_others[] = {0x00000000, 0x00001000, 0x00010000, 0x00100000,
                                         0x00800000, 0x0ffff000, 0x0fff0000};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void refuse(uint32_t gpa) {
    EXPECT_EQ(pt_map(WINDOW, core_small_uncached(gpa, CORE_READ_WRITE)), -XEN_EPERM);
    EXPECT_EQ(pt_map(WINDOW, core_small_uncached(gpa, CORE_READ_ONLY)), -XEN_EPERM);
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
    EXPECT_TRUE(pt_set(pt_l1_entry(pt_kernel_l1, WINDOW + 32 * SECTION_SIZE),
                       core_section(gpa & ~(SECTION_SIZE - 1), PV_DOMAIN_KERNEL, CORE_READ_WRITE)) <
                0);
}

TEST(ram_is_mapped_one_to_one) {
    EXPECT_TRUE(page_ram_base != PV_RAM_GPA);
}

TEST(devices_of_the_hypervisor_are_refused) {
    for (unsigned int i = 0; i < COUNT(withheld); i++) {
        refuse(withheld[i]);
    }
}

TEST(ram_of_others_is_refused) {
    for (unsigned int i = 0; i < COUNT(ram_of_others); i++) {
        refuse(ram_of_others[i]);
    }
    refuse(page_ram_base - PAGE_SIZE);
    refuse(page_ram_base + page_ram_size);
}

TEST(own_device_answers) {
    uint32_t value = 0;

    EXPECT_EQ(pt_map(WINDOW, core_small_uncached(UART1, CORE_READ_WRITE)), 0);
    EXPECT_TRAP(try_read(WINDOW + PL011_ID, &value), TRAP_NONE);
    EXPECT_EQ(value & 0xff, 0x11);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* Asked for cached, a device is not: the hypervisor forces its memory type. */
TEST(device_is_never_cached) {
    uint32_t value = 0;

    if (pt_map(WINDOW, core_small(UART1, CORE_READ_WRITE)) == 0) {
        EXPECT_TRAP(try_read(WINDOW + PL011_ID, &value), TRAP_NONE);
        EXPECT_EQ(value & 0xff, 0x11);
    }
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* A device is no RAM: not as a section, not as a table, not to give back. */
TEST(device_is_not_ram) {
    struct xen_memory_reservation reservation = {.nr_extents = 1, .domid = DOMID_SELF};
    xen_pfn_t frame = UART1 >> 12;

    EXPECT_TRUE(
        pt_set(pt_l1_entry(pt_kernel_l1, WINDOW + 32 * SECTION_SIZE),
               core_section(UART1 & ~(SECTION_SIZE - 1), PV_DOMAIN_KERNEL, CORE_READ_WRITE)) < 0);
    EXPECT_TRUE(pt_set(pt_l1_entry(pt_kernel_l1, WINDOW + 32 * SECTION_SIZE),
                       core_table(UART1, PV_DOMAIN_KERNEL)) < 0);
    EXPECT_TRUE(pt_pin(UART1 & ~0x3fffu) < 0);
    set_xen_guest_handle(reservation.extent_start, &frame);
    EXPECT_TRUE(memory_op(XENMEM_decrease_reservation, &reservation) <= 0);
}
