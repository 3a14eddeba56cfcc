/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A dom0 maps the devices it was given and none of the hypervisor's, nor any RAM that is not its
 * own, though its frames are machine frames.  The board's addresses are options: uart= a PL011 that
 * is dom0's; withheld0=, withheld1=, ... parts of the hypervisor's; ram=, ram_size=.
 */
#include "core.h"
#include "hypercall.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "trap.h"

#define WINDOW         KERNEL_WINDOW
#define SECTION_WINDOW (KERNEL_WINDOW + 32 * SECTION_SIZE)
#define PL011_ID       0xfe0u /* four identification bytes: 0x11 0x10 ... */
#define NO_ADDRESS     1u

/* From the start of RAM: the hypervisor's image and heap, which lie before dom0's. */
static const uint32_t ram_of_others[] = {0, 0x1000, 0x10000, 0x100000, 0x800000};
/* From its end: modules. */
static const uint32_t ram_at_end[] = {0x1000, 0x10000};

static uint32_t uart(void) {
    return option_number("uart", NO_ADDRESS);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A section is refused where dom0 has frames beside it, and else a fault. */
static void refuse(uint32_t gpa) {
    uint32_t *l1 = pt_l1_entry(pt_kernel_l1, SECTION_WINDOW);
    int32_t err;

    EXPECT_EQ(pt_map(WINDOW, core_small_uncached(gpa, CORE_READ_WRITE)), -XEN_EPERM);
    EXPECT_EQ(pt_map(WINDOW, core_small_uncached(gpa, CORE_READ_ONLY)), -XEN_EPERM);
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
    err = pt_set(l1, core_section(gpa & ~(SECTION_SIZE - 1), PV_DOMAIN_KERNEL, CORE_READ_WRITE));
    EXPECT_TRUE(err == 0 || err == -XEN_EPERM);
    pt_flush_tlb();
    EXPECT_TRAP(try_read(SECTION_WINDOW + gpa % SECTION_SIZE, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_set(l1, 0), 0);
}

TEST(ram_is_mapped_one_to_one) {
    EXPECT_TRUE(page_ram_base != PV_RAM_GPA);
}

TEST(devices_of_the_hypervisor_are_refused) {
    char name[] = "withheld0";
    uint32_t address;
    unsigned int count = 0;

    while ((address = option_number(name, NO_ADDRESS)) != NO_ADDRESS) {
        refuse(address);
        name[sizeof(name) - 2] = (char)('0' + ++count);
    }
    EXPECT_TRUE(count >= 4);
}

TEST(ram_of_others_is_refused) {
    uint32_t ram = option_number("ram", NO_ADDRESS);
    uint32_t end = ram + option_number("ram_size", 0);

    for (unsigned int i = 0; i < COUNT(ram_of_others); i++) {
        refuse(ram + ram_of_others[i]);
    }
    for (unsigned int i = 0; i < COUNT(ram_at_end); i++) {
        refuse(end - ram_at_end[i]);
    }
    refuse(page_ram_base - PAGE_SIZE);
    refuse(page_ram_base + page_ram_size);
}

TEST(own_device_answers) {
    uint32_t value = 0;

    EXPECT_EQ(pt_map(WINDOW, core_small_uncached(uart(), CORE_READ_WRITE)), 0);
    EXPECT_TRAP(try_read(WINDOW + PL011_ID, &value), TRAP_NONE);
    EXPECT_EQ(value & 0xff, 0x11);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* Asked for cached, a device is not: the hypervisor forces its memory type. */
TEST(device_is_never_cached) {
    uint32_t value = 0;

    if (pt_map(WINDOW, core_small(uart(), CORE_READ_WRITE)) == 0) {
        EXPECT_TRAP(try_read(WINDOW + PL011_ID, &value), TRAP_NONE);
        EXPECT_EQ(value & 0xff, 0x11);
    }
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* A device is no RAM: not as a section, not as a table, not to give back. */
TEST(device_is_not_ram) {
    struct xen_memory_reservation reservation = {.nr_extents = 1, .domid = DOMID_SELF};
    xen_pfn_t frame = uart() >> 12;

    EXPECT_EQ(pt_set(pt_l1_entry(pt_kernel_l1, WINDOW + 32 * SECTION_SIZE),
                     core_section(uart() & ~(SECTION_SIZE - 1), PV_DOMAIN_KERNEL, CORE_READ_WRITE)),
              -XEN_EPERM);
    EXPECT_EQ(pt_set(pt_l1_entry(pt_kernel_l1, WINDOW + 32 * SECTION_SIZE),
                     core_table(uart(), PV_DOMAIN_KERNEL)),
              -XEN_EPERM);
    EXPECT_EQ(pt_pin(uart() & ~0x3fffu), -XEN_EPERM);
    set_xen_guest_handle(reservation.extent_start, &frame);
    EXPECT_TRUE(memory_op(XENMEM_decrease_reservation, &reservation) <= 0);
}
